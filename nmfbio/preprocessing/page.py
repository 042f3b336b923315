"""The preflight page as text, for a terminal."""

import textwrap

import pandas as pd

MARKS = {"ok": " ", "note": "·", "warning": "!"}
GAP = "  "


def format_page(name: str, findings: pd.DataFrame, width: int = 120) -> str:
    """Lay out the findings on one data set as lines of text.

    Parameters
    ----------
    name
        Of the data set.
    findings
        Table of ``Preflight``: columns matrix, check, status, found, meaning, where.
    width
        Of the lines, in characters.

    Returns
    -------
    str
        A heading for each matrix, then its checks; ``!`` stands before a warning, ``·`` before a note.

    Examples
    --------
    >>> columns = ["matrix", "check", "status", "found", "meaning", "where"]
    >>> print(format_page("cohort", pd.DataFrame([["as read", "size", "ok", "8 samples", "", ""]], columns=columns)))
    cohort, as read
      size  8 samples
    """
    label = int(findings["check"].str.len().max())
    lines = []
    for matrix, part in findings.fillna("").groupby("matrix", sort=False):
        lines.append(f"{name}, {matrix}")
        for row in part.itertuples():
            text = ": ".join(str(text) for text in (row.found, row.meaning, row.where) if text)
            first = f"{MARKS[row.status]} {row.check:<{label}}{GAP}"
            lines += textwrap.wrap(text, width, initial_indent=first, subsequent_indent=" " * len(first)) or [first]
    return "\n".join(lines)
