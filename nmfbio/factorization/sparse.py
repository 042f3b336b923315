"""Passes over a sparse matrix: only stored values are touched, and nothing is made dense.

Every kernel works on the rows of a CSR matrix. Samples are its rows in one copy of the matrix and genes in another, so
the usages and the metagenes are updated by the same code with their parts exchanged.
"""

from collections.abc import Iterator
from functools import cached_property

import numpy as np
import scipy.sparse

from .kernels import TINY, kernel

# Stored values summed in the factors' precision before they are added to a float64 sum.
SEGMENT = 128

# Columns of a tile: at a hundred float32 values a row, its part of the factor fits half a megabyte.
TILE = 1024

Rows = tuple[np.ndarray, np.ndarray, np.ndarray]


class BothWays:
    """A sparse matrix by sample and by gene, each as (indptr, indices, values) of its rows."""

    def __init__(self, expression: scipy.sparse.csr_matrix):
        self.expression = expression
        self.shape = expression.shape
        self.by_sample: Rows = (expression.indptr, expression.indices, expression.data)

    @cached_property
    def by_gene(self) -> Rows:
        """The transpose, made on first use."""
        genes = self.expression.T.tocsr()
        return genes.indptr, genes.indices, genes.data


@kernel
def kl_numerators_of_rows(indptr, indices, data, factor, partner, numerators):
    """Σ_j V_ij / (x_i·y_j) y_j for every row x_i of a factor, y_j the rows of its partner; in float64."""
    rank = factor.shape[1]
    tiny = factor.dtype.type(TINY)
    part = np.empty(rank, factor.dtype)
    for i in range(factor.shape[0]):
        weights = factor[i]
        numerators[i] = 0.0
        for start in range(indptr[i], indptr[i + 1], SEGMENT):
            part[:] = 0
            for p in range(start, min(start + SEGMENT, indptr[i + 1])):
                profile = partner[indices[p]]
                fitted = tiny
                for c in range(rank):
                    fitted += weights[c] * profile[c]
                ratio = data[p] / fitted
                for c in range(rank):
                    part[c] += ratio * profile[c]
            for c in range(rank):
                numerators[i, c] += part[c]


@kernel
def weighted_logs(indptr, indices, data, factor, partner):
    """Σ V log(x·y) over all stored values, in float64."""
    total = 0.0
    for i in range(factor.shape[0]):
        weights = factor[i]
        for p in range(indptr[i], indptr[i + 1]):
            profile = partner[indices[p]]
            fitted = factor.dtype.type(TINY)
            for c in range(weights.size):
                fitted += weights[c] * profile[c]
            total += data[p] * np.log(fitted)
    return total


@kernel
def add_times_dense(indptr, indices, data, dense, product):
    """product += rows × dense, whose columns may belong to several restarts.

    Four stored values a step keep a row of the product longer in registers, which doubles the speed.
    """
    n_columns = dense.shape[1]
    for i in range(product.shape[0]):
        row = product[i]
        p, end = indptr[i], indptr[i + 1]
        while p + 4 <= end:
            value_0, value_1, value_2, value_3 = data[p], data[p + 1], data[p + 2], data[p + 3]
            row_0, row_1 = dense[indices[p]], dense[indices[p + 1]]
            row_2, row_3 = dense[indices[p + 2]], dense[indices[p + 3]]
            for c in range(n_columns):
                row[c] += value_0 * row_0[c] + value_1 * row_1[c] + value_2 * row_2[c] + value_3 * row_3[c]
            p += 4
        while p < end:
            value, single = data[p], dense[indices[p]]
            for c in range(n_columns):
                row[c] += value * single[c]
            p += 1


class Tiles:
    """A sparse matrix cut by columns, so that the rows of a dense factor which a tile reads stay in cache."""

    def __init__(self, n_rows: int, tiles: Iterator[scipy.sparse.csr_matrix]):
        self.n_rows = n_rows
        self.tiles = [(tile.shape[1], (tile.indptr, tile.indices, tile.data)) for tile in tiles]

    def times(self, dense: np.ndarray) -> np.ndarray:
        """The product with a dense matrix of as many rows as the sparse one has columns."""
        product = np.zeros((self.n_rows, dense.shape[1]), dense.dtype)
        start = 0
        for width, rows in self.tiles:
            add_times_dense(*rows, dense[start : start + width], product)
            start += width
        return product


def tiles_by_sample(expression: scipy.sparse.csr_matrix) -> Tiles:
    """Samples in rows, cut by genes; the matrix itself, not a copy, where the genes are few enough."""
    n_samples, n_genes = expression.shape
    if n_genes <= 2 * TILE:
        return Tiles(n_samples, iter([expression]))
    columns = expression.tocsc()
    return Tiles(n_samples, (columns[:, start : start + TILE].tocsr() for start in range(0, n_genes, TILE)))


def tiles_by_gene(expression: scipy.sparse.csr_matrix) -> Tiles:
    """Genes in rows, cut by samples."""
    n_samples, n_genes = expression.shape
    return Tiles(n_genes, (expression[start : start + TILE].T.tocsr() for start in range(0, n_samples, TILE)))
