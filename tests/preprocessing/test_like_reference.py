"""nmfbio.preprocessing.like_reference: other samples by the numbers of the reference, never by their own."""

import warnings

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from anndata import AnnData
from hypothesis import given
from hypothesis import strategies as st

from nmfbio.config import Preprocess
from nmfbio.errors import InputError
from nmfbio.io import read_factorised, write_h5ad
from nmfbio.preprocessing import find_genes, preprocess, scale_like_reference
from nmfbio.preprocessing.matrix import as_dense

LOG = np.random.default_rng(5).uniform(3, 14, (12, 40)).astype(np.float32)
LINEAR = np.rint(np.exp2(LOG))
SIGNED = LOG - 8
BATCH = ["a", "b"] * 6


def run(expression, preset, **keys):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return preprocess(expression, Preprocess(preset=preset, **keys))


def scale(expression, reference):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return scale_like_reference(expression, reference)


CASES = [
    ("none", LINEAR, {}),
    ("none", LINEAR, {"top_genes": 10}),
    ("none", SIGNED, {"negatives": "shift"}),
    ("none", SIGNED, {"negatives": "split"}),
    ("none", SIGNED, {"negatives": "floor"}),
    ("brunet", LINEAR, {}),
    ("brunet", LINEAR - 30, {}),
    ("microarray_log", LOG, {"top_genes": 25}),
    ("tpm", LINEAR / 3, {"top_genes": 25}),
    ("rnaseq_counts", "bulk", {"top_genes": 100}),
    ("rnaseq_counts", "bulk", {"top_genes": 100, "normalization": "cpm"}),
    ("rnaseq_counts", "cells", {"top_genes": 100}),
    ("single_cell", "cells", {"top_genes": 100}),
]


@pytest.fixture(params=CASES, ids=lambda case: f"{case[0]} {case[2]}")
def case(request, make_expression):
    """A matrix as it was read, and the reference made of it."""
    preset, values, keys = request.param
    values = request.getfixturevalue(values) if isinstance(values, str) else values
    expression = make_expression(values)
    return expression, run(expression, preset, **keys)


def test_the_references_own_samples_get_the_values_they_have(case):
    expression, reference = case
    scaled = scale(expression, reference)
    assert scaled.found.all()
    assert scaled.raised == 0
    assert as_dense(scaled.values).dtype == np.float32
    np.testing.assert_allclose(as_dense(scaled.values), as_dense(reference.X), rtol=2e-6, atol=1e-6)


def test_a_sample_is_scaled_alike_whatever_others_come_with_it_and_however_genes_lie(case):
    expression, reference = case
    turned = expression[[7], ::-1].copy()
    turned.var_names = [f" {name}" for name in turned.var_names]
    np.testing.assert_allclose(
        as_dense(scale(turned, reference).values), as_dense(reference.X)[[7]], rtol=2e-6, atol=1e-6
    )


def test_a_sparse_matrix_is_scaled_like_a_dense_one(case):
    expression, reference = case
    sparse = AnnData(scipy.sparse.csr_matrix(expression.X), obs=expression.obs, var=expression.var)
    np.testing.assert_allclose(as_dense(scale(sparse, reference).values), as_dense(reference.X), rtol=2e-6, atol=1e-6)


def test_the_numbers_survive_the_file(case, tmp_path):
    expression, reference = case
    write_h5ad(reference, tmp_path / "expression.h5ad")
    stored = read_factorised(tmp_path / "expression.h5ad")
    pd.testing.assert_frame_equal(stored.uns["scaling"], reference.uns["scaling"], check_names=False)
    one, other = scale(expression, stored), scale(expression, reference)
    np.testing.assert_array_equal(as_dense(one.values), as_dense(other.values))


def test_inputs_are_left_as_they_were(case):
    expression, reference = case
    before = expression.X.copy(), as_dense(reference.X).copy()
    scale(expression, reference)
    np.testing.assert_array_equal(expression.X, before[0])
    np.testing.assert_array_equal(as_dense(reference.X), before[1])


def test_missing_genes_are_told_and_the_others_keep_their_values(make_expression):
    expression = make_expression(LOG)
    reference = run(expression, "microarray_log")
    part = expression[:, 10:].copy()
    scaled = scale(part, reference)
    assert scaled.found.tolist() == find_genes(part, reference).tolist() == [False] * 10 + [True] * 30
    np.testing.assert_array_equal(scaled.values, reference.X[:, 10:])


@pytest.mark.parametrize("normalization", ["cpm", "median_of_ratios"])
def test_depth_is_told_from_the_genes_that_are_there(bulk, make_expression, normalization):
    expression = make_expression(bulk)
    reference = run(expression, "rnaseq_counts", top_genes=100, normalization=normalization)
    half = scale(expression[:, ::2].copy(), reference)
    whole = as_dense(reference.X)[:, half.found]
    assert np.abs(half.values - whole).max() < 0.5  # on the log scale; without the share it would be ln 2 and more
    assert np.abs(np.median(half.values - whole)) < 0.1


