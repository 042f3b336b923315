"""nmfbio.rank.reproducibility: whether metagenes come back when a fit sees a part of the samples."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import silhouette_samples

from nmfbio.rank.reproducibility import (
    fill_unobserved,
    fit_subsample,
    metagene_silhouettes,
    reached_in_most,
    to_contrasts,
)


def noisy_fits(n_fits, rank, noise, seed=0, n_genes=30):
    """A reference and fits of it with noise, their metagenes in random order."""
    random = np.random.default_rng(seed)
    reference = random.gamma(1.0, 1.0, (rank, n_genes)) + 0.2
    fits = reference * np.exp(random.normal(0, noise, (n_fits, rank, n_genes)))
    return np.array([random.permutation(fit) for fit in fits]), reference


@pytest.mark.parametrize("rank", [2, 3, 5])
def test_they_are_the_silhouettes_of_aligned_contrasts_by_cosine_distance(rank):
    random = np.random.default_rng(1)
    reference = random.gamma(1.0, 1.0, (rank, 30)) + 0.2
    fits = reference * np.exp(random.normal(0, 0.2, (6, rank, 30)))  # in the order of the reference: aligned
    contrasts = to_contrasts(np.concatenate([fits, reference[None]]))[:-1]
    expected = silhouette_samples(contrasts.reshape(-1, 30), np.tile(np.arange(rank), 6), metric="cosine")
    np.testing.assert_allclose(metagene_silhouettes(fits, reference), expected.reshape(6, rank), atol=1e-10)


def test_contrasts_are_shares_less_their_mean_over_its_root():
    fits = np.random.default_rng(0).gamma(1.0, 1.0, (3, 2, 5))
    shares = [[row / row.sum() for row in fit] for fit in fits]
    mean = np.mean([row for fit in shares for row in fit], axis=0)
    expected = [[(row - mean) / np.sqrt(mean) for row in fit] for fit in shares]
    np.testing.assert_allclose(to_contrasts(fits), expected)


def test_fits_that_agree_in_everything_but_order_and_scale_reach_one():
    fits, reference = noisy_fits(5, 4, 0)
    np.testing.assert_allclose(metagene_silhouettes(fits * np.arange(1, 6)[:, None, None], reference), 1)
    assert reached_in_most(metagene_silhouettes(fits, reference)) == pytest.approx(1)


@given(st.integers(0, 1000), st.integers(2, 5), st.floats(0, 0.5))
def test_the_order_of_metagenes_in_a_fit_is_of_no_account(seed, rank, noise):
    fits, reference = noisy_fits(5, rank, noise, seed)
    shuffled = np.array([fit[np.random.default_rng(seed + i).permutation(rank)] for i, fit in enumerate(fits)])
    found = metagene_silhouettes(fits, reference)
    np.testing.assert_allclose(metagene_silhouettes(shuffled, reference), found, atol=1e-9)
    assert ((found >= -1 - 1e-9) & (found <= 1 + 1e-9)).all()


def test_fits_without_anything_in_common_stay_low():
    random = np.random.default_rng(0)
    fits = random.gamma(1.0, 1.0, (8, 4, 40))
    assert reached_in_most(metagene_silhouettes(fits, fits[0])) < 0.2


def test_an_empty_metagene_gives_numbers_and_no_praise():
    fits, reference = noisy_fits(6, 3, 0.05)
    fits[:, 2] = 0
    found = metagene_silhouettes(fits, reference)
    assert np.isfinite(found).all()
    assert reached_in_most(found) < 0.5
    assert np.isfinite(metagene_silhouettes(np.zeros_like(fits), reference)).all()
    assert np.isfinite(metagene_silhouettes(fits, np.zeros_like(reference))).all()


@pytest.mark.parametrize("shape", [(5, 1, 7), (1, 3, 7)])
def test_one_metagene_or_one_fit_has_nothing_to_be_compared_with(shape):
    assert np.isnan(metagene_silhouettes(np.ones(shape), np.ones(shape[1:]))).all()


def test_the_least_certain_metagene_counts_by_what_it_reaches_in_three_of_four_fits():
    silhouettes = np.array([[1.0, 0.1 * number] for number in range(9)])
    assert reached_in_most(silhouettes) == pytest.approx(0.2)
    np.testing.assert_allclose(reached_in_most(np.stack([silhouettes, silhouettes + 1])), [0.2, 1.2])


def test_a_fit_to_a_part_sees_other_samples_each_time_and_the_same_for_the_same_number(small_expression):
    one, other, again = (fit_subsample(small_expression.X, 2, "kl", {}, 0, number) for number in (0, 1, 0))
    assert one.shape == (2, 60)
    assert one.dtype == np.float32
    assert not np.array_equal(one, other)
    assert one.tobytes() == again.tobytes()


def test_a_gene_without_a_value_in_the_part_is_fitted_as_zero(small_expression):
    matrix = small_expression.X.copy()
    matrix[1:, 5] = np.nan
    for number in range(8):
        found = fit_subsample(matrix, 2, "weighted", {}, 0, number)
        assert np.isfinite(found).all()


def test_only_empty_samples_and_genes_are_filled():
    matrix = np.array([[1.0, np.nan, np.nan], [2.0, 3.0, np.nan], [np.nan, np.nan, np.nan]])
    np.testing.assert_array_equal(fill_unobserved(matrix), [[1, np.nan, 0], [2, 3, 0], [0, 0, 0]])
    complete = np.ones((2, 2))
    assert fill_unobserved(complete) is complete
