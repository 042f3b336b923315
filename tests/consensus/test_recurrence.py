"""nmfbio.consensus.recurrence: how far a gene stands out in a metagene, and in how many restarts."""

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st

from nmfbio.consensus.recurrence import (
    fold_of_logarithms,
    fold_over_next,
    gene_folds,
    gene_recurrence,
    measure_log_unit,
    to_unit_sum,
)


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


@pytest.mark.parametrize("base", [2.0, np.e])
def test_folds_of_logarithms_are_those_of_the_expression(base):
    random = np.random.default_rng(2)
    expression = random.gamma(1.0, 100.0, 30) + 1
    samples = np.log(np.array([expression, random.permutation(expression)])) / np.log(base)  # of equal totals
    folds = fold_of_logarithms(to_unit_sum(samples), measure_log_unit(samples, base))
    expected = base ** (samples - samples[::-1])
    np.testing.assert_allclose(folds, expected, rtol=1e-9)
    assert (fold_over_next(to_unit_sum(samples)).max(axis=0) >= 1.5).sum() < (folds.max(axis=0) >= 1.5).sum()


def test_folds_of_logarithms_do_not_see_how_large_metagenes_are_stored_together_and_stay_finite():
    metagenes = np.random.default_rng(3).gamma(0.4, 1.0, (3, 25))
    np.testing.assert_allclose(fold_of_logarithms(metagenes * 16, 9.0), fold_of_logarithms(metagenes, 9.0))
    assert np.isfinite(fold_of_logarithms(metagenes, 1e6)).all()
    wider = fold_of_logarithms(np.insert(metagenes, 1, 0, axis=0), 9.0)
    assert not wider[1].any()
    np.testing.assert_allclose(np.delete(wider, 1, axis=0), fold_of_logarithms(metagenes, 9.0))
    assert np.isnan(fold_of_logarithms(np.vstack([metagenes[0], np.zeros(25)]), 9.0)).all()


def test_the_unit_is_the_mean_total_and_a_linear_matrix_has_none():
    matrix = np.array([[1.0, np.nan, 2.0], [3.0, 4.0, 0.0]])
    assert measure_log_unit(matrix, np.e) == pytest.approx(2 + 4 + 1)
    whole = np.nan_to_num(matrix)
    assert measure_log_unit(scipy.sparse.csr_matrix(whole), 2.0) == pytest.approx(measure_log_unit(whole, 2.0))
    assert measure_log_unit(matrix, None) == 0
    metagenes = np.random.default_rng(4).gamma(0.4, 1.0, (2, 9))
    np.testing.assert_array_equal(gene_folds(metagenes, 0.0), fold_over_next(metagenes))
    np.testing.assert_array_equal(gene_folds(metagenes, 3.0), fold_of_logarithms(metagenes, 3.0))


def test_recurrence_takes_folds_of_logarithms_where_there_are_such():
    restart = np.array([[0.4, 0.3, 0.3], [0.3, 0.4, 0.3]])
    orders = np.array([[0, 1]])
    assert not gene_recurrence(restart[None], orders).any()
    np.testing.assert_array_equal(gene_recurrence(restart[None], orders, 10.0), [[1, 0, 0], [0, 1, 0]])