def test_counts_per_million_leave_out_genes_that_the_reference_did_not_count(bulk, make_expression):
    expression = make_expression(bulk)
    reference = run(expression, "rnaseq_counts", normalization="cpm")
    more = make_expression(np.hstack([bulk, bulk * 9]), genes=[*expression.var_names, *(f"x{i}" for i in range(400))])
    np.testing.assert_allclose(scale(more, reference).values, reference.X, rtol=1e-6)


def test_values_below_the_references_smallest_become_0_and_are_counted(make_expression):
    reference = run(make_expression(LOG), "microarray_log")
    new = LOG.copy()
    new[0, :3] = LOG.min(axis=0)[:3] - 1
    scaled = scale(make_expression(new), reference)
    assert scaled.raised == 3
    assert scaled.values[0, :3].tolist() == [0, 0, 0]


@given(values=st.lists(st.floats(-5, 5, width=32), min_size=4, max_size=4))
def test_split_genes_are_split_whatever_their_new_signs(values):
    def expression(matrix):
        return AnnData(np.array(matrix, np.float32), var=pd.DataFrame(index=["a", "b"]))

    reference = run(expression([[-1, 2], [3, 1], [1, 4]]), "none", negatives="split")
    assert list(reference.var_names) == ["a", "b", "a (negative)"]
    new = np.array(values, np.float32).reshape(2, 2)
    reference.uns["input"]["kind"] = "centred"
    scaled = scale(expression(new), reference)
    a, b = new.T
    np.testing.assert_array_equal(scaled.values, np.maximum(np.column_stack([a, b, -a]), 0))
    assert scaled.raised == (b < 0).sum()


def test_what_cannot_be_done_to_new_samples_is_said(make_expression):
    expression = make_expression(LOG, batch=BATCH)
    reference = run(expression, "microarray_log", batch_key="batch")
    with pytest.warns(UserWarning, match="corrected for batch .ComBat., which new samples cannot be"):
        scaled = scale_like_reference(expression, reference)
    assert len(scaled.left_out) == 1


def test_thresholds_of_samples_drop_none_and_are_said(cells, make_expression):
    reference = run(make_expression(cells), "single_cell", min_counts=5)
    with pytest.warns(UserWarning, match=r"no sample is dropped by the thresholds.*min_counts 5"):
        assert len(scale_like_reference(make_expression(cells / 100 // 1), reference).values.shape) == 2


@pytest.mark.parametrize(("missing", "found"), [("drop_genes", 39), ("impute_knn", 39), ("weight", 40)])
def test_missing_values_are_treated_as_near_to_the_reference_as_can_be(make_expression, missing, found):
    reference = run(make_expression(LOG), "microarray_log", missing=missing)
    new = LOG.copy()
    new[2, 7] = np.nan
    scaled = scale(make_expression(new), reference)
    assert scaled.found.sum() == found
    assert np.isnan(scaled.values).sum() == found - 39
    assert len(scaled.left_out) == 40 - found


def bad(values, row, column, value):
    values = values.copy()
    values[row, column] = value
    return values


@pytest.mark.parametrize(
    ("preset", "values", "new", "message"),
    [
        ("microarray_log", LOG, bad(LOG, 1, 2, np.nan), r"1 missing value\(s\), first nan at gene 'g2', sample 's1'"),
        ("microarray_log", LOG, bad(LOG, 1, 2, np.inf), r"1 infinite value\(s\)"),
        ("microarray_log", LOG, bad(LOG, 1, 2, -1), r"1 negative value\(s\), first -1 at gene 'g2', sample 's1'"),
        ("microarray_log", LOG, LINEAR, "found whole numbers values .*expected log values"),
        ("brunet", LINEAR, LOG, "found log values .*expected whole numbers values"),
        ("rnaseq_counts", LINEAR, LOG, "expected counts, thus whole numbers"),
    ],
)
def test_what_the_reference_refused_is_refused(make_expression, preset, values, new, message):
    reference = run(make_expression(values), preset)
    with pytest.raises(InputError, match=message):
        scale(make_expression(new), reference)


def test_repeated_genes_are_refused_or_merged_as_in_the_reference_and_others_do_not_matter(make_expression):
    new = make_expression(np.hstack([LINEAR, LINEAR[:, :1]]), genes=[f"g{i}" for i in [*range(40), 0]])
    with pytest.raises(InputError, match=r"1 gene id\(s\) that occur more than once: 'g0'"):
        scale(new, run(make_expression(LINEAR), "none"))
    merged = scale(new, run(make_expression(LINEAR), "none", duplicates="sum"))
    np.testing.assert_array_equal(merged.values[:, 0], 2 * LINEAR[:, 0])
    other = make_expression(np.hstack([LINEAR, LINEAR[:, :2]]), genes=[*(f"g{i}" for i in range(40)), "x", "x"])
    assert scale(other, run(make_expression(LINEAR), "none")).values.shape == (12, 40)


def test_a_reference_that_was_not_preprocessed_is_refused(make_expression):
    with pytest.raises(InputError, match="expected the record of preprocessing"):
        scale(make_expression(LOG), make_expression(LOG))


def test_a_matrix_of_other_genes_is_refused(make_expression):
    other = make_expression(LOG, genes=[f"x{i}" for i in range(40)])
    with pytest.raises(InputError, match="none of its 40 genes"):
        scale(other, run(make_expression(LOG), "microarray_log"))
