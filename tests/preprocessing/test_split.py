"""nmfbio.preprocessing.split: a part of the samples as a data set."""

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from nmfbio.errors import InputError
from nmfbio.io import read_expression, read_levels
from nmfbio.preprocessing.split import take_level
from nmfbio.preprocessing.values import refuse_negative


@pytest.mark.parametrize(
    "values", [["a", "b", "a", "c"], ["1", "2", "1", "10"], ["007", "7", "007", "x"], ["1", "", "1", "2"]]
)
def test_the_parts_of_all_levels_are_the_samples_that_have_one(tmp_path, values):
    (tmp_path / "x.tsv").write_text("gene\ts0\ts1\ts2\ts3\nA\t1\t2\t3\t4\nB\t5\t6\t7\t8\n")
    rows = "".join(f"s{i}\t{value}\n" for i, value in enumerate(values))
    (tmp_path / "samples.tsv").write_text(f"sample\tpatient\n{rows}")
    whole = read_expression(tmp_path / "x.tsv", tmp_path / "samples.tsv")
    found = {}
    for level in read_levels(tmp_path / "x.tsv", tmp_path / "samples.tsv", "patient"):
        part = take_level(whole, "patient", level)
        found |= dict.fromkeys(part.obs_names, level)
        np.testing.assert_array_equal(part.X, whole[part.obs_names].X)
        assert part.uns["split"] == {"column": "patient", "level": level}
    assert found == {f"s{i}": value for i, value in enumerate(values) if value}


def test_a_level_that_is_gone_is_refused():
    expression = AnnData(np.ones((2, 2)), obs=pd.DataFrame({"patient": ["a", "b"]}, index=["s0", "s1"]))
    with pytest.raises(InputError, match=r"patient 'a', 'b'; expected samples with 'c'"):
        take_level(expression, "patient", "c")


def test_a_message_names_the_part_as_well_as_the_file():
    obs = pd.DataFrame({"patient": ["a", "b"]}, index=["s0", "s1"])
    expression = AnnData(np.full((2, 2), -1.0), obs=obs, uns={"source": "x.tsv"})
    with pytest.raises(InputError, match=r"^x\.tsv \(patient 'b'\): found 2 negative"):
        refuse_negative(take_level(expression, "patient", "b"))
