"""The levels of a metadata column, read without the matrix."""

import os
import warnings
from pathlib import Path

import pandas as pd

from nmfbio.errors import InputError
from nmfbio.io.annotation import MISSING, give_types, read_annotation
from nmfbio.io.h5ad_parts import read_obs_column
from nmfbio.io.names import list_first

_COLUMNS_SHOWN = 20


def read_levels(expression: str | os.PathLike, metadata: str | os.PathLike | None, column: str) -> list[str]:
    """List the different values of a metadata column.

    Parameters
    ----------
    expression
        The matrix. Only the `obs` of an `.h5ad` file is looked at, where the metadata lack the column.
    metadata
        Table of samples, if there is one.
    column
        Name of the column.

    Returns
    -------
    list of str
        Sorted. Missing values are left out with a warning that counts them.

    Raises
    ------
    InputError
        If there is no such column; the message lists those there are.

    Examples
    --------
    >>> read_levels("expression.tsv.gz", "samples.tsv", "subtype")  # doctest: +SKIP
    ['ALL_B', 'ALL_T', 'AML']
    """
    place, values, known = str(metadata or expression), None, []
    if metadata is not None:
        table = give_types(read_annotation(metadata, "sample"))
        values, known = table.get(column), list(table)
    if values is None and Path(expression).suffix.lower() == ".h5ad":
        values, others = read_obs_column(expression, column)
        known += [name for name in others if name not in known]
    if values is None:
        found = f"columns {list_first(known, _COLUMNS_SHOWN)}" if known else "no columns that describe samples"
        raise InputError(place, found, f"a column {column!r}", "Correct the name, or add the column to the metadata.")
    texts = as_levels(values)
    if texts.isna().any():
        message = f"{place}: {int(texts.isna().sum())} sample(s) without {column!r} belong to no level"
        warnings.warn(message, stacklevel=2)
    return sorted(set(texts.dropna()))


def as_levels(values: pd.Series) -> pd.Series:
    """Write the values of a metadata column as levels: text, None where missing; whole numbers without a point.

    Examples
    --------
    >>> as_levels(pd.Series([1.0, 2.5, None])).tolist()
    ['1', '2.5', None]
    """

    def as_text(value: object) -> str | None:
        if pd.isna(value) or str(value) in MISSING:
            return None
        return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)

    return pd.Series([as_text(value) for value in values], index=values.index, dtype=object)
