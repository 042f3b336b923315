"""nmfbio.signatures.gene_selection: which genes make up a signature."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmfbio.consensus import fold_over_next
from nmfbio.factorization import factorize
from nmfbio.signatures import select_genes
from nmfbio.signatures.gene_selection import SELECTIONS, select_carmona_saez, select_kim_park, select_top


def test_kim_and_park_s_genes_are_those_of_r(golden_table, golden_numbers, request):
    metagenes = golden_table("brunet_it200_W.tsv.gz").to_numpy().T
    selected, strongest = select_kim_park(metagenes), metagenes.argmax(axis=0)
    counts = np.bincount(strongest[selected])
    np.testing.assert_array_equal(counts, golden_numbers["fixed_init"]["brunet_it200"]["n_features_kim"])
    path = request.config.rootpath / "tests" / "data" / "r_nmf" / "brunet_it200_extractFeatures_kim.txt"
    of_r = [{int(number) for number in line.split()} for line in path.read_text().splitlines()]
    assert of_r == [set(np.flatnonzero(selected & (strongest == place)) + 1) for place in range(3)]


@pytest.mark.parametrize("rank", [2, 3, 4, 5])
def test_as_many_leukemia_genes_are_selected_as_r_selects(leukemia_expression, leukemia_anchors, rank):
    golden = leukemia_anchors["nndsvd_full"]
    expected = golden["brunet"]["kim_park_genes"][golden["k"].index(rank)]
    metagenes = factorize(leukemia_expression.X, rank, method="brunet", restarts=1, seeding="nndsvd").metagenes[0]
    selected = select_kim_park(metagenes)
    np.testing.assert_array_equal(np.bincount(metagenes.argmax(axis=0)[selected], minlength=rank), expected)


def naive_carmona_saez(metagenes):
    selected = set()
    for number, weights in enumerate(metagenes):
        for gene in sorted(range(len(weights)), key=lambda gene: -weights[gene]):
            if metagenes[:, gene].argmax() != number:
                break
            selected.add(gene)
    return selected


@given(st.integers(0, 10_000), st.integers(2, 5))
def test_carmona_saez_s_genes_end_at_the_first_that_weighs_more_elsewhere(seed, rank):
    metagenes = np.random.default_rng(seed).gamma(0.4, 1.0, (rank, 30))
    assert set(np.flatnonzero(select_carmona_saez(metagenes))) == naive_carmona_saez(metagenes)


def test_the_top_genes_of_each_metagene_have_the_highest_scores_among_its_own():
    metagenes = np.array([[5.0, 5, 5, 1, 1, 1], [1, 1, 1, 5, 5, 5]])
    scores = np.array([[0.1, 0.9, 0.5, 2.0, 2.0, 2.0], [3.0, 3.0, 3.0, -1.0, np.nan, 0.2]])
    np.testing.assert_array_equal(select_top(metagenes, scores, 2), [False, True, True, False, False, True])


def test_the_default_takes_genes_by_their_fold():
    metagenes = np.array([[9.0, 2.0, 1.4], [1.0, 1.0, 1.0]])
    folds = fold_over_next(metagenes)
    scores = np.zeros_like(folds)
    np.testing.assert_array_equal(select_genes(metagenes, scores, folds), folds.max(axis=0) >= 1.5)
    np.testing.assert_array_equal(select_genes(metagenes, scores, folds, least_fold=5.0), [False] * 3)


@pytest.mark.parametrize("selection", SELECTIONS)
def test_one_metagene_alone_selects_nothing(selection):
    for metagenes in (np.ones((1, 4)), np.array([[1.0, 2.0, 3.0, 9.0], [0.0] * 4])):
        scores = np.ones(metagenes.shape)
        assert not select_genes(metagenes, scores, fold_over_next(metagenes), selection).any()


def test_another_name_is_refused_with_those_there_are():
    metagenes = np.ones((2, 3))
    with pytest.raises(ValueError, match="selection is 'best'; expected one of fold, kim_park, carmona_saez, top"):
        select_genes(metagenes, metagenes, metagenes, "best")
