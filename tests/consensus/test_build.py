"""nmfbio.consensus.build: the consensus of all restarts at one rank."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.metrics import adjusted_rand_score

from nmfbio.consensus import build_consensus, call_samples, match_metagenes, summarize_restarts, usage_shares
from nmfbio.consensus.build import align_labels
from nmfbio.consensus.samples import name_clusters
from nmfbio.consensus.solution import aligned_median
from nmfbio.errors import InputError
from nmfbio.factorization import NotConvergedWarning, explained_variance, factorize, fit_usages, kl_divergence

MEASURES = ("cophenetic", "dispersion", "pac", "silhouette", "program_silhouette")


def repeat(restarts, number, times):
    """The same restart several times."""
    place = np.full(times, number)
    return replace(
        restarts,
        metagenes=restarts.metagenes[place],
        labels_max=restarts.labels_max[place],
        labels_none=restarts.labels_none[place],
        objective=restarts.objective[place],
        loss=restarts.loss[place],
        n_iter=restarts.n_iter[place],
        converged=restarts.converged[place],
        restart=np.arange(times),
    )


def shuffle_metagenes(restarts, random):
    """The same restarts with the metagenes of each in another order."""
    orders = np.array([random.permutation(restarts.metagenes.shape[1]) for _ in restarts.metagenes])
    place_of = np.argsort(orders, axis=1)
    return replace(
        restarts,
        metagenes=np.array([metagenes[order] for metagenes, order in zip(restarts.metagenes, orders, strict=True)]),
        labels_max=np.array([place[calls] for place, calls in zip(place_of, restarts.labels_max, strict=True)]),
        labels_none=np.array([place[calls] for place, calls in zip(place_of, restarts.labels_none, strict=True)]),
    )


def samples_of(expression):
    return expression.obs_names.to_numpy()


@pytest.mark.parametrize("scale", ["max", "none"])
def test_three_groups_of_samples_are_found(small_expression, small_consensus, scale):
    consensus = small_consensus(3, scale=scale)
    for found in (consensus.calls, consensus.clusters):
        assert adjusted_rand_score(found, small_expression.obs["group"]) == 1
    assert consensus.agreement.min() > 0.5


@pytest.mark.parametrize("scale", ["max", "none"])
def test_the_aligned_median_of_identical_restarts_is_that_restart(small_restarts, scale):
    metagenes = repeat(small_restarts(3), 2, 5).metagenes
    median = aligned_median(metagenes, np.tile([0, 1, 2], (5, 1)), 0, scale)
    np.testing.assert_allclose(median, metagenes[0], rtol=1e-6)


def test_the_aligned_median_is_the_median_of_matched_metagenes_relative_to_their_maximum(small_restarts):
    restarts = small_restarts(3)
    best = restarts.objective.argmin()
    orders = np.array([match_metagenes(metagenes, restarts.metagenes[best]) for metagenes in restarts.metagenes])
    matched = [metagenes[order] for metagenes, order in zip(restarts.metagenes, orders, strict=True)]
    expected = np.median([[row / row.max() for row in metagenes] for metagenes in matched], axis=0)
    found = aligned_median(restarts.metagenes, orders, best, "max")
    np.testing.assert_allclose(found, expected * restarts.metagenes[best].max(axis=1, keepdims=True), rtol=1e-6)


def test_the_best_solution_has_the_metagenes_of_the_lowest_objective(small_expression, small_restarts):
    restarts = small_restarts(3)
    consensus = build_consensus(
        small_expression.X, restarts, samples_of(small_expression), scale="none", solution="best"
    )
    best = restarts.metagenes[restarts.objective.argmin()].astype(np.float64)
    assert {row.tobytes() for row in consensus.metagenes} == {row.tobytes() for row in best}
    assert consensus.best_objective == restarts.objective.min()
    assert consensus.solution_objective == pytest.approx(consensus.best_objective, rel=1e-6)


@pytest.mark.parametrize("rank", [2, 3, 4])
def test_the_order_of_metagenes_within_restarts_changes_nothing(small_expression, small_restarts, rank):
    samples, random = samples_of(small_expression), np.random.default_rng(3)
    before = build_consensus(small_expression.X, small_restarts(rank), samples)
    after = build_consensus(small_expression.X, shuffle_metagenes(small_restarts(rank), random), samples)
    np.testing.assert_array_equal(after.consensus, before.consensus)
    np.testing.assert_array_equal(after.metagenes, before.metagenes)
    # The refit ends close to its optimum, not on it: entries near zero differ by a share of the largest.
    np.testing.assert_allclose(after.usages, before.usages, rtol=1e-4, atol=1e-5 * before.usages.max())
    for name in ("calls", "calls_max", "calls_none", "clusters", "agreement"):
        np.testing.assert_array_equal(getattr(after, name), getattr(before, name))


@pytest.mark.parametrize("rank", [2, 3, 4])
def test_the_order_of_the_samples_changes_nothing_but_their_order(small_expression, small_restarts, rank):
    restarts, order = small_restarts(rank), np.random.default_rng(4).permutation(12)
    permuted = replace(restarts, labels_max=restarts.labels_max[:, order], labels_none=restarts.labels_none[:, order])
    samples = samples_of(small_expression)
    before = build_consensus(small_expression.X, restarts, samples)
    after = build_consensus(small_expression.X[order], permuted, samples[order])
    np.testing.assert_array_equal(after.consensus, before.consensus[np.ix_(order, order)])
    np.testing.assert_array_equal(after.linkage[:, 2:], before.linkage[:, 2:])
    for name in ("calls", "calls_max", "calls_none", "clusters", "agreement"):
        np.testing.assert_array_equal(getattr(after, name), getattr(before, name)[order])
    for name in ("cophenetic", "dispersion", "pac", "mean_silhouette"):
        assert getattr(after, name) == pytest.approx(getattr(before, name), abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("rank", [2, 3, 4])
def test_metagenes_are_numbered_by_falling_share_of_usage(small_consensus, rank):
    shares = usage_shares(small_consensus(rank).usages).sum(axis=0)
    assert (np.diff(shares) <= 0).all()


@pytest.mark.parametrize("rank", [1, 2, 3, 4])
def test_the_numbers_of_the_solution_recompute_from_its_factors(small_expression, small_consensus, rank):
    consensus, expression = small_consensus(rank), small_expression.X.astype(np.float64)
    np.testing.assert_allclose(consensus.metagenes.max(axis=1), 1)
    np.testing.assert_array_equal(consensus.calls, call_samples(consensus.usages))
    residual = expression - consensus.usages @ consensus.metagenes
    assert consensus.explained_variance == pytest.approx(1 - (residual**2).sum() / (expression**2).sum(), rel=1e-6)
    explained = explained_variance(expression, consensus.usages, consensus.metagenes)
    assert consensus.explained_variance == pytest.approx(explained, rel=1e-12)  # scaling the factors rounds them
    divergence = kl_divergence(expression, consensus.usages, consensus.metagenes)
    assert consensus.solution_objective == pytest.approx(divergence, rel=1e-6)


def test_agreement_is_the_share_of_restarts_with_the_call_of_the_solution(small_restarts, small_consensus):
    restarts, consensus = small_restarts(4), small_consensus(4)
    best = restarts.metagenes[restarts.objective.argmin()]
    # The solution's metagenes are numbered by usage; the best restart tells which is which.
    to_solution = np.argsort(match_metagenes(best, consensus.metagenes))
    same = np.zeros(12)
    for metagenes, calls in zip(restarts.metagenes, restarts.labels_max, strict=True):
        to_best = np.argsort(match_metagenes(metagenes, best))
        same += to_solution[to_best[calls]] == consensus.calls
    np.testing.assert_allclose(consensus.agreement, same / len(restarts.objective))


def test_labels_take_the_names_of_the_metagenes_they_are_matched_to():
    labels, orders = np.array([[0, 1, 2], [0, 1, 2]], dtype=np.int32), np.array([[0, 1, 2], [2, 0, 1]])
    np.testing.assert_array_equal(align_labels(labels, orders), [[0, 1, 2], [1, 2, 0]])


def test_clusters_are_named_so_that_most_samples_keep_their_call():
    random = np.random.default_rng(5)
    for _ in range(20):
        clusters, calls = random.integers(0, 4, (2, 15))
        kept = max((np.array(names)[clusters] == calls).sum() for names in permutations(range(4)))
        named = name_clusters(clusters, calls, 4)
        assert (named == calls).sum() == kept
        assert adjusted_rand_score(named, clusters) == 1


@pytest.mark.parametrize("scale", ["max", "none"])
@pytest.mark.parametrize("method", ["kl", "frobenius", "nsnmf"])
def test_the_clustered_solution_finds_the_groups_and_fits_about_as_well(small_expression, method, scale):
    expression, samples = small_expression.X.astype(np.float64), samples_of(small_expression)
    restarts = summarize_restarts(factorize(expression, 3, method, restarts=8))
    consensus = build_consensus(expression, restarts, samples, method, scale, "clustered", density_threshold=1.0)
    assert adjusted_rand_score(consensus.calls, small_expression.obs["group"]) == 1
    assert consensus.solution_objective == consensus.clustered_objective
    assert consensus.clustered_objective == pytest.approx(consensus.best_objective, rel=0.1)
    assert consensus.program_restarts.min() > 0.5


def test_the_clustered_solution_recovers_simulated_programs():
    random = np.random.default_rng(5)
    programs, usages = random.gamma(0.2, 1, (4, 200)), random.dirichlet(np.full(4, 0.3), 80)
    expression = random.poisson(300 * usages @ (programs / programs.sum(axis=1, keepdims=True))).astype(np.float64)
    restarts = summarize_restarts(factorize(expression, 4, restarts=12))
    names = np.array([f"sample_{number}" for number in range(80)])
    found = build_consensus(expression, restarts, names, solution="clustered")
    matched = found.metagenes[match_metagenes(found.metagenes, programs)]
    cosines = (matched * programs).sum(axis=1) / np.linalg.norm(matched, axis=1) / np.linalg.norm(programs, axis=1)
    assert cosines.min() > 0.95
    assert found.clustered_objective <= 1.01 * found.best_objective


def test_objectives_of_all_solutions_are_told_whichever_is_taken(small_expression, small_restarts):
    names = samples_of(small_expression)
    found = {
        solution: build_consensus(
            small_expression.X, small_restarts(3), names, solution=solution, density_threshold=1.2
        )
        for solution in ("aligned_median", "clustered", "best")
    }
    for name in ("aligned_median_objective", "clustered_objective", "best_objective"):
        assert len({getattr(each, name) for each in found.values()}) == 1
        assert np.isfinite(getattr(found["best"], name))
    assert found["aligned_median"].solution_objective == found["best"].aligned_median_objective


def test_a_clustered_solution_that_cannot_be_is_refused_where_it_is_wanted_and_left_out_elsewhere(
    small_expression, small_restarts
):
    names = samples_of(small_expression)
    scattered = replace(small_restarts(3), metagenes=np.random.default_rng(0).gamma(0.1, 1, (6, 3, 60)))
    for restarts, key in ((small_restarts(3, 3), "neighbourhood"), (scattered, "density_threshold")):
        with pytest.raises(InputError, match=f"consensus.{key}"):
            build_consensus(small_expression.X, restarts, names, solution="clustered")
        assert np.isnan(build_consensus(small_expression.X, restarts, names).clustered_objective)


def test_measures_lie_within_their_intervals(small_consensus):
    consensus = small_consensus(4)
    measures = {name: getattr(consensus, name) for name in ("cophenetic", "dispersion", "pac")}
    measures |= {"silhouette": consensus.mean_silhouette, "program_silhouette": consensus.program_silhouette.min()}
    for name, value in measures.items():
        low, high = getattr(consensus, f"{name}_low"), getattr(consensus, f"{name}_high")
        assert low - 1e-9 <= value <= high + 1e-9
    assert consensus.dispersion_low < consensus.dispersion_high


@pytest.mark.parametrize(("rank", "restarts"), [(1, 6), (3, 1)])
def test_sharpness_is_undefined_for_rank_one_and_for_a_single_restart(small_consensus, rank, restarts):
    consensus = small_consensus(rank, restarts)
    sharpness = [consensus.cophenetic, consensus.dispersion, consensus.pac, consensus.mean_silhouette]
    ends = [getattr(consensus, f"{name}_{end}") for name in MEASURES for end in ("low", "high")]
    assert np.isnan(sharpness + ends).all()
    assert np.isnan(consensus.program_silhouette).all()
    assert np.isfinite([consensus.explained_variance, consensus.best_objective, consensus.solution_objective]).all()


def switch_off(restarts, place):
    """The same restarts with one metagene of each empty, and its samples called for the first of the others."""
    metagenes = restarts.metagenes.copy()
    metagenes[:, place] = 0
    other = int(place == 0)
    labels = (np.where(each == place, other, each) for each in (restarts.labels_max, restarts.labels_none))
    return replace(restarts, metagenes=metagenes, labels_max=next(labels), labels_none=next(labels))


@pytest.mark.parametrize("scale", ["max", "none"])
@pytest.mark.parametrize("solution", ["aligned_median", "clustered", "best"])
def test_an_empty_metagene_comes_last_is_never_called_and_makes_nothing_undefined(
    small_expression, small_restarts, scale, solution
):
    broken = switch_off(small_restarts(3), 0)
    with pytest.warns(UserWarning, match="rank 3: metagene_3 of the solution is empty"):
        consensus = build_consensus(
            small_expression.X,
            broken,
            samples_of(small_expression),
            scale=scale,
            solution=solution,
            density_threshold=2.0,
        )
    assert (consensus.metagenes.any(axis=1) == [True, True, False]).all()
    assert (consensus.usages.any(axis=0) == [True, True, False]).all()
    for name in ("calls", "calls_max", "calls_none", "clusters"):
        assert set(getattr(consensus, name)) == {0, 1}
    for name in ("usages", "metagenes", "agreement", "silhouette", "consensus", "linkage"):
        assert np.isfinite(getattr(consensus, name)).all(), name
    for name in ("cophenetic", "dispersion", "pac", "mean_silhouette", "explained_variance", "solution_objective"):
        assert np.isfinite(getattr(consensus, name)), name


def test_one_metagene_in_use_is_as_good_as_rank_one(small_expression, small_restarts):
    broken = switch_off(small_restarts(2), 1)
    consensus = build_consensus(small_expression.X, broken, samples_of(small_expression))
    assert set(consensus.calls) == set(consensus.clusters) == {0}
    assert np.isnan([consensus.cophenetic, consensus.dispersion, consensus.pac, consensus.mean_silhouette]).all()


def test_restarts_that_did_not_converge_are_named_and_count_but_are_not_the_best(small_expression, small_restarts):
    restarts, samples = small_restarts(3), samples_of(small_expression)
    lowest = int(restarts.objective.argmin())
    failed = np.isin(np.arange(6), [lowest, (lowest + 1) % 6])
    restarts = replace(restarts, converged=~failed)
    message = f"rank 3: 2 of 6 restarts had not converged .numbers {', '.join(map(str, np.flatnonzero(failed)))}.; they"
    with pytest.warns(NotConvergedWarning, match=f"{message} count in the consensus all the same; the best .* one tha"):
        consensus = build_consensus(small_expression.X, restarts, samples, scale="none", solution="best")
    assert consensus.best_objective == restarts.objective[~failed].min()
    best = restarts.metagenes[np.where(failed, np.inf, restarts.objective).argmin()].astype(np.float64)
    assert {row.tobytes() for row in consensus.metagenes} == {row.tobytes() for row in best}
    np.testing.assert_array_equal(consensus.converged, ~failed)
    whole = build_consensus(small_expression.X, small_restarts(3), samples, scale="none")
    np.testing.assert_array_equal(consensus.consensus, whole.consensus)


def test_where_no_restart_converged_the_lowest_is_taken_and_that_is_said(small_expression, small_restarts):
    restarts = replace(small_restarts(3), converged=np.zeros(6, dtype=bool))
    with pytest.warns(NotConvergedWarning, match="6 of 6 .* so has the best restart not"):
        consensus = build_consensus(small_expression.X, restarts, samples_of(small_expression))
    assert consensus.best_objective == restarts.objective.min()


@pytest.mark.parametrize("method", ["kl", "frobenius"])
def test_options_of_the_method_reach_the_refit_and_the_objective(small_expression, method):
    options = {"l1_usages": 0.05, "l1_metagenes": 0.05}
    expression, samples = small_expression.X.astype(np.float64), samples_of(small_expression)
    restarts = summarize_restarts(factorize(expression, 3, method, restarts=3, dtype="float64", **options))
    consensus = build_consensus(expression, restarts, samples, method, scale="none", options=options)
    refit = fit_usages(expression, consensus.metagenes, method, **options)
    np.testing.assert_allclose(consensus.usages, refit, rtol=1e-5, atol=1e-6 * refit.max())
    best = build_consensus(expression, restarts, samples, method, solution="best", options=options)
    assert best.solution_objective == pytest.approx(best.best_objective, rel=1e-4)
    plain = build_consensus(expression, restarts, samples, method, solution="best")
    assert plain.solution_objective < 0.99 * best.solution_objective


def test_penalties_that_leave_nothing_are_refused(small_expression):
    options = {"l1_usages": 1e6, "l1_metagenes": 1e6}
    restarts = summarize_restarts(factorize(small_expression.X, 3, "frobenius", restarts=2, **options))
    message = "solution of rank 3: found metagenes that are 0 for every gene; expected .* The penalties outweigh"
    with pytest.raises(InputError, match=message):
        build_consensus(small_expression.X, restarts, samples_of(small_expression), "frobenius", options=options)


@pytest.mark.parametrize("method", ["nsnmf", "offset"])
def test_explained_variance_is_that_of_what_the_method_fits_the_matrix_with(small_expression, method):
    expression, samples = small_expression.X.astype(np.float64), samples_of(small_expression)
    restarts = factorize(expression, 3, method, restarts=2, dtype="float64")
    consensus = build_consensus(
        expression, summarize_restarts(restarts), samples, method, scale="none", solution="best"
    )
    best = restarts.objective.argmin()
    usages, metagenes = restarts.usages[best], restarts.metagenes[best]
    if method == "nsnmf":
        fitted = usages @ (0.5 * metagenes + 0.5 * metagenes.mean(axis=0))
    else:
        fitted = usages @ metagenes + restarts.details["offset"][best]
    expected = 1 - np.sum((expression - fitted) ** 2) / np.sum(expression**2)
    assert consensus.explained_variance == pytest.approx(expected, abs=2e-3)
    assert consensus.explained_variance != pytest.approx(explained_variance(expression, usages, metagenes), abs=2e-4)


@pytest.mark.parametrize("method", ["kl", "brunet", "frobenius"])
@pytest.mark.parametrize("scale", ["max", "none"])
def test_a_sparse_matrix_gives_the_consensus_of_the_dense_one(small_expression, method, scale):
    sparse, samples = csr_matrix(small_expression.X), samples_of(small_expression)
    restarts = summarize_restarts(factorize(small_expression.X, 3, method, restarts=3, dtype="float64"))
    for solution in ("aligned_median", "best"):
        found, expected = (
            build_consensus(matrix, restarts, samples, method, scale, solution)
            for matrix in (sparse, small_expression.X)
        )
        np.testing.assert_array_equal(found.calls, expected.calls)
        np.testing.assert_allclose(found.usages, expected.usages, rtol=1e-4, atol=1e-4 * expected.usages.max())
        assert found.explained_variance == pytest.approx(expected.explained_variance, rel=1e-5)
        assert found.solution_objective == pytest.approx(expected.solution_objective, rel=1e-5)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"solution": "mean"}, "expected one of aligned_median, clustered, best"),
        ({"scale": "sum"}, "expected one of max, none"),
    ],
)
def test_an_unknown_option_is_refused(small_expression, small_restarts, option, message):
    with pytest.raises(ValueError, match=message):
        build_consensus(small_expression.X, small_restarts(3), samples_of(small_expression), **option)
