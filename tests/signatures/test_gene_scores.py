"""nmfbio.signatures.gene_scores: Kim & Park's score and selection."""

from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy.stats import entropy

from nmfbio.factorization import factorize
from nmfbio.signatures import kim_park_scores, select_genes

SHAPES = array_shapes(min_dims=2, max_dims=2, min_side=2, max_side=8)
METAGENES = arrays(np.float64, SHAPES, elements=st.one_of(st.just(0.0), st.floats(1e-9, 1e9)))


def naive_scores(metagenes):
    scores = []
    for gene in metagenes.T:
        if gene.sum() == 0:
            scores.append(0.0)
            continue
        shares = [loading / gene.sum() for loading in gene]
        scores.append(1 + sum(p * log(p) for p in shares if p > 0) / log(len(metagenes)))
    return scores


@given(METAGENES)
def test_scores_are_one_plus_the_normalised_sum_of_p_log_p(metagenes):
    np.testing.assert_allclose(kim_park_scores(metagenes), naive_scores(metagenes), rtol=0, atol=1e-9)


def test_scores_are_one_minus_scipy_s_entropy():
    metagenes = np.random.default_rng(0).gamma(0.3, 1.0, (4, 200))
    np.testing.assert_allclose(kim_park_scores(metagenes), 1 - entropy(metagenes, base=4), rtol=0, atol=1e-12)


@given(METAGENES, st.data())
def test_scores_lie_from_zero_to_one_and_do_not_see_a_gene_s_level_or_the_order_of_metagenes(metagenes, data):
    order = data.draw(st.permutations(range(len(metagenes))))
    level = 2.0 ** np.arange(metagenes.shape[1])
    scores = kim_park_scores(metagenes)
    assert scores.min() >= 0
    assert scores.max() <= 1
    np.testing.assert_allclose(kim_park_scores(metagenes[order] * level), scores, rtol=0, atol=1e-9)


def test_a_gene_of_one_metagene_scores_one_and_a_gene_of_all_or_none_scores_zero():
    metagenes = np.array([[5.0, 0.2, 0.0], [0.0, 0.2, 0.0], [0.0, 0.2, 0.0]])
    np.testing.assert_allclose(kim_park_scores(metagenes), [1, 0, 0], atol=1e-15)


def test_scores_and_selected_genes_are_those_of_r(golden_table, golden_numbers, request):
    metagenes = golden_table("brunet_it200_W.tsv.gz").to_numpy().T
    scores = kim_park_scores(metagenes)
    expected = golden_table("brunet_it200_featureScores.tsv.gz")["kim"]
    np.testing.assert_allclose(scores, expected, rtol=0, atol=1e-12)
    selected, strongest = select_genes(metagenes, scores), metagenes.argmax(axis=0)
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
    selected = select_genes(metagenes, kim_park_scores(metagenes))
    np.testing.assert_array_equal(np.bincount(metagenes.argmax(axis=0)[selected], minlength=rank), expected)


def test_a_gene_is_selected_for_a_high_score_and_a_high_loading():
    scores = np.array([0.1, 0.1, 0.1, 0.1, 0.1, 0.9, 0.9])
    metagenes = np.full((2, 7), 1.0)
    metagenes[0, 5] = 9.0
    np.testing.assert_array_equal(select_genes(metagenes, scores), [False] * 5 + [True, False])


def test_rank_one_has_no_scores_and_selects_nothing():
    metagenes = np.ones((1, 4))
    scores = kim_park_scores(metagenes)
    assert np.isnan(scores).all()
    assert not select_genes(metagenes, scores).any()
