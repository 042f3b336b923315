"""Overview of what metagenes and clusters have to do with the metadata: how strongly, and beyond chance or not."""

from dataclasses import dataclass, field

import matplotlib
import matplotlib.patches
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from nmfbio.colours import metagene_colour, metagene_number
from nmfbio.plots.legends import category_legend, flow_legends, scale_legend
from nmfbio.plots.sheet import MARGIN, USUAL_WIDTH, Sheet, title_height
from nmfbio.plots.style import (
    FAINT,
    LABEL,
    PALE,
    contrasting_ink,
    shorten,
    styled,
    text_height,
    text_width,
    wrap,
)
from nmfbio.signatures.association import BATCH

LEVEL = 0.05  # of q
_ROW, _GAP, _HEAD = 4.6, 2.0, 9.0  # mm: a column of the metadata, between kinds, the metagenes' numbers
_CELLS = (4.2, 9.0)  # mm, narrowest and widest cell
_CLUSTER = 12.0  # mm
_LONGEST_NAME = 45.0  # mm
_MOST_ROWS = 60
_TITLE = "What the metagenes have to do with the metadata"
_AT_MOST = 4.0  # hazard ratio at the ends of the colours


@dataclass(frozen=True)
class _Kind:
    """How effects of one kind of column are coloured: the scale from 0 to 1 that they are put on, and its legend."""

    heading: str
    colours: str
    ticks: dict[str, float] = field(hash=False)
    lowest: float = 0.0
    is_ratio: bool = False

    def shade(self, effect: float) -> float:
        """Return the place of an effect on the scale."""
        if self.is_ratio:
            return float(np.clip(0.5 + np.log(max(effect, 1e-9)) / (2 * np.log(_AT_MOST)), 0, 1))
        return float(np.clip((effect - self.lowest) / (1 - self.lowest), 0, 1))


_SHARES = _Kind("ε², Cramér's V", "Purples", {"0": 0, "0.5": 0.5, "1": 1})
_KINDS = {
    "categorical": _SHARES,
    "numeric": _Kind("Spearman's ρ", "RdBu_r", {"−1": 0, "0": 0.5, "1": 1}, lowest=-1),
    "survival": _Kind("Hazard ratio", "PuOr_r", {"¼": 0, "½": 0.25, "1": 0.5, "2": 0.75, "4": 1}, is_ratio=True),
}


@styled
def draw_association(table: pd.DataFrame, metagenes: list[str]) -> Figure:
    """Draw the effect of every test as a cell, metadata columns downwards, metagenes and clusters across.

    Parameters
    ----------
    table
        Result of ``associate_metadata``.
    metagenes
        Names of all metagenes.

    Returns
    -------
    matplotlib.figure.Figure
        A dot marks q < 0.05. Beside each column the adjusted Rand index of its categories and the clusters, and the
        number of samples. Of more than 60 columns, those with the smallest q.

    Examples
    --------
    >>> from nmfbio.signatures.association import COLUMNS
    >>> figure = draw_association(pd.DataFrame(columns=list(COLUMNS)), ["metagene_1", "metagene_2"])
    """
    tested = table[~table["kind"].isin(["left_out"])]
    if tested.empty:
        return draw_words(_TITLE, ["No metadata column could be tested.", *_reasons(table)])
    shown = _strongest(tested)
    kinds = [kind for kind in _KINDS if (shown["kind"] == kind).any()]
    names = {kind: list(dict.fromkeys(shown.loc[shown["kind"] == kind, "column"])) for kind in kinds}
    return _lay_out(shown, names, metagenes, _subtitle(tested, shown, table))


def draw_words(title: str, lines: list[str]) -> Figure:
    """Return a figure that says in words why there is nothing to draw."""
    width = USUAL_WIDTH * 0.75
    broken = [part for line in lines for part in wrap(line, width - 2 * MARGIN, LABEL)]
    top = title_height(title, width)
    sheet = Sheet.of_size(width, top + text_height(LABEL, len(broken)) + MARGIN)
    sheet.title(title)
    sheet.lines(MARGIN, top, broken, LABEL)
    return sheet.figure


def _reasons(table: pd.DataFrame) -> list[str]:
    rows = table[table["kind"] == "left_out"].head(8)
    return [f"{shorten(row.column, 40, LABEL)}: {shorten(row.note, 80, LABEL)}" for row in rows.itertuples()]


def _strongest(tested: pd.DataFrame) -> pd.DataFrame:
    least = tested.groupby("column", sort=False)["q"].min()
    kept = least.fillna(2).sort_values(kind="stable").index[:_MOST_ROWS]
    return tested[tested["column"].isin(kept)]


def _subtitle(tested: pd.DataFrame, shown: pd.DataFrame, table: pd.DataFrame) -> str:
    n_tests, n_found = int(tested["q"].notna().sum()), int((tested["q"] < LEVEL).sum())
    found = f"Dots: q < {LEVEL}, in {n_found} of {n_tests} tests" if n_found else f"Nothing reaches q < {LEVEL}"
    words = [f"{found} (Benjamini-Hochberg)."]
    n_shown, n_columns = shown["column"].nunique(), tested["column"].nunique()
    if n_shown < n_columns:
        words.append(f"Drawn are the {n_shown} of {n_columns} columns with the smallest q.")
    left = int((table["kind"] == "left_out").sum())
    if left:
        words.append(f"Columns not tested: {left}; association.tsv tells why.")
    return " ".join(words)


