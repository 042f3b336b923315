"""Expression matrices in delimited text, plain or compressed."""

import os
import warnings
from collections.abc import Collection, Iterator

import numpy as np
import pandas as pd
from anndata import AnnData

from nmfbio.io.build import build_anndata
from nmfbio.io.cells import Block, check_marks, parse_cells
from nmfbio.io.layout import Layout, not_a_matrix, read_layout, split_rows
from nmfbio.io.lines import read_lines
from nmfbio.io.memory import describe_matrix, refuse_if_too_large
from nmfbio.io.names import refuse_duplicates, refuse_empty
from nmfbio.io.orientation import GENES_IN_ROWS, SAMPLES_IN_ROWS, UNDECIDED, choose_orientation, refuse_undecided

CHARACTERS_AT_ONCE = 16_000_000  # text parsed in one go; bounds the memory beside the matrix
_KINDS = {GENES_IN_ROWS: ("gene", "sample"), UNDECIDED: ("gene", "sample"), SAMPLES_IN_ROWS: ("sample", "gene")}


def read_text(path: str | os.PathLike, orientation: str = "auto", samples: Collection[str] = ()) -> AnnData:
    """Read a matrix in text with tabs, semicolons or commas between the columns.

    The first row holds the ids of the columns, with or without a corner cell (R's `write.table` leaves it out); the
    first column the ids of the rows, kept as text whatever they look like. All other cells are numbers. Commas are
    decimal marks if all numbers that are not whole have one and one of them at least cannot be a thousands separator.

    Parameters
    ----------
    path
        The file, plain or compressed (told by its content).
    orientation
        "genes_in_rows", "samples_in_rows", or "auto": by the ids, else genes in rows.
    samples
        Ids that are known to be samples, for "auto".

    Returns
    -------
    AnnData, shape (n_samples, n_genes)
        `X` is float32 and C-contiguous, NaN where a cell is missing; `obs_names` and `var_names` are the ids. Genes
        may occur twice.

    Raises
    ------
    InputError
        If the file cannot be read, a row has too few or too many fields, a cell is no number or does not fit float32,
        sample ids are repeated, or nothing tells whether genes or samples are in rows. The message names line, gene
        and sample.

    Examples
    --------
    >>> read_text("resources/leukemia/expression.tsv.gz").shape  # doctest: +SKIP
    (38, 5000)
    """
    return parse_matrix(path, read_lines(path), orientation, samples)


def parse_matrix(
    path: str | os.PathLike, lines: Iterator[str], orientation: str, samples: Collection[str] = ()
) -> AnnData:
    """Read a matrix from the lines of a table, as `read_text` does."""
    header = next(lines)
    first = next(lines, None)
    if first is None:
        raise not_a_matrix(path, "a header and no rows", "Check that the export or download was complete.")
    return parse_body(read_layout(path, header, first), first, lines, orientation, samples)


def parse_body(
    layout: Layout, first: str, lines: Iterator[str], orientation: str, samples: Collection[str] = ()
) -> AnnData:
    """Read a matrix from the lines below its header.

    Parameters
    ----------
    layout
        What the header says.
    first, lines
        The first line below the header, and those that follow.
    orientation, samples
        As for `read_text`.

    Returns
    -------
    AnnData, shape (n_samples, n_genes)
        As `read_text` gives it. Annotations of the rows are text columns of `var` (of `obs` with samples in rows).
    """
    names, annotations, values, marks = [], [], [], {}
    chosen = reason = None
    for rows in _batches(first, lines):
        first_line = layout.first_line + len(names)
        some, notes, cells = split_rows(rows, layout, first_line)
        if chosen is None:
            chosen, reason = choose_orientation(orientation, some, layout.columns, layout.corner, samples)
        content = f"{len(names) + len(some):,} rows or more with {len(layout.columns):,} numbers each"
        refuse_if_too_large(layout.path, 8 * len(some) * len(layout.columns), content)
        block = Block(layout.path, first_line, some, layout.columns, cells, _KINDS[chosen])
        values.append(parse_cells(block, marks))
        names.extend(some)
        annotations.extend(notes)
    check_marks(marks)
    if chosen == UNDECIDED:
        refuse_undecided(layout.path, len(names), len(layout.columns))
    if chosen == SAMPLES_IN_ROWS and orientation == "auto":
        warnings.warn(f"{layout.path}: read with samples in rows and genes in columns, since {reason}", stacklevel=5)
    row_table = pd.DataFrame(annotations, index=names, columns=list(layout.annotations), dtype=object)
    column_table = pd.DataFrame(index=pd.Index(layout.columns, dtype=object))
    if chosen == SAMPLES_IN_ROWS:
        refuse_duplicates(names, "sample", layout.path, "Give each sample row a name of its own.")
        return _assemble(layout.path, values, 0, row_table, column_table)
    place = f"{layout.path}, line {layout.header_line}"
    refuse_duplicates(layout.columns, "sample", place, "Give each sample column a name of its own.")
    return _assemble(layout.path, [block.T for block in values], 1, column_table, row_table)


def _assemble(path: str, blocks: list[np.ndarray], axis: int, obs: pd.DataFrame, var: pd.DataFrame) -> AnnData:
    """Join blocks of samples (axis 0) or of genes (axis 1) into one samples x genes matrix."""
    refuse_empty(list(var.index), "gene", path)
    shape = (len(obs), len(var))
    refuse_if_too_large(path, 4 * shape[0] * shape[1], describe_matrix(*shape))
    expression = np.empty(shape, dtype=np.float32)
    np.concatenate(blocks, axis=axis, out=expression)
    return build_anndata(expression, obs, var)


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
