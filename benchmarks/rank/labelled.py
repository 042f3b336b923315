"""Labelled data sets: how each is read, and how many kinds of samples its labels tell apart."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix

from nmfbio.config import Preprocess
from nmfbio.config_preprocess import COUNT_PRESETS
from nmfbio.io import read_expression
from nmfbio.preprocessing import preprocess

EMBEDDED = Path(__file__).resolve().parents[2] / "resources"


@dataclass(frozen=True)
class Labelled:
    """A data set in a folder of its own name.

    Attributes
    ----------
    name
        Of the data set and its folder.
    files
        The expression matrix and, where the labels lie beside it, the table of samples.
    classes
        Numbers of metagenes that its labels allow, coarsest first.
    labels
        What the labels are, in words.
    preset
        Of the preprocessing.
    """

    name: str
    files: tuple[str, ...]
    classes: tuple[int, ...]
    labels: str
    preset: str = "auto"


TABLES = ("expression.tsv.gz", "samples.tsv")
LABELLED = (
    Labelled("leukemia", TABLES, (2, 3), "2 lineages, 3 subtypes", preset="none"),
    Labelled("tissue7", TABLES, (7,), "7 tissues"),
    Labelled("cellmix", TABLES, (3,), "3 cell lines"),
    Labelled("rnamix", TABLES, (3,), "mixtures of 3 cell lines"),
    Labelled("pbmc3k", ("pbmc3k.h5ad",), (9,), "9 annotated cell types"),
)


def find_folder(labelled: Labelled, data: Path | None) -> Path | None:
    """The data set's folder: among the project's embedded data, or in the given one; None where it is in neither."""
    parents = [EMBEDDED] if data is None else [EMBEDDED, data]
    folders = (parent / labelled.name for parent in parents)
    return next((folder for folder in folders if (folder / labelled.files[0]).exists()), None)


def read_labelled(labelled: Labelled, folder: Path) -> tuple[np.ndarray | csr_matrix, np.ndarray | csr_matrix | None]:
    """The matrix that is factorised, and the counts of its samples and genes, or None if it is not made of counts."""
    expression = preprocess(
        read_expression(*(folder / name for name in labelled.files)), Preprocess(preset=labelled.preset)
    )
    if expression.uns["preprocess"]["preset"] not in COUNT_PRESETS:
        return expression.X, None
    whole = expression if expression.raw is None else expression.raw.to_adata()
    return expression.X, whole[expression.obs_names, expression.var_names].copy().X
