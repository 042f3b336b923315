"""Whether the same metagenes come back when a fit sees only a part of the samples.

Metagenes of one rank share most of what they hold: the genes that are high everywhere. So they are compared by their
contrasts, how far each lies above or below their mean (``to_contrasts``).
"""

from collections.abc import Mapping

import numpy as np
import scipy.sparse

from nmfbio.consensus import match_metagenes
from nmfbio.consensus.alignment import to_contrasts, unit_rows
from nmfbio.factorization import factorize
from nmfbio.factorization.solver import Matrix
from nmfbio.rank.draws import draw_samples, fit_seed
from nmfbio.rank.held_out import TOLERANCE

SHARE = 0.8
STARTS = 2
IN_THREE_OF_FOUR = 25  # percentile


def count_subsample(n_samples: int) -> int:
    """Number of samples that a fit to 80 % of them sees."""
    return round(SHARE * n_samples)


def fill_unobserved(expression: Matrix) -> Matrix:
    """A dense matrix with zeros in samples and genes that have no value at all, which no fit can take."""
    if scipy.sparse.issparse(expression):
        return expression
    missing = np.isnan(expression)
    empty = missing.all(axis=0) | missing.all(axis=1, keepdims=True)
    return np.where(empty, 0, expression) if empty.any() else expression


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
    samples = draw_samples(expression.shape[0], count_subsample(expression.shape[0]), seed, "subsample", number)
    seed = fit_seed(seed, "subsample", 0, number)
    seen = fill_unobserved(expression[samples])
    found = factorize(seen, rank, method, STARTS, seed=seed, threads=1, tolerance=TOLERANCE, **options)
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
    contrasts = to_contrasts(np.concatenate([metagenes, reference[None]]))
    units = np.stack([unit_rows(fit)[match_metagenes(fit, contrasts[-1])] for fit in contrasts[:-1]])
    sums = units.sum(axis=0)
    similar = np.einsum("fcg,dg->fcd", units, sums, optimize=True)
    diagonal = np.arange(rank)
    own = (n_fits - similar[:, diagonal, diagonal]) / (n_fits - 1)
    others = 1 - similar / n_fits
    others[:, diagonal, diagonal] = np.inf
    nearest = others.min(axis=2)
    return np.divide(nearest - own, np.maximum(own, nearest), out=np.zeros_like(own), where=nearest > 0)


def reached_in_most(silhouettes: np.ndarray) -> float:
    """What the least certain metagene reaches in three of four fits.

    A small program may be missing from the samples of a fit or two, and a fit may end in a poor optimum.

    Parameters
    ----------
    silhouettes
        (..., n_fits, rank), of ``metagene_silhouettes``.

    Examples
    --------
    >>> float(reached_in_most(np.array([[1.0, 0.0], [1.0, 0.9], [1.0, 0.9], [1.0, 0.9], [1.0, 0.9]])))
    0.9
    """
    return np.percentile(silhouettes, IN_THREE_OF_FOUR, axis=-2).min(axis=-1)
