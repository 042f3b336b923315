"""Gene and sample ids: text kept as it is written, unique, listed shortly in messages."""

import re
import unicodedata
import warnings
from collections import Counter
from collections.abc import Sequence

from nmfbio.errors import InputError

SHOWN = 5
_QUOTED = re.compile(r'"([^"]|"")*"')
_MONTH = "(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_EXCEL_MANGLED = re.compile(
    rf"\d{{1,2}}-{_MONTH}|{_MONTH}-\d{{1,2}}"  # 1-Mar, Mar-01
    r"|\d{4}-\d{2}-\d{2}( 00:00:00)?|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}"  # 2024-03-01, 3/1/2024, 1.3.2024
    r"|\d(\.\d+)?e\+\d+",  # 2.31E+13
    re.IGNORECASE | re.ASCII,
)


def list_first(names: Sequence[str], shown: int = SHOWN) -> str:
    """Name the first few of many.

    Examples
    --------
    >>> list_first(["a", "b", "c"], shown=2)
    "'a', 'b' and 1 more"
    """
    listed = ", ".join(repr(str(name)) for name in names[:shown])
    return listed if len(names) <= shown else f"{listed} and {len(names) - shown} more"


def clean_name(text: str) -> str:
    """Take off the padding of a cell, and its quotes if it is quoted the way spreadsheets and R's `write.table` quote.

    Quotes that are not doubled inside belong to the text.

    Examples
    --------
    >>> clean_name(' "NA" '), clean_name('"receptor ""A"" form"'), clean_name('"A" or "B"')
    ('NA', 'receptor "A" form', '"A" or "B"')
    """
    text = trim_name(text)
    return text[1:-1].replace('""', '"') if _QUOTED.fullmatch(text) else text


def trim_name(text: str) -> str:
    """Take off the padding of a cell; letters that Unicode can spell in two ways get one spelling (NFC)."""
    text = text.strip()
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def is_excel_mangled(name: str) -> bool:
    """Tell whether a gene name looks like a date or number that a spreadsheet made of it.

    Examples
    --------
    >>> [is_excel_mangled(name) for name in ("1-Mar", "2.31E+13", "MARCH1", "1E5")]
    [True, True, False, False]
    """
    return _EXCEL_MANGLED.fullmatch(name) is not None


def name_features(symbols: Sequence[str], accessions: Sequence[str], place: str) -> list[str]:
    """Name genes by their symbols, and those that share one by symbol and accession, with a warning.

    Parameters
    ----------
    symbols, accessions
        One of each a gene. A gene without symbol gets its accession.
    place
        The file, for messages.

    Examples
    --------
    >>> name_features(["CD3E", ""], ["ENSG00000198851", "ENSG00000238009"], "features.tsv")
    ['CD3E', 'ENSG00000238009']
    """
    filled = [symbol or accession for symbol, accession in zip(symbols, accessions, strict=True)]
    counts = Counter(filled)
    repeated = [name for name, count in counts.items() if count > 1]
    if not repeated:
        return filled
    message = f"{place}: {len(repeated)} gene symbol(s) occur more than once and are written with their accession: "
    warnings.warn(message + list_first(repeated), stacklevel=2)
    pairs = zip(filled, accessions, strict=True)
    return [f"{name} ({accession})" if counts[name] > 1 else name for name, accession in pairs]


def refuse_empty(names: Sequence[str], kind: str, place: str) -> None:
    """Raise InputError if an id is empty."""
    if "" in names:
        found = f"an empty {kind} id at position {list(names).index('') + 1}"
        raise InputError(place, found, f"an id for each {kind}", f"Give this {kind} an id, or leave it out.")


def refuse_duplicates(names: Sequence[str], kind: str, place: str, cure: str) -> None:
    """Raise InputError if an id is empty or occurs twice, also when two ids differ only in their Unicode spelling."""
    refuse_empty(names, kind, place)
    counts = Counter(unicodedata.normalize("NFC", name) for name in names)
    repeated = [name for name, count in counts.items() if count > 1]
    if repeated:
        found = f"{kind} ids that occur more than once: {list_first(repeated)}"
        raise InputError(place, found, f"each {kind} once", cure)
