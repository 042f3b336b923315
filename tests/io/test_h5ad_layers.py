"""nmfbio.io.h5ad_layers and nmfbio.io.hdf5: .h5ad files of others."""

import h5py
import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from anndata import AnnData

from nmfbio.errors import InputError
from nmfbio.io import hdf5, read_expression
from nmfbio.io.h5ad_layers import read_h5ad_layer

COUNTS = np.array([[0, 2, 0, 5], [1, 0, 0, 0], [3, 0, 4, 0]])


@pytest.fixture
def make(tmp_path):
    """Write an AnnData with X, a layer and raw, and give its path."""

    def write(matrix=None, name="x.h5ad", genes=("a", "b", "c", "d")):
        obs = pd.DataFrame({"group": pd.Categorical(["x", "y", None]), "age": [1, 2, 3]}, index=["s1", "007", "NA"])
        adata = AnnData(COUNTS.astype(np.float32), obs=obs, var=pd.DataFrame({"chromosome": list("1234")}, list(genes)))
        adata.raw = AnnData(
            scipy.sparse.csr_matrix(COUNTS * 3.0), obs=obs, var=pd.DataFrame(index=["A", "B", "C", "D"])
        )
        adata.X = COUNTS.astype(np.float32) if matrix is None else matrix
        adata.layers["counts"] = scipy.sparse.csr_matrix(COUNTS * 2)
        adata.obsm["X_pca"] = np.ones((3, 2))
        adata.uns["other"] = "left behind"
        adata.write_h5ad(tmp_path / name)
        return tmp_path / name

    return write


KINDS = {
    "csr": scipy.sparse.csr_matrix,
    "csc": scipy.sparse.csc_matrix,
    "csr array": scipy.sparse.csr_array,
    "dense": np.asarray,
    "Fortran order": np.asfortranarray,
}


@pytest.mark.parametrize("dtype", ["int8", "uint16", "int64", "float64", "bool"])
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_type_and_form_becomes_float32(make, kind, dtype, monkeypatch):
    monkeypatch.setattr(hdf5, "VALUES_AT_ONCE", 2)
    matrix = read_h5ad_layer(make(kind(COUNTS.astype(dtype)))).X
    assert matrix.dtype == np.float32
    expected = COUNTS.astype(dtype).astype(np.float32)
    if isinstance(matrix, np.ndarray):
        assert matrix.flags.c_contiguous
        np.testing.assert_array_equal(matrix, expected)
    else:
        assert matrix.format == "csr"
        assert matrix.has_canonical_format
        np.testing.assert_array_equal(matrix.toarray(), expected)


def test_tables_come_along_and_nothing_else(make):
    expression = read_expression(make())
    assert list(expression.obs_names) == ["s1", "007", "NA"]
    assert list(expression.obs["group"].cat.categories) == ["x", "y"]
    assert list(expression.var["chromosome"]) == list("1234")
    assert list(expression.var["description"]) == [""] * 4
    assert set(expression.uns) == {"source", "other_layers"}
    assert not [*expression.layers, *expression.obsm]
    assert expression.raw is None


def test_layers_and_raw_are_read_by_name(make):
    path = make()
    np.testing.assert_array_equal(read_h5ad_layer(path, "counts").X.toarray(), COUNTS * 2)
    raw = read_h5ad_layer(path, "raw")
    np.testing.assert_array_equal(raw.X.toarray(), COUNTS * 3)
    assert list(raw.var_names) == list("ABCD")


@pytest.mark.parametrize("layer", ["count", "../X", "counts/data", ""])
def test_a_layer_that_is_not_there_lists_what_is(make, layer):
    with pytest.raises(InputError, match=r"expected one of what there is: X \(no `layer`\), 'counts', 'raw'"):
        read_h5ad_layer(make(), layer)


def test_a_file_without_x_lists_its_layers(make):
    path = make()
    with h5py.File(path, "r+") as file:
        del file["X"]
    with pytest.raises(InputError, match="no matrix X; expected one of what there is: 'counts', 'raw'"):
        read_h5ad_layer(path)


def test_unsorted_and_repeated_entries_become_canonical(make):
    path = make(scipy.sparse.csr_matrix(COUNTS))
    with h5py.File(path, "r+") as file:
        for name, values in (("data", [5, 1, 1, 1, 4, 3]), ("indices", [3, 1, 1, 0, 2, 0]), ("indptr", [0, 3, 4, 6])):
            del file[f"X/{name}"]
            file[f"X/{name}"] = values
    matrix = read_h5ad_layer(path).X
    assert matrix.has_canonical_format
    assert matrix.nnz == 5
    np.testing.assert_array_equal(matrix.toarray(), COUNTS)


