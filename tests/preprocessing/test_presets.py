"""nmfbio.preprocessing.presets: the stage as a whole, preset by preset, and its record."""

import warnings
from pathlib import Path

import anndata
import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from anndata import AnnData
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nmfbio.config import Preprocess
from nmfbio.errors import InputError
from nmfbio.io import read_expression, read_h5ad, read_json, write_h5ad, write_json
from nmfbio.preprocessing import preprocess
from nmfbio.preprocessing.matrix import as_dense

LEUKEMIA = Path(__file__).resolve().parents[2] / "resources" / "leukemia"
NONE, BRUNET = Preprocess(preset="none"), Preprocess(preset="brunet")
FORMS = [np.asarray, scipy.sparse.csr_matrix, scipy.sparse.csc_matrix]
LOG = np.random.default_rng(5).uniform(3, 14, (10, 40)).astype(np.float32)


def run(expression, preset="none", **keys):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return preprocess(expression, Preprocess(preset=preset, **keys))


def steps_of(result):
    return result.uns["preprocess"]["steps"]["step"].tolist()


def test_none_takes_the_matrix_as_it_is(make_expression):
    expression = make_expression([[1, 2], [0, 4]])
    result = preprocess(expression, NONE)
    np.testing.assert_array_equal(result.X, expression.X)
    assert result.raw is None
    record = result.uns["preprocess"]
    assert (record["asked"], record["preset"], record["why"]) == ("none", "none", "set in the config")


@pytest.mark.parametrize("form", FORMS)
def test_all_zero_genes_are_dropped_and_listed(make_expression, form):
    expression = make_expression(form(np.array([[0, 1, 0, 5], [0, 2, 0, 0]], dtype=np.float32)))
    result = preprocess(expression, NONE)
    assert list(result.var_names) == list(result.var["description"]) == ["g1", "g3"]
    assert list(result.raw.var_names) == ["g0", "g1", "g2", "g3"]
    assert list(result.uns["preprocess"]["dropped_zero_genes"]) == ["g0", "g2"]
    assert result.uns["preprocess"]["steps"]["genes_in"].tolist() == [4]
    assert result.uns["preprocess"]["steps"]["genes_out"].tolist() == [2]


def test_brunet_floors_negative_values_caps_high_ones_and_keeps_varying_genes(make_expression):
    expression = make_expression([[-50, 30000, 100, 20, 1000], [700, 20, 400, 21, 3000]])
    result = preprocess(expression, BRUNET)
    assert list(result.var_names) == ["g0", "g1"]
    np.testing.assert_array_equal(result.X, [[20, 16000], [700, 20]])
    np.testing.assert_array_equal(result.raw.X, [[0, 30000, 100, 20, 1000], [700, 20, 400, 21, 3000]])
    record = result.uns["preprocess"]
    assert record["negative_values"] == 1
    assert record["steps"]["genes_out"].tolist() == [5, 5, 5, 2, 2, 2]
    assert record["steps"]["values_changed"].tolist() == [1, 1, 1, 0, 0, 0]


def test_negative_values_are_refused_where_auto_would_take_brunet(make_expression):
    expression = make_expression(np.rint(np.exp2(LOG)) - 30)
    with pytest.raises(
        InputError, match=r"negative value\(s\), first -.*`preprocess.preset: brunet`.*shift, split or fl"
    ):
        preprocess(expression, Preprocess())
    assert run(expression, "auto", negatives="floor").uns["preprocess"]["preset"] == "brunet"


def test_brunet_on_leukemia_is_the_same_as_its_definition():
    expression = read_expression(LEUKEMIA / "expression.tsv.gz")
    result = preprocess(expression, Preprocess())
    bounded = pd.DataFrame(expression.X, columns=expression.var_names).clip(20, 16000)
    low, high = bounded.min(), bounded.max()
    expected = bounded.loc[:, (high / low >= 5) & (high - low >= 500)]
    assert result.uns["preprocess"]["preset"] == "brunet"
    assert list(result.var_names) == list(expected.columns)
    np.testing.assert_array_equal(result.X, expected)
    np.testing.assert_array_equal(result.raw.X, expression.X)


