import numpy as np
import pytest
import scipy.sparse
from scipy.optimize import nnls

from nmfbio.factorization.dispersion import gene_dispersions, non_negative_line


def simulate(size=None, seed=0, shape=(60, 400), rank=3):
    """Counts, Poisson or negative binomial of a size, around given factors; genes' means spread over three decades."""
    random = np.random.default_rng(seed)
    usages = random.gamma(1.0, 1.0, (shape[0], rank))
    metagenes = random.gamma(1.0, 10.0, (rank, shape[1])) * np.exp(random.normal(0, 1.5, shape[1]))
    means = usages @ metagenes
    counts = random.poisson(means if size is None else means * random.gamma(size, 1 / size, shape))
    return counts.astype(np.float64), usages, metagenes


def test_poisson_counts_have_dispersion_one():
    found = gene_dispersions(*simulate(), rank=0)
    np.testing.assert_allclose(np.median(found), 1, atol=0.05)


def test_negative_binomial_counts_have_the_dispersion_of_their_size():
    expression, usages, metagenes = simulate(size=4.0)
    fitted = usages @ metagenes
    # Of a gene as a whole: its variance over its mean, sample by sample, weighted by the mean.
    expected = 1 + (fitted**2).sum(axis=0) / fitted.sum(axis=0) / 4.0
    found = gene_dispersions(expression, usages, metagenes, rank=0)
    assert np.median(np.abs(np.log(found / expected))) < 0.2


def test_degrees_of_freedom_are_those_that_the_fit_has_left():
    expression, usages, metagenes = simulate()
    ratio = gene_dispersions(expression, usages, metagenes, 3) / gene_dispersions(expression, usages, metagenes, 0)
    np.testing.assert_allclose(ratio, 60 * 400 / ((60 - 3) * (400 - 3)), rtol=2e-2)


def test_dispersions_scale_with_the_matrix_and_sparse_equals_dense():
    expression, usages, metagenes = simulate(size=4.0, seed=3)
    expression[:, 5] = 0
    expected = gene_dispersions(expression, usages, metagenes, 3)
    np.testing.assert_allclose(gene_dispersions(7 * expression, 7 * usages, metagenes, 3), 7 * expected, rtol=1e-9)
    sparse = scipy.sparse.csr_matrix(expression)
    np.testing.assert_allclose(gene_dispersions(sparse, usages, metagenes, 3), expected, rtol=1e-9)


def test_a_fit_without_residuals_has_a_dispersion_above_zero():
    _, usages, metagenes = simulate()
    metagenes[:, 3] = 0
    found = gene_dispersions(usages @ metagenes, usages, metagenes, 3)
    assert np.isfinite(found).all()
    assert found.min() > 0


@pytest.mark.parametrize("direction", [(1, 2), (9, -2), (-1, 3), (4, 0)])
def test_the_line_is_the_non_negative_least_squares_fit(direction):
    random = np.random.default_rng(0)
    places, weights = random.uniform(0, 3, 50), random.uniform(0.1, 2, 50)
    values = direction[0] + direction[1] * places + random.normal(0, 0.5, 50)
    roots = np.sqrt(weights)
    solution, _ = nnls(np.stack([roots, roots * places], axis=1), roots * values)
    np.testing.assert_allclose(
        non_negative_line(places, values, weights), solution[0] + solution[1] * places, rtol=1e-9
    )
