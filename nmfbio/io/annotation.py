"""What is known about samples and genes: tables joined to the matrix by id, whatever their order."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from nmfbio.errors import InputError
from nmfbio.io.delimited import detect_delimiter, split_fields
from nmfbio.io.lines import read_lines
from nmfbio.io.names import list_first, refuse_duplicates, trim_name

MISSING = ("", "NA", "N/A", "NaN", "nan", "NULL")
_NUMBER = r"-?(0|[1-9]\d*)(\.\d*)?([eE][-+]?\d+)?"  # 007 is a name, not a number
_INTEGER = r"-?(0|[1-9]\d{0,17})"


def read_annotation(path: str | os.PathLike, kind: str) -> pd.DataFrame:
    """Read a table of samples or genes; all of it is text, cells are read literally.

    Parameters
    ----------
    path
        Text with tabs, semicolons or commas between columns, plain or compressed, or an .xlsx file; it has a header,
        and the first column holds the ids.
    kind
        "sample" or "gene", for messages.

    Returns
    -------
    DataFrame
        Text columns; the index holds the ids.

    Raises
    ------
    InputError
        If an id or column occurs twice, a line is too short or too long, or the file cannot be read.
    """
    rows = _read_rows(path)
    names = rows[0]
    if {len(row) for row in rows[1:]} == {len(names) + 1}:
        names = [kind, *names]  # R's write.table names no column for the row names
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(names):
            cure = "Complete or correct the line; a delimiter inside a cell needs quotes around the cell."
            raise InputError(f"{path}, line {number}", f"{len(row)} fields", f"{len(names)}, as in line 1", cure)
    refuse_bad_columns(path, names[1:])
    ids = [row[0] for row in rows[1:]]
    refuse_duplicates(ids, kind, str(path), f"Give each {kind} one line.")
    return pd.DataFrame([row[1:] for row in rows[1:]], index=ids, columns=names[1:], dtype=object)


def _read_rows(path: str | os.PathLike) -> list[list[str]]:
    """Split a table of text or the sheet of an Excel file into cells."""
    if Path(path).suffix.lower() == ".xlsx":
        from nmfbio.io.excel import read_excel_lines

        lines = read_excel_lines(path)
    else:
        lines = list(read_lines(path))
    delimiter = detect_delimiter(lines[0], lines[min(1, len(lines) - 1)]) or "\t"
    rows = [split_fields(f"{path}, line {number}", line, delimiter) for number, line in enumerate(lines, start=1)]
    if len(rows[0]) > 1 and len({len(row) for row in rows}) == 1 and not any(row[-1] for row in rows):
        rows = [row[:-1] for row in rows]  # a delimiter at the end of every line separates nothing
    return [[trim_name(cell) for cell in row] for row in rows]


def join_metadata(table: pd.DataFrame, samples: Sequence[str], place: str) -> pd.DataFrame:
    """Put a table of samples in the order of the matrix, and give its columns their types.

    Parameters
    ----------
    table
        From `read_annotation`; lines of other samples are left out.
    samples
        The ids of the matrix.
    place
        The table's file, for messages.

    Returns
    -------
    DataFrame, index `samples`
        A column is int64 or float64 when each of its filled cells is a number, else category; empty cells and NA
        are missing.

    Raises
    ------
    InputError
        If a sample is not in the table; ids that differ only by case, spaces or punctuation are pointed out.
    """
    absent = [sample for sample in samples if sample not in table.index]
    if absent:
        raise _lacks_samples(place, absent, list(table.index))
    return give_types(table.loc[list(samples)])


def join_genes(table: pd.DataFrame, genes: Sequence[str], place: str) -> pd.DataFrame:
    """Put a table of genes in the order of the matrix; all columns stay text.

    Parameters
    ----------
    table
        From `read_annotation`. A column called "Description" in any case is renamed `description`.
    genes
        The ids of the matrix. A gene that is not in the table gets empty text.
    place
        The table's file, for messages.

    Returns
    -------
    DataFrame, index `genes`

    Raises
    ------
    InputError
        If the table knows none of the genes.
    """
    if not table.index.isin(genes).any():
        cure = "Check that both files name genes in the same way and that the first column holds the ids."
        found = f"none of the matrix's genes (it has {list_first(table.index, 3)})"
        raise InputError(place, found, f"gene ids such as {list_first(genes, 3)}", cure)
    described = [name for name in table if name.casefold() == "description"]
    if len(described) == 1:
        table = table.rename(columns={described[0]: "description"})
    return table.reindex(list(genes), fill_value="")


def give_types(table: pd.DataFrame) -> pd.DataFrame:
    """Give each text column as whole numbers, numbers or categories, as `join_metadata` does."""
    return table.apply(_typed)


def refuse_bad_columns(path: str | os.PathLike, names: list[str], line: int = 1) -> None:
    """Raise InputError if a name of a column is empty, repeated, or none that an .h5ad file can hold."""
    place = f"{path}, line {line}"
    refuse_duplicates(names, "column", place, "Give each column a name of its own.")
    unfit = [name for name in names if "/" in name or name == "_index"]
    if unfit:
        expected = "column names without '/', and other than '_index' (an .h5ad file cannot hold them)"
        raise InputError(place, list_first(unfit), expected, "Rename these columns.")


def _typed(column: pd.Series) -> pd.Series:
    """Give a text column as whole numbers, numbers or categories, whichever fits all of its filled cells."""
    filled = column.where(~column.isin(MISSING))
    if filled.notna().all() and column.str.fullmatch(_INTEGER).all():
        return column.astype("int64")
    if filled.notna().any() and filled.dropna().str.fullmatch(_NUMBER).all():
        return filled.astype("float64")
    return filled.astype("category")


def _lacks_samples(place: str, absent: list[str], known: list[str]) -> InputError:
    by_letters = {_letters(name): name for name in known}
    similar = [(name, by_letters[_letters(name)]) for name in absent if _letters(name) in by_letters]
    hint = "; ".join(f"{name!r} is perhaps {near!r} there" for name, near in similar[:3])
    found = f"no line for {len(absent)} sample(s): {list_first(absent)}" + (f" ({hint})" if hint else "")
    cure = "Add the missing samples, or write the ids as in the matrix; the first column must hold them."
    return InputError(place, found, "a table with each sample of the matrix in the first column", cure)


def _letters(name: str) -> str:
    """Letters and digits alone: equal for names that differ by case, spaces or R's `make.names`."""
    return re.sub(r"[\W_]+", "", name.casefold())