def test_microarray_log_subtracts_the_minimum_of_the_genes_of_largest_mad(make_expression):
    result = run(make_expression(LOG), "microarray_log", top_genes=10)
    wide = LOG.astype(float)
    mad = np.median(np.abs(wide - np.median(wide, axis=0)), axis=0)
    kept = np.sort(np.argsort(-mad)[:10])
    assert list(result.var_names) == [f"g{gene}" for gene in kept]
    np.testing.assert_allclose(result.X, LOG[:, kept] - LOG[:, kept].min(axis=0), rtol=1e-6)
    np.testing.assert_array_equal(result.raw.X, LOG)
    assert run(make_expression(LOG), "microarray_log", top_genes=0).shape == (10, 40)


def test_tpm_is_the_binary_logarithm(make_expression):
    linear = np.where(LOG > 5, np.exp2(LOG), 0)
    result = run(make_expression(linear), "tpm")
    np.testing.assert_allclose(result.X, np.log2(linear.astype(float) + 1), rtol=1e-6)
    assert steps_of(result) == ["log2(x + 1)", "drop all-zero genes"]


@pytest.mark.parametrize("normalization", ["median_of_ratios", "cpm"])
def test_rnaseq_counts_are_brought_to_one_depth_and_logged(make_expression, bulk, normalization):
    result = run(make_expression(bulk), "rnaseq_counts", normalization=normalization, min_samples=3, top_genes=0)
    counts = bulk[:, (bulk > 0).sum(axis=0) >= 3].astype(float)
    if normalization == "cpm":
        factors = counts.sum(axis=1) / 1e6
    else:
        logs = np.log(counts[:, (counts > 0).all(axis=0)])
        factors = np.exp(np.median(logs - logs.mean(axis=0), axis=1))
    np.testing.assert_allclose(result.X, np.log(counts / factors[:, None] + 1), rtol=1e-5)
    assert result.uns["preprocess"]["normalization"] == normalization


def test_rnaseq_counts_are_the_same_whatever_the_depth(make_expression, bulk):
    deeper = bulk * np.arange(1, 13, dtype=np.float32)[:, None]
    first, second = (run(make_expression(counts), "rnaseq_counts", top_genes=60) for counts in (bulk, deeper))
    assert len(set(first.var_names) & set(second.var_names)) >= 57
    assert "keep 60 most variable genes (variance trend)" in steps_of(first)


def test_without_a_gene_in_all_samples_counts_per_million_are_taken_and_said(make_expression):
    counts = np.where(np.eye(8, 30, dtype=bool) | np.eye(8, 30, 8, dtype=bool), 0, 500.0)
    counts[:, 16:] = counts[:, 16:] * (np.arange(14) % 8 != np.arange(8)[:, None])
    with pytest.warns(UserWarning, match="no gene is above 0 in all samples.*counts per million are taken"):
        result = preprocess(make_expression(counts), Preprocess(preset="rnaseq_counts"))
    assert result.uns["preprocess"]["normalization"] == "cpm"


@pytest.mark.parametrize("form", FORMS)
def test_single_cell_divides_genes_by_their_deviation_and_stays_sparse(make_expression, cells, form):
    result = run(make_expression(form(cells)), "single_cell")
    kept = (cells > 0).sum(axis=0) >= 3
    expected = cells[:, kept] / cells[:, kept].astype(float).std(axis=0, ddof=1)
    np.testing.assert_allclose(as_dense(result.X), expected, rtol=1e-4)
    assert scipy.sparse.issparse(result.X) == (form is not np.asarray)
    np.testing.assert_array_equal(as_dense(result.raw.X), cells)


