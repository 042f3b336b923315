"""Whether the same metagenes come back when a fit sees only a part of the samples.

Metagenes are compared as distributions over the genes, by the cosine of their square roots (Bhattacharyya's
coefficient), so that a few highly expressed genes, which all metagenes share, do not decide.
"""

from collections.abc import Mapping

import numpy as np

from nmfbio.consensus import match_metagenes
from nmfbio.consensus.alignment import unit_rows
from nmfbio.factorization import factorize
from nmfbio.factorization.solver import Matrix
from nmfbio.rank.draws import draw_samples, fit_seed
from nmfbio.rank.held_out import TOLERANCE

SHARE = 0.8
STARTS = 2


def fit_subsample(
    expression: Matrix, rank: int, method: str, options: Mapping[str, object], seed: int, number: int
) -> np.ndarray:
    """Metagenes (rank × n_genes) of the better of two fits to a random 80 % of the samples.

    Parameters
    ----------
    expression
        n_samples × n_genes.
    rank, method, options
        As for `factorize`.
    seed, number
        Which samples.
    """
    samples = draw_samples(expression.shape[0], round(SHARE * expression.shape[0]), seed, "subsample", number)
    seed = fit_seed(seed, "subsample", 0, number)
    found = factorize(expression[samples], rank, method, STARTS, seed=seed, threads=1, tolerance=TOLERANCE, **options)
    return found.metagenes[int(found.objective.argmin())].astype(np.float32)


def metagene_silhouettes(metagenes: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """How surely each metagene of each fit is told from the others, once all fits are aligned.

    Metagenes of every fit are matched to those of a reference, one to one (Hungarian algorithm), which makes as many
    clusters as metagenes, one member from each fit. The silhouette (b − a) / max(a, b) of a member compares its mean
    distance to the same metagene of other fits, a, with that to the nearest other metagene, b.

    Parameters
    ----------
    metagenes
        (n_fits, rank, n_genes), non-negative.
    reference
        (rank, n_genes).

    Returns
    -------
    numpy.ndarray
        (n_fits, rank), from −1 to 1; NaN for rank 1 or a single fit, where there is nothing to compare.

    Examples
    --------
    >>> metagene_silhouettes(np.stack([np.eye(2), np.eye(2)[::-1]]), np.eye(2))
    array([[1., 1.],
           [1., 1.]])
    """
    n_fits, rank, _ = metagenes.shape
    if rank < 2 or n_fits < 2:
        return np.full((n_fits, rank), np.nan)
    roots, reference = np.sqrt(unit_sums(metagenes)), np.sqrt(unit_sums(reference))
    units = np.stack([unit_rows(fit)[match_metagenes(fit, reference)] for fit in roots])
    sums = units.sum(axis=0)
    similar = np.einsum("fcg,dg->fcd", units, sums, optimize=True)
    diagonal = np.arange(rank)
    own = (n_fits - similar[:, diagonal, diagonal]) / (n_fits - 1)
    others = 1 - similar / n_fits
    others[:, diagonal, diagonal] = np.inf
    nearest = others.min(axis=2)
    return np.divide(nearest - own, np.maximum(own, nearest), out=np.zeros_like(own), where=nearest > 0)


def unit_sums(metagenes: np.ndarray) -> np.ndarray:
    """Metagenes divided by their sums; those of zeros stay."""
    totals = metagenes.sum(axis=-1, keepdims=True, dtype=np.float64)
    return metagenes / np.where(totals > 0, totals, 1)
