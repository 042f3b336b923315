"""nmfbio.preprocessing.selection: genes that vary."""

import warnings

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from nmfbio.preprocessing.selection import has_largest_mad, varies, varies_most_for_mean

FORMS = [np.asarray, scipy.sparse.csr_matrix]
VALUES = npst.arrays(np.float32, (7, 8), elements=st.integers(0, 6).map(float))


@pytest.mark.parametrize("form", FORMS)
@given(values=VALUES, n_genes=st.integers(1, 9))
def test_largest_mad_is_that_of_a_loop_with_ties_by_deviation(form, values, n_genes):
    wide = values.astype(float)
    key = [(-np.median(np.abs(gene - np.median(gene))), -gene.std(), place) for place, gene in enumerate(wide.T)]
    expected = np.zeros(8, dtype=bool)
    expected[[place for *_, place in sorted(key)[:n_genes]]] = True
    np.testing.assert_array_equal(has_largest_mad(form(values), n_genes), expected)


def test_missing_values_have_no_part_in_the_mad():
    values = np.array([[0, 5, np.nan], [9, 5, np.nan], [4, 5, np.nan], [np.nan, 6, np.nan]], dtype=np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert has_largest_mad(values, 1).tolist() == [True, False, False]


@pytest.mark.parametrize("form", FORMS)
def test_genes_above_the_trend_are_those_scanpy_chooses(make_expression, cells, form):
    import scanpy

    counts = cells[:, (cells > 0).sum(axis=0) >= 3]
    chosen, how = varies_most_for_mean(form(counts), 40)
    table = scanpy.pp.highly_variable_genes(make_expression(counts), flavor="seurat_v3", n_top_genes=40, inplace=False)
    assert how == "variance trend"
    assert set(np.flatnonzero(chosen)) == set(np.flatnonzero(table["highly_variable"]))


@given(seed=st.integers(0, 1000))
def test_order_of_samples_and_genes_does_not_matter(cells, seed):
    random = np.random.default_rng(seed)
    counts = cells[:, (cells > 0).sum(axis=0) >= 3]
    samples, genes = random.permutation(counts.shape[0]), random.permutation(counts.shape[1])
    shuffled = counts[samples][:, genes]
    np.testing.assert_array_equal(varies_most_for_mean(shuffled, 40)[0], varies_most_for_mean(counts, 40)[0][genes])
    values = np.log1p(counts) + np.arange(counts.shape[1]) * np.float32(1e-4)
    np.testing.assert_array_equal(has_largest_mad(values[samples][:, genes], 9), has_largest_mad(values, 9)[genes])


def test_all_genes_are_taken_where_there_are_no_more(cells):
    chosen, how = varies_most_for_mean(cells, 300)
    assert chosen.all()
    assert how == "all"


@pytest.mark.parametrize(
    "counts",
    [
        np.tile([[1.0], [3.0]], (3, 9)),  # one mean for all
        np.tile([[1.0], [3.0]], (3, 90)),
        np.array([[0, 1, 2, 9.0], [3, 1, 5, 0], [1, 1, 1, 7]]),  # too few genes
        np.ones((4, 6)),  # nothing varies
        np.eye(6),
    ],
)
@pytest.mark.parametrize("form", FORMS)
def test_without_a_trend_genes_are_chosen_by_variance_over_mean(counts, form):
    with pytest.warns(UserWarning, match="could not be fitted .* variance / mean"):
        chosen, how = varies_most_for_mean(form(counts.astype(np.float32)), 2)
    ratio = counts.var(axis=0) / counts.mean(axis=0)
    assert how == "variance / mean"
    assert chosen.sum() == 2
    assert ratio[chosen].min() >= ratio[~chosen].max() - 1e-12


@pytest.mark.parametrize("form", FORMS)
def test_constant_genes_are_told_from_those_that_vary(form):
    assert varies(form(np.array([[1, 0, 0], [1, 0, 3]], dtype=np.float32))).tolist() == [False, False, True]
    assert varies(form(np.empty((2, 0), dtype=np.float32))).size == 0
