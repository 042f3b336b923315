"""The matrix, the samples or the genes of an `.h5ad` file, read with h5py: few jobs need to import anndata."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import h5py
import numpy as np

from nmfbio.errors import InputError, first_line_of

if TYPE_CHECKING:
    import pandas as pd
    from anndata.abc import CSRDataset
    from scipy.sparse import csr_matrix

Part = TypeVar("Part")
TABLE_VERSION = "0.2.0"  # of the tables that are read here column by column


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
    return _read_part(path, " with a matrix 'X' (samples x genes)", lambda file: _read_dense_or_sparse(file.get("X")))


def read_counts(path: str | os.PathLike) -> np.ndarray | csr_matrix | None:
    """Read the values that `X` of an `.h5ad` file was made of: `raw` at the genes of `X`, else `X` itself.

    Parameters
    ----------
    path
        An `.h5ad` file, as written by `write_h5ad`.

    Returns
    -------
    ndarray or csr_matrix, shape (n_samples, n_genes)
        None where `raw` lacks a gene of `X`. Nothing says that they are counts.

    Raises
    ------
    InputError
        As for `read_matrix`.
    """

    def read(file: h5py.File) -> tuple[np.ndarray | csr_matrix, list[int]] | None:
        if "raw" not in file:
            return _read_dense_or_sparse(file.get("X")), []
        places = {name: place for place, name in enumerate(_gene_names(file["raw/var"]))}
        return _read_dense_or_sparse(file.get("raw/X")), [places.get(name, -1) for name in _gene_names(file["var"])]

    values, genes = _read_part(path, " with a matrix 'X' (samples x genes)", read)
    if -1 in genes:
        return None
    return values[:, genes] if genes else values


def _gene_names(table: h5py.Group) -> list[str]:
    return [str(name) for name in read_h5ad_table(table).index]


def read_preset(path: str | os.PathLike) -> str:
    """Name of the preset that a matrix was preprocessed by; empty where the file does not tell.

    Parameters
    ----------
    path
        As for `read_matrix`.

    Raises
    ------
    InputError
        As for `read_dropped_samples`.

    Examples
    --------
    >>> read_preset("results/leukemia/expression.h5ad")  # doctest: +SKIP
    'none'
    """
    told = "uns/preprocess/preset"
    return _read_part(path, "", lambda file: file[told].asstr()[()] if told in file else "")


@contextmanager
def open_matrix(path: str | os.PathLike) -> Iterator[h5py.Dataset | CSRDataset]:
    """Leave `X` of an `.h5ad` file on disk, for methods that read some samples at a time.

    Parameters
    ----------
    path
        As for `read_matrix`.

    Yields
    ------
    h5py.Dataset or anndata.abc.CSRDataset
        Samples x genes; `matrix[first:last]` reads rows as an array or a CSR matrix while the context lasts.

    Raises
    ------
    InputError
        As `read_matrix`, and if `X` is stored by gene (CSC), so that reading some samples would read everything.

    Examples
    --------
    >>> with open_matrix("results/leukemia/expression.h5ad") as matrix:  # doctest: +SKIP
    ...     first_samples = matrix[:10]
    """
    expected = " with a matrix 'X' (samples x genes) stored by sample, dense or CSR"
    _read_part(path, expected, lambda file: _rows_on_disk(file.get("X")))
    with h5py.File(path, "r") as file:
        yield _rows_on_disk(file["X"])


def _rows_on_disk(element: h5py.Dataset | h5py.Group | None) -> h5py.Dataset | CSRDataset | None:
    if isinstance(element, h5py.Dataset) and element.ndim == 2:
        return element
    if _encoding(element) != "csr_matrix":
        return None
    from anndata.io import sparse_dataset

    return sparse_dataset(element)


def read_obs_and_var(path: str | os.PathLike) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read `obs`, one row a sample, and `var`, one row a gene, of an `.h5ad` file, as `read_h5ad` gives them.

    Parameters
    ----------
    path
        As for `read_matrix`.

    Returns
    -------
    tuple of DataFrame
        `obs`, `var`.

    Raises
    ------
    InputError
        If the file is missing, truncated, not HDF5, or lacks one of the two tables.

    Examples
    --------
    >>> samples, genes = read_obs_and_var("results/leukemia/expression.h5ad")  # doctest: +SKIP
    """
    samples = _read_part(path, " with a table 'obs' of the samples", lambda file: read_h5ad_table(file.get("obs")))
    genes = _read_part(path, " with a table 'var' of the genes", lambda file: read_h5ad_table(file.get("var")))
    return samples, genes


def read_obs_column(path: str | os.PathLike, column: str) -> tuple[pd.Series | None, list[str]]:
    """Read one column of `obs`, and nothing else of the file.

    Parameters
    ----------
    path
        An `.h5ad` file of any version of anndata.
    column
        The name.

    Returns
    -------
    tuple
        The column, None if there is none of that name; the names of all columns.

    Raises
    ------
    InputError
        If the file is missing, truncated, not HDF5, leads to other files, or has no `obs`.

    Examples
    --------
    >>> read_obs_column("pbmc3k.h5ad", "label")[1]  # doctest: +SKIP
    ['label']
    """
    import pandas as pd

    from nmfbio.io.hdf5 import open_hdf5

    with open_hdf5(path, "a complete .h5ad file with a table 'obs' of the samples") as file:
        obs = file["obs"]
        if isinstance(obs, h5py.Dataset):
            from nmfbio.io.h5ad_layers import read_old_h5ad

            table = read_old_h5ad(path).obs
            return table.get(column), list(table)
        names = [str(name) for name in obs.attrs["column-order"]]
        if column not in names:
            return None, names
        if obs.attrs.get("encoding-version") != TABLE_VERSION:
            return read_h5ad_table(obs)[column], names
        return pd.Series(read_h5ad_column(obs[column]), name=column), names


