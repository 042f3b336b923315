"""nmfbio.io.tenx: folders and .h5 files of Cell Ranger."""

import gzip

import h5py
import numpy as np
import pytest
import scipy.io
import scipy.sparse

from nmfbio.errors import InputError
from nmfbio.io import read_expression
from nmfbio.io.tenx import read_tenx_folder, read_tenx_h5

COUNTS = np.array([[1, 0, 2], [0, 3, 0], [4, 0, 0], [0, 0, 5]])  # features x cells
IDS = ["ENSG1", "ENSG2", "ENSG3", "CD3-tag"]
SYMBOLS = ["CD3E", "ACTB", "ACTB", "CD3"]
TYPES = ["Gene Expression"] * 3 + ["Antibody Capture"]
CELLS = ["AAAC-1", "AAAG-1", "AAAT-1"]


@pytest.fixture
def write_folder(tmp_path):
    def write(features: str = "features.tsv", prefix: str = "", zipped: bool = True, cells=tuple(CELLS), columns=3):
        matrix = tmp_path / "matrix.mtx"
        scipy.io.mmwrite(matrix, scipy.sparse.coo_matrix(COUNTS))
        rows = ["\t".join(row[:columns]) for row in zip(IDS, SYMBOLS, TYPES, strict=True)]
        contents = {
            "matrix.mtx": matrix.read_bytes(),
            features: "".join(f"{row}\n" for row in rows).encode(),
            "barcodes.tsv": "".join(f"{cell}\n" for cell in cells).encode(),
        }
        matrix.unlink()
        folder = tmp_path / "10x"
        folder.mkdir()
        for name, content in contents.items():
            if zipped:
                (folder / f"{prefix}{name}.gz").write_bytes(gzip.compress(content))
            else:
                (folder / f"{prefix}{name}").write_bytes(content)
        return folder

    return write


@pytest.fixture
def write_h5(tmp_path):
    def write(**changed):
        by_cell = scipy.sparse.csr_matrix(COUNTS.T)
        with h5py.File(tmp_path / "x.h5", "w") as file:
            group = file.create_group("matrix")
            parts = {"data": by_cell.data, "indices": by_cell.indices, "indptr": by_cell.indptr, "shape": COUNTS.shape}
            for name, values in {**parts, "barcodes": np.array(CELLS, "S"), **changed}.items():
                group[name] = np.asarray(values)
            features = {"id": IDS, "name": SYMBOLS, "feature_type": TYPES, "genome": ["GRCh38"] * 4}
            for name, values in features.items():
                group[f"features/{name}"] = np.array(values, "S")
        return tmp_path / "x.h5"

    return write


def check_genes(expression):
    assert list(expression.obs_names) == CELLS
    assert list(expression.var_names) == ["CD3E", "ACTB (ENSG2)", "ACTB (ENSG3)"]
    assert list(expression.var["gene_ids"]) == IDS[:3]
    assert expression.X.dtype == np.float32
    assert expression.X.format == "csr"
    np.testing.assert_array_equal(expression.X.toarray(), COUNTS[:3].T)


def test_a_folder_of_version_3_gives_its_genes_and_says_what_it_leaves_out(write_folder):
    folder = write_folder()
    with (
        pytest.warns(UserWarning, match="1 of type 'Antibody Capture'"),
        pytest.warns(UserWarning, match="written with their accession: 'ACTB'"),
    ):
        expression = read_expression(folder)
    check_genes(expression)


@pytest.mark.filterwarnings("ignore:.*written with their accession")
def test_a_folder_with_a_prefix_is_found_by_folder_and_by_file(write_folder):
    folder = write_folder(prefix="GSM1_", zipped=False)
    for path in (folder, folder / "GSM1_matrix.mtx"):
        with pytest.warns(UserWarning, match="left out"):
            expression = read_expression(path)
        check_genes(expression)


@pytest.mark.parametrize("zipped", [True, False])
def test_a_folder_of_version_2_has_genes_alone(write_folder, zipped):
    with pytest.warns(UserWarning, match="accession"):
        expression = read_tenx_folder(write_folder("genes.tsv", zipped=zipped, columns=2))
    np.testing.assert_array_equal(expression.X.toarray(), COUNTS.T)
    assert expression.var_names[3] == "CD3"


@pytest.mark.filterwarnings("ignore:.*written with their accession")
def test_an_h5_file_is_read_as_the_folder(write_h5):
    path = write_h5()
    with pytest.warns(UserWarning, match="left out"):
        expression = read_expression(path)
    check_genes(expression)


def test_broken_folders_are_one_error(write_folder, tmp_path):
    folder = write_folder(cells=["AAAC-1", "AAAG-1"])
    with pytest.raises(InputError, match="4 rows and 3 columns; expected 4 features x 2 barcodes"):
        read_tenx_folder(folder)
    (folder / "barcodes.tsv.gz").write_bytes(gzip.compress(b"a\nb\na\n"))
    with (
        pytest.raises(InputError, match="sample ids that occur more than once: 'a'"),
        pytest.warns(UserWarning, match="left out"),
    ):
        read_tenx_folder(folder)
    (folder / "matrix.mtx.gz").write_bytes((folder / "matrix.mtx.gz").read_bytes()[:-20])
    with pytest.raises(InputError, match=r"cut short|damaged"):
        read_tenx_folder(folder)
    (folder / "matrix.mtx.gz").write_bytes(b"%%MatrixMarket matrix coordinate complex general\n4 3 1\n1 1 1 1\n")
    with pytest.raises(InputError, match="complex"):
        read_tenx_folder(folder)
    (folder / "matrix.mtx.gz").write_bytes(b"%%MatrixMarket matrix coordinate integer general\n4 3 1000000000000\n")
    with pytest.raises(InputError, match=r"1,000,000,000,000 stored values, which takes [\d,.]+ GiB"):
        read_tenx_folder(folder)
    (folder / "barcodes.tsv.gz").unlink()
    with pytest.raises(InputError, match=r"0 files called barcodes\.tsv"):
        read_tenx_folder(folder)
    (folder / "matrix.mtx.gz").unlink()
    with pytest.raises(InputError, match=r"0 files called matrix\.mtx"):
        read_tenx_folder(folder)


def test_a_lone_matrix_market_file_names_no_genes(tmp_path):
    scipy.io.mmwrite(tmp_path / "counts.mtx", scipy.sparse.coo_matrix(COUNTS))
    with pytest.raises(InputError, match="without names of genes and cells"):
        read_expression(tmp_path / "counts.mtx")


def test_broken_h5_files_are_one_error(write_h5, tmp_path):
    with pytest.raises(InputError, match=r"x\.h5"):
        read_tenx_h5(write_h5(indices=np.full(5, 99)))
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["x"] = [1]
    with pytest.raises(InputError, match=r"other\.h5"):
        read_tenx_h5(tmp_path / "other.h5")
    (tmp_path / "text.h5").write_text("no HDF5")
    with pytest.raises(InputError, match="as Cell Ranger writes it"):
        read_tenx_h5(tmp_path / "text.h5")
