"""Every test against a version of its own, written from the paper."""

from math import comb, exp, log

import numpy as np
import pytest
import scipy.stats
from sklearn.metrics import adjusted_rand_score
from statsmodels.duration.hazard_regression import PHReg
from statsmodels.stats.contingency_tables import Table

from nmfbio.signatures.association_tests import (
    compare_groups,
    compare_partitions,
    compare_survival,
    correlate,
    cross_tabulate,
    fit_hazard,
)


@pytest.fixture
def random():
    return np.random.default_rng(3)


def naive_ranks(values):
    return np.array([np.sum(values < value) + (np.sum(values == value) + 1) / 2 for value in values])


def naive_kruskal_wallis(values, groups):
    ranks, n = naive_ranks(values), len(values)
    between = sum(ranks[groups == g].sum() ** 2 / np.sum(groups == g) for g in set(groups.tolist()))
    ties = sum(count**3 - count for count in np.unique(values, return_counts=True)[1])
    return (12 / (n * (n + 1)) * between - 3 * (n + 1)) / (1 - ties / (n**3 - n))


@pytest.mark.parametrize("decimals", [0, 6])  # with and without ties
def test_kruskal_wallis_is_that_of_the_paper(random, decimals):
    groups = np.array(["a"] * 7 + ["b"] * 9 + ["c"] * 4)
    values = np.round(random.normal(size=20) + (groups == "b"), decimals)
    result = compare_groups(values, groups)
    expected = naive_kruskal_wallis(values, groups)
    assert result.statistic == pytest.approx(expected)
    assert result.effect == pytest.approx(expected / 19)
    assert result.p == pytest.approx(scipy.stats.chi2.sf(expected, 2))
    assert (result.n, result.test, result.effect_name) == (20, "kruskal_wallis", "epsilon_squared")


@pytest.mark.parametrize("decimals", [0, 6])
def test_spearman_is_pearson_of_the_ranks(random, decimals):
    values = np.round(random.normal(size=25), decimals)
    others = values + random.normal(size=25)
    rho = np.corrcoef(naive_ranks(values), naive_ranks(others))[0, 1]
    result = correlate(values, others)
    assert result.effect == result.statistic == pytest.approx(rho)
    t = rho * np.sqrt(23 / (1 - rho**2))
    assert result.p == pytest.approx(2 * scipy.stats.t.sf(abs(t), 23))


@pytest.mark.parametrize(("n", "least"), [(8, 2 / 40320), (10, 2 / 3628800)])
def test_orders_that_agree_throughout_have_no_p_of_zero(n, least):
    result = correlate(np.arange(n) ** 2.0, np.exp(-np.arange(n) / n))
    assert result.effect == -1
    assert result.p == pytest.approx(least)


def naive_table(labels, clusters):
    rows, columns = sorted(set(labels)), sorted(set(clusters))
    return np.array([[np.sum((labels == row) & (clusters == column)) for column in columns] for row in rows])


def naive_chi_square(table):
    expected = table.sum(1, keepdims=True) * table.sum(0, keepdims=True) / table.sum()
    return np.sum((table - expected) ** 2 / expected)


def test_chi_square_and_cramers_v_are_those_of_the_papers(random):
    labels, clusters = random.choice(list("abc"), 200), random.choice(["m1", "m2", "m3", "m4"], 200)
    table = naive_table(labels, clusters)
    result = cross_tabulate(labels, clusters)
    assert result.test == "chi_square"
    assert result.statistic == pytest.approx(naive_chi_square(table))
    assert result.effect == pytest.approx(np.sqrt(naive_chi_square(table) / (200 * 2)))
    published = Table(table, shift_zeros=False).test_nominal_association()
    assert (result.statistic, result.p) == (pytest.approx(published.statistic), pytest.approx(published.pvalue))
    assert result.note == ""


def naive_fisher(table):
    (a, b), (c, d) = table.tolist()

    def chance(x):
        return comb(a + b, x) * comb(c + d, a + c - x) / comb(a + b + c + d, a + c)

    possible = range(max(0, a + c - (c + d)), min(a + b, a + c) + 1)
    return sum(chance(x) for x in possible if chance(x) <= chance(a) * (1 + 1e-9))


