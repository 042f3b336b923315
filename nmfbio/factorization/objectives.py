"""Objectives as they are reported: in float64, in pieces so that W H is never held whole."""

from collections.abc import Iterator

import numpy as np
import scipy.sparse

from .kernels import BLOCK, TINY, kernel, reconstruct
from .solver import Matrix
from .sparse import add_times_dense, weighted_logs

SAMPLES_AT_ONCE = 256
GENES_AT_ONCE = 1024


def gene_blocks(
    expression: np.ndarray, usages: np.ndarray, metagenes: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield blocks of genes of a dense expression matrix and of its reconstruction W H, in float64."""
    usages, metagenes = usages.astype(np.float64), metagenes.astype(np.float64)
    for start in range(0, expression.shape[1], GENES_AT_ONCE):
        block = slice(start, start + GENES_AT_ONCE)
        yield expression[:, block].astype(np.float64), usages @ metagenes[:, block]


def sparse_factors(
    expression: scipy.sparse.csr_matrix, usages: np.ndarray, metagenes: np.ndarray
) -> tuple[np.ndarray, ...]:
    """The rows of a sparse matrix and both factors by row, in float64, as the kernels take them."""
    rows = expression.indptr, expression.indices, expression.data
    return *rows, usages.astype(np.float64, order="C"), metagenes.T.astype(np.float64, order="C")


def kl_divergence(expression: Matrix, usages: np.ndarray, metagenes: np.ndarray) -> float:
    """Generalised Kullback-Leibler divergence Σ V log(V/WH) − V + WH, with 0 log 0 = 0.

    Parameters
    ----------
    expression
        Samples × genes, non-negative, dense or CSR.
    usages
        Samples × rank.
    metagenes
        Rank × genes.

    Examples
    --------
    >>> kl_divergence(np.array([[2.0, 1.0]]), np.array([[1.0]]), np.array([[2.0, 1.0]]))
    0.0
    """
    total = float(usages.sum(axis=0, dtype=np.float64) @ metagenes.sum(axis=1, dtype=np.float64))
    if scipy.sparse.issparse(expression):
        return total + kl_constant(expression) - weighted_logs(*sparse_factors(expression, usages, metagenes))
    for observed, fitted in gene_blocks(expression, usages, metagenes):
        ratio = np.maximum(observed, TINY) / np.maximum(fitted, TINY)
        total += float(np.sum(observed * np.log(ratio) - observed))
    return total


def half_squared_error(expression: Matrix, usages: np.ndarray, metagenes: np.ndarray) -> float:
    """Squared Euclidean objective ½‖V − WH‖².

    Parameters
    ----------
    expression
        Samples × genes, non-negative, dense or CSR.
    usages
        Samples × rank.
    metagenes
        Rank × genes.

    Examples
    --------
    >>> half_squared_error(np.array([[2.0, 1.0]]), np.array([[1.0]]), np.array([[1.0, 1.0]]))
    0.5
    """
    if not scipy.sparse.issparse(expression):
        usages, metagenes = usages.astype(np.float64, order="C"), metagenes.astype(np.float64, order="C")
        return 0.5 * squared_error(np.ascontiguousarray(expression), usages, metagenes)
    *rows, usages, profiles = sparse_factors(expression, usages, metagenes)
    products = np.zeros_like(usages)
    add_times_dense(*rows, profiles, products)
    fitted_norm = float(np.sum((usages.T @ usages) * (profiles.T @ profiles)))
    return 0.5 * (squared_norm(expression) - 2.0 * float(np.sum(usages * products)) + fitted_norm)


@kernel
def squared_error(expression, usages, metagenes):
    """‖V − WH‖², the factors in float64."""
    total, scratch = 0.0, np.empty(BLOCK)
    for start in range(0, expression.shape[1], BLOCK):
        width = min(BLOCK, expression.shape[1] - start)
        fitted = scratch[:width]
        for i in range(expression.shape[0]):
            reconstruct(usages[i], metagenes, start, fitted)
            observed = expression[i, start : start + width]
            for g in range(width):
                difference = observed[g] - fitted[g]
                total += difference * difference
    return total


def explained_variance(expression: Matrix, usages: np.ndarray, metagenes: np.ndarray) -> float:
    """Share of the matrix's sum of squares that W H reproduces, 1 − ‖V − WH‖² / ‖V‖² (R NMF's ``evar``).

    Parameters
    ----------
    expression
        Samples × genes, non-negative, dense or CSR.
    usages
        Samples × rank.
    metagenes
        Rank × genes.

    Examples
    --------
    >>> explained_variance(np.array([[3.0, 4.0]]), np.array([[1.0]]), np.array([[3.0, 4.0]]))
    1.0
    """
    return 1.0 - 2.0 * half_squared_error(expression, usages, metagenes) / squared_norm(expression)


def explained_variance_of_samples(expression: Matrix, usages: np.ndarray, metagenes: np.ndarray) -> np.ndarray:
    """Share of each sample's sum of squares that W H reproduces, 1 − ‖v − Wh‖² / ‖v‖²; missing values are left out.

    Parameters
    ----------
    expression
        Samples × genes, no sample all zero, dense or CSR.
    usages
        Samples × rank.
    metagenes
        Rank × genes.

    Returns
    -------
    numpy.ndarray
        (n_samples,) at most 1; below 0 where the fit is worse than none.

    Examples
    --------
    >>> explained_variance_of_samples(np.array([[3.0, 4.0], [0.0, 5.0]]), np.ones((2, 1)), np.array([[3.0, 4.0]]))
    array([1. , 0.6])
    """
    shares = np.empty(len(usages))
    for start in range(0, len(usages), SAMPLES_AT_ONCE):
        rows = slice(start, start + SAMPLES_AT_ONCE)
        observed = expression[rows]
        observed = (observed.toarray() if scipy.sparse.issparse(observed) else observed).astype(np.float64)
        errors = np.nansum(np.square(observed - usages[rows] @ metagenes), axis=1)
        shares[rows] = 1 - errors / np.nansum(np.square(observed), axis=1)
    return shares


def squared_norm(expression: Matrix) -> float:
    """‖V‖²."""
    return sum_of_squares(expression.data if scipy.sparse.issparse(expression) else np.ravel(expression))


@kernel
def sum_of_squares(values):
    """Σ x², in float64."""
    total = 0.0
    for i in range(values.size):
        total += np.float64(values[i]) * values[i]
    return total


def kl_constant(expression: Matrix) -> float:
    """Σ V log V − V, the part of the Kullback-Leibler divergence that no factor changes."""
    values = (expression.data if scipy.sparse.issparse(expression) else expression).astype(np.float64)
    return float(np.sum(values * np.log(np.where(values > 0, values, 1.0)) - values))
