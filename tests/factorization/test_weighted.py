import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nmfbio.factorization import factorize, fit_usages

# Fits are cut short to look at their way.
pytestmark = pytest.mark.filterwarnings("ignore::nmfbio.factorization.NotConvergedWarning")


LOSSES = pytest.mark.parametrize("loss", ["kl", "frobenius"])


def naive_weighted(expression, weights, usages, metagenes, n_iter, loss):
    """Multiplicative updates with every entry's weight, one matrix product a line."""
    values = np.where(weights > 0, expression, 0)
    for _ in range(n_iter):
        fitted = usages @ metagenes
        if loss == "kl":
            usages = usages * ((weights * values / fitted) @ metagenes.T) / (weights @ metagenes.T)
            metagenes = metagenes * (usages.T @ (weights * values / (usages @ metagenes))) / (usages.T @ weights)
        else:
            usages = usages * ((weights * values) @ metagenes.T) / ((weights * fitted) @ metagenes.T)
            fitted = usages @ metagenes
            metagenes = metagenes * (usages.T @ (weights * values)) / (usages.T @ (weights * fitted))
    return usages, metagenes


def objective(expression, weights, usages, metagenes, loss):
    seen = weights > 0
    values, fitted, weights = expression[seen], (usages @ metagenes)[seen], weights[seen]
    if loss == "frobenius":
        return 0.5 * np.sum(weights * (values - fitted) ** 2)
    logs = values * np.log(np.where(values > 0, values, 1) / fitted)
    return np.sum(weights * (logs - values + fitted))


def draw_weights(shape, seed=0):
    """Weights of all sizes, a tenth of them 0."""
    random = np.random.default_rng(seed)
    return random.gamma(1.0, 1.0, shape) * (random.random(shape) > 0.1)


@LOSSES
def test_weighted_equals_its_definition(expression, start, loss):
    weights = draw_weights(expression.shape)
    usages, metagenes = naive_weighted(expression, weights, *start, 20, loss)
    options = {"weights": weights, "loss": loss, "dtype": "float64"}
    found = factorize(expression, 3, "weighted", restarts=1, seeding=start, max_iter=20, **options)
    np.testing.assert_allclose(found.usages[0], usages, rtol=1e-8)
    np.testing.assert_allclose(found.metagenes[0], metagenes, rtol=1e-8, atol=1e-10)
    assert found.objective[0] == pytest.approx(objective(expression, weights, usages, metagenes, loss), rel=1e-10)


@LOSSES
@pytest.mark.parametrize("weights", [None, np.ones((12, 40)), np.full((12, 40), 3.0)])
def test_equal_weights_give_the_ordinary_updates(expression, start, loss, weights):
    expected = naive_weighted(expression, np.ones_like(expression), *start, 15, loss)
    options = {"weights": weights, "loss": loss, "dtype": "float64"}
    found = factorize(expression, 3, "weighted", restarts=1, seeding=start, max_iter=15, **options)
    np.testing.assert_allclose(found.usages[0], expected[0], rtol=1e-8)
    if loss == "kl":
        brunet = factorize(expression, 3, "brunet", restarts=1, seeding=start, max_iter=9)
        nine = factorize(expression, 3, "weighted", restarts=1, seeding=start, max_iter=9, **options)
        np.testing.assert_allclose(nine.metagenes, brunet.metagenes, rtol=1e-10, atol=1e-12)


@LOSSES
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), value=st.sampled_from([0.0, 1.0, 1e3, 1e30]))
def test_what_a_masked_entry_holds_has_no_part_in_a_fit(loss, seed, value):
    random = np.random.default_rng(seed)
    expression = random.poisson(4.0, (8, 20)) + 1.0
    weights = (random.random(expression.shape) > 0.2) * random.uniform(0.5, 2, expression.shape)
    weights[np.arange(8), np.arange(8)] = 1
    weights[0] = 1
    changed = np.where(weights > 0, expression, value)
    missing = np.where(weights > 0, expression, np.nan)
    fits = [
        factorize(matrix, 2, "weighted", restarts=2, max_iter=30, weights=weights, loss=loss)
        for matrix in (expression, changed, missing)
    ]
    for other in fits[1:]:
        for name in ("usages", "metagenes", "objective", "n_iter"):
            np.testing.assert_array_equal(getattr(other, name), getattr(fits[0], name))
    projected = [
        fit_usages(matrix, fits[0].metagenes[0], "weighted", weights=weights, loss=loss)
        for matrix in (expression, changed, missing)
    ]
    np.testing.assert_array_equal(projected[1], projected[0])
    np.testing.assert_array_equal(projected[2], projected[0])


