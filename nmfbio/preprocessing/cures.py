"""Cures of what no factorisation can take: genes that occur twice, missing values, negative values."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nmfbio.errors import InputError
from nmfbio.io.names import is_excel_mangled, list_first, trim_name
from nmfbio.preprocessing.matrix import Matrix, append_genes, as_dense, measure_genes, replace_genes, stored_values
from nmfbio.preprocessing.recorder import Recorder
from nmfbio.preprocessing.values import refuse_missing, refuse_negative

NEIGHBOURS = 5  # samples whose mean stands in for a missing value
NEGATIVE_PART = " (negative)"  # ends the name of the gene that holds the negative part of another
_MERGE = {"sum": np.add, "mean": np.add, "max": np.maximum}


def cure_duplicates(recorder: Recorder, duplicates: str) -> int:
    """Merge genes of the same id, or refuse them.

    Ids are the same when they differ in padding or Unicode spelling (NFC) alone. A merged gene stands where the first
    of its kind stood, with that one's annotation; a missing value makes the merged one missing.

    Parameters
    ----------
    recorder
        The matrix.
    duplicates
        `refuse`, `sum`, `mean` or `max`, sample by sample.

    Returns
    -------
    int
        Genes that were merged into another.
    """
    names = tidy_names(recorder.var.index)
    again = names.duplicated()
    if not again.any():
        return 0
    repeated = names[again].unique()
    if duplicates == "refuse":
        raise _refuse_duplicates(recorder, repeated)
    first = np.flatnonzero(~again)
    var = recorder.var.iloc[first].set_axis(names[first])
    merged = merge_genes(recorder.values, names, duplicates)
    recorder.change_genes(f"merge duplicated genes ({duplicates})", merged, var, merged.shape[0] * len(repeated))
    return int(again.sum())


def tidy_names(names: pd.Index) -> pd.Index:
    """Take the padding off names, and give letters that Unicode can spell in two ways one spelling (NFC)."""
    return pd.Index([trim_name(str(name)) for name in names], dtype=object)


def merge_genes(values: Matrix, names: pd.Index, how: str) -> Matrix:
    """Merge columns of the same name, in the order in which names first occur.

    Parameters
    ----------
    values
        Samples x genes.
    names
        One for each gene.
    how
        `sum`, `mean` or `max`.

    Examples
    --------
    >>> merge_genes(np.array([[1.0, 5.0, 2.0]]), pd.Index(["A", "B", "A"]), "sum")
    array([[3., 5.]])
    """
    codes, _ = pd.factorize(names)
    repeated = np.flatnonzero(names.duplicated(keep=False))
    order = repeated[np.argsort(codes[repeated], kind="stable")]
    merged, starts, sizes = np.unique(codes[order], return_index=True, return_counts=True)
    columns = as_dense(values[:, order]).astype(np.float64)
    columns = _MERGE[how].reduceat(columns, starts, axis=1)
    if how == "mean":
        columns /= sizes
    first = np.flatnonzero(~names.duplicated())
    return replace_genes(values[:, first], merged, columns.astype(values.dtype))


def _refuse_duplicates(recorder: Recorder, repeated: pd.Index) -> InputError:
    found = f"{len(repeated)} gene id(s) that occur more than once: {list_first(repeated)}"
    cure = "Set `preprocess.duplicates`: sum, mean or max, or keep one line of each."
    mangled = [name for name in repeated if is_excel_mangled(name)]
    if mangled:
        cure = (
            f"{list_first(mangled)} look like dates or numbers that a spreadsheet made of different gene names, so "
            "that merging would mix genes: restore the names from the original file."
        )
    return InputError(recorder.place, found, "each gene once", cure)


def cure_missing(recorder: Recorder, missing: str) -> int:
    """Refuse missing values, keep them, drop their genes or impute them.

    Parameters
    ----------
    recorder
        The matrix.
    missing
        `refuse`, `weight`, `drop_genes` or `impute_knn`.

    Returns
    -------
    int
        Values that were missing.

    Raises
    ------
    InputError
        If they are refused, or a sample has no value at all.
    """
    n_missing = int(np.isnan(stored_values(recorder.values)).sum())
    if n_missing == 0:
        return 0
    if missing == "refuse":
        refuse_missing(recorder.expression)
    values = as_dense(recorder.values)
    _refuse_empty_samples(recorder, values)
    if missing == "drop_genes":
        recorder.keep_genes("drop genes with missing values", ~np.isnan(values).any(axis=0))
    elif missing == "impute_knn":
        recorder.change(f"impute missing values ({NEIGHBOURS} nearest samples)", impute(values))
    elif values is not recorder.values:
        recorder.change("keep missing values, as a dense matrix", values)
    return n_missing


def impute(values: np.ndarray) -> np.ndarray:
    """Put in for each missing value the gene's mean over the nearest samples that have it.

    Samples are as near as their Euclidean distance over the genes that both have. A gene without any value becomes 0.
    """
    from sklearn.impute import KNNImputer

    imputer = KNNImputer(n_neighbors=NEIGHBOURS, keep_empty_features=True)
    return np.ascontiguousarray(imputer.fit_transform(values.astype(np.float64)), dtype=np.float32)


def _refuse_empty_samples(recorder: Recorder, values: np.ndarray) -> None:
    empty = recorder.obs.index[np.isnan(values).all(axis=1)]
    if len(empty):
        found = f"{len(empty)} sample(s) without any value: {list_first(empty)}"
        raise InputError(recorder.place, found, "some value in each sample", "Leave these samples out.")


def cure_negatives(recorder: Recorder, negatives: str) -> int:
    """Refuse negative values, or make an equivalent matrix without them.

    Parameters
    ----------
    recorder
        The matrix.
    negatives
        `refuse`; `shift` (each gene with negative values minus its minimum); `split` (such a gene becomes two, its
        positive and its negative part; Kim & Tidor 2003); `floor` (to 0).

    Returns
    -------
    int
        Values that were negative.
    """
    n_negative = int((stored_values(recorder.values) < 0).sum())
    if n_negative == 0:
        return 0
    if negatives == "refuse":
        refuse_negative(recorder.expression)
    genes = np.flatnonzero(measure_genes(recorder.values, _has_negative))
    columns = as_dense(recorder.values[:, genes])
    if negatives == "shift":
        lowest = np.zeros(recorder.values.shape[1], dtype=np.float32)
        lowest[genes] = np.fmin.reduce(columns, axis=0)
        recorder.note("shift", lowest)
        shifted = replace_genes(recorder.values, genes, columns - lowest[genes])
        recorder.change("shift genes with negative values", shifted)
    elif negatives == "floor":
        floored = replace_genes(recorder.values, genes, np.maximum(columns, np.float32(0)))
        recorder.change("raise negative values to 0", floored)
    else:
        positive = replace_genes(recorder.values, genes, np.maximum(columns, np.float32(0)))
        values = append_genes(positive, np.maximum(-columns, np.float32(0)))
        names = [name + NEGATIVE_PART for name in recorder.var.index[genes]]
        var = pd.concat([recorder.var, recorder.var.iloc[genes].set_axis(names)])
        recorder.change_genes("split genes with negative values", values, var, n_negative)
    return n_negative


def _has_negative(values: np.ndarray) -> np.ndarray:
    return (values < 0).any(axis=0)
