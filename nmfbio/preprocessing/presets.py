"""The stage of its own: cures, filters and a preset, and the record of what each step did."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from anndata import AnnData

from nmfbio.config_preprocess import COUNT_PRESETS, LOG_PRESETS, OWN_TOP_GENES
from nmfbio.errors import InputError
from nmfbio.preprocessing.batches import correct_batches
from nmfbio.preprocessing.choice import check_kind, choose_preset
from nmfbio.preprocessing.cures import cure_duplicates, cure_missing, cure_negatives
from nmfbio.preprocessing.filters import cure_zero_samples, drop_zero_genes, filter_genes, filter_samples
from nmfbio.preprocessing.inputs import describe_input
from nmfbio.preprocessing.matrix import apply_to_stored, as_dense, divide_samples, mean_of_genes, stored_values
from nmfbio.preprocessing.normalization import (
    divide_by_deviation,
    log_means_of_genes,
    minimum_of_genes,
    size_factors,
    subtract_from_genes,
    to_counts_per_million,
    to_log1p,
    to_log2p1,
)
from nmfbio.preprocessing.recorder import Recorder
from nmfbio.preprocessing.selection import has_largest_mad, varies, varies_most_for_mean
from nmfbio.preprocessing.steps import has_difference, has_fold_change, lower_to_ceiling, raise_to_floor
from nmfbio.preprocessing.values import refuse_infinite, refuse_no_matrix

if TYPE_CHECKING:
    from nmfbio.config_preprocess import Preprocess


def preprocess(expression: AnnData, settings: Preprocess) -> AnnData:
    """Cure, filter and normalise a matrix, as the section `preprocess` of the config says.

    Genes that occur twice, missing and negative values are refused or cured first; then samples below the thresholds
    are dropped, then the preset is applied. Genes that are zero in every sample are dropped under every preset.

    Parameters
    ----------
    expression
        Samples x genes, dense or sparse; may hold missing and negative values and repeated genes. It is not modified,
        but its matrix is shared with the result where nothing changes it.
    settings
        The `preprocess` section of the config.

    Returns
    -------
    AnnData
        The samples and genes that are kept, `X` float32 (C-contiguous or CSR), 0 or more; missing values only under
        `missing: weight`. `raw` holds all genes after cures and sample filters, before normalisation and selection of
        genes, unless `X` is that already. `uns["preprocess"]` holds what was `asked`, the `preset` applied and `why`,
        the settings it used, `dropped_zero_genes`, `dropped_samples_zero` and `dropped_samples_filter` (names),
        the cures `duplicates`, `missing` and `negatives` with the numbers of `duplicate_genes`, `missing_values` and
        `negative_values`, and `steps`: arrays `step`,
        `genes_in`, `genes_out`, `samples_in`, `samples_out` and `values_changed` with one entry a step.
        `uns["scaling"]` holds what steps took from these samples, by which `scale_like_reference` treats others alike:
        one row a gene, columns `shift` and `minimum` (subtracted), `log_mean` (of the size factors), `share_of_total`
        (of the counts per million) and `deviation` (divided by), as far as there were such steps. `uns["input"]` holds
        what was found in the matrix as it was read, see `describe_input`.

    Raises
    ------
    InputError
        If the matrix holds what cannot be cured or no cure was chosen for, does not go with the preset, or nothing of
        it is left.

    Examples
    --------
    >>> preprocess(expression, Preprocess(preset="brunet")).uns["preprocess"]["steps"]["genes_out"]  # doctest: +SKIP
    array([5000, 5000, 4309, 2302, 2302])
    """
    refuse_no_matrix(expression)
    recorder = Recorder(expression)
    refuse_infinite(recorder.expression)  # after the cast: a float64 value may not fit float32
    described = describe_input(recorder.expression)
    record: dict[str, Any] = {"duplicate_genes": cure_duplicates(recorder, settings.duplicates)}
    preset, why = _settle_preset(recorder, settings)
    record = {"asked": settings.preset, "preset": preset, "why": why, **record}
    record |= _cure(recorder, settings, preset)
    zero_samples = settings.zero_samples or ("drop" if preset == "single_cell" else "refuse")
    cured = recorder.expression  # samples are taken out of it at the end, so that no more copies are held than needed
    dropped_zero = cure_zero_samples(recorder, zero_samples, "")
    used, dropped = filter_samples(recorder, settings, preset)
    used |= filter_genes(recorder, settings, preset)
    used |= _PRESETS[preset](recorder, settings)
    zero_genes = drop_zero_genes(recorder)
    if recorder.values.shape[1] == 0:
        raise _no_gene_left(recorder, expression.n_vars, used)
    dropped_zero += cure_zero_samples(recorder, zero_samples, " after genes were chosen")
    record |= used | {
        "dropped_zero_genes": np.array(zero_genes, dtype=str),
        "dropped_samples_zero": np.array(dropped_zero, dtype=str),
        "dropped_samples_filter": np.array(dropped, dtype=str),
        "steps": recorder.steps(),
    }
    result = _finish(recorder, cured, record)
    result.uns["input"] = described
    return result


def _settle_preset(recorder: Recorder, settings: Preprocess) -> tuple[str, str]:
    """Give the preset and why; what the config checks of a preset that is set is checked here of one that is chosen."""
    if settings.preset != "auto":
        check_kind(recorder.expression, settings.preset)
        return settings.preset, "set in the config"
    preset, why = choose_preset(recorder.expression, settings)
    if settings.batch_key is not None and preset not in LOG_PRESETS:
        found = f"{settings.batch_key}, while `preset: auto` took {preset} ({why})"
        cure = "Take the key out, or choose one of these presets yourself."
        raise InputError("preprocess.batch_key", found, f"it with {', '.join(LOG_PRESETS)}", cure)
    return preset, why


def _cure(recorder: Recorder, settings: Preprocess, preset: str) -> dict[str, Any]:
    has_missing = settings.missing == "weight" and bool(np.isnan(stored_values(recorder.values)).any())
    if has_missing and preset in COUNT_PRESETS:
        cure = "Set `preprocess.missing`: drop_genes or impute_knn, or choose another preset."
        raise InputError(recorder.place, "missing values", f"counts without any for preset {preset}", cure)
    used = {"duplicates": settings.duplicates, "missing": settings.missing}
    cured = {"missing_values": cure_missing(recorder, settings.missing)}
    floored = (
        settings.preset == "brunet" and settings.negatives == "refuse"
    )  # not where auto chose: nobody asked for it
    negatives = "floor" if floored else settings.negatives
    return used | {"negatives": negatives} | cured | {"negative_values": cure_negatives(recorder, negatives)}


def _take_as_it_is(recorder: Recorder, settings: Preprocess) -> dict[str, Any]:
    return _keep_largest_mad(recorder, settings, "none")


def _apply_brunet(recorder: Recorder, settings: Preprocess) -> dict[str, Any]:
    """Floor and ceiling, then fold change and difference (Brunet et al. 2004)."""
    values = as_dense(recorder.values)
    recorder.change("raise to floor", raise_to_floor(values, settings.floor))
    recorder.change("lower to ceiling", lower_to_ceiling(recorder.values, settings.ceiling))
    recorder.keep_genes("keep genes with fold change", has_fold_change(recorder.values, settings.min_fold))
    recorder.keep_genes("keep genes with difference", has_difference(recorder.values, settings.min_difference))
    used = {name: float(getattr(settings, name)) for name in ("floor", "ceiling", "min_fold", "min_difference")}
    return used | _keep_largest_mad(recorder, settings, "brunet")


def _apply_microarray_log(recorder: Recorder, settings: Preprocess) -> dict[str, Any]:
    used = _correct_batches(recorder, settings)
    used |= _keep_largest_mad(recorder, settings, "microarray_log")
    lowest = minimum_of_genes(recorder.values)
    recorder.note("minimum", lowest)
    recorder.change("subtract each gene's minimum", subtract_from_genes(recorder.values, lowest))
    return used


def _apply_tpm(recorder: Recorder, settings: Preprocess) -> dict[str, Any]:
    recorder.change("log2(x + 1)", to_log2p1(recorder.values))
    used = _correct_batches(recorder, settings) | _raise_to_zero(recorder, settings)
    return used | _keep_largest_mad(recorder, settings, "tpm")


def _apply_rnaseq_counts(recorder: Recorder, settings: Preprocess) -> dict[str, Any]:
    normalization, log_means = settings.normalization, None
    if normalization == "median_of_ratios":
        log_means = log_means_of_genes(recorder.values)
    if log_means is not None:
        recorder.note("log_mean", log_means)
        factors = size_factors(recorder.values, log_means)
        recorder.change("divide by size factors", divide_samples(recorder.values, factors))
    else:
        recorder.change("counts per million", to_counts_per_million(recorder.values))
        recorder.note("share_of_total", mean_of_genes(recorder.values) / 1e6)
        if normalization != "cpm":
            reason = "no gene is above 0 in all samples, as the median of ratios needs"
            warnings.warn(f"{recorder.place}: {reason}: counts per million are taken instead", stacklevel=3)
        normalization = "cpm"
    recorder.change("log(x + 1)", to_log1p(recorder.values))
    used = {"normalization": normalization} | _correct_batches(recorder, settings) | _raise_to_zero(recorder, settings)
    counts = apply_to_stored(recorder.values, np.expm1)  # counts of equal depth, without batches
    return used | _keep_most_variable(recorder, settings, "rnaseq_counts", counts)


def _apply_single_cell(recorder: Recorder, settings: Preprocess) -> dict[str, Any]:
    """Variable genes by counts, each divided by its standard deviation, not logged (Kotliar et al. 2019)."""
    used = _keep_most_variable(recorder, settings, "single_cell", recorder.values)
    constant = recorder.keep_genes("drop constant genes", varies(recorder.values))
    if recorder.values.shape[1]:
        scaled, deviations = divide_by_deviation(recorder.values)
        recorder.note("deviation", deviations)
        recorder.change("divide by standard deviation", scaled)
    return used | {"dropped_constant_genes": np.array(constant, dtype=str)}


_PRESETS: dict[str, Callable[[Recorder, Preprocess], dict[str, Any]]] = {
    "none": _take_as_it_is,
    "brunet": _apply_brunet,
    "microarray_log": _apply_microarray_log,
    "rnaseq_counts": _apply_rnaseq_counts,
    "tpm": _apply_tpm,
    "single_cell": _apply_single_cell,
}


def _top_genes(settings: Preprocess, preset: str) -> int:
    """The number of genes to keep, 0 for all."""
    return OWN_TOP_GENES.get(preset, 0) if settings.top_genes is None else settings.top_genes


def _keep_largest_mad(recorder: Recorder, settings: Preprocess, preset: str) -> dict[str, Any]:
    top_genes = _top_genes(settings, preset)
    if 0 < top_genes < recorder.values.shape[1]:
        chosen = has_largest_mad(recorder.values, top_genes)
        recorder.keep_genes(f"keep {top_genes} genes of largest MAD", chosen)
    return {"top_genes": top_genes}


def _keep_most_variable(recorder: Recorder, settings: Preprocess, preset: str, counts: Any) -> dict[str, Any]:
    top_genes = _top_genes(settings, preset)
    if 0 < top_genes < recorder.values.shape[1]:
        chosen, how = varies_most_for_mean(counts, top_genes)
        recorder.keep_genes(f"keep {top_genes} most variable genes ({how})", chosen)
    return {"top_genes": top_genes}


def _correct_batches(recorder: Recorder, settings: Preprocess) -> dict[str, Any]:
    if settings.batch_key is None:
        return {}
    return {"batch_key": settings.batch_key, **correct_batches(recorder, settings.batch_key)}


def _raise_to_zero(recorder: Recorder, settings: Preprocess) -> dict[str, Any]:
    """Raise to 0 what a correction for batches has brought below."""
    if settings.batch_key is None:
        return {}
    n_negative = int((recorder.values < 0).sum())
    recorder.change("raise corrected values to 0", np.maximum(recorder.values, np.float32(0)))
    return {"corrected_below_zero": n_negative}


def _finish(recorder: Recorder, cured: AnnData, record: dict[str, Any]) -> AnnData:
    """Put matrix, record and the matrix of all genes together."""
    result = recorder.expression
    result.uns["preprocess"] = record
    result.uns["scaling"] = recorder.scaling()
    if recorder.values is not cured.X:
        places = cured.obs_names.get_indexer(result.obs_names)
        every = len(places) == cured.n_obs
        result.raw = AnnData(cured.X if every else cured.X[places], obs=result.obs.copy(), var=cured.var.copy())
    return result


def _no_gene_left(recorder: Recorder, n_genes: int, used: dict[str, Any]) -> InputError:
    thresholds = ("min_samples", "floor", "ceiling", "min_fold", "min_difference")
    how = ", ".join(f"{name} {used[name]:g}" for name in thresholds if used.get(name)) or "all values are 0"
    cure = "Log values need `preprocess.preset: microarray_log` or `none`; else lower these thresholds."
    return InputError("preprocess", f"none of {n_genes} genes left ({how})", "at least one gene", cure)
