"""nmfbio.io.h5ad_parts and nmfbio.io.h5ad: AnnData on disk."""

import subprocess
import sys

import h5py
import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from anndata import AnnData

from nmfbio.errors import InputError
from nmfbio.io import (
    read_counts,
    read_dropped_samples,
    read_factorised,
    read_h5ad,
    read_matrix,
    read_obs_and_var,
    read_preset,
    write_h5ad,
)


def make_expression(matrix) -> AnnData:
    obs = pd.DataFrame({"subtype": ["ALL", "AML", "ALL"]}, index=["s1", "007", "NA"])
    return AnnData(matrix, obs=obs, var=pd.DataFrame(index=["a", "b", "c", "1E5"]))


DENSE = np.arange(12, dtype=np.float32).reshape(3, 4)


@pytest.mark.parametrize("kind", [np.asarray, scipy.sparse.csr_matrix, scipy.sparse.csc_matrix])
def test_matrix_is_read_alone_from_dense_and_sparse_files(tmp_path, kind):
    write_h5ad(make_expression(kind(DENSE)), tmp_path / "x.h5ad")
    matrix = read_matrix(tmp_path / "x.h5ad")
    assert matrix.dtype == np.float32
    assert scipy.sparse.issparse(matrix) == (kind is not np.asarray)
    assert not scipy.sparse.issparse(matrix) or matrix.format == "csr"
    np.testing.assert_array_equal(matrix.toarray() if scipy.sparse.issparse(matrix) else matrix, DENSE)


def as_array(matrix):
    return matrix.toarray() if scipy.sparse.issparse(matrix) else matrix


@pytest.mark.parametrize("kind", [np.asarray, scipy.sparse.csr_matrix, scipy.sparse.csc_matrix])
def test_counts_are_those_of_raw_at_the_genes_of_the_matrix_in_their_order(tmp_path, kind):
    counts = np.arange(15).reshape(3, 5)
    written = make_expression(DENSE)
    genes = pd.DataFrame(index=["c", "1E5", "other", "b", "a"])
    written.raw = AnnData(kind(counts.astype(np.float32)), obs=written.obs, var=genes)
    write_h5ad(written, tmp_path / "x.h5ad")
    np.testing.assert_array_equal(as_array(read_counts(tmp_path / "x.h5ad")), counts[:, [4, 3, 0, 1]])


@pytest.mark.parametrize("kind", [np.asarray, scipy.sparse.csr_matrix])
def test_without_raw_the_matrix_stands_for_its_counts(tmp_path, kind):
    write_h5ad(make_expression(kind(DENSE)), tmp_path / "x.h5ad")
    np.testing.assert_array_equal(as_array(read_counts(tmp_path / "x.h5ad")), DENSE)


def test_raw_without_a_gene_of_the_matrix_gives_no_counts(tmp_path):
    written = make_expression(DENSE)
    written.raw = AnnData(DENSE[:, :3], obs=written.obs, var=pd.DataFrame(index=["a", "b", "c"]))
    write_h5ad(written, tmp_path / "x.h5ad")
    assert read_counts(tmp_path / "x.h5ad") is None


def test_ids_and_annotation_come_back(tmp_path):
    written = make_expression(DENSE)
    write_h5ad(written, tmp_path / "x.h5ad")
    read = read_h5ad(tmp_path / "x.h5ad")
    assert list(read.obs_names) == ["s1", "007", "NA"]
    assert list(read.var_names) == ["a", "b", "c", "1E5"]
    assert list(read.obs["subtype"]) == ["ALL", "AML", "ALL"]
    assert written.obs["subtype"].dtype == object, "writing must not change what is written"


def test_same_content_gives_the_same_bytes(tmp_path):
    for name in ("a.h5ad", "b.h5ad"):
        write_h5ad(make_expression(DENSE), tmp_path / name)
    assert (tmp_path / "a.h5ad").read_bytes() == (tmp_path / "b.h5ad").read_bytes()


def test_writing_copies_no_matrix_and_gives_the_bytes_of_a_copy(tmp_path, monkeypatch):
    written = make_expression(scipy.sparse.csr_matrix(DENSE))
    written.layers["counts"] = DENSE
    written.obsm["usages"] = pd.DataFrame({"metagene_1": [1.0, 2.0, 3.0]}, index=written.obs_names)
    written.uns["record"] = {"names": np.array(["x"]), "deep": {"y": 1}}
    written.raw = written
    written.copy().write_h5ad(tmp_path / "copy.h5ad")
    monkeypatch.setattr(AnnData, "copy", None)
    monkeypatch.setattr(scipy.sparse.csr_matrix, "copy", None)
    write_h5ad(written, tmp_path / "x.h5ad")
    assert (tmp_path / "x.h5ad").read_bytes() == (tmp_path / "copy.h5ad").read_bytes()
    assert written.obs["subtype"].dtype == object
    assert written.raw.var.equals(written.var)


