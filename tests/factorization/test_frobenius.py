import numpy as np
import pytest
from sklearn.decomposition import non_negative_factorization

from nmfbio.factorization import factorize, half_squared_error


def naive_objective(products, gram, factor):
    """½ x·Gx − p·x of every row."""
    return 0.5 * np.einsum("ia,ab,ib->i", factor, gram, factor) - np.einsum("ia,ia->i", factor, products)


def naive_hals(expression, usages, metagenes, max_iter, inner_sweeps=4, relaxation=1.4):
    """Gillis & Glineur 2012: each column in turn is the least-squares solution for it alone, cut at zero.

    What the sweeps have changed in a row is lengthened 1.4-fold, but not below 0, unless that is worse than no change.
    """
    usages, metagenes = usages.copy(), metagenes.copy()
    for _ in range(max_iter):
        for factor, other, observed in ((usages, metagenes, expression), (metagenes.T, usages.T, expression.T)):
            before, products, gram = factor.copy(), observed @ other.T, other @ other.T
            for _ in range(inner_sweeps):
                for a in range(factor.shape[1]):
                    residual = observed - factor @ other + np.outer(factor[:, a], other[a])
                    factor[:, a] = np.maximum(residual @ other[a] / (other[a] @ other[a]), 0)
            longer = before + relaxation * (factor - before)
            longer = np.where(longer > 0, longer, factor)
            better = naive_objective(products, gram, longer) <= naive_objective(products, gram, before)
            factor[better] = longer[better]
    return usages, metagenes


@pytest.mark.parametrize("n_genes", [5, 40, 511, 512, 1300])
def test_frobenius_equals_naive_hals_whatever_the_number_of_genes(n_genes):
    random = np.random.default_rng(n_genes)
    expression = random.gamma(1.0, 3.0, (9, n_genes))
    start = random.uniform(0.1, 1, (9, 3)), random.uniform(0.1, 1, (3, n_genes))
    found = factorize(expression, 3, "frobenius", restarts=1, seeding=start, max_iter=8, dtype="float64")
    expected = naive_hals(expression, *start, 8)
    np.testing.assert_allclose(found.usages[0] @ found.metagenes[0], expected[0] @ expected[1], rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("strength", [0.0, 1e-3, 0.05])
def test_a_start_far_too_large_empties_no_metagene_whatever_the_penalty(strength):
    random = np.random.default_rng(7)
    expression = random.poisson(random.gamma(0.5, 4.0, (40, 3)) @ random.gamma(0.5, 4.0, (3, 200))).astype(float)
    options = {"l1_usages": strength, "l1_metagenes": strength, "max_iter": 50}
    found = factorize(expression, 3, "frobenius", restarts=3, **options)
    assert found.usages.any(axis=1).all()
    assert found.metagenes.any(axis=2).all()
    assert found.objective.max() < 0.2 * half_squared_error(expression, np.zeros((40, 1)), np.zeros((1, 200)))


@pytest.mark.parametrize("rank", [2, 3, 4, 5])
def test_frobenius_from_nndsvd_reaches_or_beats_the_objective_of_rs_lee(leukemia, anchors, rank):
    expected = anchors["nndsvd_full"]
    found = factorize(leukemia, rank, "frobenius", restarts=1, seeding="nndsvd")
    assert found.converged.all()
    assert found.objective[0] <= expected["lee"]["euclidean"][expected["k"].index(rank)]


@pytest.mark.parametrize("rank", [2, 3, 5])
def test_the_best_of_five_starts_is_not_worse_than_scikit_learns_coordinate_descent(leukemia, rank):
    expression = leukemia[:, :500]
    ours, theirs = [], []
    for seed in range(5):
        random = np.random.default_rng((rank, seed))
        start = random.uniform(1, 100, (38, rank)), random.uniform(1, 100, (rank, 500))
        usages, metagenes, _ = non_negative_factorization(
            expression, *(f.copy() for f in start), n_components=rank, init="custom", tol=1e-7, max_iter=2000
        )
        theirs.append(half_squared_error(expression, usages, metagenes))
        found = factorize(expression, rank, "frobenius", restarts=1, seeding=start, dtype="float64", tolerance=1e-8)
        ours.append(found.objective[0])
    assert min(ours) <= min(theirs) * (1 + 1e-6)


def test_frobenius_at_rank_one_is_the_leading_singular_pair(expression):
    found = factorize(expression, 1, "frobenius", restarts=1, dtype="float64", tolerance=1e-14)
    left, values, right = np.linalg.svd(expression)
    expected = values[0] * np.outer(left[:, 0], right[0])
    np.testing.assert_allclose(found.usages[0] @ found.metagenes[0], expected, rtol=1e-6)
    assert found.objective[0] == pytest.approx(0.5 * np.sum(values[1:] ** 2), rel=1e-10)


@pytest.mark.parametrize("rank", [1, 2, 4])
def test_no_fit_beats_the_truncated_singular_value_decomposition(expression, rank):
    tail = 0.5 * np.sum(np.linalg.svd(expression, compute_uv=False)[rank:] ** 2)
    assert factorize(expression, rank, "frobenius", restarts=5).objective.min() >= tail * (1 - 1e-6)


def test_at_the_optimum_the_residual_is_orthogonal_to_the_fit(expression):
    restarts = factorize(expression, 3, "frobenius", restarts=1, dtype="float64", tolerance=1e-12, max_iter=5000)
    fitted = restarts.usages[0] @ restarts.metagenes[0]
    assert 2 * restarts.objective[0] == pytest.approx(np.sum(expression**2) - np.sum(fitted**2), rel=1e-6)
    assert np.sum(expression * fitted) == pytest.approx(np.sum(fitted**2), rel=1e-6)
