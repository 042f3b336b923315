"""Genes and samples left after each step of preprocessing."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nmfbio.plots.sheet import MARGIN, USUAL_WIDTH, Sheet, title_height
from nmfbio.plots.style import ACCENT, FAINT, INK, LABEL, PALE, shorten_end, styled, text_height, text_width

_TITLE = "What preprocessing kept"
_ROW, _BAR = 6.0, 3.6  # mm
_STEP, _GAP = 62.0, 5.0  # mm: the column of step names, and between columns
_KEPT = "#0072B2"


@styled
def draw_preprocessing(steps: pd.DataFrame) -> Figure:
    """Draw how many genes and samples each step of preprocessing left, and how many values it changed.

    Parameters
    ----------
    steps
        One row a step, in order, with the columns ``step``, ``genes_in``, ``genes_out``, ``samples_in``,
        ``samples_out`` and ``values_changed``.

    Returns
    -------
    matplotlib.figure.Figure
        A row a step, below one for the matrix as read. Bars span what is left of what was read; what a step took is
        orange.

    Examples
    --------
    >>> steps = pd.DataFrame({"step": ["drop all-zero genes"], "genes_in": [100], "genes_out": [90],
    ...                       "samples_in": [8], "samples_out": [8], "values_changed": [0]})
    >>> figure = draw_preprocessing(steps)
    """
    rows = pd.concat([_as_read(steps), steps], ignore_index=True)
    top = title_height(_TITLE, USUAL_WIDTH) + text_height(LABEL) + 2
    sheet = Sheet.of_size(USUAL_WIDTH, top + _ROW * len(rows) + MARGIN)
    sheet.title(_TITLE)
    for i, step in enumerate(rows["step"]):
        y = top + (i + 0.5) * _ROW
        sheet.text(MARGIN, y, shorten_end(step, _STEP - 2, LABEL), va="center")
    changed_width = text_width("Values changed", LABEL, "bold") + 2
    left = MARGIN + _STEP
    width = (USUAL_WIDTH - MARGIN - changed_width - left - 2 * _GAP) / 2
    for what in ("genes", "samples"):
        sheet.text(left, top - 2, what.capitalize(), weight="bold", va="bottom")
        _draw_bars(sheet, left, top, width, rows[f"{what}_in"], rows[f"{what}_out"])
        left += width + _GAP
    right = USUAL_WIDTH - MARGIN
    sheet.text(right, top - 2, "Values changed", weight="bold", ha="right", va="bottom")
    for i, changed in enumerate(rows["values_changed"]):
        sheet.text(right, top + (i + 0.5) * _ROW, f"{changed:,}" if changed else "", ha="right", va="center")
    return sheet.figure


def _as_read(steps: pd.DataFrame) -> pd.DataFrame:
    first = steps.iloc[0]
    genes, samples = first["genes_in"], first["samples_in"]
    sizes = {"genes_in": genes, "genes_out": genes, "samples_in": samples, "samples_out": samples}
    return pd.DataFrame([{"step": "as read", **sizes, "values_changed": 0}])


def _draw_bars(sheet: Sheet, left: float, top: float, width: float, before: pd.Series, after: pd.Series) -> None:
    """Draw a bar a row; the number stands beside the space that all bars share."""
    largest = max(int(before.max()), int(after.max()), 1)
    number = text_width(f"{largest:,}", LABEL) + 3
    axes: Axes = sheet.bare_axes(left, top, width, _ROW * len(after))
    scale = (width - number) / largest
    for i, (n_before, n_after) in enumerate(zip(before, after, strict=True)):
        y = i * _ROW + (_ROW - _BAR) / 2
        axes.barh(y, (width - number), _BAR, align="edge", color=PALE, linewidth=0)
        axes.barh(y, max(n_before, n_after) * scale, _BAR, align="edge", color=ACCENT, linewidth=0)
        axes.barh(y, n_after * scale, _BAR, align="edge", color=_KEPT, linewidth=0)
        colour = FAINT if n_after == n_before and i else INK
        axes.text(width, y + _BAR / 2, f"{n_after:,}", ha="right", va="center", fontsize=LABEL, color=colour)
    axes.set_ylim(_ROW * len(after), 0)
    axes.set_xlim(0, width)