def test_samples_and_genes_are_read_alone_as_anndata_reads_them(tmp_path):
    expression = make_expression(DENSE)
    expression.obs = pd.DataFrame(
        {
            "subtype": ["ALL", "AML", "ALL"],
            "stage": pd.Categorical(["II", None, "I"], ["I", "II"], ordered=True),
            "age": [61, 47, 8],
            "dose": [0.5, np.nan, 2.0],
            "relapse": [True, False, True],
            "visits": pd.array([3, None, 1], dtype="Int64"),
            "smoker": pd.array([True, None, False], dtype="boolean"),
            "note": ["ä", "β", "7"],
        },
        index=expression.obs_names,
    )
    write_h5ad(expression, tmp_path / "x.h5ad")
    anndata = read_h5ad(tmp_path / "x.h5ad")
    samples, genes = read_obs_and_var(tmp_path / "x.h5ad")
    pd.testing.assert_frame_equal(samples, anndata.obs)
    pd.testing.assert_frame_equal(genes, anndata.var)


@pytest.mark.parametrize("read", [read_matrix, read_counts, read_obs_and_var, read_h5ad])
def test_missing_foreign_and_truncated_files_are_input_errors(tmp_path, read):
    write_h5ad(make_expression(DENSE), tmp_path / "x.h5ad")
    content = (tmp_path / "x.h5ad").read_bytes()
    (tmp_path / "cut.h5ad").write_bytes(content[: len(content) // 2])
    (tmp_path / "text.h5ad").write_text("gene\ts1\n")
    for name in ("absent.h5ad", "cut.h5ad", "text.h5ad", "."):
        with pytest.raises(InputError):
            read(tmp_path / name)


def test_file_without_matrix_is_an_input_error_that_lists_what_there_is(tmp_path):
    with h5py.File(tmp_path / "x.h5ad", "w") as file:
        file["obs"] = [1]
    with pytest.raises(InputError, match="there is: obs"):
        read_matrix(tmp_path / "x.h5ad")
    with pytest.raises(InputError, match="a table 'obs'"):
        read_obs_and_var(tmp_path / "x.h5ad")
    with h5py.File(tmp_path / "y.h5ad", "w") as file:
        file.create_group("obs").attrs["encoding-type"] = "dataframe"
    with pytest.raises(InputError, match="cannot be read"):
        read_obs_and_var(tmp_path / "y.h5ad")


def test_reading_matrix_and_arrays_imports_neither_pandas_nor_anndata():
    code = (
        "import sys; from nmfbio.io import read_matrix, load_arrays, save_arrays;"
        "print(sorted({'pandas', 'anndata', 'scanpy', 'matplotlib'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_the_factorised_matrix_is_read_without_the_rest(tmp_path):
    whole = AnnData(np.arange(12.0, dtype=np.float32).reshape(3, 4), obs=pd.DataFrame(index=["a", "b", "c"]))
    part = whole[:, :2].copy()
    part.raw = whole
    part.uns["preprocess"] = {"dropped_samples_zero": np.array(["x", "ü"], dtype=str)}
    write_h5ad(part, tmp_path / "x.h5ad")
    read = read_factorised(tmp_path / "x.h5ad")
    np.testing.assert_array_equal(read.X, part.X)
    assert read.raw is None
    assert list(read.obs_names) == ["a", "b", "c"]
    assert list(read.uns["preprocess"]["dropped_samples_zero"]) == ["x", "ü"]
    assert read_dropped_samples(tmp_path / "x.h5ad") == ["x", "ü"]


@pytest.mark.parametrize("uns", [{}, {"preprocess": {"dropped_samples_zero": np.array([], dtype=str)}}])
def test_no_samples_are_told_of_where_none_were_dropped(tmp_path, uns):
    write_h5ad(AnnData(np.ones((2, 2), dtype=np.float32), uns=uns), tmp_path / "x.h5ad")
    assert read_dropped_samples(tmp_path / "x.h5ad") == []


@pytest.mark.parametrize(("uns", "preset"), [({}, ""), ({"preprocess": {"preset": "tpm"}}, "tpm")])
def test_the_preset_is_told_where_it_is_known(tmp_path, uns, preset):
    write_h5ad(AnnData(np.ones((2, 2), dtype=np.float32), uns=uns), tmp_path / "x.h5ad")
    assert read_preset(tmp_path / "x.h5ad") == preset


@pytest.mark.parametrize("read", [read_factorised, read_dropped_samples])
def test_a_file_that_is_not_there_is_named(tmp_path, read):
    with pytest.raises(InputError, match=r"x\.h5ad: found no such file"):
        read(tmp_path / "x.h5ad")
