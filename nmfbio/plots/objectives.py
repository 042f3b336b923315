"""Objectives of the restarts: how far apart they end at each rank."""

import matplotlib.ticker
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nmfbio.plots.sheet import MARGIN, Sheet, title_height
from nmfbio.plots.style import ACCENT, FAINT, INK, LABEL, PALE, SMALL, styled, text_height, text_width

_TITLE = "How close the restarts come to the best one"
_FINISHED = "#0072B2"
_GOLDEN = 0.6180339887498949  # multiples of the golden ratio spread evenly: a jitter without chance
_LEFT, _HEIGHT, _ROW = 30.0, 62.0, 4.2  # mm
_SMALLEST = 120.0  # mm, the figure's least width
_NEGLIGIBLE = 1e-3  # percent: restarts closer than this are as good as the same
_ENOUGH_FOR_BOX = 5  # restarts
_SPREAD = 50.0  # largest over median excess from which the axis becomes logarithmic


@styled
def draw_objectives(objectives: pd.DataFrame) -> Figure:
    """Draw each restart's objective at each rank, in percent above the best restart of that rank.

    Parameters
    ----------
    objectives
        Table with the columns ``rank``, ``restart``, ``objective`` (the smaller the better) and ``converged``.

    Returns
    -------
    matplotlib.figure.Figure
        Restarts that stopped at the limit of iterations before they converged are orange triangles; a box spans the
        middle half of the restarts where there are at least five. Numbers of restarts stand below each rank.

    Examples
    --------
    >>> import pandas as pd
    >>> figure = draw_objectives(pd.DataFrame({"rank": [2, 2], "restart": [0, 1], "objective": [10.0, 10.1],
    ...                                        "iterations": [90, 120], "converged": [True, True]}))
    """
    table = objectives.assign(excess=excess_percent(objectives), converged=objectives["converged"].astype(bool))
    ranks = sorted(table["rank"].unique())
    step = max(14.0, max(text_width(str(count), LABEL) for count in table["rank"].value_counts()) + 3)
    width = max(60.0, min(len(ranks) * 24.0, 146.0), len(ranks) * step if len(ranks) > 10 else 0)
    top = title_height(_TITLE, _SMALLEST) + text_height(LABEL) + 2
    total = max(_LEFT + width + MARGIN, _SMALLEST)
    sheet = Sheet.of_size(total, top + _HEIGHT + 2 + 3 * _ROW + MARGIN)
    sheet.title(_TITLE)
    axes = sheet.axes(_LEFT, top, width, _HEIGHT, xlim=(-0.5, len(ranks) - 0.5))
    _draw_boxes(axes, table, ranks)
    for place, rank in enumerate(ranks):
        _draw_restarts(axes, place, table[table["rank"] == rank])
    _scale_height(axes, table["excess"].to_numpy())
    axes.set_xticks([])
    axes.set_ylabel("Objective above the best restart, %", fontsize=LABEL)
    _write_counts(sheet, table, ranks, width, top + _HEIGHT + 2)
    _write_key(sheet, table, title_height(_TITLE, total) - 1)
    return sheet.figure


def excess_percent(objectives: pd.DataFrame) -> pd.Series:
    """Return how far each objective lies above the smallest of its rank, in percent (absolute if that is 0)."""
    best = objectives.groupby("rank")["objective"].transform("min")
    above = objectives["objective"] - best
    return (100 * above / best.abs().where(best != 0, 1.0)).rename("excess")


def _draw_restarts(axes: Axes, place: int, table: pd.DataFrame) -> None:
    jitter = ((np.arange(len(table)) * _GOLDEN + 0.5) % 1 - 0.5) * 0.44
    size = 11 if len(table) <= 100 else 5
    for finished, marker, colour in ((True, "o", _FINISHED), (False, "^", ACCENT)):
        chosen = table["converged"].to_numpy() == finished
        axes.scatter(
            place + jitter[chosen], table["excess"][chosen], s=size, marker=marker, color=colour, alpha=0.75,
            linewidths=0, zorder=2 + (not finished), clip_on=False, rasterized=len(table) > 1000,
        )  # fmt: skip


def _draw_boxes(axes: Axes, table: pd.DataFrame, ranks: list) -> None:
    import seaborn  # here, since it costs other figures' jobs a second

    enough = table[table.groupby("rank")["rank"].transform("size") >= _ENOUGH_FOR_BOX]
    if enough.empty:
        return
    seaborn.boxplot(
        enough,
        x="rank",
        y="excess",
        order=ranks,
        ax=axes,
        width=0.62,
        color=PALE,
        saturation=1,
        linecolor=FAINT,
        linewidth=0.6,
        showfliers=False,
        medianprops={"color": INK, "linewidth": 1},
    )
    axes.set_xlabel("")


def _scale_height(axes: Axes, excess: np.ndarray) -> None:
    """Let the axis begin at the best; make it logarithmic above a threshold where few restarts lie far off."""
    finite = excess[np.isfinite(excess)]
    largest = max(float(finite.max(initial=0.0)), _NEGLIGIBLE)
    axes.set_ylim(-0.03 * largest, 1.05 * largest)
    above = np.maximum(finite[finite > 0], _NEGLIGIBLE)
    if len(above) and largest / np.median(above) > _SPREAD:
        threshold = 10.0 ** np.floor(np.log10(np.quantile(above, 0.25)))
        axes.set_yscale("symlog", linthresh=threshold)
        axes.set_ylim(-0.25 * threshold, 1.5 * largest)
    axes.yaxis.set_major_formatter(matplotlib.ticker.FuncFormatter(_percent))
    axes.yaxis.set_minor_locator(matplotlib.ticker.NullLocator())
    axes.tick_params(axis="y", labelsize=LABEL)


def _percent(value: float, _position: int) -> str:
    return f"{value:.4g}" if value >= 0 else ""


def _write_counts(sheet: Sheet, table: pd.DataFrame, ranks: list, width: float, top: float) -> None:
    by_rank = table.groupby("rank")
    rows = {
        "Rank": {rank: str(rank) for rank in ranks},
        "Restarts": by_rank.size().to_dict(),
        "Not converged": (~table["converged"]).groupby(table["rank"]).sum().to_dict(),
    }
    for i, (heading, counts) in enumerate(rows.items()):
        y = top + i * _ROW
        weight = "bold" if i == 0 else "normal"
        sheet.text(_LEFT - 3, y, heading, ha="right", weight=weight)
        for place, rank in enumerate(ranks):
            colour = ACCENT if i == 2 and counts[rank] else INK
            x = _LEFT + (place + 0.5) * width / len(ranks)
            sheet.text(x, y, str(counts[rank]), ha="center", weight=weight, color=colour)


def _write_key(sheet: Sheet, table: pd.DataFrame, top: float) -> None:
    entries = [("●", _FINISHED, "converged")]
    if not table["converged"].all():
        entries.append(("▲", ACCENT, "stopped at the limit of iterations"))
    x = MARGIN
    for sign, colour, text in entries:
        sheet.text(x, top, sign, SMALL, color=colour)
        sheet.text(x + 3, top, text, LABEL, color=FAINT)
        x += text_width(text, LABEL) + 8
    if table["rank"].value_counts().max() >= _ENOUGH_FOR_BOX:
        sheet.text(x, top, "box: middle half, line: median", LABEL, color=FAINT)
