"""HDF5 files of others: opened safely, and their sparse and dense matrices read as float32."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py
import numpy as np
import scipy.sparse

from nmfbio.errors import InputError, first_line_of
from nmfbio.io.memory import describe_matrix, refuse_if_too_large

VALUES_AT_ONCE = 2**22  # converted in one go; bounds the memory beside the matrix
_LARGEST_INT32 = np.iinfo(np.int32).max


@contextmanager
def open_hdf5(path: str | os.PathLike, expected: str) -> Iterator[h5py.File]:
    """Open an HDF5 file that does not lead to other files.

    Parameters
    ----------
    path
        The file.
    expected
        What it should be, for messages.

    Yields
    ------
    h5py.File

    Raises
    ------
    InputError
        If the file is missing, not HDF5, cut short, or shows content of other files as its own; and for whatever h5py
        cannot read while the context lasts.
    """
    if not Path(path).is_file():
        found = "a folder" if Path(path).is_dir() else "no such file"
        raise InputError(str(path), found, expected, "Correct the path; it is relative to the working directory.")
    try:
        with h5py.File(path, "r") as file:
            _refuse_other_files(path, file, expected)
            yield file
    except (OSError, KeyError, ValueError, TypeError, RuntimeError, UnicodeDecodeError) as error:
        found = f"a file that cannot be read ({first_line_of(error)})"
        cure = "Copy or download the file again, or save it anew with the program that wrote it."
        raise InputError(str(path), found, expected, cure) from error


def _refuse_other_files(path: str | os.PathLike, file: h5py.File, expected: str) -> None:
    """A link could name any file of this machine, whose content would then go into results."""

    def leads_away(name: str, link: h5py.HardLink | h5py.SoftLink | h5py.ExternalLink) -> str | None:
        if isinstance(link, h5py.ExternalLink):
            return name
        item = file.get(name) if isinstance(link, h5py.HardLink) else None
        return name if isinstance(item, h5py.Dataset) and (item.is_virtual or item.external) else None

    name = file.visititems_links(leads_away)
    if name is not None:
        cure = "Save the file anew so that it holds its data itself."
        raise InputError(f"{path}, {name}", "a link to another file", f"{expected} without external links", cure)


def read_dense(place: str, dataset: h5py.Dataset) -> np.ndarray:
    """Read a matrix of numbers as float32, row by row.

    Parameters
    ----------
    place
        File and key, for messages.
    dataset
        Two dimensions.

    Returns
    -------
    ndarray of float32, C-contiguous
        NaN and infinite values stay.

    Raises
    ------
    InputError
        If it is no matrix of real numbers, has a value that does not fit float32, or is larger than the memory.
    """
    if dataset.ndim != 2:
        raise _not_numbers(place, f"{dataset.ndim} dimensions")
    _refuse_other_types(place, dataset)
    refuse_if_too_large(place, 4 * dataset.size, describe_matrix(*dataset.shape))
    matrix = np.empty(dataset.shape, dtype=np.float32)
    n_rows = max(1, VALUES_AT_ONCE // max(dataset.shape[1], 1))
    for start in range(0, len(matrix), n_rows):
        matrix[start : start + n_rows] = as_float32(place, dataset[start : start + n_rows])
    return matrix


def read_sparse(place: str, group: h5py.Group, layout: str, shape: tuple[int, int]) -> scipy.sparse.csr_matrix:
    """Read a sparse matrix of numbers as float32 in canonical CSR form.

    Parameters
    ----------
    place
        File and key, for messages.
    group
        With the datasets data, indices and indptr.
    layout
        "csr" or "csc".
    shape
        Samples, genes.

    Returns
    -------
    csr_matrix of float32
        Indices sorted, repeated entries summed.

    Raises
    ------
    InputError
        As `read_dense`, and if the indices do not fit the shape.
    """
    data, indices, indptr = (group[name] for name in ("data", "indices", "indptr"))
    _refuse_other_types(place, data)
    index_type = np.int32 if max(*shape, data.size) <= _LARGEST_INT32 else np.int64
    n_bytes = data.size * (4 + np.dtype(index_type).itemsize) * (1 if layout == "csr" else 2)
    refuse_if_too_large(place, n_bytes, f"{describe_matrix(*shape)} with {data.size:,} stored values")
    values, places = np.empty(data.shape, dtype=np.float32), np.empty(indices.shape, dtype=index_type)
    for start in range(0, data.size, VALUES_AT_ONCE):
        part = slice(start, start + VALUES_AT_ONCE)
        values[part] = as_float32(place, data[part])
        places[part] = indices[part]
    try:
        kind = getattr(scipy.sparse, f"{layout}_matrix")
        matrix = kind((values, places, indptr[()].astype(index_type)), shape=shape)
        matrix.check_format(full_check=True)
    except ValueError as error:
        found = f"indices that do not fit ({first_line_of(error)})"
        raise InputError(place, found, f"a sparse matrix of {shape[0]} x {shape[1]}", "Save the file anew.") from error
    return as_canonical(matrix)


def as_canonical(matrix) -> scipy.sparse.csr_matrix:
    """Give a sparse matrix as CSR with sorted indices and no entry twice; a CSR matrix is changed in place."""
    matrix = scipy.sparse.csr_matrix(matrix)
    matrix.sum_duplicates()
    return matrix


def as_float32(place: str, values: np.ndarray) -> np.ndarray:
    """Give numbers as float32; raise InputError if one that is finite does not fit."""
    if values.dtype.kind not in "biuf":
        raise _not_numbers(place, f"values of type {values.dtype}")
    with np.errstate(over="ignore"):
        converted = values.astype(np.float32, copy=False)
    too_large = np.isinf(converted) & np.isfinite(values)
    if too_large.any():
        found = f"the value {values[too_large].flat[0]:.6g}"
        cure = "Divide the matrix by a constant, or correct the value."
        raise InputError(place, found, "numbers that float32 can hold (up to 3.4e38)", cure)
    return converted


def _refuse_other_types(place: str, dataset: h5py.Dataset) -> None:
    is_truth = h5py.check_enum_dtype(dataset.dtype) is not None  # how HDF5 stores booleans
    if dataset.dtype.kind not in "biuf" and not is_truth:
        raise _not_numbers(place, f"values of type {'text' if dataset.dtype.kind in 'OS' else dataset.dtype}")


def _not_numbers(place: str, found: str) -> InputError:
    return InputError(place, found, "a matrix of real numbers", "Save the matrix as numbers (float32 or integers).")
