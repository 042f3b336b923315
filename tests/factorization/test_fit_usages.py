import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize, nnls

from nmfbio.factorization import METHODS, factorize, fit_usages, kl_divergence

EVERY_METHOD = pytest.mark.parametrize("method", METHODS)


def all_but(*exceptions):
    return pytest.mark.parametrize("method", [method for method in METHODS if method not in exceptions])


SEEDS = given(seed=st.integers(0, 2**32 - 1))
SOME_EXAMPLES = settings(max_examples=25, deadline=None)


def draw(seed, n_samples=6, n_genes=30, rank=3):
    """Counts, and metagenes that a third of the genes are nearly absent from."""
    random = np.random.default_rng(seed)
    metagenes = random.gamma(1.0, 3.0, (rank, n_genes)) * (random.random((rank, n_genes)) < 0.7)
    return random.poisson(random.gamma(0.5, 1.0, (n_samples, rank)) @ metagenes + 0.2).astype(float), metagenes + 0.01


def kl_slope(expression, usages, metagenes):
    return 1 - (expression / (usages @ metagenes)) @ metagenes.T / metagenes.sum(axis=1)


@SOME_EXAMPLES
@SEEDS
def test_frobenius_usages_equal_scipys_non_negative_least_squares(seed):
    expression, metagenes = draw(seed)
    expected = np.array([nnls(metagenes.T, sample)[0] for sample in expression])
    found = fit_usages(expression, metagenes, "frobenius")
    np.testing.assert_allclose(found, expected, atol=1e-4 * max(expected.max(), 1e-9))


def test_kl_usages_equal_those_of_a_general_optimiser():
    expression, metagenes = draw(11, n_samples=4)
    found = fit_usages(expression, metagenes)
    for sample, usages in zip(expression, found, strict=True):
        best = minimize(
            lambda u, sample=sample: kl_divergence(sample[None], u[None], metagenes),
            np.ones(3),
            bounds=[(0, None)] * 3,
            options={"ftol": 1e-15, "gtol": 1e-10},
        )
        assert kl_divergence(sample[None], usages[None], metagenes) <= best.fun + 1e-7


@SOME_EXAMPLES
@SEEDS
def test_kl_usages_satisfy_the_conditions_of_an_optimum(seed):
    expression, metagenes = draw(seed)
    expression += 0.01
    usages = fit_usages(expression, metagenes)
    slope = kl_slope(expression, usages, metagenes)
    assert slope.min() >= -1e-4
    assert np.abs(slope * usages / usages.max()).max() <= 1e-5
    np.testing.assert_allclose((usages @ metagenes).sum(axis=1), expression.sum(axis=1), rtol=1e-5)


@EVERY_METHOD
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_metagenes_of_zeros_are_not_used(method, dtype):
    expression, metagenes = draw(3)
    usages = fit_usages((expression + 1).astype(dtype), np.zeros_like(metagenes), method)
    np.testing.assert_array_equal(usages, 0)


@EVERY_METHOD
def test_refitting_usages_never_raises_the_loss(leukemia, method):
    expression, solver = np.maximum(leukemia[:, ::4], 1), METHODS[method]
    restarts = factorize(expression, 3, method, restarts=1, max_iter=30)
    refitted = fit_usages(expression, restarts.metagenes[0], method)
    objective = solver.objective(expression, refitted, restarts.metagenes[0], solver.options())
    assert objective <= restarts.objective[0] * (1 + 1e-9)


# nsnmf fits W S H, offset leaves open which part of a matrix is the offset, and the penalties of snmf bias the usages.
@all_but("nsnmf", "offset", "snmf_r", "snmf_l")
@SOME_EXAMPLES
@SEEDS
def test_usages_that_made_the_matrix_are_found_again(method, seed):
    random = np.random.default_rng(seed)
    usages, metagenes = random.gamma(2.0, 1.0, (5, 3)), random.gamma(1.0, 1.0, (3, 50))
    np.testing.assert_allclose(fit_usages(usages @ metagenes, metagenes, method), usages, rtol=1e-3, atol=1e-3)


@SOME_EXAMPLES
@SEEDS
def test_splitting_a_gene_leaves_kl_usages_as_they_are(seed):
    expression, metagenes = draw(seed)
    shares = np.array([0.3, 0.7])
    split, parts = (np.hstack([m[:, 1:], m[:, :1] * shares]) for m in (expression, metagenes))
    whole = fit_usages(expression, metagenes)
    np.testing.assert_allclose(fit_usages(split, parts), whole, atol=1e-5 * whole.max())


# The offset is that of all samples together, and the weight of snmf_l's ridge their largest value.
@all_but("offset", "snmf_l")
def test_every_sample_is_fitted_on_its_own(method):
    expression, metagenes = draw(3)
    expression += 1
    together = fit_usages(expression, metagenes, method)
    alone = np.vstack([fit_usages(sample[None], metagenes, method) for sample in expression])
    np.testing.assert_allclose(alone, together, atol=1e-4 * together.max())


@all_but("itakura_saito")
def test_a_zero_sample_gets_zero_usages_and_a_zero_metagene_no_nan(method):
    expression, metagenes = draw(4)
    expression[2] = 0
    metagenes[1] = 0
    usages = fit_usages(expression, metagenes, method)
    assert np.isfinite(usages).all()
    assert usages.min() >= 0
    np.testing.assert_allclose(usages[2], 0, atol=1e-9)


@EVERY_METHOD
def test_inputs_of_a_refit_are_left_as_they_were_and_integers_are_floats(method):
    expression, metagenes = draw(5)
    expression += 1
    copies = expression.copy(), metagenes.copy()
    usages = fit_usages(expression, metagenes, method)
    np.testing.assert_array_equal(expression, copies[0])
    np.testing.assert_array_equal(metagenes, copies[1])
    np.testing.assert_array_equal(fit_usages(expression.astype(int), metagenes, method), usages)
    assert usages.dtype == np.float64
