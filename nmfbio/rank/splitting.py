"""Counts split into two halves that are independent given the truth: one to fit, one to judge (Neufeld et al. 2023)."""

import numpy as np
import scipy.sparse
from scipy.optimize import brentq

from nmfbio.factorization import factorize
from nmfbio.rank.draws import fit_seed, stream
from nmfbio.rank.held_out import TOLERANCE, mean_deviance

DISPERSION_RANK = 8
DISPERSIONS = 1e-4, 100.0
SMALLEST_MEAN = 1e-6
REPEATS = 4
STARTS = 2
SPARSE_SHARE = 0.25  # of values above zero, below which a fit of the sparse matrix is faster


def estimate_overdispersion(counts: np.ndarray, seed: int) -> float:
    """Common φ of negative binomial counts, variance μ + φ μ², around a fit with eight metagenes.

    It is the φ at which Pearson's statistic Σ (v − μ)² / (μ + φ μ²) equals the degrees of freedom that the fit leaves
    (McCullagh & Nelder 1989). Plain moments, which the largest counts decide, came out two to six times too small in
    simulations: those counts are what a fit follows most closely.

    Parameters
    ----------
    counts
        n_samples × n_genes.
    seed
        Base seed.

    Returns
    -------
    float
        From 1e-4, for counts no noisier than Poisson's, to 100.
    """
    n_samples, n_genes = counts.shape
    rank = max(1, min(DISPERSION_RANK, min(counts.shape) // 4))
    found = factorize(counts, rank, "kl", 3, seed=fit_seed(seed, "split", 0), threads=1, tolerance=TOLERANCE)
    best = int(found.objective.argmin())
    mean = np.maximum(found.usages[best].astype(np.float64) @ found.metagenes[best], SMALLEST_MEAN)
    left = counts.size - rank * (n_samples + n_genes - rank)
    squares = (counts - mean) ** 2

    def excess(logarithm: float) -> float:
        return float(np.sum(squares / (mean + np.exp(logarithm) * mean**2))) - left

    low, high = np.log(DISPERSIONS)
    if excess(low) <= 0:
        return DISPERSIONS[0]
    return float(np.exp(brentq(excess, low, high))) if excess(high) < 0 else DISPERSIONS[1]


def split_counts(counts: np.ndarray, overdispersion: float, seed: int, repeat: int) -> np.ndarray:
    """One half of the counts; the rest is the other half, independent of it if the counts are negative binomial.

    Every entry is split by a beta-binomial draw whose overdispersion is that of the counts. A binomial draw, right for
    Poisson counts, would leave the noise of real counts in both halves.

    Examples
    --------
    >>> counts = np.full((4, 5), 10)
    >>> half = split_counts(counts, 0.1, seed=0, repeat=0)
    >>> bool(((half >= 0) & (half <= counts)).all())
    True
    """
    random = np.random.default_rng(stream(seed, "split", 1, repeat))
    shape = 0.5 / overdispersion
    return random.binomial(counts.astype(np.int64), random.beta(shape, shape, counts.shape))


def split_deviance(
    counts: np.ndarray,
    weights: np.ndarray,
    overdispersion: float,
    rank: int,
    loss: str,
    seed: int,
    repeat: int,
    starts: int = STARTS,
) -> float:
    """Mean deviance of one half of the counts from what the other half leads to expect.

    Parameters
    ----------
    counts
        n_samples × n_genes.
    weights
        (n_genes,) by which counts are multiplied before they are fitted.
    overdispersion
        φ of the counts.
    rank
        Number of metagenes.
    loss
        ``"kl"`` or ``"frobenius"``.
    seed, repeat
        Which split.
    starts
        Fits of one half, of which the one with the lowest loss counts.
    """
    half = split_counts(counts, overdispersion, seed, repeat)
    used = half.any(axis=0)
    training, judged = half[:, used] * weights[used], (counts - half)[:, used] * weights[used]
    seen = training.any(axis=1)
    training, judged = training[seen], judged[seen]
    if rank >= min(training.shape):
        return np.nan
    seed = fit_seed(seed, "split", 2, repeat)
    starts = starts if rank > 1 else 1
    mostly_zero = np.count_nonzero(training) < SPARSE_SHARE * training.size
    by_one = np.outer(training.sum(axis=1), training.sum(axis=0)) / training.sum()
    training = scipy.sparse.csr_matrix(training) if mostly_zero else training
    found = factorize(training, rank, loss, starts, seed=seed, threads=1, tolerance=TOLERANCE)
    best = int(found.objective.argmin())
    predicted = found.usages[best].astype(np.float64) @ found.metagenes[best]
    return mean_deviance(judged, predicted, by_one, loss)
