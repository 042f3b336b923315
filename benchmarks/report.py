"""Writes the tables of the report in Markdown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from cases import Case
from measure import Outcome
from solvers import SOLVERS
from summary import THRESHOLDS, at_equal_objective, own_stops, times_to_thresholds, twins

METHOD = """\
- **One thread, one core, CPU time.** Every solver runs in a process of its own, with one thread, on one processor. User
  and system seconds of the fit alone are counted: not start-up, reading, conversion, compiling or evaluating.
- **The same starts.** Solvers begin from the factors that nmfbio's restarts of the same number begin from, scaled so
  that their product has the matrix's mean (scikit-learn judges progress by the error of the start). Where a solver
  takes no start, it draws its own, and this is said. nmfbio's restarts *together* in one call begin from the factors
  as drawn.
- **Own stop.** Each solver's defaults, apart from start, objective and number of metagenes.
- **Equal or better objective.** Objectives are computed from the factors by code of the benchmark, in float64. nmfbio
  runs from the same start and is stopped, by ``max_iter`` or ``tolerance``, once it is at or below the peer's objective
  (within 1e-6 of it): of a ladder of stops (1, 2, 3, … 40 iterations; tolerances from 1e-3 to 1e-8) the one that takes
  fewest iterations. The search for it is not timed. Where nmfbio finds another local minimum, above the peer's end, the
  start is not in the ratio; *reached* tells how many are.
- **Above best** is the excess over the lowest objective that any solver of this run got to from the same start.
- **Memory.** glibc returns freed blocks to the kernel, which clears them anew; solvers with large temporaries feel
  that. *Default* is what a plain script does, *tuned* has `MALLOC_MMAP_THRESHOLD_` and `MALLOC_TRIM_THRESHOLD_` at 1
  and 2 GiB.
