"""nmfbio.preprocessing.cures: duplicated genes, missing and negative values."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from nmfbio.errors import InputError
from nmfbio.preprocessing.cures import cure_duplicates, cure_missing, cure_negatives, impute, merge_genes
from nmfbio.preprocessing.matrix import as_dense
from nmfbio.preprocessing.recorder import Recorder

FORMS = [np.asarray, scipy.sparse.csr_matrix]
WHOLE = npst.arrays(np.float32, (4, 6), elements=st.integers(-9, 9).map(float))
LOOPS = {"sum": sum, "mean": lambda values: sum(values) / len(values), "max": max}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("how", LOOPS)
@given(values=WHOLE, names=st.lists(st.sampled_from("ABCD"), min_size=6, max_size=6))
def test_merging_is_what_a_loop_over_names_gives(form, how, values, names):
    merged = merge_genes(form(values), pd.Index(names), how)
    first = list(dict.fromkeys(names))
    loop = [[LOOPS[how]([row[i] for i in range(6) if names[i] == name]) for name in first] for row in values.tolist()]
    np.testing.assert_allclose(as_dense(merged), loop, rtol=1e-6)
    assert merged.dtype == np.float32


def test_ids_that_differ_in_padding_or_spelling_are_merged_at_their_first_place(make_expression):
    recorder = Recorder(make_expression([[1, 2, 3, 4], [5, 6, 7, np.nan]], ["caf\u00e9", "B", "cafe\u0301 ", "B"]))
    assert cure_duplicates(recorder, "sum") == 2
    assert list(recorder.var.index) == ["caf\u00e9", "B"]
    assert list(recorder.var["description"]) == ["caf\u00e9", "B"]
    np.testing.assert_array_equal(recorder.values, [[4, 6], [12, np.nan]])
    assert recorder.steps()["step"].tolist() == ["merge duplicated genes (sum)"]
    assert recorder.steps()["genes_out"].tolist() == [2]


def test_duplicated_genes_are_refused_by_name_with_the_cure(make_expression):
    with pytest.raises(InputError) as caught:
        cure_duplicates(Recorder(make_expression([[1, 2, 3]], ["TP53", "MYC", "TP53"])), "refuse")
    for part in ("expression matrix", "1 gene id(s) that occur more than once: 'TP53'", "`preprocess.duplicates`: sum"):
        assert part in str(caught.value)


def test_names_a_spreadsheet_made_are_not_offered_to_be_merged(make_expression):
    with pytest.raises(InputError, match=r"'1-Mar' look like dates .* restore the names") as caught:
        cure_duplicates(Recorder(make_expression([[1, 2, 3]], ["1-Mar", "MYC", "1-Mar"])), "refuse")
    assert "preprocess.duplicates" not in str(caught.value)


def with_holes(seed=0, share=0.1):
    random = np.random.default_rng(seed)
    values = random.gamma(2.0, 3.0, (12, 9)).astype(np.float32)
    values[random.random(values.shape) < share] = np.nan
    return values


def test_imputation_is_the_mean_of_the_nearest_samples():
    values = with_holes()
    expected = values.copy()
    for sample, gene in np.argwhere(np.isnan(values)):
        distances = {}
        for other in np.flatnonzero(~np.isnan(values[:, gene])):
            both = ~np.isnan(values[sample]) & ~np.isnan(values[other])
            distances[other] = np.mean((values[sample, both].astype(float) - values[other, both]) ** 2)
        nearest = sorted(distances, key=distances.get)[:5]
        expected[sample, gene] = values[nearest, gene].astype(float).mean()
    np.testing.assert_allclose(impute(values), expected, rtol=1e-5)


@pytest.mark.parametrize("form", FORMS)
def test_missing_values_are_cured_as_asked(make_expression, form):
    values = with_holes(share=0.02)
    n_missing = int(np.isnan(values).sum())
    holed = np.isnan(values).any(axis=0)
    assert 0 < holed.sum() < 9
    results = {}
    for missing in ("weight", "drop_genes", "impute_knn"):
        recorder = Recorder(make_expression(form(values)))
        assert cure_missing(recorder, missing) == n_missing
        results[missing] = recorder.values
    np.testing.assert_array_equal(results["weight"], values)
    np.testing.assert_array_equal(as_dense(results["drop_genes"]), values[:, ~holed])
    assert np.isfinite(results["impute_knn"]).all()
    np.testing.assert_array_equal(results["impute_knn"][~np.isnan(values)], values[~np.isnan(values)])


def test_missing_values_are_refused_by_gene_and_sample(make_expression):
    with pytest.raises(InputError) as caught:
        cure_missing(Recorder(make_expression([[1, 2], [3, np.nan]])), "refuse")
    for part in ("1 missing value(s), first nan at gene 'g1', sample 's1'", "drop_genes, impute_knn, or weight"):
        assert part in str(caught.value)


@pytest.mark.parametrize("missing", ["weight", "drop_genes", "impute_knn"])
def test_a_sample_without_any_value_has_no_cure(make_expression, missing):
    with pytest.raises(InputError, match=r"1 sample\(s\) without any value: 's1'.*Leave these samples out"):
        cure_missing(Recorder(make_expression([[1, 2], [np.nan, np.nan]])), missing)


@pytest.mark.parametrize("form", FORMS)
@given(values=WHOLE)
def test_negative_values_are_cured_as_defined(make_expression, form, values):
    below = values.min(axis=0) < 0
    expected = {
        "floor": np.where(values < 0, 0, values),
        "shift": np.where(below, values - values.min(axis=0), values),
        "split": np.hstack([np.where(values < 0, 0, values), np.where(values < 0, -values, 0)[:, below]]),
    }
    before = values.copy()
    for negatives, wanted in expected.items():
        recorder = Recorder(make_expression(form(values)))
        assert cure_negatives(recorder, negatives) == (values < 0).sum()
        np.testing.assert_array_equal(as_dense(recorder.values), wanted)
        assert len(recorder.var) == wanted.shape[1]
        assert bool(recorder.steps()["step"].size) == below.any()
    np.testing.assert_array_equal(values, before)


def test_parts_of_a_split_gene_are_named(make_expression):
    recorder = Recorder(make_expression([[1, -2, 3], [4, 5, -6]]))
    cure_negatives(recorder, "split")
    assert list(recorder.var.index) == ["g0", "g1", "g2", "g1 (negative)", "g2 (negative)"]
    assert list(recorder.var["description"]) == ["g0", "g1", "g2", "g1", "g2"]


def test_negative_values_are_refused_with_all_cures(make_expression):
    with pytest.raises(InputError) as caught:
        cure_negatives(Recorder(make_expression([[1, -2.5], [3, 4]])), "refuse")
    for part in ("1 negative value(s), first -2.5 at gene 'g1', sample 's0'", "brunet", "shift, split or floor"):
        assert part in str(caught.value)


@pytest.mark.parametrize("form", FORMS)
def test_a_matrix_without_fault_is_left_alone(make_expression, form):
    recorder = Recorder(make_expression(form(np.ones((3, 4), dtype=np.float32))))
    values = recorder.values
    assert cure_duplicates(recorder, "refuse") + cure_missing(recorder, "refuse") == 0
    assert cure_negatives(recorder, "refuse") == 0
    assert recorder.values is values
    assert recorder.steps()["step"].size == 0
