"""How well scores of genes, and rules of selection, find the markers of simulated programs.

``python -m benchmarks.signature_genes`` writes ``signature_genes.md`` into ``benchmarks/results``. All scores are
computed from the same factors. A gene is a marker of a program when the program's profile holds 1.5 times as much of
it as any other's.
"""

import argparse
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.programs.simulate import simulate_cells
from benchmarks.rank.report import table
from benchmarks.rank.simulate import SCENARIOS, simulate
from nmfbio.consensus import Consensus, build_consensus, match_metagenes, summarize_restarts, to_unit_sum
from nmfbio.factorization import factorize
from nmfbio.io import write_text
from nmfbio.signatures import extract_signatures, kim_park_scores
from nmfbio.signatures.gene_scores import regression_scores
from nmfbio.signatures.gene_selection import SELECTIONS

RESULTS = Path(__file__).resolve().parent / "results"
RANKS, N_SAMPLES, N_GENES, CELLS = (3, 4, 5, 6), 80, 2000, 800
RESTARTS, FIRST_SEED, MARKER_FOLD, TOP = 10, 3000, 1.5, 50
ORDERS = {
    "recommended": "recommended order of nmfbio: the signature first, by z",
    "z": "nmfbio's z alone",
    "fold": "fold over the next metagene alone",
    "cnmf": "cNMF's score: z-scored counts per million on usage shares (Kotliar et al. 2019)",
    "kim_park": "Kim & Park 2007, metagenes scaled to sum 1",
    "r": "R NMF's extractFeatures: Kim & Park 2007, metagenes as they are",
    "weight": "weight in the metagene",
}


def simulate_sets(sets: int) -> Iterator[tuple[str, np.ndarray, np.ndarray, np.ndarray, float | None]]:
    """Kind, counts, the matrix to be factorised, the true programs, and the base of its logarithms, of every set."""
    for number in range(sets):
        for place, scenario in enumerate(SCENARIOS):
            made = simulate(scenario, RANKS[(number + place) % len(RANKS)], FIRST_SEED + number, N_SAMPLES, N_GENES)
            yield scenario, made.counts, made.counts, made.programs, None
        cells = simulate_cells(FIRST_SEED + number, CELLS, N_GENES, median_total=1500)
        counts = cells.counts.toarray()
        yield "cells", counts, counts / counts.std(axis=0), cells.programs, None
        made = simulate("balanced", RANKS[number % len(RANKS)], FIRST_SEED + number, N_SAMPLES, N_GENES)
        depths = made.counts.sum(axis=1, keepdims=True) / made.counts.sum(axis=1).mean()
        yield "logarithms", made.counts, np.log1p(made.counts / depths), made.programs, math.e


def score_genes(counts: np.ndarray, matrix: np.ndarray, consensus: Consensus) -> dict[str, np.ndarray]:
    """Every order as a score (rank × n_genes) by which genes of each metagene are ranked."""
    names = [f"gene_{number}" for number in range(counts.shape[1])]
    genes = pd.DataFrame({"description": ""}, index=names)
    signatures = extract_signatures(matrix, consensus, pd.RangeIndex(len(counts)).astype(str), genes)
    selected = signatures.genes.set_index("gene").loc[names]
    own = selected["metagene"].str.removeprefix("metagene_").astype(int).to_numpy() - 1
    is_own = own == np.arange(consensus.rank)[:, None]
    z = regression_scores(matrix, consensus.usages)
    per_million = counts / counts.sum(axis=1, keepdims=True) * 1e6
    scaled = to_unit_sum(consensus.metagenes)
    # regression_scores takes logarithms; cNMF takes none, and z-scores do not see the scale.
    not_logged = np.expm1(per_million / per_million.max())
    return {
        "recommended": z + np.where(is_own & selected["selected"].to_numpy(), 1e6, 0),
        "z": z,
        "fold": np.where(is_own, selected["fold"].to_numpy(), 0),
        "cnmf": regression_scores(not_logged, consensus.usages),
        "kim_park": np.where(is_own, kim_park_scores(scaled), -1),
        "r": np.where(consensus.metagenes.argmax(axis=0) == np.arange(consensus.rank)[:, None],
                      kim_park_scores(consensus.metagenes), -1),
        "weight": consensus.metagenes,
    }  # fmt: skip


def average_precision(scores: np.ndarray, is_marker: np.ndarray) -> float:
    """Mean precision at the place of each marker."""
    found = is_marker[np.argsort(-scores, kind="stable")]
    return float((np.cumsum(found) / np.arange(1, len(found) + 1))[found].mean())