def test_single_cell_drops_cells_that_lose_all_counts_by_name(make_expression, cells):
    counts = cells.copy()
    counts[5] = 0
    counts[7] = 0
    counts[7, 299] = 2  # a gene in too few cells
    counts[np.arange(60) != 7, 299] = 0
    with pytest.warns(UserWarning, match="'s7'; they are dropped"):
        result = preprocess(make_expression(counts), Preprocess(preset="single_cell"))
    assert list(result.uns["preprocess"]["dropped_samples_zero"]) == ["s5", "s7"]
    assert result.n_obs == result.raw.shape[0] == 58
    assert np.isfinite(result.X).all()
    np.testing.assert_array_equal(result.raw.X, np.delete(counts, [5, 7], axis=0))
    with pytest.raises(InputError, match=r"after genes were chosen: 's6'.*`preprocess.zero_samples: drop`"):
        run(make_expression(np.delete(counts, 5, axis=0)), "single_cell", zero_samples="refuse", min_genes=0)


def test_constant_genes_are_dropped_before_the_division_and_listed(make_expression, cells):
    counts = np.hstack([cells, np.full((60, 1), 4, dtype=np.float32)])
    result = run(make_expression(counts), "single_cell")
    assert list(result.uns["preprocess"]["dropped_constant_genes"]) == ["g300"]
    assert "g300" not in result.var_names


def test_filters_are_applied_under_every_preset_and_recorded(make_expression, cells):
    result = run(make_expression(cells), "none", min_counts=300, min_samples=10, top_genes=20)
    kept = cells.sum(axis=1) >= 300
    record = result.uns["preprocess"]
    assert list(record["dropped_samples_filter"]) == [f"s{place}" for place in np.flatnonzero(~kept)]
    assert result.shape == (kept.sum(), 20)
    np.testing.assert_array_equal(result.raw.X, cells[kept])
    assert record["steps"]["samples_in"].tolist() == [60, *[kept.sum()] * 3]
    assert record["steps"]["samples_out"].tolist() == [kept.sum()] * 4
    assert {"min_counts": 300, "min_samples": 10, "top_genes": 20, "min_genes": 0}.items() <= record.items()


@pytest.mark.parametrize("preset", ["microarray_log", "tpm", "rnaseq_counts"])
def test_batches_are_corrected_on_the_log_scale_and_nothing_ends_below_zero(make_expression, bulk, preset):
    values = LOG if preset == "microarray_log" else bulk
    chip = ["a", "a", "b", "b", "c", "c", "a", "b", "c", "a", "b", "c"][: len(values)]
    spread = np.where(np.array(chip) == "b", 0.7, 1.0)[:, None] if preset == "microarray_log" else 1
    result = run(make_expression(values * spread, chip=chip), preset, batch_key="chip")
    record = result.uns["preprocess"]
    assert (record["batch_key"], record["batches"]) == ("chip", 3)
    assert "correct for chip (ComBat)" in steps_of(result)
    assert result.X.min() == 0
    if preset != "microarray_log":
        raised = steps_of(result).index("raise corrected values to 0")
        assert record["corrected_below_zero"] == record["steps"]["values_changed"][raised]


def test_batches_of_single_cells_are_refused_when_auto_finds_them(make_expression, cells):
    expression = make_expression(cells, chip=["a", "b"] * 30)
    with pytest.raises(InputError) as caught:
        preprocess(expression, Preprocess(batch_key="chip"))
    for part in ("preprocess.batch_key", "`preset: auto` took single_cell (whole numbers", "microarray_log, rnaseq"):
        assert part in str(caught.value)


def test_missing_values_stay_only_as_weights(make_expression):
    values = LOG.copy()
    values[2, 3] = values[4, 3] = values[0, 7] = np.nan
    for preset in ("none", "brunet", "microarray_log", "tpm"):
        scaled = values if preset in ("none", "microarray_log") else np.exp2(values)
        result = run(make_expression(scaled), preset, missing="weight")
        holes = np.isnan(result[:, ["g3", "g7"]].X)
        assert np.argwhere(holes).tolist() == [[0, 1], [2, 0], [4, 0]]
        assert np.isnan(result.X).sum() == result.uns["preprocess"]["missing_values"] == 3
    for missing in ("drop_genes", "impute_knn"):
        assert np.isfinite(run(make_expression(values), "microarray_log", missing=missing).X).all()
    with pytest.raises(InputError, match=r"found missing values; expected counts without any for preset single_cell"):
        run(make_expression(np.array([[1, 2, 0], [3, np.nan, 1], [1, 0, 1]])), "auto", missing="weight")


