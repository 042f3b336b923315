"""nmfbio.rank.splitting: counts in two halves, one to fit and one to judge."""

import math

import numpy as np
import pytest

from benchmarks.rank.simulate import DISPERSION, USUAL_DISPERSION, simulate
from nmfbio.factorization import factorize
from nmfbio.rank.draws import fit_seed
from nmfbio.rank.held_out import mean_deviance
from nmfbio.rank.splitting import DISPERSIONS, estimate_overdispersion, split_counts, split_deviance


def test_both_halves_together_are_the_counts(negative_binomial):
    counts = negative_binomial(0.2, 20, 30)
    half = split_counts(counts, 0.2, 0, 0)
    assert ((half >= 0) & (half <= counts)).all()
    assert half.sum() == pytest.approx(counts.sum() / 2, rel=0.05)
    np.testing.assert_array_equal(half + (counts - half), counts)
    assert not np.array_equal(half, split_counts(counts, 0.2, 0, 1))


def test_halves_are_independent_at_the_dispersion_of_the_counts_and_not_at_another():
    random, overdispersion = np.random.default_rng(0), 0.4
    counts = random.poisson(20 * random.gamma(1 / overdispersion, overdispersion, (2000, 20)))

    def correlation(assumed):
        half = split_counts(counts, assumed, 0, 0)
        return np.corrcoef(half.ravel(), (counts - half).ravel())[0, 1]

    assert abs(correlation(overdispersion)) < 0.02
    assert correlation(1e-4) > 0.5  # as if they were Poisson counts: the noise is in both
    assert correlation(4.0) < -0.2


@pytest.mark.parametrize(("scenario", "rank"), [("balanced", 3), ("balanced", 6), ("noisy", 3)])
def test_the_dispersion_of_simulated_counts_is_found(scenario, rank):
    true = DISPERSION.get(scenario, USUAL_DISPERSION)
    assert estimate_overdispersion(simulate(scenario, rank, 0).counts, 0) == pytest.approx(true, rel=0.15)


@pytest.mark.parametrize("overdispersion", [0.05, 0.12, 0.4])
def test_it_errs_on_the_low_side_where_eight_metagenes_are_many_for_a_small_matrix(negative_binomial, overdispersion):
    # Metagenes that fit noise fit more of it than their degrees of freedom allow for, most where sides are small.
    small, large = (
        estimate_overdispersion(negative_binomial(overdispersion, *shape), 0) for shape in ((60, 150), (120, 400))
    )
    assert 0.75 * overdispersion < small < large < overdispersion


def test_counts_of_poisson_or_less_have_the_smallest_dispersion(negative_binomial):
    assert estimate_overdispersion(negative_binomial(0), 0) <= 3e-3
    assert estimate_overdispersion(np.round(negative_binomial(0).mean(axis=0) + np.zeros((20, 1))), 0) == DISPERSIONS[0]


def test_wild_counts_have_the_largest_dispersion_at_most():
    counts = np.zeros((12, 12))
    counts[np.diag_indices(12)] = 1e6
    assert DISPERSIONS[0] <= estimate_overdispersion(counts, 0) <= DISPERSIONS[1]


@pytest.mark.parametrize("loss", ["kl", "frobenius"])
def test_the_deviance_is_that_of_the_other_half_around_the_fit(tiny_counts, loss):
    weights = np.linspace(0.5, 2, tiny_counts.shape[1])
    half = split_counts(tiny_counts, 0.1, 0, 1)
    found = factorize(half * weights, 2, loss, 2, seed=fit_seed(0, "split", 2, 1), tolerance=1e-4)
    best = found.objective.argmin()
    by_one = half * weights
    by_one = np.outer(by_one.sum(axis=1), by_one.sum(axis=0)) / by_one.sum()
    expected = mean_deviance((tiny_counts - half) * weights, found.usages[best] @ found.metagenes[best], by_one, loss)
    assert split_deviance(tiny_counts, weights, 0.1, 2, loss, 0, 1) == pytest.approx(expected, rel=1e-5)


def test_two_groups_are_predicted_by_two_metagenes(negative_binomial):
    counts = negative_binomial(0.1, 30, 60)
    one, two, five = (split_deviance(counts, np.ones(60), 0.1, rank, "kl", 0, 0) for rank in (1, 2, 5))
    assert two < one
    assert two < five


def test_genes_and_samples_without_counts_are_left_out(tiny_counts):
    counts = np.pad(tiny_counts, ((0, 2), (0, 3)))
    assert math.isfinite(split_deviance(counts, np.ones(33), 0.1, 2, "kl", 0, 0))
    assert math.isnan(split_deviance(np.zeros((5, 6)), np.ones(6), 0.1, 1, "kl", 0, 0))


def test_a_rank_too_large_for_what_is_left_gives_no_number():
    counts = np.zeros((6, 6))
    counts[:2] = 9
    assert math.isnan(split_deviance(counts, np.ones(6), 0.1, 4, "kl", 0, 0))
