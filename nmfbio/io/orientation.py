"""Whether a matrix in text has its genes or its samples in rows."""

import re
from collections.abc import Collection, Sequence

from nmfbio.errors import InputError
from nmfbio.io.layout import GENE_CORNERS, SAMPLE_CORNERS

GENES_IN_ROWS, SAMPLES_IN_ROWS, UNDECIDED = "genes_in_rows", "samples_in_rows", "undecided"
MOST, ALMOST_NONE = 0.5, 0.05  # share of the ids of one side, and of the other, that a reason needs
FEWEST_FAMILIES = 20  # different letters that gene symbols begin with; sample names begin with few
_GENE_ID = re.compile(
    r".+_at|ENS[A-Z]*[GTP]\d{11}(\.\d+)?(_.*)?|[NX][MR]_\d+(\.\d+)?|ILMN_\d+|A_\d\d_P\d+|cg\d{8}|\d{7}[A-Z]\d{2}Rik"
)
_SYMBOL = re.compile(r"[A-Z][A-Z0-9]+(-[A-Z0-9]+)*|C\d+orf\d+")


def choose_orientation(
    orientation: str, rows: Sequence[str], columns: Sequence[str], corner: str, samples: Collection[str]
) -> tuple[str, str]:
    """Decide whether genes or samples are in rows.

    Parameters
    ----------
    orientation
        "genes_in_rows" and "samples_in_rows" decide; "auto" leaves it to the ids.
    rows, columns
        Ids of (the first) rows and of the columns.
    corner
        What the column of the row ids is called.
    samples
        Ids that are known to be samples.

    Returns
    -------
    tuple of str
        "genes_in_rows", "samples_in_rows" or "undecided"; the reason.

    Examples
    --------
    >>> choose_orientation("auto", ["p1", "p2"], ["1007_s_at", "1053_at"], "", [])
    ('samples_in_rows', 'the ids of the columns are those of genes or probes')
    """
    if orientation != "auto":
        return orientation, "the config says so"
    reasons = (
        (samples.__contains__, SAMPLES_IN_ROWS, "the metadata's ids are in the first column"),
        (_GENE_ID.fullmatch, GENES_IN_ROWS, "the ids of the columns are those of genes or probes"),
    )
    for is_meant, if_in_rows, reason in reasons:
        in_rows, in_columns = _share(rows, is_meant), _share(columns, is_meant)
        if in_rows >= MOST and in_columns <= ALMOST_NONE:
            return if_in_rows, reason
        if in_columns >= MOST and in_rows <= ALMOST_NONE:
            return _OPPOSITE[if_in_rows], reason
    if corner.casefold() in GENE_CORNERS:
        return GENES_IN_ROWS, f"the first column is called {corner!r}"
    if corner.casefold() in SAMPLE_CORNERS:
        return SAMPLES_IN_ROWS, f"the first column is called {corner!r}"
    return _choose_by_symbols(rows, columns)


_OPPOSITE = {GENES_IN_ROWS: SAMPLES_IN_ROWS, SAMPLES_IN_ROWS: GENES_IN_ROWS}


def refuse_undecided(path: str, n_rows: int, n_columns: int) -> None:
    """Raise InputError if nothing tells genes from samples and there are more columns than rows."""
    if n_columns > n_rows:
        cure = (
            f"Set `orientation: {GENES_IN_ROWS}` or `orientation: {SAMPLES_IN_ROWS}` for this data set, or name the "
            "first column `gene` or `sample`."
        )
        found = f"{n_rows} rows and {n_columns} columns whose ids do not tell which are genes"
        raise InputError(path, found, "genes in rows, or ids that tell otherwise", cure)


def _choose_by_symbols(rows: Sequence[str], columns: Sequence[str]) -> tuple[str, str]:
    """Names of cell lines look like gene symbols, so symbols turn only a matrix with more columns than rows."""
    if _are_symbols(rows) and _share(columns, _SYMBOL.fullmatch) <= ALMOST_NONE:
        return GENES_IN_ROWS, "the ids of the rows are gene symbols"
    if len(columns) > len(rows) and _are_symbols(columns) and _share(rows, _SYMBOL.fullmatch) <= ALMOST_NONE:
        return SAMPLES_IN_ROWS, "the ids of the columns are gene symbols"
    return UNDECIDED, "nothing tells genes from samples"


def _are_symbols(names: Sequence[str]) -> bool:
    families = {re.match(r"[A-Za-z]*", name).group() for name in names if _SYMBOL.fullmatch(name)}
    return len(families) >= FEWEST_FAMILIES and _share(names, _SYMBOL.fullmatch) >= MOST


def _share(names: Sequence[str], is_meant) -> float:
    return sum(1 for name in names if is_meant(name)) / max(len(names), 1)
