"""Gene ids that a spreadsheet has changed."""

import re

_DATE_OR_NUMBER = re.compile(
    r"\d{1,2}-(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*|\d(\.\d+)?e\+\d+", re.IGNORECASE
)


def looks_like_spreadsheet(name: str) -> bool:
    """Tell whether an id is a date or number that a spreadsheet made of a gene name.

    Examples
    --------
    >>> looks_like_spreadsheet("1-Mar"), looks_like_spreadsheet("2.31E+13"), looks_like_spreadsheet("MARCHF1")
    (True, True, False)
    """
    return _DATE_OR_NUMBER.fullmatch(name) is not None
