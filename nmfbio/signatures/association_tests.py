"""The tests behind the association of usages and clusters with what is known of the samples, on plain arrays."""

import warnings
from dataclasses import dataclass, replace
from math import nan

import numpy as np
import scipy.special
import scipy.stats

RANDOM_TABLES = 9999
SEED = 0
SMALL_COUNT, MOST_SMALL = 5, 0.2  # where more of the expected counts are as small, or one is below 1, χ² does not fit
NO_ESTIMATE = 10.0  # logarithm of a hazard ratio from which on it is a limit that was not reached
NORMAL_95 = 1.959963984540054
ONE_CLUSTER = "all samples in one cluster"
SAME_SHARE = "the same usage share in all samples"


@dataclass(frozen=True)
class Association:
    """What one test says, or why there is none.

    Attributes
    ----------
    test
        Its name.
    n
        Samples it looks at.
    statistic, p
        NaN where there is no test.
    effect, effect_name
        How strong the association is, and in which unit.
    low, high
        95 % interval of the effect, where there is one.
    note
        What is to be known of it.
    """

    test: str
    n: int
    statistic: float = nan
    effect: float = nan
    effect_name: str = ""
    low: float = nan
    high: float = nan
    p: float = nan
    note: str = ""


def compare_groups(values: np.ndarray, groups: np.ndarray) -> Association:
    """Kruskal-Wallis test of whether numbers differ between groups (Kruskal & Wallis 1952).

    Parameters
    ----------
    values
        (n,) numbers, none missing.
    groups
        (n,) labels.

    Returns
    -------
    Association
        Statistic H, corrected for ties; effect ε² = H / (n − 1), from 0 to 1 (Tomczak & Tomczak 2014).

    Examples
    --------
    >>> result = compare_groups(np.array([1.0, 2.0, 3.0, 4.0]), np.array(["a", "a", "b", "b"]))
    >>> round(result.statistic, 3), round(result.effect, 3)
    (2.4, 0.8)
    """
    empty = Association("kruskal_wallis", len(values), effect_name="epsilon_squared")
    labels = np.unique(groups)
    if len(labels) < 2:
        return replace(empty, note=ONE_CLUSTER)
    if is_constant(values):
        return replace(empty, note=SAME_SHARE)
    statistic, p = scipy.stats.kruskal(*(values[groups == label] for label in labels))
    return replace(empty, statistic=float(statistic), effect=float(statistic) / (len(values) - 1), p=float(p))


def correlate(values: np.ndarray, others: np.ndarray) -> Association:
    """Spearman's rank correlation.

    Parameters
    ----------
    values, others
        (n,) numbers, none missing.

    Returns
    -------
    Association
        Statistic and effect ρ. The p-value, of Student's t, is never below 2 / n!: the chance that two orders agree or
        oppose throughout.

    Examples
    --------
    >>> correlate(np.arange(4.0), np.array([1.0, 3.0, 2.0, 4.0])).effect
    0.8
    """
    empty = Association("spearman", len(values), effect_name="rho")
    if is_constant(values) or is_constant(others):
        return replace(empty, note=SAME_SHARE)
    rho, p = scipy.stats.spearmanr(values, others)
    least = 2 * float(np.exp(-scipy.special.gammaln(len(values) + 1.0)))
    rho = round(float(rho), 15)  # 0.9999999999999999 for orders that agree
    return replace(empty, statistic=rho, effect=rho, p=min(max(float(p), least), 1.0))


def cross_tabulate(labels: np.ndarray, clusters: np.ndarray) -> Association:
    """Test whether two partitions of the samples have to do with each other.

    Parameters
    ----------
    labels, clusters
        (n,) labels.

    Returns
    -------
    Association
        Two by two: Fisher's exact test, statistic the odds ratio. Else Pearson's chi-square; where expected counts are
        too small for its distribution (Cochran 1954), p is the share of 9,999 random tables of the same margins whose
        statistic is not smaller, and the note says so. Effect: Cramér's V, from 0 to 1.

    Examples
    --------
    >>> cross_tabulate(np.array(["a", "a", "b", "b"]), np.array([1, 1, 2, 2])).effect
    1.0
    """
    table = scipy.stats.contingency.crosstab(labels, clusters).count
    empty = Association("chi_square", len(labels), effect_name="cramers_v")
    if min(table.shape) < 2:
        return replace(empty, note=ONE_CLUSTER)
    effect = float(scipy.stats.contingency.association(table, method="cramer"))
    if table.shape == (2, 2):
        ratio, p = scipy.stats.fisher_exact(table)
        return replace(empty, test="fisher_exact", statistic=float(ratio), effect=effect, p=float(p))
    found = scipy.stats.chi2_contingency(table, correction=False)
    statistic, p, note = float(found.statistic), float(found.pvalue), ""
    small = found.expected_freq < SMALL_COUNT
    if small.mean() > MOST_SMALL or found.expected_freq.min() < 1:
        p = _random_tables_p(table, found.expected_freq, statistic)
        note = (
            f"p from {RANDOM_TABLES:,} random tables, since {small.sum()} of {small.size} expected counts are below 5"
        )
    return replace(empty, statistic=statistic, effect=effect, p=p, note=note)


