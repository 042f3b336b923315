"""Expression matrices read some rows at a time, so that they may be larger than memory."""

from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np
import scipy.sparse

from .arguments import as_matrix, as_sparse_matrix, check_kind

Range = tuple[int, int]

# Rows that lie side by side and are drawn together: single rows from random places are slow to read from a disk, and
# long runs of rows would all come from one donor.
BLOCK_ROWS = 64


class RowSource:
    """A matrix that gives its rows as CSR, checked and in the factors' precision, never more than a batch at a time.

    Parameters
    ----------
    matrix
        Samples × genes: an array or a CSR matrix, whose parts may be memory-mapped, or anything with ``shape``,
        ``dtype`` and slices of rows that are arrays or sparse matrices, such as an ``h5py.Dataset`` or what
        ``anndata.io.sparse_dataset`` makes of a group in CSR. Only other sparse formats are converted as a whole.
    dtype
        Precision of what is read.
    batch_size
        Rows read at a time, at most.
    """

    def __init__(self, matrix: object, dtype: str, batch_size: int):
        self.matrix = as_rows(matrix)
        self.shape: tuple[int, int] = tuple(int(size) for size in self.matrix.shape)
        self.dtype = np.dtype(dtype)
        self.batch_size = batch_size

    def read(self, ranges: Sequence[Range]) -> scipy.sparse.csr_matrix:
        """Rows of some ranges (first, behind the last), one below the other."""
        parts = [self._read_range(*ends) for ends in ranges]
        rows = parts[0] if len(parts) == 1 else scipy.sparse.vstack(parts, format="csr")
        index = np.int32 if rows.nnz <= np.iinfo(np.int32).max else np.int64
        rows.indptr, rows.indices = rows.indptr.astype(index, copy=False), rows.indices.astype(index, copy=False)
        return rows

    def _read_range(self, start: int, stop: int) -> scipy.sparse.csr_matrix:
        rows, name = self.matrix[start:stop], f"expression (in rows {start} to {stop - 1}, from 0)"
        if scipy.sparse.issparse(rows):
            return as_sparse_matrix(rows, name, self.dtype)
        return compress(as_matrix(rows, name, self.dtype))

    def batches(self) -> Iterator[tuple[Range, scipy.sparse.csr_matrix]]:
        """All rows in their order, a batch at a time, each with its range."""
        for start in range(0, self.shape[0], self.batch_size):
            ends = start, min(start + self.batch_size, self.shape[0])
            yield ends, self.read([ends])

    @cached_property
    def extremes(self) -> tuple[float, float]:
        """The largest value and the sum of all, from one pass over the matrix."""
        found = [(float(rows.max()), float(rows.sum(dtype=np.float64))) for _, rows in self.batches()]
        return max(largest for largest, _ in found), sum(total for _, total in found)

    def max(self) -> float:
        """The largest value."""
        return self.extremes[0]

    def sum(self, axis: int | None = None, dtype: object = np.float64) -> np.ndarray | float:
        """Sum of all values, or of each row with ``axis=1``."""
        if axis is None:
            return self.extremes[1]
        return np.concatenate([np.asarray(rows.sum(axis=1, dtype=dtype)).ravel() for _, rows in self.batches()])

    def whole(self, wanted_by: str) -> np.ndarray | scipy.sparse.csr_matrix:
        """The matrix itself if it is an array or a sparse matrix; an error that names what wants it otherwise."""
        if not (isinstance(self.matrix, np.ndarray) or scipy.sparse.issparse(self.matrix)):
            raise ValueError(f"{wanted_by} needs the whole matrix in memory, and expression is read in batches")
        return self.matrix


def as_rows(matrix: object) -> object:
    """What gives rows of a matrix by slicing, or an error that says what is wrong with it."""
    if scipy.sparse.issparse(matrix):
        matrix = matrix.tocsr()
    elif not all(hasattr(matrix, name) for name in ("shape", "dtype", "__getitem__")):
        matrix = np.asarray(matrix)
    elif getattr(matrix, "format", "csr") != "csr":
        raise ValueError(
            f"expression is stored as {matrix.format}; expected csr, of which rows can be read: convert it"
        )
    check_kind(matrix, "expression")
    if len(matrix.shape) != 2 or 0 in matrix.shape:
        raise ValueError(f"expression has shape {matrix.shape}; expected a matrix with at least one entry")
    return matrix


def compress(rows: np.ndarray) -> scipy.sparse.csr_matrix:
    """A dense matrix as CSR."""
    places = np.flatnonzero(rows)
    starts = np.concatenate([[0], np.cumsum(np.count_nonzero(rows, axis=1))])
    return scipy.sparse.csr_matrix((rows.ravel()[places], places % rows.shape[1], starts), shape=rows.shape)


class Sample:
    """Some blocks of a source's rows, read batch by batch; a single batch is kept."""

    def __init__(self, source: RowSource, blocks: np.ndarray):
        n_samples, size = source.shape[0], block_rows(source)
        per_batch = max(1, source.batch_size // size)
        blocks = np.sort(blocks)
        self.source = source
        self.batches = [
            join_ranges((int(block) * size, min((int(block) + 1) * size, n_samples)) for block in chosen)
            for chosen in (blocks[first : first + per_batch] for first in range(0, len(blocks), per_batch))
        ]
        self.n_rows = sum(stop - start for batch in self.batches for start, stop in batch)
        self.kept = source.read(self.batches[0]) if len(self.batches) == 1 else None

    def __iter__(self) -> Iterator[tuple[list[Range], scipy.sparse.csr_matrix]]:
        """Yield each batch's ranges and rows."""
        for ranges in self.batches:
            yield ranges, self.source.read(ranges) if self.kept is None else self.kept


def block_rows(source: RowSource) -> int:
    """Rows of a source's blocks."""
    return min(BLOCK_ROWS, source.batch_size)


def join_ranges(ranges: Iterator[Range]) -> list[Range]:
    """Rising ranges, those that touch made one."""
    joined: list[Range] = []
    for start, stop in ranges:
        if joined and joined[-1][1] == start:
            start = joined.pop()[0]
        joined.append((start, stop))
    return joined


def take_rows(factor: np.ndarray, ranges: list[Range]) -> np.ndarray:
    """A copy of a factor's rows in some ranges."""
    return np.concatenate([factor[start:stop] for start, stop in ranges])


def put_rows(factor: np.ndarray, ranges: list[Range], rows: np.ndarray) -> None:
    """Write back what `take_rows` took."""
    first = 0
    for start, stop in ranges:
        factor[start:stop] = rows[first : first + stop - start]
        first += stop - start
