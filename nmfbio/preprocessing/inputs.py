"""What was read, before anything is done to it: the first half of the preflight page."""

import unicodedata
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
import scipy.sparse
from anndata import AnnData

from nmfbio.io.names import is_excel_mangled, list_first
from nmfbio.preprocessing.findings import Finding
from nmfbio.preprocessing.kinds import ValueKind, judge_values
from nmfbio.preprocessing.matrix import count_genes_above_zero, count_samples_above_zero, format_value, sum_samples
from nmfbio.preprocessing.values import list_places

LARGEST_EXACT_COUNT = 2**24  # float32 holds every whole number up to here
UNEVEN = 20  # largest over smallest total of a sample


def describe_input(expression: AnnData) -> dict[str, object]:
    """Collect the findings on a matrix as it was read.

    Parameters
    ----------
    expression
        Samples x genes. May hold missing and negative values, and genes that occur twice.

    Returns
    -------
    dict
        ``kind`` of the values, and the columns of the findings as arrays, for ``uns`` of an `.h5ad` file.
    """
    kind = judge_values(expression)
    findings = [
        _size(expression),
        _part(expression),
        _values(kind),
        _other_layers(expression, kind),
        Finding("zeros", "ok", f"{100 * kind.zeros:.1f} % of the values", "share of values that are exactly 0"),
        _places(expression, "missing values", np.isnan, "preprocess.missing"),
        _places(expression, "negative values", _is_negative, "preprocess.negatives"),
        _repeated_genes(expression),
        _gene_names(expression),
        _zero_genes(expression),
        _zero_samples(expression),
        _totals(expression, kind),
        _precision(kind),
        _metadata(expression),
        _left_out(expression),
        _descriptions(expression),
    ]
    table = pd.DataFrame([finding for finding in findings if finding is not None], columns=list(Finding._fields))
    return {"kind": kind.name, **{name: table[name].to_numpy(dtype=str) for name in table}}


def list_findings(described: Mapping[str, object]) -> pd.DataFrame:
    """Give the findings of ``describe_input`` as a table."""
    return pd.DataFrame({name: described[name] for name in Finding._fields})


def _size(expression: AnnData) -> Finding:
    values = expression.X
    stored = "dense"
    if scipy.sparse.issparse(values):
        stored = f"sparse, {100 * values.nnz / np.prod(values.shape):.1f} % of the values stored"
    return Finding("size", "ok", f"{expression.n_obs:,} samples, {expression.n_vars:,} genes", stored)


def _part(expression: AnnData) -> Finding | None:
    split = expression.uns.get("split")
    if split is None:
        return None
    meaning = "the samples of this value alone, a data set of its own by `split_by`"
    return Finding("part", "ok", f"{split['column']} {str(split['level'])!r}", meaning)


def _values(kind: ValueKind) -> Finding:
    if kind.name != "log":
        return Finding("values", "ok", kind.name, kind.evidence)
    return Finding("values", "note", "log", f"{kind.evidence}; usages of log values are shares of logs")


def _other_layers(expression: AnnData, kind: ValueKind) -> Finding | None:
    """Files of cells often hold counts beside the logarithms in X."""
    others = list(expression.uns.get("other_layers", []))
    if not others or kind.name == "counts":
        return None
    meaning = "the file also holds these matrices, perhaps counts: name one by `layer` to analyse it"
    return Finding("other layers", "note", f"{len(others)}", meaning, list_first(others))


def _places(expression: AnnData, check: str, is_wrong: Callable[[np.ndarray], np.ndarray], key: str) -> Finding:
    count, places = list_places(expression, is_wrong)
    if count == 0:
        return Finding(check, "ok", "none", "")
    return Finding(check, "note", f"{count:,}", f"what becomes of them is set by `{key}`, or by the preset", places)


def _is_negative(values: np.ndarray) -> np.ndarray:
    return values < 0


def _repeated_genes(expression: AnnData) -> Finding:
    names = pd.Index([unicodedata.normalize("NFC", str(name)).strip() for name in expression.var_names])
    repeated = list(names[names.duplicated()].unique())
    if not repeated:
        return Finding("repeated genes", "ok", "none", "each gene id occurs once")
    meaning = "ids that occur more than once; `preprocess.duplicates` says what becomes of them"
    return Finding("repeated genes", "note", f"{len(repeated):,} ids", meaning, list_first(repeated))


def _gene_names(expression: AnnData) -> Finding | None:
    names = [name for name in expression.var_names if is_excel_mangled(name)]
    if not names:
        return None
    meaning = "look like dates or numbers that a spreadsheet made of gene names (1-Mar was MARCH1)"
    return Finding("gene names", "warning", f"{len(names):,} names", meaning, list_first(names))


def _zero_genes(expression: AnnData) -> Finding:
    names = expression.var_names[count_samples_above_zero(expression.X) == 0]
    if len(names) == 0:
        return Finding("all-zero genes", "ok", "0 genes", "each gene has a value above 0")
    return Finding("all-zero genes", "note", f"{len(names):,} genes", "0 in every sample: dropped", list_first(names))


def _zero_samples(expression: AnnData) -> Finding:
    names = expression.obs_names[count_genes_above_zero(expression.X) == 0]
    if len(names) == 0:
        return Finding("all-zero samples", "ok", "0 samples", "each sample has a value above 0")
    meaning = "0 for every gene; `preprocess.zero_samples` says what becomes of them"
    return Finding("all-zero samples", "warning", f"{len(names):,} samples", meaning, list_first(names))


def _totals(expression: AnnData, kind: ValueKind) -> Finding:
    totals = sum_samples(expression.X)
    lowest, median, highest = np.quantile(totals, [0, 0.5, 1])
    found = f"{format_value(lowest)} to {format_value(highest)}, median {format_value(median)}"
    meaning = "sum over the genes of a sample"
    if kind.name == "counts" and lowest > 0 and highest / lowest > UNEVEN:
        extremes = list_first([expression.obs_names[totals.argmin()], expression.obs_names[totals.argmax()]])
        meaning += f"; the largest is {highest / lowest:,.0f} times the smallest, and usages grow with the total"
        return Finding("library sizes", "note", found, meaning, extremes)
    return Finding("library sizes" if kind.name == "counts" else "totals", "ok", found, meaning)


def _precision(kind: ValueKind) -> Finding | None:
    if kind.name not in ("counts", "whole numbers") or kind.highest <= LARGEST_EXACT_COUNT:
        return None
    meaning = "whole numbers above 16,777,216 are rounded to 7 digits (float32)"
    return Finding("precision", "warning", f"values up to {format_value(kind.highest)}", meaning)


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
    return Finding("metadata left out", "warning", f"{len(names):,} samples", "not in the matrix", list_first(names))


def _descriptions(expression: AnnData) -> Finding | None:
    if "description" not in expression.var:
        return None
    lacking = expression.var_names[expression.var["description"].astype(str) == ""]
    if len(lacking) in (0, expression.n_vars):
        return None
    found = f"none for {len(lacking):,} of {expression.n_vars:,} genes"
    return Finding("gene descriptions", "note", found, "not in the table of genes", list_first(lacking))
