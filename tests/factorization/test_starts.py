import numpy as np
import pytest

from nmfbio.factorization import factorize, nndsvd_start, random_start, restart_seed


def naive_nndsvd(expression, rank):
    """Boutsidis & Gallopoulos 2008, table 1, from the eigenvectors of V Vᵀ."""
    _, vectors = np.linalg.eigh(expression @ expression.T)
    usages, metagenes = [], []
    for c in range(rank):
        left = vectors[:, -1 - c]
        value = np.linalg.norm(left @ expression)
        right = left @ expression / value
        candidates = [(np.maximum(s * left, 0), np.maximum(s * right, 0)) for s in (1, -1)]
        u, v = max(candidates, key=lambda pair: np.linalg.norm(pair[0]) * np.linalg.norm(pair[1]))
        size = np.linalg.norm(u) * np.linalg.norm(v)
        usages.append(np.sqrt(value * size) * u / np.linalg.norm(u))
        metagenes.append(np.sqrt(value * size) * v / np.linalg.norm(v))
    return np.array(usages).T, np.array(metagenes)


def test_nndsvd_equals_its_definition(expression):
    for found, expected in zip(nndsvd_start(expression, 4), naive_nndsvd(expression, 4), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9)


def test_nndsvd_is_non_negative_keeps_zeros_and_is_the_same_every_time(expression):
    usages, metagenes = nndsvd_start(expression, 4)
    assert usages.min() == 0
    assert metagenes.min() == 0
    np.testing.assert_array_equal(metagenes, nndsvd_start(expression, 4)[1])


def test_nndsvd_of_integers_is_that_of_floats(expression):
    np.testing.assert_array_equal(nndsvd_start(expression.astype(np.int32), 3)[0], nndsvd_start(expression, 3)[0])


def test_nndsvd_gives_finite_factors_beyond_the_rank_of_the_matrix():
    expression = np.outer(np.arange(1.0, 7.0), np.arange(1.0, 9.0))
    for factor in nndsvd_start(expression, 3):
        assert np.isfinite(factor).all()
        assert factor.min() >= 0


def test_random_starts_are_uniform_from_zero_to_the_largest_expression_value(leukemia):
    usages, metagenes = random_start(leukemia, 4, restart_seed(0, 4, 0))
    assert usages.shape == (38, 4)
    assert metagenes.shape == (4, 5000)
    assert 0 <= metagenes.min() < metagenes.max() <= leukemia.max()
    assert metagenes.mean() == pytest.approx(leukemia.max() / 2, rel=0.02)


def test_the_seed_of_a_restart_depends_on_base_seed_rank_and_restart_alone(expression):
    starts = {
        (seed, rank, restart): random_start(expression, 2, restart_seed(seed, rank, restart))[0].tobytes()
        for seed in (0, 1)
        for rank in (2, 3)
        for restart in (0, 1)
    }
    assert len(set(starts.values())) == len(starts)
    documented = np.random.SeedSequence(1, spawn_key=(3, 1))
    assert starts[1, 3, 1] == random_start(expression, 2, documented)[0].tobytes()


def test_seeding_with_nndsvd_is_the_same_as_giving_its_factors(expression):
    named = factorize(expression, 3, restarts=1, seeding="nndsvd")
    given = factorize(expression, 3, restarts=1, seeding=nndsvd_start(expression, 3))
    np.testing.assert_array_equal(named.metagenes, given.metagenes)
