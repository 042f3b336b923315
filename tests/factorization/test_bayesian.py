import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linear_sum_assignment
from scipy.special import digamma, gammaln

from nmfbio.factorization import factorize, fit_usages
from nmfbio.factorization.posterior import credible_interval

pytestmark = pytest.mark.filterwarnings("ignore::nmfbio.factorization.NotConvergedWarning")

COUNTS = st.tuples(st.integers(4, 7), st.integers(5, 12)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=st.integers(0, 30))
)


def simulate(seed, rank=5, shape=(80, 300), depth=5.0, metagene_shape=0.3, spread=0.0, size=None, usage_shape=1.0):
    """Counts around known factors: Poisson, or negative binomial of a size; ``spread`` between genes' log means."""
    random = np.random.default_rng(seed)
    usages = random.gamma(usage_shape, 1.0, (shape[0], rank))
    metagenes = random.gamma(metagene_shape, 1.0, (rank, shape[1])) * np.exp(random.normal(0, spread, shape[1]))
    usages *= depth / (usages @ metagenes).mean()
    means = usages @ metagenes
    noise = 1.0 if size is None else random.gamma(size, 1 / size, shape)
    return random.poisson(means * noise).astype(np.float64), usages, metagenes


def fit_one(expression, rank=15, seed=0, **arguments):
    return factorize(expression, rank, "bayesian", restarts=1, seed=seed, threads=1, **arguments)


def kept(restarts):
    return int(restarts.details["kept"].sum())


class Naive:
    """The updates and their bound as the module words them, with one prior mean λ for both factors of a component."""

    def __init__(self, counts, usages, metagenes):
        self.counts = counts
        for _ in range(20):
            usages = usages * ((counts / (usages @ metagenes)) @ metagenes.T) / metagenes.sum(axis=1)
            metagenes = metagenes * (usages.T @ (counts / (usages @ metagenes))) / usages.sum(axis=0)[:, None]
        self.mean = [usages, metagenes.T]
        self.logs = [np.log(usages), np.log(metagenes.T)]
        self.shape = [None, None]
        self.share_scale()

    def share_scale(self):
        means = [factor.mean(axis=0) for factor in self.mean]
        self.prior = np.sqrt(means[0] * means[1])
        for side in (0, 1):
            self.logs[side] = self.logs[side] + np.log(self.prior / means[side])
            self.mean[side] = self.mean[side] * self.prior / means[side]

    def explained(self):
        weights = np.exp(self.logs[0][:, None, :] + self.logs[1][None, :, :])
        return self.counts[:, :, None] * weights / weights.sum(axis=2, keepdims=True)

    def update(self):
        for side in (0, 1):
            self.shape[side] = 1 + self.explained().sum(axis=1 - side)
            rate = 1 / self.prior + self.mean[1 - side].sum(axis=0)
            self.mean[side] = self.shape[side] / rate
            self.logs[side] = digamma(self.shape[side]) - np.log(rate)
        self.share_scale()

    def bound(self):
        weights = np.exp(self.logs[0][:, None, :] + self.logs[1][None, :, :]).sum(axis=2)
        total = np.sum(self.counts * np.log(weights) - gammaln(self.counts + 1))
        total -= self.mean[0].sum(axis=0) @ self.mean[1].sum(axis=0)
        for mean, shape in zip(self.mean, self.shape, strict=True):
            rate = shape / mean
            entropy = shape - np.log(rate) + gammaln(shape) + (1 - shape) * digamma(shape)
            total += np.sum(entropy - np.log(self.prior) - mean / self.prior)
        return total


@pytest.mark.parametrize("updates", [1, 2, 30])
def test_updates_and_evidence_equal_their_definition(expression, start, updates):
    naive = Naive(expression, *start)
    for _ in range(updates):
        naive.update()
    found = fit_one(expression, 3, seeding=start, dispersion=1, tolerance=0, max_iter=20 + updates)
    assert kept(found) == 3
    np.testing.assert_allclose(found.usages[0] @ found.metagenes[0], naive.mean[0] @ naive.mean[1].T, rtol=1e-8)
    assert found.details["evidence"][0] == pytest.approx(naive.bound(), rel=1e-10)


@settings(max_examples=10, deadline=None)
@given(counts=COUNTS, dispersion=st.sampled_from([0.3, 1.0, 20.0]))
def test_the_evidence_never_falls(counts, dispersion):
    counts[0, 0] += 1
    stages = [
        fit_one(counts, 3, dispersion=dispersion, tolerance=0, max_iter=n).details["evidence"][0]
        for n in (21, 22, 23, 24, 25, 30, 40, 60, 100, 200)
    ]
    assert np.diff(stages).min() >= -1e-9 * np.abs(stages).max()