def test_cures_are_counted(make_expression):
    values = np.array([[1, -2, 3, 4, np.nan], [5, 6, 7, 8, 9]])
    result = run(make_expression(values, list("ABABC")), duplicates="max", negatives="split", missing="drop_genes")
    assert list(result.var_names) == ["A", "B"]  # the larger value of B was not negative
    record = result.uns["preprocess"]
    assert (record["duplicate_genes"], record["missing_values"], record["negative_values"]) == (2, 1, 0)
    result = run(make_expression(values[:, :4]), negatives="split")
    assert list(result.var_names) == ["g0", "g1", "g2", "g3", "g1 (negative)"]
    assert list(result.raw.var_names) == list(result.var_names) if result.raw else True
    assert result.uns["preprocess"]["negative_values"] == 1


@pytest.mark.parametrize("preset", ["none", "brunet", "microarray_log", "rnaseq_counts", "tpm", "single_cell", "auto"])
def test_result_is_float32_and_the_input_stays_as_it_was(make_expression, bulk, preset):
    for form in FORMS:
        for dtype in (np.float32, np.float64, np.int64):
            expression = make_expression(form(bulk.astype(dtype)), dtype=dtype)
            before, tables = expression.X.copy(), (expression.obs.copy(), expression.var.copy())
            result = run(expression, preset)
            assert result.X.dtype == np.float32
            assert scipy.sparse.isspmatrix_csr(result.X) or result.X.flags.c_contiguous
            assert expression.X.dtype == dtype
            np.testing.assert_array_equal(as_dense(expression.X), as_dense(before))
            pd.testing.assert_frame_equal(expression.obs, tables[0])
            pd.testing.assert_frame_equal(expression.var, tables[1])
            assert expression.uns == {}


@pytest.mark.parametrize("preset", ["none", "brunet", "microarray_log", "rnaseq_counts", "tpm", "single_cell", "auto"])
def test_sparse_gives_what_dense_gives(make_expression, bulk, preset):
    dense, sparse = (run(make_expression(form(bulk)), preset, top_genes=50) for form in FORMS[:2])
    assert list(dense.var_names) == list(sparse.var_names)
    np.testing.assert_allclose(as_dense(sparse.X), dense.X, rtol=1e-5)
    assert steps_of(dense) == steps_of(sparse)
    assert (dense.raw is None) == (sparse.raw is None)


@pytest.mark.parametrize("preset", ["none", "brunet", "microarray_log", "rnaseq_counts", "tpm", "single_cell"])
@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10_000))
def test_order_of_samples_and_genes_does_not_matter(make_expression, bulk, preset, seed):
    random = np.random.default_rng(seed)
    expression = make_expression(bulk)
    shuffled = expression[random.permutation(12)][:, random.permutation(400)].copy()
    result, other = run(expression, preset, top_genes=50), run(shuffled, preset, top_genes=50)
    assert set(result.var_names) == set(other.var_names)
    np.testing.assert_allclose(other[result.obs_names, result.var_names].X, result.X, rtol=1e-4)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 10_000),
    preset=st.sampled_from(["auto", "none", "brunet", "microarray_log", "rnaseq_counts", "tpm", "single_cell"]),
    missing=st.sampled_from(["refuse", "drop_genes", "impute_knn"]),
    negatives=st.sampled_from(["refuse", "shift", "split", "floor"]),
    kind=st.sampled_from(["counts", "linear", "log", "centred"]),
    form=st.sampled_from(FORMS[:2]),
)
def test_whatever_comes_in_is_refused_or_comes_out_sound(make_expression, seed, preset, missing, negatives, kind, form):
    random = np.random.default_rng(seed)
    shape = tuple(random.integers(1, 14, 2))
    values = {
        "counts": random.poisson(random.choice([0.3, 3, 3e5]), shape),
        "linear": random.gamma(0.5, 2000.0, shape),
        "log": random.uniform(0, 15, shape),
        "centred": random.normal(0, 1, shape),
    }[kind].astype(np.float64)
    if random.random() < 0.3:
        values[random.random(shape) < 0.1] = np.nan
    names = random.choice([f"g{place}" for place in range(20)], shape[1])
    try:
        result = run(
            make_expression(form(values), names), preset, missing=missing, negatives=negatives, duplicates="mean"
        )
    except InputError:
        return
    dense = as_dense(result.X)
    assert np.isfinite(dense).all()
    assert dense.min() >= 0
    assert (dense.max(axis=0) > 0).all()
    assert (dense.max(axis=1) > 0).all()
    assert result.raw is None or as_dense(result.raw.X).min() >= 0
    steps = result.uns["preprocess"]["steps"]
    assert steps["genes_in"].tolist()[1:] == steps["genes_out"].tolist()[:-1]
    assert steps["samples_in"].tolist()[1:] == steps["samples_out"].tolist()[:-1]
    assert (steps["samples_out"][-1], steps["genes_out"][-1]) == result.shape


