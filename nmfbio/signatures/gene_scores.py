"""How strongly and how specifically a gene belongs to a metagene."""

import numpy as np
import scipy.sparse

from nmfbio.consensus import usage_shares
from nmfbio.factorization.solver import Matrix


def regression_scores(expression: Matrix, usages: np.ndarray) -> np.ndarray:
    """Standardised expression that each gene would have in a sample made of one metagene alone.

    log(1 + v) of every gene, less its mean and over its standard deviation, is regressed on the usage shares of the
    samples by least squares, as consensus NMF does with its normalised counts (Kotliar et al. 2019).

    Parameters
    ----------
    expression
        n_samples × n_genes, non-negative, the matrix that was factorised; NaN where a value is missing, which then
        stands at the gene's mean.
    usages
        n_samples × rank, on the scale that samples are called on.

    Returns
    -------
    numpy.ndarray
        rank × n_genes, in standard deviations of the gene: 0 for one that does not follow the metagene, as one of a
        single value does not. NaN for empty metagenes, and for rank 1, where all samples are made alike.

    Examples
    --------
    >>> expression = np.array([[7.0, 1.0], [7.0, 1.0], [0.0, 1.0], [0.0, 1.0]])
    >>> regression_scores(expression, np.array([[2.0, 0.0], [1.0, 0.0], [0.0, 3.0], [0.0, 1.0]]))
    array([[ 1.,  0.],
           [-1.,  0.]])
    """
    in_use = usages.any(axis=0)
    scores = np.full((usages.shape[1], expression.shape[1]), np.nan)
    if in_use.sum() < 2:
        return scores
    values = expression.astype(np.float64)
    logs = values.log1p() if scipy.sparse.issparse(values) else np.log1p(values)
    mean, deviation, centred = standardise(logs)
    inverse = np.linalg.pinv(usage_shares(usages[:, in_use]))
    # A sparse matrix stays sparse: its mean is taken off after the product.
    fitted = inverse @ centred if centred is not None else inverse @ logs - np.outer(inverse.sum(axis=1), mean)
    scores[in_use] = np.divide(fitted, deviation, out=np.zeros_like(fitted), where=deviation > 0)
    return scores


def standardise(logs: Matrix) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Mean and standard deviation of every gene, and a dense matrix less its mean, 0 where a value is missing."""
    if scipy.sparse.issparse(logs):
        mean = np.asarray(logs.mean(axis=0), dtype=np.float64).ravel()
        squares = np.asarray(logs.multiply(logs).mean(axis=0), dtype=np.float64).ravel()
        return mean, as_deviation(squares - mean**2, squares), None
    mean = np.nanmean(logs, axis=0)
    centred = np.where(np.isnan(logs), 0, logs - mean)
    squares = np.nanmean(logs**2, axis=0)
    known = np.count_nonzero(~np.isnan(logs), axis=0)
    return mean, as_deviation((centred**2).sum(axis=0) / known, squares), centred


def as_deviation(variances: np.ndarray, squares: np.ndarray) -> np.ndarray:
    """Standard deviations, 0 where the variance is but the rounding of the mean square."""
    return np.sqrt(np.where(variances > 1e-10 * squares, variances, 0))


def contributions(metagenes: np.ndarray) -> np.ndarray:
    """Share of every gene's weight that each metagene holds (rank × n_genes); equal where no metagene holds any."""
    totals = metagenes.sum(axis=0)
    return np.where(totals > 0, metagenes / np.where(totals > 0, totals, 1), 1 / len(metagenes))


def kim_park_scores(metagenes: np.ndarray) -> np.ndarray:
    """Specificity of every gene, S = 1 + Σ_q p(q) log p(q) / log k with p(q) its share in metagene q.

    Kim & Park 2007, Bioinformatics 23:1495.

    Parameters
    ----------
    metagenes
        rank × n_genes, non-negative. Their scale matters: unscaled metagenes favour the strongest one.

    Returns
    -------
    numpy.ndarray
        (n_genes,) from 0 (equal in all metagenes, or in none) to 1 (in one only); NaN for rank 1.

    Examples
    --------
    >>> kim_park_scores(np.array([[1.0, 2.0, 0.0], [1.0, 0.0, 0.0]]))
    array([0., 1., 0.])
    """
    rank, n_genes = metagenes.shape
    if rank == 1:
        return np.full(n_genes, np.nan)
    shares = contributions(metagenes)
    logs = np.log2(np.where(shares > 0, shares, 1))
    return np.clip(1 + (shares * logs).sum(axis=0) / np.log2(rank), 0, 1)
