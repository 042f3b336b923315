"""The one entrance for data: an expression matrix with what is known about its samples and genes."""

import os
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from anndata import AnnData

from nmfbio.errors import InputError
from nmfbio.io.annotation import join_genes, join_metadata, read_annotation
from nmfbio.io.names import list_first
from nmfbio.io.text import read_tab_separated

READERS = {".tsv": read_tab_separated, ".txt": read_tab_separated, ".tab": read_tab_separated}
"""Reader by suffix (without .gz): takes a path, gives a samples x genes AnnData with unique ids."""


def read_expression(
    path: str | os.PathLike, metadata: str | os.PathLike | None = None, genes: str | os.PathLike | None = None
) -> AnnData:
    """Read an expression matrix, and join tables of its samples and genes by id.

    Parameters
    ----------
    path
        Tab-separated text (.tsv, .txt, .tab; plain or gzipped): genes in rows, samples in columns.
    metadata
        Tab-separated text; first column sample ids. All samples of the matrix must be there; others are left out
        with a warning and listed in `uns["metadata_left_out"]`.
    genes
        Tab-separated text; first column gene ids. Genes that are not there get empty text.

    Returns
    -------
    AnnData, shape (n_samples, n_genes)
        `X` float32, C-contiguous, in the order of the file; may hold negative values, no missing or infinite ones.
        `obs` holds the metadata, `var` the gene table and always a column `description`, `uns["source"]` the path.

    Raises
    ------
    InputError
        If a file cannot be used as it is; the message names the place and the cure.

    Examples
    --------
    >>> expression = read_expression("resources/leukemia/expression.tsv.gz", "resources/leukemia/samples.tsv")
    ... # doctest: +SKIP
    """
    expression = _reader_for(path)(path)
    expression.uns["source"] = os.fspath(path)
    if metadata is not None:
        _add_metadata(expression, metadata)
    if genes is not None:
        expression.var = join_genes(read_annotation(genes, "gene"), list(expression.var_names), str(genes))
    if "description" not in expression.var:
        expression.var["description"] = ""
    return expression


def _add_metadata(expression: AnnData, path: str | os.PathLike) -> None:
    table = read_annotation(path, "sample")
    expression.obs = join_metadata(table, list(expression.obs_names), str(path))
    left_out = [name for name in table.index if name not in expression.obs_names]
    if left_out:
        expression.uns["metadata_left_out"] = np.array(left_out)
        message = f"{path}: samples that are not in the expression matrix are left out: {list_first(left_out)}"
        warnings.warn(message, stacklevel=3)


def _reader_for(path: str | os.PathLike) -> Callable[[str | os.PathLike], AnnData]:
    name = Path(path).name.lower()
    suffix = Path(name.removesuffix(".gz")).suffix
    if suffix in READERS:
        return READERS[suffix]
    known = ", ".join(READERS)
    expected = f"tab-separated text ({known}; each also as .gz) with genes in rows"
    cure = "Save the matrix as tab-separated text with genes in rows and samples in columns."
    if not Path(path).is_file():
        found, cure = "no such file", "Correct the path; it is relative to the working directory."
    else:
        found = f"a file of type {suffix!r}" if suffix else "a file name without suffix"
    raise InputError(str(path), found, expected, cure)
