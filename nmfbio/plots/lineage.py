"""Lineage: how metagenes split and merge from one rank to the next, as a river of samples."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from nmfbio.colours import metagene_colour, metagene_number
from nmfbio.plots.sheet import MARGIN, USUAL_WIDTH, Sheet, title_height
from nmfbio.plots.style import (
    ACCENT,
    FAINT,
    LABEL,
    PALE,
    SMALL,
    contrasting_ink,
    styled,
    text_height,
    wrap,
)

_TITLE = "How metagenes split and merge as their number grows"
_NOTHING = "One rank was tried, so there is nothing to compare. Name more in factorize.ranks."
_KEY = (
    "Columns: ranks. Bars: metagenes, by their number; taller with more samples. Ribbons: samples called for both, "
    "strong where the left one is a parent of the right one: the one most like it, or one that gives it a third of its "
    "samples. Hollow: the metagene hardly recurs over restarts (silhouette of 0.75 or less)."
)
_CHOSEN = " Grey band: the rank that was chosen."
_STABLE = 0.75  # silhouette of a metagene over restarts above which NMFk calls it stable (Alexandrov et al. 2013)
_NODE, _NARROWEST, _WIDEST = 6.0, 9.0, 34.0  # mm: width of a bar, room between two
_BAND = 1.6  # mm of grey beside the bars of the chosen rank
_LEAST, _GAP = 2.7, 1.0  # mm: a bar of no samples, which holds its number, and the gap to the next
_SHORTEST, _PER_NODE = 62.0, 5.2  # mm
_SWEEPS = 24


@dataclass(frozen=True)
class Node:
    """A metagene at one rank: where its bar lies, mm."""

    top: float
    height: float
    samples: int
    stability: float


@styled
def draw_lineage(lineage: pd.DataFrame, rank: int | None = None) -> Figure:
    """Draw ranks as columns of metagenes, joined by ribbons of the samples that two metagenes share.

    Parameters
    ----------
    lineage
        Table of ``trace_lineage``; without rows the figure says that there is nothing to compare.
    rank
        The rank that was chosen, which is marked; None where there is none.

    Returns
    -------
    matplotlib.figure.Figure
        Metagenes that do not recur over restarts (silhouette of 0.75 or less) are hollow.

    Examples
    --------
    >>> figure = draw_lineage(trace_lineage(consensuses), rank=3)  # doctest: +SKIP
    """
    if lineage.empty:
        return _draw_nothing()
    order = order_nodes(lineage)
    ranks = list(order)
    room = float(np.clip((USUAL_WIDTH - 2 * MARGIN - len(ranks) * _NODE) / (len(ranks) - 1), _NARROWEST, _WIDEST))
    width = len(ranks) * _NODE + (len(ranks) - 1) * room
    total = max(width + 2 * MARGIN, 120.0)
    height = max(_SHORTEST, _PER_NODE * max(len(names) for names in order.values()))
    key = wrap(_KEY + (_CHOSEN if rank in ranks else ""), 0.97 * (total - 2 * MARGIN), LABEL)
    top = title_height(_TITLE, total) + text_height(LABEL) + 2
    below = top + height + 3
    sheet = Sheet.of_size(total, below + text_height(LABEL, len(key)) + MARGIN)
    sheet.title(_TITLE)
    left = (total - width) / 2
    places = {each: left + i * (_NODE + room) for i, each in enumerate(ranks)}
    _write_ranks(sheet, places, rank, top)
    axes = sheet.bare_axes(0, top, total, height)
    if rank in places:
        band = Rectangle((places[rank] - _BAND, 0), _NODE + 2 * _BAND, height, facecolor=PALE, edgecolor="none")
        axes.add_patch(band)
    nodes = {each: stack_nodes(names, node_facts(lineage, each), height) for each, names in order.items()}
    for lower, higher in pairwise(ranks):
        rows = lineage[(lineage["rank"] == lower) & (lineage["samples"] > 0)]
        _draw_ribbons(axes, rows, nodes[lower], nodes[higher], places[lower] + _NODE, places[higher])
    for each in ranks:
        _draw_nodes(axes, nodes[each], places[each])
    sheet.lines(MARGIN, below, key, LABEL, color=FAINT)
    return sheet.figure


def _draw_nothing() -> Figure:
    sheet = Sheet.of_size(120.0, title_height(_TITLE, 120.0) + text_height(LABEL) + 2 + MARGIN)
    sheet.title(_TITLE)
    sheet.text(MARGIN, title_height(_TITLE, 120.0), _NOTHING, color=FAINT)
    return sheet.figure


def node_facts(lineage: pd.DataFrame, rank: int) -> dict[str, tuple[int, float]]:
    """Samples and stability of each metagene of a rank, from the rows in which it stands."""
    is_first = (lineage["rank"] == rank).any()
    rows = lineage[lineage["rank" if is_first else "next_rank"] == rank]
    names, stability = ("metagene", "stability") if is_first else ("next_metagene", "next_stability")
    by_name = rows.groupby(names)
    samples, stable = by_name["samples"].sum(), by_name[stability].agg(lambda values: values.iloc[0])
    return {name: (samples[name], stable[name]) for name in samples.index}


def order_nodes(lineage: pd.DataFrame) -> dict[int, list[str]]:
    """Order the metagenes of each rank so that ribbons cross little.

    Each column in turn is sorted by the mean place of the samples' metagenes in the column beside it, to and fro
    (barycentres; Sugiyama et al. 1981); the best of all sweeps is kept.

    Parameters
    ----------
    lineage
        Table of ``trace_lineage``.

    Returns
    -------
    dict
        Names of metagenes from top to bottom, by rank.
    """
    ranks = sorted({*lineage["rank"], *lineage["next_rank"]})
    flows = {
        lower: rows.pivot(index="metagene", columns="next_metagene", values="samples").to_numpy(float)
        + 1e-6 * np.maximum(rows.pivot(index="metagene", columns="next_metagene", values="cosine").to_numpy(), 0)
        for lower, rows in lineage.groupby("rank")
    }
    names = {
        lower: (sorted(rows["metagene"].unique()), sorted(rows["next_metagene"].unique()))
        for lower, rows in lineage.groupby("rank")
    }
    labels = {rank: names[rank][0] for rank in ranks[:-1]} | {ranks[-1]: names[ranks[-2]][1]}
    steps = [flows[rank] for rank in ranks[:-1]]
    start = [np.argsort([metagene_number(label) for label in labels[rank]], kind="stable") for rank in ranks]
    best, fewest = start, count_crossings(steps, start)
    orders = start
    for sweep in range(_SWEEPS):
        orders = _sweep(steps, orders, forwards=sweep % 2 == 0)
        crossings = count_crossings(steps, orders)
        if crossings < fewest - 1e-9:
            best, fewest = orders, crossings
    return {rank: [labels[rank][i] for i in order] for rank, order in zip(ranks, best, strict=True)}


def _sweep(steps: list[np.ndarray], orders: list[np.ndarray], forwards: bool) -> list[np.ndarray]:
    orders = list(orders)
    columns = range(1, len(orders)) if forwards else range(len(orders) - 2, -1, -1)
    for column in columns:
        beside = column - 1 if forwards else column + 1
        flow = steps[beside].T if forwards else steps[column]
        places = np.empty(len(orders[beside]))
        places[orders[beside]] = np.arange(len(places))
        totals = flow.sum(axis=1)
        own = np.empty(len(orders[column]))
        own[orders[column]] = np.linspace(0, len(places) - 1, len(own)) if len(own) > 1 else 0
        means = np.where(totals > 0, flow @ places / np.where(totals > 0, totals, 1), own)
        orders[column] = np.lexsort((own, means))
    return orders


def count_crossings(steps: list[np.ndarray], orders: list[np.ndarray]) -> float:
    """Sum over pairs of ribbons that cross of the product of their samples.

    Examples
    --------
    >>> flow = np.array([[0.0, 2.0], [3.0, 0.0]])
    >>> count_crossings([flow], [np.array([0, 1]), np.array([0, 1])])
    6.0
    """
    total = 0.0
    for flow, first, second in zip(steps, orders, orders[1:], strict=False):
        ordered = flow[np.ix_(first, second)]
        below = ordered[::-1].cumsum(axis=0)[::-1] - ordered  # ribbons from lower nodes to the same partner
        crossing = below.cumsum(axis=1) - below  # ... to partners above
        total += float((ordered * crossing).sum())
    return total


def stack_nodes(names: list[str], facts: Mapping[str, tuple[int, float]], height: float) -> dict[str, Node]:
    """Place the bars of one rank from top to bottom; each has room for its number and grows with its samples."""
    free = height - len(names) * _LEAST - (len(names) - 1) * _GAP
    total = max(sum(facts[name][0] for name in names), 1)
    nodes, top = {}, 0.0
    for name in names:
        samples, stability = facts[name]
        tall = _LEAST + free * samples / total
        nodes[name] = Node(top, tall, samples, stability)
        top += tall + _GAP
    return nodes


def _draw_ribbons(
    axes: Axes, rows: pd.DataFrame, lower: dict[str, Node], higher: dict[str, Node], left: float, right: float
) -> None:
    starts = _ribbon_ends(rows, "metagene", "next_metagene", lower, higher)
    ends = _ribbon_ends(rows, "next_metagene", "metagene", higher, lower)
    middle = (left + right) / 2
    for place, row in sorted(rows.iterrows(), key=lambda item: (item[1]["parent"], item[1]["samples"])):
        (top, bottom), (end_top, end_bottom) = starts[place], ends[place]
        corners = [
            (left, top), (middle, top), (middle, end_top), (right, end_top),
            (right, end_bottom), (middle, end_bottom), (middle, bottom), (left, bottom), (left, top),
        ]  # fmt: skip
        codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
        colour, alpha = metagene_colour(row["metagene"]), 0.5 if row["parent"] else 0.18
        axes.add_patch(PathPatch(Path(corners, codes), facecolor=colour, edgecolor="none", alpha=alpha))


def _ribbon_ends(
    rows: pd.DataFrame, own: str, other: str, nodes: dict[str, Node], partners: dict[str, Node]
) -> dict[object, tuple[float, float]]:
    """Where the ribbons touch a column of bars, in the order of the partners; they fill each bar."""
    ends = {}
    for name, group in rows.groupby(own):
        node = nodes[name]
        edge = node.top
        for place in sorted(group.index, key=lambda row: partners[rows.at[row, other]].top):
            wide = node.height * rows.at[place, "samples"] / node.samples
            ends[place] = (edge, edge + wide)
            edge += wide
    return ends


def _draw_nodes(axes: Axes, nodes: dict[str, Node], left: float) -> None:
    for name, node in nodes.items():
        colour, hollow = metagene_colour(name), not (np.isnan(node.stability) or node.stability > _STABLE)
        face = "white" if hollow else colour
        inset = 0.3
        axes.add_patch(
            Rectangle(
                (left + inset, node.top + inset), _NODE - 2 * inset, node.height - 2 * inset,
                facecolor=face, edgecolor=colour, linewidth=1.4,
            )
        )  # fmt: skip
        number = str(metagene_number(name))
        ink = contrasting_ink("#ffffff" if hollow else colour)
        axes.text(left + _NODE / 2, node.top + node.height / 2, number, fontsize=SMALL, color=ink, ha="center",
                  va="center_baseline")  # fmt: skip


def _write_ranks(sheet: Sheet, places: Mapping[int, float], chosen: int | None, top: float) -> None:
    for rank, left in places.items():
        is_chosen = rank == chosen
        style = {"color": ACCENT, "weight": "bold"} if is_chosen else {}
        sheet.text(left + _NODE / 2, top - text_height(LABEL) - 1.6, str(rank), ha="center", **style)
