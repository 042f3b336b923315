"""How metagenes and usages share their scale, which decides sample calls.

W H = (W D)(D⁻¹ H) for any positive diagonal D.
"""

import numpy as np

SCALES = ("max", "none")


def scale_factors(usages: np.ndarray, metagenes: np.ndarray, scale: str) -> tuple[np.ndarray, np.ndarray]:
    """Put metagenes on one scale and give their usages the other part, leaving usages @ metagenes as it is.

    Parameters
    ----------
    usages
        (..., n_samples, rank).
    metagenes
        (..., rank, n_genes).
    scale
        ``"max"`` divides every metagene by its largest entry (Yang & Seoighe 2016, 10.1371/journal.pone.0164880),
        ``"none"`` leaves the factors as the solver returned them (Brunet et al. 2004). A metagene of zeros, such as
        ``bayesian`` leaves where it needs fewer, stays; its usages, which explain nothing, become 0.

    Returns
    -------
    tuple of numpy.ndarray
        Scaled usages and metagenes.

    Raises
    ------
    ValueError
        The scale is neither.

    Examples
    --------
    >>> scale_factors(np.array([[1.0]]), np.array([[2.0, 4.0]]), "max")
    (array([[4.]]), array([[0.5, 1. ]]))
    """
    if scale not in SCALES:
        raise ValueError(f"scale is {scale!r}; expected one of {', '.join(SCALES)}")
    largest = metagenes.max(axis=-1, keepdims=True)
    usages = np.where(np.swapaxes(largest, -1, -2) > 0, usages, usages.dtype.type(0))
    if scale == "none":
        return usages, metagenes
    largest = np.where(largest > 0, largest, 1)
    return usages * np.swapaxes(largest, -1, -2), metagenes / largest


def call_samples(usages: np.ndarray) -> np.ndarray:
    """Metagene with the largest usage in every sample; the first of equals.

    Parameters
    ----------
    usages
        (..., n_samples, rank), scaled.

    Examples
    --------
    >>> call_samples(np.array([[0.2, 0.8], [0.5, 0.1]]))
    array([1, 0])
    """
    return usages.argmax(axis=-1)


def usage_shares(usages: np.ndarray) -> np.ndarray:
    """Usages of every sample divided by their sum; zeros where a sample uses nothing.

    Parameters
    ----------
    usages
        n_samples × rank, scaled.

    Examples
    --------
    >>> usage_shares(np.array([[3.0, 1.0], [0.0, 0.0]]))
    array([[0.75, 0.25],
           [0.  , 0.  ]])
    """
    totals = usages.sum(axis=1, keepdims=True)
    return usages / np.where(totals > 0, totals, 1)