@LOSSES
def test_held_out_values_are_predicted_as_well_as_by_the_naive_updates(loss):
    random = np.random.default_rng(3)
    truth = random.gamma(1.0, 1.0, (30, 3)) @ random.gamma(0.5, 4.0, (3, 80)) + 0.2
    expression = random.poisson(truth).astype(float)
    held_out = random.random(expression.shape) < 0.1
    start = random.uniform(0.1, 1, (30, 3)), random.uniform(0.1, 1, (3, 80))
    naive = naive_weighted(expression, (~held_out).astype(float), *start, 300, loss)
    found = factorize(
        np.where(held_out, np.nan, expression), 3, "weighted", restarts=1, seeding=start, loss=loss, tolerance=1e-7
    )
    errors = [
        np.sqrt(np.mean((usages @ metagenes - truth)[held_out] ** 2))
        for usages, metagenes in (naive, (found.usages[0], found.metagenes[0]))
    ]
    assert errors[1] <= 1.02 * errors[0]
    assert errors[1] < 0.5 * np.std(truth[held_out])


@LOSSES
def test_projected_usages_satisfy_the_conditions_of_an_optimum(expression, start, loss):
    weights, metagenes = draw_weights(expression.shape, 1), start[1]
    usages = fit_usages(expression, metagenes, "weighted", weights=weights, loss=loss)
    fitted = usages @ metagenes
    residual = 1 - expression / fitted if loss == "kl" else fitted - expression
    size = weights if loss == "kl" else weights * fitted
    slope = ((weights * residual) @ metagenes.T) / (size @ metagenes.T)
    assert slope.min() >= -1e-4
    assert np.abs(slope * usages / usages.max()).max() <= 1e-4


@LOSSES
def test_penalties_shrink_what_they_weigh_and_never_let_the_objective_rise(expression, start, loss):
    sizes = []
    for l2 in (0.01, 0.1, 1):
        found = factorize(
            expression, 3, "weighted", restarts=1, seeding=start, loss=loss, l2_metagenes=l2, l2_usages=l2
        )
        sizes.append(12 * np.sum(found.metagenes**2) + 40 * np.sum(found.usages**2))
    assert sizes[0] > sizes[1] > sizes[2]
    objectives = [
        factorize(
            expression,
            3,
            "weighted",
            restarts=1,
            seeding=start,
            loss=loss,
            max_iter=n,
            l1_usages=0.1,
            l2_metagenes=0.3,
            dtype="float64",
        ).objective[0]
        for n in range(1, 30)
    ]
    assert np.diff(objectives).max() <= 1e-12 * objectives[0]


def test_missing_values_need_no_weights(expression):
    holed = expression.copy()
    holed[3, 5] = np.nan
    weights = np.ones_like(expression)
    weights[3, 5] = 0
    by_value, by_weight = (
        factorize(matrix, 3, "weighted", restarts=2, weights=chosen)
        for matrix, chosen in ((holed, None), (expression, weights))
    )
    np.testing.assert_array_equal(by_value.metagenes, by_weight.metagenes)


BAD = [
    ({"weights": np.ones((12, 39))}, r"weights have shape \(12, 39\); expected that of expression, \(12, 40\)"),
    ({"weights": -np.ones((12, 40))}, "weights holds negative values"),
    ({"weights": np.full((12, 40), np.nan)}, "weights holds NaN"),
    ({"weights": np.eye(12, 40)}, "28 genes have no value with a weight above 0, at positions 12, 13, 14, 15, 16, ..."),
    (
        {"weights": np.arange(12.0)[:, None] * np.ones(40)},
        "1 samples have no value with a weight above 0, at positions 0",
    ),
    ({"loss": "itakura_saito"}, "loss is 'itakura_saito'; expected one of kl, frobenius"),
    ({"seeding": "nndsvd"}, "seeding nndsvd needs every value"),
]


@pytest.mark.parametrize(("options", "message"), BAD, ids=[message for _, message in BAD])
def test_bad_options_are_refused(expression, options, message):
    holed = expression.copy()
    holed[5, 3] = np.nan
    with pytest.raises(ValueError, match=message):
        factorize(holed, 3, "weighted", **({"restarts": 1} | options))


def test_an_empty_gene_is_refused_and_other_methods_take_no_missing_values(expression):
    expression[:, 7] = np.nan
    with pytest.raises(ValueError, match="1 genes have no value"):
        factorize(expression, 3, "weighted", restarts=1)
    with pytest.raises(ValueError, match="expression holds NaN"):
        factorize(expression, 3, "kl", restarts=1)
