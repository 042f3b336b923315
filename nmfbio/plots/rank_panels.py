"""One measure over the number of metagenes: its values, their uncertainty, the same on shuffled data, the verdict."""

import matplotlib.ticker
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from nmfbio.plots.rank_measures import Measure
from nmfbio.plots.style import ACCENT, FAINT, INK, LABEL, SMALL, text_width

VALUE, NULL, BEYOND = "#0072B2", "#9a9a9a", "#f0f0f0"
NULL_WIDTH = 0.9  # ranks
_FURTHEST_INTERVAL = 0.6  # of the values' own span: a very wide interval is cut, not the curve pressed flat
_LOGARITHMIC_FROM = 10.0  # largest over smallest value
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def draw_measure(axes: Axes, table: pd.DataFrame, measure: Measure, verdict: dict, width: float) -> None:
    """Draw one measure into axes ``width`` mm wide.

    Parameters
    ----------
    axes
        Empty axes.
    table
        Rows of the measure: ``rank``, ``value``, ``low``, ``high``, ``null_low`` and ``null_high``, one row for every
        rank on the axis, NaN where there is no value.
    measure
        How it is drawn.
    verdict
        ``rank`` is marked.
    width
        Of the axes, in mm.
    """
    ranks, values = table["rank"].to_numpy(), table["value"].to_numpy()
    axes.set_xlim(*rank_limits(ranks))
    mark_rank(axes, verdict)
    if measure.line is not None and np.isfinite(values).any():
        axes.axhline(measure.line, color=FAINT, linewidth=0.7, linestyle=(0, (4, 2)), zorder=1, gid="line")
    _draw_null(axes, table)
    axes.vlines(ranks, table["low"], table["high"], color=VALUE, linewidth=2.4, alpha=0.35, gid="interval", zorder=2)
    axes.plot(ranks, values, color=VALUE, linewidth=1.2, marker="o", markersize=3.0, clip_on=False, gid="value")
    _scale_height(axes, table, measure)
    label_ranks(axes, ranks, verdict.get("rank"), width)
    axes.set_xlabel("Number of metagenes", fontsize=SMALL, labelpad=1.5)
    _mark_undefined(axes, ranks, values)


def ring_vote(axes: Axes, table: pd.DataFrame, vote: int | None) -> None:
    """Ring the value at the rank that a measure prefers, where it has one."""
    chosen = table[(table["rank"] == vote) & table["value"].notna()] if vote is not None else table.head(0)
    if len(chosen):
        style = {"ms": 7, "mfc": "none", "mec": ACCENT, "mew": 1.1, "clip_on": False, "zorder": 4}
        axes.plot(chosen["rank"], chosen["value"], "o", gid="vote", **style)


def draw_reproducibility(axes: Axes, table: pd.DataFrame, verdict: dict) -> None:
    """Add what the default rule looks at: the line, which ranks exceed it, and the bound beyond which none counts."""
    threshold, reproducible = verdict.get("threshold"), verdict.get("reproducible")
    shade_beyond_bound(axes, table["rank"].to_numpy(), verdict)
    if reproducible is not None:
        below = table[~table["rank"].isin(reproducible)]
        style = {"ms": 3.4, "mfc": "white", "mec": VALUE, "mew": 1.0, "clip_on": False, "zorder": 3}
        axes.plot(below["rank"], below["value"], "o", gid="below", **style)
    if threshold is not None:
        low, high = axes.get_ylim()
        axes.set_ylim(min(low, threshold - 0.05), max(high, threshold + 0.05))
        axes.axhline(threshold, color=INK, linewidth=0.8, linestyle=(0, (4, 2)), zorder=1, gid="threshold")
        axes.annotate(
            f"line, {threshold:.2g}", (1, threshold), (2, 0), xycoords=axes.get_yaxis_transform(),
            textcoords="offset points", fontsize=SMALL, va="center", annotation_clip=False,
        )  # fmt: skip


def rank_limits(ranks: np.ndarray) -> tuple[float, float]:
    """Return the ends of an axis over these ranks, with air beside the first and the last."""
    margin = max(0.5, 0.04 * (ranks.max() - ranks.min()))
    return ranks.min() - margin, ranks.max() + margin


def mark_rank(axes: Axes, verdict: dict) -> None:
    """Mark the verdict's rank by a vertical stripe, where there is one."""
    if verdict.get("rank") is not None:
        axes.axvline(verdict["rank"], color=ACCENT, linewidth=4, alpha=0.3, zorder=0, gid="verdict")


