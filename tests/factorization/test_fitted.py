"""nmfbio.factorization.fitted: what the factors of each method stand for."""

import numpy as np
import pytest

from nmfbio.factorization import (
    METHODS,
    evaluate_objective,
    factorize,
    fitted_profiles,
    half_squared_error,
    kl_divergence,
)
from nmfbio.factorization.fitted import MODELS


@pytest.fixture(scope="module")
def expression():
    """15 samples × 25 genes, every value positive."""
    random = np.random.default_rng(3)
    return random.poisson(random.gamma(0.5, 9.0, (15, 3)) @ random.gamma(0.5, 9.0, (3, 25)) + 20) + 1.0


@pytest.mark.parametrize("method", [name for name in METHODS if name not in MODELS])
def test_most_methods_fit_by_the_product_of_their_factors(expression, method):
    restarts = factorize(expression, 2, method, restarts=1)
    profiles, baseline = fitted_profiles(expression, restarts.usages[0], restarts.metagenes[0], method)
    assert np.shares_memory(profiles, restarts.metagenes)
    assert not baseline.any()


@pytest.mark.parametrize("method", METHODS)
def test_the_objective_of_a_restart_is_evaluated_from_its_factors(expression, method):
    restarts = factorize(expression, 2, method, restarts=1, dtype="float64")
    found = evaluate_objective(expression, restarts.usages[0], restarts.metagenes[0], method)
    assert found == pytest.approx(restarts.objective[0], rel=1e-12)


def test_penalties_are_part_of_the_objective():
    factors = np.ones((4, 2)), np.ones((2, 5))
    plain, penalised = (evaluate_objective(np.full((4, 5), 2.0), *factors, "kl", l1_usages=l1) for l1 in (0.0, 0.5))
    assert penalised - plain == pytest.approx(0.5 * 5 * 8)


def test_the_objective_of_nsnmf_is_the_divergence_from_usages_and_smoothed_metagenes(expression):
    restarts = factorize(expression, 3, "nsnmf", restarts=1, theta=0.4)
    factors = restarts.usages[0], restarts.metagenes[0]
    profiles, baseline = fitted_profiles(expression, *factors, "nsnmf", theta=0.4)
    np.testing.assert_allclose(profiles, 0.6 * factors[1] + 0.4 * factors[1].mean(axis=0), rtol=1e-12)
    assert not baseline.any()
    assert kl_divergence(expression, factors[0], profiles) == pytest.approx(restarts.objective[0], rel=1e-12)


def test_the_baseline_of_offset_is_the_one_the_fit_ended_with(expression):
    restarts = factorize(expression, 2, "offset", restarts=1, dtype="float64")
    profiles, baseline = fitted_profiles(expression, restarts.usages[0], restarts.metagenes[0], "offset")
    np.testing.assert_allclose(baseline, restarts.details["offset"][0])
    assert baseline.max() > 1
    whole = np.hstack([restarts.usages[0], np.ones((15, 1))]), np.vstack([profiles, baseline])
    assert half_squared_error(expression, *whole) == pytest.approx(restarts.objective[0], rel=1e-9)
