"""nmfbio.io.excel: the only filled sheet of a workbook."""

import zipfile
from datetime import datetime

import numpy as np
import openpyxl
import pytest

from nmfbio.errors import InputError
from nmfbio.io import read_expression
from nmfbio.io.excel import read_excel

ROWS = [["gene", "s1", 2], ["CD3E", 1, 2.5], ["007", 0, None], [1007, "4", 1e20]]


@pytest.fixture
def write(tmp_path):
    def write_sheets(*sheets: list[list], name: str = "x.xlsx"):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for rows in sheets:
            sheet = book.create_sheet()
            for row in rows:
                sheet.append(row)
        book.save(tmp_path / name)
        return tmp_path / name

    return write_sheets


def test_numbers_and_ids_come_back_and_empty_sheets_do_not_count(write):
    expression = read_excel(write([], ROWS, []))
    assert list(expression.obs_names) == ["s1", "2"]
    assert list(expression.var_names) == ["CD3E", "007", "1007"]
    np.testing.assert_array_equal(expression.X, np.float32([[1, 0, 4], [2.5, np.nan, 1e20]]))


def test_names_that_excel_mangled_are_shown_as_excel_shows_them(write):
    path = write([["gene", "s1"], [datetime(2024, 3, 1), 1], [2310009000000000, 2], ["1-Mar", 3], ["MARCH1", 4]])
    with pytest.warns(UserWarning, match=r"'1-Mar', '2\.31E\+15', '1-Mar'"):
        expression = read_expression(path)
    assert list(expression.var_names) == ["1-Mar", "2.31E+15", "1-Mar", "MARCH1"]


@pytest.mark.parametrize(
    ("cell", "named"),
    [("#DIV/0!", "'#DIV/0!'"), (True, "'TRUE'"), (datetime(2024, 3, 1), "'1-Mar'"), ("n.d.", "'n.d.'")],
)
def test_a_cell_that_is_no_number_is_named(write, cell, named):
    with pytest.raises(InputError, match=rf"line 3, gene 'B', sample 's1': found {named}"):
        read_excel(write([["gene", "s1"], ["A", 1], ["B", cell]]))


def test_several_filled_sheets_are_listed(write):
    with pytest.raises(InputError, match="2 filled sheets: 'Sheet', 'Sheet1'"):
        read_excel(write(ROWS, ROWS))


def test_metadata_may_be_a_workbook(write, tmp_path):
    metadata = write([["id", "group", "age"], ["s1", 'a "b"', 30], ["2", "c", 40]], name="samples.xlsx")
    expression = read_expression(write(ROWS), metadata)
    assert list(expression.obs["group"]) == ['a "b"', "c"]
    assert list(expression.obs["age"]) == [30, 40]


def test_what_is_no_workbook_is_one_error(write, tmp_path):
    (tmp_path / "text.xlsx").write_text("gene\ts1\n")
    (tmp_path / "cut.xlsx").write_bytes(write(ROWS).read_bytes()[:2000])
    with zipfile.ZipFile(tmp_path / "zip.xlsx", "w") as archive:
        archive.writestr("x", "y")
    empty = write([], name="empty.xlsx")
    for path in (*(tmp_path / f"{name}.xlsx" for name in ("text", "cut", "zip", "absent")), empty, tmp_path):
        with pytest.raises(InputError, match="one filled sheet"):
            read_excel(path)
