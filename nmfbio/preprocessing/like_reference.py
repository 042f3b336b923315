"""New samples on the scale of a matrix that was preprocessed before, by its own numbers and never by theirs."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from anndata import AnnData

from nmfbio.config_preprocess import COUNT_PRESETS
from nmfbio.errors import InputError
from nmfbio.io.names import list_first
from nmfbio.preprocessing.choice import check_kind
from nmfbio.preprocessing.cures import NEGATIVE_PART, cure_duplicates, tidy_names
from nmfbio.preprocessing.kinds import judge_values
from nmfbio.preprocessing.matrix import (
    Matrix,
    append_genes,
    apply_to_stored,
    as_dense,
    as_float32,
    divide_samples,
    measure_genes,
    stored_values,
    sum_samples,
)
from nmfbio.preprocessing.normalization import (
    divide_genes,
    size_factors,
    subtract_from_genes,
    to_log1p,
    to_log2p1,
)
from nmfbio.preprocessing.recorder import Recorder
from nmfbio.preprocessing.steps import lower_to_ceiling, raise_to_floor
from nmfbio.preprocessing.values import list_places, name_place, refuse_infinite, refuse_no_matrix

LINEAR = ("counts", "whole numbers", "linear")
"""Kinds of values on a linear scale: what was fitted to them says nothing on logarithms, and the other way round."""
SAMPLE_FILTERS = ("min_genes", "min_counts", "max_mitochondrial")


@dataclass(frozen=True)
class ScaledSamples:
    """New samples on the scale of a reference.

    Attributes
    ----------
    values
        n_samples × n_found, float32, 0 or more; NaN only where the reference keeps missing values.
    found
        (n_genes,) which genes of the reference these are.
    raised
        Values that lie below the smallest one of the reference and became 0.
    left_out
        Sentences on what was done to the reference and cannot be done to other samples.
    """

    values: Matrix
    found: np.ndarray
    raised: int
    left_out: list[str]


def find_genes(expression: AnnData, reference: AnnData) -> np.ndarray:
    """Tell which genes of a reference a matrix has, by name; the negative part of a gene is found with the gene."""
    whole = reference.var_names
    if _record_of(reference)["negatives"] == "split":
        whole = pd.Index([name.removesuffix(NEGATIVE_PART) for name in whole], dtype=object)
    return whole.isin(tidy_names(expression.var_names))


def scale_like_reference(expression: AnnData, reference: AnnData) -> ScaledSamples:
    """Apply the preprocessing of a reference to other samples: its cures, preset and numbers.

    Floor and ceiling, geometric means of the size factors, minima and standard deviations of genes are those of the
    reference. Counts per million are of the genes that were counted in the reference; of a matrix that has only some,
    the total is estimated from their share of the reference's total.

    Parameters
    ----------
    expression
        New samples x genes as they were read, raw as the reference was. It is not modified.
    reference
        Result of `preprocess`, whose `uns` says what was done.

    Returns
    -------
    ScaledSamples

    Raises
    ------
    InputError
        If there is nothing to scale, the values are of another scale than those of the reference, or hold what it
        refused: genes that occur twice, missing, infinite or negative values; or the reference was not preprocessed.

    Warns
    -----
    UserWarning
        For what cannot be done to new samples, and for genes that are left out.
    """
    record = _record_of(reference)
    refuse_no_matrix(expression)
    recorder = Recorder(expression)
    _keep_needed_genes(recorder, record, reference)
    refuse_infinite(recorder.expression)
    _refuse_another_scale(recorder, record["preset"], str(reference.uns["input"]["kind"]))
    _merge_duplicates(recorder, record["duplicates"])
    left_out = [*_name_skipped_steps(record), *_leave_out_missing(recorder, record["missing"])]
    for sentence in left_out:
        warnings.warn(f"{recorder.place}: {sentence}", stacklevel=2)
    raised = _cure_negatives(recorder, record["negatives"], reference)
    scaling = reference.uns["scaling"].reindex(recorder.var.index)
    values, below = _raise_to_zero(_PRESETS[record["preset"]](recorder.values, scaling, record))
    places = recorder.var.index.get_indexer(reference.var_names)
    found = places >= 0
    return ScaledSamples(as_float32(values[:, places[found]]), found, raised + below, left_out)


def _record_of(reference: AnnData) -> Mapping[str, Any]:
    if not {"preprocess", "scaling", "input"} <= set(reference.uns):
        there = list_first(sorted(reference.uns)) or "nothing"
        expected = "the record of preprocessing ('preprocess', 'scaling', 'input')"
        cure = "Give the matrix that `preprocess` returned, or expression.h5ad of a run of this version."
        raise InputError(name_place(reference), f"{there} in `uns`", expected, cure)
    return reference.uns["preprocess"]


def _keep_needed_genes(recorder: Recorder, record: Mapping[str, Any], reference: AnnData) -> None:
    """Keep the genes that the reference has or counted; what is wrong with others does not matter."""
    needed = reference.var_names.union(reference.uns["scaling"].index, sort=False)
    if record["negatives"] == "split":
        needed = needed.union([name.removesuffix(NEGATIVE_PART) for name in reference.var_names], sort=False)
    recorder.keep_genes("keep genes of the reference", tidy_names(recorder.var.index).isin(needed))
    if recorder.values.shape[1] == 0:
        found = f"none of its {reference.n_vars} genes: there are {list_first(recorder.var.index)}"
        raise InputError(recorder.place, found, f"genes such as {list_first(reference.var_names)}", "Rename the genes.")


def _refuse_another_scale(recorder: Recorder, preset: str, kind: str) -> None:
    """Refuse logarithms where the reference was read on a linear scale, and the other way round.

    Whether values are centred cannot be told from few samples, and is not asked.
    """
    if preset in COUNT_PRESETS:
        check_kind(recorder.expression, preset)
    new = judge_values(recorder.expression)
    if (new.name == "log" and kind in LINEAR) or (new.name in LINEAR and kind == "log"):
        found, expected = f"{new.name} values ({new.evidence})", f"{kind} values, as those of the reference"
        raise InputError(recorder.place, found, expected, "Give the values on the scale the reference was read on.")


def _merge_duplicates(recorder: Recorder, how: str) -> None:
    names = tidy_names(recorder.var.index)
    repeated = names[names.duplicated()].unique()
    if how == "refuse" and len(repeated):
        found = f"{len(repeated)} gene id(s) that occur more than once: {list_first(repeated)}"
        raise InputError(recorder.place, found, "each gene once, as in the reference", "Keep one line of each.")
    cure_duplicates(recorder, how)
    recorder.var = recorder.var.set_axis(tidy_names(recorder.var.index))


def _name_skipped_steps(record: Mapping[str, Any]) -> list[str]:
    skipped = []
    if "batch_key" in record:
        skipped.append(
            f"the reference was corrected for {record['batch_key']} (ComBat), which new samples cannot be: "
            "what their own batch adds stays in them"
        )
    filters = [f"{name} {record[name]:g}" for name in SAMPLE_FILTERS if record.get(name)]
    if filters:
        skipped.append(f"no sample is dropped by the thresholds of the reference ({', '.join(filters)})")
    return skipped


def _leave_out_missing(recorder: Recorder, how: str) -> list[str]:
    """Refuse missing values, keep them, or leave out their genes, whichever comes nearest to the reference's cure."""
    if not np.isnan(stored_values(recorder.values)).any():
        return []
    if how == "refuse":
        count, first = list_places(recorder.expression, np.isnan)
        cure = "Fill these cells, or leave out their genes or samples."
        found = f"{count} missing value(s), first {first}"
        raise InputError(recorder.place, found, "a number for each gene in each sample, as in the reference", cure)
    if how == "weight":
        recorder.change("keep missing values, as a dense matrix", as_dense(recorder.values))
        return []
    lacking = measure_genes(recorder.values, lambda values: np.isnan(values).any(axis=0)).astype(bool)
    names = recorder.keep_genes("leave out genes with missing values", ~lacking)
    reason = ": values are not imputed from new samples" if how == "impute_knn" else ", as in the reference"
    return [f"{len(names)} gene(s) with missing values are left out{reason}: {list_first(names)}"]


