"""Expression matrices in `.loom` files (http://linnarssonlab.org/loompy/format/index.html), read with h5py."""

import os

import h5py
import numpy as np
import pandas as pd
import scipy.sparse
from anndata import AnnData

from nmfbio.errors import InputError
from nmfbio.io.build import build_anndata, note_other_layers
from nmfbio.io.hdf5 import VALUES_AT_ONCE, as_canonical, as_float32, open_hdf5
from nmfbio.io.memory import describe_matrix, refuse_if_too_large
from nmfbio.io.names import name_features, refuse_duplicates, refuse_empty, trim_name

SAMPLE_NAMES = ("CellID", "obs_names", "cell_names", "cell_id", "barcode", "sample", "SampleID")
GENE_NAMES = ("Gene", "var_names", "gene_names", "gene_name", "GeneName", "gene", "Name")
GENE_ACCESSIONS = ("Accession", "gene_ids", "ensembl_ids", "ID")
_EXPECTED = "a complete .loom file"


def read_loom(path: str | os.PathLike, layer: str | None = None) -> AnnData:
    """Read one matrix of a `.loom` file with the attributes of its cells and genes.

    Parameters
    ----------
    path
        The file; its matrices are genes x cells.
    layer
        None is the main matrix; else the name of a layer.

    Returns
    -------
    AnnData, shape (n_samples, n_genes)
        `X` is float32 CSR, since loom files hold mostly zeros of single cells. `obs_names` come from `CellID` or
        `obs_names`, `var_names` from `Gene` or `var_names`; symbols that occur twice are written with their
        `Accession`. Attributes with one value a cell or gene become columns.

    Raises
    ------
    InputError
        If the file cannot be read, leads to other files, lacks the layer or names, holds no real numbers, has samples
        twice, or is larger than the memory.

    Examples
    --------
    >>> read_loom("cortex.loom", layer="spliced")  # doctest: +SKIP
    """
    with open_hdf5(path, _EXPECTED) as file:
        dataset = _find_matrix(path, file, layer)
        n_genes, n_samples = dataset.shape
        obs = _read_attributes(path, file, "col_attrs", n_samples)
        var = _read_attributes(path, file, "row_attrs", n_genes)
        obs = _name_rows(path, obs, SAMPLE_NAMES, (), "col_attrs")
        var = _name_rows(path, var, GENE_NAMES, GENE_ACCESSIONS, "row_attrs")
        refuse_duplicates(list(obs.index), "sample", f"{path}, col_attrs", "Give each cell an id of its own.")
        refuse_empty(list(var.index), "gene", f"{path}, row_attrs")
        matrix = _read_transposed(f"{path}, {dataset.name.strip('/')}", dataset)
        return note_other_layers(build_anndata(matrix, obs, var), _list_layers(file), layer)


def _find_matrix(path: str | os.PathLike, file: h5py.File, layer: str | None) -> h5py.Dataset:
    layers = _list_layers(file)
    if layer is not None and layer not in layers:
        listed = ", ".join(["the main matrix (no `layer`)", *map(repr, layers)])
        cure = "Set `layer` of the data set to one of these."
        raise InputError(str(path), f"no layer {layer!r}", f"one of what there is: {listed}", cure)
    dataset = file.get("matrix" if layer is None else f"layers/{layer}")
    if not isinstance(dataset, h5py.Dataset) or dataset.ndim != 2:
        found = f"no matrix of two dimensions (there is: {', '.join(file) or 'nothing'})"
        raise InputError(str(path), found, _EXPECTED, "Save the file anew, or choose another format.")
    return dataset


def _list_layers(file: h5py.File) -> list[str]:
    return list(file["layers"]) if isinstance(file.get("layers"), h5py.Group) else []


def _read_transposed(place: str, dataset: h5py.Dataset) -> scipy.sparse.csr_matrix:
    """Read some genes at a time, so that the zeros are never all in memory."""
    n_genes, n_samples = dataset.shape
    n_rows = max(1, VALUES_AT_ONCE // max(n_samples, 1))
    blocks, n_stored = [], 0
    for start in range(0, n_genes, n_rows):
        blocks.append(scipy.sparse.csr_matrix(as_float32(place, dataset[start : start + n_rows])))
        n_stored += blocks[-1].nnz
        content = f"{describe_matrix(n_samples, n_genes)} with at least {n_stored:,} values that are not zero"
        refuse_if_too_large(place, 8 * n_stored, content)
    return as_canonical(scipy.sparse.vstack(blocks, format="csr").T)


def _read_attributes(path: str | os.PathLike, file: h5py.File, key: str, n: int) -> pd.DataFrame:
    if not isinstance(file.get(key), h5py.Group):
        raise InputError(str(path), f"no group {key!r}", _EXPECTED, "Save the file anew, or choose another format.")
    columns = {}
    for name, element in file[key].items():
        if isinstance(element, h5py.Dataset) and element.ndim == 1:
            if len(element) != n:
                found = f"{len(element)} values"
                raise InputError(f"{path}, {key}/{name}", found, f"{n}, as the matrix has", "Save the file anew.")
            columns[name] = element.asstr()[()] if element.dtype.kind in "OS" else element[()]
    return pd.DataFrame(columns, index=pd.RangeIndex(n))


def _name_rows(
    path: str | os.PathLike, table: pd.DataFrame, names: tuple[str, ...], accessions: tuple[str, ...], key: str
) -> pd.DataFrame:
    name = next((name for name in (*names, *accessions) if name in table), None)
    if name is None:
        expected = f"one of {', '.join((*names, *accessions))}"
        found = f"attributes {', '.join(table) or 'of no name'}"
        raise InputError(f"{path}, {key}", found, expected, "Add one of these attributes with the ids.")
    accession = next((other for other in accessions if other in table and other != name), None)
    ids = [trim_name(str(value)) for value in table[name]]
    if accession is not None:
        ids = name_features(ids, [str(value) for value in table[accession]], str(path))
    table.index = pd.Index(np.array(ids, dtype=object), dtype=object)
    return table.drop(columns=name)
