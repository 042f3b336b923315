"""What is known of the samples, made ready to be tested: which kind a column is, and which ones say nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nmfbio.errors import InputError
from nmfbio.io import as_levels
from nmfbio.io.names import list_first

FEWEST_SAMPLES = 8  # the distributions that p-values of ranks are taken from do not fit fewer
FEWEST_EVENTS = 5
MOST_CODES = 10  # different whole numbers that are taken as codes, such as a grade or a centre
NO_EVENT, EVENT = ("0", "false", "alive"), ("1", "true", "dead")


@dataclass(frozen=True)
class Column:
    """One metadata column, or the survival of the samples, without what is missing.

    Attributes
    ----------
    name
        Of the column; of survival that of the time.
    kind
        ``categorical``, ``numeric``, ``survival`` or ``left_out``.
    values
        By sample: a column ``value`` of text or numbers; of survival ``time`` and ``event``, a boolean.
    note
        How the kind was found where that may surprise; why the column was left out.
    """

    name: str
    kind: str
    values: pd.DataFrame
    note: str = ""


def prepare_columns(
    metadata: pd.DataFrame,
    time: str | None = None,
    event: str | None = None,
    columns: Sequence[str] | None = None,
    batch: str | None = None,
) -> list[Column]:
    """Make the metadata ready to be tested.

    Parameters
    ----------
    metadata
        One row a sample; columns of any type.
    time, event, columns, batch
        As ``associate_metadata`` takes them.

    Returns
    -------
    list of Column
        In the order of the metadata, or as asked for; survival last.

    Raises
    ------
    InputError
        There is no such column, or a time or event that is none.
    """
    if columns is not None:
        refuse_unknown(metadata, columns, "association.columns")
    wanted = list(dict.fromkeys(metadata.columns if columns is None else columns))
    if batch in metadata and batch not in wanted:
        wanted.append(batch)
    prepared = [prepare_column(metadata[name]) for name in wanted if name not in (time, event)]
    return prepared if time is None or event is None else [*prepared, prepare_survival(metadata, time, event)]


def prepare_column(values: pd.Series) -> Column:
    """Tell which kind a metadata column is.

    Parameters
    ----------
    values
        One value a sample, of any type.

    Returns
    -------
    Column
        Numbers are ``numeric``, but for whole numbers that take at most 10 different values and repeat, which are taken
        as codes; all else is ``categorical``. Left out are columns with values for fewer than 8 samples, with one value
        only, and text that names samples: more different values than half the samples.

    Examples
    --------
    >>> prepare_column(pd.Series([1.5, 2.5, None, 3.5] * 4, name="age")).kind
    'numeric'
    >>> prepare_column(pd.Series(["a", "b", None] * 4, name="subtype")).kind
    'categorical'
    """
    name, numbers = str(values.name), _as_numbers(values)
    if numbers is not None and not _are_codes(numbers):
        return _judged(name, "numeric", numbers)
    levels = as_levels(values if numbers is None else numbers).dropna()
    note = "" if numbers is None else f"{levels.nunique()} different whole numbers, taken as categories"
    return _judged(name, "categorical", levels, note)


def _judged(name: str, kind: str, values: pd.Series, note: str = "") -> Column:
    n_different, frame = values.nunique(), values.to_frame("value")
    if len(values) < FEWEST_SAMPLES:
        return Column(
            name, "left_out", frame, f"values for {len(values)} samples; at least {FEWEST_SAMPLES} are needed"
        )
    if n_different < 2:
        return Column(name, "left_out", frame, "the same value in all samples")
    if kind == "categorical" and n_different > len(values) / 2:
        return Column(name, "left_out", frame, f"{n_different} different values in {len(values)} samples: names")
    return Column(name, kind, frame, note)


def _as_numbers(values: pd.Series) -> pd.Series | None:
    """Finite numbers of a column of numbers, None for any other column."""
    types = pd.api.types
    if types.is_object_dtype(values.dtype):
        filled = [value for value in values if not pd.isna(value)]
        if not filled or any(isinstance(value, bool | np.bool_ | str) for value in filled):
            return None
        values = pd.to_numeric(values, errors="coerce")
    plain = types.is_bool_dtype(values.dtype) or types.is_complex_dtype(values.dtype)
    if plain or not types.is_numeric_dtype(values.dtype):
        return None
    numbers = values.astype("Float64").astype("float64")
    return numbers[np.isfinite(numbers)]


def _are_codes(numbers: pd.Series) -> bool:
    n_different = numbers.nunique()
    return 0 < n_different <= min(MOST_CODES, len(numbers) / 2) and bool((numbers % 1 == 0).all())


def prepare_survival(metadata: pd.DataFrame, time: str, event: str) -> Column:
    """Read time and event of the samples that have both.

    Parameters
    ----------
    metadata
        One row a sample.
    time
        Column of the time to the event or the last visit, in any unit, at least 0.
    event
        Column that tells whether the event was seen: 0 or 1, false or true, alive or dead.

    Returns
    -------
    Column
        Left out where fewer than 8 samples have both, or fewer than 5 events were seen.

    Raises
    ------
    InputError
        There is no such column, or a value that is none of these.
    """
    refuse_unknown(metadata, [time], "association.time")
    refuse_unknown(metadata, [event], "association.event")
    values = pd.DataFrame({"time": _read_time(metadata[time]), "event": _read_event(metadata[event])}).dropna()
    values["event"] = values["event"].astype(bool)
    n_events = int(values["event"].sum())
    if len(values) < FEWEST_SAMPLES:
        note = f"time and event of {len(values)} samples; at least {FEWEST_SAMPLES} are needed"
        return Column(time, "left_out", values, note)
    if n_events < FEWEST_EVENTS:
        return Column(time, "left_out", values, f"{n_events} events; at least {FEWEST_EVENTS} are needed")
    return Column(time, "survival", values, f"{n_events} events ({event})")


def _read_time(column: pd.Series) -> pd.Series:
    texts = as_levels(column).rename(column.name)
    numbers = pd.to_numeric(texts, errors="coerce").astype("float64")
    wrong = texts[texts.notna() & ~((numbers >= 0) & np.isfinite(numbers))]
    if len(wrong):
        raise _wrong_values("association.time", wrong, "numbers of at least 0, or nothing where the time is not known")
    return numbers


def _read_event(column: pd.Series) -> pd.Series:
    texts = as_levels(column).rename(column.name)
    folded = texts.map(lambda text: None if text is None else text.casefold())
    wrong = texts[folded.notna() & ~folded.isin([*NO_EVENT, *EVENT])]
    if len(wrong):
        raise _wrong_values("association.event", wrong, "0 or 1, false or true, alive or dead, or nothing")
    return folded.map({**dict.fromkeys(NO_EVENT, 0.0), **dict.fromkeys(EVENT, 1.0)}).astype("float64")


def _wrong_values(key: str, wrong: pd.Series, expected: str) -> InputError:
    place = f"config key '{key}', metadata column {wrong.name!r}, sample {wrong.index[0]!r}"
    found = list_first(list(dict.fromkeys(wrong)))
    return InputError(place, found, expected, "Correct the values in the metadata, or name another column.")


def refuse_unknown(metadata: pd.DataFrame, names: Sequence[str], key: str) -> None:
    """Raise InputError if a column that a config key names is not in the metadata."""
    unknown = [name for name in names if name not in metadata]
    if unknown:
        known = list_first(list(metadata)) if len(metadata.columns) else "there are none"
        cure = "Correct the name, or add the column to the metadata of the data set."
        raise InputError(f"config key '{key}'", list_first(unknown), f"columns of the metadata: {known}", cure)
