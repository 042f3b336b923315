"""The single steps of the presets: arrays in, arrays out, inputs never modified."""

import numpy as np


def raise_to_floor(values: np.ndarray, floor: float) -> np.ndarray:
    """Raise all values below `floor` to it: microarray intensities down there are noise."""
    return np.maximum(values, values.dtype.type(floor))


def lower_to_ceiling(values: np.ndarray, ceiling: float) -> np.ndarray:
    """Lower all values above `ceiling` to it, where a scanner saturates."""
    return np.minimum(values, values.dtype.type(ceiling))


def has_fold_change(values: np.ndarray, min_fold: float) -> np.ndarray:
    """Tell for each gene whether its largest value is at least `min_fold` times its smallest.

    Parameters
    ----------
    values
        Non-negative, samples x genes. A gene whose smallest value is 0 passes.
    min_fold
        Ratio, at least 1.

    Returns
    -------
    ndarray of bool, shape (n_genes,)

    Examples
    --------
    >>> has_fold_change(np.array([[20.0, 20.0], [100.0, 99.0]]), 5.0)
    array([ True, False])
    """
    lowest, highest = _range_of_genes(values)
    return highest >= min_fold * lowest


def has_difference(values: np.ndarray, min_difference: float) -> np.ndarray:
    """Tell for each gene whether its largest value exceeds its smallest by at least `min_difference`.

    Examples
    --------
    >>> has_difference(np.array([[20.0, 20.0], [520.0, 519.0]]), 500.0)
    array([ True, False])
    """
    lowest, highest = _range_of_genes(values)
    return highest - lowest >= min_difference


def _range_of_genes(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the smallest and the largest value of each gene, missing ones left out."""
    return np.fmin.reduce(values, axis=0).astype(np.float64), np.fmax.reduce(values, axis=0).astype(np.float64)
