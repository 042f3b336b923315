"""benchmarks.rank.simulate: what is drawn has the moments, the programs and the repeatability that it claims."""

import hashlib

import numpy as np
import pytest

from benchmarks.rank.simulate import (
    CONTROLS,
    DISPERSION,
    MEAN_COUNT,
    NUISANCES,
    OWN_SHARE,
    SCENARIOS,
    SMALLEST_GROUP,
    SPARSE_MEAN_COUNT,
    USUAL_DISPERSION,
    draw_counts,
    draw_nuisances,
    draw_programs,
    draw_usages,
    simulate,
)

EVERY = (*SCENARIOS, *CONTROLS)
NULLS = ("null", "sparse_null")


def expected_counts(simulated):
    """Means up to each sample's depth, which is estimated from its total."""
    shares = simulated.usages @ simulated.programs
    return shares * (simulated.counts.sum(axis=1) / shares.sum(axis=1))[:, None]


@pytest.mark.parametrize("scenario", EVERY)
@pytest.mark.parametrize("rank", [2, 5, 8])
def test_shapes_agree_and_shares_sum_to_one(scenario, rank):
    simulated = simulate(scenario, rank, seed=3)
    assert simulated.rank == (1 if scenario in NULLS else rank)
    assert simulated.usages.shape == (240 if "sparse" in scenario else 80, simulated.rank)
    assert simulated.programs.shape == (simulated.rank, simulated.counts.shape[1])
    np.testing.assert_allclose(simulated.usages.sum(axis=1), 1)
    assert (simulated.counts == np.round(simulated.counts)).all()
    assert simulated.counts.any(axis=0).all()
    assert simulated.counts.any(axis=1).all()


@pytest.mark.parametrize("scenario", EVERY)
def test_a_scenario_rank_and_seed_give_the_same_matrix_and_others_another(scenario):
    counts = simulate(scenario, 4, 7).counts
    np.testing.assert_array_equal(simulate(scenario, 4, 7).counts, counts)
    assert simulate(scenario, 4, 8).counts.sum() != counts.sum()
    assert simulate(scenario, 5, 7).counts.sum() != counts.sum()


@pytest.mark.parametrize(
    ("scenarios", "expected"),
    [((*SCENARIOS, "weak", "null"), "0a6924cff476794a"), (("sparse", "sparse_null"), "9cc93158075beb78")],
)
def test_the_numbers_stay_what_they_were_when_rules_were_calibrated_on_them(scenarios, expected):
    digest = hashlib.sha256()
    for scenario in scenarios:
        digest.update(simulate(scenario, 4, seed=1).counts.astype("<i8").tobytes())
    assert digest.hexdigest()[:16] == expected


@pytest.mark.parametrize("scenario", ["sparse", "sparse_null"])
def test_most_counts_of_sparse_scenarios_are_zero(scenario):
    counts = simulate(scenario, 5, seed=2).counts
    assert counts.mean() == pytest.approx(SPARSE_MEAN_COUNT, rel=0.1)
    assert (counts == 0).mean() > 0.6


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_counts_have_the_mean_and_the_overdispersion_of_the_scenario(scenario):
    simulated = simulate(scenario, 3, seed=11, n_samples=1500, n_genes=300)
    mean = expected_counts(simulated)
    genes = mean.mean(axis=0) > 5
    residual = simulated.counts - mean
    # Within four standard errors of the mean of 1500 negative binomial counts.
    dispersion = DISPERSION.get(scenario, USUAL_DISPERSION)
    error = np.sqrt((mean + dispersion * mean**2).mean(axis=0) / len(mean))
    assert (np.abs(residual.mean(axis=0)) < 4.5 * error)[genes].all()
    estimated = (residual**2 - mean)[:, genes].sum() / (mean[:, genes] ** 2).sum()
    assert estimated == pytest.approx(dispersion, rel=0.1)


def test_the_mean_count_is_that_of_the_library_sizes():
    counts = simulate("balanced", 3, seed=5, n_samples=3000).counts
    assert counts.sum(axis=1).mean() / 200 == pytest.approx(MEAN_COUNT * np.exp(0.25**2 / 2), rel=0.02)


def test_poisson_is_the_limit_of_no_overdispersion():
    counts = draw_counts(np.random.default_rng(0), np.full((200, 200), 30.0), 1e-6)
    assert counts.var() == pytest.approx(30, rel=0.03)


@pytest.mark.parametrize("scenario", [*SCENARIOS, "weak"])
@pytest.mark.parametrize("rank", range(2, 9))
def test_there_are_as_many_different_programs_as_the_rank(scenario, rank):
    simulated = simulate(scenario, rank, seed=2)
    assert np.linalg.matrix_rank(simulated.usages @ simulated.programs) == rank
    cosines = np.corrcoef(np.log(simulated.programs))
    assert cosines[np.triu_indices(rank, 1)].max() < 0.99


def test_null_has_one_program_that_all_samples_share():
    simulated = simulate("null", 1, seed=2)
    assert (simulated.usages == 1).all()
    shares = simulated.counts / simulated.counts.sum(axis=1, keepdims=True)
    explained = np.linalg.svd(np.log1p(shares * 5000) - np.log1p(shares * 5000).mean(axis=0), compute_uv=False)
    assert explained[0] / explained[1] < 1.3


@pytest.mark.parametrize("rank", [2, 5, 8])
def test_unbalanced_groups_differ_and_none_is_below_the_smallest(rank):
    sizes = [
        np.bincount(draw_usages(np.random.default_rng(seed), rank, 80, "unbalanced").argmax(axis=1), minlength=rank)
        for seed in range(20)
    ]
    assert min(map(min, sizes)) >= SMALLEST_GROUP
    assert np.mean([np.ptp(size) for size in sizes]) > 10


def test_balanced_groups_are_equal_and_samples_use_mostly_their_own_program():
    usages = draw_usages(np.random.default_rng(0), 4, 80, "balanced")
    assert np.bincount(usages.argmax(axis=1)).tolist() == [20] * 4
    assert usages.max(axis=1).min() >= OWN_SHARE


def test_additive_samples_mix_programs():
    usages = draw_usages(np.random.default_rng(0), 4, 2000, "additive")
    second = np.sort(usages, axis=1)[:, -2]
    assert 0.1 < np.median(second) < 0.3


def test_nested_programs_are_more_alike_within_a_family_than_between():
    alike = np.corrcoef(np.log(draw_programs(np.random.default_rng(4), 6, 2000, "nested")))
    within = np.mean([alike[i, j] for i, j in [(0, 1), (0, 2), (1, 2), (3, 4), (3, 5), (4, 5)]])
    assert within > alike[:3, 3:].mean() + 0.1


@pytest.mark.parametrize("rank", [2, 5, 8])
def test_each_weak_nuisance_moves_the_means_far_less_than_each_program(rank):
    random = np.random.default_rng(rank)
    programs = draw_programs(random, rank, 200, "weak")
    means = draw_usages(random, rank, 80, "weak") @ programs
    factors = np.log(draw_nuisances(random, 80, 200))
    structure = np.linalg.svd(np.log(means) - np.log(means).mean(axis=0), compute_uv=False)[: rank - 1]
    nuisance = np.linalg.svd(factors - factors.mean(axis=0), compute_uv=False)
    assert structure.min() > 1.5 * nuisance[0]
    assert nuisance[NUISANCES] < 1e-9
    assert nuisance[NUISANCES - 1] > 1


def test_an_unknown_scenario_is_refused():
    with pytest.raises(ValueError, match="scenario is 'strong'; expected one of balanced"):
        simulate("strong", 3, 0)
