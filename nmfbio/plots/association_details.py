"""The associations beyond chance one by one: usage shares by category or over numbers, survival of the clusters."""

import matplotlib.ticker
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nmfbio.colours import metagene_colour
from nmfbio.plots.association import LEVEL, draw_words
from nmfbio.plots.association_survival import draw_survival, survival_height
from nmfbio.plots.sheet import MARGIN, Sheet, title_height
from nmfbio.plots.style import (
    FAINT,
    HEADING,
    INK,
    LABEL,
    PALE,
    SMALL,
    metagene_title,
    shorten,
    styled,
    text_height,
    text_width,
)

MOST_PANELS = 12
_ACROSS = 3  # panels side by side
_PITCH, _WIDTH, _HEIGHT = 58.0, 42.0, 34.0  # mm: from one panel to the next, of its axes
_ROOM = _PITCH - _WIDTH - 4  # mm left of the axes
_HEAD = 8.5  # mm above the axes
_MOST_CATEGORIES = 12
_LONGEST_CATEGORY = 24.0  # mm
_ALL_POINTS = 100  # samples up to which each is drawn, beyond it boxes
_JITTER_SEED = 0
_STEPS = [1, 2, 2.5, 5, 10]
_TITLE = "Associations with the metadata"
_SIGNS = {"epsilon_squared": "ε²", "rho": "ρ"}


@styled
def draw_association_details(table: pd.DataFrame, panels: pd.DataFrame, samples: pd.DataFrame) -> Figure:
    """Draw a panel for each association, survival first.

    Parameters
    ----------
    table
        Result of ``associate_metadata``.
    panels
        Of ``choose_panels``: the rows of the table that are drawn.
    samples
        One row a sample and panel: panel (the number of its row in ``panels``), sample, value (text, a number, or the
        time), event (of survival), cluster, usage_share.

    Returns
    -------
    matplotlib.figure.Figure
        Every sample is a dot where a panel has at most 100, else boxes span the middle half. Survival curves are those
        of Kaplan & Meier (1958), one a cluster, with the number at risk. Without panels, words that say so.
    """
    if panels.empty:
        tested = int(table["q"].notna().sum())
        return draw_words(_TITLE, [f"Nothing reaches q < {LEVEL}, of {tested} tests."])
    title = f"{_TITLE}\n{_what_is_drawn(table, panels)}"
    groups = dict(iter(samples.groupby("panel")))
    survival = panels[panels["kind"] == "survival"]
    grid = [
        panels[panels["kind"] != "survival"].iloc[i : i + _ACROSS]
        for i in range(0, len(panels) - len(survival), _ACROSS)
    ]
    width = 2 * MARGIN + _ACROSS * _PITCH
    top = title_height(title, width) + 1
    heights = [_row_height(row, groups) for row in grid]
    tall = [survival_height(groups[number]) for number in survival.index]
    sheet = Sheet.of_size(width, top + sum(heights) + sum(tall) + MARGIN)
    sheet.title(title)
    for number, height in zip(survival.index, tall, strict=True):
        draw_survival(sheet, survival.loc[number], groups[number], top)
        top += height
    for row, height in zip(grid, heights, strict=True):
        for place, number in enumerate(row.index):
            _draw_panel(sheet, row.loc[number], groups[number], MARGIN + place * _PITCH, top)
        top += height
    return sheet.figure