def test_two_by_two_is_fishers_exact_test():
    labels = np.array(["x"] * 9 + ["y"] * 11)
    clusters = np.array(["m1"] * 7 + ["m2"] * 4 + ["m1"] * 2 + ["m2"] * 7)
    result = cross_tabulate(labels, clusters)
    table = naive_table(labels, clusters)
    assert result.test == "fisher_exact"
    assert result.p == pytest.approx(naive_fisher(table))
    assert result.statistic == pytest.approx(table[0, 0] * table[1, 1] / (table[0, 1] * table[1, 0]))
    assert result.effect == pytest.approx(np.sqrt(naive_chi_square(table) / 20))


def test_small_expected_counts_take_random_tables_and_say_so(random):
    labels, clusters = np.array(list("aaabbbcccc")), np.array(list("xxyyyyzzzx"))
    result = cross_tabulate(labels, clusters)
    observed = naive_chi_square(naive_table(labels, clusters))
    shuffled = [naive_chi_square(naive_table(labels, random.permutation(clusters))) for _ in range(4000)]
    assert result.p == pytest.approx(np.mean(np.array(shuffled) >= observed - 1e-9), abs=0.02)
    assert "9,999 random tables, since 9 of 9 expected counts are below 5" in result.note
    assert cross_tabulate(labels, clusters) == result


def test_the_rand_index_is_that_of_scikit_learn_and_of_the_paper(random):
    labels, clusters = random.choice(list("abc"), 60), random.choice(["m1", "m2"], 60)
    clusters[labels == "a"] = "m1"
    table = naive_table(labels, clusters)
    cells, rows, columns = (
        sum(comb(int(x), 2) for x in counts) for counts in (table.ravel(), table.sum(1), table.sum(0))
    )
    by_chance = rows * columns / comb(60, 2)
    result = compare_partitions(labels, clusters)
    assert result.effect == pytest.approx((cells - by_chance) / ((rows + columns) / 2 - by_chance))
    assert result.effect == pytest.approx(adjusted_rand_score(labels, clusters))
    assert np.isnan(result.p)


@pytest.fixture
def cohort(random):
    """120 samples whose hazard grows e^0.8-fold with one variable; whole months, so that there are ties."""
    values = random.gamma(2, 1, 120)
    time = np.ceil(random.exponential(20 * np.exp(-0.8 * (values - 2) / values.std())))
    censoring = np.ceil(random.uniform(5, 60, 120))
    return values, np.minimum(time, censoring), time <= censoring


def efron_log_likelihood(slope, x, time, event):
    total = 0.0
    for moment in np.unique(time[event]):
        died, at_risk = event & (time == moment), time >= moment
        all_risk, died_risk = np.exp(slope * x[at_risk]).sum(), np.exp(slope * x[died]).sum()
        total += slope * x[died].sum()
        total -= sum(log(all_risk - i / died.sum() * died_risk) for i in range(died.sum()))
    return total


def test_cox_regression_maximises_efrons_likelihood(cohort):
    values, time, event = cohort
    x = (values - values.mean()) / values.std(ddof=1)
    best = scipy.optimize.minimize_scalar(
        lambda s: -efron_log_likelihood(s, x, time, event), bracket=(-1, 1), tol=1e-10
    )
    step = 1e-3
    curve = [efron_log_likelihood(best.x + i * step, x, time, event) for i in (-1, 0, 1)]
    error = (-(curve[0] - 2 * curve[1] + curve[2]) / step**2) ** -0.5
    result = fit_hazard(values, time, event)
    assert log(result.effect) == pytest.approx(best.x, abs=1e-6)
    assert result.statistic == pytest.approx(best.x / error, rel=1e-4)
    assert (result.low, result.high) == (
        pytest.approx(exp(best.x - 1.959964 * error), rel=1e-4),
        pytest.approx(exp(best.x + 1.959964 * error), rel=1e-4),
    )
    assert result.p == pytest.approx(2 * scipy.stats.norm.sf(best.x / error), rel=1e-3)
    assert 1.5 < result.low < result.effect < result.high


def test_cox_regression_is_that_of_statsmodels(cohort):
    values, time, event = cohort
    fit = PHReg(time, values[:, None], status=event.astype(int), ties="efron").fit()
    result = fit_hazard(values, time, event)
    assert log(result.effect) == pytest.approx(fit.params[0] * values.std(ddof=1))
    assert result.p == pytest.approx(fit.pvalues[0])