def _random_tables_p(table: np.ndarray, expected: np.ndarray, statistic: float) -> float:
    drawn = scipy.stats.random_table(table.sum(axis=1), table.sum(axis=0))
    tables = drawn.rvs(RANDOM_TABLES, random_state=np.random.default_rng(SEED))
    statistics = ((tables - expected) ** 2 / expected).sum(axis=(1, 2))
    as_large = statistics >= statistic * (1 - 1e-9)  # equal tables may differ in the last digit
    return float((1 + as_large.sum()) / (1 + RANDOM_TABLES))


def compare_partitions(labels: np.ndarray, clusters: np.ndarray) -> Association:
    """Adjusted Rand index of two partitions (Hubert & Arabie 1985): 1 if they are the same, about 0 by chance; no test.

    Parameters
    ----------
    labels, clusters
        (n,) labels.
    """
    from sklearn.metrics import adjusted_rand_score  # here, since it takes a second to import

    index = float(adjusted_rand_score(labels, clusters))
    return Association("none", len(labels), effect=index, effect_name="adjusted_rand_index")


def fit_hazard(values: np.ndarray, time: np.ndarray, event: np.ndarray) -> Association:
    """Cox regression of survival on one variable (Cox 1972; ties as Efron 1977).

    Parameters
    ----------
    values
        (n,) numbers, none missing; taken in units of their standard deviation.
    time
        (n,) time to the event or the last visit, at least 0.
    event
        (n,) booleans, whether the event was seen.

    Returns
    -------
    Association
        Statistic: Wald's z. Effect: the hazard ratio of one standard deviation, with its 95 % interval.
    """
    from statsmodels.duration.hazard_regression import PHReg

    empty = Association("cox", len(values), effect_name="hazard_ratio")
    if is_constant(values):
        return replace(empty, note=SAME_SHARE)
    standardised = (values - values.mean()) / values.std(ddof=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where it does not converge, the note says so
        fit = PHReg(time, standardised[:, None], status=event.astype(int), ties="efron").fit(disp=0)
    slope, error = float(fit.params[0]), float(fit.bse[0])
    if not np.isfinite(slope + error) or abs(slope) > NO_ESTIMATE or error == 0:
        return replace(empty, note="the hazard ratio has no finite estimate")
    interval = np.exp(slope + np.array([-1, 1]) * NORMAL_95 * error)
    p = float(2 * scipy.stats.norm.sf(abs(slope / error)))
    low, high = interval.tolist()
    return replace(empty, statistic=slope / error, effect=float(np.exp(slope)), low=low, high=high, p=p)


def compare_survival(clusters: np.ndarray, time: np.ndarray, event: np.ndarray) -> Association:
    """Log-rank test of whether survival differs between clusters (Mantel 1966).

    Parameters
    ----------
    clusters
        (n,) labels.
    time, event
        As ``fit_hazard`` takes them.

    Returns
    -------
    Association
        Statistic χ²; no effect.
    """
    from statsmodels.duration.survfunc import survdiff

    empty = Association("log_rank", len(clusters))
    at_risk = np.isin(clusters, clusters[time >= time[event].min()])
    gone = len(np.unique(clusters[~at_risk]))
    note = f"{gone} cluster(s) followed no longer than to the first event are left out" if gone else ""
    labels, numbers = np.unique(clusters[at_risk], return_inverse=True)
    if len(labels) < 2:
        return replace(empty, note=note or ONE_CLUSTER)
    try:
        statistic, p = survdiff(time[at_risk], event[at_risk].astype(int), numbers)
    except np.linalg.LinAlgError:
        return replace(empty, note="all samples had the event at once")
    return replace(empty, n=int(at_risk.sum()), statistic=float(statistic), p=float(p), note=note)


def is_constant(values: np.ndarray) -> bool:
    """Whether all numbers are the same."""
    return len(values) == 0 or bool(values.min() == values.max())
