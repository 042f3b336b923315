"""Which preset goes with what the values look like."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import scipy.sparse
from anndata import AnnData

from nmfbio.config_preprocess import COUNT_PRESETS
from nmfbio.errors import InputError
from nmfbio.preprocessing.kinds import LARGEST_LOG_VALUE, ValueKind, judge_values
from nmfbio.preprocessing.matrix import Matrix
from nmfbio.preprocessing.steps import has_difference, has_fold_change, lower_to_ceiling, raise_to_floor
from nmfbio.preprocessing.values import name_other_layers, name_place

if TYPE_CHECKING:
    from nmfbio.config_preprocess import Preprocess

SHALLOW = 200_000  # total of a sample: cells have a few thousand molecules, bulk samples millions of reads
SHALLOW_GENE = 100  # mean count of a gene, likewise: a few genes of a bulk sample have small totals, too
MANY_SAMPLES = 500  # a sparse matrix of so many is one of cells
VARYING_GENES = 0.1  # share of genes that pass the filter of `brunet` where its thresholds fit the scale


def choose_preset(expression: AnnData, settings: Preprocess) -> tuple[str, str]:
    """Choose the preset that goes with what the values look like.

    Parameters
    ----------
    expression
        Samples x genes.
    settings
        The `preprocess` section of the config; its thresholds of `brunet` tell whether that preset fits.

    Returns
    -------
    preset, why : str
        `why` is a sentence with the evidence.

    Raises
    ------
    InputError
        If the values are centred and no cure of negative values is chosen.
    """
    kind = judge_values(expression)
    if kind.name == "centred":
        if settings.negatives == "refuse":
            raise _refuse_centred(expression, kind)
        preset, reason = "none", "no preset is made for centred values"
    elif kind.name == "counts":
        preset, reason = _choose_for_counts(expression.X, kind)
    elif kind.name == "log":
        preset, reason = "microarray_log", "which are log values"
    elif kind.zeros and kind.lowest >= 0 and kind.highest > 1:
        preset, reason = "tpm", "which are linear values with zeros"
    else:
        preset, reason = _choose_for_intensities(expression.X, settings)
    return preset, f"{kind.evidence}: {reason}"


def _choose_for_counts(values: Matrix, kind: ValueKind) -> tuple[str, str]:
    mean = kind.median_total / values.shape[1]
    if kind.median_total < SHALLOW and mean < SHALLOW_GENE:
        return "single_cell", f"counts of single cells, whose totals are below {SHALLOW:,}"
    if scipy.sparse.issparse(values) and values.shape[0] >= MANY_SAMPLES:
        return "single_cell", f"counts of {values.shape[0]:,} samples, stored sparse as those of single cells are"
    return "rnaseq_counts", f"counts of bulk samples, {mean:,.0f} of a gene on average"


def _choose_for_intensities(values: Matrix, settings: Preprocess) -> tuple[str, str]:
    """Take `brunet` where its thresholds fit the scale of linear values."""
    if scipy.sparse.issparse(values):
        return "none", "which are linear values, stored sparse as no intensities are"
    bounded = lower_to_ceiling(raise_to_floor(values, settings.floor), settings.ceiling)
    passing = has_fold_change(bounded, settings.min_fold) & has_difference(bounded, settings.min_difference)
    found = f"{passing.sum():,} of {passing.size:,} genes vary {settings.min_fold:g}-fold and by "
    found += f"{settings.min_difference:,.6g} between {settings.floor:g} and {settings.ceiling:,.6g}"
    if passing.mean() >= VARYING_GENES:
        return "brunet", f"which are linear intensities, and {found}"
    return "none", f"which are linear values on a scale that `brunet` is not made for, since only {found}"


def _refuse_centred(expression: AnnData, kind: ValueKind) -> InputError:
    cure = (
        "Give the values from before they were centred (counts, intensities or their logarithms), or say what becomes "
        "of those below 0 by `preprocess.negatives`: shift, split or floor."
    ) + name_other_layers(expression)
    return InputError(name_place(expression), f"centred values ({kind.evidence})", "values of 0 or more", cure)


def check_kind(expression: AnnData, preset: str) -> None:
    """Compare the values with what a preset is made for.

    Parameters
    ----------
    expression
        Samples x genes.
    preset
        Any preset but `auto`. A mismatch that may be meant is warned of.

    Raises
    ------
    InputError
        If a preset for counts is to be applied to fractions.
    """
    if preset == "none":
        return
    kind = judge_values(expression)
    fits = f"{name_place(expression)}: found {kind.evidence}"
    if preset in COUNT_PRESETS and kind.name not in ("counts", "whole numbers"):
        raise _refuse_fractions(expression, preset, kind)
    if preset in COUNT_PRESETS and kind.name == "whole numbers" and kind.highest <= LARGEST_LOG_VALUE:
        warnings.warn(f"{fits}; these look like rounded log values, and `{preset}` takes counts", stacklevel=3)
    if preset in ("brunet", "tpm") and kind.name == "log":
        cure = "`microarray_log` or `none` take log values"
        warnings.warn(f"{fits}; `{preset}` takes values on a linear scale. {cure}", stacklevel=3)
    if preset == "microarray_log" and kind.highest > LARGEST_LOG_VALUE:
        cure = "`brunet`, `tpm` or `rnaseq_counts` take linear values"
        warnings.warn(f"{fits}; `{preset}` takes log values. {cure}", stacklevel=3)


def _refuse_fractions(expression: AnnData, preset: str, kind: ValueKind) -> InputError:
    found = f"{kind.evidence}, under `preprocess.preset: {preset}`"
    if kind.name == "log":
        cure = "These look like log values: give the counts themselves, or choose preset `microarray_log` or `none`."
    else:
        cure = "Give the counts themselves (round estimated ones), or choose preset `tpm` for linear values."
    cure += name_other_layers(expression)
    return InputError(name_place(expression), found, "counts, thus whole numbers of 0 or more", cure)