def _cure_negatives(recorder: Recorder, how: str, reference: AnnData) -> int:
    """Do to negative values what was done in the reference; returns how many became 0 that would not have there."""
    if how == "refuse":
        _refuse_negative(recorder)
    elif how == "shift" and "shift" in reference.uns["scaling"]:
        shift = reference.uns["scaling"]["shift"].reindex(recorder.var.index).fillna(0)
        recorder.change("shift", subtract_from_genes(recorder.values, shift.to_numpy(np.float32)))
    elif how == "split":
        return _split_like(recorder, reference)
    values, raised = _raise_to_zero(recorder.values)
    recorder.change("raise negative values to 0", values)
    return raised if how == "shift" else 0


def _refuse_negative(recorder: Recorder) -> None:
    count, first = list_places(recorder.expression, lambda values: values < 0)
    if count:
        found, expected = f"{count} negative value(s), first {first}", "values of 0 or more, as in the reference"
        raise InputError(recorder.place, found, expected, "Give the values on the scale the reference was read on.")


def _split_like(recorder: Recorder, reference: AnnData) -> int:
    """Split the genes that were split in the reference, whatever the signs of their values here."""
    names = recorder.var.index + NEGATIVE_PART
    genes = np.flatnonzero(names.isin(reference.var_names.union(reference.uns["scaling"].index)))
    negative = np.maximum(-as_dense(recorder.values[:, genes]), np.float32(0))
    positive, raised = _raise_to_zero(recorder.values)
    var = pd.concat([recorder.var, recorder.var.iloc[genes].set_axis(names[genes])])
    recorder.change_genes("split", append_genes(positive, negative), var, 0)
    return raised - int((negative > 0).sum())


