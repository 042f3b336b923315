"""nmfbio.preprocessing.matrix: the same answers from dense and sparse, block by block."""

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from nmfbio.preprocessing import matrix as module
from nmfbio.preprocessing.matrix import (
    append_genes,
    as_dense,
    as_float32,
    count_changed,
    count_genes_above_zero,
    count_samples_above_zero,
    divide_samples,
    measure_genes,
    range_of_genes,
    replace_genes,
    sum_samples,
)

VALUES = st.one_of(st.just(0.0), st.just(np.nan), st.floats(-8, 8, width=16))
MATRICES = npst.arrays(np.float32, (7, 5), elements=VALUES)
FORMS = [np.asarray, scipy.sparse.csr_matrix]


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr(module, "SAMPLES_AT_ONCE", 3)
    monkeypatch.setattr(module, "GENES_AT_ONCE", 2)


@pytest.mark.parametrize("form", FORMS)
@given(values=MATRICES)
def test_counts_and_sums_are_those_of_a_loop_without_missing_values(form, values):
    matrix = form(values)
    assert count_genes_above_zero(matrix).tolist() == [sum(value > 0 for value in row) for row in values]
    assert count_samples_above_zero(matrix).tolist() == [sum(value > 0 for value in gene) for gene in values.T]
    np.testing.assert_allclose(sum_samples(matrix), np.nansum(values.astype(float), axis=1), atol=1e-12)
    np.testing.assert_array_equal(measure_genes(matrix, lambda part: part[0]), values[0])
    lowest, highest = range_of_genes(matrix)
    np.testing.assert_array_equal(lowest, values.min(axis=0))
    np.testing.assert_array_equal(highest, values.max(axis=0))


@pytest.mark.parametrize("form", FORMS)
@given(values=MATRICES, genes=st.lists(st.integers(0, 4), unique=True, min_size=1, max_size=5))
def test_genes_are_replaced_and_appended_where_they_belong(form, values, genes):
    columns = np.arange(7 * len(genes), dtype=np.float32).reshape(7, -1)
    expected = values.copy()
    expected[:, genes] = columns
    matrix = form(values)
    np.testing.assert_array_equal(as_dense(replace_genes(matrix, np.array(genes), columns)), expected)
    np.testing.assert_array_equal(as_dense(append_genes(matrix, columns)), np.hstack([values, columns]))
    np.testing.assert_array_equal(as_dense(matrix), values)


@pytest.mark.parametrize("form", FORMS)
def test_samples_are_divided_and_zeros_stay(form):
    matrix = form(np.array([[2, 0, 4], [3, 9, 0]], dtype=np.float32))
    result = divide_samples(matrix, [2, 3])
    assert result.dtype == np.float32
    np.testing.assert_array_equal(as_dense(result), [[1, 0, 2], [1, 3, 0]])


@pytest.mark.parametrize("forms", [(np.asarray, np.asarray), (np.asarray, FORMS[1]), (FORMS[1], FORMS[1])])
def test_changed_values_are_counted(forms):
    before, after = np.array([[0, 1, 2.0]]), np.array([[5, 1, 0.0]])
    assert count_changed(forms[0](before), forms[1](after)) == 2
    assert count_changed(forms[0](before), forms[1](before)) == 0


def test_a_float32_matrix_in_order_is_not_copied():
    dense = np.ones((3, 4), dtype=np.float32)
    sparse = scipy.sparse.csr_matrix(dense)
    assert np.shares_memory(as_float32(dense), dense)
    assert np.shares_memory(as_float32(sparse).data, sparse.data)
    assert as_float32(np.asfortranarray(dense)).flags.c_contiguous
    assert as_float32(scipy.sparse.csc_matrix(dense.astype(int))).dtype == np.float32
