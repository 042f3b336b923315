"""How the columns of a matrix in text lie, and its rows split accordingly."""

import os
from dataclasses import dataclass

from nmfbio.errors import InputError
from nmfbio.io.delimited import detect_delimiter, split_fields
from nmfbio.io.names import trim_name

GENE_CORNERS = {
    "gene", "genes", "gene_id", "geneid", "gene id", "gene_name", "gene_symbol", "genesymbol", "gene symbol", "symbol",
    "hugo_symbol", "probe", "probes", "probe_id", "probeid", "probeset", "probe_set_id", "id_ref", "ensembl_id",
    "ensembl_gene_id", "entrez_gene_id", "feature", "feature_id", "transcript_id",
}  # fmt: skip
SAMPLE_CORNERS = {
    "sample", "samples", "sample_id", "sampleid", "sample id", "sample_name", "cell", "cells", "cell_id", "cellid",
    "barcode", "barcodes", "patient", "patient_id", "cell_line",
}  # fmt: skip
_CORNERS = GENE_CORNERS | SAMPLE_CORNERS | {"", "id", "ids", "name", "names", "index", "rownames", "row.names"}


@dataclass(frozen=True)
class Layout:
    """How the columns of a file lie.

    Parameters
    ----------
    path
        The file, for messages.
    delimiter
        Between the fields of a line.
    corner
        What stands above the ids of the rows; empty if nothing does.
    columns
        The ids of the columns.
    annotations
        Names of the columns of text between the ids of the rows and the numbers.
    has_trailing_delimiter
        Whether each row ends in a delimiter that separates nothing.
    header_line, first_line
        Numbers of the header's line and of the first row's, counted from 1.
    """

    path: str
    delimiter: str
    corner: str
    columns: list[str]
    annotations: tuple[str, ...] = ()
    has_trailing_delimiter: bool = False
    header_line: int = 1
    first_line: int = 2

    @property
    def n_fields(self) -> int:
        """Fields of each row: the id, annotations, numbers."""
        return 1 + len(self.annotations) + len(self.columns)


def read_layout(path: str | os.PathLike, header: str, row: str) -> Layout:
    """Find out from the header and the first row whether there is a corner cell and a delimiter at the line ends.

    Raises
    ------
    InputError
        If the lines are no delimited text, or their numbers of fields do not fit.
    """
    delimiter = detect_delimiter(header, row)
    if delimiter is None or header.startswith("#1."):
        found = f"lines that begin with {header[:30]!r} and {row[:30]!r}"
        raise not_a_matrix(path, found, _format_hint(header, row))
    names = [trim_name(name) for name in split_fields(f"{path}, line 1", header, delimiter)]
    fields = split_fields(f"{path}, line 2", row, delimiter)
    extra = len(fields) - len(names)
    is_corner = names[0].casefold() in _CORNERS
    has_trailing = fields[-1] == "" and ((extra == 0 and names[-1] == "") or (extra == 1 and is_corner))
    if has_trailing and extra == 0:
        names = names[:-1]
    if extra == 0 or has_trailing:
        corner, columns = names[0], names[1:]
    elif extra == 1 and not is_corner and fields[-1] != "":
        corner, columns = "", names
    else:
        raise ragged(path, 2, fields[0], len(fields), len(names))
    if not columns:
        raise not_a_matrix(path, "no sample columns", "Give at least one column beside the gene ids.")
    return Layout(str(path), delimiter, corner, columns, has_trailing_delimiter=has_trailing)


def split_rows(rows: list[str], layout: Layout, first_line: int) -> tuple[list[str], list[list[str]], list[str]]:
    """Separate the ids and annotations of rows from their numbers.

    Parameters
    ----------
    rows
        Lines.
    layout
        From `read_layout`.
    first_line
        Number of the first of these lines, for messages.

    Returns
    -------
    tuple of list
        Ids; annotations of each row; the other cells of each row, separated by tabs.

    Raises
    ------
    InputError
        If a row has too few or too many fields, or a quote that is not closed.
    """
    names, annotations, cells = [], [], []
    n_leading = 1 + len(layout.annotations)
    for number, row in enumerate(rows, start=first_line):
        tabbed = _as_tabbed(row, layout, number)
        n_fields = tabbed.count("\t") + 1
        if n_fields != layout.n_fields:
            name = tabbed.partition("\t")[0]
            raise ragged(layout.path, number, name, n_fields, layout.n_fields, layout.header_line)
        *leading, numbers = tabbed.split("\t", n_leading)
        names.append(trim_name(leading[0]))
        annotations.append([trim_name(text) for text in leading[1:]])
        cells.append(numbers)
    return names, annotations, cells


def _as_tabbed(row: str, layout: Layout, number: int) -> str:
    if '"' not in row and (layout.delimiter == "\t" or "\t" not in row):
        if layout.has_trailing_delimiter:
            row = row.removesuffix(layout.delimiter)
        return row.replace(layout.delimiter, "\t")
    fields = split_fields(f"{layout.path}, line {number}", row, layout.delimiter)
    if layout.has_trailing_delimiter and fields[-1] == "":
        fields.pop()
    return "\t".join(field.replace("\t", " ") for field in fields)


def _format_hint(header: str, row: str) -> str:
    if header.startswith("#1."):
        return "This looks like a GCT file: give its name the suffix .gct."
    if header.startswith("%%MatrixMarket"):
        return "This looks like a Matrix Market file: give its name the suffix .mtx."
    if " " in header and " " in row:
        return "The columns seem to be separated by spaces: save the file with tabs."
    return "Save the table as tab-separated text with genes in rows and samples in columns."


def ragged(
    path: str | os.PathLike, number: int, name: str, n_fields: int, expected: int, header_line: int = 1
) -> InputError:
    """Return the error for a line with too few or too many fields."""
    cure = "Complete or correct the line, or copy the file again if it ends here; a delimiter in a name needs quotes."
    place = f"{path}, line {number} ({name[:40]!r})"
    return InputError(place, f"{n_fields} fields", f"{expected}, as in line {header_line}", cure)


def not_a_matrix(path: str | os.PathLike, found: str, cure: str) -> InputError:
    """Return the error for text that holds no matrix."""
    expected = "text with tabs, commas or semicolons between columns: sample ids in line 1, then one gene a line"
    return InputError(str(path), found, expected, cure)
