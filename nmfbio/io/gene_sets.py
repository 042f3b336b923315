"""Gene sets in GMT format, as MSigDB, Enrichr and others give them out."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nmfbio.errors import InputError
from nmfbio.io.lines import read_lines
from nmfbio.io.names import clean_name, list_first

_COMPRESSED = (".gz", ".bz2", ".xz", ".zst")
_DECIMAL = re.compile(r"[-+]?\d*\.\d+([eE][-+]?\d+)?")  # whole numbers may be Entrez ids
_EXPECTED = "lines with a set's name, a description and its genes, tabs between (GMT)"


@dataclass(frozen=True)
class GeneSet:
    """A named set of genes.

    Attributes
    ----------
    collection
        The file it comes from, without folder and suffixes.
    name, description
        As the file gives them; the description is often an address.
    genes
        Each once, in the order of the file.
    """

    collection: str
    name: str
    description: str
    genes: tuple[str, ...]


def read_gene_sets(paths: Sequence[str | os.PathLike]) -> list[GeneSet]:
    """Read the gene sets of one or more GMT files.

    A line is a set: its name, a description (which may be empty) and its genes, with tabs between. Padding and quotes
    around a field are taken off, empty fields and lines left out; a gene that a set names twice is kept once.

    Parameters
    ----------
    paths
        The files, plain or compressed (told by their content).

    Returns
    -------
    list of GeneSet
        In the order of the files and lines.

    Raises
    ------
    InputError
        If a file cannot be read or is no GMT, a line has fewer than three fields, a file names two sets alike, or two
        files have the same name.

    Examples
    --------
    >>> read_gene_sets(["h.all.v2024.1.Hs.symbols.gmt"])[0].name  # doctest: +SKIP
    'HALLMARK_ADIPOGENESIS'
    """
    collections: dict[str, str | os.PathLike] = {}
    for path in paths:
        name = collection_name(path)
        if name in collections:
            found = f"the name {name!r} also for {str(collections[name])!r}"
            raise InputError(
                str(path), found, "one name for each file of gene sets", "Rename or leave out one of them."
            )
        collections[name] = path
    return [gene_set for name, path in collections.items() for gene_set in _read_gmt(path, name)]


def collection_name(path: str | os.PathLike) -> str:
    """Name of a file of gene sets without folder and suffixes.

    Examples
    --------
    >>> collection_name("sets/h.all.v2024.1.gmt.gz")
    'h.all.v2024.1'
    """
    name = Path(path).name
    for suffix in _COMPRESSED:
        name = name.removesuffix(suffix)
    return Path(name).stem


def _read_gmt(path: str | os.PathLike, collection: str) -> Iterator[GeneSet]:
    lines: dict[str, int] = {}
    for number, line in enumerate(read_lines(path), start=1):
        if not line.strip():
            continue
        place = f"{path}, line {number}"
        gene_set = _parse_line(place, line, collection)
        if gene_set.name in lines:
            found = f"the set {gene_set.name!r} again, first in line {lines[gene_set.name]}"
            raise InputError(place, found, "each set once", "Rename or remove one of the two lines.")
        lines[gene_set.name] = number
        yield gene_set


def _parse_line(place: str, line: str, collection: str) -> GeneSet:
    name, *rest = (clean_name(field) for field in line.split("\t"))
    genes = tuple(dict.fromkeys(field for field in rest[1:] if field))
    if not name:
        raise InputError(place, "an empty name of a set", _EXPECTED, "Give the set a name, or remove the line.")
    if not genes:
        found = f"{len(rest) + 1} field(s), {name[:60]!r} first, and no gene"
        cure = "Correct the line, or check that the file is tab-separated GMT, not GMX, GRP or a table."
        raise InputError(place, found, _EXPECTED, cure)
    numbers = [gene for gene in genes if _DECIMAL.fullmatch(gene)]
    if numbers:
        cure = "Give a GMT file; this one looks like a table of values, or of genes with weights."
        raise InputError(place, f"numbers such as {list_first(numbers, 2)} where genes stand", _EXPECTED, cure)
    return GeneSet(collection, name, rest[0], genes)
