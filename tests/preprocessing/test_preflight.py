"""nmfbio.preprocessing.preflight and findings: what stops a run, and what a reader should know."""

from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from anndata import AnnData

from nmfbio.config import Preprocess
from nmfbio.errors import InputError
from nmfbio.io import read_expression, read_h5ad, read_json, write_h5ad, write_json
from nmfbio.preprocessing import check_expression, preprocess, take_level

LEUKEMIA = Path(__file__).resolve().parents[2] / "resources" / "leukemia"


def make_expression(matrix=None) -> AnnData:
    if matrix is None:
        matrix = np.random.default_rng(1).gamma(2.0, 50.0, (8, 10))
    matrix = matrix.astype(np.float32)
    names = [f"s{i}" for i in range(matrix.shape[0])], [f"g{i}" for i in range(matrix.shape[1])]
    return AnnData(matrix, obs=pd.DataFrame(index=names[0]), var=pd.DataFrame(index=names[1]))


def find(expression: AnnData, check: str, matrix: str = "factorised") -> pd.Series:
    return check_expression(expression, [2]).findings.set_index(["matrix", "check"]).loc[(matrix, check)]


def test_leukemia_passes_and_its_188_constant_genes_are_reported():
    expression = read_expression(LEUKEMIA / "expression.tsv.gz", LEUKEMIA / "samples.tsv", LEUKEMIA / "genes.tsv")
    preflight = check_expression(preprocess(expression, Preprocess(preset="none")), range(2, 7))
    findings = preflight.findings.set_index(["matrix", "check"])
    assert (preflight.n_samples, preflight.n_genes, preflight.rank_bound) == (38, 5000, 36)
    assert preflight.kind == "whole numbers"
    assert findings.loc[("factorised", "constant genes"), "found"] == "188 genes"
    assert findings.loc[("factorised", "constant genes"), "where"].endswith("and 183 more")
    assert "lineage (2 values); subtype (3 values)" in findings.loc[("as read", "metadata"), "meaning"]
    assert "warning" not in set(findings["status"])


def test_matrix_is_left_as_it_was():
    expression = make_expression()
    before = expression.X.copy()
    check_expression(expression, [2])
    np.testing.assert_array_equal(expression.X, before)


@pytest.mark.parametrize(("value", "named"), [(np.nan, "missing"), (np.inf, "infinite"), (-3, "negative")])
@pytest.mark.parametrize("as_matrix", [np.asarray, scipy.sparse.csr_matrix])
def test_unusable_value_is_refused_by_gene_and_sample(value, named, as_matrix):
    matrix = np.ones((8, 10))
    matrix[3, 4] = value
    with pytest.raises(InputError, match=f"1 {named}.*'g4', sample 's3'"):
        check_expression(make_expression(as_matrix(matrix)), [2])


def test_a_zero_is_refused_for_a_method_that_cannot_take_it():
    matrix = np.ones((8, 10))
    matrix[3, 4] = 0
    assert check_expression(make_expression(matrix), [2], "frobenius").rank_bound == 6
    with pytest.raises(InputError, match=r"1 value\(s\) of 0, first 0 at gene 'g4', sample 's3'; .*itakura_saito"):
        check_expression(make_expression(matrix), [2], "itakura_saito")


def test_a_sparse_matrix_is_refused_for_a_method_that_would_make_it_dense():
    expression = make_expression(scipy.sparse.csr_matrix(np.ones((8, 10))))
    assert check_expression(expression, [2], "bayesian").rank_bound == 6
    with pytest.raises(InputError, match=r"found a sparse matrix; expected a dense one for .*method: offset"):
        check_expression(expression, [2], "offset")


def test_negative_values_name_the_file_they_came_from(tmp_path):
    (tmp_path / "x.tsv").write_text("gene\ta\tb\tc\nA\t1\t2\t-1\nB\t1\t2\t3\n")
    with pytest.raises(InputError, match=r"x\.tsv: found 1 negative.*-1 at gene 'A', sample 'c'.*brunet"):
        check_expression(read_expression(tmp_path / "x.tsv"), [1])


def test_all_zero_sample_is_refused():
    matrix = np.ones((8, 10))
    matrix[2] = 0
    with pytest.raises(InputError, match="nothing but zeros: 's2'"):
        check_expression(make_expression(matrix), [2])


