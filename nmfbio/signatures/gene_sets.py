"""Signatures as gene sets in GMT format, ready for gene-set tools."""

import hashlib
import re

import numpy as np
import pandas as pd

CUTS = {
    "fold": "genes with {least_fold:g} times as much in it as in any other metagene",
    "top": "the {number} genes of the highest z at most",
    "kim_park": "genes by the rule of Kim & Park 2007",
    "carmona_saez": "genes by the rule of Carmona-Saez et al. 2006",
}


def describe_sets(
    dataset: str, metagenes: np.ndarray, selection: str = "fold", least_fold: float = 1.5, number: int = 50
) -> str:
    """What sets of genes are, on one line: data set, rank, rule, and a digest that no other metagenes have.

    Parameters
    ----------
    dataset
        Name of the data set.
    metagenes
        rank × n_genes.
    selection, least_fold, number
        As given to ``select_genes``.

    Examples
    --------
    >>> describe_sets("blood", np.eye(2), "top").rpartition(", ")[0]
    'blood, rank 2, the 50 genes of the highest z at most'
    """
    digest = hashlib.sha256(np.ascontiguousarray(metagenes, dtype="<f8").tobytes()).hexdigest()[:12]
    cut = CUTS[selection].format(least_fold=least_fold, number=number)
    return f"{dataset}, rank {len(metagenes)}, {cut}, metagenes {digest}"


def to_gmt(genes: pd.DataFrame, name: str, description: str) -> str:
    """One line a metagene: set name, description, genes by rank. A metagene without selected genes has no line.

    Parameters
    ----------
    genes
        Table of ``extract_signatures``.
    name
        Prefix of the set names, such as the data set and rank.
    description
        What the sets are, on one line.

    Returns
    -------
    str
        Tab-separated lines.

    Examples
    --------
    >>> genes = pd.DataFrame({"metagene": ["metagene_1"], "gene": ["CD3D"], "selected": [True]})
    >>> to_gmt(genes, "blood_k2", "rank 2")
    'blood_k2_metagene_1\\trank 2\\tCD3D\\n'
    """
    selected = genes[genes["selected"]]
    lines = [
        "\t".join(re.sub(r"[\t\r\n]", " ", str(field)) for field in (f"{name}_{metagene}", description, *group["gene"]))
        for metagene, group in selected.groupby("metagene", sort=False)
    ]
    return "".join(f"{line}\n" for line in lines)
