"""Lines of delimited text as fields: which delimiter there is, and what quotes hold together."""

import csv
import re
from contextlib import suppress

from nmfbio.errors import InputError
from nmfbio.io.names import clean_name

DELIMITERS = ("\t", ";", ",")  # a comma may be a decimal mark where the others delimit, so it comes last
_QUOTED = re.compile(r'"(?:[^"]+|"")*+"')


def detect_delimiter(header: str, row: str) -> str | None:
    """Find what separates the fields of the first two lines of a file.

    Parameters
    ----------
    header, row
        The lines. Their numbers of fields may differ by one, as where R leaves out the corner cell.

    Returns
    -------
    str or None
        Tab if the lines agree in it, else semicolon or comma: what has the same number in both lines goes before what
        differs by one, and many before few. If they agree in none, the first that occurs at all; None if there is none.

    Examples
    --------
    >>> detect_delimiter("gene;s1;s2", "CD3E;0,5;1,5")
    ';'
    """
    counts = {mark: (_outside_quotes(header).count(mark), _outside_quotes(row).count(mark)) for mark in DELIMITERS}
    found = [mark for mark in DELIMITERS if any(counts[mark])]
    agreeing = [mark for mark in found if counts[mark][1] and abs(counts[mark][0] - counts[mark][1]) <= 1]
    if "\t" in agreeing:
        return "\t"
    if agreeing:
        return max(agreeing, key=lambda mark: (counts[mark][0] == counts[mark][1], counts[mark][1]))
    return found[0] if found else None


def split_fields(place: str, line: str, delimiter: str) -> list[str]:
    """Split a line; a delimiter within quotes belongs to its field, and the quotes around a field come off.

    Parameters
    ----------
    place
        File and line, for messages.
    line
        Without its line end.
    delimiter
        One character.

    Returns
    -------
    list of str

    Raises
    ------
    InputError
        If a quote that opens a field is not closed in this line.

    Examples
    --------
    >>> split_fields("x.csv, line 2", '"actin, beta",5"-nuc,1', ",")
    ['actin, beta', '5"-nuc', '1']
    """
    if '"' not in line:
        return line.split(delimiter)
    if ' "' not in line:  # the csv module takes a quote after padding for part of the text
        with suppress(csv.Error):
            return next(csv.reader([line], delimiter=delimiter, strict=True))
    return _split_loosely(place, line, delimiter)


def _split_loosely(place: str, line: str, delimiter: str) -> list[str]:
    """Split a line that the csv module refuses: quotes are padded, not doubled within a field, or not closed."""
    quoted = re.compile(rf" *{_QUOTED.pattern} *(?={re.escape(delimiter)}|\Z)")
    fields, start = [], 0
    while start <= len(line):
        match = quoted.match(line, start)
        end = match.end() if match else line.find(delimiter, start) % (len(line) + 1)  # -1 becomes the line's end
        field = line[start:end]
        if match is None and field.lstrip(" ").startswith('"') and field.count('"') % 2:
            cure = "Close the quote in its line, or write a quote that belongs to the text twice within quotes."
            raise InputError(place, f"a quote that is not closed: {field[:40]}", "closed quotes", cure)
        fields.append(clean_name(field) if match else field)
        start = end + 1
    return fields


def _outside_quotes(line: str) -> str:
    return _QUOTED.sub("", line) if '"' in line else line
