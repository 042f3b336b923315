import numpy as np
import pytest
from sklearn.decomposition import non_negative_factorization

from nmfbio.factorization import factorize, fit_usages

# Fits are cut short to look at their way.
pytestmark = pytest.mark.filterwarnings("ignore::nmfbio.factorization.NotConvergedWarning")


def divergence(expression, usages, metagenes):
    ratio = expression / (usages @ metagenes)
    return np.sum(ratio - np.log(ratio) - 1)


def draw(n_samples=9, n_genes=40, rank=3, seed=0):
    """A matrix under multiplicative gamma noise, and a start."""
    random = np.random.default_rng(seed)
    clean = random.gamma(1.0, 1.0, (n_samples, rank)) @ random.gamma(1.0, 1.0, (rank, n_genes)) + 0.01
    start = random.uniform(0.1, 1, (n_samples, rank)), random.uniform(0.1, 1, (rank, n_genes))
    return clean * random.gamma(5.0, 0.2, clean.shape), start


def naive_itakura_saito(expression, usages, metagenes, n_iter):
    for _ in range(n_iter):
        fitted = usages @ metagenes
        usages = usages * np.sqrt((expression / fitted**2) @ metagenes.T / ((1 / fitted) @ metagenes.T))
        fitted = usages @ metagenes
        metagenes = metagenes * np.sqrt(usages.T @ (expression / fitted**2) / (usages.T @ (1 / fitted)))
    return usages, metagenes


@pytest.mark.parametrize("n_genes", [5, 40, 512, 1300])
def test_itakura_saito_equals_its_definition_whatever_the_number_of_genes(n_genes):
    expression, start = draw(n_genes=n_genes)
    expected = naive_itakura_saito(expression, *start, 20)
    found = factorize(expression, 3, "itakura_saito", restarts=1, seeding=start, max_iter=20, dtype="float64")
    np.testing.assert_allclose(found.usages[0], expected[0], rtol=1e-9)
    np.testing.assert_allclose(found.metagenes[0], expected[1], rtol=1e-9)
    assert found.objective[0] == pytest.approx(divergence(expression, *expected), rel=1e-12)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("rank", [2, 4])
def test_itakura_saito_reaches_or_beats_scikit_learn_from_the_same_start(rank):
    expression, start = draw(20, 100, rank, seed=rank)
    usages, metagenes, _ = non_negative_factorization(
        expression,
        *(factor.copy() for factor in start),
        n_components=rank,
        init="custom",
        solver="mu",
        beta_loss="itakura-saito",
        max_iter=300,
        tol=1e-6,
    )
    found = factorize(expression, rank, "itakura_saito", restarts=1, seeding=start, max_iter=300, tolerance=1e-7)
    assert found.objective[0] <= divergence(expression, usages, metagenes) * (1 + 1e-6)


def test_single_precision_is_enough(leukemia):
    expression = np.maximum(leukemia[:, :500], 20)
    single, double = (
        factorize(expression, 3, "itakura_saito", restarts=1, seeding="nndsvd", dtype=dtype, max_iter=200, tolerance=0)
        for dtype in ("float32", "float64")
    )
    assert single.objective[0] == pytest.approx(double.objective[0], rel=1e-6)
    assert single.metagenes.dtype == np.float32


def test_every_gene_weighs_the_same_whatever_its_level():
    expression, (usages, metagenes) = draw()
    levels = np.geomspace(1e-3, 1e3, 40)
    plain = factorize(expression, 3, "itakura_saito", restarts=1, seeding=(usages, metagenes), dtype="float64")
    scaled = factorize(
        expression * levels, 3, "itakura_saito", restarts=1, seeding=(usages, metagenes * levels), dtype="float64"
    )
    np.testing.assert_allclose(scaled.usages, plain.usages, rtol=1e-6)
    assert scaled.objective[0] == pytest.approx(plain.objective[0], rel=1e-9)


def test_zeros_are_refused_with_their_number_and_a_cure():
    expression, start = draw()
    expression[2, :3] = 0
    message = r"expression holds 3 zeros, as float32.*infinite.*raise them to a floor, for example the smallest value"
    with pytest.raises(ValueError, match=message):
        factorize(expression, 3, "itakura_saito", restarts=1)
    with pytest.raises(ValueError, match="expression holds 3 zeros, as float64"):
        fit_usages(expression, start[1], "itakura_saito")


def test_a_start_whose_product_is_zero_somewhere_is_refused():
    expression, (usages, metagenes) = draw()
    usages[1], metagenes[:, 4] = [1, 0, 0], [0, 1, 1]
    with pytest.raises(ValueError, match=r"start's usages @ metagenes is zero at 1 entries.*nndsvda"):
        factorize(expression, 3, "itakura_saito", restarts=1, seeding=(usages, metagenes))


def test_a_projection_satisfies_the_conditions_of_an_optimum():
    expression, (_, metagenes) = draw()
    usages = fit_usages(expression, metagenes, "itakura_saito")
    fitted = usages @ metagenes
    slope = (1 / fitted - expression / fitted**2) @ metagenes.T
    size = (1 / fitted) @ metagenes.T
    assert (slope / size).min() >= -1e-3
    assert np.abs(slope / size * usages / usages.max()).max() <= 1e-4
