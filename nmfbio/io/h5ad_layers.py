"""Expression matrices in `.h5ad` files of others: X, raw, or a layer, with the tables of samples and genes."""

import os
import warnings

import anndata
import h5py
import numpy as np
import pandas as pd
import scipy.sparse
from anndata import AnnData

from nmfbio.errors import InputError
from nmfbio.io.build import build_anndata, note_other_layers
from nmfbio.io.h5ad_parts import read_h5ad_table
from nmfbio.io.hdf5 import as_canonical, as_float32, open_hdf5, read_dense, read_sparse
from nmfbio.io.memory import refuse_if_too_large
from nmfbio.io.names import refuse_duplicates, refuse_empty, trim_name

RAW = "raw"
_EXPECTED = "a complete .h5ad file"


def read_h5ad_layer(path: str | os.PathLike, layer: str | None = None) -> AnnData:
    """Read one matrix of an `.h5ad` file with `obs` and `var`, and nothing else of it.

    Parameters
    ----------
    path
        A file written by anndata.
    layer
        None is `X`; "raw" is `raw.X` with `raw.var`; else the name of a layer.

    Returns
    -------
    AnnData, shape (n_samples, n_genes)
        `X` is float32: an array, or CSR with sorted indices. Genes may occur twice.

    Raises
    ------
    InputError
        If the file is missing, truncated or no AnnData, leads to other files, lacks the layer (the message lists what
        there is), holds no real numbers, has samples twice, or is larger than the memory.

    Examples
    --------
    >>> read_h5ad_layer("pbmc3k.h5ad", layer="counts")  # doctest: +SKIP
    """
    with open_hdf5(path, _EXPECTED) as file:
        if "obs" not in file or "var" not in file:
            found = f"no tables 'obs' and 'var' (there is: {', '.join(file) or 'nothing'})"
            raise InputError(str(path), found, _EXPECTED, "Save the file with anndata, or choose another format.")
        is_old = isinstance(file["obs"], h5py.Dataset)
        expression = None if is_old else _read_layer(path, file, layer)
    return _read_old_layer(path, layer) if expression is None else expression


def _read_layer(path: str | os.PathLike, file: h5py.File, layer: str | None) -> AnnData:
    element = _find_layer(path, file, layer)
    obs = _read_ids(path, file["obs"], "obs")
    var = _read_ids(path, file["raw/var"] if layer == RAW else file["var"], "var")
    _refuse_bad_ids(path, obs, var)
    place = f"{path}, {element.name.strip('/')}"
    if isinstance(element, h5py.Dataset):
        matrix = read_dense(place, element)
    else:
        matrix = read_sparse(place, element, *_sparse_form(place, element))
    if matrix.shape != (len(obs), len(var)):
        found = f"a matrix of {matrix.shape[0]} x {matrix.shape[1]}"
        raise InputError(place, found, f"{len(obs)} samples x {len(var)} genes, as obs and var say", "Save it anew.")
    return note_other_layers(build_anndata(matrix, obs, var), _list_layers(file), layer)


def _list_layers(file: h5py.File) -> dict[str, str]:
    """Give the key of each matrix but X, by its name as a layer."""
    layers = list(file["layers"]) if isinstance(file.get("layers"), h5py.Group) else []
    return {name: f"layers/{name}" for name in layers} | ({RAW: "raw/X"} if "raw/X" in file else {})


def _find_layer(path: str | os.PathLike, file: h5py.File, layer: str | None) -> h5py.Dataset | h5py.Group:
    there = _list_layers(file)
    has_x = "X" in file and file["X"].attrs.get("encoding-type") != "null"
    key = ("X" if has_x else None) if layer is None else there.get(layer)
    if key is None:
        raise _lacks_layer(str(path), layer, has_x, list(there))
    return file[key]


def _lacks_layer(path: str, layer: str | None, has_x: bool, there: list[str]) -> InputError:
    found = "no matrix X" if layer is None else f"no layer {layer!r}"
    listed = ", ".join((["X (no `layer`)"] if has_x else []) + [repr(name) for name in there]) or "no matrix at all"
    return InputError(path, found, f"one of what there is: {listed}", "Set `layer` of the data set to one of these.")


def _read_ids(path: str | os.PathLike, group: h5py.Group, name: str) -> pd.DataFrame:
    table = read_h5ad_table(group)
    if table is None:
        raise InputError(f"{path}, {name}", "no table", "a table as anndata writes it", "Save the file anew.")
    return _with_text_ids(table)


def _with_text_ids(table: pd.DataFrame) -> pd.DataFrame:
    table.index = pd.Index([trim_name(str(name)) for name in table.index], dtype=object)
    table.columns = table.columns.astype(str)
    return table


def _refuse_bad_ids(path: str | os.PathLike, obs: pd.DataFrame, var: pd.DataFrame) -> None:
    refuse_duplicates(list(obs.index), "sample", f"{path}, obs", "Call `obs_names_make_unique()` and save it anew.")
    refuse_empty(list(var.index), "gene", f"{path}, var")


def _sparse_form(place: str, group: h5py.Group) -> tuple[str, tuple[int, int]]:
    encoding = group.attrs.get("encoding-type")
    if encoding not in ("csr_matrix", "csc_matrix"):
        found = f"a matrix of the kind {encoding!r}"
        raise InputError(place, found, "a dense, CSR or CSC matrix", "Convert the matrix and save the file anew.")
    n_samples, n_genes = (int(size) for size in group.attrs["shape"])
    return encoding[:3], (n_samples, n_genes)


def _read_old_layer(path: str | os.PathLike, layer: str | None) -> AnnData:
    """Read a file of anndata before 0.7, whose tables and matrices are stored in other ways."""
    old = read_old_h5ad(path)
    there = [*old.layers, *(["raw"] if old.raw is not None else [])]
    if (layer is not None and layer not in there) or (layer is None and old.X is None):
        raise _lacks_layer(str(path), layer, old.X is not None, there)
    source = old.raw if layer == RAW else old
    matrix = source.X if layer in (None, RAW) else old.layers[layer]
    if scipy.sparse.issparse(matrix):
        matrix = as_canonical(matrix)
        matrix.data = as_float32(str(path), matrix.data)
    else:
        matrix = np.ascontiguousarray(as_float32(str(path), np.asarray(matrix)))
    obs, var = _with_text_ids(old.obs.copy()), _with_text_ids(source.var.copy())
    _refuse_bad_ids(path, obs, var)
    return note_other_layers(build_anndata(matrix, obs, var), there, layer)


def read_old_h5ad(path: str | os.PathLike) -> AnnData:
    """Read the whole of a file of anndata before 0.7."""
    with open_hdf5(path, _EXPECTED) as file:
        sizes = []
        file.visititems(lambda _, item: sizes.append(item.nbytes if isinstance(item, h5py.Dataset) else 0))
        refuse_if_too_large(str(path), sum(sizes), f"{len(file)} parts of {sum(sizes):,} bytes")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # anndata names each part that it knows to be old
            try:
                return anndata.read_h5ad(path)
            except AttributeError as error:
                raise ValueError(f"written by an old version of anndata: {error}") from error
