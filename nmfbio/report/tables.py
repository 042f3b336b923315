"""Tables of the report: cells in words, with the value to sort by beside them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from nmfbio.report.content import RankContent, ReportContent
from nmfbio.report.format import UNDEFINED, format_number, format_share, is_undefined, name_in_words
from nmfbio.report.rank_evidence import drop_unmeasured
from nmfbio.report.words import MeasureWords, describe_measure

GENES_SHOWN = 50
"""Rows of a signature that the report prints; the file holds every gene."""
SAMPLES_SHOWN = 1000
"""Rows of the table of samples; where there are more, those with the smallest margin are shown."""
CLOSE_MARGIN = 0.1
UNBREAKABLE = "\N{NO-BREAK SPACE}"
UNSTEADY_AGREEMENT = 0.9


@dataclass(frozen=True)
class Cell:
    """One cell: what it says, the number to sort by, a note below it, whether it stands out."""

    text: str
    order: float | None = None
    note: str = ""
    marked: bool = False


@dataclass(frozen=True)
class Column:
    """One column: its heading, what it means, whether it holds numbers or short names, which are never broken."""

    label: str
    meaning: str = ""
    numeric: bool = False
    unbroken: bool = False


@dataclass(frozen=True)
class Table:
    """A table ready to be written."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


GENE_COLUMNS = (
    Column("Gene", unbroken=True),
    Column("Description"),
    Column("z", "standardised expression that a sample of this metagene alone would have", numeric=True),
    Column("Fold", "how many times as much in a sample of this metagene as in one of any other", numeric=True),
    Column("Stability", "share of restarts in which that fold is at least 1.5", numeric=True),
    Column("In signature", unbroken=True),
)
SAMPLE_COLUMNS = (
    Column("Sample", unbroken=True),
    Column("Called", "metagene with the largest usage", unbroken=True),
    Column("Usage share", "share of the sample's total usage that falls to the called metagene", numeric=True),
    Column("Second", "metagene with the next largest usage", unbroken=True),
    Column("Margin", "usage share of the called metagene less that of the second, in percentage points", numeric=True),
    Column("Restarts that agree", "share of restarts that make the same call", numeric=True),
    Column(
        "Silhouette", "1: falls together with its own group only; 0: on a border; below 0: nearer another group", True
    ),
    Column("Remarks"),
)
PREFLIGHT_COLUMNS = (
    Column("Matrix", unbroken=True),
    Column("Check"),
    Column("Result"),
    Column("Found"),
    Column("What it means"),
    Column("Where"),
)
PREFLIGHT_STATUS = {"ok": "passed", "note": "note", "warning": "warning"}


def tabulate_measures(content: ReportContent) -> Table:
    """Lay out measures in rows and ranks in columns; the verdict's rank stands out."""
    ranks = sorted({int(rank) for rank in content.measures["rank"]} | {entry.rank for entry in content.ranks})
    rows = []
    for measure, values in drop_unmeasured(content.measures).groupby("measure", sort=False):
        words = describe_measure(str(measure))
        by_rank = values.set_index("rank")
        cells = [_measure_cell(words, by_rank, rank, content.verdict.get("rank")) for rank in ranks]
        rows.append((Cell(words.label, note=f"{words.meaning} {words.direction}"), *cells))
    headings = (Column("Measure"), *(Column(f"Rank {rank}", numeric=True) for rank in ranks))
    return Table("Measures at each rank", headings, tuple(rows))


def _measure_cell(words: MeasureWords, by_rank: pd.DataFrame, rank: int, proposed: int | None) -> Cell:
    if rank not in by_rank.index:
        return Cell("not computed")
    row = by_rank.loc[rank]
    write = words.write
    notes = []
    for low, high, what in (("low", "high", "interval"), ("null_low", "null_high", "shuffled data")):
        if not is_undefined(row[low]) and not is_undefined(row[high]):
            span = f"{write(row[low])} to {write(row[high])}".replace(" %", f"{UNBREAKABLE}%")
            notes.append(f"{what} {span}")
    return Cell(write(row["value"]), _order(row["value"]), "; ".join(notes), marked=rank == proposed)