def choose_panels(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of the table that get a panel: of every column that reaches q < 0.05 the best metagene, then further ones.

    Parameters
    ----------
    table
        Result of ``associate_metadata``.

    Returns
    -------
    pandas.DataFrame
        At most 12 rows, in the table's order, numbered from 0. Survival has one: its clusters.
    """
    reaching = table[table["q"] < LEVEL]
    of_metagenes = table[(table["metagene"] != "cluster") & (table["kind"] != "survival") & table["p"].notna()]
    of_metagenes = of_metagenes[of_metagenes["column"].isin(reaching["column"])].sort_values("p", kind="stable")
    place = of_metagenes.groupby("column").cumcount()
    of_metagenes = of_metagenes[(of_metagenes["q"] < LEVEL) | (place == 0)]
    survival = table[(table["test"] == "log_rank") & table["column"].isin(reaching["column"])]
    order = pd.concat([pd.Series(-1, survival.index), place.loc[of_metagenes.index]]).sort_values(kind="stable")
    return table.loc[np.sort(order.index[:MOST_PANELS])].reset_index(drop=True)


def _what_is_drawn(table: pd.DataFrame, panels: pd.DataFrame) -> str:
    found = table[table["q"] < LEVEL]
    text = f"q < {LEVEL} in {len(found)} of {int(table['q'].notna().sum())} tests"
    one_by_one = found[(found["metagene"] != "cluster") & (found["kind"] != "survival")]
    drawn = set(zip(panels["column"], panels["metagene"], strict=True))
    is_all = drawn >= set(zip(one_by_one["column"], one_by_one["metagene"], strict=True))
    return text if is_all else f"{text}; drawn are {len(panels)}, of every column the strongest first"


def _row_height(row: pd.DataFrame, groups: dict[int, pd.DataFrame]) -> float:
    return _HEAD + _HEIGHT + 3 + max(_labels_height(row.loc[number], groups[number]) for number in row.index) + 4


def _labels_height(panel: pd.Series, samples: pd.DataFrame) -> float:
    if panel["kind"] == "numeric":
        return text_height(LABEL)
    names = [shorten(name, _LONGEST_CATEGORY, SMALL) for name in _categories(samples)]
    return max(text_width(name, SMALL) for name in names)


def _categories(samples: pd.DataFrame) -> list[str]:
    """The most frequent categories, in the order of their names."""
    most = samples["value"].value_counts(sort=False).sort_index().sort_values(ascending=False, kind="stable")
    return sorted(most.index[:_MOST_CATEGORIES], key=_numbers_first)


def _numbers_first(text: str) -> tuple[bool, float, str]:
    try:
        return False, float(text), text
    except ValueError:
        return True, 0.0, text


def _draw_panel(sheet: Sheet, panel: pd.Series, samples: pd.DataFrame, left: float, top: float) -> None:
    sheet.text(left, top, shorten(panel["column"], _PITCH - 5, HEADING, "bold"), HEADING, weight="bold")
    sheet.text(left, top + 4, _in_words(panel, samples), SMALL, color=FAINT)
    axes = sheet.axes(left + _ROOM, top + _HEAD, _WIDTH, _HEIGHT)
    colour = metagene_colour(panel["metagene"])
    if panel["kind"] == "numeric":
        _draw_scatter(axes, samples, colour)
    else:
        _draw_categories(axes, samples, colour)
    axes.yaxis.set_major_locator(matplotlib.ticker.MaxNLocator(4, steps=_STEPS))
    axes.set_ylabel(f"Share of {metagene_title(panel['metagene']).lower()}", fontsize=LABEL, labelpad=2)
    axes.tick_params(labelsize=SMALL, pad=1.5)


def _in_words(panel: pd.Series, samples: pd.DataFrame) -> str:
    effect = f"{_SIGNS[panel['effect_name']]} = {panel['effect']:.2f}".replace("-", "−")
    words = f"{effect}, q = {panel['q']:.1g}, {panel['n']:,} samples"
    n_categories = samples["value"].nunique() if panel["kind"] == "categorical" else 0
    return f"{words}; {_MOST_CATEGORIES} of {n_categories} drawn" if n_categories > _MOST_CATEGORIES else words


def _draw_scatter(axes: Axes, samples: pd.DataFrame, colour: str) -> None:
    many = len(samples) > 1000
    size = 3 if many else 8
    style = {"s": size, "color": colour, "linewidths": 0, "alpha": 0.3 if many else 0.7, "rasterized": many}
    axes.scatter(samples["value"].to_numpy(float), samples["usage_share"], **style)
    axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(4, steps=_STEPS))
    axes.xaxis.set_major_formatter(matplotlib.ticker.FuncFormatter(lambda value, _: f"{value:.4g}".replace("-", "−")))


def _draw_categories(axes: Axes, samples: pd.DataFrame, colour: str) -> None:
    names = _categories(samples)
    shown = samples[samples["value"].isin(names)]
    if len(samples) <= _ALL_POINTS:
        jitter = np.random.default_rng(_JITTER_SEED).uniform(-0.28, 0.28, len(shown))
        places = shown["value"].map({name: i for i, name in enumerate(names)}).to_numpy(float)
        axes.scatter(places + jitter, shown["usage_share"], s=8, color=colour, linewidths=0, alpha=0.75)
    else:
        shares = [shown.loc[shown["value"] == name, "usage_share"].to_numpy(float) for name in names]
        line, dots = {"color": FAINT, "linewidth": 0.6}, {"marker": ".", "ms": 1.5, "mec": FAINT, "rasterized": True}
        axes.boxplot(
            shares, positions=range(len(names)), widths=0.7, patch_artist=True, manage_ticks=False, flierprops=dots,
            boxprops={"facecolor": colour, "edgecolor": FAINT, "linewidth": 0.6, "alpha": 0.6},
            medianprops={"color": INK, "linewidth": 1}, whiskerprops=line, capprops=line,
        )  # fmt: skip
    axes.set_xlim(-0.6, len(names) - 0.4)
    labels = [shorten(name, _LONGEST_CATEGORY, SMALL) for name in names]
    axes.set_xticks(range(len(names)), labels, rotation=90, fontsize=SMALL, parse_math=False)
    axes.axhline(0, color=PALE, lw=0.6, zorder=0)
