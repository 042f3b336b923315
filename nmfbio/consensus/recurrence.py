"""How far each gene stands out in one metagene, and in how many restarts it does."""

import numpy as np

# A gene that weighs half as much again in one metagene as in any other is told apart by it.
LEAST_FOLD = 1.5


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
    second, first = np.partition(raised, -2, axis=0)[-2:]
    next_largest = np.where(raised.argmax(axis=0) == np.arange(len(raised))[:, None], second, first)
    folds = np.zeros(metagenes.shape)
    folds[in_use] = raised / next_largest
    return folds


def gene_recurrence(metagenes: np.ndarray, orders: np.ndarray) -> np.ndarray:
    """Share of restarts (rank × n_genes) in which a gene weighs 1.5 times as much in a metagene as in any other.

    Parameters
    ----------
    metagenes
        (R, rank, n_genes), compared as shares of their sums.
    orders
        (R, rank) which metagene of each restart is matched to each of the solution.
    """
    found = np.zeros(metagenes.shape[1:])
    for restart, order in zip(metagenes, orders, strict=True):
        found += fold_over_next(to_unit_sum(restart[order])) >= LEAST_FOLD
    return found / len(metagenes)
