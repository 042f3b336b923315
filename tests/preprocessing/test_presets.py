"""nmfbio.preprocessing.presets: presets and their record."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from anndata import AnnData

from nmfbio.config import Preprocess
from nmfbio.errors import InputError
from nmfbio.io import read_expression, read_h5ad, write_h5ad
from nmfbio.preprocessing import preprocess

LEUKEMIA = Path(__file__).resolve().parents[2] / "resources" / "leukemia"
BRUNET = Preprocess(preset="brunet")


def make_expression(rows, dtype=np.float32) -> AnnData:
    matrix = np.array(rows, dtype=dtype) if not scipy.sparse.issparse(rows) else rows
    genes = [f"g{i}" for i in range(matrix.shape[1])]
    return AnnData(
        matrix,
        obs=pd.DataFrame(index=[f"s{i}" for i in range(matrix.shape[0])]),
        var=pd.DataFrame({"description": genes}, index=genes),
    )


def test_none_takes_the_matrix_as_it_is():
    expression = make_expression([[1, 2], [0, 4]])
    result = preprocess(expression, Preprocess())
    np.testing.assert_array_equal(result.X, expression.X)
    assert result.uns["preprocess"]["preset"] == "none"


@pytest.mark.parametrize("as_matrix", [np.asarray, scipy.sparse.csr_matrix, scipy.sparse.csc_matrix])
def test_all_zero_genes_are_dropped_and_listed(as_matrix):
    expression = make_expression(as_matrix(np.array([[0, 1, 0, 5], [0, 2, 0, 0]], dtype=np.float32)))
    result = preprocess(expression, Preprocess())
    assert list(result.var_names) == ["g1", "g3"]
    assert list(result.var["description"]) == ["g1", "g3"]
    assert list(result.uns["preprocess"]["dropped_zero_genes"]) == ["g0", "g2"]
    assert result.uns["preprocess"]["steps"]["genes_in"].tolist() == [4]
    assert result.uns["preprocess"]["steps"]["genes_out"].tolist() == [2]


def test_brunet_floors_negative_values_caps_high_ones_and_keeps_varying_genes():
    expression = make_expression([[-50, 30000, 100, 20, 1000], [700, 20, 400, 21, 3000]])
    result = preprocess(expression, BRUNET)
    assert list(result.var_names) == ["g0", "g1"]
    np.testing.assert_array_equal(result.X, [[20, 16000], [700, 20]])
    steps = result.uns["preprocess"]["steps"]
    assert steps["genes_out"].tolist() == [5, 5, 2, 2, 2]
    assert steps["values_changed"].tolist() == [1, 1, 0, 0, 0]


def test_brunet_on_leukemia_is_the_same_as_its_definition():
    expression = read_expression(LEUKEMIA / "expression.tsv.gz")
    result = preprocess(expression, BRUNET)
    bounded = pd.DataFrame(expression.X, columns=expression.var_names).clip(20, 16000)
    low, high = bounded.min(), bounded.max()
    expected = bounded.loc[:, (high / low >= 5) & (high - low >= 500)]
    assert list(result.var_names) == list(expected.columns)
    np.testing.assert_array_equal(result.X, expected)


def test_result_is_float32_contiguous_and_the_input_stays_as_it_was():
    expression = make_expression([[3, 0, 700], [4000, 0, 9]], dtype=np.int64)
    before = expression.X.copy()
    for settings in (Preprocess(), BRUNET):
        result = preprocess(expression, settings)
        assert result.X.dtype == np.float32
        assert result.X.flags.c_contiguous
    np.testing.assert_array_equal(expression.X, before)
    assert expression.uns == {}


def test_record_survives_the_disk(tmp_path):
    result = preprocess(make_expression([[0, 30000, 100], [0, 20, 400]]), BRUNET)
    write_h5ad(result, tmp_path / "x.h5ad")
    record = read_h5ad(tmp_path / "x.h5ad").uns["preprocess"]
    assert record["floor"] == 20
    assert record["steps"]["step"][0] == "raise to floor"
    assert record["steps"]["genes_out"].tolist() == result.uns["preprocess"]["steps"]["genes_out"].tolist()


@pytest.mark.parametrize(("value", "named"), [(np.nan, "missing"), (np.inf, "infinite"), (1e39, "infinite")])
@pytest.mark.parametrize("as_matrix", [np.asarray, scipy.sparse.csr_matrix])
def test_values_no_preset_can_cure_are_refused_by_name(value, named, as_matrix):
    expression = make_expression(as_matrix(np.array([[1, 2], [3, value]])), dtype=np.float64)
    for settings in (Preprocess(), BRUNET):
        with pytest.raises(InputError, match=f"1 {named}.*'g1'.*'s1'"):
            preprocess(expression, settings)


def test_preset_that_leaves_no_gene_is_refused_with_the_cure():
    with pytest.raises(InputError, match=r"none of 2 genes left .*floor 20.*preset: none"):
        preprocess(make_expression([[4.2, 5.1], [7.9, 8.3]]), BRUNET)
    with pytest.raises(InputError, match="all values are 0"):
        preprocess(make_expression([[0, 0], [0, 0]]), Preprocess())


def test_matrix_without_genes_or_values_is_refused():
    for expression in (AnnData(np.empty((3, 0))), AnnData(obs=pd.DataFrame(index=["a"]))):
        with pytest.raises(InputError):
            preprocess(expression, Preprocess())