def shade_beyond_bound(axes: Axes, ranks: np.ndarray, verdict: dict) -> None:
    """Shade the ranks above the bound, where there are any."""
    if verdict.get("bound") is not None and verdict["bound"] < ranks.max():
        axes.axvspan(verdict["bound"] + 0.5, rank_limits(ranks)[1], color=BEYOND, linewidth=0, zorder=-1, gid="beyond")


def label_ranks(axes: Axes, ranks: np.ndarray, chosen: int | None, width: float) -> None:
    """Tick every rank and name as many as fit, the chosen one before all others."""
    low, high = axes.get_xlim()
    named: dict[int, tuple[float, float]] = {}
    for rank in sorted(ranks.tolist(), key=lambda rank: rank != chosen):
        centre, half = (rank - low) / (high - low) * width, text_width(str(rank), LABEL) / 2 + 0.4
        if all(centre - half > end or centre + half < start for start, end in named.values()):
            named[rank] = (centre - half, centre + half)
    axes.set_xticks(list(named), [str(rank) for rank in named], parse_math=False)
    axes.set_xticks([rank for rank in ranks.tolist() if rank not in named], minor=True)


def _draw_null(axes: Axes, table: pd.DataFrame) -> None:
    known = table[table["null_low"].notna() & table["null_high"].notna()]
    axes.bar(
        known["rank"], known["null_high"] - known["null_low"], NULL_WIDTH, known["null_low"],
        facecolor=NULL, edgecolor=NULL, linewidth=0.6, alpha=0.55, zorder=0.5, gid="null",
    )  # fmt: skip


def _scale_height(axes: Axes, table: pd.DataFrame, measure: Measure) -> None:
    """Leave air around the values and do not blow up differences too small to mean anything."""
    drawn = table[["value", "null_low", "null_high"]].to_numpy().ravel()
    drawn = drawn[np.isfinite(drawn)]
    if not len(drawn):
        axes.set(ylim=(0, 1), yticks=[])
        return
    low, high = drawn.min(), drawn.max()
    if measure.is_logarithmic and low > 0 and high / low > _LOGARITHMIC_FROM:
        _scale_logarithmically(axes, low, high, measure)
        return
    if measure.line is not None:
        low, high = min(low, measure.line), max(high, measure.line)
    furthest = _FURTHEST_INTERVAL * max(high - low, measure.smallest_span)
    low = min(low, max(np.nanmin([low, table["low"].min()]), low - furthest))
    high = max(high, min(np.nanmax([high, table["high"].max()]), high + furthest))
    span = max(high - low, measure.smallest_span, 1e-3 * max(abs(high), 1e-12))
    middle = (low + high) / 2
    axes.set_ylim(middle - 0.58 * span, middle + 0.58 * span)
    axes.yaxis.set_major_locator(matplotlib.ticker.MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    power = int(np.floor(np.log10(max(abs(high), 1e-12))))
    power = power if power >= 4 else 0
    _write_values(axes, 10.0**power, measure)
    if power:
        text = "×10" + str(power).translate(_SUPERSCRIPTS)
        axes.annotate(text, (0, 1), (0, 2), xycoords="axes fraction", textcoords="offset points", fontsize=SMALL)


def _scale_logarithmically(axes: Axes, low: float, high: float, measure: Measure) -> None:
    axes.set_yscale("log")
    axes.set_ylim(low / 1.5, high * 1.5)
    subs = (1.0,) if high / low > 100 else (1.0, 3.0)
    axes.yaxis.set_major_locator(matplotlib.ticker.LogLocator(subs=subs, numticks=6))
    axes.yaxis.set_minor_locator(matplotlib.ticker.NullLocator())
    _write_values(axes, 1.0, measure)


def _write_values(axes: Axes, unit: float, measure: Measure) -> None:
    def write(value: float, _position: int) -> str:
        value = 0.0 if abs(value) < 1e-12 * unit else value
        return f"{100 * value:.4g} %" if measure.is_share else f"{value / unit:.5g}"

    axes.yaxis.set_major_formatter(matplotlib.ticker.FuncFormatter(write))
    axes.tick_params(axis="y", labelsize=SMALL)


def _mark_undefined(axes: Axes, ranks: np.ndarray, values: np.ndarray) -> None:
    missing = ranks[~np.isfinite(values)]
    if len(missing) == len(ranks):
        style = {"fontsize": SMALL, "color": FAINT, "ha": "center", "va": "center", "transform": axes.transAxes}
        axes.text(0.5, 0.5, "undefined for this run", bbox={"facecolor": "white", "edgecolor": "none"}, **style)
        return
    style = {"ms": 3, "mew": 0.7, "color": FAINT, "transform": axes.get_xaxis_transform()}
    axes.plot(missing, np.full(len(missing), 0.05), "x", gid="undefined", **style)
