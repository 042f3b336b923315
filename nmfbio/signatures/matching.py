"""Genes of the matrix under the names that gene sets give them."""

import re
import warnings
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from nmfbio.errors import InputError
from nmfbio.io import GeneSet
from nmfbio.io.names import list_first

LEAST_SHARE = 0.1  # of the names that could agree; fewer agree by chance or between organisms alone
_KINDS = {
    "Ensembl genes": r"ENS[A-Z]*G\d{6,}(\.\d+)?",
    "Ensembl transcripts": r"ENS[A-Z]*T\d{6,}(\.\d+)?",
    "Affymetrix probe sets": r"\S+_at",
    "Illumina probes": r"ILMN_\d+",
    "RefSeq": r"[NX][MR]_\d+(\.\d+)?",
    "whole numbers, such as Entrez has": r"\d+",
    "symbols": r"[A-Za-z][A-Za-z0-9.@-]*",
}


def name_genes(gene_sets: Sequence[GeneSet], genes: pd.DataFrame, levels: np.ndarray) -> pd.Series:
    """Find under which names the gene sets know the genes of the matrix.

    These are the genes' own names. Only where fewer than a tenth of them agree with the sets (of the sets' genes,
    or of the matrix's where these are fewer), the text column of the gene table that agrees best takes their place,
    with a warning. Names are compared letter by letter. Of several genes of one name, such as the probes of a
    symbol, the one with the highest level stands for it: it is chosen without a look at the results, so no set gains
    by the number of its probes.

    Parameters
    ----------
    gene_sets
        From ``read_gene_sets``.
    genes
        One row a gene of the matrix, by gene; its text columns, such as ``description`` or ``symbol``, are tried.
    levels
        (n_genes,) mean expression of each gene.

    Returns
    -------
    pandas.Series
        The name of each gene that can be tested, by gene, in the order of the matrix. Its own name (``.name``) tells
        which column the names are from, ``gene`` for the matrix itself.

    Raises
    ------
    InputError
        If neither the genes' names nor a column agree with a tenth of the sets' genes.

    Examples
    --------
    >>> genes = pd.DataFrame({"symbol": ["CD3D", "MPO"]}, ["U1_at", "U2_at"])
    >>> with warnings.catch_warnings(action="ignore"):
    ...     names = name_genes([GeneSet("c", "s", "", ("MPO",))], genes, np.ones(2))
    >>> names.name, names["U2_at"]
    ('symbol', 'MPO')
    """
    members = list(dict.fromkeys(gene for gene_set in gene_sets for gene in gene_set.genes))
    own = pd.Series(genes.index.astype(str), genes.index, name="gene")
    names, known = own, frozenset(members)
    if _share_known(own, known) < LEAST_SHARE:
        columns = [_filled_text(genes[column]) for column in genes if _is_text(genes[column])]
        names = max([own, *columns], key=lambda column: _share_known(column, known))
        if _share_known(names, known) < LEAST_SHARE:
            raise _names_disagree(own, members, [column.name for column in columns])
        _tell_of_column(own, names, known)
    order = np.lexsort((np.arange(len(names)), -levels[genes.index.get_indexer(names.index)]))
    first = ~names.iloc[order].duplicated()
    return names[names.index.isin(first.index[first])]


def _is_text(column: pd.Series) -> bool:
    values = column.cat.categories if isinstance(column.dtype, pd.CategoricalDtype) else column
    return pd.api.types.infer_dtype(values, skipna=True) == "string"


def _filled_text(column: pd.Series) -> pd.Series:
    text = column.dropna().astype(str).str.strip()
    return text[text != ""]


def _share_known(names: pd.Series, known: frozenset[str]) -> float:
    """Share of the names that agree with the sets, of as many as could."""
    different = set(names)
    return len(different & known) / max(1, min(len(different), len(known)))


def _tell_of_column(own: pd.Series, names: pd.Series, known: frozenset[str]) -> None:
    different = set(names)
    warnings.warn(
        f"gene sets: {len(different & known):,} of their {len(known):,} genes are found in the column {names.name!r} "
        f"of the gene table ({list_first(list(names), 2)}), {len(set(own) & known):,} among the matrix's own names "
        f"({list_first(list(own), 2)}); genes are matched by that column",
        stacklevel=3,
    )


def _names_disagree(own: pd.Series, members: list[str], columns: list[str]) -> InputError:
    tried = f" and in the column(s) {list_first(columns)} of the gene table" if columns else ""
    shared = len(set(own) & set(members))
    found = (
        f"{shared:,} of their {len(members):,} genes among the {len(own):,} of the matrix{tried}: "
        f"the matrix has {_describe_kind(own)}, the sets {_describe_kind(members)}{_hint(own, members)}"
    )
    cure = (
        "Take gene sets with the matrix's kind of ids and its organism, or give the data set a table of genes (key "
        "'genes') with a column that holds the sets' kind, such as 'symbol'."
    )
    return InputError("config key 'signatures.gene_sets'", found, "names that both know", cure)


def _describe_kind(names: Sequence[str]) -> str:
    """Say what most ids look like, with the first of them."""
    kinds = Counter(next((kind for kind, form in _KINDS.items() if re.fullmatch(form, name)), "") for name in names)
    kind, count = kinds.most_common(1)[0]
    examples = list_first(list(names), 3)
    return f"{kind} ({examples})" if kind and count > len(names) / 2 else f"names of no single kind ({examples})"


def _hint(own: Sequence[str], members: Sequence[str]) -> str:
    """Say what would make the names agree, if something simple does."""
    changes: dict[str, Callable[[str], str]] = {
        "if upper and lower case are set aside (mouse and human symbols?)": str.casefold,
        "without the version behind the dot": lambda name: re.sub(r"\.\d+$", "", name),
    }
    for words, change in changes.items():
        agreeing = {change(name) for name in own} & {change(name) for name in members}
        if len(agreeing) >= LEAST_SHARE * min(len(own), len(members)):
            return f"; {len(agreeing):,} agree {words}"
    return ""
