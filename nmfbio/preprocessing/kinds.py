"""What the values of a matrix are, told from what they look like."""

import warnings
from dataclasses import dataclass

import numpy as np
import scipy.sparse
from anndata import AnnData

from nmfbio.preprocessing.matrix import Matrix, format_value, sample_blocks, sum_samples

LARGEST_LOG_VALUE = 30.0  # log2 of any measured intensity or count is below
NEAR_ZERO = 0.1  # standard deviations that most gene means of a centred matrix are from 0 at most
AS_MANY_NEGATIVE = (0.35, 0.65)  # share of values below 0 among those that are not 0, in log ratios
NOT_FAR_FROM_ZERO = 1.0  # standard deviations likewise, in log ratios; logarithms of small numbers are farther


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
    distance = _distance_of_gene_means(values) if n_negative else np.inf
    name = _name_kind(whole, zeros, lowest, highest, negative, distance)
    median_total = float(np.median(sum_samples(values)))
    numbers = "whole numbers" if whole else "fractions"
    evidence = f"{numbers} from {format_value(lowest)} to {format_value(highest)}, {zeros:.1%} zeros".replace("%", " %")
    evidence += _explain(name, negative, distance, median_total)
    return ValueKind(name, evidence, lowest, highest, zeros, median_total)


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


def _distance_of_gene_means(values: Matrix) -> float:
    """How many standard deviations gene means are from 0, in the median; the first genes tell of all."""
    if scipy.sparse.issparse(values) or values.shape[0] < 3:
        return np.inf
    few = np.where(np.isfinite(values[:, :2000]), values[:, :2000], np.nan).astype(np.float64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # genes without any value
        means, deviations = np.nanmean(few, axis=0), np.nanstd(few, axis=0)
    varying = deviations > 0
    return float(np.median(np.abs(means[varying]) / deviations[varying])) if varying.any() else np.inf


def _name_kind(whole: bool, zeros: float, lowest: float, highest: float, negative: float, distance: float) -> str:
    small = max(highest, -lowest) <= LARGEST_LOG_VALUE
    balanced = AS_MANY_NEGATIVE[0] < negative < AS_MANY_NEGATIVE[1] and distance < NOT_FAR_FROM_ZERO
    if distance < NEAR_ZERO or (small and not whole and balanced):
        return "centred"
    if whole:
        return "counts" if zeros and lowest >= 0 else "whole numbers"
    return "log" if small and highest > 1 else "linear"


def _explain(name: str, negative: float, distance: float, median_total: float) -> str:
    if name == "centred":
        share = f"{negative:.0%}".replace("%", " %")
        return f", {share} of the others below 0, gene means {distance:.2f} standard deviations from 0 in the median"
    if name == "log":
        return f", within the range of a log scale (up to {LARGEST_LOG_VALUE:g})"
    return f", a median total of {format_value(median_total)} a sample"