def precision_at_top(scores: np.ndarray, is_marker: np.ndarray) -> float:
    """Share of markers among the first 50, of as many as there can be."""
    return float(is_marker[np.argsort(-scores, kind="stable")[:TOP]].sum() / min(TOP, is_marker.sum()))


def measure_set(
    kind: str, counts: np.ndarray, matrix: np.ndarray, programs: np.ndarray, log_base: float | None
) -> list[dict]:
    """What every order and every rule of selection finds of one set's markers."""
    rank = len(programs)
    restarts = summarize_restarts(factorize(matrix, rank, "kl", RESTARTS, threads=1))
    consensus = build_consensus(matrix, restarts, np.arange(len(counts)).astype(str), log_base=log_base)
    matched = match_metagenes(consensus.metagenes, programs)
    others = np.array([np.delete(programs, program, axis=0).max(axis=0) for program in range(rank)])
    markers = programs >= MARKER_FOLD * others
    rows = []
    for name, scores in score_genes(counts, matrix, consensus).items():
        pairs = [(scores[matched[program]], markers[program]) for program in range(rank)]
        figures = {"precision at 50": precision_at_top, "average precision": average_precision}
        rows += [
            {"kind": kind, "name": name, "figure": figure, "value": np.mean([measure(*pair) for pair in pairs])}
            for figure, measure in figures.items()
        ]
    return rows + measure_selections(kind, matrix, consensus, matched, markers)


def measure_selections(
    kind: str, matrix: np.ndarray, consensus: Consensus, matched: np.ndarray, markers: np.ndarray
) -> list[dict]:
    """Precision and recall of every rule of selection."""
    names = [f"gene_{number}" for number in range(matrix.shape[1])]
    genes = pd.DataFrame({"description": ""}, index=names)
    rows = []
    for selection in SELECTIONS:
        samples = pd.RangeIndex(len(matrix)).astype(str)
        found = extract_signatures(matrix, consensus, samples, genes, selection=selection).genes.set_index("gene")
        for program, metagene in enumerate(matched):
            own = found["selected"] & (found["metagene"] == f"metagene_{metagene + 1}")
            taken = own.loc[names].to_numpy()
            hits = np.count_nonzero(taken & markers[program])
            precision = hits / taken.sum() if taken.any() else np.nan
            for figure, value in {"precision": precision, "recall": hits / markers[program].sum()}.items():
                rows.append({"kind": kind, "name": selection, "figure": figure, "value": value})
    return rows


def tabulate(rows: pd.DataFrame, figure: str, names: dict[str, str]) -> list[str]:
    """Means of one figure by kind of set."""
    means = rows[rows["figure"] == figure].groupby(["name", "kind"])["value"].mean().unstack()
    means = means.loc[list(names), [*SCENARIOS, "cells", "logarithms"]]
    cells = [[names[name], *(f"{value:.3f}" for value in means.loc[name])] for name in means.index]
    return [f"## {figure.capitalize()}", "", *table(["", *means.columns], cells), ""]


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.signature_genes", description=__doc__.splitlines()[0])
    parser.add_argument("--sets", type=int, default=6, help="simulated sets of each kind")
    parser.add_argument("--output", type=Path, default=RESULTS, help="folder for signature_genes.md")
    arguments = parser.parse_args()
    rows = pd.DataFrame([row for made in simulate_sets(arguments.sets) for row in measure_set(*made)])
    lines = [
        "# Which order of genes finds the markers",
        "",
        f"{arguments.sets} simulated sets of each kind: {N_SAMPLES} samples × {N_GENES:,} genes of counts with 3 to 6 "
        f"programs, {CELLS} cells × {N_GENES:,} genes with 7, each gene over its standard deviation, and the balanced "
        "sets again as log(x + 1) of counts of equal depth (`preset: rnaseq_counts`). `kl`, "
        f"{RESTARTS} restarts, aligned median; all orders from the same factors. A marker's profile is 1.5 times as "
        "high in its program as in any other.",
        "",
        *tabulate(rows, "precision at 50", ORDERS),
        *tabulate(rows, "average precision", ORDERS),
        *(line for figure in ("precision", "recall") for line in tabulate(rows, figure, {n: n for n in SELECTIONS})),
    ]
    write_text("\n".join(lines), arguments.output / "signature_genes.md")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
