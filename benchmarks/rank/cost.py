"""What the evidence on the rank costs beside the restarts; ``python -m benchmarks.rank.cost``.

CPU seconds of one thread, kernels compiled before, on leukemia and on simulated cells.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix, diags_array

from benchmarks.machine import describe, load
from benchmarks.programs.simulate import simulate_cells
from benchmarks.rank.labelled import LABELLED, find_folder, read_labelled
from benchmarks.rank.report import table
from nmfbio.factorization import factorize
from nmfbio.factorization.solver import Matrix
from nmfbio.io import write_text
from nmfbio.rank import EvidenceBasis, gather_evidence, prepare_evidence

FOLDER = Path(__file__).resolve().parents[1] / "results" / "rank"
# Few counts a cell, so that a sixth of the values are above zero.
CELLS, GENES, COUNTS, CELL_RANKS = 5000, 2000, 500, (7,)
LEUKEMIA_RANKS = (2, 3, 4, 5, 6)
RESTARTS = 50


def cpu_seconds(work: Callable[[], object]) -> float:
    """CPU seconds of this process while it works."""
    start = time.process_time()
    work()
    return time.process_time() - start


def measure_cost(name: str, expression: Matrix, counts: Matrix | None, ranks: tuple[int, ...], method: str) -> dict:
    """CPU seconds of the restarts at all ranks, and of the evidence at these and at rank 1."""
    made: list[EvidenceBasis] = []
    shared = cpu_seconds(lambda: made.append(prepare_evidence(expression, counts)))
    for warm in (expression[:60, :40], expression[:60, :40].astype("float32")):
        gather_evidence(warm, 2, prepare_evidence(warm), method, threads=1)
    factorize(expression, ranks[0], method, restarts=1, threads=1)
    survey = sum(
        cpu_seconds(lambda rank=rank: factorize(expression, rank, method, RESTARTS, threads=1)) for rank in ranks
    )
    evidence = shared + sum(
        cpu_seconds(lambda rank=rank: gather_evidence(expression, rank, made[0], method, threads=1))
        for rank in (1, *ranks)
    )
    size = f"{expression.shape[0]:,} × {expression.shape[1]:,}"
    return {
        "data": name,
        "samples × genes": size,
        "method": method,
        "ranks": f"{ranks[0]} to {ranks[-1]}" if len(ranks) > 1 else str(ranks[0]),
        "restarts, CPU s": round(survey, 1),
        "evidence, CPU s": round(evidence, 1),
        "evidence / restarts": round(evidence / survey, 2),
    }


def read_cells() -> tuple[Matrix, Matrix]:
    """Simulated cells, each gene divided by its standard deviation as the preset ``single_cell`` does, and counts."""
    counts = csr_matrix(simulate_cells(seed=0, n_cells=CELLS, n_genes=GENES, median_total=COUNTS).counts)
    deviations = np.sqrt(np.asarray(counts.power(2).mean(axis=0) - np.square(counts.mean(axis=0))).ravel())
    return csr_matrix(counts @ diags_array(1 / deviations)), counts


def main() -> None:
    """Measure, print and write ``cost.md``."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rank.cost", description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=FOLDER, help="folder for cost.md")
    arguments = parser.parse_args()
    before = load()
    leukemia = read_labelled(LABELLED[0], find_folder(LABELLED[0], None))
    rows = [measure_cost("leukemia", *leukemia, LEUKEMIA_RANKS, method) for method in ("kl", "frobenius")]
    rows += [measure_cost("simulated cells", *read_cells(), CELL_RANKS, method) for method in ("frobenius", "kl")]
    lines = [
        "# What evidence costs",
        "",
        f"Beside {RESTARTS} restarts, one thread, rank 1's evidence included.",
        "",
        *table(list(rows[0]), [list(map(str, row.values())) for row in rows]),
        "",
        describe(before),
    ]
    write_text("\n".join(lines) + "\n", arguments.output / "cost.md")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
