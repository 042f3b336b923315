"""Simulated cells of six identities and one activity program, much as cNMF was tried on (Kotliar et al. 2019)."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

N_CELLS, N_GENES = 2000, 3000
IDENTITY_SHARES = (0.30, 0.22, 0.17, 0.13, 0.10, 0.08)
# Identities whose cells may be active, and the share of those cells that are.
ACTIVE_IDENTITIES, ACTIVE_SHARE = (0, 2, 3, 5), 0.3
ACTIVITY = (0.1, 0.7)
MARKER_SHARE, FOLD = 0.05, (2.0, 12.0)
MEDIAN_TOTAL, SPREAD_OF_TOTALS = 4000, 0.35
DISPERSION = 0.2
N_PROGRAMS = len(IDENTITY_SHARES) + 1


@dataclass(frozen=True)
class Cells:
    """Counts and what they were made of.

    Attributes
    ----------
    counts
        n_cells × n_genes, whole numbers as float64; genes without any count are left out.
    usages
        n_cells × 7 shares of the programs, rows sum to 1; the activity program is the last.
    programs
        7 × n_genes, the mean expression profiles, in shares of all genes drawn.
    """

    counts: csr_matrix
    usages: np.ndarray
    programs: np.ndarray


def simulate_cells(
    seed: int, n_cells: int = N_CELLS, n_genes: int = N_GENES, median_total: float = MEDIAN_TOTAL
) -> Cells:
    """Draw negative binomial counts (variance μ + φ μ²) of cells, μ = total × usages @ programs.

    A program is a common log-normal baseline with a twentieth of the genes raised 2- to 12-fold. A cell uses the
    program of its identity, and an active one gives 10 to 70 % of its expression to the activity program.

    Parameters
    ----------
    seed
        Not negative; the same seed gives the same cells.
    n_cells, n_genes
        Size of the matrix; genes without any count are left out of it.
    median_total
        Median of the cells' sums of counts.

    Examples
    --------
    >>> simulate_cells(0, n_cells=50).usages.shape
    (50, 7)
    """
    random = np.random.default_rng(seed)
    programs = draw_programs(random, n_genes)
    usages = draw_usages(random, n_cells)
    totals = median_total * np.exp(random.normal(0, SPREAD_OF_TOTALS, n_cells))
    mean = totals[:, None] * (usages @ programs)
    counts = random.poisson(mean * random.gamma(1 / DISPERSION, DISPERSION, mean.shape)).astype(np.float64)
    seen = counts.any(axis=0)
    return Cells(csr_matrix(counts[:, seen]), usages, programs[:, seen])


def draw_programs(random: np.random.Generator, n_genes: int) -> np.ndarray:
    """Programs (7 × n_genes), rows sum to 1."""
    programs = np.tile(np.exp(random.normal(0, 1.2, n_genes)), (N_PROGRAMS, 1))
    for program in programs:
        markers = random.choice(n_genes, int(MARKER_SHARE * n_genes), replace=False)
        program[markers] *= np.exp(random.uniform(*np.log(FOLD), len(markers)))
    return programs / programs.sum(axis=1, keepdims=True)


def draw_usages(random: np.random.Generator, n_cells: int) -> np.ndarray:
    """Usages (n_cells × 7), rows sum to 1, activity last."""
    identity = random.choice(len(IDENTITY_SHARES), n_cells, p=IDENTITY_SHARES)
    active = np.isin(identity, ACTIVE_IDENTITIES) & (random.random(n_cells) < ACTIVE_SHARE)
    activity = np.where(active, random.uniform(*ACTIVITY, n_cells), 0)
    usages = np.zeros((n_cells, N_PROGRAMS))
    usages[np.arange(n_cells), identity] = 1 - activity
    usages[:, -1] = activity
    return usages
