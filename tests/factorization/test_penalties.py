"""nmfbio.factorization.penalties, and the methods under them."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import minimize_scalar
from sklearn.decomposition import non_negative_factorization

from nmfbio.factorization import METHODS, factorize, fit_usages, half_squared_error, kl_divergence
from nmfbio.factorization.penalties import FactorPenalty, Penalties, best_scales

# Fits are cut short to look at their way.
pytestmark = pytest.mark.filterwarnings("ignore::nmfbio.factorization.NotConvergedWarning")


PENALISED = [name for name, method in METHODS.items() if issubclass(method.options, Penalties)]
LOSSES = {"kl": kl_divergence, "frobenius": half_squared_error}
STRENGTHS = [
    {"l1_metagenes": 0.05, "l1_usages": 0.05},
    {"l2_metagenes": 0.1, "l2_usages": 0.1},
    {"l1_metagenes": 0.02, "l2_metagenes": 0.05, "l1_usages": 0.01, "l2_usages": 0.03},
]


def scikit_learns_objective(
    loss, expression, usages, metagenes, l1_metagenes=0, l2_metagenes=0, l1_usages=0, l2_usages=0
):
    """As the documentation of ``sklearn.decomposition.NMF`` words it; its W are our usages."""
    n_samples, n_features = expression.shape
    return (
        LOSSES[loss](expression, usages, metagenes)
        + n_features * (l1_usages * np.sum(usages) + 0.5 * l2_usages * np.sum(usages**2))
        + n_samples * (l1_metagenes * np.sum(metagenes) + 0.5 * l2_metagenes * np.sum(metagenes**2))
    )


def scikit_learns_fit(loss, expression, start, l1_ratio):
    """Factors at convergence, with its alpha 0.1 for both factors."""
    solver = {"solver": "cd"} if loss == "frobenius" else {"solver": "mu", "beta_loss": "kullback-leibler"}
    strength = {"alpha_W": 0.1, "alpha_H": 0.1, "l1_ratio": l1_ratio}
    usages, metagenes, _ = non_negative_factorization(
        expression,
        *(factor.copy() for factor in start),
        n_components=start[0].shape[1],
        init="custom",
        max_iter=5000,
        tol=1e-9,
        **solver,
        **strength,
    )
    return usages, metagenes


def test_a_penalty_is_its_formula():
    factor = np.array([[1.0, 2.0], [0.0, 3.0]])
    assert FactorPenalty(0.5, 0.1).of(factor) == pytest.approx(0.5 * 6 + 0.05 * 14, rel=1e-15)
    assert FactorPenalty(0.0, 0.0).of(factor) == 0


def test_strengths_are_scaled_by_the_number_of_values_that_an_entry_explains():
    penalties = Penalties(l1_metagenes=1, l2_metagenes=2, l1_usages=3, l2_usages=4)
    assert penalties.scaled((10, 1000)) == ((3000, 4000), (10, 20))
    assert Penalties().none
    assert not penalties.none


@pytest.mark.parametrize("name", [entry.name for entry in fields(Penalties)])
@pytest.mark.parametrize(
    ("value", "error"), [(-0.1, ValueError), (np.inf, ValueError), ("1", TypeError), (True, TypeError)]
)
def test_strengths_are_numbers_from_0_on(name, value, error):
    with pytest.raises(error, match=f"{name} is"):
        Penalties(**{name: value})


def penalties_at(log_scale, a, b, c, d):
    """Of one metagene multiplied by e to the ``log_scale`` and its usages divided by it."""
    scale = np.exp(log_scale)
    return a * scale + 0.5 * b * scale**2 + c / scale + 0.5 * d / scale**2


STRENGTH = st.just(0.0) | st.floats(1e-6, 1e6)


@given(strengths=st.tuples(STRENGTH, STRENGTH, STRENGTH, STRENGTH))
def test_the_shared_scale_lowers_the_penalties(strengths):
    a, b, c, d = strengths
    scale = best_scales(FactorPenalty(c, d), FactorPenalty(a, b), *np.ones((4, 1)))[0]
    if (a or b) and (c or d):
        assert penalties_at(np.log(scale), a, b, c, d) <= penalties_at(0.0, a, b, c, d) * (1 + 1e-12)
    else:
        assert scale == 1


@given(strengths=st.tuples(*[st.floats(0.1, 10.0)] * 4))
def test_the_shared_scale_is_the_best(strengths):
    a, b, c, d = strengths
    scale = best_scales(FactorPenalty(c, d), FactorPenalty(a, b), *np.ones((4, 1)))[0]
    best = minimize_scalar(penalties_at, args=strengths, bounds=(-3, 3), options={"xatol": 1e-10}).fun
    assert penalties_at(np.log(scale), a, b, c, d) == pytest.approx(best, rel=1e-8)


def test_factors_that_are_zero_keep_their_scale():
    penalties = Penalties(l1_metagenes=1, l2_usages=1)
    usages, metagenes = np.array([[1.0, 0.0, 2.0]]), np.array([[5.0], [3.0], [0.0]])
    scales = penalties.share_scale(usages, metagenes)
    assert scales[0] != 1
    np.testing.assert_array_equal(scales[1:], 1)
    np.testing.assert_allclose((usages[0, 0], metagenes[0, 0]), (1 / scales[0], 5 * scales[0]))


@pytest.mark.parametrize("method", PENALISED)
@pytest.mark.parametrize(
    ("strengths", "message"),
    [
        ({"l1_metagenes": 0.05}, "l1_metagenes is 0.05 with no penalty on the usages; expected .* Set l1_usages or"),
        ({"l2_metagenes": 2}, "l2_metagenes is 2 with no penalty on the usages"),
        ({"l1_usages": 1, "l2_usages": 2}, "l1_usages is 1 with no penalty on the metagenes"),
    ],
)
def test_a_penalty_on_one_factor_alone_is_refused(expression, method, strengths, message):
    with pytest.raises(ValueError, match=message):
        factorize(expression, 3, method, restarts=1, **strengths)


@pytest.mark.parametrize("method", ["kl", "frobenius", "online"])
@pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix])
@pytest.mark.parametrize("kind", ["l1", "l2"])
def test_fits_under_penalties_end_near_their_limit(expression, method, form, kind):
    weak = {f"{kind}_metagenes": 1e-3, f"{kind}_usages": 1e-3}
    early, late = (
        factorize(form(expression), 3, method, restarts=3, tolerance=tolerance, max_iter=5000, **weak)
        for tolerance in (1e-5, 1e-9)
    )
    assert np.median(early.objective) == pytest.approx(np.median(late.objective), rel=1e-3)
    assert early.n_iter.max() < 300


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("strengths", STRENGTHS)
@pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix])
def test_the_objective_is_scaled_as_scikit_learns(expression, loss, strengths, form):
    restarts = factorize(form(expression), 3, loss, restarts=2, dtype="float64", **strengths)
    values = [
        scikit_learns_objective(loss, expression, *pair, **strengths)
        for pair in zip(restarts.usages, restarts.metagenes, strict=True)
    ]
    np.testing.assert_allclose(restarts.objective, values, rtol=1e-10)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("l1_ratio", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix])
def test_the_objective_is_that_of_scikit_learn_at_convergence_or_lower(expression, start, loss, l1_ratio, form):
    both = {"l1_metagenes": 0.1 * l1_ratio, "l1_usages": 0.1 * l1_ratio}
    both |= {"l2_metagenes": 0.1 * (1 - l1_ratio), "l2_usages": 0.1 * (1 - l1_ratio)}
    theirs = scikit_learns_objective(loss, expression, *scikit_learns_fit(loss, expression, start, l1_ratio), **both)
    limits = {"tolerance": 1e-9, "max_iter": 5000, "dtype": "float64"}
    ours = factorize(form(expression), 3, loss, restarts=1, seeding=start, **limits, **both)
    assert ours.objective[0] <= theirs * (1 + 1e-5)


@pytest.mark.parametrize("method", PENALISED)
@pytest.mark.parametrize("strengths", STRENGTHS)
def test_the_penalised_objective_never_rises(expression, start, method, strengths):
    iterations = [*range(1, 12), *range(19, 27), 40]
    options = {"dtype": "float64", "tolerance": 0} | strengths
    objectives = [
        factorize(expression, 3, method, restarts=1, seeding=start, max_iter=n, **options).objective[0]
        for n in iterations
    ]
    assert np.diff(objectives).max() <= 1e-12 * objectives[0]


@pytest.mark.parametrize("method", [name for name in PENALISED if METHODS[name].sparse])
def test_the_penalised_objective_never_rises_on_a_sparse_matrix(expression, start, method):
    matrix = sparse.csr_matrix(np.where(expression > 2, expression, 0))
    objectives = [
        factorize(matrix, 3, method, restarts=1, seeding=start, max_iter=n, dtype="float64", **STRENGTHS[2]).objective[
            0
        ]
        for n in [*range(1, 6), *range(19, 27), 40]
    ]
    assert np.diff(objectives).max() <= 1e-12 * objectives[0]


@pytest.mark.parametrize("method", ["kl", "frobenius"])
@pytest.mark.parametrize("factor", ["usages", "metagenes"])
def test_the_larger_l1_the_more_zeros(expression, start, method, factor):
    zeros = []
    for strength in (0.01, 0.5, 2):
        # The ridge on the other factor keeps it from taking the whole scale.
        other = "metagenes" if factor == "usages" else "usages"
        options = {f"l1_{factor}": strength, f"l2_{other}": 0.1, "tolerance": 1e-8}
        found = factorize(expression, 3, method, restarts=1, seeding=start, **options)
        zeros.append(np.mean(getattr(found, factor) < 1e-6 * getattr(found, factor).max()))
    assert zeros[0] < zeros[1] < zeros[2]


@pytest.mark.parametrize("method", PENALISED)
def test_penalties_of_the_usages_enter_a_projection(expression, start, method):
    plain = fit_usages(expression, start[1], method)
    shrunk = fit_usages(expression, start[1], method, l1_usages=0.2, l2_usages=0.1)
    assert shrunk.sum() < 0.95 * plain.sum()
    options = METHODS[method].options(l1_usages=0.2, l2_usages=0.1)
    best, other = (METHODS[method].objective(expression, usages, start[1], options) for usages in (shrunk, plain))
    assert best < other
    for factor in (0.99, 1.01):
        assert best <= METHODS[method].objective(expression, factor * shrunk, start[1], options)


@pytest.mark.parametrize("method", PENALISED)
def test_penalties_of_the_metagenes_leave_a_projection_as_it_is(expression, start, method):
    plain, with_penalty = (fit_usages(expression, start[1], method, l2_metagenes=l2) for l2 in (0, 1))
    np.testing.assert_array_equal(with_penalty, plain)
