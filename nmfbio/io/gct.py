"""Expression matrices in GCT files, versions 1.2 and 1.3 (https://software.broadinstitute.org/cancer/software/gsea/wiki).

Version 1.2 has the columns NAME and Description before the samples. Version 1.3 has any number of columns that describe
the genes, and below the header any number of rows that describe the samples.
"""

import os
import re
from collections.abc import Iterator

import numpy as np
import pandas as pd
from anndata import AnnData

from nmfbio.errors import InputError
from nmfbio.io.annotation import give_types, refuse_bad_columns
from nmfbio.io.layout import Layout, ragged
from nmfbio.io.lines import read_lines
from nmfbio.io.names import clean_name
from nmfbio.io.orientation import GENES_IN_ROWS
from nmfbio.io.text import parse_body

_N_COUNTS = {"#1.2": 2, "#1.3": 4}


def read_gct(path: str | os.PathLike) -> AnnData:
    """Read a GCT file.

    Parameters
    ----------
    path
        Version 1.2 or 1.3, plain or compressed.

    Returns
    -------
    AnnData, shape (n_samples, n_genes)
        `X` is float32, NaN where a cell is missing. `var` holds what describes the genes, with "Description" in any
        case as `description`; `obs` what describes the samples (version 1.3).

    Raises
    ------
    InputError
        As `read_text`, and if the version or the counts of the first two lines do not fit what follows.

    Examples
    --------
    >>> read_gct("expression.gct").var["description"]  # doctest: +SKIP
    """
    lines = _without_trailing_delimiters(read_lines(path))
    n_genes, n_samples, n_gene_fields, n_sample_fields = _read_counts(path, next(lines), next(lines, ""))
    fields = [clean_name(name) for name in next(lines, "").split("\t")]
    has_trailing = fields[-1] == "" and len(fields) == 2 + n_gene_fields + n_samples
    if has_trailing:
        fields.pop()
    gene_fields, samples = fields[1 : 1 + n_gene_fields], fields[1 + n_gene_fields :]
    if len(samples) != n_samples:
        raise _miscounted(path, f"{len(samples)} samples in line 3", f"{n_samples}, as line 2 says")
    gene_fields = ["description" if name.casefold() == "description" else name for name in gene_fields]
    refuse_bad_columns(path, gene_fields, line=3)
    obs = _read_sample_fields(path, lines, samples, n_gene_fields, n_sample_fields)
    first = next(lines, None)
    if first is None:
        raise _miscounted(path, "no genes", f"{n_genes}, as line 2 says")
    layout = Layout(str(path), "\t", "gene", samples, tuple(gene_fields), has_trailing, 3, 4 + n_sample_fields)
    expression = parse_body(layout, first, lines, GENES_IN_ROWS)
    if expression.n_vars != n_genes:
        raise _miscounted(path, f"{expression.n_vars} genes", f"{n_genes}, as line 2 says")
    expression.obs = obs
    return expression


def _read_counts(path: str | os.PathLike, version: str, counts: str) -> list[int]:
    """Numbers of genes, samples, columns that describe genes, rows that describe samples."""
    version = version.strip()
    if version not in _N_COUNTS:
        cure = "If this is a plain table, give its name the suffix .tsv."
        raise InputError(f"{path}, line 1", repr(version[:40]), "#1.2 or #1.3, the version of a GCT file", cure)
    numbers = counts.split()
    if len(numbers) != _N_COUNTS[version] or not all(re.fullmatch(r"[0-9]{1,9}", number) for number in numbers):
        expected = f"{_N_COUNTS[version]} counts ({'genes, samples' if version == '#1.2' else _COUNTS_1_3})"
        raise InputError(f"{path}, line 2", repr(counts[:40]), expected, "Export the file again.")
    return [int(number) for number in numbers] + ([1, 0] if version == "#1.2" else [])


_COUNTS_1_3 = "genes, samples, columns that describe genes, rows that describe samples"


def _read_sample_fields(
    path: str | os.PathLike, lines: Iterator[str], samples: list[str], n_gene_fields: int, n_fields: int
) -> pd.DataFrame:
    columns, names = [], []
    n_expected = 1 + n_gene_fields + len(samples)
    for number in range(4, 4 + n_fields):
        row = [clean_name(cell) for cell in next(lines, "").split("\t")]
        if len(row) == 1 + n_expected and row[-1] == "":
            row.pop()
        if len(row) != n_expected:
            raise ragged(path, number, row[0], len(row), n_expected, header_line=3)
        names.append(row[0])
        columns.append(row[1 + n_gene_fields :])
    refuse_bad_columns(path, names, line=4)
    cells = np.array(columns, dtype=object).reshape(len(names), len(samples)).T
    return give_types(pd.DataFrame(cells, index=samples, columns=names))


def _without_trailing_delimiters(lines: Iterator[str]) -> Iterator[str]:
    """Drop the delimiters that spreadsheets put after the two short lines of the preamble."""
    for number, line in enumerate(lines):
        yield line.rstrip("\t, ") if number < 2 else line


def _miscounted(path: str | os.PathLike, found: str, expected: str) -> InputError:
    return InputError(str(path), found, expected, "Copy or export the file again; it may be cut short.")