def test_the_evidence_never_falls_while_components_are_switched_off():
    expression, _, _ = simulate(0, rank=2, shape=(30, 60), depth=3.0)
    fits = [fit_one(expression, 10, dispersion=1, tolerance=0, max_iter=n) for n in range(21, 140, 6)]
    assert kept(fits[0]) == 10
    assert kept(fits[-1]) == 2
    assert np.diff([fit.details["evidence"][0] for fit in fits]).min() >= -1e-9 * abs(fits[0].details["evidence"][0])


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "settings",
    [
        {"depth": 5.0},
        {"depth": 2.0, "metagene_shape": 1.0},
        {"depth": 20.0, "spread": 1.5, "size": 3.0},
    ],
    ids=["poisson", "dense metagenes", "negative binomial"],
)
def test_fifteen_components_shrink_to_the_five_that_were_simulated(settings, seed):
    expression, _, _ = simulate(seed, **settings)
    assert abs(kept(fit_one(expression, seed=seed)) - 5) <= 1


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    "settings",
    [{"depth": 2.0}, {"depth": 10.0, "metagene_shape": 1.0, "usage_shape": 2.0}, {"depth": 10.0, "size": 5.0}],
    ids=["shallow", "dense", "negative binomial"],
)
def test_fifteen_components_shrink_to_five_in_larger_matrices(settings, seed):
    expression, _, _ = simulate(seed, shape=(200, 500), **settings)
    assert abs(kept(fit_one(expression, seed=seed)) - 5) <= 1


@pytest.mark.parametrize("size", [None, 5.0])
@pytest.mark.parametrize("seed", range(2))
def test_one_component_is_left_where_there_is_no_structure(size, seed):
    expression, _, _ = simulate(seed, rank=1, depth=10.0, usage_shape=3.0, spread=1.5, size=size)
    assert kept(fit_one(expression, seed=seed)) == 1


@pytest.mark.slow
def test_leukemia_has_structure_and_with_permuted_genes_none(leukemia):
    assert 3 <= kept(fit_one(leukemia)) <= 10
    random = np.random.default_rng(0)
    permuted = np.stack([random.permutation(gene) for gene in leukemia.T], axis=1)
    assert kept(fit_one(permuted)) == 1


def match(metagenes, found):
    """Positions of found metagenes in the order of the true ones."""
    correlations = np.corrcoef(metagenes, found)[: len(metagenes), len(metagenes) :]
    return linear_sum_assignment(-correlations)[1]


def share_covered(truth, mean, sd):
    """Share of entries inside their 90 % interval, among those above a twentieth of the average."""
    low, high = credible_interval(mean, sd, 0.9)
    weighty = truth > 0.05 * truth.mean()
    return np.mean(((low <= truth) & (truth <= high))[weighty])


@pytest.mark.parametrize("settings", [{"depth": 20.0}, {"depth": 10.0, "size": 20.0}], ids=["poisson", "overdispersed"])
def test_ninety_percent_intervals_cover_the_truth(settings):
    shares = []
    for seed in range(4):
        expression, usages, metagenes = simulate(seed, metagene_shape=1.0, **settings)
        restarts = fit_one(expression, 8, seed=seed)
        order = np.flatnonzero(restarts.details["kept"][0])
        order = order[match(metagenes, restarts.metagenes[0][order])]
        totals, found_totals = metagenes.sum(axis=1), restarts.metagenes[0][order].sum(axis=1)
        found = (restarts.metagenes[0][order].T / found_totals, restarts.usages[0][:, order] * found_totals)
        sds = (
            restarts.details["metagenes_sd"][0][order].T / found_totals,
            restarts.details["usages_sd"][0][:, order] * found_totals,
        )
        shares.append(
            [share_covered(*of) for of in zip((metagenes.T / totals, usages * totals), found, sds, strict=True)]
        )
    of_metagenes, of_usages = np.mean(shares, axis=0)
    assert 0.85 <= of_metagenes <= 0.95
    assert 0.85 <= of_usages <= 0.95


def test_what_is_switched_off_is_zero_and_the_rest_adds_up():
    expression, _, _ = simulate(1, rank=2, shape=(30, 60), metagene_shape=1.0)
    assert expression.any(axis=0).all()
    restarts = factorize(expression, 6, "bayesian", restarts=3, threads=1)
    for r in range(3):
        details = {name: values[r] for name, values in restarts.details.items()}
        off = ~details["kept"]
        assert off.any()
        for factor in (restarts.usages[r].T, details["usages_sd"].T, restarts.metagenes[r], details["metagenes_sd"]):
            assert np.all(factor[off] == 0)
            assert np.all(factor[~off] > 0)
        assert np.all(details["relevance"][off] == 0)
        assert details["relevance"].sum() == pytest.approx(1)
        assert details["dispersion"].shape == (60,)
        assert np.ndim(details["evidence"]) == 0


def test_evidence_prefers_the_rank_that_was_simulated():
    expression, _, _ = simulate(2, rank=3, shape=(40, 100))
    evidence = [fit_one(expression, rank, dispersion=1).details["evidence"][0] for rank in (1, 2, 3)]
    assert evidence == sorted(evidence)