@pytest.mark.parametrize(
    ("name", "values"),
    [("indices", [0, 1, 2, 3, 9]), ("indices", [0, -1, 2, 3, 1]), ("indptr", [0, 3, 1, 5]), ("indptr", [0, 5]),
     ("indices", [0]), ("indptr", [0, 2, 3, 99])],
)  # fmt: skip
def test_indices_that_do_not_fit_are_refused(make, name, values):
    path = make(scipy.sparse.csr_matrix(COUNTS))
    with h5py.File(path, "r+") as file:
        del file[f"X/{name}"]
        file[f"X/{name}"] = values
    with pytest.raises(InputError, match=r"x\.h5ad"):
        read_h5ad_layer(path)


def test_values_that_are_no_real_numbers_or_too_large_are_refused(make):
    for matrix, named in (
        (COUNTS.astype(complex), "complex128"),
        (COUNTS * 1e200, r"e\+200"),
        (scipy.sparse.csr_matrix(COUNTS * 1e200), "float32"),
    ):
        with pytest.raises(InputError, match=named):
            read_h5ad_layer(make(matrix))
    path = make()
    with h5py.File(path, "r+") as file:
        del file["X"]
        file["X"] = np.array([["1"] * 4] * 3, "S")
    with pytest.raises(InputError, match="text"):
        read_h5ad_layer(path)


def test_missing_infinite_and_negative_values_stay(make):
    values = np.array([[np.nan, np.inf, -np.inf, -1.0]] * 3)
    np.testing.assert_array_equal(read_h5ad_layer(make(values)).X, values.astype(np.float32))


def test_genes_may_occur_twice_and_samples_may_not(make):
    with pytest.warns(UserWarning, match="not unique"):
        path = make(genes=["a", "a", "b", "c"])
    assert list(read_h5ad_layer(path).var_names) == ["a", "a", "b", "c"]
    with h5py.File(path, "r+") as file:
        file["obs"][file["obs"].attrs["_index"]][1] = "s1"
    with pytest.raises(InputError, match="obs: found sample ids that occur more than once: 's1'"):
        read_h5ad_layer(path)


def test_links_to_other_files_are_refused(make, tmp_path):
    other = make(name="other.h5ad")
    for place in ("X", "layers/counts", "uns/other"):
        path = make()
        with h5py.File(path, "r+") as file:
            del file[place]
            file[place] = h5py.ExternalLink(str(other), "X")
        with pytest.raises(InputError, match=rf"x\.h5ad, {place}: found a link to another file"):
            read_h5ad_layer(path)
    path = make()
    with h5py.File(path, "r+") as file:
        del file["X"]
        layout = h5py.VirtualLayout(COUNTS.shape, "f4")
        layout[:] = h5py.VirtualSource(str(other), "X", COUNTS.shape)
        file.create_virtual_dataset("X", layout)
    with pytest.raises(InputError, match="a link to another file"):
        read_h5ad_layer(path)
    (tmp_path / "secret").write_bytes(bytes(48))
    with h5py.File(path, "r+") as file:
        del file["X"]
        file.create_dataset("X", COUNTS.shape, "f4", external=[(str(tmp_path / "secret"), 0, 48)])
    with pytest.raises(InputError, match="a link to another file"):
        read_h5ad_layer(path)


def test_sizes_beyond_the_memory_are_refused_before_reading(make):
    path = make()
    with h5py.File(path, "r+") as file:
        del file["X"]
        file.create_dataset("X", (2**24, 2**20), "f4", chunks=(1, 2**20))
    with pytest.raises(InputError, match=r"16,777,216 samples x 1,048,576 genes, which takes 65,536\.0 GiB"):
        read_h5ad_layer(path)


def test_shapes_that_disagree_are_refused(make):
    path = make()
    with h5py.File(path, "r+") as file:
        del file["X"]
        file["X"] = COUNTS[:2].astype("f4")
    with pytest.raises(InputError, match="a matrix of 2 x 4; expected 3 samples x 4 genes"):
        read_h5ad_layer(path)


def test_missing_foreign_and_truncated_files_are_one_error(make, tmp_path):
    content = make().read_bytes()
    (tmp_path / "cut.h5ad").write_bytes(content[: len(content) // 2])
    (tmp_path / "text.h5ad").write_text("gene\ts1\n")
    with h5py.File(tmp_path / "foreign.h5ad", "w") as file:
        file["x"] = [1]
    for name in ("absent", "cut", "text", "foreign"):
        with pytest.raises(InputError, match=rf"{name}\.h5ad: found"):
            read_h5ad_layer(tmp_path / f"{name}.h5ad")
    with pytest.raises(InputError, match="a folder"):
        read_h5ad_layer(tmp_path)


def test_files_of_old_versions_keep_their_categories(old_h5ad):
    expression = read_expression(old_h5ad)
    np.testing.assert_array_equal(expression.X, COUNTS)
    assert list(expression.obs_names) == ["s1", "s2", "s3"]
    assert list(expression.var_names) == list("abcd")
    assert list(expression.obs["group"]) == ["x", "y", "x"]


@pytest.mark.parametrize(("layer", "others"), [(None, ["counts", "raw"]), ("counts", ["raw"]), ("raw", ["counts"])])
def test_other_layers_are_kept_in_mind(make, layer, others):
    assert list(read_h5ad_layer(make(), layer).uns["other_layers"]) == others
