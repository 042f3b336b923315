"""Expression matrices in tab-separated text: genes in rows, samples in columns, plain or gzipped."""

import csv
import math
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

import numpy as np
import pandas as pd
from anndata import AnnData

from nmfbio.errors import InputError
from nmfbio.io.lines import read_lines
from nmfbio.io.names import clean_name, refuse_duplicates

CHARACTERS_AT_ONCE = 16_000_000  # text parsed in one go; bounds the memory beside the matrix
MISSING = ("", "NA", "N/A", "#N/A", "na", "n/a", "NaN", "nan", "NAN", "NULL", "null", "None")
_NUMBER = re.compile(r" *[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)? *|[+-]?inf(inity)?", re.IGNORECASE | re.ASCII)
_CORNER_NAMES = {
    "gene",
    "genes",
    "gene_id",
    "geneid",
    "gene id",
    "id",
    "name",
    "symbol",
    "probe",
    "probe_id",
    "probeid",
}


@dataclass(frozen=True)
class _Layout:
    """How the columns of the file lie."""

    samples: list[str]
    n_fields: int  # in each row, with the gene id
    has_trailing_tab: bool


def read_tab_separated(path: str | os.PathLike) -> AnnData:
    """Read a tab-separated matrix with genes in rows.

    The first row holds the sample ids, with or without a corner cell (R's `write.table` leaves it out); the first
    column the gene ids, kept as text whatever they look like. All other cells are numbers with a decimal point.

    Parameters
    ----------
    path
        The file, plain or gzipped (told by its content).

    Returns
    -------
    AnnData, shape (n_samples, n_genes)
        `X` is float32 and C-contiguous; `obs_names` and `var_names` are the ids.

    Raises
    ------
    InputError
        If the file cannot be read, a row has too few or too many fields, a cell is missing or no number or does not
        fit float32, or ids are repeated. The message names line, gene and sample.

    Examples
    --------
    >>> read_tab_separated("resources/leukemia/expression.tsv.gz").shape  # doctest: +SKIP
    (38, 5000)
    """
    lines = read_lines(path)
    header = next(lines).split("\t")
    first = next(lines, None)
    if first is None:
        raise _not_a_matrix(path, "a header and no rows", "Check that the export or download was complete.")
    layout = _read_layout(path, header, first.split("\t"))
    genes, blocks = [], []
    for rows in _batches(first, lines):
        names, cells = _split_rows(path, rows, layout, first_line=len(genes) + 2)
        blocks.append(_parse_cells(path, cells, names, layout.samples, first_line=len(genes) + 2))
        genes.extend(names)
    return _assemble(path, blocks, [clean_name(gene) for gene in genes], layout.samples)


def _read_layout(path: str | os.PathLike, header: list[str], row: list[str]) -> _Layout:
    """Find out from the header and the first row whether there is a corner cell and a delimiter at the line ends."""
    if len(row) == 1 or header[0].startswith("#1."):
        raise _not_a_matrix(
            path, f"lines that begin with {header[0][:30]!r} and {row[0][:30]!r}", _delimiter_hint(header[0], row[0])
        )
    extra = len(row) - len(header)
    has_trailing_tab = row[-1] == "" and (extra == 1 or (extra == 0 and header[-1] == ""))
    if has_trailing_tab and extra == 0:
        header = header[:-1]
    if extra == 0 or has_trailing_tab:
        samples = header[1:]
    elif extra == 1 and header[0].strip('" ').casefold() not in _CORNER_NAMES:
        samples = header
    else:
        raise _ragged(path, 2, row[0], len(row), len(header))
    if not samples:
        raise _not_a_matrix(path, "no sample columns", "Give at least one column beside the gene ids.")
    samples = [clean_name(sample) for sample in samples]
    refuse_duplicates(samples, "sample", f"{path}, line 1", "Give each sample column a name of its own.")
    return _Layout(samples, len(samples) + 1, has_trailing_tab)


def _batches(first: str, lines: Iterator[str]) -> Iterator[list[str]]:
    """Group rows so that a group has about CHARACTERS_AT_ONCE characters."""
    batch, size = [first], len(first)
    for line in lines:
        if size > CHARACTERS_AT_ONCE:
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += len(line)
    yield batch


def _split_rows(
    path: str | os.PathLike, rows: list[str], layout: _Layout, first_line: int
) -> tuple[list[str], list[str]]:
    """Separate gene ids from the cells that follow them; refuse rows with too few or too many cells."""
    genes, cells = [], []
    for number, row in enumerate(rows, start=first_line):
        if layout.has_trailing_tab:
            row = row.removesuffix("\t")
        n_fields = row.count("\t") + 1
        gene, _, rest = row.partition("\t")
        if n_fields != layout.n_fields:
            raise _ragged(path, number, gene, n_fields, layout.n_fields)
        genes.append(gene)
        cells.append(rest)
    return genes, cells