def test_a_given_dispersion_is_kept_and_a_large_one_leaves_less_structure():
    expression, _, _ = simulate(2, rank=3, shape=(40, 100))
    small, large = (fit_one(expression, 6, dispersion=dispersion) for dispersion in (1, 1000))
    assert np.all(small.details["dispersion"] == 1)
    assert kept(large) == 1 < kept(small)


def test_sparse_equals_dense():
    expression, _, _ = simulate(3, rank=2, shape=(30, 60), depth=1.0)
    dense, sparse = (fit_one(form, 6) for form in (expression, scipy.sparse.csc_matrix(expression)))
    np.testing.assert_allclose(sparse.usages, dense.usages, rtol=1e-7)
    np.testing.assert_allclose(sparse.metagenes, dense.metagenes, rtol=1e-7)
    for name, values in dense.details.items():
        np.testing.assert_allclose(sparse.details[name], values, rtol=1e-6, err_msg=name)


def test_single_precision_is_close_to_double():
    expression, _, _ = simulate(3, rank=2, shape=(30, 60))
    double, single = (fit_one(expression, 2, dtype=dtype, tolerance=1e-6) for dtype in ("float64", "float32"))
    assert single.usages.dtype == single.details["usages_sd"].dtype == np.float32
    np.testing.assert_allclose(
        single.usages[0] @ single.metagenes[0], double.usages[0] @ double.metagenes[0], rtol=1e-2
    )


def test_results_do_not_depend_on_threads_or_order():
    expression, _, _ = simulate(4, rank=2, shape=(25, 50))
    alone, together = (factorize(expression, 5, "bayesian", restarts=3, threads=threads) for threads in (1, 2))
    np.testing.assert_array_equal(alone.usages, together.usages)
    for name, values in alone.details.items():
        np.testing.assert_array_equal(values, together.details[name])
    random = np.random.default_rng(0)
    samples, genes = random.permutation(25), random.permutation(50)
    start = random.uniform(0.1, 1, (25, 4)), random.uniform(0.1, 1, (4, 50))
    plain = fit_one(expression, 4, seeding=start)
    permuted = fit_one(expression[samples][:, genes], 4, seeding=(start[0][samples], start[1][:, genes]))
    np.testing.assert_allclose(permuted.usages[0], plain.usages[0][samples], rtol=1e-6)
    for name, order in (("usages_sd", np.s_[samples]), ("metagenes_sd", np.s_[:, genes]), ("dispersion", np.s_[genes])):
        np.testing.assert_allclose(permuted.details[name][0], plain.details[name][0][order], rtol=1e-4, err_msg=name)


@settings(max_examples=10, deadline=None)
@given(counts=COUNTS, zero=st.booleans(), seeding=st.sampled_from(["random", "nndsvd"]))
def test_everything_is_finite_and_what_is_empty_gets_zeros(counts, zero, seeding):
    counts[0, 0] += 1
    if zero:
        counts[2], counts[:, 3] = 0, 0
    restarts = fit_one(counts, 3, seeding=seeding, max_iter=300)
    for values in (restarts.usages, restarts.metagenes, restarts.objective, *restarts.details.values()):
        assert np.isfinite(values).all()
    for values in (restarts.usages, restarts.metagenes, *(restarts.details[n] for n in ("usages_sd", "metagenes_sd"))):
        assert values.min() >= 0
    if zero:
        assert np.all(restarts.usages[0][2] == 0)
        assert np.all(restarts.metagenes[0][:, 3] == 0)


def test_a_start_of_zeros_is_left(expression):
    zeros = np.zeros((expression.shape[0], 2)), np.zeros((2, expression.shape[1]))
    restarts = fit_one(expression, 2, seeding=zeros)
    assert (restarts.usages[0] @ restarts.metagenes[0]).sum() == pytest.approx(expression.sum(), rel=0.1)


@pytest.mark.parametrize("max_iter", [1, 2, 21, 22])
def test_few_iterations_are_enough_for_a_result(expression, max_iter):
    restarts = fit_one(expression, 3, max_iter=max_iter)
    assert restarts.n_iter[0] <= max_iter
    assert np.isfinite(restarts.details["usages_sd"]).all()


def test_projection_takes_metagenes_of_zeros(expression):
    restarts = fit_one(expression, 8)
    usages = fit_usages(expression, restarts.metagenes[0], "bayesian")
    assert np.isfinite(usages).all()
    assert kept(restarts) < 8
    reconstruction = usages @ restarts.metagenes[0]
    np.testing.assert_allclose(reconstruction.sum(axis=1), expression.sum(axis=1), rtol=1e-4)


@pytest.mark.parametrize("dispersion", [0, -1, float("nan"), float("inf"), "none"])
def test_a_dispersion_that_is_none_is_refused(expression, dispersion):
    with pytest.raises(ValueError, match="dispersion is"):
        fit_one(expression, 2, dispersion=dispersion)
