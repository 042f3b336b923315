"""Signatures as gene sets in GMT format, ready for gene-set tools."""

import re

import pandas as pd


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
