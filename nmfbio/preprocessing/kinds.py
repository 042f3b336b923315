"""What the values of a matrix are, told from what they look like, and the preset that goes with it."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse
from anndata import AnnData

from nmfbio.config_preprocess import COUNT_PRESETS
from nmfbio.errors import InputError
from nmfbio.preprocessing.matrix import Matrix, sample_blocks, sum_samples
from nmfbio.preprocessing.steps import has_difference, has_fold_change, lower_to_ceiling, raise_to_floor
from nmfbio.preprocessing.values import name_place

if TYPE_CHECKING:
    from nmfbio.config_preprocess import Preprocess

LARGEST_LOG_VALUE = 30.0  # log2 of any measured intensity or count is below
SHALLOW = 200_000  # total of a sample: cells have a few thousand molecules, bulk samples millions of reads
MANY_SAMPLES = 500  # a sparse matrix of so many is one of cells
NEAR_ZERO = 0.1  # standard deviations: gene means of a centred matrix
AS_MANY_NEGATIVE = (0.35, 0.65)  # share of values below 0 among those that are not 0, in log ratios
VARYING_GENES = 0.1  # share of genes that pass the filter of `brunet` where its thresholds fit the scale


@dataclass(frozen=True)
class ValueKind:
    """What the values of a matrix look like.

    Attributes
    ----------
    name
        `counts` (whole numbers with zeros), `whole numbers` (without zeros), `linear`, `log` or `centred`.
    evidence
        What was seen, with its numbers.
    lowest, highest
        Of all values that are finite.
    zeros
        Share of values that are exactly 0.
    median_total
        Median over samples of the sum of their values.
    """

    name: str
    evidence: str
    lowest: float
    highest: float
    zeros: float
    median_total: float


def judge_values(expression: AnnData) -> ValueKind:
    """Tell counts, other whole numbers, linear, log and centred values apart by what they look like.

    Whole numbers are counts where there are zeros among them and nothing below. Fractions are on a log scale where none
    exceeds 30, but not where none exceeds 1. Values are centred where the means of most genes lie within 0.1 standard
    deviations of 0, or about half of the values are below 0 and all are as small as log ratios. Missing and infinite
    values have no part in this.

    Parameters
    ----------
    expression
        Samples x genes, dense or sparse.

    Returns
    -------
    ValueKind

    Examples
    --------
    >>> judge_values(AnnData(np.array([[4.2, 14.1], [5.5, 0.0]]))).evidence
    'fractions from 0 to 14.1, 25.0 % zeros, within the range of a log scale (up to 30)'
    """
    values = expression.X
    seen = [_look_at(block) for block in sample_blocks(values)]
    size = float(np.prod(values.shape))
    lowest, highest = min(look.lowest for look in seen), max(look.highest for look in seen)
    n_negative, n_finite = sum(look.n_negative for look in seen), sum(look.n_finite for look in seen)
    zeros = (size - sum(look.n_not_zero for look in seen)) / size
    whole = all(look.whole for look in seen)
    negative = n_negative / max(n_finite - zeros * size, 1)
    near_zero = n_negative > 0 and _gene_means_are_near_zero(values)
    name = _name_kind(whole, zeros, lowest, highest, negative, near_zero)
    median_total = float(np.median(sum_samples(values)))
    numbers = "whole numbers" if whole else "fractions"
    evidence = f"{numbers} from {lowest:.6g} to {highest:.6g}, {zeros:.1%} zeros".replace("%", " %")
    evidence += _explain(name, negative, near_zero, median_total)
    return ValueKind(name, evidence, lowest, highest, zeros, median_total)


def kind_of_values(expression: AnnData) -> str:
    """Give the name of the kind alone.

    Examples
    --------
    >>> kind_of_values(AnnData(np.array([[4.2, 14.1]])))
    'log'
    """
    return judge_values(expression).name


@dataclass(frozen=True)
class _Look:
    lowest: float
    highest: float
    whole: bool
    n_negative: int
    n_finite: int
    n_not_zero: int


def _look_at(block: Matrix) -> _Look:
    size = int(np.prod(block.shape))
    stored = block.data if scipy.sparse.issparse(block) else block.ravel()
    n_implicit = size - stored.size
    finite = stored[np.isfinite(stored)]
    bounds = (finite.min(), finite.max()) if finite.size else (0.0, 0.0)
    lowest, highest = (min(bounds[0], 0.0), max(bounds[1], 0.0)) if n_implicit else bounds
    whole = bool((finite == np.rint(finite)).all())
    n_not_zero = int(np.count_nonzero(stored))
    return _Look(float(lowest), float(highest), whole, int((finite < 0).sum()), finite.size + n_implicit, n_not_zero)


def _gene_means_are_near_zero(values: Matrix) -> bool:
    """Look at the first genes only: centring is done to all alike."""
    if scipy.sparse.issparse(values) or values.shape[0] < 3:
        return False
    few = np.where(np.isfinite(values[:, :2000]), values[:, :2000], np.nan).astype(np.float64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # genes without any value
        means, deviations = np.nanmean(few, axis=0), np.nanstd(few, axis=0)
    varying = deviations > 0
    return bool(varying.any() and np.median(np.abs(means[varying]) / deviations[varying]) < NEAR_ZERO)


def _name_kind(whole: bool, zeros: float, lowest: float, highest: float, negative: float, near_zero: bool) -> str:
    small = max(highest, -lowest) <= LARGEST_LOG_VALUE
    if near_zero or (small and not whole and AS_MANY_NEGATIVE[0] < negative < AS_MANY_NEGATIVE[1]):
        return "centred"
    if whole:
        return "counts" if zeros and lowest >= 0 else "whole numbers"
    return "log" if small and highest > 1 else "linear"


def _explain(name: str, negative: float, near_zero: bool, median_total: float) -> str:
    if name == "centred":
        reason = ", and the means of genes lie near 0" if near_zero else ", none of them large"
        return f", {negative:.0%} of the others below 0".replace("%", " %") + reason
    if name == "log":
        return f", within the range of a log scale (up to {LARGEST_LOG_VALUE:g})"
    return f", a median total of {median_total:,.6g} a sample"


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
    if kind.median_total < SHALLOW:
        return "single_cell", f"counts of single cells, whose totals are below {SHALLOW:,}"
    if scipy.sparse.issparse(values) and values.shape[0] >= MANY_SAMPLES:
        return "single_cell", f"counts of {values.shape[0]:,} samples, stored sparse as those of single cells are"
    return "rnaseq_counts", f"counts of bulk samples, whose totals are above {SHALLOW:,}"


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
    )
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
    return InputError(name_place(expression), found, "counts, thus whole numbers of 0 or more", cure)
