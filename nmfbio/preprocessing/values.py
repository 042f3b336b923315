"""Values a factorisation cannot use, refused by the names of their gene and sample."""

from collections.abc import Callable

import numpy as np
import scipy.sparse
from anndata import AnnData

from nmfbio.errors import InputError
from nmfbio.io.names import list_first


def name_place(expression: AnnData) -> str:
    """Give the file the matrix was read from, for messages; of a part of its samples, which part."""
    source = str(expression.uns.get("source", "expression matrix"))
    split = expression.uns.get("split")
    return source if split is None else f"{source} ({split['column']} {str(split['level'])!r})"


def name_other_layers(expression: AnnData) -> str:
    """Point out the other matrices of the file, as a sentence for the end of a cure; empty if there are none."""
    others = list(expression.uns.get("other_layers", []))
    return f" The file also holds {list_first(others)}: name one by `layer`." if others else ""


def refuse_no_matrix(expression: AnnData) -> None:
    """Raise InputError if there is no matrix, or one without samples or genes."""
    if expression.X is None or 0 in expression.shape:
        found = f"{expression.n_obs} samples and {expression.n_vars} genes" if expression.X is not None else "no X"
        raise InputError(name_place(expression), found, "a matrix of samples x genes", "Check the input file.")


def refuse_missing(expression: AnnData) -> None:
    """Raise InputError if a value is missing (NaN)."""
    cure = (
        "Correct these cells, or set `preprocess.missing`: drop_genes, impute_knn, or weight (with "
        "`factorize.method: weighted`)."
    )
    _refuse(expression, np.isnan, "missing value(s)", "a number for each gene in each sample", cure)


def refuse_infinite(expression: AnnData) -> None:
    """Raise InputError if a value is infinite, or became so as float32."""
    cure = "Correct these cells, or leave out the genes or samples they belong to."
    _refuse(expression, np.isinf, "infinite value(s)", "finite numbers", cure)


def refuse_negative(expression: AnnData) -> None:
    """Raise InputError if a value is below zero: a product of non-negative factors cannot come near it."""
    cure = (
        "For microarray intensities set `preprocess.preset: brunet`, which raises them to a floor; else set "
        "`preprocess.negatives`: shift, split or floor. Log ratios and z-scores are better replaced by the values "
        "they were computed from."
    ) + name_other_layers(expression)
    _refuse(expression, _is_negative, "negative value(s)", "values of 0 or more", cure)


def refuse_zeros(expression: AnnData, method: str) -> None:
    """Raise InputError if a value of a dense matrix is 0, where the divergence that a method minimises is infinite."""
    cure = (
        "Give a matrix without zeros, such as microarray intensities raised to a floor by `preprocess.preset: brunet`, "
        "or choose another method."
    )
    _refuse(expression, _is_zero, "value(s) of 0", f"values above 0 for `factorize.method: {method}`", cure)


def _is_zero(values: np.ndarray) -> np.ndarray:
    return values == 0


def _is_negative(values: np.ndarray) -> np.ndarray:
    return values < 0


def list_places(expression: AnnData, is_wrong: Callable[[np.ndarray], np.ndarray]) -> tuple[int, str]:
    """Count the values that are wrong, and say where the first few are."""
    rows, columns, values = _find(expression.X, is_wrong)
    first = "; ".join(
        f"{value:g} at gene {expression.var_names[column]!r}, sample {expression.obs_names[row]!r}"
        for row, column, value in zip(rows[:3], columns[:3], values[:3], strict=True)
    )
    return len(rows), first


def _refuse(
    expression: AnnData, is_wrong: Callable[[np.ndarray], np.ndarray], kind: str, expected: str, cure: str
) -> None:
    count, first = list_places(expression, is_wrong)
    if count:
        raise InputError(name_place(expression), f"{count} {kind}, first {first}", expected, cure)


def _find(
    values: np.ndarray | scipy.sparse.spmatrix, is_wrong: Callable[[np.ndarray], np.ndarray]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give samples, genes and values of all entries that are wrong; what a sparse matrix does not store is right."""
    if not scipy.sparse.issparse(values):
        rows, columns = np.nonzero(is_wrong(values))
        return rows, columns, values[rows, columns]
    values = values.tocsr()
    places = np.flatnonzero(is_wrong(values.data))
    rows = np.searchsorted(values.indptr, places, side="right") - 1
    return rows, values.indices[places], values.data[places]
