"""How surely each metagene recurs over restarts, and what the solutions they are combined into cost."""

import pandas as pd

from nmfbio.report.content import RankContent, ReportContent
from nmfbio.report.format import UNDEFINED, format_number, is_undefined, name_in_words
from nmfbio.report.tables import Cell, Column, Table
from nmfbio.report.words import SOLUTIONS

RARE = 0.9
"""A metagene that fewer restarts contain stands out."""

PROGRAM_COLUMNS = (
    Column("Metagene", unbroken=True),
    Column("Restarts", "restarts with a metagene like it, of a cosine of at least 0.8", numeric=True),
    Column("Mean cosine", "of the metagenes matched to it, over restarts", numeric=True),
    Column("Smallest", "the least of these cosines", numeric=True),
    Column("Silhouette", "1: like itself in all restarts, unlike the others; 0 or below: not told from another", True),
    Column("Remarks"),
)


def describe_recurrence(program: pd.Series, restarts: int) -> str:
    """Say in a few words how surely a metagene recurs; empty for a single restart, which says nothing.

    Parameters
    ----------
    program
        A row of `RankContent.programs`.
    restarts
        Restarts at its rank.
    """
    if restarts < 2:
        return ""
    if not program["in_use"]:
        return "empty: no gene has weight in it"
    mean = _format_cosine(program["mean_cosine"])
    return f"found in {_count_found(program, restarts):,} of {restarts:,} restarts, mean cosine {mean}"


def tabulate_programs(entry: RankContent, restarts: int) -> Table | None:
    """Lay out how surely the metagenes of a rank recur; None for a single restart."""
    if restarts < 2:
        return None
    rows = tuple(_program_row(program, restarts) for _, program in entry.programs.iterrows())
    return Table(f"How surely the metagenes of rank {entry.rank} recur", PROGRAM_COLUMNS, rows)


def _program_row(program: pd.Series, restarts: int) -> tuple[Cell, ...]:
    name = Cell(name_in_words(program["signature"]))
    if not program["in_use"]:
        nothing = (Cell(UNDEFINED),) * (len(PROGRAM_COLUMNS) - 2)
        return name, *nothing, Cell("empty: no gene has weight in it", marked=True)
    found, is_rare = _count_found(program, restarts), program["share_of_restarts"] < RARE
    return (
        name,
        Cell(f"{found:,} of {restarts:,}", found, marked=bool(is_rare)),
        Cell(_format_cosine(program["mean_cosine"]), float(program["mean_cosine"])),
        Cell(_format_cosine(program["min_cosine"]), float(program["min_cosine"])),
        Cell(
            format_number(program["silhouette"], 2),
            None if is_undefined(program["silhouette"]) else float(program["silhouette"]),
        ),
        Cell("missing from more than a tenth of the restarts" if is_rare else ""),
    )


def _count_found(program: pd.Series, restarts: int) -> int:
    return round(program["share_of_restarts"] * restarts)


def _format_cosine(value: float) -> str:
    """Two digits; what is not quite 1 is not written as 1."""
    return "over 0.99" if 0.995 <= value < 1 - 1e-6 else format_number(value, 2)


def tabulate_solutions(content: ReportContent) -> Table:
    """Lay out the objective of the three solutions at each rank; the one that is reported stands out."""
    labels = (label.capitalize() for label in SOLUTIONS.values())
    columns = (Column("Rank", numeric=True), *(Column(label, numeric=True) for label in labels))
    rows = []
    for rank, solutions in content.solutions.groupby("rank"):
        by_name = solutions.set_index("solution")
        best = by_name.at["best", "objective"]
        rows.append((Cell(str(rank), rank), *(_solution_cell(by_name.loc[name], best) for name in SOLUTIONS)))
    note = "Marked is the solution that is reported. Below each stands its distance from the best restart."
    return Table("What the three solutions cost in the objective", columns, tuple(rows), note)


def _solution_cell(solution: pd.Series, best: float) -> Cell:
    objective, is_of_record = solution["objective"], bool(solution["of_record"])
    if is_undefined(objective):
        return Cell("refused", note="restarts too few or too far apart", marked=is_of_record)
    note = "" if solution.name == "best" else _describe_distance((objective - best) / abs(best) if best else 0.0)
    return Cell(format_number(objective), float(objective), note, marked=is_of_record)


def _describe_distance(share: float) -> str:
    return f"{100 * share:+.2f} %" if abs(share) >= 0.00005 else "within 0.01 %"
