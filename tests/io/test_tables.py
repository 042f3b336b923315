"""nmfbio.io.tables: tables, JSON and text."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nmfbio.errors import InputError
from nmfbio.io import read_json, read_table, write_json, write_table, write_text

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tables")


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(TEXT, st.floats(), st.integers(-(10**17), 10**17)), min_size=1, max_size=5))
def test_numbers_and_names_read_back_exactly(folder, rows):
    frame = pd.DataFrame(rows, columns=["gene", "value", "count"])
    write_table(frame, folder / "t.tsv")
    read = read_table(folder / "t.tsv")
    assert list(read["gene"]) == list(frame["gene"])
    np.testing.assert_array_equal(read["value"], frame["value"])
    assert list(read["count"]) == list(frame["count"])


def test_names_that_look_like_numbers_stay_text(tmp_path):
    frame = pd.DataFrame({"gene": ["7157", "007", "NA", "1E5"], "value": [1.5, 2, 3, math.nan]}).set_index("gene")
    write_table(frame, tmp_path / "t.tsv")
    pd.testing.assert_frame_equal(read_table(tmp_path / "t.tsv", index="gene"), frame)


def test_quotes_and_empty_text_survive(tmp_path):
    frame = pd.DataFrame({"gene": ["a", "b"], "description": ['"A" FORM, 3"', ""], "selected": [True, False]})
    write_table(frame, tmp_path / "t.tsv")
    pd.testing.assert_frame_equal(read_table(tmp_path / "t.tsv"), frame)


def test_unnamed_index_is_not_written(tmp_path):
    write_table(pd.DataFrame({"rank": [2]}, index=[9]), tmp_path / "t.tsv")
    assert (tmp_path / "t.tsv").read_text() == "rank\n2\n"


def test_column_of_empty_cells_is_nan(tmp_path):
    write_table(pd.DataFrame({"rank": [2, 3], "null_low": [math.nan, math.nan]}), tmp_path / "t.tsv")
    assert read_table(tmp_path / "t.tsv")["null_low"].isna().all()


def test_underscored_numbers_are_text(tmp_path):
    write_table(pd.DataFrame({"cluster": ["1_2", "3"]}), tmp_path / "t.tsv")
    assert list(read_table(tmp_path / "t.tsv")["cluster"]) == ["1_2", "3"]


def test_json_holds_numpy_values_and_null_for_undefined(tmp_path):
    content = {"rank": np.int64(3), "votes": {2: np.float32(0.5), "x": math.nan}, "all": np.arange(2), "ok": np.True_}
    write_json(content, tmp_path / "v.json")
    expected = {"rank": 3, "votes": {"2": 0.5, "x": None}, "all": [0, 1], "ok": True}
    assert read_json(tmp_path / "v.json") == expected


def test_unreadable_tables_and_json_are_input_errors(tmp_path):
    (tmp_path / "bad.json").write_text("{")
    (tmp_path / "latin.tsv").write_bytes(b"gene\n\xe4\n")
    (tmp_path / "empty.tsv").touch()
    for name in ("absent.tsv", "latin.tsv", "empty.tsv"):
        with pytest.raises(InputError):
            read_table(tmp_path / name)
    for name in ("absent.json", "bad.json"):
        with pytest.raises(InputError):
            read_json(tmp_path / name)


def test_missing_index_column_is_an_input_error(tmp_path):
    write_table(pd.DataFrame({"rank": [2]}), tmp_path / "t.tsv")
    with pytest.raises(InputError, match="gene"):
        read_table(tmp_path / "t.tsv", index="gene")


def test_text_keeps_its_line_ends(tmp_path):
    write_text("ä\r\nb\n", tmp_path / "t.txt")
    assert (tmp_path / "t.txt").read_bytes() == "ä\r\nb\n".encode()


def test_truth_values_with_empty_cells_among_them_stay_truth_values(tmp_path):
    write_table(pd.DataFrame({"selected": [True, None, False]}), tmp_path / "t.tsv")
    first, second, third = read_table(tmp_path / "t.tsv")["selected"]
    assert (first, third) == (True, False)
    assert pd.isna(second)
