"""Draws hit rates of all rules and the calibration of the verdict."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.rank.rules import RULES
from benchmarks.rank.summary import ALL
from nmfbio.io import atomic_path

PANELS = {
    ALL: "Five scenarios: exact",
    "weak": "Weak nuisances: exact",
    "sparse": "Few counts: exact",
    "null": "No structure: told",
    "sparse_null": "None, few counts: told",
}
OURS, THEIRS = "#D55E00", "#0072B2"
STYLE = {"font.size": 8, "axes.titlesize": 9, "axes.spines.top": False, "axes.spines.right": False}


def draw(summary: Mapping, path: Path) -> None:
    """One panel a kind of set with a line for each rule, and one for the calibration, as PNG."""
    import matplotlib

    rates = pd.DataFrame(summary["rates"])
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(16, 4.6), layout="constrained")
        *panels, calibration = figure.subplots(1, len(PANELS) + 1)
        for axes, (scope, title) in zip(panels, PANELS.items(), strict=True):
            draw_rates(axes, rates[(rates.scope == scope) & (rates.what == "exact")], list(rates.rule.unique()))
            axes.set_title(title, loc="left")
            axes.tick_params(labelleft=axes is panels[0])
        draw_calibration(calibration, pd.DataFrame(summary["calibration"]))
        with atomic_path(path) as temporary:
            figure.savefig(temporary, dpi=150)


def draw_rates(axes: Axes, rates: pd.DataFrame, rules: list[str]) -> None:
    """A dot with its interval for each rule, nmfbio on top."""
    for row in rates.itertuples():
        colour = OURS if row.rule == "nmfbio" else THEIRS
        axes.plot([row.low, row.high], [rules.index(row.rule)] * 2, color=colour, linewidth=1.3)
        axes.plot(row.rate, rules.index(row.rule), "o", color=colour, markersize=5)
    axes.set(xlim=(-0.03, 1.03), ylim=(len(rules) - 0.4, -0.6), xlabel="share of sets, 95 % interval")
    axes.set_yticks(range(len(rules)), [RULES[rule] for rule in rules])
    axes.grid(axis="x", color="#e6e6e6", linewidth=0.6)
    axes.set_axisbelow(True)


def draw_calibration(axes: Axes, classes: pd.DataFrame) -> None:
    """Share of right verdicts over the agreement they stated."""
    axes.plot([0, 1], [0, 1], color="#999999", linestyle="--", linewidth=0.8)
    for row in classes.itertuples():
        axes.plot([row.stated] * 2, [row.low, row.high], color=OURS, linewidth=1.3)
        axes.plot(row.stated, row.rate, "o", color=OURS, markersize=5)
        beside = {"xytext": (7, -3), "textcoords": "offset points"}
        box = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
        axes.annotate(f"{row.hits} of {row.sets}", (row.stated, row.rate), **beside, bbox=box)
    axes.set(xlim=(-0.03, 1.12), ylim=(-0.03, 1.03), xlabel="agreement stated", ylabel="share of verdicts right")
    axes.set_title("Calibration of the verdict", loc="left")
