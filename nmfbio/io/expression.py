"""The one entrance for data: an expression matrix with what is known about its samples and genes."""

import os
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData

from nmfbio.errors import InputError
from nmfbio.io.annotation import join_genes, join_metadata, read_annotation
from nmfbio.io.excel import read_excel
from nmfbio.io.gct import read_gct
from nmfbio.io.h5ad_layers import read_h5ad_layer
from nmfbio.io.loom import read_loom
from nmfbio.io.names import is_excel_mangled, list_first
from nmfbio.io.tenx import read_matrix_market, read_tenx_folder, read_tenx_h5
from nmfbio.io.text import read_text

COMPRESSIONS = (".gz", ".bz2", ".xz", ".zst")
TABLE_READERS = {".tsv": read_text, ".txt": read_text, ".tab": read_text, ".csv": read_text, ".xlsx": read_excel}
"""Reader by suffix of formats that do not say whether genes or samples are in rows: (path, orientation, samples)."""
LAYER_READERS = {".h5ad": read_h5ad_layer, ".loom": read_loom}
"""Reader by suffix of formats that may hold several matrices: (path, layer)."""
OTHER_READERS = {".gct": read_gct, ".mtx": read_matrix_market, ".h5": read_tenx_h5}
"""Reader by suffix of all other formats: (path)."""


def read_expression(
    path: str | os.PathLike,
    metadata: str | os.PathLike | None = None,
    genes: str | os.PathLike | None = None,
    *,
    orientation: str = "auto",
    layer: str | None = None,
) -> AnnData:
    """Read an expression matrix, and join tables of its samples and genes by id.

    Parameters
    ----------
    path
        The matrix; its suffix tells the format. Text with tabs, commas or semicolons (.tsv, .txt, .tab, .csv) and
        .gct, plain or compressed (.gz, .bz2, .xz, .zst); .xlsx; .h5ad; .loom; a 10x folder, its .mtx file, or a 10x
        .h5 file.
    metadata
        Table with the sample ids in the first column: text with tabs, commas or semicolons, or .xlsx. All samples of
        the matrix must be there; others are left out with a warning and listed in `uns["metadata_left_out"]`. Its
        columns replace those of the same name that the matrix brings.
    genes
        Table of the same kinds with the gene ids in the first column. Genes that are not there get empty text.
    orientation
        For text and .xlsx: "genes_in_rows", "samples_in_rows", or "auto": told by the metadata's ids, the form of
        the ids or the name of the first column, else genes in rows.
    layer
        For .h5ad and .loom: which matrix; None is `X` (`/matrix`), "raw" is `raw.X` of an .h5ad file.

    Returns
    -------
    AnnData, shape (n_samples, n_genes)
        `X` is float32 in the order of the file: C-contiguous for text, .gct and .xlsx, canonical CSR for sparse
        formats. It may hold negative, missing (NaN) and infinite values, and genes may occur twice: `preprocess` deals
        with both. `obs` holds the metadata; `var` the gene table and always a column `description`; `uns["source"]`
        the path, `uns["other_layers"]` the values of `layer` that would have read another matrix, if there are any.

    Raises
    ------
    InputError
        If a file cannot be used as it is; the message names the place and the cure.

    Examples
    --------
    >>> expression = read_expression("resources/leukemia/expression.tsv.gz", "resources/leukemia/samples.tsv")
    ... # doctest: +SKIP
    """
    table = None if metadata is None else read_annotation(metadata, "sample")
    expression = _read_matrix(path, orientation, layer, set() if table is None else set(table.index))
    expression.uns["source"] = os.fspath(path)
    _warn_of_mangled_names(expression)
    if table is not None:
        _add_metadata(expression, table, str(metadata))
    if genes is not None:
        joined = join_genes(read_annotation(genes, "gene"), list(expression.var_names), str(genes))
        expression.var = _lay_over(expression.var, joined)
    if "description" not in expression.var:
        expression.var["description"] = ""
    return expression


def _read_matrix(path: str | os.PathLike, orientation: str, layer: str | None, samples: set[str]) -> AnnData:
    suffix = _suffix_of(path)
    if orientation not in ("auto", "genes_in_rows", "samples_in_rows"):
        raise ValueError(f"orientation is auto, genes_in_rows or samples_in_rows, not {orientation!r}")
    if layer is not None and suffix not in LAYER_READERS:
        raise _inapplicable(path, "layer", layer, LAYER_READERS)
    if orientation != "auto" and suffix not in TABLE_READERS:
        raise _inapplicable(path, "orientation", orientation, TABLE_READERS)
    if Path(path).is_dir():
        return read_tenx_folder(path)
    if suffix in TABLE_READERS:
        return TABLE_READERS[suffix](path, orientation, samples)
    if suffix in LAYER_READERS:
        return LAYER_READERS[suffix](path, layer)
    if suffix in OTHER_READERS:
        return OTHER_READERS[suffix](path)
    raise _unknown_format(path, suffix)


def _suffix_of(path: str | os.PathLike) -> str:
    name = Path(path).name.lower()
    for compression in COMPRESSIONS:
        name = name.removesuffix(compression)
    return Path(name).suffix


def _add_metadata(expression: AnnData, table: pd.DataFrame, place: str) -> None:
    expression.obs = _lay_over(expression.obs, join_metadata(table, list(expression.obs_names), place))
    left_out = table.index[~table.index.isin(expression.obs_names)].tolist()
    if left_out:
        expression.uns["metadata_left_out"] = np.array(left_out)
        message = f"{place}: samples that are not in the expression matrix are left out: {list_first(left_out)}"
        warnings.warn(message, stacklevel=3)


def _lay_over(table: pd.DataFrame, upper: pd.DataFrame) -> pd.DataFrame:
    """Put columns of one table in the place of those of the same name in the other; both have the same rows."""
    kept = table.drop(columns=[name for name in table if name in upper])
    return pd.concat([kept.set_axis(range(len(kept))), upper.set_axis(range(len(upper)))], axis=1).set_axis(upper.index)


def _warn_of_mangled_names(expression: AnnData) -> None:
    names = [name for name in expression.var_names if is_excel_mangled(name)]
    if names:
        message = "gene names that look like dates or numbers a spreadsheet made of them (1-Mar was MARCH1)"
        warnings.warn(f"{expression.uns['source']}: {message}: {list_first(names)}", stacklevel=3)


def _inapplicable(path: str | os.PathLike, key: str, value: str, readers: dict) -> InputError:
    return InputError(str(path), f"`{key}: {value}`", f"it for {', '.join(readers)} only", f"Leave out `{key}`.")


def _unknown_format(path: str | os.PathLike, suffix: str) -> InputError:
    if not Path(path).is_file():
        found, cure = "no such file", "Correct the path; it is relative to the working directory."
    else:
        found = f"a file of type {suffix!r}" if suffix else "a file name without suffix"
        cure = "Save the matrix as tab-separated text (.tsv) with genes in rows and samples in columns."
    known = ", ".join((*TABLE_READERS, *LAYER_READERS, *OTHER_READERS))
    expected = f"a file of type {known} (text also as {', '.join(COMPRESSIONS)}), or a 10x folder"
    return InputError(str(path), found, expected, cure)
