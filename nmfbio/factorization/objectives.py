"""Objectives as they are reported: in float64, by blocks of genes so that W H is never held whole."""

from collections.abc import Iterator

import numpy as np

from .kernels import TINY

GENES_AT_ONCE = 1024


def gene_blocks(
    expression: np.ndarray, usages: np.ndarray, metagenes: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield blocks of genes of the expression and of its reconstruction W H, in float64."""
    usages = usages.astype(np.float64)
    for start in range(0, expression.shape[1], GENES_AT_ONCE):
        block = slice(start, start + GENES_AT_ONCE)
        yield expression[:, block].astype(np.float64), usages @ metagenes[:, block].astype(np.float64)


def kl_divergence(expression: np.ndarray, usages: np.ndarray, metagenes: np.ndarray) -> float:
    """Generalised Kullback-Leibler divergence Σ V log(V/WH) − V + WH, with 0 log 0 = 0.

    Parameters
    ----------
    expression
        Samples × genes, non-negative.
    usages
        Samples × rank.
    metagenes
        Rank × genes.

    Examples
    --------
    >>> kl_divergence(np.array([[2.0, 1.0]]), np.array([[1.0]]), np.array([[2.0, 1.0]]))
    0.0
    """
    total = 0.0
    for observed, fitted in gene_blocks(expression, usages, metagenes):
        fitted = np.maximum(fitted, TINY)
        ratio = np.divide(observed, fitted, out=np.ones_like(fitted), where=observed > 0)
        total += float(np.sum(observed * np.log(ratio) - observed + fitted))
    return total


def half_squared_error(expression: np.ndarray, usages: np.ndarray, metagenes: np.ndarray) -> float:
    """Squared Euclidean objective ½‖V − WH‖².

    Parameters
    ----------
    expression
        Samples × genes, non-negative.
    usages
        Samples × rank.
    metagenes
        Rank × genes.

    Examples
    --------
    >>> half_squared_error(np.array([[2.0, 1.0]]), np.array([[1.0]]), np.array([[1.0, 1.0]]))
    0.5
    """
    return 0.5 * sum(
        float(np.sum((observed - fitted) ** 2)) for observed, fitted in gene_blocks(expression, usages, metagenes)
    )


def explained_variance(expression: np.ndarray, usages: np.ndarray, metagenes: np.ndarray) -> float:
    """Share of the matrix's sum of squares that W H reproduces, 1 − ‖V − WH‖² / ‖V‖² (R NMF's ``evar``).

    Parameters
    ----------
    expression
        Samples × genes, non-negative.
    usages
        Samples × rank.
    metagenes
        Rank × genes.

    Examples
    --------
    >>> explained_variance(np.array([[3.0, 4.0]]), np.array([[1.0]]), np.array([[3.0, 4.0]]))
    1.0
    """
    squared_norm = float(np.sum(np.square(expression, dtype=np.float64)))
    return 1.0 - 2.0 * half_squared_error(expression, usages, metagenes) / squared_norm