def test_the_hazard_ratio_hangs_on_neither_unit_of_time_nor_of_the_variable(cohort):
    values, time, event = cohort
    result, other = fit_hazard(values, time, event), fit_hazard(1e-3 * values + 5, 30.4 * time, event)
    assert (other.effect, other.p) == (pytest.approx(result.effect), pytest.approx(result.p))


def test_a_variable_that_orders_all_events_has_no_hazard_ratio():
    result = fit_hazard(np.arange(20.0), 20 - np.arange(20.0), np.ones(20, dtype=bool))
    assert np.isnan(result.p)
    assert "no finite estimate" in result.note


def naive_log_rank(groups, time, event):
    labels = sorted(set(groups))
    excess, covariance = np.zeros(len(labels)), np.zeros((len(labels), len(labels)))
    for moment in np.unique(time[event]):
        at_risk = np.array([np.sum((groups == g) & (time >= moment)) for g in labels], float)
        died = np.array([np.sum((groups == g) & (time == moment) & event) for g in labels], float)
        n, d = at_risk.sum(), died.sum()
        share = at_risk / n
        excess += died - d * share
        if n > 1:
            covariance += d * (n - d) / (n - 1) * (np.diag(share) - np.outer(share, share))
    return excess @ np.linalg.pinv(covariance) @ excess


@pytest.mark.parametrize("n_groups", [2, 3, 5])
def test_the_log_rank_test_is_that_of_the_paper_for_any_number_of_clusters(cohort, n_groups):
    values, time, event = cohort
    groups = np.array([f"metagene_{i % n_groups}" for i in np.argsort(np.argsort(values)) // 10])
    result = compare_survival(groups, time, event)
    assert result.statistic == pytest.approx(naive_log_rank(groups, time, event))
    assert result.p == pytest.approx(scipy.stats.chi2.sf(result.statistic, n_groups - 1))


def test_the_log_rank_test_of_two_clusters_is_that_of_scipy(cohort):
    values, time, event = cohort
    groups = np.where(values > 2, "metagene_1", "metagene_2")
    samples = [
        scipy.stats.CensoredData.right_censored(time[groups == group], ~event[groups == group])
        for group in ("metagene_1", "metagene_2")
    ]
    expected = scipy.stats.logrank(*samples)
    result = compare_survival(groups, time, event)
    assert (result.statistic, result.p) == (pytest.approx(expected.statistic**2), pytest.approx(expected.pvalue))


def test_a_cluster_that_is_gone_before_the_first_event_is_left_out_and_counted(cohort):
    values, time, event = cohort
    groups = np.where(values > 2, "metagene_1", "metagene_2")
    first = int(np.argmin(time))
    groups[first], time[first], event[first] = "metagene_3", 0.5, False
    result, others = compare_survival(groups, time, event), np.arange(120) != first
    assert "1 cluster(s) followed no longer than to the first event" in result.note
    assert result.n == 119
    assert result.statistic == pytest.approx(naive_log_rank(groups[others], time[others], event[others]))


def test_survival_that_ends_for_all_at_once_is_not_tested():
    result = compare_survival(np.array(["a", "b"] * 5), np.ones(10), np.ones(10, dtype=bool))
    assert result.note == "all samples had the event at once"


@pytest.mark.parametrize(
    "result",
    [
        compare_groups(np.ones(9), np.array(list("aabbccddd"))),
        correlate(np.ones(9), np.arange(9.0)),
        fit_hazard(np.ones(9), np.arange(9.0), np.ones(9, dtype=bool)),
    ],
)
def test_a_metagene_that_all_samples_share_alike_is_not_tested(result):
    assert result.note == "the same usage share in all samples"
    assert np.isnan([result.statistic, result.effect, result.p]).all()


@pytest.mark.parametrize(
    "result",
    [
        compare_groups(np.arange(9.0), np.array(["metagene_1"] * 9)),
        cross_tabulate(np.array(list("aabbccddd")), np.array(["metagene_1"] * 9)),
        compare_survival(np.array(["metagene_1"] * 9), np.arange(9.0), np.ones(9, dtype=bool)),
    ],
)
def test_one_cluster_is_not_tested(result):
    assert result.note == "all samples in one cluster"
    assert np.isnan(result.p)
