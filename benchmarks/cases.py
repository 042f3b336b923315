"""The matrices that are factorised, and the starts that all solvers share, written where every worker can read them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix, vstack

from nmfbio.factorization import random_start, restart_seed

ROOT = Path(__file__).resolve().parents[1]
LEUKEMIA = ROOT / "resources" / "leukemia" / "expression.tsv.gz"
SEED = 0
CELLS, GENES, PROGRAMS, NONZERO = 20_000, 2_000, 10, 0.09
# Counts spread beyond Poisson as if rates were gamma-distributed with this shape.
SHAPE = 2.0

Matrix = np.ndarray | csr_matrix


@dataclass(frozen=True)
class Case:
    """One matrix, one objective: a panel of the figure.

    Attributes
    ----------
    name
        Short name, as in the tables.
    title
        What a reader is told.
    matrix
        Folder that holds the matrix and its starts.
    objective
        ``"kl"`` or ``"frobenius"``.
    rank
        Number of metagenes.
    starts
        Starts that each solver is run from, if its time allows.
    together
        Restarts that nmfbio also runs in one call; 0 where they take as long as one by one.
    """

    name: str
    title: str
    matrix: Path
    objective: str
    rank: int
    starts: int
    together: int


def leukemia() -> np.ndarray:
    """38 samples × 5000 genes, as they come with the project."""
    return np.ascontiguousarray(pd.read_csv(LEUKEMIA, sep="\t", index_col=0).to_numpy(np.float64).T)


def simulate_cells(cells: int = CELLS, genes: int = GENES, seed: int = SEED) -> csr_matrix:
    """Gamma-Poisson counts of cells that mix ten gene programs, about nine in a hundred entries above zero.

    Gene levels and library sizes are log-normal; a cell's mixture is Dirichlet-distributed, with one or two programs
    prevailing.
    """
    random = np.random.default_rng(seed)
    levels = random.lognormal(0.0, 1.0, genes)
    programs = random.gamma(0.3, 1.0, (PROGRAMS, genes)) * levels + 0.02 * levels
    programs /= programs.sum(axis=1, keepdims=True)
    mixtures = random.dirichlet(np.full(PROGRAMS, 0.2), cells) * random.lognormal(0.0, 0.4, (cells, 1))
    depth = find_depth(mixtures[:: max(1, cells // 500)] @ programs)
    blocks = [draw_counts(depth * mixtures[i : i + 1000] @ programs, random) for i in range(0, cells, 1000)]
    return fill_empty_lines(vstack(blocks, format="csr"))


def find_depth(rates: np.ndarray) -> float:
    """Mean counts a cell at which the wanted share of entries is above zero, by bisection."""
    low, high = 1.0, 1e6
    for _ in range(60):
        middle = np.sqrt(low * high)
        share = 1 - np.mean((1 + middle * rates / SHAPE) ** -SHAPE)
        low, high = (middle, high) if share < NONZERO else (low, middle)
    return high


def draw_counts(rates: np.ndarray, random: np.random.Generator) -> csr_matrix:
    """Poisson counts with gamma-distributed rates of the given means."""
    return csr_matrix(random.poisson(random.gamma(SHAPE, rates / SHAPE)).astype(np.float64))


def fill_empty_lines(counts: csr_matrix) -> csr_matrix:
    """One count for each cell and each gene that has none, since some solvers refuse lines of zeros."""
    counts = counts.tolil()
    for cell in np.flatnonzero(counts.sum(axis=1) == 0):
        counts[cell, cell % counts.shape[1]] = 1
    for gene in np.flatnonzero(counts.sum(axis=0) == 0):
        counts[gene % counts.shape[0], gene] = 1
    return csr_matrix(counts)


def write_matrix(matrix: Matrix, folder: Path) -> None:
    """Store a matrix as raw arrays: samples × genes in C order, or the three arrays of CSR."""
    folder.mkdir(parents=True, exist_ok=True)
    sparse = isinstance(matrix, csr_matrix)
    (matrix.data if sparse else matrix).astype("<f8").tofile(folder / "values.f64")
    if sparse:
        matrix.indices.astype("<i4").tofile(folder / "columns.i32")
        matrix.indptr.astype("<i4").tofile(folder / "rows.i32")
    sizes = {"samples": matrix.shape[0], "genes": matrix.shape[1], "stored": "sparse" if sparse else "dense"}
    (folder / "matrix.tsv").write_text("".join(f"{key}\t{value}\n" for key, value in sizes.items()))


def write_starts(matrix: Matrix, rank: int, count: int, folder: Path) -> None:
    """Store the factors that nmfbio's first restarts start from, scaled so that their product has the matrix's mean.

    The scale is for scikit-learn: it stops once the error has fallen by little compared with that of the start, so that
    a start far above the matrix would end it after a few updates, far from its own best.
    """
    for number in range(count):
        usages, metagenes = random_start(matrix, rank, restart_seed(SEED, rank, number))
        scale = np.sqrt(matrix.sum() / (usages.sum(axis=0) @ metagenes.sum(axis=1)))
        for name, factor in (("usages", usages), ("metagenes", metagenes)):
            np.ascontiguousarray(scale * factor, "<f8").tofile(folder / f"rank{rank}_start{number}_{name}.f64")


def make_cases(folder: Path, quick: bool) -> tuple[list[Case], dict[Path, Matrix]]:
    """Write all matrices and starts; tell the cases, and the matrices by their folders.

    ``quick`` simulates a tenth of the cells and takes fewer starts: to try the suite, not to quote.
    """
    cells, starts, fewer = (CELLS // 10, 2, 1) if quick else (CELLS, 5, 2)
    dense, sparse = folder / "leukemia", folder / f"simulated_{cells}"
    matrices = {dense: leukemia(), sparse: simulate_cells(cells)}
    cases = []
    for objective, word in (("kl", "Kullback-Leibler"), ("frobenius", "Frobenius")):
        title = f"leukemia, 38 samples × 5,000 genes, rank 3, {word}"
        cases.append(Case(f"leukemia {objective}", title, dense, objective, 3, starts, 8 if quick else 50))
    # The longest comes last, so that a run that is cut short has the others.
    for objective, word in (("frobenius", "Frobenius"), ("kl", "Kullback-Leibler")):
        title = f"simulated, {cells:,} cells × {GENES:,} genes, sparse, rank 10, {word}"
        together = 0 if objective == "kl" else 4 if quick else 16
        cases.append(Case(f"simulated {objective}", title, sparse, objective, 10, fewer, together))
    for path, matrix in matrices.items():
        write_matrix(matrix, path)
        for rank, count in {(case.rank, case.starts) for case in cases if case.matrix == path}:
            write_starts(matrix, rank, count, path)
    return cases, matrices
