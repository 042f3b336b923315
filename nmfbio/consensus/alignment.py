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
