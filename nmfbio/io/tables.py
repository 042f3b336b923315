"""Tables (TSV), JSON and text: deterministic, exact to the last digit, written atomically."""

import json
import math
import os
from typing import Any

import numpy as np
import pandas as pd

from nmfbio.errors import InputError
from nmfbio.io.atomic import atomic_path

TEXT_COLUMNS = (
    "gene", "genes", "sample", "description", "found", "meaning", "where", "collection", "gene_set", "name_in_sets",
    "column", "note",
)  # fmt: skip
"""Columns whose values are text even where they look like numbers (Entrez ids, 007, 1E5) or are all empty."""


_NUMBER_OR_EMPTY = r"|-?inf|-?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?"


def write_table(frame: pd.DataFrame, path: str | os.PathLike) -> None:
    """Write a table as tab-separated text.

    Parameters
    ----------
    frame
        Any table. Its index is written as the first column when it has a name, else left out. Numbers are written
        with the fewest digits that read back exactly; missing values as empty cells.
    path
        The file to write.

    Examples
    --------
    >>> write_table(pd.DataFrame({"rank": [2], "value": [0.1]}), "measures.tsv")  # doctest: +SKIP
    """
    has_named_index = any(name is not None for name in frame.index.names)
    with atomic_path(path) as temporary:
        frame.to_csv(temporary, sep="\t", index=has_named_index, lineterminator="\n", encoding="utf-8")


def read_table(path: str | os.PathLike, index: str | None = None) -> pd.DataFrame:
    """Read a table written by `write_table`.

    A column becomes numbers or booleans only when each of its values is written as one; `TEXT_COLUMNS` and the index
    always stay text, so that a gene called NA or 007 keeps its name. An empty cell is NaN among numbers and the empty
    text among text; a column with nothing but empty cells is NaN.

    Parameters
    ----------
    path
        Tab-separated file with a header.
    index
        Name of the column that becomes the index; none by default.

    Returns
    -------
    DataFrame

    Raises
    ------
    InputError
        If the file is missing or is not a table, or lacks the index column.
    """
    try:
        frame = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False, na_filter=False, encoding="utf-8")
    except (OSError, ValueError) as error:
        raise InputError(
            str(path), f"a file that cannot be read ({error})", "a tab-separated table", "Delete it and run again."
        ) from error
    if index is not None and index not in frame:
        raise InputError(str(path), f"columns {', '.join(frame)}", f"a column {index!r}", "Delete it and run again.")
    for name in frame.columns.difference([*TEXT_COLUMNS, index]):
        frame[name] = _as_numbers(frame[name])
    return frame if index is None else frame.set_index(index)


def _as_numbers(column: pd.Series) -> pd.Series:
    """Give the column as numbers or booleans if every value is one, else as it is."""
    if set(column) - {""} and column.isin(["True", "False", ""]).all():
        return column.map({"True": True, "False": False})
    if len(column) and column.str.fullmatch(r"-?\d{1,18}").all():
        return column.astype("int64")
    if column.str.fullmatch(_NUMBER_OR_EMPTY).all():
        return column.replace("", "nan").astype("float64")
    return column


def write_json(content: Any, path: str | os.PathLike) -> None:
    """Write plain values as JSON; numpy numbers and arrays become plain ones, NaN and infinities become null."""
    write_text(json.dumps(_as_plain(content), indent=2, ensure_ascii=False, allow_nan=False) + "\n", path)


def read_json(path: str | os.PathLike) -> Any:
    """Read a JSON file; raises InputError if it is missing or not JSON."""
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError) as error:
        raise InputError(
            str(path), f"a file that cannot be read ({error})", "a JSON file", "Delete it and run again."
        ) from error


def write_text(text: str, path: str | os.PathLike) -> None:
    """Write text as UTF-8 with newlines as they are."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="")


def _as_plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _as_plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return _as_plain(value.tolist())
    if isinstance(value, list | tuple | set | frozenset):
        return [_as_plain(item) for item in (sorted(value) if isinstance(value, set | frozenset) else value)]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