@pytest.mark.parametrize("preset", ["auto", "none", "brunet", "tpm", "rnaseq_counts", "single_cell"])
def test_record_survives_the_disk(make_expression, bulk, tmp_path, preset):
    result = run(make_expression(bulk, chip=["a", "b", "c"] * 4), preset, min_counts=10)
    write_h5ad(result, tmp_path / "x.h5ad")
    read = read_h5ad(tmp_path / "x.h5ad")
    record = result.uns["preprocess"]
    assert set(read.uns["preprocess"]) == set(record)
    for name in ("asked", "preset", "why", "min_counts", "top_genes", "negative_values"):
        assert read.uns["preprocess"][name] == record[name]
    for name, column in record["steps"].items():
        assert read.uns["preprocess"]["steps"][name].tolist() == column.tolist()
    if result.raw is not None:
        np.testing.assert_array_equal(as_dense(read.raw.X), bulk)
    plain = {key: np.asarray(value).tolist() for key, value in record.items() if key != "steps"}
    write_json(plain, tmp_path / "x.json")
    assert read_json(tmp_path / "x.json") == plain


@pytest.mark.parametrize(("value", "named"), [(np.nan, "missing"), (np.inf, "infinite"), (1e39, "infinite")])
@pytest.mark.parametrize("form", FORMS[:2])
def test_values_no_preset_can_cure_are_refused_by_name(make_expression, value, named, form):
    expression = make_expression(form(np.array([[1, 2], [3, value]])), dtype=np.float64)
    for chosen in (NONE, BRUNET, Preprocess()):
        with pytest.raises(InputError, match=f"1 {named}.*'g1'.*'s1'"):
            preprocess(expression, chosen)


def test_preset_that_leaves_no_gene_is_refused_with_the_cure(make_expression):
    with pytest.raises(InputError, match=r"none of 2 genes left .*floor 20.*preset: microarray_log"):
        run(make_expression([[4.2, 5.1], [7.9, 8.3]]), "brunet")
    with pytest.raises(InputError, match=r"none of 2 genes left \(min_samples 3\)"):
        run(make_expression([[4, 5], [7, 8]]), "single_cell")
    with pytest.raises(InputError, match="no value in it is above 0"):
        preprocess(make_expression([[0, 0], [0, 0]]), NONE)


def test_matrix_without_genes_or_values_is_refused():
    for expression in (AnnData(np.empty((3, 0))), AnnData(obs=pd.DataFrame(index=["a"]))):
        with pytest.raises(InputError):
            preprocess(expression, NONE)


def test_no_copy_is_made_of_what_nothing_changes(make_expression, cells):
    sparse = anndata.AnnData(scipy.sparse.csr_matrix(cells))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert np.shares_memory(preprocess(sparse, Preprocess()).raw.X.data, sparse.X.data)
    dense = make_expression(cells + 1)
    assert np.shares_memory(preprocess(dense, NONE).X, dense.X)
