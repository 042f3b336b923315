"""Rank survey: every measure over the number of metagenes, the verdict's rank marked."""

from dataclasses import dataclass

import matplotlib.ticker
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nmfbio.plots.sheet import MARGIN, USUAL_WIDTH, Sheet
from nmfbio.plots.style import (
    ACCENT,
    FAINT,
    HEADING,
    LABEL,
    SMALL,
    TITLE,
    metagene_title,
    styled,
    text_height,
    text_width,
    wrap,
)

_LINE = "#0072B2"
_COLUMNS, _GAP = 3, 9.0
_PANEL_HEIGHT = 32.0  # mm
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class _Measure:
    title: str
    meaning: str
    smallest_span: float = 0.0


_MEASURES = {
    "cophenetic": _Measure(
        "Cophenetic correlation", "How well one tree describes the restarts. Higher is better, 1 at most.", 0.02
    ),
    "dispersion": _Measure(
        "Dispersion", "How firmly pairs are kept together or apart. Higher is better, 1 at most.", 0.05
    ),
    "silhouette": _Measure(
        "Consensus silhouette", "How well the consensus clusters are separated. Higher is better, 1 at most.", 0.05
    ),
    "pac": _Measure(
        "Ambiguous pairs (PAC)", "Share of sample pairs the restarts disagree on. Lower is better.", 0.05
    ),
    "explained_variance": _Measure(
        "Explained variance", "Share of the data the metagenes rebuild. Tends to grow: look where it flattens.", 0.01
    ),
    "objective": _Measure(
        "Objective of the best restart", "Misfit that is minimised. Tends to fall: look where it flattens."
    ),
}  # fmt: skip