def _lay_out(table: pd.DataFrame, names: dict[str, list[str]], metagenes: list[str], subtitle: str) -> Figure:
    longest = max(text_width(_row_name(column, own), LABEL) for column, own in table.groupby("column"))
    left = MARGIN + max(longest, text_width("Metagene", LABEL)) + 2
    right = 24.0  # the two columns of numbers
    cell = float(np.clip((USUAL_WIDTH - left - right - _CLUSTER - MARGIN) / len(metagenes), *_CELLS))
    across = cell * len(metagenes)
    total = max(left + across + 1 + _CLUSTER + right + MARGIN, 120.0)
    lines = wrap(subtitle, total - 2 * MARGIN, LABEL)
    top = title_height(_TITLE, total) + text_height(LABEL, len(lines)) + 2
    rows = sum(map(len, names.values()))
    below = top + _HEAD + rows * _ROW + (len(names) - 1) * _GAP + 3
    legends = flow_legends(_legends(names, table), total - 2 * MARGIN)
    sheet = Sheet.of_size(total, below + legends.height + MARGIN)
    sheet.title(_TITLE)
    sheet.lines(MARGIN, title_height(_TITLE, total) - 1, lines, LABEL, color=FAINT)
    _write_heads(sheet, metagenes, left, top, cell)
    y = top + _HEAD
    for kind, columns in names.items():
        axes = sheet.bare_axes(left, y, across + 1 + _CLUSTER, len(columns) * _ROW)
        for place, column in enumerate(columns):
            own = table[(table["column"] == column) & (table["kind"] == kind)]
            _draw_row(sheet, axes, own, place, metagenes, cell)
            _write_numbers(sheet, own, column, (left, left + across + 1 + _CLUSTER), y + (place + 0.5) * _ROW)
        y += len(columns) * _ROW + _GAP
    legends.draw(sheet, MARGIN, below)
    return sheet.figure


def _legends(names: dict[str, list[str]], table: pd.DataFrame) -> list:
    kinds = list(dict.fromkeys([_KINDS[kind] for kind in names] + [_SHARES] * ("numeric" in names)))
    legends = [scale_legend(kind.heading, matplotlib.colormaps[kind.colours], kind.ticks, 38) for kind in kinds]
    if (table["p"].isna() & (table["effect_name"] != "adjusted_rand_index")).any():
        legends.append(category_legend("", ["not defined"], [PALE], 38))
    return legends


def _write_heads(sheet: Sheet, metagenes: list[str], left: float, top: float, cell: float) -> None:
    sheet.text(left - 2, top + 4.6, "Metagene", ha="right", va="center_baseline")
    for place, name in enumerate(metagenes):
        x = left + place * cell
        sheet.swatch(x + 0.15, top + 7.2, cell - 0.3, 1.2, metagene_colour(name))
        sheet.text(x + cell / 2, top + 4.6, str(metagene_number(name) or ""), LABEL, ha="center", va="center_baseline")
    x = left + cell * len(metagenes) + 1
    for middle, head in ((x + _CLUSTER / 2, "Cluster"), (x + _CLUSTER + 8, "ARI"), (x + _CLUSTER + 19, "Samples")):
        sheet.text(middle, top + 4.6, head, LABEL, ha="center", va="center_baseline")


def _draw_row(sheet: Sheet, axes: Axes, own: pd.DataFrame, place: int, metagenes: list[str], cell: float) -> None:
    tests = own[own["effect_name"] != "adjusted_rand_index"].set_index("metagene")
    places = {name: (i * cell, cell) for i, name in enumerate(metagenes)}
    places["cluster"] = (len(metagenes) * cell + 1, _CLUSTER)
    for name, (x, width) in places.items():
        if name not in tests.index:
            continue
        row = tests.loc[name]
        colour = _colour(str(row["kind"]), name == "cluster", float(row["effect"]), float(row["p"]))
        box = {"facecolor": colour, "edgecolor": PALE, "linewidth": 0.5}
        axes.add_patch(matplotlib.patches.Rectangle((x, place * _ROW), width, _ROW, **box))
        if row["q"] < LEVEL:
            ink = contrasting_ink(colour)
            axes.plot(x + width / 2, (place + 0.5) * _ROW, "o", ms=2.6, color=ink, mew=0, clip_on=False)


def _colour(kind: str, is_cluster: bool, effect: float, p: float) -> str:
    if np.isnan(p):
        return PALE
    if np.isnan(effect):
        return "white"  # log-rank: tested, but no size
    scale = _SHARES if is_cluster else _KINDS[kind]  # survival of clusters has no effect
    return to_hex(matplotlib.colormaps[scale.colours](scale.shade(effect)))


def _row_name(column: str, own: pd.DataFrame) -> str:
    """Return the name of a column, short enough for its room; the batch is marked."""
    mark = " (batch)" if own["note"].str.startswith(BATCH).any() else ""
    return shorten(column, _LONGEST_NAME - text_width(mark, LABEL), LABEL) + mark


def _write_numbers(sheet: Sheet, own: pd.DataFrame, column: str, edges: tuple[float, float], y: float) -> None:
    left, right = edges
    sheet.text(left - 2, y, _row_name(column, own), ha="right", va="center_baseline")
    index = own.loc[own["effect_name"] == "adjusted_rand_index", "effect"]
    if len(index):
        sheet.text(right + 8, y, f"{index.iloc[0]:z.2f}".replace("-", "−"), ha="center", va="center_baseline")
    style = {"ha": "center", "va": "center_baseline", "color": FAINT}
    sheet.text(right + 19, y, f"{own['n'].max():,}", **style)
