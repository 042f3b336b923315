import numpy as np
import pytest
import scipy.sparse
import scipy.stats

from nmfbio.factorization.posterior import PRIOR_PRECISION, credible_interval, log_variances


def simulate(shape=(30, 50), rank=3):
    random = np.random.default_rng(4)
    usages, metagenes = random.gamma(1.0, 1.0, (shape[0], rank)), random.gamma(1.0, 4.0, (rank, shape[1]))
    return random.poisson(usages @ metagenes).astype(np.float64), usages + 0.05, metagenes + 0.05


def naive_log_variances(expression, usages, metagenes):
    """Diagonal of the inverse of the whole information matrix of log usages and log metagenes."""
    (n_samples, rank), n_genes = usages.shape, metagenes.shape[1]
    size = (n_samples + n_genes) * rank
    information = PRIOR_PRECISION * np.eye(size)
    fitted = usages @ metagenes
    for i in range(n_samples):
        for j in range(n_genes):
            slope = np.zeros(size)
            shares = usages[i] * metagenes[:, j] / fitted[i, j]
            slope[i * rank : (i + 1) * rank] = shares
            slope[(n_samples + j) * rank : (n_samples + j + 1) * rank] = shares
            information += expression[i, j] * np.outer(slope, slope)
    variances = np.diag(np.linalg.inv(information))
    return variances[: usages.size].reshape(usages.shape), variances[usages.size :].reshape(n_genes, rank).T


def test_variances_are_those_of_the_whole_information_matrix():
    simulated = simulate()
    for found, expected in zip(log_variances(*simulated), naive_log_variances(*simulated), strict=True):
        np.testing.assert_allclose(np.sqrt(found), np.sqrt(expected), rtol=0.03)
        assert np.median(np.sqrt(expected / found)) == pytest.approx(1, abs=0.01)


def test_a_gene_and_a_sample_without_counts_keep_the_variance_of_the_prior():
    expression, usages, metagenes = simulate()
    expression[3], expression[:, 7] = 0, 0
    of_usages, of_metagenes = log_variances(expression, usages, metagenes)
    np.testing.assert_allclose(of_usages[3], 1 / PRIOR_PRECISION, rtol=1e-6)
    np.testing.assert_allclose(of_metagenes[:, 7], 1 / PRIOR_PRECISION, rtol=1e-6)


@pytest.mark.parametrize("shape", [(2, 5), (30, 50)])
def test_sparse_equals_dense(shape):
    expression, usages, metagenes = simulate(shape, rank=1 if shape[0] == 2 else 3)
    sparse = scipy.sparse.csr_matrix(expression)
    for found, expected in zip(
        log_variances(sparse, usages, metagenes), log_variances(expression, usages, metagenes), strict=True
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_variances_at_all_ranks_a_small_matrix_allows():
    for rank in (1, 2, 3):
        simulated = simulate((4, 6), rank)
        for found, expected in zip(log_variances(*simulated), naive_log_variances(*simulated), strict=True):
            np.testing.assert_allclose(np.sqrt(found), np.sqrt(expected), rtol=0.1)


def test_intervals_are_gamma_quantiles():
    mean, sd = np.array([[3.0, 0.2]]), np.array([[1.0, 0.3]])
    low, high = credible_interval(mean, sd, 0.8)
    gamma = scipy.stats.gamma((mean / sd) ** 2, scale=sd**2 / mean)
    np.testing.assert_allclose(low, gamma.ppf(0.1), rtol=1e-9)
    np.testing.assert_allclose(high, gamma.ppf(0.9), rtol=1e-9)


def test_an_interval_without_spread_is_its_mean():
    low, high = credible_interval(np.array([0.0, 2.0]), np.array([0.0, 0.0]))
    np.testing.assert_array_equal(low, [0, 2])
    np.testing.assert_array_equal(high, [0, 2])


@pytest.mark.parametrize("level", [0, 1, -0.5, 90, float("nan")])
def test_a_level_outside_zero_to_one_is_refused(level):
    with pytest.raises(ValueError, match="level is"):
        credible_interval(np.ones(2), np.ones(2), level)