@styled
def draw_rank_survey(measures: pd.DataFrame, verdict: dict) -> Figure:
    """Draw one panel for each measure over the ranks, with the verdict's rank marked in all of them.

    Parameters
    ----------
    measures
        Long table with the columns ``rank``, ``measure``, ``value``, ``low``, ``high``, ``null_low`` and ``null_high``.
        A missing value means undefined and leaves a gap. Bands are drawn where their columns hold numbers.
    verdict
        ``status`` (supported, weak or none) and ``rank`` (None where no rank is supported); ``votes``, if given, holds
        the rank that each measure prefers, drawn as a ring.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> import pandas as pd
    >>> measures = pd.DataFrame({"rank": [2, 3], "measure": "cophenetic", "value": [1.0, 0.9]})
    >>> figure = draw_rank_survey(measures, {"status": "supported", "rank": 2})
    """
    names = _ordered_measures(measures)
    notes = _notes(measures, verdict, names)
    n_columns = min(_COLUMNS, len(names))
    panel = (USUAL_WIDTH - 2 * MARGIN - _COLUMNS * _GAP) / _COLUMNS
    above = text_height(HEADING) + 2 * text_height(SMALL) + 4.5
    step_down = above + _PANEL_HEIGHT + 13.5
    width = USUAL_WIDTH if n_columns == _COLUMNS else 120.0
    note_lines = [line for note in notes for line in wrap(note, width - 2 * MARGIN, LABEL)]
    top = MARGIN + text_height(TITLE) + text_height(LABEL, len(note_lines)) + 4
    sheet = Sheet.of_size(width, top + -(-len(names) // n_columns) * step_down)
    sheet.title(_verdict_sentence(verdict))
    sheet.lines(MARGIN, MARGIN + text_height(TITLE) + 1, note_lines, color=FAINT)
    for i, name in enumerate(names):
        row, column = divmod(i, n_columns)
        left, y = MARGIN + _GAP + column * (panel + _GAP), top + row * step_down
        _write_heading(sheet, name, left - _GAP + 1, y, panel + _GAP - 2)
        axes = sheet.axes(left, y + above, panel, _PANEL_HEIGHT)
        _draw_panel(axes, measures[measures["measure"] == name].sort_values("rank"), name, verdict, panel)
    return sheet.figure


def _ordered_measures(measures: pd.DataFrame) -> list[str]:
    present = list(dict.fromkeys(measures["measure"]))
    return [name for name in _MEASURES if name in present] + [name for name in present if name not in _MEASURES]


def _verdict_sentence(verdict: dict) -> str:
    rank, status = verdict.get("rank"), verdict.get("status")
    if rank is None:
        return "How many metagenes? No number stands out"
    return f"How many metagenes? {rank}" + (" (weak evidence)" if status == "weak" else "")


def _notes(measures: pd.DataFrame, verdict: dict, names: list[str]) -> list[str]:
    notes = []
    if verdict.get("rank") is not None:
        notes.append(f"The orange line marks {verdict['rank']}, the number chosen.")
    if any(name in (verdict.get("votes") or {}) for name in names):
        notes.append("A ring marks the number that a measure would choose by itself.")
    if _band(measures, "low", "high") is not None:
        notes.append("Blue band: uncertainty.")
    if _band(measures, "null_low", "null_high") is not None:
        notes.append("Grey band: the same on data without structure.")
    return [" ".join(notes)] if notes else []


def _band(table: pd.DataFrame, low: str, high: str) -> pd.DataFrame | None:
    if low not in table or high not in table:
        return None
    known = table[[low, high]].apply(pd.to_numeric, errors="coerce")
    return known if known.notna().all(axis=1).any() else None


def _write_heading(sheet: Sheet, name: str, left: float, top: float, width: float) -> None:
    measure = _MEASURES.get(name, _Measure(metagene_title(name), ""))
    sheet.text(left, top, measure.title, HEADING, weight="bold")
    sheet.lines(left, top + text_height(HEADING) + 0.6, wrap(measure.meaning, width, SMALL), SMALL, color=FAINT)


def _draw_panel(axes: Axes, table: pd.DataFrame, name: str, verdict: dict, width: float) -> None:
    ranks = table["rank"].to_numpy()
    values = pd.to_numeric(table["value"], errors="coerce").to_numpy(dtype=float)
    margin = max(0.5, 0.06 * (ranks.max() - ranks.min()))
    axes.set_xlim(ranks.min() - margin, ranks.max() + margin)
    if verdict.get("rank") is not None:
        axes.axvline(verdict["rank"], color=ACCENT, linewidth=4, alpha=0.3, zorder=0, gid="verdict")
    for low, high, colour in (("null_low", "null_high", "#999999"), ("low", "high", _LINE)):
        band = _band(table, low, high)
        if band is not None:
            axes.fill_between(ranks, band[low], band[high], color=colour, alpha=0.22, linewidth=0)
    axes.plot(ranks, values, color=_LINE, linewidth=1.2, marker="o", markersize=3.2, clip_on=False, gid="value")
    vote = (verdict.get("votes") or {}).get(name)
    if vote is not None and vote in ranks and np.isfinite(values[ranks == vote][0]):
        axes.plot([vote], values[ranks == vote], "o", ms=7, mfc="none", mec=ACCENT, mew=1.1, clip_on=False, gid="vote")
    _scale_height(axes, table, values, _MEASURES[name].smallest_span if name in _MEASURES else 0.0)
    _label_ranks(axes, ranks, verdict.get("rank"), width)
    _say_undefined(axes, ranks, values)


def _scale_height(axes: Axes, table: pd.DataFrame, values: np.ndarray, smallest_span: float) -> None:
    """Leave air around the values and do not blow up differences too small to mean anything."""
    columns = [name for name in ("low", "high", "null_low", "null_high") if name in table]
    drawn = np.concatenate([values, *(pd.to_numeric(table[name], errors="coerce").to_numpy(float) for name in columns)])
    drawn = drawn[np.isfinite(drawn)]
    if not len(drawn):
        axes.set(ylim=(0, 1), yticks=[])
        return
    low, high = drawn.min(), drawn.max()
    span = max(high - low, smallest_span, 1e-3 * max(abs(high), 1e-12))
    middle = (low + high) / 2
    axes.set_ylim(middle - 0.62 * span, middle + 0.62 * span)
    axes.yaxis.set_major_locator(matplotlib.ticker.MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    power = int(np.floor(np.log10(max(abs(high), 1e-12))))
    power = power if power >= 4 else 0
    axes.yaxis.set_major_formatter(matplotlib.ticker.FuncFormatter(lambda value, _: f"{value / 10.0**power:.5g}"))
    if power:
        text = "×10" + str(power).translate(_SUPERSCRIPTS)
        axes.annotate(text, (0, 1), (0, 2), xycoords="axes fraction", textcoords="offset points", fontsize=SMALL)


def _label_ranks(axes: Axes, ranks: np.ndarray, chosen: int | None, width: float) -> None:
    """Tick every rank and name as many as fit, the chosen one before all others."""
    axes.set_xticks(ranks, minor=True)
    low, high = axes.get_xlim()
    named: dict[int, tuple[float, float]] = {}
    for rank in sorted(ranks.tolist(), key=lambda rank: rank != chosen):
        centre, half = (rank - low) / (high - low) * width, text_width(str(rank), LABEL) / 2 + 0.4
        if all(centre - half > end or centre + half < start for start, end in named.values()):
            named[rank] = (centre - half, centre + half)
    axes.set_xticks(list(named), [str(rank) for rank in named], parse_math=False)


def _say_undefined(axes: Axes, ranks: np.ndarray, values: np.ndarray) -> None:
    missing = [str(rank) for rank in ranks[~np.isfinite(values)]]
    label = "Number of metagenes"
    if len(missing) == len(ranks):
        style = {"fontsize": SMALL, "color": FAINT, "ha": "center", "va": "center", "transform": axes.transAxes}
        axes.text(0.5, 0.5, "undefined for this run", bbox={"facecolor": "white", "edgecolor": "none"}, **style)
    elif missing:
        label += f" (undefined at {', '.join(missing) if len(missing) <= 3 else f'{len(missing)} of them'})"
    axes.set_xlabel(label, fontsize=LABEL, labelpad=2)
