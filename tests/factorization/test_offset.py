import numpy as np
import pytest

from nmfbio.factorization import factorize, fit_usages, half_squared_error

# Fits are cut short to look at their way.
pytestmark = pytest.mark.filterwarnings("ignore::nmfbio.factorization.NotConvergedWarning")


def best_offset(expression, usages, metagenes):
    return np.maximum((expression - usages @ metagenes).mean(axis=0), 0)


def naive_offset(expression, usages, metagenes, n_iter):
    """Multiplicative updates with W H + o 1ᵀ as the fit, the offset at its optimum before each pair of them."""
    for _ in range(n_iter):
        offset = best_offset(expression, usages, metagenes)
        usages = usages * (expression @ metagenes.T) / ((usages @ metagenes + offset) @ metagenes.T)
        metagenes = metagenes * (usages.T @ expression) / (usages.T @ (usages @ metagenes + offset))
    return usages, metagenes


def draw(seed=0):
    """Samples that share a gene's level and differ by three metagenes."""
    random = np.random.default_rng(seed)
    offset = random.gamma(2.0, 3.0, 60)
    usages = random.gamma(1.0, 1.0, (25, 3)) * (random.random((25, 3)) < 0.5)
    metagenes = random.gamma(1.0, 3.0, (3, 60)) * (random.random((3, 60)) < 0.4)
    return usages, metagenes, offset


@pytest.mark.parametrize("n_iter", [1, 2, 40])
def test_offset_equals_its_definition(expression, start, n_iter):
    usages, metagenes = naive_offset(expression, *start, n_iter)
    found = factorize(expression, 3, "offset", restarts=1, seeding=start, max_iter=n_iter, dtype="float64")
    np.testing.assert_allclose(found.usages[0], usages, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(found.metagenes[0], metagenes, rtol=1e-8, atol=1e-10)
    residual = expression - usages @ metagenes - best_offset(expression, usages, metagenes)
    assert found.objective[0] == pytest.approx(0.5 * np.sum(residual**2), rel=1e-10)


def test_the_offset_told_is_the_best_one_for_the_factors_told(expression):
    restarts = factorize(expression, 3, "offset", restarts=4)
    assert restarts.details["offset"].shape == (4, 40)
    for usages, metagenes, offset, objective in zip(
        restarts.usages, restarts.metagenes, restarts.details["offset"], restarts.objective, strict=True
    ):
        np.testing.assert_allclose(offset, best_offset(expression, usages, metagenes), atol=1e-6)
        for moved in (offset + 1e-3, np.maximum(offset - 1e-3, 0)):
            residual = expression - moved - usages.astype(float) @ metagenes.astype(float)
            assert objective <= 0.5 * np.sum(residual**2) + 1e-9


def test_what_all_samples_share_goes_to_the_offset():
    usages, metagenes, offset = draw()
    expression = np.random.default_rng(1).poisson(usages @ metagenes + offset).astype(float)
    found = factorize(expression, 3, "offset", restarts=5)
    best = found.objective.argmin()
    assert np.corrcoef(found.details["offset"][best], offset)[0, 1] > 0.8
    assert found.objective[best] < factorize(expression, 3, "frobenius", restarts=5).objective.min()


def test_an_offset_never_fits_worse_than_none(expression, start):
    usages, metagenes = start
    with_offset = factorize(expression, 3, "offset", restarts=1, seeding=start, max_iter=1, dtype="float64")
    assert with_offset.objective[0] <= half_squared_error(expression, usages, metagenes)


def test_a_projection_finds_usages_and_offset_together():
    usages, metagenes, offset = draw(1)
    expression = usages @ metagenes + offset
    found = fit_usages(expression, metagenes, "offset")
    residual = expression - found @ metagenes
    residual -= np.maximum(residual.mean(axis=0), 0)
    assert np.sum(residual**2) <= 1e-6 * np.sum(expression**2)
