"""Which metagene of one restart corresponds to which of another."""

import numpy as np
from scipy.optimize import linear_sum_assignment


def match_metagenes(metagenes: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Assign metagenes one to one to those of a reference so that the sum of cosines is largest (Hungarian algorithm).

    Parameters
    ----------
    metagenes, reference
        rank × n_genes, non-negative.

    Returns
    -------
    numpy.ndarray
        (rank,) integers: ``metagenes[order]`` corresponds to ``reference`` row by row.

    Examples
    --------
    >>> match_metagenes(np.array([[0.0, 2.0], [3.0, 0.0]]), np.eye(2))
    array([1, 0])
    """
    return linear_sum_assignment(-(unit_rows(reference) @ unit_rows(metagenes).T))[1]


def unit_rows(rows: np.ndarray) -> np.ndarray:
    """Rows divided by their Euclidean norm, in float64; rows of zeros stay."""
    rows = rows.astype(np.float64)
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(norms > 0, norms, 1)


def to_contrasts(metagenes: np.ndarray) -> np.ndarray:
    """Metagenes as shares of their sums, less their mean, over its root: the units of correspondence analysis.

    Metagenes of one matrix share most of what they hold, the genes that are high everywhere; contrasts are how far each
    lies above or below their mean (Benzécri 1973).

    Parameters
    ----------
    metagenes
        (n_fits, rank, n_genes), non-negative.

    Returns
    -------
    numpy.ndarray
        The same shape, float64. Genes that no metagene holds give 0, and so does a metagene of zeros.

    Examples
    --------
    >>> to_contrasts(np.array([[[1.0, 3.0], [3.0, 1.0]]])).round(3)
    array([[[-0.354,  0.354],
            [ 0.354, -0.354]]])
    """
    totals = metagenes.sum(axis=2, keepdims=True, dtype=np.float64)
    shares = metagenes / np.where(totals > 0, totals, 1)
    mean = shares.mean(axis=(0, 1))
    contrasts = (shares - mean) / np.sqrt(np.where(mean > 0, mean, 1))
    return np.where(totals > 0, contrasts, 0)