def tabulate_distances(content: ReportContent) -> Table | None:
    """Lay out how near each rank is to the line of reproducibility; None where it was not measured."""
    verdict = content.verdict
    distances, threshold = verdict.get("distance") or {}, verdict.get("threshold")
    if not distances or is_undefined(threshold):
        return None
    columns = (
        Column("Rank", numeric=True),
        Column(
            "Reproducibility",
            "of its least certain metagene, in three of four fits to 80 % of the samples",
            numeric=True,
        ),
        Column("To the line", f"reproducibility less the line of {threshold:.2g}", numeric=True),
        Column("Reading"),
    )
    values = content.measures[content.measures["measure"] == "reproducibility"].set_index("rank")
    rows = []
    for rank in sorted(map(int, distances)):
        distance = distances[str(rank)]
        value = None if is_undefined(distance) else threshold + distance
        interval = _interval(values.loc[rank]) if rank in values.index else ""
        rows.append(
            (
                Cell(str(rank), rank, marked=rank == verdict.get("rank")),
                Cell(format_number(value, 2), _order(value), interval),
                Cell(_signed(distance), _order(distance)),
                Cell(_read_rank(rank, verdict)),
            )
        )
    return Table("How near each rank is to the line", columns, tuple(rows))


def _interval(row: pd.Series) -> str:
    if is_undefined(row["low"]) or is_undefined(row["high"]):
        return ""
    return f"interval {format_number(row['low'], 2)} to {format_number(row['high'], 2)}"


def _signed(value: float | None) -> str:
    return UNDEFINED if is_undefined(value) else f"{value:+.2f}"


def _read_rank(rank: int, verdict: Mapping[str, Any]) -> str:
    """Say in words what the line and the bound make of a rank."""
    reading = "reproducible" if rank in (verdict.get("reproducible") or []) else "not all metagenes reappear"
    bound = verdict.get("bound")
    beyond = ", beyond what held-out data support" if not is_undefined(bound) and rank > bound else ""
    return f"{reading}{beyond}{'; the verdict' if rank == verdict.get('rank') else ''}"


def tabulate_genes(entry: RankContent, metagene: str, top_genes: int) -> Table:
    """Lay out the genes of one signature: the selected ones, at least `top_genes` rows, at most `GENES_SHOWN`."""
    genes = entry.genes[entry.genes["metagene"] == metagene].sort_values("position")
    selected = int(genes["selected"].fillna(False).astype(bool).sum())
    shown = genes.head(min(max(selected, top_genes), max(GENES_SHOWN, top_genes)))
    rows = tuple(
        (
            Cell(str(row.gene)),
            Cell(row.description if isinstance(row.description, str) else ""),
            Cell(format_number(row.z), _order(row.z)),
            Cell(format_number(row.fold), _order(row.fold)),
            Cell(format_share(row.stability), _order(row.stability)),
            Cell("yes" if row.selected else "no"),
        )
        for row in shown.itertuples()
    )
    note = (
        f"{selected:,} of the {len(genes):,} genes with their largest weight here are in the signature; "
        f"the first {len(rows)} are shown."
    )
    return Table(name_in_words(metagene).capitalize(), GENE_COLUMNS, rows, note)


def tabulate_samples(entry: RankContent) -> Table:
    """Lay out the samples of one rank in the order of the matrix."""
    samples = entry.samples
    note = ""
    if len(samples) > SAMPLES_SHOWN:
        samples = samples.loc[samples["margin"].nsmallest(SAMPLES_SHOWN).index]
        note = f"The {SAMPLES_SHOWN:,} of {len(entry.samples):,} samples with the smallest margin."
    rows = tuple(_sample_row(row) for row in samples.itertuples())
    return Table(f"Samples at rank {entry.rank}", SAMPLE_COLUMNS, rows, note)