def _raise_to_zero(values: Matrix) -> tuple[Matrix, int]:
    """Raise values below 0 to it, and count them."""
    raised = int((stored_values(values) < 0).sum())
    return (
        (apply_to_stored(values, lambda stored: np.maximum(stored, stored.dtype.type(0))), raised)
        if raised
        else (values, 0)
    )


def _take_as_it_is(values: Matrix, scaling: pd.DataFrame, record: Mapping[str, Any]) -> Matrix:
    return values


def _apply_brunet(values: Matrix, scaling: pd.DataFrame, record: Mapping[str, Any]) -> Matrix:
    return lower_to_ceiling(raise_to_floor(as_dense(values), record["floor"]), record["ceiling"])


def _apply_microarray_log(values: Matrix, scaling: pd.DataFrame, record: Mapping[str, Any]) -> Matrix:
    return subtract_from_genes(values, scaling["minimum"].fillna(0).to_numpy(np.float32))


def _apply_tpm(values: Matrix, scaling: pd.DataFrame, record: Mapping[str, Any]) -> Matrix:
    return to_log2p1(values)


def _apply_rnaseq_counts(values: Matrix, scaling: pd.DataFrame, record: Mapping[str, Any]) -> Matrix:
    if record["normalization"] == "cpm":
        share = scaling["share_of_total"].to_numpy()
        counted = np.flatnonzero(np.isfinite(share))
        sizes = sum_samples(values[:, counted]) / share[counted].sum() / 1e6
    else:
        sizes = size_factors(values, scaling["log_mean"].to_numpy())
    # a sample without any of the genes that tell its size is as empty as one of zeros
    return to_log1p(divide_samples(values, np.where(sizes > 0, sizes, np.inf)))


def _apply_single_cell(values: Matrix, scaling: pd.DataFrame, record: Mapping[str, Any]) -> Matrix:
    return divide_genes(values, scaling["deviation"].fillna(1).to_numpy())


_PRESETS: dict[str, Callable[[Matrix, pd.DataFrame, Mapping[str, Any]], Matrix]] = {
    "none": _take_as_it_is,
    "brunet": _apply_brunet,
    "microarray_log": _apply_microarray_log,
    "rnaseq_counts": _apply_rnaseq_counts,
    "tpm": _apply_tpm,
    "single_cell": _apply_single_cell,
}
