"""What a matrix that may be dense or sparse is asked, a block of samples at a time, so that no copy of it is made.

Missing values (NaN) count as not above 0, and as 0 in sums.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import scipy.sparse

Matrix = np.ndarray | scipy.sparse.csr_matrix
SAMPLES_AT_ONCE = 2048
GENES_AT_ONCE = 512


def as_float32(values: Matrix) -> Matrix:
    """Give the matrix as float32, C-contiguous or CSR; it is copied only if it is anything else."""
    with np.errstate(over="ignore"):
        if scipy.sparse.issparse(values):
            return values.tocsr().astype(np.float32, copy=False)
        return np.ascontiguousarray(values, dtype=np.float32)


def sample_blocks(values: Matrix) -> Iterator[Matrix]:
    """Yield some samples after the other."""
    for start in range(0, values.shape[0], SAMPLES_AT_ONCE):
        yield values[start : start + SAMPLES_AT_ONCE]


def stored_values(values: Matrix) -> np.ndarray:
    """All values of a dense matrix, or the stored ones of a sparse matrix, as one row; no copy."""
    return values.data if scipy.sparse.issparse(values) else values.ravel()


def count_genes_above_zero(values: Matrix) -> np.ndarray:
    """Count for each sample the genes above 0."""
    return np.concatenate([_flat((block > 0).sum(axis=1)) for block in sample_blocks(values)])


def count_samples_above_zero(values: Matrix) -> np.ndarray:
    """Count for each gene the samples in which it is above 0."""
    return sum(_flat((block > 0).sum(axis=0)) for block in sample_blocks(values))


def sum_samples(values: Matrix) -> np.ndarray:
    """Sum each sample over its genes, in float64."""
    return np.concatenate([_sum_rows(block) for block in sample_blocks(values)])


def _sum_rows(block: Matrix) -> np.ndarray:
    if scipy.sparse.issparse(block):
        block = block.astype(np.float64)
        block.data[np.isnan(block.data)] = 0
        return _flat(block.sum(axis=1))
    return np.nansum(block, axis=1, dtype=np.float64)


def mean_of_genes(values: Matrix) -> np.ndarray:
    """Mean of each gene, in float64; nothing is missing."""
    return sum(_flat(block.sum(axis=0, dtype=np.float64)) for block in sample_blocks(values)) / values.shape[0]


def range_of_genes(values: Matrix) -> tuple[np.ndarray, np.ndarray]:
    """Give the smallest and the largest value of each gene; NaN if one is missing."""
    lowest = np.minimum.reduce([_flat(as_dense(block.min(axis=0))) for block in sample_blocks(values)])
    highest = np.maximum.reduce([_flat(as_dense(block.max(axis=0))) for block in sample_blocks(values)])
    return lowest, highest


def measure_genes(values: Matrix, measure: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Apply a function of dense samples x genes, which gives a number a gene, to some genes after the other."""
    columns = values.tocsc() if scipy.sparse.issparse(values) else values
    if values.shape[1] == 0:
        return np.empty(0)
    parts = [columns[:, start : start + GENES_AT_ONCE] for start in range(0, values.shape[1], GENES_AT_ONCE)]
    return np.concatenate([measure(as_dense(part)) for part in parts])


def replace_genes(values: Matrix, genes: np.ndarray, columns: np.ndarray) -> Matrix:
    """Copy a matrix with other values for some genes.

    Parameters
    ----------
    values
        Samples x genes.
    genes
        Positions of the genes.
    columns
        Dense, samples x these genes.
    """
    if not scipy.sparse.issparse(values):
        copy = values.copy()
        copy[:, genes] = columns
        return copy
    others = np.setdiff1d(np.arange(values.shape[1]), genes)
    order = np.argsort(np.concatenate([others, genes]))
    return append_genes(values[:, others], columns)[:, order]


def append_genes(values: Matrix, columns: np.ndarray) -> Matrix:
    """Copy a matrix with more genes at its end."""
    if scipy.sparse.issparse(values):
        return scipy.sparse.hstack([values, scipy.sparse.csr_matrix(columns)], format="csr", dtype=values.dtype)
    return np.hstack([values, columns.astype(values.dtype)])


def format_value(value: float) -> str:
    """Write a value for a reader: large ones in whole numbers with thousands apart, others to six digits.

    Examples
    --------
    >>> format_value(1566580.4), format_value(14.127)
    ('1,566,580', '14.127')
    """
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e15 else f"{value:.6g}"


def as_dense(values: Matrix) -> np.ndarray:
    """Give a dense matrix as it is, a sparse one as a dense copy."""
    return values.toarray() if scipy.sparse.issparse(values) else values


def apply_to_stored(values: Matrix, function: Callable[[np.ndarray], np.ndarray]) -> Matrix:
    """Copy a matrix with a function applied to its values, which has to leave 0 at 0."""
    if not scipy.sparse.issparse(values):
        return function(values)
    return scipy.sparse.csr_matrix((function(values.data), values.indices, values.indptr), shape=values.shape)


def divide_samples(values: Matrix, divisors: Sequence[float]) -> Matrix:
    """Copy a matrix with each sample divided by its number."""
    divisors = np.asarray(divisors, dtype=np.float64)
    if scipy.sparse.issparse(values):
        repeated = np.repeat(divisors, np.diff(values.indptr))
        return apply_to_stored(values, lambda stored: (stored / repeated).astype(values.dtype))
    return (values / divisors[:, None]).astype(values.dtype)


def count_changed(before: Matrix, after: Matrix) -> int:
    """Count the values that differ between two matrices of one shape; NaN equals NaN."""
    if scipy.sparse.issparse(before) != scipy.sparse.issparse(after):
        before, after = as_dense(before), as_dense(after)
    if scipy.sparse.issparse(before):
        return int((before != after).nnz)
    return int(np.count_nonzero((before != after) & ~(np.isnan(before) & np.isnan(after))))


def _flat(sums: np.ndarray) -> np.ndarray:
    return np.asarray(sums).ravel()