- **Rounds.** Solvers take turns, in rounds; given are the median over rounds (and the range) of the mean over starts.
  Slow solvers get fewer starts and rounds."""


@dataclass(frozen=True)
class Notes:
    """What holds for the whole run: the machine, peers that could not be set up and why, and whether it was a trial."""

    machine: str
    missing: dict[str, str]
    quick: bool


def write_report(outcomes: dict[str, Outcome], cases: Sequence[Case], fits: pd.DataFrame, notes: Notes) -> str:
    """The whole report."""
    stops, ratios, marks = own_stops(fits), at_equal_objective(fits), times_to_thresholds(fits)
    parts = ["# nmfbio beside its peers", "", notes.machine, ""]
    if notes.quick:
        parts += ["**A quick run on smaller data with few fits, to try the suite: not to be quoted.**", ""]
    parts += [
        "Versions: " + "; ".join(versions(fits)) + ".",
        "",
        METHOD,
        "",
        "![Objective over time](benchmark.png)",
        "",
    ]
    for case in cases:
        parts += describe_case(case, outcomes[case.name], stops, ratios, marks)
    same = twins(stops)
    parts += ["## The same updates", "", *(f"- {line}" for line in same), ""] if same else []
    parts += ["## What could not be had", "", *(missing_lines(outcomes, notes.missing) or ["Nothing."]), ""]
    return "\n".join(parts)


def versions(fits: pd.DataFrame) -> list[str]:
    """Every distinct set of versions, first packages first."""
    return list(dict.fromkeys(fits.versions))


def describe_case(
    case: Case, outcome: Outcome, stops: pd.DataFrame, ratios: pd.DataFrame, marks: pd.DataFrame
) -> list[str]:
    """Heading, three tables and notes of one case."""
    cold, warm = outcome.prepare_seconds
    lines = [f"## {case.title[0].upper()}{case.title[1:]}", ""]
    if case.name in stops.index.get_level_values("case"):
        lines += ["Each solver at its own stop:", "", *own_table(case, stops.loc[case.name]), *limit_notes(case, stops)]
    if len(ratios) and (ratios.case == case.name).any():
        what = "CPU seconds a fit: the peer at its own stop, nmfbio at an equal or better objective, and their ratio"
        lines += ["", f"{what}:", "", *ratio_table(ratios[ratios.case == case.name])]
    if case.name in marks.index.get_level_values("case"):
        what = "CPU seconds to within a share of the best objective, from growing numbers of iterations (tuned memory)"
        lines += ["", f"{what}:", "", *mark_table(marks.loc[case.name])]
    lines += [
        "",
        f"Not in these times: nmfbio's kernels, {cold:.1f} CPU s to read data and compile once, {warm:.1f} to load.",
        "",
    ]
    return lines


def own_table(case: Case, stops: pd.DataFrame) -> list[str]:
    """Solvers at their own stop."""
    head = [
        "solver",
        "start",
        "starts × rounds",
        "iterations",
        "CPU s, default memory",
        "CPU s, tuned memory",
        "above best",
    ]
    rows = [
        [
            name,
            start_of(name),
            f"{row.starts:.0f} × {row.rounds:.0f}",
            f"{row.iterations:.0f}" if row.iterations else "not told",
            seconds(row, "default"),
            seconds(row, "tuned"),
            share(row.excess) if row.starts == 1 else f"{share(row.excess)} (worst {share(row.worst_excess)})",
        ]
        for name, row in stops.iterrows()
    ]
    return table(head, rows)


def start_of(name: str) -> str:
    """Whether a solver is run from the common start."""
    solver = next(solver for solver in SOLVERS if solver.name == name)
    return "unscaled" if solver.together else "given" if solver.given_starts else "its own"


def seconds(row: pd.Series, memory: str) -> str:
    """Median and range."""
    middle, least, most = (row.get(f"{memory}_{what}", np.nan) for what in ("median", "min", "max"))
    if not np.isfinite(middle):
        return "–"
    return number(middle) if least == most else f"{number(middle)} ({number(least)}–{number(most)})"


def number(value: float) -> str:
    """Three significant digits, without an exponent."""
    return "–" if not np.isfinite(value) else f"{value:.0f}" if value >= 100 else f"{value:#.3g}"


def share(excess: float) -> str:
    """An excess; below rounding it has no digits to show."""
    return "< 1e-9" if excess < 1e-9 else f"{excess:.1e}"


def limit_notes(case: Case, stops: pd.DataFrame) -> list[str]:
    """Which solvers were not left to their own stop."""
    limits = {
        f"{solver.package}: {solver.limit(case)[1]}."
        for solver in SOLVERS
        if solver.objective == case.objective and solver.limit(case) and (case.name, solver.name) in stops.index
    }
    return ["", *(f"- {line}" for line in sorted(limits))] if limits else []


def ratio_table(ratios: pd.DataFrame) -> list[str]:
    """Peers beside nmfbio at an equal or better objective."""
    columns = ("{}: peer", "{}: nmfbio", "{}: ratio")
    timings = [column.format(memory) for memory in ("default", "tuned") for column in columns]
    head = ["peer", "nmfbio's way", "reached", "its iterations", *timings]
    rows = []
    for row in ratios.to_dict("records"):
        iterations = span(row["fewest"], row["most"]) if row["reached"] else "–"
        cells = [
            row["solver"],
            row["nmfbio"].removeprefix("nmfbio "),
            f"{row['reached']} of {row['starts']}",
            iterations,
        ]
        for memory in ("default", "tuned"):
            cells += [number(row.get(f"{memory}_{what}", np.nan)) for what in ("peer", "ours")]
            cells.append(ratio(*(row.get(f"{memory}_{what}", np.nan) for what in ("ratio", "least", "most"))))
        rows.append(cells)
    return table(head, rows)


def span(least: int, most: int) -> str:
    """One number or two."""
    return f"{least:.0f}" if least == most else f"{least:.0f}–{most:.0f}"


def ratio(middle: float, least: float, most: float) -> str:
    """A ratio and its range over rounds."""
    if not np.isfinite(middle):
        return "–"
    return f"**{middle:.2g}×**" if least == most else f"**{times(middle)}×** ({times(least)}–{times(most)})"


def times(value: float) -> str:
    """A ratio in two digits or as a whole number."""
    return f"{value:.0f}" if value >= 100 else f"{value:.2g}"


def mark_table(marks: pd.DataFrame) -> list[str]:
    """Seconds to each threshold."""
    head = ["solver", *(f"{share:.2%}".replace(".00", "") for share in THRESHOLDS)]
    return table(head, [[name, *(number(row[share]) for share in THRESHOLDS)] for name, row in marks.iterrows()])


def missing_lines(outcomes: dict[str, Outcome], missing: dict[str, str]) -> list[str]:
    """Reasons for what is not in the tables."""
    lines = [f"- {name}: {reason}" for name, reason in missing.items()]
    return lines + [
        f"- {name}, {case}: {reason}" for case, outcome in outcomes.items() for name, reason in outcome.missing.items()
    ]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table."""
    return [f"| {' | '.join(cells)} |" for cells in [head, ["---"] * len(head), *rows]]
