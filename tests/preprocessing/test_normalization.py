"""nmfbio.preprocessing.normalization: scales of samples and genes."""

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from nmfbio.preprocessing.matrix import as_dense
from nmfbio.preprocessing.normalization import (
    divide_by_deviation,
    divide_genes,
    log_means_of_genes,
    minimum_of_genes,
    size_factors,
    subtract_from_genes,
    to_counts_per_million,
    to_log1p,
    to_log2p1,
)


def subtract_minimum(values):
    return subtract_from_genes(values, minimum_of_genes(values))


FORMS = [np.asarray, scipy.sparse.csr_matrix]
COUNTS = npst.arrays(np.float32, (5, 6), elements=st.integers(0, 50).map(float))


@pytest.mark.parametrize("form", FORMS)
@given(counts=COUNTS)
def test_size_factors_are_medians_of_ratios(form, counts):
    everywhere = [gene for gene in counts.astype(float).T if (gene > 0).all()]
    log_means = log_means_of_genes(form(counts))
    if not everywhere:
        assert log_means is None
        return
    factors = size_factors(form(counts), log_means)
    ratios = np.array([gene / np.prod(gene) ** (1 / 5) for gene in everywhere])
    # the median of an even number of ratios is taken on the log scale
    expected = np.exp([np.median(np.log(sample)) for sample in ratios.T])
    np.testing.assert_allclose(factors, expected, rtol=1e-9)


def test_size_factors_find_the_depth_of_samples():
    depth = np.array([0.5, 1.0, 4.0, 2.0])
    counts = depth[:, None] * np.array([10.0, 200.0, 40.0, 8.0])
    counts[0, 1] *= 30  # one gene that differs moves nothing
    np.testing.assert_allclose(size_factors(counts, log_means_of_genes(counts)), depth / np.prod(depth) ** 0.25)


@pytest.mark.parametrize("form", FORMS)
def test_counts_per_million_add_up_to_a_million(cells, form):
    values = to_counts_per_million(form(cells))
    np.testing.assert_allclose(as_dense(values).sum(axis=1), 1e6, rtol=1e-5)
    np.testing.assert_allclose(as_dense(values), 1e6 * cells / cells.sum(axis=1, keepdims=True), rtol=1e-5)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("function", "naive"), [(to_log1p, np.log), (to_log2p1, np.log2)])
def test_logarithms_are_of_one_more(cells, form, function, naive):
    before = cells.copy()
    result = function(form(cells))
    assert result.dtype == np.float32
    assert scipy.sparse.issparse(result) == (form is not np.asarray)
    np.testing.assert_allclose(as_dense(result), naive(cells.astype(float) + 1), rtol=1e-6)
    np.testing.assert_array_equal(cells, before)


def test_minimum_of_each_gene_is_subtracted_and_missing_values_stay():
    values = np.array([[4, 2, np.nan], [1, np.nan, np.nan]], dtype=np.float32)
    np.testing.assert_array_equal(subtract_minimum(values), [[3, 0, np.nan], [0, np.nan, np.nan]])


def test_minimum_of_a_sparse_matrix_is_subtracted_without_filling_it():
    values = np.array([[0, 2, 9], [1, 3, 5], [0, 0, 7]], dtype=np.float32)
    result = subtract_minimum(scipy.sparse.csr_matrix(values))
    assert scipy.sparse.isspmatrix_csr(result)
    np.testing.assert_array_equal(result.toarray(), [[0, 2, 4], [1, 3, 0], [0, 0, 2]])
    np.testing.assert_array_equal(subtract_minimum(scipy.sparse.csr_matrix(values[:, :2])).toarray(), values[:, :2])


@pytest.mark.parametrize("form", FORMS)
def test_division_by_deviation_gives_each_gene_variance_1_and_keeps_zeros(cells, form):
    varying = cells[:, cells.std(axis=0) > 0]
    before = varying.copy()
    result, deviations = divide_by_deviation(form(varying))
    assert result.dtype == np.float32
    assert scipy.sparse.issparse(result) == (form is not np.asarray)
    np.testing.assert_allclose(as_dense(result), varying / varying.astype(float).std(axis=0, ddof=1), rtol=1e-4)
    np.testing.assert_array_equal(varying, before)
    np.testing.assert_allclose(as_dense(divide_genes(form(varying), deviations)), as_dense(result), rtol=1e-6)


def test_sizes_of_other_samples_are_told_by_the_means_given_and_by_genes_above_0():
    counts = np.array([[1.0, 2.0, 0.0, 4.0], [4.0, 8.0, 5.0, 16.0]])
    others = np.array([[3.0, 6.0, 90.0, 12.0], [0.0, 0.0, 90.0, 40.0], [0.0, 0.0, 7.0, 0.0]])
    np.testing.assert_allclose(size_factors(others, log_means_of_genes(counts)), [1.5, 5, np.nan])
