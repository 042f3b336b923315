from functools import cache

import numpy as np
import pytest
from sklearn.decomposition import non_negative_factorization

from nmfbio.factorization import factorize, kl_divergence

RANKS = (2, 3, 4, 5, 6)


@pytest.fixture(scope="module")
def fifty_restarts(leukemia):
    """Fifty restarts at a rank with default settings, computed once."""
    return cache(lambda rank: factorize(leukemia, rank))


def naive_iteration(expression, usages, metagenes):
    """Lee & Seung 2001, theorem 2: the usages, then the metagenes with the new usages."""
    usages = usages * ((expression / (usages @ metagenes)) @ metagenes.T) / metagenes.sum(axis=1)
    metagenes = metagenes * (usages.T @ (expression / (usages @ metagenes))) / usages.sum(axis=0)[:, None]
    return usages, metagenes


@pytest.mark.parametrize("n_genes", [1, 40, 511, 512, 1300])
@pytest.mark.parametrize("method", ["kl", "brunet"])
def test_the_first_updates_equal_lee_and_seungs_whatever_the_number_of_genes(method, n_genes):
    random = np.random.default_rng(n_genes)
    rank = min(3, n_genes)
    expression = np.hstack([random.poisson(4.0, (9, n_genes)), np.ones((9, 4))])
    start = random.uniform(0.1, 1, (9, rank)), random.uniform(0.1, 1, (rank, n_genes + 4))
    expected = start
    for _ in range(7):
        expected = naive_iteration(expression, *expected)
    found = factorize(expression, rank, method, restarts=1, seeding=start, max_iter=7, dtype="float64")
    np.testing.assert_allclose(found.usages[0] @ found.metagenes[0], expected[0] @ expected[1], rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("max_iter", [1, 2, 9, 20])
def test_objectives_equal_scikit_learns_at_equal_iterates(leukemia, max_iter):
    expression = leukemia[:, :300] + 1.0
    random = np.random.default_rng(1)
    start = random.uniform(1, 100, (38, 3)), random.uniform(1, 100, (3, 300))
    usages, metagenes, _ = non_negative_factorization(
        expression,
        *(factor.copy() for factor in start),
        n_components=3,
        init="custom",
        solver="mu",
        beta_loss="kullback-leibler",
        tol=0,
        max_iter=max_iter,
    )
    found = factorize(expression, 3, restarts=1, seeding=start, max_iter=max_iter, dtype="float64")
    assert found.objective[0] == pytest.approx(kl_divergence(expression, usages, metagenes), rel=1e-11)


@pytest.mark.parametrize("rank", RANKS)
def test_fifty_restarts_reach_the_best_divergence_that_brunets_updates_find(fifty_restarts, anchors, rank):
    best = dict(zip(anchors["random_starts_50"]["k"], anchors["random_starts_50"]["best_KL"], strict=True))[rank]
    assert fifty_restarts(rank).converged.all()
    assert fifty_restarts(rank).objective.min() <= best * 1.0005


@pytest.mark.parametrize("rank", RANKS)
def test_a_tighter_tolerance_lowers_the_divergence_only_a_little(leukemia, fifty_restarts, rank):
    loose = fifty_restarts(rank).objective[0]
    tight = factorize(leukemia, rank, restarts=1, tolerance=1e-7).objective[0]
    assert loose * 0.995 <= tight <= loose * (1 + 1e-6)


def misplaced(calls, truth):
    """Samples whose cluster has another majority, and that majority."""
    majorities = {c: truth[calls == c].mode()[0] for c in np.unique(calls)}
    return {
        sample: majorities[c] for sample, c in zip(truth.index, calls, strict=True) if majorities[c] != truth[sample]
    }


@pytest.fixture(scope="module")
def leukemia_types(leukemia_table):
    """Leukemia type of every sample at rank 2 and rank 3."""
    subtypes = leukemia_table.columns.to_series().str.extract("(AML|B-cell|T-cell)")[0]
    return {2: subtypes.where(subtypes == "AML", "ALL"), 3: subtypes}


@pytest.mark.parametrize("rank", [2, 3])
def test_usages_of_metagenes_divided_by_their_maximum_call_every_leukemia_right(fifty_restarts, leukemia_types, rank):
    restarts = fifty_restarts(rank)
    scaled = restarts.usages * restarts.metagenes.max(axis=2)[:, None, :]
    for calls in scaled.argmax(axis=2):
        assert misplaced(calls, leukemia_types[rank]) == {}


@pytest.mark.parametrize(
    ("rank", "expected"),
    [
        (2, {"ALL_14749_B-cell": "AML", "ALL_7092_B-cell": "AML"}),
        (3, {"ALL_14749_B-cell": "AML", "ALL_21302_B-cell": "T-cell"}),
    ],
)
def test_usages_as_solved_misplace_the_two_samples_that_brunets_do(fifty_restarts, leukemia_types, rank, expected):
    for calls in fifty_restarts(rank).usages.argmax(axis=2):
        assert misplaced(calls, leukemia_types[rank]) == expected


def test_the_gradient_vanishes_where_the_fit_has_converged(expression):
    restarts = factorize(expression, 3, restarts=1, dtype="float64", tolerance=1e-13, max_iter=5000)
    usages, metagenes = restarts.usages[0], restarts.metagenes[0]
    expressed = expression > 0
    ratio = np.divide(expression, usages @ metagenes, out=np.zeros_like(expression), where=expressed)
    for factor, slope in (
        (usages, 1 - ratio @ metagenes.T / metagenes.sum(axis=1)),
        (metagenes, 1 - usages.T @ ratio / usages.sum(axis=0)[:, None]),
    ):
        assert slope.min() >= -1e-4
        assert np.abs(factor / factor.max() * slope).max() <= 1e-5
    np.testing.assert_allclose((usages @ metagenes).sum(), expression.sum(), rtol=1e-6)


def test_newton_steps_end_lower_than_as_many_multiplicative_updates(leukemia):
    random = np.random.default_rng(2)
    start = random.uniform(0, 1, (38, 3)), random.uniform(0, 1, (3, 5000))
    newton, multiplicative = (
        factorize(leukemia, 3, method, restarts=1, seeding=start, max_iter=60, tolerance=0).objective[0]
        for method in ("kl", "brunet")
    )
    assert newton < multiplicative
