"""Gene and sample ids: text kept as it is written, unique, listed shortly in messages."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from nmfbio.errors import InputError

SHOWN = 5
_QUOTED = re.compile(r'"([^"]|"")*"')


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
    text = text.strip()
    return text[1:-1].replace('""', '"') if _QUOTED.fullmatch(text) else text


def refuse_duplicates(names: Sequence[str], kind: str, place: str, cure: str) -> None:
    """Raise InputError if an id is empty or occurs twice, also when two ids differ only in their Unicode spelling."""
    if "" in names:
        raise InputError(
            place, f"an empty {kind} id at position {list(names).index('') + 1}", f"an id for each {kind}", cure
        )
    counts = Counter(unicodedata.normalize("NFC", name) for name in names)
    repeated = [name for name, count in counts.items() if count > 1]
    if repeated:
        found = f"{kind} ids that occur more than once: {list_first(repeated)}"
        raise InputError(place, found, f"each {kind} once", cure)
