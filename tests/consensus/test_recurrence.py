"""nmfbio.consensus.recurrence: how far a gene stands out in a metagene, and in how many restarts."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nmfbio.consensus.recurrence import fold_over_next, gene_recurrence, to_unit_sum


def naive_folds(metagenes):
    rise = np.median(metagenes.mean(axis=0))
    return np.array(
        [
            [
                (weight + rise) / (max(np.delete(metagenes[:, gene], metagene)) + rise)
                for gene, weight in enumerate(weights)
            ]
            for metagene, weights in enumerate(metagenes)
        ]
    )


@given(st.integers(0, 10_000), st.integers(2, 6))
def test_folds_are_weights_over_the_largest_of_the_others(seed, rank):
    metagenes = np.random.default_rng(seed).gamma(0.4, 1.0, (rank, 25))
    np.testing.assert_allclose(fold_over_next(metagenes), naive_folds(metagenes), rtol=1e-12)


def test_empty_metagenes_have_no_part():
    metagenes = np.random.default_rng(0).gamma(0.4, 1.0, (3, 25))
    wider = fold_over_next(np.insert(metagenes, 1, 0, axis=0))
    assert not wider[1].any()
    np.testing.assert_array_equal(np.delete(wider, 1, axis=0), fold_over_next(metagenes))
    assert np.isnan(fold_over_next(np.vstack([metagenes[0], np.zeros(25)]))).all()


def test_genes_that_weigh_nothing_anywhere_do_not_stand_out():
    metagenes = np.zeros((2, 5))
    metagenes[0, 0] = metagenes[1, 1] = 1.0
    folds = fold_over_next(metagenes)
    np.testing.assert_allclose(folds, [[3, 1 / 3, 1, 1, 1], [1 / 3, 3, 1, 1, 1]])


def test_shares_do_not_see_how_large_a_metagene_is_stored():
    metagenes = np.random.default_rng(1).gamma(0.4, 1.0, (3, 25))
    np.testing.assert_allclose(to_unit_sum(metagenes * [[1.0], [64.0], [0.25]]), to_unit_sum(metagenes))
    assert not to_unit_sum(np.zeros((2, 3))).any()


def test_recurrence_counts_restarts_whose_matched_metagene_tells_the_gene_apart():
    apart = np.array([[9.0, 1.0, 1.0, 1.0], [1.0, 9.0, 1.0, 1.0]])
    alike = np.ones((2, 4))
    restarts = np.array([apart, apart[::-1], alike, apart])
    orders = np.array([[0, 1], [1, 0], [0, 1], [0, 1]])
    np.testing.assert_allclose(gene_recurrence(restarts, orders), [[0.75, 0, 0, 0], [0, 0.75, 0, 0]])