def test_repeated_ids_are_refused():
    expression = make_expression()
    expression.obs_names = ["s0", "s0", *expression.obs_names[2:]]
    with pytest.raises(InputError, match="sample ids that occur more than once: 's0'"):
        check_expression(expression, [2])


@pytest.mark.parametrize(("shape", "bound"), [((8, 10), 6), ((20, 5), 4), ((3, 9), 1)])
def test_ranks_up_to_the_bound_pass_and_the_next_is_refused(shape, bound):
    expression = make_expression(np.random.default_rng(0).random(shape) + 1)
    assert check_expression(expression, [1, bound]).rank_bound == bound
    with pytest.raises(InputError, match=f"rank {bound + 1} .*up to {bound}"):
        check_expression(expression, [1, bound, bound + 1])


@pytest.mark.parametrize("shape", [(1, 10), (2, 10), (8, 1)])
def test_matrix_too_small_for_any_rank_is_refused(shape):
    with pytest.raises(InputError, match="at least 3 samples and 2 genes"):
        check_expression(make_expression(np.ones(shape)), [1])


@pytest.mark.parametrize(
    ("matrix", "kind"),
    [
        (np.arange(80).reshape(8, 10), "counts"),
        (np.arange(80).reshape(8, 10) + 20, "whole numbers"),
        (np.linspace(4.2, 14.1, 80).reshape(8, 10), "log"),
        (np.linspace(0.5, 900.3, 80).reshape(8, 10), "linear"),
    ],
)
def test_kind_of_values_is_told_from_what_they_look_like(matrix, kind):
    assert check_expression(make_expression(matrix), [2]).kind == kind


def test_sparse_and_dense_matrices_have_the_same_findings():
    matrix = np.random.default_rng(0).poisson(0.8, (12, 9)) + np.eye(12, 9)
    matrix[:, 3] = 2
    matrix[5] = matrix[6]
    dense, sparse = (
        check_expression(make_expression(as_matrix(matrix)), [2]) for as_matrix in (np.asarray, scipy.sparse.csr_matrix)
    )
    is_size = dense.findings["check"] == "size"
    pd.testing.assert_frame_equal(dense.findings[~is_size], sparse.findings[~is_size])
    assert list(sparse.findings["meaning"][is_size]) == ["sparse, 66.7 % of the values stored", "what is factorised"]


def test_copied_samples_and_dominant_genes_are_warned_of():
    matrix = np.random.default_rng(0).random((8, 10))
    matrix[4] = matrix[1]
    matrix[:, 7] += 100
    assert find(make_expression(matrix), "identical samples")["where"] == "'s1', 's4'"
    assert find(make_expression(matrix), "dominant gene")["where"] == "'g7'"


@pytest.mark.parametrize(
    ("scale", "matrix", "meaning"),
    [
        (1e32, "factorised", "float32 factors"),
        (1e-35, "factorised", "float32 factors"),
        (2.0**20, "as read", "7 digits"),
    ],
)
def test_values_float32_cannot_hold_well_are_warned_of(scale, matrix, meaning):
    finding = find(make_expression((np.arange(80).reshape(8, 10) + 1) * scale), "precision", matrix)
    assert finding["status"] == "warning"
    assert meaning in finding["meaning"]


def test_names_a_spreadsheet_made_are_warned_of():
    expression = make_expression()
    expression.var_names = ["1-Mar", "2-Sep", "2.31E+13", "MARCHF1", "1-8D", "2310009E13", "7", "DEC1", "g8", "g9"]
    assert find(expression, "gene names", "as read")["where"] == "'1-Mar', '2-Sep', '2.31E+13'"


def test_missing_metadata_and_left_out_samples_are_reported():
    expression = make_expression()
    expression.obs["group"] = pd.Categorical(["a"] * 4 + ["b"] * 3 + [None])
    expression.obs["age"] = np.arange(8.0)
    expression.uns["metadata_left_out"] = np.array(["s99"])
    assert find(expression, "metadata", "as read")["meaning"] == "group (2 values, 1 missing); age (numbers)"
    assert find(expression, "metadata left out", "as read")["where"] == "'s99'"


