"""Counts as 10x Genomics' Cell Ranger writes them: folders with a Matrix Market file, and `.h5` files."""

import os
import re
import warnings
from collections.abc import Sequence
from pathlib import Path

import h5py
import pandas as pd
import scipy.io
import scipy.sparse
from anndata import AnnData

from nmfbio.errors import InputError, first_line_of
from nmfbio.io.build import build_anndata
from nmfbio.io.hdf5 import as_canonical, as_float32, open_hdf5
from nmfbio.io.lines import open_decompressed, read_lines
from nmfbio.io.memory import describe_matrix, refuse_if_too_large
from nmfbio.io.names import clean_name, list_first, name_features, refuse_duplicates, refuse_empty

GENE_EXPRESSION = "Gene Expression"
_MATRIX = re.compile(r"(.*)matrix\.mtx(\.gz|\.bz2)?", re.IGNORECASE)
_BYTES_A_VALUE = 24  # row, column, value as they are read, then the matrix itself
_EXPECTED_FOLDER = "a folder with matrix.mtx, features.tsv (or genes.tsv) and barcodes.tsv, each also as .gz"


def read_tenx_folder(path: str | os.PathLike) -> AnnData:
    """Read a folder of Cell Ranger 2 (genes.tsv) or 3 and later (features.tsv.gz).

    Parameters
    ----------
    path
        The folder; the names of its three files may share a prefix, as in GEO (GSM1_matrix.mtx.gz).

    Returns
    -------
    AnnData, shape (n_cells, n_genes)
        `X` is float32 CSR. Genes are named by symbol, and those that share one by symbol and accession; `var` holds
        `gene_ids`. Features other than "Gene Expression" are left out with a warning.

    Raises
    ------
    InputError
        If a file is missing or cannot be read, their sizes do not fit, barcodes are repeated, or the matrix is larger
        than the memory.

    Examples
    --------
    >>> read_tenx_folder("filtered_feature_bc_matrix").shape  # doctest: +SKIP
    (2700, 32738)
    """
    names = sorted(name for name in os.listdir(path) if _MATRIX.fullmatch(name))
    if len(names) != 1:
        found = f"{len(names)} files called matrix.mtx" + (f" ({list_first(names)})" if names else "")
        raise InputError(str(path), found, _EXPECTED_FOLDER, "Give the path of the folder that holds one such matrix.")
    return read_matrix_market(Path(path) / names[0])


def read_matrix_market(path: str | os.PathLike) -> AnnData:
    """Read a Matrix Market file with the names of features and barcodes in files beside it, as `read_tenx_folder`."""
    path = Path(path)
    if not path.is_file():
        raise InputError(str(path), "no such file", _EXPECTED_FOLDER, "Correct the path.")
    match = _MATRIX.fullmatch(path.name)
    if match is None:
        cure = "Name the files as Cell Ranger does, or save the matrix as .h5ad: a lone .mtx file names no genes."
        raise InputError(str(path), "a matrix without names of genes and cells", _EXPECTED_FOLDER, cure)
    prefix = match.group(1)
    features = _read_columns(path.parent, prefix, ("features.tsv", "genes.tsv"))
    barcodes = [row[0] for row in _read_columns(path.parent, prefix, ("barcodes.tsv",))]
    matrix = _read_counts(path, len(features), len(barcodes))
    table = pd.DataFrame(
        {
            "gene_ids": [row[0] for row in features],
            "symbol": [row[1] if len(row) > 1 else row[0] for row in features],
            "feature_types": [row[2] if len(row) > 2 else GENE_EXPRESSION for row in features],
        },
        dtype=object,
    )
    return _take_genes(path, matrix, barcodes, table)


def read_tenx_h5(path: str | os.PathLike) -> AnnData:
    """Read an `.h5` file of Cell Ranger with `scanpy.read_10x_h5`.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    AnnData, shape (n_cells, n_genes)
        As `read_tenx_folder` gives it.

    Raises
    ------
    InputError
        If the file cannot be read, is of another kind or leads to other files, barcodes are repeated, or the matrix
        is larger than the memory.

    Examples
    --------
    >>> read_tenx_h5("filtered_feature_bc_matrix.h5").shape  # doctest: +SKIP
    (2700, 32738)
    """
    expected = "an .h5 file as Cell Ranger writes it"
    with open_hdf5(path, expected) as file:
        sizes = []
        file.visititems(lambda _, item: sizes.append(item.nbytes if isinstance(item, h5py.Dataset) else 0))
        refuse_if_too_large(str(path), sum(sizes), f"counts of {sum(sizes):,} bytes")
        read = _read_with_scanpy(path)
        read.X.check_format(full_check=True)
    symbols = [str(name) for name in read.var_names]
    table = read.var.reset_index(drop=True).astype(object)
    table.insert(0, "symbol", symbols)
    if "feature_types" not in table:
        table["feature_types"] = GENE_EXPRESSION
    return _take_genes(path, read.X, [str(name) for name in read.obs_names], table)


