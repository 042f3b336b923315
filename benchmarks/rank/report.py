"""Writes the summary as Markdown: the report, and the tables of the documentation page."""

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from benchmarks.rank.rules import RULES
from benchmarks.rank.summary import ALL, CONTROLS, SCOPES

METHOD = """\
- **Every rule sees the same matrices and the same restarts.** Stability measures are those of nmfbio's restarts, not of
  the packages whose habits the rules are; cNMF's stability too, so that it tells of the rule and not of the solver.
- **Exact**: the rank named is the number of programs; of matrices without structure, that none is found (rank 1).
  **Near**: the number of programs is among the ranks named, or the rank is within 1 of it. Rivals' rules name one rank;
  nmfbio names every rank it calls reproducible, which makes *near* easier for it.
- A rule whose measure is undefined at rank 1 cannot find "no structure", unless it asks for a threshold that no rank
  reaches. A rule that cannot tell has missed.
- Intervals are Wilson's, 95 %: of the share over sets drawn like these, not over data of other kinds."""

START, END = "<!-- from here on written by python -m benchmarks.rank -->", "<!-- to here -->"
OTHERS = {
    "vote": "V5",
    "pac": "PAC",
    "cophenetic_first_fall": "Brunet",
    "nmfk": "NMFk",
    "cnmf": "cNMF",
}


def write_report(summary: Mapping, machine: str) -> str:
    """The whole report.

    Parameters
    ----------
    summary
        As ``summary.summarize`` gives it.
    machine
        A sentence on the machine.
    """
    parts = [
        "# Which rank: nmfbio's verdict beside other rules",
        "",
        machine,
        "",
        *warn_of_mixture(summary),
        METHOD,
        "",
    ]
    if summary["rates"]:
        parts += ["![Hit rates and calibration](rank.png)", "", *describe_hits(summary)]
    parts += describe_sameness("The same verdict under other ranges of ranks", summary["ranges"])
    parts += describe_sameness("The same verdict under other seeds", summary["seeds"])
    parts += describe_data("Labelled data", summary["real"])
    parts += describe_data("Leukemia, each gene permuted over the samples", summary["permuted"])
    return "\n".join(parts)


def warn_of_mixture(summary: Mapping) -> list[str]:
    """Say where records were made by different versions of the code."""
    if len(summary["codes"]) < 2:
        return []
    text = (
        f"**The code changed during the run: records are of {len(summary['codes'])} versions of it; not to be quoted.**"
    )
    return [text, ""]


def describe_hits(summary: Mapping) -> list[str]:
    """Tables of hit rates and of the calibration."""
    settings = summary["settings"]
    return [
        "## Simulated matrices",
        "",
        f"Matrices: {summary['sets']} (seeds {settings['first_seed']} to {settings['last_seed']}); ranks "
        f"{settings['ranks'][0]} to {settings['ranks'][1]}, `{settings['method']}`, {settings['restarts']} restarts.",
        "",
        *describe_rates(summary["rates"]),
        "",
        "## Agreement that the verdict stated, and how often it was right",
        "",
        *describe_calibration(summary["calibration"]),
        "",
    ]


def describe_rates(rates: Sequence[Mapping]) -> list[str]:
    """Exact hits with their intervals over all scenarios and the controls, near hits; then exact hits by scenario."""
    cells = {(row["rule"], row["scope"], row["what"]): row for row in rates}
    rules = list(dict.fromkeys(row["rule"] for row in rates))
    wide = [(ALL, "exact"), (ALL, "near"), *((scope, "exact") for scope in CONTROLS)]
    head = ["rule", "exact, all five", "near, all five", *(f"exact, {scope}" for scope in CONTROLS)]
    rows = [[RULES[rule], *(word_rate(cells.get((rule, *key))) for key in wide)] for rule in rules]
    scenarios = [scope for scope in SCOPES if scope not in (ALL, *CONTROLS)]
    narrow = [[RULES[rule], *(word_count(cells.get((rule, scope, "exact"))) for scope in scenarios)] for rule in rules]
    return [*table(head, rows), "", "Exact hits by scenario:", "", *table(["rule", *scenarios], narrow)]


