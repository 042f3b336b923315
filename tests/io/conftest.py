"""Files that tests of several readers look at."""

import h5py
import numpy as np
import pytest

COUNTS = np.array([[0, 2, 0, 5], [1, 0, 0, 0], [3, 0, 4, 0]])


def write_like_anndata_0_6(path):
    with h5py.File(path, "w") as file:
        file["X"] = COUNTS.astype("f4")
        file["obs"] = np.array([("s1", 0), ("s2", 1), ("s3", 0)], [("index", "S2"), ("group", "i1")])
        file["uns/group_categories"] = np.array(["x", "y"], "S")
        file["var"] = np.array([(name,) for name in "abcd"], [("index", "S1")])


def write_like_anndata_0_7(path):
    with h5py.File(path, "w") as file:
        file["X"] = COUNTS.astype("f4")
        for name, ids in (("obs", ["s1", "s2", "s3"]), ("var", list("abcd"))):
            columns = ["group"] if name == "obs" else []
            table = file.create_group(name)
            attributes = {"encoding-type": "dataframe", "encoding-version": "0.1.0", "_index": "_index"}
            table.attrs.update(attributes | {"column-order": np.array(columns, dtype=h5py.string_dtype())})
            table["_index"] = np.array(ids, dtype=h5py.string_dtype())
        file["obs/group"] = np.array([0, 1, 0], "i1")
        file["obs/__categories/group"] = np.array(["x", "y"], dtype=h5py.string_dtype())
        file["obs/__categories/group"].attrs["ordered"] = False
        file["obs/group"].attrs["categories"] = file["obs/__categories/group"].ref


@pytest.fixture(params=[write_like_anndata_0_6, write_like_anndata_0_7])
def old_h5ad(request, tmp_path):
    """File of three samples and four genes, as versions of anndata before 0.8 wrote it."""
    request.param(tmp_path / "old.h5ad")
    return tmp_path / "old.h5ad"
