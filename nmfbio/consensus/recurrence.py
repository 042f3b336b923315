"""How far each gene stands out in one metagene, and in how many restarts it does."""

import numpy as np
from scipy.sparse import csr_matrix, issparse

# A gene that weighs half as much again in one metagene as in any other is told apart by it.
LEAST_FOLD = 1.5
# Steps of logarithms are cut here, far beyond any expression, before they are taken as exponents.
LARGEST_STEP = 50.0


def to_unit_sum(metagenes: np.ndarray) -> np.ndarray:
    """Metagenes (rank × n_genes) as shares of their sums, float64; an empty one stays empty."""
    sums = metagenes.sum(axis=1, keepdims=True, dtype=np.float64)
    return metagenes / np.where(sums > 0, sums, 1)


def fold_over_next(metagenes: np.ndarray) -> np.ndarray:
    """How many times as much a gene weighs in each metagene as in the one of the others where it weighs most.

    Both weights are raised by the median, over the genes that weigh anywhere, of the mean metagene, so that genes that
    hardly weigh do not stand out. Metagenes that are empty have no part.

    Parameters
    ----------
    metagenes
        rank × n_genes, non-negative; their scale matters, see ``to_unit_sum``.

    Returns
    -------
    numpy.ndarray
        rank × n_genes, more than 1 in one metagene of each gene at most; NaN with fewer than two metagenes in use, and
        0 in empty ones.

    Examples
    --------
    >>> fold_over_next(np.array([[6.0, 1.0, 1.0], [2.0, 1.0, 1.0]]))
    array([[2.33333333, 1.        , 1.        ],
           [0.42857143, 1.        , 1.        ]])
    """
    in_use = metagenes.any(axis=1)
    if in_use.sum() < 2:
        return np.full(metagenes.shape, np.nan)
    weights = metagenes[in_use].astype(np.float64)
    means = weights.mean(axis=0)
    raised = weights + np.median(means[means > 0])
    folds = np.zeros(metagenes.shape)
    folds[in_use] = raised / largest_of_others(raised)
    return folds


def fold_of_logarithms(metagenes: np.ndarray, log_unit: float) -> np.ndarray:
    """How many times as much of a gene a sample of one metagene alone has as a sample of any other, from logarithms.

    Where the matrix holds logarithms, weights do too, and their ratio says little: twice the expression is a step, not
    a factor. The step is that of samples with the mean total.

    Parameters
    ----------
    metagenes
        rank × n_genes, as ``fold_over_next`` takes them; divided by the mean of their sums here.
    log_unit
        Natural logarithms in a whole sample, of ``measure_log_unit``.

    Returns
    -------
    numpy.ndarray
        As of ``fold_over_next``.

    Examples
    --------
    >>> fold_of_logarithms(np.array([[0.5, 0.5], [0.4, 0.6]]), 10.0).round(2)
    array([[2.72, 0.37],
           [0.37, 2.72]])
    """
    in_use = metagenes.any(axis=1)
    if in_use.sum() < 2:
        return np.full(metagenes.shape, np.nan)
    weights = metagenes[in_use].astype(np.float64)
    weights *= log_unit / weights.sum(axis=1).mean()
    folds = np.zeros(metagenes.shape)
    folds[in_use] = np.exp(np.clip(weights - largest_of_others(weights), -LARGEST_STEP, LARGEST_STEP))
    return folds


def largest_of_others(weights: np.ndarray) -> np.ndarray:
    """Of every gene and metagene, the largest weight in any other metagene (rank × n_genes, rank of at least 2)."""
    second, first = np.partition(weights, -2, axis=0)[-2:]
    return np.where(weights.argmax(axis=0) == np.arange(len(weights))[:, None], second, first)


def measure_log_unit(expression: np.ndarray | csr_matrix, log_base: float | None) -> float:
    """Mean total of a sample in natural logarithms; 0 of a linear matrix, which has no base.

    Examples
    --------
    >>> measure_log_unit(np.array([[1.0, 3.0], [2.0, 4.0]]), 2.0) / np.log(2)
    5.0
    """
    if log_base is None:
        return 0.0
    mean = expression.mean(axis=0) if issparse(expression) else np.nanmean(expression, axis=0)
    return float(np.log(log_base) * mean.sum(dtype=np.float64))


def gene_folds(metagenes: np.ndarray, log_unit: float) -> np.ndarray:
    """``fold_over_next`` of a linear matrix, whose ``log_unit`` is 0, else ``fold_of_logarithms``."""
    return fold_of_logarithms(metagenes, log_unit) if log_unit else fold_over_next(metagenes)


def gene_recurrence(metagenes: np.ndarray, orders: np.ndarray, log_unit: float = 0.0) -> np.ndarray:
    """Share of restarts (rank × n_genes) in which a gene has a fold of at least 1.5 in a metagene.

    Parameters
    ----------
    metagenes
        (R, rank, n_genes), compared as shares of their sums.
    orders
        (R, rank) which metagene of each restart is matched to each of the solution.
    log_unit
        Of the matrix, see ``gene_folds``.
    """
    found = np.zeros(metagenes.shape[1:])
    for restart, order in zip(metagenes, orders, strict=True):
        found += gene_folds(to_unit_sum(restart[order]), log_unit) >= LEAST_FOLD
    return found / len(metagenes)
