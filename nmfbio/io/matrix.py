"""The matrix of an `.h5ad` file alone, read with h5py: a factorise job starts without importing anndata."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import h5py
import numpy as np

from nmfbio.errors import InputError

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


def read_matrix(path: str | os.PathLike) -> np.ndarray | csr_matrix:
    """Read `X` of an `.h5ad` file.

    Parameters
    ----------
    path
        An `.h5ad` file, as written by `write_h5ad`.

    Returns
    -------
    ndarray or csr_matrix, shape (n_samples, n_genes)
        The matrix in the type it was stored in; a stored CSC matrix is converted to CSR.

    Raises
    ------
    InputError
        If the file is missing, truncated, not HDF5, or holds no matrix `X`.

    Examples
    --------
    >>> read_matrix("results/leukemia/expression.h5ad").shape  # doctest: +SKIP
    (38, 5000)
    """
    if not os.path.isfile(path):
        raise _unusable(path, "no such file")
    try:
        with h5py.File(path, "r") as file:
            return _read_element(path, file)
    except OSError as error:
        raise _unusable(path, f"a file that cannot be read ({str(error).splitlines()[0]})") from error


def _read_element(path: str | os.PathLike, file: h5py.File) -> np.ndarray | csr_matrix:
    element = file.get("X")
    if isinstance(element, h5py.Dataset) and element.ndim == 2:
        return element[()]
    encoding = None if element is None else element.attrs.get("encoding-type")
    if encoding not in ("csr_matrix", "csc_matrix"):
        raise _unusable(path, f"no two-dimensional matrix 'X' (there is: {', '.join(file) or 'nothing'})")
    return _read_sparse(element, encoding)


def _read_sparse(group: h5py.Group, encoding: str) -> csr_matrix:
    import scipy.sparse

    parts = (group["data"][()], group["indices"][()], group["indptr"][()])
    shape = tuple(int(size) for size in group.attrs["shape"])
    matrix = getattr(scipy.sparse, encoding)(parts, shape=shape).tocsr()
    matrix.sum_duplicates()
    return matrix


def _unusable(path: str | os.PathLike, found: str) -> InputError:
    return InputError(
        str(path),
        found,
        "a complete .h5ad file with a matrix 'X' (samples x genes)",
        "If nmfbio wrote the file, delete it and run `snakemake` again; otherwise save it anew with anndata.",
    )
