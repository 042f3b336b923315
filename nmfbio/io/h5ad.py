"""AnnData in `.h5ad` files, written atomically."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import anndata
import h5py
from anndata import AnnData
from anndata.io import read_elem

from nmfbio.errors import first_line_of
from nmfbio.io.atomic import atomic_path
from nmfbio.io.h5ad_parts import unusable_h5ad


def write_h5ad(adata: AnnData, path: str | os.PathLike) -> None:
    """Write an AnnData to one `.h5ad` file, atomically; the same content gives the same bytes.

    Parameters
    ----------
    adata
        Samples x genes. It is not modified.
    path
        The file to write.
    """
    with atomic_path(path) as temporary:
        _with_own_tables(adata).write_h5ad(temporary)


def _with_own_tables(adata: AnnData) -> AnnData:
    """Share the matrices and copy the tables: anndata turns text columns of what it writes into categories."""
    raw = None
    if adata.raw is not None:
        raw = {"X": adata.raw.X, "var": adata.raw.var.copy(), "varm": adata.raw.varm}
    parts = {name: dict(getattr(adata, name)) for name in ("obsm", "varm", "layers", "obsp", "varp")}
    return AnnData(adata.X, obs=adata.obs.copy(), var=adata.var.copy(), uns=dict(adata.uns), raw=raw, **parts)


def read_factorised(path: str | os.PathLike) -> AnnData:
    """Read the matrix that is factorised with its tables and the record of preprocessing, and not the rest.

    Parameters
    ----------
    path
        `expression.h5ad`, as written after `preprocess`.

    Returns
    -------
    AnnData
        In memory, samples x genes, with `obs`, `var` and `uns`; without `raw`, which may be ten times as large.

    Raises
    ------
    InputError
        If the file is missing, truncated or not an AnnData.
    """
    with _failures_named(path), h5py.File(path, "r") as file:
        parts = {name: read_elem(file[name]) for name in ("X", "obs", "var", "uns")}
    return AnnData(**parts)


def read_h5ad(path: str | os.PathLike) -> AnnData:
    """Read an AnnData from an `.h5ad` file.

    Parameters
    ----------
    path
        A file written by `write_h5ad` or by anndata.

    Returns
    -------
    AnnData
        In memory, samples x genes.

    Raises
    ------
    InputError
        If the file is missing, truncated or not an AnnData.
    """
    with _failures_named(path):
        return anndata.read_h5ad(path)


@contextmanager
def _failures_named(path: str | os.PathLike) -> Iterator[None]:
    if not Path(path).is_file():
        raise unusable_h5ad(path, "no such file", "")
    try:
        yield
    except (OSError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise unusable_h5ad(path, f"a file that cannot be read ({first_line_of(error)})", "") from error
