import numpy as np
import pytest
from scipy import sparse
from sklearn.decomposition._nmf import _initialize_nmf

from nmfbio.factorization import factorize, nndsvd_start, random_start, restart_seed
from nmfbio.factorization.starts import nndsvda_start, nndsvdar_start, plan_starts

# Fits are cut short to look at their way.
pytestmark = pytest.mark.filterwarnings("ignore::nmfbio.factorization.NotConvergedWarning")

SEED = restart_seed(0, 4, 0)


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


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix])
def test_nndsvda_has_the_mean_and_nndsvdar_little_in_place_of_zeros(expression, form):
    matrix, plain = form(expression), nndsvd_start(expression, 4)
    averaged, drawn = nndsvda_start(matrix, 4), nndsvdar_start(matrix, 4, restart_seed(0, 4, 0))
    for kept, mean, small in zip(plain, averaged, drawn, strict=True):
        zeros = kept == 0
        assert zeros.any()
        np.testing.assert_allclose(mean[zeros], expression.mean(), rtol=1e-12)
        assert 0 < small[zeros].min() < small[zeros].max() < expression.mean() / 100
        for other in (mean, small):
            np.testing.assert_allclose(other[~zeros], kept[~zeros], rtol=1e-6, atol=1e-9)


def test_nndsvda_and_nndsvdar_are_those_of_scikit_learn(leukemia):
    expression = leukemia[:, :200]
    for name, found in (("nndsvda", nndsvda_start(expression, 4)), ("nndsvdar", nndsvdar_start(expression, 4, SEED))):
        expected = _initialize_nmf(expression, 4, init=name, random_state=0)
        for ours, theirs in zip(found, expected, strict=True):
            # What the two draw in place of zeros is far below a tenth of the mean.
            kept = theirs > 0.1 * expression.mean()
            assert (kept == (ours > 0.1 * expression.mean())).mean() > 0.99
            np.testing.assert_allclose(ours[kept], theirs[kept], rtol=1e-3)


def test_restarts_from_nndsvdar_differ_and_repeat(expression):
    first, again = (factorize(expression, 3, restarts=3, seeding="nndsvdar", max_iter=5) for _ in range(2))
    np.testing.assert_array_equal(first.metagenes, again.metagenes)
    assert len({metagenes.tobytes() for metagenes in first.metagenes}) == 3
    other_seed = factorize(expression, 3, restarts=3, seeding="nndsvdar", max_iter=5, seed=1)
    assert not np.array_equal(other_seed.metagenes, first.metagenes)


@pytest.mark.parametrize("seeding", ["nndsvd", "nndsvda"])
def test_a_deterministic_seeding_allows_one_restart(expression, seeding):
    with pytest.raises(ValueError, match="all 2 restarts would be the same; use restarts=1"):
        factorize(expression, 3, restarts=2, seeding=seeding)
    assert factorize(expression, 3, restarts=1, seeding=seeding).converged.all()


@pytest.mark.parametrize("seeding", ["nndsvda", "nndsvdar"])
def test_multiplicative_updates_from_filled_zeros_end_no_worse_than_from_zeros(leukemia, seeding):
    expression = leukemia[:, :300]
    plain, filled = (
        factorize(expression, 4, "weighted", restarts=1, seeding=name, tolerance=1e-8) for name in ("nndsvd", seeding)
    )
    assert filled.objective[0] <= plain.objective[0] * 1.001


@pytest.mark.parametrize("seeding", ["nndsvd", "nndsvda", "nndsvdar"])
def test_a_sparse_matrix_gives_the_start_of_the_dense_one(expression, seeding):
    dense, thin = (plan_starts(form(expression), 3, seeding, 0, 1)(0) for form in (np.asarray, sparse.csr_matrix))
    for found, expected in zip(thin, dense, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9)


def test_a_random_start_leaves_missing_values_out_and_is_the_same_for_a_sparse_matrix(expression):
    expected = random_start(expression, 3, restart_seed(0, 3, 0))
    holed = np.where(np.arange(40) == expression.argmin() % 40, np.nan, expression)
    for matrix in (holed, sparse.csr_matrix(expression)):
        for found, same in zip(random_start(matrix, 3, restart_seed(0, 3, 0)), expected, strict=True):
            np.testing.assert_array_equal(found, same)
