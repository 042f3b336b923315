"""Tables in Excel files (.xlsx), as lines of text: what holds for text then holds for them."""

import os
import zipfile
from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

from anndata import AnnData

from nmfbio.errors import InputError, first_line_of
from nmfbio.io.memory import refuse_if_too_large
from nmfbio.io.text import parse_matrix

_FAILURES = (zipfile.BadZipFile, KeyError, ValueError, OSError, EOFError, TypeError, AttributeError, SyntaxError)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SHOWN_WITH_EXPONENT = 1e11  # Excel shows whole numbers from here on as 2.31E+13


def read_excel(path: str | os.PathLike, orientation: str = "auto", samples: Collection[str] = ()) -> AnnData:
    """Read a matrix from the only filled sheet of an Excel file.

    Parameters
    ----------
    path
        An .xlsx file. Formulas count with the value that Excel saved.
    orientation, samples
        As for `read_text`.

    Returns
    -------
    AnnData, shape (n_samples, n_genes)
        As `read_text` gives it. Ids that are dates or very long numbers in the sheet are given as Excel shows them
        (1-Mar, 2.31E+13), since what they were is lost.

    Raises
    ------
    InputError
        As `read_text`, and if more than one sheet is filled.

    Examples
    --------
    >>> read_excel("expression.xlsx", orientation="genes_in_rows")  # doctest: +SKIP
    """
    return parse_matrix(path, iter(read_excel_lines(path)), orientation, samples)


def read_excel_lines(path: str | os.PathLike) -> list[str]:
    """Give the rows of the only filled sheet as tab-separated lines, quoted where needed.

    Raises
    ------
    InputError
        If the file cannot be read, or none or more than one of its sheets is filled.
    """
    if not Path(path).is_file():
        raise _unusable(path, "no such file", "Correct the path; it is relative to the working directory.")
    try:
        sheets = _read_sheets(path)
    except (
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        OSError,
        EOFError,
        TypeError,
        AttributeError,
        SyntaxError,
    ) as error:
        cure = "Open the file in Excel and save it again, or save the sheet as tab-separated text."
        raise _unusable(path, f"a file that cannot be read ({first_line_of(error)})", cure) from error
    filled = [name for name, lines in sheets.items() if lines]
    if not filled:
        raise _unusable(path, "no filled sheet", "Check that the export was complete.")
    if len(filled) > 1:
        found = f"{len(filled)} filled sheets: {', '.join(map(repr, filled))}"
        raise _unusable(path, found, "Keep the sheet with the table alone, or save it as tab-separated text.")
    return sheets[filled[0]]


def _read_sheets(path: str | os.PathLike) -> dict[str, list[str]]:
    from openpyxl import load_workbook

    with zipfile.ZipFile(path) as archive:
        declared = sum(part.file_size for part in archive.infolist())
    refuse_if_too_large(str(path), declared, f"a workbook of {declared:,} bytes when unpacked")
    book = load_workbook(path, read_only=True, data_only=True)
    try:
        return {sheet.title: list(_as_lines(sheet)) for sheet in book.worksheets}
    finally:
        book.close()


def _as_lines(sheet) -> Iterator[str]:
    sheet.reset_dimensions()  # the size that a file declares may be wrong
    rows, width, n_filled = [], 0, 0
    for row in sheet.iter_rows(values_only=True):
        cells = [_as_id(value) if place == 0 else _as_text(value) for place, value in enumerate(row)]
        rows.append(cells)
        filled = [place for place, cell in enumerate(cells, start=1) if cell]
        if filled:
            width, n_filled = max(width, filled[-1]), len(rows)
    for cells in rows[:n_filled]:
        yield "\t".join((cells + [""] * width)[:width])


def _as_id(value: object) -> str:
    is_long = isinstance(value, int | float) and abs(value) >= _SHOWN_WITH_EXPONENT
    return f"{value:.2E}" if is_long else _as_text(value)


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime | date):
        return f"{value.day}-{_MONTHS[value.month - 1]}"
    if isinstance(value, float) and value.is_integer() and abs(value) < _SHOWN_WITH_EXPONENT:
        return str(int(value))
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, time | timedelta):
        return str(value)
    text = " ".join(str(value).split())
    return '"' + text.replace('"', '""') + '"' if '"' in text else text


def _unusable(path: str | os.PathLike, found: str, cure: str) -> InputError:
    return InputError(str(path), found, "an Excel file (.xlsx) with one filled sheet", cure)
