"""Cells of text as float32: decimal point or comma, missing marks, and what is no number named by its place."""

import csv
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO

import numpy as np
import pandas as pd

from nmfbio.errors import InputError

MISSING = ("", "NA", "N/A", "#N/A", "na", "n/a", "NaN", "nan", "NAN", "NULL", "null", "None")
_NUMBER = re.compile(r" *[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)? *", re.ASCII)
_INFINITE = re.compile(r" *[+-]?inf(inity)? *", re.IGNORECASE | re.ASCII)
_DECIMAL_COMMA = re.compile(r" *[+-]?\d+,\d+([eE][+-]?\d+)? *", re.ASCII)
_PERHAPS_THOUSANDS = re.compile(r" *[+-]?[1-9]\d{0,2},\d{3} *", re.ASCII)
_POINTS = "Write numbers with a decimal point and without thousands separators."
POINT, COMMA, UNSURE = "decimal point", "decimal comma", "comma before three digits"


@dataclass(frozen=True)
class Block:
    """Some rows of a matrix in text.

    Parameters
    ----------
    path
        The file, for messages.
    first_line
        Number of the line of the first row.
    names, columns
        Ids of the rows and of the columns.
    cells
        The cells of each row, separated by tabs.
    kinds
        What a row and a column are: ("gene", "sample") or the other way round.
    """

    path: str
    first_line: int
    names: list[str]
    columns: list[str]
    cells: list[str]
    kinds: tuple[str, str]

    def place(self, row: int, column: int) -> str:
        """File, line, gene and sample of a cell."""
        row_kind, column_kind = self.kinds
        line = f"{self.path}, line {self.first_line + row}"
        return f"{line}, {row_kind} {self.names[row]!r}, {column_kind} {self.columns[column]!r}"

    def find(self, is_meant: Callable[[str], object]) -> tuple[str, str] | None:
        """Place and text of the first cell that is meant."""
        for i, row in enumerate(self.cells):
            for j, cell in enumerate(row.split("\t")):
                if is_meant(cell):
                    return self.place(i, j), cell
        return None


def parse_cells(block: Block, marks: dict[str, tuple[str, str]]) -> np.ndarray:
    """Turn cells into numbers.

    Parameters
    ----------
    block
        Rows of text.
    marks
        Is filled with the place and text of the first cell of each kind of decimal mark, for `check_marks` at the
        end of the file.

    Returns
    -------
    ndarray of float32, shape (rows, columns)
        Missing cells are NaN; cells written as inf are infinite.

    Raises
    ------
    InputError
        If a cell is neither a number nor missing, or its number does not fit float32.
    """
    text = "\n".join(block.cells) + "\n"
    has_commas = "," in text
    if "." in text and POINT not in marks and (first := block.find(_is_number_with_point)):
        marks[POINT] = first
    if has_commas:
        _note_commas(block, marks)
        _refuse_mixed(marks)
    try:
        frame = pd.read_csv(
            StringIO(text),
            sep="\t",
            header=None,
            names=range(len(block.columns)),
            dtype="float64",
            quoting=csv.QUOTE_NONE,
            skip_blank_lines=False,
            keep_default_na=False,
            na_values=list(MISSING),
            float_precision="high",
            decimal="," if has_commas else ".",
        )
    except ValueError as error:
        raise _first_bad_cell(block, has_commas) from error
    exact = frame.to_numpy()
    with np.errstate(over="ignore"):
        values = exact.astype(np.float32)
    _refuse_overflow(block, np.isinf(values) & np.isfinite(exact))
    return values


def check_marks(marks: dict[str, tuple[str, str]]) -> None:
    """Raise InputError if the commas of a file may be thousands separators, or it has decimal points as well."""
    _refuse_mixed(marks)
    if UNSURE in marks and COMMA not in marks:
        place, cell = marks[UNSURE]
        found = f"{cell!r}, which may have a decimal comma or a thousands separator, as all commas of the file"
        raise InputError(place, found, "a number that can be read in one way only", _POINTS)


def _refuse_mixed(marks: dict[str, tuple[str, str]]) -> None:
    if POINT in marks and UNSURE in marks:
        (place, cell), (_, other) = marks.get(COMMA, marks[UNSURE]), marks[POINT]
        raise InputError(place, f"{cell!r}, but elsewhere {other!r}", "the same decimal mark in all cells", _POINTS)


def _is_number_with_point(cell: str) -> bool:
    return "." in cell and _NUMBER.fullmatch(cell) is not None


def _note_commas(block: Block, marks: dict[str, tuple[str, str]]) -> None:
    """Note the first cell with a comma, and the first whose comma cannot be a thousands separator."""

    def is_decimal(cell: str) -> bool:
        return _DECIMAL_COMMA.fullmatch(cell) is not None and not _PERHAPS_THOUSANDS.fullmatch(cell)

    if UNSURE not in marks:
        marks[UNSURE] = block.find(lambda cell: "," in cell)
    if COMMA not in marks and (first := block.find(is_decimal)):
        marks[COMMA] = first


def _refuse_overflow(block: Block, too_large: np.ndarray) -> None:
    if too_large.any():
        i, j = np.argwhere(too_large)[0].tolist()
        cell = block.cells[i].split("\t")[j]
        cure = "Divide the matrix by a constant, or correct the cell."
        raise InputError(block.place(i, j), repr(cell[:40]), "a number that float32 can hold (up to 3.4e38)", cure)


def _first_bad_cell(block: Block, has_decimal_commas: bool) -> InputError:
    def is_bad(cell: str) -> bool:
        written = cell.replace(",", ".") if has_decimal_commas else cell
        if _NUMBER.fullmatch(written):
            return not math.isfinite(float(written))
        return not _INFINITE.fullmatch(cell) and cell not in MISSING

    place, cell = block.find(is_bad) or (block.path, "a cell that is no number")
    return InputError(place, repr(cell[:40]), "a finite number such as 12 or 0.5", _number_hint(cell))


def _number_hint(cell: str) -> str:
    if re.search(r"\d,\d", cell):
        return _POINTS
    return "Correct the cell, or leave out this gene or sample; text columns belong in the genes or metadata table."
