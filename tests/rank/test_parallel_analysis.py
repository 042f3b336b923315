"""nmfbio.rank.parallel_analysis: singular values, and those of permuted data."""

import numpy as np
import pytest

from nmfbio.rank.parallel_analysis import PERMUTATIONS, permuted_singular_values, singular_values


@pytest.mark.parametrize("shape", [(12, 30), (30, 12), (15, 15)])
def test_they_are_those_of_centred_logs(shape):
    matrix = np.random.default_rng(0).poisson(6, shape)
    logs = np.log1p(matrix.astype(float))
    expected = np.linalg.svd(logs - logs.mean(axis=0), compute_uv=False)
    np.testing.assert_allclose(singular_values(matrix, 100), expected[: len(expected)], atol=1e-6)
    np.testing.assert_allclose(singular_values(matrix, 5), expected[:5], rtol=1e-9)


def test_missing_values_stand_at_the_mean_of_their_gene():
    matrix = np.random.default_rng(0).poisson(6, (10, 20)).astype(float)
    matrix[2, 3] = matrix[5, 7] = np.nan
    filled = np.log1p(matrix)
    filled = np.where(np.isnan(filled), np.nanmean(filled, axis=0), filled)
    np.testing.assert_allclose(singular_values(matrix, 4), singular_values(np.expm1(filled), 4))


def test_a_gene_without_any_value_counts_for_nothing():
    matrix = np.random.default_rng(0).poisson(6, (10, 20)).astype(float)
    with_gap = np.c_[matrix, np.full(10, np.nan)]
    np.testing.assert_allclose(singular_values(with_gap, 4), singular_values(matrix, 4))


def test_noise_has_hardly_more_than_one_direction_above_chance():
    above = []
    for seed in range(10):
        noise = np.random.default_rng(seed).poisson(8, (20, 40))
        chance = np.percentile(permuted_singular_values(noise, 20, 0), 95, axis=0)
        above.append(np.cumprod(singular_values(noise, 20) > chance).sum())
    assert sum(count <= 1 for count in above) >= 8


def test_groups_have_a_direction_less_than_groups(small_expression):
    chance = np.percentile(permuted_singular_values(small_expression.X, 12, 0), 95, axis=0)
    assert np.cumprod(singular_values(small_expression.X, 12) > chance).sum() == 2


def test_permutations_differ_and_keep_the_total_variance(tiny_counts):
    permuted = permuted_singular_values(tiny_counts, 100, 0)
    assert permuted.shape == (PERMUTATIONS, 16)
    assert len(np.unique(permuted[:, 0])) == PERMUTATIONS
    np.testing.assert_allclose((permuted**2).sum(axis=1), (singular_values(tiny_counts, 100) ** 2).sum())
