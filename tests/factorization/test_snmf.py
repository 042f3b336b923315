import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import minimize, nnls

from nmfbio.factorization import factorize, fit_usages, half_squared_error

# Fits are cut short to look at their way.
pytestmark = pytest.mark.filterwarnings("ignore::nmfbio.factorization.NotConvergedWarning")


BOTH = pytest.mark.parametrize("method", ["snmf_r", "snmf_l"])


def objective(expression, usages, metagenes, method, eta, beta):
    sparse_factor, ridged = (usages, metagenes) if method == "snmf_r" else (metagenes.T, usages)
    penalty = eta * np.sum(ridged**2) + beta * np.sum(sparse_factor.sum(axis=1) ** 2)
    return half_squared_error(expression, usages, metagenes) + 0.5 * penalty


def naive_snmf_r(expression, metagenes, eta, beta, n_iter):
    """Kim & Park 2007: stacked problems for an active set solver, and the scale of each metagene at its optimum."""
    rank = len(metagenes)
    metagenes = metagenes / np.linalg.norm(metagenes, axis=1, keepdims=True)
    for _ in range(n_iter):
        stacked = np.vstack([metagenes.T, np.sqrt(beta) * np.ones((1, rank))])
        usages = np.array([nnls(stacked, np.append(sample, 0))[0] for sample in expression])
        stacked = np.vstack([usages, np.sqrt(eta) * np.eye(rank)])
        metagenes = np.array([nnls(stacked, np.append(gene, np.zeros(rank)))[0] for gene in expression.T]).T
        scale = best_scale(usages, metagenes, eta, beta)
        usages, metagenes = usages / scale, metagenes * scale[:, None]
    return usages, metagenes


def best_scale(usages, metagenes, eta, beta):
    """What to multiply each metagene with for the least penalty, by a general optimiser."""

    def penalty(logarithms):
        scale = np.exp(logarithms)
        return np.log(
            objective(0 * usages @ metagenes, usages / scale, metagenes * scale[:, None], "snmf_r", eta, beta)
            - half_squared_error(0 * usages @ metagenes, usages, metagenes)
        )

    return np.exp(minimize(penalty, np.zeros(len(metagenes)), tol=1e-12).x)


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix])
@pytest.mark.parametrize(("eta", "beta"), [(None, 0.01), (3.0, 0.5)])
def test_snmf_r_equals_alternating_active_set_least_squares(expression, start, form, eta, beta):
    expected = naive_snmf_r(expression, start[1], eta or expression.max(), beta, 8)
    options = {"eta": eta, "beta": beta, "dtype": "float64"}
    found = factorize(form(expression), 3, "snmf_r", restarts=1, seeding=start, max_iter=8, **options)
    for factor, golden in zip((found.usages[0], found.metagenes[0]), expected, strict=True):
        np.testing.assert_allclose(factor, golden, atol=1e-3 * golden.max())
    value = objective(expression, *expected, "snmf_r", eta or expression.max(), beta)
    assert found.objective[0] == pytest.approx(value, rel=1e-6)


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix])
def test_snmf_l_is_snmf_r_of_the_transpose(expression, start, form):
    usages, metagenes = start
    left = factorize(form(expression), 3, "snmf_l", restarts=1, seeding=start, dtype="float64")
    turned = form(np.ascontiguousarray(expression.T))
    right = factorize(turned, 3, "snmf_r", restarts=1, seeding=(metagenes.T, usages.T), dtype="float64")
    np.testing.assert_array_equal(left.usages[0], right.metagenes[0].T)
    np.testing.assert_array_equal(left.metagenes[0], right.usages[0].T)
    assert left.objective[0] == pytest.approx(right.objective[0], rel=1e-12)


@BOTH
def test_the_objective_told_is_that_of_the_paper(expression, method):
    default, given = (factorize(expression, 3, method, restarts=2, eta=eta, beta=0.3) for eta in (None, 2.0))
    for restarts, eta in ((default, expression.max()), (given, 2.0)):
        values = [
            objective(expression, u.astype(float), m.astype(float), method, eta, 0.3)
            for u, m in zip(restarts.usages, restarts.metagenes, strict=True)
        ]
        np.testing.assert_allclose(restarts.objective, values, rtol=1e-12)


@BOTH
def test_a_larger_beta_makes_the_factor_sparser(leukemia, method):
    zeros = []
    for beta in (0.01, 10.0, 1000.0):
        restarts = factorize(leukemia[:, :300], 4, method, restarts=3, beta=beta)
        zeros.append(np.mean((restarts.usages if method == "snmf_r" else restarts.metagenes) == 0))
    assert zeros[0] < zeros[1] < zeros[2]


@BOTH
def test_fits_converge_on_leukemia_and_use_every_metagene(leukemia, method):
    restarts = factorize(leukemia[:, :1000], 4, method, restarts=4)
    assert restarts.converged.all()
    assert (restarts.usages.max(axis=1) > 0).all()


@BOTH
def test_no_scaling_of_the_factors_lowers_the_objective(expression, method):
    restarts = factorize(expression, 3, method, restarts=1, eta=4.0, beta=0.2, dtype="float64")
    usages, metagenes = restarts.usages[0], restarts.metagenes[0]
    for metagene in range(3):
        for factor in (0.99, 1.01):
            scale = np.ones(3)
            scale[metagene] = factor
            moved = objective(expression, usages / scale, metagenes * scale[:, None], method, 4.0, 0.2)
            assert restarts.objective[0] <= moved


@BOTH
def test_without_penalties_the_fit_is_that_of_frobenius(expression, method):
    sparse_fit = factorize(expression, 3, method, restarts=5, eta=0, beta=0, dtype="float64", tolerance=1e-9)
    frobenius = factorize(expression, 3, "frobenius", restarts=5, dtype="float64", tolerance=1e-9)
    assert sparse_fit.objective.min() == pytest.approx(frobenius.objective.min(), rel=1e-6)


@pytest.mark.parametrize(("method", "eta", "beta"), [("snmf_r", None, 0.5), ("snmf_l", 3.0, 0.01)])
def test_projected_usages_solve_the_penalised_problem(expression, start, method, eta, beta):
    metagenes = start[1]
    extra = np.sqrt(beta) * np.ones((1, 3)) if method == "snmf_r" else np.sqrt(eta) * np.eye(3)
    stacked = np.vstack([metagenes.T, extra])
    expected = [nnls(stacked, np.append(sample, np.zeros(len(extra))))[0] for sample in expression]
    found = fit_usages(expression, metagenes, method, eta=eta, beta=beta)
    np.testing.assert_allclose(found, expected, atol=1e-4 * np.max(expected))


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"beta": -1}, ValueError, "beta is -1; expected at least 0"),
        ({"eta": -0.5}, ValueError, "eta is -0.5; expected at least 0"),
        ({"beta": 0}, ValueError, "eta is None and beta is 0; expected both above 0, or both 0"),
        ({"eta": 0}, ValueError, "eta is 0 and beta is 0.01; expected both above 0, or both 0"),
        ({"eta": "max"}, TypeError, "eta is 'max'; expected a number"),
        ({"theta": 0.5}, TypeError, "method snmf_r has no option 'theta'; it takes eta, beta"),
    ],
)
def test_bad_options_are_refused(expression, options, error, message):
    with pytest.raises(error, match=message):
        factorize(expression, 3, "snmf_r", restarts=1, **options)