def test_preflight_is_plain_values_for_json(tmp_path):
    preflight = check_expression(preprocess(make_expression(), Preprocess(preset="none")), [2])
    write_json(preflight.to_dict(), tmp_path / "preflight.json")
    content = read_json(tmp_path / "preflight.json")
    assert content["rank_bound"] == 6
    assert content["findings"][0] == preflight.findings.iloc[0].to_dict()
    assert list(preflight.findings) == ["matrix", "check", "status", "found", "meaning", "where"]
    assert content["steps"] == [
        {"step": "drop all-zero genes", "genes_in": 10, "genes_out": 10, "samples_in": 8, "samples_out": 8,
         "values_changed": 0}
    ]  # fmt: skip
    assert set(preflight.findings["status"]) <= {"ok", "note", "warning"}


def make_flawed() -> AnnData:
    """Counts with a missing and a negative value, a gene twice, an empty gene and two samples of little depth."""
    matrix = np.random.default_rng(3).poisson(40, (8, 10)).astype(float)
    matrix[1, 2], matrix[3, 4], matrix[:, 5], matrix[6] = np.nan, -3, 0, np.isin(np.arange(10), [6, 8])
    expression = make_expression(matrix)
    expression.var_names = ["g0", "twice", "g2", "g3", "g4", "empty", "g6", "twice", "g8", "g9"]
    return expression


def test_warnings_are_lines_for_the_log():
    matrix = np.random.default_rng(0).random((8, 10))
    matrix[4] = matrix[1]
    (line,) = check_expression(make_expression(matrix), [2]).warnings()
    assert line.startswith("identical samples: 2 samples, ")
    assert line.endswith(": 's1', 's4'")


def test_what_was_cured_is_still_told_of_the_matrix_as_it_was_read():
    cures = {"missing": "drop_genes", "negatives": "floor", "duplicates": "sum"}
    result = preprocess(make_flawed(), Preprocess(preset="none", **cures))
    findings = check_expression(result, [2]).findings.set_index(["matrix", "check"])
    as_read = findings.loc["as read"]
    assert as_read.loc["size", "found"] == "8 samples, 10 genes"
    assert as_read.loc["missing values", "found"] == "1"
    assert as_read.loc["missing values", "where"] == "nan at gene 'g2', sample 's1'"
    assert as_read.loc["negative values", "where"] == "-3 at gene 'g4', sample 's3'"
    assert as_read.loc["repeated genes", "where"] == "'twice'"
    assert as_read.loc["all-zero genes", "where"] == "'empty'"
    assert as_read.loc["totals", "found"].startswith("2 to ")
    steps = findings.loc["factorised"].loc[["step"]]
    assert "8 samples, 9 → 8 genes" in set(steps["found"])
    assert findings.loc["factorised"].loc["size", "found"] == "8 samples, 7 genes"


def test_a_part_of_the_samples_is_told_as_such():
    expression = make_expression()
    assert "part" not in set(check_expression(expression, [2]).findings["check"])
    expression.obs["patient"] = ["a"] * 6 + ["b"] * 2
    part = preprocess(take_level(expression, "patient", "a"), Preprocess(preset="none"))
    assert find(part, "part", "as read")["found"] == "patient 'a'"


def test_uneven_library_sizes_are_noted_with_the_extreme_samples():
    matrix = np.random.default_rng(3).poisson(40, (8, 10)) * (np.arange(10) > 0)
    matrix[6] = np.arange(10) == 8
    finding = find(make_expression(matrix), "library sizes", "as read")
    assert finding["status"] == "note"
    assert finding["where"].startswith("'s6', ")


def test_the_findings_survive_the_file_between_the_jobs(tmp_path):
    result = preprocess(make_flawed()[:, [0, 3, 6]].copy(), Preprocess(preset="none"))
    write_h5ad(result, tmp_path / "expression.h5ad")
    again = read_h5ad(tmp_path / "expression.h5ad")
    pd.testing.assert_frame_equal(check_expression(again, [1]).findings, check_expression(result, [1]).findings)


@pytest.mark.parametrize(("method", "allowed"), [("weighted", True), ("kl", False)])
def test_missing_values_pass_for_the_method_that_leaves_them_out(method, allowed):
    result = preprocess(make_flawed()[:, [0, 2, 3, 6]].copy(), Preprocess(preset="none", missing="weight"))
    with nullcontext() if allowed else pytest.raises(InputError, match="1 missing value"):
        check_expression(result, [2], method)