def word_rate(row: Mapping | None) -> str:
    """A share, its interval and the numbers."""
    return "–" if row is None else f"{row['rate']:.2f} ({row['low']:.2f}–{row['high']:.2f}; {word_count(row)})"


def word_count(row: Mapping | None) -> str:
    """Hits and sets."""
    return "–" if row is None else f"{row['hits']} of {row['sets']}"


def describe_calibration(classes: Sequence[Mapping]) -> list[str]:
    """Stated agreement beside the share of right verdicts."""
    if not classes:
        return ["No verdict stated an agreement."]
    rows = [
        [f"{row['from']:.2f}–{row['to']:.2f}", f"{row['stated']:.2f}", word_rate(row), word_calibration(row)]
        for row in classes
    ]
    return table(["agreement stated", "its mean", "right", "mean within the interval"], rows)


def word_calibration(row: Mapping) -> str:
    """Whether what was stated lies within the interval of what was seen."""
    return "yes" if row["low"] <= row["stated"] <= row["high"] else "no"


def describe_sameness(title: str, rows: Sequence[Mapping]) -> list[str]:
    """What was said of each matrix in every run."""
    if not rows:
        return []
    head = ["matrix", "truth", "verdicts", "alike", "named in all runs", "bounds"]
    cells = [
        [
            row["dataset"],
            join(row["truth"], " or "),
            join(row["said"]),
            f"{row['same']} of {row['runs']}",
            join(row["always_named"]) or "–",
            join(row["bounds"]),
        ]
        for row in rows
    ]
    alike = sum(row["same"] == row["runs"] for row in rows)
    return [f"## {title}", "", f"Alike in every run: {alike} of {len(rows)} matrices.", "", *table(head, cells), ""]


def describe_data(title: str, rows: Sequence[Mapping]) -> list[str]:
    """What was said of each data set, and beside it by other rules."""
    if not rows:
        return []
    head = ["data", "samples × genes", "truth", "verdict", "right", "reproducible (distance to the line)", "bound"]
    cells = [
        [
            row["name"],
            " × ".join(map(str, row["shape"])),
            join(row["truth"], " or "),
            row["said"],
            row["right"],
            join(word_distance(rank, row["distance"]) for rank in row["named"]) or "–",
            "–" if row["bound"] is None else str(row["bound"]),
            *("–" if row["rules"].get(rule) is None else str(row["rules"][rule]) for rule in OTHERS),
            f"{row['seconds']:.0f}",
        ]
        for row in rows
    ]
    return [f"## {title}", "", *table([*head, *OTHERS.values(), "CPU s"], cells), ""]


def word_distance(rank: int, distance: Mapping) -> str:
    """A rank and how far it is above the line."""
    value = distance.get(str(rank))
    return str(rank) if value is None else f"{rank} ({value:+.2f})"


def join(values: Iterable[object], between: str = ", ") -> str:
    """Values in a row; – for what is missing."""
    return between.join("–" if pd.isna(value) else str(value) for value in values)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table."""
    return [f"| {' | '.join(cells)} |" for cells in [head, ["---"] * len(head), *rows]]


def fill_page(page: str, summary: Mapping) -> str:
    """The documentation page with its tables written anew between the two marks.

    Parameters
    ----------
    page
        The page as it is.
    summary
        As ``summary.summarize`` gives it; without simulated matrices the page says that none were assessed.

    Raises
    ------
    ValueError
        The page lacks a mark.
    """
    before, start, rest = page.partition(START)
    _, end, after = rest.partition(END)
    if not start or not end:
        raise ValueError(f"the page lacks {START if not start else END}")
    lines = describe_hits(summary) if summary["rates"] else ["No simulated matrices were assessed yet.", ""]
    lines += describe_data("Labelled data", summary["real"])
    return "\n".join([f"{before}{start}", "", *lines, f"{end}{after}"])
