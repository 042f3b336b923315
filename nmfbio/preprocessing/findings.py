"""What there is to say about a matrix before it is factorised: one small function a finding."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import scipy.sparse
from anndata import AnnData

from nmfbio.io.names import is_excel_mangled, list_first

LARGEST_EXACT_COUNT = 2**24  # float32 holds every whole number up to here
SAFE_RANGE = (1e-30, 1e30)  # squares of values outside leave the range of float32
LARGEST_LOG_VALUE = 30.0  # log2 of any measured intensity or count is below


class Finding(NamedTuple):
    """One line of the preflight table; `status` is ok, note or warning."""

    check: str
    status: str
    found: str
    meaning: str
    where: str = ""


def kind_of_values(expression: AnnData) -> str:
    """Tell `counts`, `whole numbers`, `log` or `linear` values apart by what they look like.

    Examples
    --------
    >>> kind_of_values(AnnData(np.array([[4.2, 14.1]])))
    'log'
    """
    values = _stored(expression)
    has_zeros = values.size < np.prod(expression.shape) or bool((values == 0).any())
    if (values == np.rint(values)).all():
        return "counts" if has_zeros else "whole numbers"
    return "log" if values.max() <= LARGEST_LOG_VALUE else "linear"


def find_all(expression: AnnData) -> list[Finding]:
    """Collect the findings on a matrix that has passed the checks, in the order a reader wants them."""
    checks = (
        _size, _preprocessing, _kind, _zeros, _zero_genes, _constant_genes, _dominant_genes,
        _identical_samples, _precision, _gene_names, _metadata, _left_out, _descriptions,
    )  # fmt: skip
    return [finding for check in checks if (finding := check(expression)) is not None]


def _size(expression: AnnData) -> Finding:
    return Finding("size", "ok", f"{expression.n_obs} samples, {expression.n_vars} genes", "what is factorised")


def _preprocessing(expression: AnnData) -> Finding | None:
    record = expression.uns.get("preprocess")
    if record is None:
        return None
    steps = record["steps"]
    counted = zip(steps["step"], steps["genes_in"], steps["genes_out"], steps["values_changed"], strict=True)
    done = "; ".join(
        f"{name}: {n_in} -> {n_out} genes, {changed} values changed" for name, n_in, n_out, changed in counted
    )
    return Finding("preprocessing", "ok", f"preset {record['preset']}", done)


_KINDS = {
    "counts": ("ok", "whole numbers with zeros: read as counts"),
    "whole numbers": ("ok", "whole numbers without zeros: read as intensities on a linear scale"),
    "linear": ("ok", "fractions on a linear scale"),
    "log": ("note", "looks like a log scale: usages are shares of log values, and a large offset slows convergence"),
}


def _kind(expression: AnnData) -> Finding:
    kind = kind_of_values(expression)
    values = _stored(expression)
    lowest = 0.0 if values.size < np.prod(expression.shape) else values.min()
    status, meaning = _KINDS[kind]
    return Finding("values", status, f"{kind}, from {lowest:.6g} to {values.max():.6g}", meaning)


def _zeros(expression: AnnData) -> Finding:
    share = 1 - np.count_nonzero(_stored(expression)) / np.prod(expression.shape)
    return Finding("zeros", "ok", f"{share:.1%} of the values", "share of cells that are exactly 0")


def _zero_genes(expression: AnnData) -> Finding:
    dropped = list(expression.uns.get("preprocess", {}).get("dropped_zero_genes", []))
    status = "note" if dropped else "ok"
    return Finding("all-zero genes", status, f"{len(dropped)} genes", "dropped: 0 in every sample", list_first(dropped))


def _constant_genes(expression: AnnData) -> Finding:
    lowest, highest = (_flat(expression.X.min(axis=0)), _flat(expression.X.max(axis=0)))
    names = expression.var_names[lowest == highest]
    meaning = "kept: the same value in every sample, so they tell no samples apart"
    return Finding("constant genes", "note" if len(names) else "ok", f"{len(names)} genes", meaning, list_first(names))


def _dominant_genes(expression: AnnData) -> Finding | None:
    sums = _flat(expression.X.sum(axis=0, dtype=np.float64))
    share = sums.max() / sums.sum()
    if share <= 0.5:
        return None
    name = expression.var_names[int(sums.argmax())]
    meaning = "one gene outweighs all others together and will shape the metagenes"
    return Finding("dominant gene", "warning", f"{share:.0%} of the total", meaning, list_first([name]))


def _identical_samples(expression: AnnData) -> Finding | None:
    rows = expression.X.tocsr() if scipy.sparse.issparse(expression.X) else expression.X
    contents = [_bytes_of_row(rows, i) for i in range(expression.n_obs)]
    names = expression.obs_names[pd.Series(contents).duplicated(keep=False).to_numpy()]
    if len(names) == 0:
        return None
    meaning = "samples with the same values for every gene: were they copied?"
    return Finding("identical samples", "warning", f"{len(names)} samples", meaning, list_first(names))


def _bytes_of_row(rows: np.ndarray | scipy.sparse.csr_matrix, i: int) -> bytes:
    if not scipy.sparse.issparse(rows):
        return rows[i].tobytes()
    part = slice(rows.indptr[i], rows.indptr[i + 1])
    return rows.indices[part].tobytes() + rows.data[part].tobytes()


def _precision(expression: AnnData) -> Finding | None:
    values = _stored(expression)
    highest = values.max()
    if not SAFE_RANGE[0] < highest < SAFE_RANGE[1]:
        meaning = "beyond what float32 factors can hold: multiply or divide the matrix by a constant"
        return Finding("precision", "warning", f"largest value {highest:.3g}", meaning)
    too_large = values > LARGEST_EXACT_COUNT
    if kind_of_values(expression) in ("counts", "whole numbers") and too_large.any():
        meaning = "whole numbers above 16,777,216 are rounded to 7 digits (float32)"
        return Finding("precision", "warning", f"{np.count_nonzero(too_large)} values above 2^24", meaning)
    return None


def _gene_names(expression: AnnData) -> Finding | None:
    names = [name for name in expression.var_names if is_excel_mangled(name)]
    if not names:
        return None
    meaning = "look like dates or numbers that a spreadsheet made of gene names (1-Mar was MARCH1)"
    return Finding("gene names", "warning", f"{len(names)} names", meaning, list_first(names))


def _metadata(expression: AnnData) -> Finding:
    columns = [f"{name} ({_describe(expression.obs[name])})" for name in expression.obs]
    if not columns:
        return Finding("metadata", "ok", "none", "no table of samples was given")
    return Finding("metadata", "ok", f"{len(columns)} columns, all samples matched", "; ".join(columns))


def _describe(column: pd.Series) -> str:
    n_missing = int(column.isna().sum())
    missing = f", {n_missing} missing" if n_missing else ""
    return f"{'numbers' if column.dtype.kind in 'if' else f'{column.nunique()} values'}{missing}"


def _left_out(expression: AnnData) -> Finding | None:
    names = list(expression.uns.get("metadata_left_out", []))
    if not names:
        return None
    return Finding("metadata left out", "warning", f"{len(names)} samples", "not in the matrix", list_first(names))


def _descriptions(expression: AnnData) -> Finding | None:
    if "description" not in expression.var:
        return None
    lacking = expression.var_names[expression.var["description"].astype(str) == ""]
    if len(lacking) in (0, expression.n_vars):
        return None
    found = f"none for {len(lacking)} of {expression.n_vars} genes"
    return Finding("gene descriptions", "note", found, "not in the table of genes", list_first(lacking))


def _stored(expression: AnnData) -> np.ndarray:
    """All values of a dense matrix, or the stored ones of a sparse matrix."""
    return expression.X.data if scipy.sparse.issparse(expression.X) else expression.X.ravel()


def _flat(values: np.ndarray | scipy.sparse.spmatrix) -> np.ndarray:
    return (values.toarray() if scipy.sparse.issparse(values) else np.asarray(values)).ravel()
