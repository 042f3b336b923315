import numpy as np
import pytest
from scipy import sparse

from nmfbio.factorization import factorize

# Fits are cut short to look at their way.
pytestmark = pytest.mark.filterwarnings("ignore::nmfbio.factorization.NotConvergedWarning")


def naive_lee(expression, usages, metagenes, n_iter):
    """The updates as R's NMF runs them, floor and all."""
    for _ in range(n_iter):
        usages = np.maximum(usages * (expression @ metagenes.T), 1e-9) / (usages @ metagenes @ metagenes.T + 1e-9)
        metagenes = np.maximum(metagenes * (usages.T @ expression), 1e-9) / (usages.T @ usages @ metagenes + 1e-9)
        metagenes = metagenes / metagenes.sum(axis=1, keepdims=True)
    return usages, metagenes


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix])
@pytest.mark.parametrize("n_iter", [1, 2, 50])
def test_lee_equals_its_definition_on_dense_and_on_sparse_matrices(expression, start, form, n_iter):
    expected = naive_lee(expression, *start, n_iter)
    found = factorize(form(expression), 3, "lee", restarts=1, seeding=start, max_iter=n_iter)
    for factor, golden in zip((found.usages[0], found.metagenes[0]), expected, strict=True):
        np.testing.assert_allclose(factor, golden, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("n_iter", [1, 10, 200])
def test_factors_equal_those_of_r_from_the_same_start(leukemia_table, golden_factors, n_iter):
    usages, metagenes = golden_factors("r_nmf/H0_k3.tsv.gz", "r_nmf/W0_k3.tsv.gz")
    expression = leukemia_table.loc[metagenes.columns].to_numpy(float).T
    start = usages.to_numpy(), metagenes.to_numpy()
    found = factorize(expression, 3, "lee", restarts=1, seeding=start, max_iter=n_iter)
    names = (f"r_nmf/lee_it{n_iter}_{letter}.tsv.gz" for letter in "HW")
    for factor, expected in zip((found.usages[0], found.metagenes[0]), golden_factors(*names), strict=True):
        np.testing.assert_allclose(factor, expected.to_numpy(), rtol=0, atol=3e-14 * expected.to_numpy().max())


@pytest.mark.parametrize("rank", [2, 3, 4, 5])
def test_lee_from_nndsvd_agrees_with_r_on_the_full_matrix(leukemia, anchors, rank):
    expected = anchors["nndsvd_full"]
    position = expected["k"].index(rank)
    found = factorize(leukemia, rank, "lee", restarts=1, seeding="nndsvd")
    assert found.n_iter[0] == expected["lee"]["iterations"][position]
    assert found.objective[0] == pytest.approx(expected["lee"]["euclidean"][position], rel=1e-9)
    explained = 1 - 2 * found.objective[0] / np.sum(leukemia**2)
    assert explained == pytest.approx(expected["lee"]["evar"][position], abs=5e-7)


def test_metagenes_sum_to_one_unless_penalised(expression):
    plain, penalised = (factorize(expression, 3, "lee", restarts=2, l1_usages=l1, l1_metagenes=l1) for l1 in (0, 0.1))
    np.testing.assert_allclose(plain.metagenes.sum(axis=2), 1, rtol=1e-12)
    assert not np.allclose(penalised.metagenes.sum(axis=2), 1)


def test_with_penalties_the_objective_never_rises(expression, start):
    objectives = [
        factorize(
            expression, 3, "lee", restarts=1, seeding=start, max_iter=n, l1_usages=0.1, l2_metagenes=0.2
        ).objective
        for n in range(1, 40)
    ]
    assert np.diff(np.ravel(objectives)).max() <= 1e-12 * objectives[0][0]


def test_lee_and_frobenius_end_at_the_same_optimum(expression):
    lee = factorize(expression, 3, "lee", restarts=5, stop="tolerance", tolerance=1e-7, max_iter=4000)
    frobenius = factorize(expression, 3, "frobenius", restarts=5, tolerance=1e-9, dtype="float64")
    assert lee.objective.min() == pytest.approx(frobenius.objective.min(), rel=1e-5)