def _read_with_scanpy(path: str | os.PathLike) -> AnnData:
    import scanpy

    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Variable names are not unique")
            return scanpy.read_10x_h5(path, gex_only=False)
    except Exception as error:  # scanpy names no errors; each means a file of another kind
        raise ValueError(first_line_of(error)) from error


def _take_genes(path: str | os.PathLike, matrix, barcodes: Sequence[str], table: pd.DataFrame) -> AnnData:
    """Leave out other features, and name genes and cells."""
    is_gene = (table["feature_types"] == GENE_EXPRESSION).to_numpy()
    if not is_gene.any():
        kinds = list_first(sorted(set(table["feature_types"])))
        raise InputError(str(path), f"features of type {kinds}", f"some of type {GENE_EXPRESSION!r}", "Check the file.")
    if not is_gene.all():
        others = table["feature_types"][~is_gene].value_counts(sort=False)
        listed = ", ".join(f"{count} of type {kind!r}" for kind, count in others.items())
        warnings.warn(f"{path}: features other than gene expression are left out: {listed}", stacklevel=4)
        matrix, table = matrix[:, is_gene], table[is_gene]
    refuse_duplicates(list(barcodes), "sample", str(path), "Give each barcode once.")
    names = name_features(list(table["symbol"]), list(table["gene_ids"]), str(path))
    refuse_empty(names, "gene", str(path))
    matrix = as_canonical(matrix)
    matrix.data = as_float32(str(path), matrix.data)
    var = table.drop(columns=["symbol", "feature_types"]).set_axis(names, axis=0)
    return build_anndata(matrix, pd.DataFrame(index=pd.Index(barcodes, dtype=object)), var)


def _read_columns(folder: Path, prefix: str, names: Sequence[str]) -> list[list[str]]:
    candidates = [folder / f"{prefix}{name}{suffix}" for name in names for suffix in ("", ".gz", ".bz2")]
    found = [path for path in candidates if path.is_file()]
    if len(found) != 1:
        listed = f"{len(found)} files called {prefix}{' or '.join(names)}"
        raise InputError(str(folder), listed, _EXPECTED_FOLDER, "Put the three files of one data set in one folder.")
    return [[clean_name(cell) for cell in line.split("\t")] for line in read_lines(found[0])]


def _read_counts(path: Path, n_features: int, n_cells: int) -> scipy.sparse.csr_matrix:
    """Read a features x cells matrix transposed."""
    try:
        with open_decompressed(path) as content:
            n_rows, n_columns, n_entries, _, field, _ = scipy.io.mminfo(content)
        _refuse_other_form(path, (n_rows, n_columns), (n_features, n_cells), field)
        content = f"{describe_matrix(n_cells, n_features)} with {n_entries:,} stored values"
        refuse_if_too_large(str(path), _BYTES_A_VALUE * n_entries, content)
        with open_decompressed(path) as content:
            return scipy.sparse.csr_matrix(scipy.io.mmread(content).T)
    except (ValueError, OverflowError, TypeError) as error:
        found = f"a file that cannot be read ({first_line_of(error)})"
        cure = "The file is cut short or damaged: copy or download it again."
        raise InputError(str(path), found, "a complete Matrix Market file", cure) from error


def _refuse_other_form(path: Path, shape: tuple[int, int], expected: tuple[int, int], field: str) -> None:
    if shape != expected:
        found = f"a matrix of {shape[0]} rows and {shape[1]} columns"
        wanted = f"{expected[0]} features x {expected[1]} barcodes, as the files beside it say"
        raise InputError(str(path), found, wanted, "Check that the three files belong to one data set.")
    if field not in ("integer", "unsigned-integer", "real", "double"):
        raise InputError(str(path), f"values of the kind {field!r}", "integers or real numbers", "Save it anew.")
