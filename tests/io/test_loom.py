"""nmfbio.io.loom: the matrix or a layer, with the attributes of cells and genes."""

import h5py
import numpy as np
import pytest

from nmfbio.errors import InputError
from nmfbio.io import hdf5, read_expression
from nmfbio.io.loom import read_loom

MATRIX = np.array([[1, 0, 2], [0, 3.5, 0]])  # genes x cells


@pytest.fixture
def write(tmp_path):
    def write_loom(rows=None, columns=None, matrix=MATRIX):
        with h5py.File(tmp_path / "x.loom", "w") as file:
            file["matrix"] = matrix
            file["layers/spliced"] = 2 * MATRIX
            for name, values in (rows or {"Gene": ["CD3E", "ACTB"], "Accession": ["ENSG1", "ENSG2"]}).items():
                file[f"row_attrs/{name}"] = np.array(values, "S")
            for name, values in (columns or {"CellID": ["a", "b", "c"], "group": ["x", "y", "x"]}).items():
                file[f"col_attrs/{name}"] = np.array(values, "S")
            file["col_attrs/umap"] = np.zeros((3, 2))
            file["col_attrs/age"] = [1, 2, 3]
        return tmp_path / "x.loom"

    return write_loom


def test_matrix_and_attributes_come_back_transposed_and_sparse(write, monkeypatch):
    path = write()
    for size in (hdf5.VALUES_AT_ONCE, 1):
        monkeypatch.setattr("nmfbio.io.loom.VALUES_AT_ONCE", size)
        expression = read_expression(path)
        assert list(expression.obs_names) == ["a", "b", "c"]
        assert list(expression.var_names) == ["CD3E", "ACTB"]
        assert list(expression.obs["group"]) == ["x", "y", "x"]
        assert set(expression.obs) == {"group", "age"}
        assert list(expression.var["Accession"]) == ["ENSG1", "ENSG2"]
        assert expression.X.format == "csr"
        np.testing.assert_array_equal(expression.X.toarray(), MATRIX.T.astype(np.float32))


def test_a_layer_is_read_and_one_that_is_not_there_is_refused(write):
    path = write()
    np.testing.assert_array_equal(read_loom(path, "spliced").X.toarray(), 2 * MATRIX.T)
    with pytest.raises(InputError, match=r"no layer 'counts'; expected one of what there is: .*'spliced'"):
        read_loom(path, "counts")


def test_symbols_that_occur_twice_are_written_with_their_accession(write):
    with pytest.warns(UserWarning, match="'ACTB'"):
        expression = read_loom(write({"Gene": ["ACTB", "ACTB"], "Accession": ["ENSG1", "ENSG2"]}))
    assert list(expression.var_names) == ["ACTB (ENSG1)", "ACTB (ENSG2)"]


def test_broken_files_are_one_error(write, tmp_path):
    for content, named in (
        ({"rows": {"x": ["1", "2"]}}, "one of Gene"),
        ({"columns": {"CellID": ["a", "a", "b"]}}, "'a'"),
        ({"columns": {"CellID": ["a", "b"]}}, "2 values"),
        ({"matrix": np.array([[1e200, 0, 0], [0, 0, 0]])}, "float32"),
        ({"matrix": np.zeros((2, 3), complex)}, "complex128"),
        ({"matrix": np.zeros(3)}, "two dimensions"),
    ):
        with pytest.raises(InputError, match=named):
            read_loom(write(**content))
    path = write()
    (tmp_path / "cut.loom").write_bytes(path.read_bytes()[:1000])
    (tmp_path / "text.loom").write_text("gene\ts1\n")
    for name in ("cut", "text", "absent"):
        with pytest.raises(InputError, match=rf"{name}\.loom"):
            read_loom(tmp_path / f"{name}.loom")
