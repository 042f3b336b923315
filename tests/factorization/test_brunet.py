import numpy as np
import pytest

from nmfbio.factorization import factorize

FLOOR = 2.220446e-16


def naive_brunet(expression, usages, metagenes, max_iter):
    """The updates and the stop as anchors.json words them, one matrix product a line."""
    unchanged, earlier = 0, None
    for iteration in range(1, max_iter + 1):
        usages = usages * ((expression / (usages @ metagenes)) @ metagenes.T) / metagenes.sum(axis=1)
        metagenes = metagenes * (usages.T @ (expression / (usages @ metagenes))) / usages.sum(axis=0)[:, None]
        if iteration % 10 == 0:
            usages, metagenes = np.maximum(usages, FLOOR), np.maximum(metagenes, FLOOR)
            calls = usages.argmax(axis=1)
            connectivity = calls[:, None] == calls
            unchanged = unchanged + 1 if earlier is not None and (connectivity == earlier).all() else 0
            earlier = connectivity
            if unchanged > 40:
                return usages, metagenes, iteration, True
    return usages, metagenes, max_iter, False


@pytest.mark.parametrize("max_iter", [9, 10, 100, 2000])
def test_brunet_equals_its_definition_and_stops_with_it(expression, start, max_iter):
    usages, metagenes, n_iter, converged = naive_brunet(expression, *start, max_iter)
    found = factorize(expression, 3, "brunet", restarts=1, seeding=start, max_iter=max_iter)
    assert (found.n_iter[0], found.converged[0]) == (n_iter, converged)
    np.testing.assert_allclose(found.usages[0], usages, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(found.metagenes[0], metagenes, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("n_iter", [1, 10, 200])
def test_factors_equal_those_of_r_from_the_same_start(leukemia_table, golden_factors, n_iter):
    usages, metagenes = golden_factors("r_nmf/H0_k3.tsv.gz", "r_nmf/W0_k3.tsv.gz")
    expression = leukemia_table.loc[metagenes.columns].to_numpy(float).T
    start = usages.to_numpy(), metagenes.to_numpy()
    found = factorize(expression, 3, "brunet", restarts=1, seeding=start, max_iter=n_iter)
    names = (f"r_nmf/brunet_it{n_iter}_{letter}.tsv.gz" for letter in "HW")
    for factor, expected in zip((found.usages[0], found.metagenes[0]), golden_factors(*names), strict=True):
        np.testing.assert_allclose(factor, expected.to_numpy(), rtol=0, atol=3e-14 * expected.to_numpy().max())


def test_brunet_from_nndsvd_agrees_with_r_on_the_first_200_genes(leukemia, anchors, golden_factors):
    expected = anchors["nndsvd_first_200_genes_k3"]
    expression = leukemia[:, :200]
    found = factorize(expression, 3, "brunet", restarts=1, seeding="nndsvd")
    usages, metagenes = (f.to_numpy() for f in golden_factors("nndsvd200_H.tsv", "nndsvd200_W.tsv", None))
    assert found.n_iter[0] == expected["iterations"] == 1090
    assert found.objective[0] == pytest.approx(expected["KL"], abs=5e-5)
    difference = found.usages[0] @ found.metagenes[0] - usages @ metagenes
    assert np.abs(difference).max() <= 5e-15 * expression.max()
    for factor, golden in ((found.usages[0], usages), (found.metagenes[0], metagenes)):
        np.testing.assert_allclose(factor, golden, rtol=0, atol=1e-13 * golden.max())


@pytest.mark.parametrize("rank", [2, 3, 4, 5])
def test_brunet_from_nndsvd_agrees_with_r_on_the_full_matrix(leukemia, anchors, rank):
    expected = anchors["nndsvd_full"]
    position = expected["k"].index(rank)
    found = factorize(leukemia, rank, "brunet", restarts=1, seeding="nndsvd")
    assert found.n_iter[0] == expected["brunet"]["iterations"][position]
    assert found.objective[0] == pytest.approx(expected["brunet"]["KL"][position], rel=1e-9)


@pytest.mark.parametrize("rank", [2, *(pytest.param(rank, marks=pytest.mark.slow) for rank in (3, 4, 5, 6))])
def test_fifty_restarts_reach_the_best_divergence_of_the_reference(leukemia, anchors, rank):
    best = dict(zip(anchors["random_starts_50"]["k"], anchors["random_starts_50"]["best_KL"], strict=True))[rank]
    assert factorize(leukemia, rank, "brunet").objective.min() <= best * 1.0005


def test_the_tolerance_has_no_part_in_brunets_stop(expression):
    loose, tight = (factorize(expression, 3, "brunet", restarts=2, tolerance=tolerance) for tolerance in (0.5, 0))
    np.testing.assert_array_equal(loose.n_iter, tight.n_iter)