def _parse_cells(
    path: str | os.PathLike, cells: list[str], genes: list[str], samples: list[str], first_line: int
) -> np.ndarray:
    """Turn rows of text cells into float32, shape (rows, samples); missing cells become NaN."""
    try:
        frame = pd.read_csv(
            StringIO("\n".join(cells) + "\n"),
            sep="\t",
            header=None,
            names=range(len(samples)),
            dtype="float64",
            quoting=csv.QUOTE_NONE,
            skip_blank_lines=False,
            keep_default_na=False,
            na_values=list(MISSING),
            float_precision="high",
        )
    except ValueError as error:
        raise _first_bad_cell(path, cells, genes, samples, first_line) from error
    with np.errstate(over="ignore"):  # what does not fit becomes inf and is refused by name
        return frame.to_numpy().astype(np.float32)


def _assemble(path: str | os.PathLike, blocks: list[np.ndarray], genes: list[str], samples: list[str]) -> AnnData:
    """Join the blocks into one samples x genes matrix and check what can only be seen in the whole."""
    cure = "Keep one row of each gene, or combine them before."
    refuse_duplicates(genes, "gene", str(path), cure)
    expression = np.empty((len(samples), len(genes)), dtype=np.float32)
    start = 0
    for block in blocks:
        expression[:, start : start + len(block)] = block.T
        start += len(block)
    _refuse_cells(path, np.isnan(expression), "empty or NA cell(s)", genes, samples)
    _refuse_cells(path, np.isinf(expression), "cell(s) infinite or beyond float32 (3.4e38)", genes, samples)
    return AnnData(expression, obs=pd.DataFrame(index=samples), var=pd.DataFrame(index=genes))


def _refuse_cells(path: str | os.PathLike, marked: np.ndarray, kind: str, genes: list[str], samples: list[str]) -> None:
    rows, columns = np.nonzero(marked.T)
    if len(rows) == 0:
        return
    cells = zip(rows[:3].tolist(), columns[:3].tolist(), strict=True)
    first = "; ".join(f"gene {genes[i]!r}, sample {samples[j]!r} (line {i + 2})" for i, j in cells)
    cure = "Correct these cells, or leave out the genes or samples they belong to."
    raise InputError(str(path), f"{len(rows)} {kind}, first {first}", "a finite number in each cell", cure)


def _first_bad_cell(
    path: str | os.PathLike, cells: list[str], genes: list[str], samples: list[str], first_line: int
) -> InputError:
    for number, (gene, row) in enumerate(zip(genes, cells, strict=True), start=first_line):
        for sample, cell in zip(samples, row.split("\t"), strict=True):
            is_number = _NUMBER.fullmatch(cell) and math.isfinite(float(cell))
            if not is_number and cell not in MISSING:
                place = f"{path}, line {number}, gene {gene!r}, sample {sample!r}"
                return InputError(place, repr(cell[:40]), "a finite number such as 12 or 0.5", _number_hint(cell))
    return _not_a_matrix(path, "a cell that is no number", "Check the cells.")


def _number_hint(cell: str) -> str:
    if re.fullmatch(r"-?\d+,\d+", cell.strip()):
        return "Write numbers with a decimal point and without thousands separators."
    if cell.startswith('"'):
        return "Write numbers without quotes."
    return "Correct the cell, or leave out this gene or sample; text columns belong in the genes table."


def _delimiter_hint(header: str, row: str) -> str:
    if header.startswith("#1."):
        return "This looks like a GCT file: delete its first two lines and its second column."
    for mark, name in ((",", "commas"), (";", "semicolons"), (" ", "spaces")):
        if mark in header and mark in row:
            return f"The columns seem to be separated by {name}: save the file with tabs."
    return "Save the table as tab-separated text with genes in rows and samples in columns."


def _ragged(path: str | os.PathLike, number: int, gene: str, n_fields: int, expected: int) -> InputError:
    cure = "Complete or correct the line; a tab inside a name also has this effect."
    return InputError(f"{path}, line {number} ({gene[:40]!r})", f"{n_fields} fields", f"{expected}, as in line 1", cure)


def _not_a_matrix(path: str | os.PathLike, found: str, cure: str) -> InputError:
    return InputError(str(path), found, "tab-separated text: sample ids in line 1, then one gene a line", cure)