def read_dropped_samples(path: str | os.PathLike) -> list[str]:
    """Names of the samples that preprocessing dropped because nothing of them was above 0.

    Parameters
    ----------
    path
        As for `read_matrix`.

    Returns
    -------
    list of str
        Empty if none was, or the file was not written after `preprocess`.

    Raises
    ------
    InputError
        If the file is missing, truncated or not HDF5.

    Examples
    --------
    >>> read_dropped_samples("results/leukemia/expression.h5ad")  # doctest: +SKIP
    []
    """
    return _read_part(path, "", _list_dropped_samples)


def has_umap(path: str | os.PathLike) -> bool:
    """Whether an `.h5ad` file holds places of the samples on a map, `obsm["X_umap"]`.

    Raises
    ------
    InputError
        If the file is missing, truncated or not HDF5.
    """
    return _read_part(path, "", lambda file: "obsm/X_umap" in file)


def _list_dropped_samples(file: h5py.File) -> list[str]:
    names = file.get("uns/preprocess/dropped_samples_zero")
    return [] if names is None else list(names.asstr()[()]) if names.size else []


def _read_part(path: str | os.PathLike, expected: str, read: Callable[[h5py.File], Part | None]) -> Part:
    if not os.path.isfile(path):
        raise unusable_h5ad(path, "no such file", expected)
    try:
        with h5py.File(path, "r") as file:
            part, there = read(file), ", ".join(file) or "nothing"
    except (OSError, KeyError, ValueError) as error:
        raise unusable_h5ad(path, f"a file that cannot be read ({first_line_of(error)})", expected) from error
    if part is None:
        raise unusable_h5ad(path, f"no such part, or one of another kind (there is: {there})", expected)
    return part


def _read_dense_or_sparse(element: h5py.Dataset | h5py.Group | None) -> np.ndarray | csr_matrix | None:
    if isinstance(element, h5py.Dataset) and element.ndim == 2:
        return element[()]
    encoding = _encoding(element)
    return _read_sparse(element, encoding) if encoding in ("csr_matrix", "csc_matrix") else None


def _read_sparse(group: h5py.Group, encoding: str) -> csr_matrix:
    import scipy.sparse

    parts = (group["data"][()], group["indices"][()], group["indptr"][()])
    shape = tuple(int(size) for size in group.attrs["shape"])
    matrix = getattr(scipy.sparse, encoding)(parts, shape=shape).tocsr()
    matrix.sum_duplicates()
    return matrix


def read_h5ad_table(group: h5py.Group | None) -> pd.DataFrame | None:
    """Read a table of an `.h5ad` file, None if it is none.

    The format: https://anndata.readthedocs.io/en/stable/fileformat-prose.html#dataframes.
    """
    import pandas as pd

    if _encoding(group) != "dataframe":
        return None
    if group.attrs.get("encoding-version") != TABLE_VERSION:
        return _read_with_anndata(group)  # it knows how earlier versions stored categories
    columns = pd.Index(group.attrs["column-order"], dtype=object)
    index = pd.Index(read_h5ad_column(group[group.attrs["_index"]]), dtype=object)
    return pd.DataFrame({name: read_h5ad_column(group[name]) for name in columns}, index=index, columns=columns)


def read_h5ad_column(element: h5py.Dataset | h5py.Group) -> np.ndarray | pd.api.extensions.ExtensionArray:
    """Read one column of a table of an `.h5ad` file."""
    import pandas as pd

    encoding = _encoding(element)
    if encoding == "array":
        return element[()]
    if encoding == "string-array":
        return element.asstr()[()]
    if encoding == "categorical":
        categories = read_h5ad_column(element["categories"])
        return pd.Categorical.from_codes(element["codes"][()], categories, ordered=bool(element.attrs["ordered"]))
    return _read_with_anndata(element)  # numbers and text with missing values


def _read_with_anndata(element: h5py.Dataset | h5py.Group) -> pd.DataFrame | pd.api.extensions.ExtensionArray:
    from anndata.io import read_elem

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # anndata names each part that it knows to be old
            return read_elem(element)
    except Exception as error:  # its own errors have no public class
        raise ValueError(f"{element.name}: {first_line_of(error)}") from error


def _encoding(element: h5py.Dataset | h5py.Group | None) -> str | None:
    return None if element is None else element.attrs.get("encoding-type")


def unusable_h5ad(path: str | os.PathLike, found: str, expected: str) -> InputError:
    """Return the error that tells what is wrong with an `.h5ad` file and what to do about it."""
    cure = "If nmfbio wrote the file, delete it and run `snakemake` again; otherwise save it anew with anndata."
    return InputError(str(path), found, f"a complete .h5ad file{expected}", cure)
