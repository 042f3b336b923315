"""nmfbio.signatures.gene_scores: how strongly and how specifically a gene belongs to a metagene."""

from math import log

import numpy as np
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy.stats import entropy
from sklearn.linear_model import LinearRegression
from sklearn.preprocessing import StandardScaler

from nmfbio.signatures import kim_park_scores, regression_scores
from nmfbio.signatures.gene_scores import contributions

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


def test_scores_are_those_of_r(golden_table):
    metagenes = golden_table("brunet_it200_W.tsv.gz").to_numpy().T
    expected = golden_table("brunet_it200_featureScores.tsv.gz")["kim"]
    np.testing.assert_allclose(kim_park_scores(metagenes), expected, rtol=0, atol=1e-12)


def test_rank_one_has_no_scores():
    assert np.isnan(kim_park_scores(np.ones((1, 4)))).all()
    assert np.isnan(regression_scores(np.ones((3, 4)), np.ones((3, 1)))).all()


def make_samples(seed, n_samples=30, n_genes=20, rank=3):
    random = np.random.default_rng(seed)
    usages = random.gamma(0.5, 1.0, (n_samples, rank))
    return random.poisson(usages @ random.gamma(0.5, 8.0, (rank, n_genes)) + 0.2).astype(float), usages


def test_regression_scores_are_those_of_scikit_learn():
    expression, usages = make_samples(0)
    shares = usages / usages.sum(axis=1, keepdims=True)
    model = LinearRegression(fit_intercept=False).fit(shares, StandardScaler().fit_transform(np.log1p(expression)))
    np.testing.assert_allclose(regression_scores(expression, usages), model.coef_.T, atol=1e-10)


@given(st.integers(0, 1000))
def test_a_sparse_matrix_has_the_scores_of_the_dense_one_and_single_valued_genes_score_nothing(seed):
    expression, usages = make_samples(seed)
    expression[:, 3] = 7.0
    dense, sparse = (regression_scores(each, usages) for each in (expression, scipy.sparse.csr_matrix(expression)))
    np.testing.assert_allclose(sparse, dense, atol=1e-9)
    assert (dense[:, 3] == 0).all()
    assert np.isfinite(dense).all()


def test_groups_of_samples_score_their_mean():
    expression, groups = make_samples(1)[0], np.repeat(np.eye(3), 10, axis=0) * 5
    means = StandardScaler().fit_transform(np.log1p(expression)).reshape(3, 10, 20).mean(axis=1)
    np.testing.assert_allclose(regression_scores(expression, groups), means, atol=1e-10)


def test_a_missing_value_stands_at_the_mean_of_its_gene():
    expression, usages = make_samples(2)
    expression[4, 5] = np.nan
    filled = np.log1p(expression)
    deviation = np.nanstd(filled[:, 5])
    filled[4, 5] = np.nanmean(filled[:, 5])
    shares = usages / usages.sum(axis=1, keepdims=True)
    expected = np.linalg.lstsq(shares, (filled[:, 5] - filled[:, 5].mean()) / deviation, rcond=None)[0]
    np.testing.assert_allclose(regression_scores(expression, usages)[:, 5], expected, atol=1e-10)


def test_an_empty_metagene_has_no_scores_and_changes_none():
    expression, usages = make_samples(3)
    wider = regression_scores(expression, np.insert(usages, 1, 0, axis=1))
    assert np.isnan(wider[1]).all()
    np.testing.assert_allclose(np.delete(wider, 1, axis=0), regression_scores(expression, usages), atol=1e-12)


def test_contributions_of_a_gene_sum_to_one():
    shares = contributions(np.array([[3.0, 0.0], [1.0, 0.0]]))
    np.testing.assert_allclose(shares, [[0.75, 0.5], [0.25, 0.5]])
