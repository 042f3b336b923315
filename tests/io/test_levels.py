"""nmfbio.io.levels: the levels of a metadata column."""

import subprocess
import sys

import h5py
import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from nmfbio.errors import InputError
from nmfbio.io import as_levels, read_expression, read_levels, write_h5ad

METADATA = "id,patient,age,score\ns3,p2,30,1.5\ns1,p1,,2\ns2,,40,NA\n"


@pytest.fixture
def files(tmp_path):
    (tmp_path / "samples.csv").write_text(METADATA)
    obs = pd.DataFrame(
        {"site": pd.Categorical(["b", None, "a"]), "batch": [2, 1, 2], "patient": ["x"] * 3}, index=["s1", "s2", "s3"]
    )
    write_h5ad(AnnData(np.ones((3, 2), np.float32), obs=obs), tmp_path / "x.h5ad")
    return tmp_path


def test_levels_of_a_table_are_sorted_and_missing_ones_counted(files):
    with pytest.warns(UserWarning, match=r"samples\.csv: 1 sample\(s\) without 'patient'"):
        assert read_levels(files / "absent.tsv", files / "samples.csv", "patient") == ["p1", "p2"]
    with pytest.warns(UserWarning, match="1 sample"):
        assert read_levels(files / "absent.tsv", files / "samples.csv", "age") == ["30", "40"]


def test_levels_of_an_h5ad_file_are_read_without_its_matrix(files):
    with h5py.File(files / "x.h5ad", "r+") as file:
        del file["X"]
    with pytest.warns(UserWarning, match="1 sample"):
        assert read_levels(files / "x.h5ad", None, "site") == ["a", "b"]
    assert read_levels(files / "x.h5ad", None, "batch") == ["1", "2"]


def test_the_table_goes_before_the_file_as_when_both_are_read(files):
    with pytest.warns(UserWarning, match="1 sample"):
        assert read_levels(files / "x.h5ad", files / "samples.csv", "patient") == ["p1", "p2"]
    assert read_levels(files / "x.h5ad", files / "samples.csv", "batch") == ["1", "2"]
    expression = read_expression(files / "x.h5ad", files / "samples.csv")
    assert as_levels(expression.obs["patient"]).tolist() == ["p1", None, "p2"]
    assert as_levels(expression.obs["age"]).tolist() == [None, "40", "30"]


def test_a_column_that_is_not_there_lists_those_that_are(files):
    for expression, metadata, named in (
        ("absent.tsv", files / "samples.csv", "'patient', 'age', 'score'"),
        ("x.h5ad", None, "'site', 'batch', 'patient'"),
        ("x.h5ad", files / "samples.csv", "'patient', 'age', 'score', 'site', 'batch'"),
        ("absent.tsv", None, "no columns that describe samples"),
    ):
        with pytest.raises(InputError, match=named):
            read_levels(files / expression, metadata, "stage")


def test_reading_levels_does_not_import_anndata(files):
    code = (
        f"import sys; from nmfbio.io import read_levels; print(read_levels('{files}/x.h5ad', None, 'batch'),"
        "sorted({'anndata', 'scanpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "['1', '2'] []\n"


def test_old_files_have_levels_too(old_h5ad):
    assert read_levels(old_h5ad, None, "group") == ["x", "y"]