def _sample_row(row: Any) -> tuple[Cell, ...]:
    remarks = list_remarks(row)
    return (
        Cell(str(row.sample)),
        Cell(name_in_words(row.cluster)),
        Cell(format_share(row.usage_share), _order(row.usage_share)),
        Cell(name_in_words(row.second) or "none"),
        Cell(_format_points(row.margin), _order(row.margin)),
        Cell(format_share(row.agreement), _order(row.agreement)),
        Cell(format_number(row.silhouette, 2), _order(row.silhouette)),
        Cell("; ".join(remarks), marked=bool(remarks)),
    )


def list_remarks(row: Any) -> list[str]:
    """List what makes the call of a sample uncertain."""
    remarks = []
    if bool(row.scale_dependent) and not is_undefined(row.scale_dependent):
        remarks.append(f"depends on scale (otherwise {name_in_words(row.cluster_other_scale)})")
    if isinstance(row.consensus_cluster, str) and row.consensus_cluster not in ("", row.cluster):
        remarks.append(f"tree over restarts says {name_in_words(row.consensus_cluster)}")
    if not is_undefined(row.margin) and row.margin < CLOSE_MARGIN:
        remarks.append("close call")
    if not is_undefined(row.agreement) and row.agreement < UNSTEADY_AGREEMENT:
        remarks.append("changes between restarts")
    return remarks


def tabulate_preflight(content: ReportContent) -> Table:
    """Lay out what was found in the input, warnings first."""
    order = {"warning": 0, "note": 1, "ok": 2}
    findings = content.preflight.sort_values("status", key=lambda status: status.map(order), kind="stable")
    rows = tuple(
        (
            Cell(row.matrix),
            Cell(name_in_words(row.check)),
            Cell(PREFLIGHT_STATUS.get(row.status, str(row.status)), marked=row.status == "warning"),
            *(Cell("" if is_undefined(text) else str(text)) for text in (row.found, row.meaning, row.where)),
        )
        for row in findings.itertuples()
    )
    return Table("What was found in the input", PREFLIGHT_COLUMNS, rows)


def tabulate_objectives(content: ReportContent) -> Table:
    """Lay out how the restarts of each rank ended."""
    columns = (
        Column("Rank", numeric=True),
        Column("Restarts", numeric=True),
        Column("Converged", "restarts that ended before the limit of iterations", numeric=True),
        Column("Best objective", "lowest misfit of any restart", numeric=True),
        Column("Spread", "median misfit above the best, as a share of the best", numeric=True),
        Column("Iterations", "median over restarts", numeric=True),
    )
    rows = []
    for rank, restarts in content.objectives.groupby("rank"):
        best, median = restarts["objective"].min(), restarts["objective"].median()
        spread = (median - best) / abs(best) if best else float("nan")
        iterations = restarts["iterations"].median()
        converged = int(restarts["converged"].astype(bool).sum())
        rows.append(
            (
                Cell(str(rank), rank),
                Cell(f"{len(restarts):,}", len(restarts)),
                Cell(f"{converged:,}", converged, marked=converged < len(restarts)),
                Cell(format_number(best), _order(best)),
                Cell(_format_spread(spread), _order(spread)),
                Cell(format_number(iterations, 0), _order(iterations)),
            )
        )
    return Table("How the restarts ended", columns, tuple(rows))


def tabulate_mapping(caption: str, mapping: Mapping[str, Any], key: str, value: str) -> Table:
    """Lay out a mapping, nested ones with dotted keys."""
    rows = tuple((Cell(name), Cell(text)) for name, text in flatten(mapping))
    return Table(caption, (Column(key), Column(value)), rows)


def flatten(mapping: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """List the leaves of a nested mapping as (dotted key, value in words)."""
    leaves = []
    for key, value in mapping.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and value:
            leaves += flatten(value, f"{name}.")
        else:
            leaves.append((name, _value_in_words(value)))
    return leaves


def _value_in_words(value: Any) -> str:
    if value is None:
        return "not set"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value)


def _order(value: Any) -> float | None:
    return None if is_undefined(value) else float(value)


def _format_spread(share: float) -> str:
    if is_undefined(share):
        return UNDEFINED
    return "under 0.01 %" if 0 < share < 0.00005 else f"{100 * share:.2f} %"


def _format_points(value: float) -> str:
    return UNDEFINED if is_undefined(value) else f"{100 * value:.0f} points"
