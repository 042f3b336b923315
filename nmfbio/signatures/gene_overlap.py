"""Whether a matrix has enough genes of the metagenes that its samples are to be described by."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nmfbio.errors import InputError
from nmfbio.io.names import list_first

if TYPE_CHECKING:
    from anndata import AnnData

FEWEST_GENES = 0.2  # share of the reference's genes
LEAST_WEIGHT = 0.5  # share of a metagene's weight
SHOWN = 3


def measure_coverage(metagenes: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Share of each metagene's weight that lies in some genes.

    Parameters
    ----------
    metagenes
        rank × n_genes.
    found
        (n_genes,) which genes.

    Returns
    -------
    numpy.ndarray
        (rank,) from 0 to 1; NaN for an empty metagene.

    Examples
    --------
    >>> measure_coverage(np.array([[1.0, 3.0]]), np.array([False, True]))
    array([0.75])
    """
    totals = metagenes.sum(axis=1)
    return np.divide(metagenes[:, found].sum(axis=1), totals, out=np.full(len(totals), np.nan), where=totals > 0)


def refuse_little_overlap(found: np.ndarray, expression: AnnData, reference: AnnData, metagenes: np.ndarray) -> None:
    """Refuse a matrix with fewer than 20 % of the genes, or with less than half of the metagenes' weight in the mean.

    Parameters
    ----------
    found
        (n_genes,) which genes of the reference the matrix has.
    expression, reference
        New samples × genes, and the reference's.
    metagenes
        rank × n_genes.

    Raises
    ------
    InputError
        With names of both kinds, and the column of a gene table by which they would match, if there is one.
    """
    share, weight = float(found.mean()), float(np.nanmean(measure_coverage(metagenes, found)))
    if share >= FEWEST_GENES and weight >= LEAST_WEIGHT:
        return
    place = str(expression.uns.get("source", "new samples"))
    there = f"{found.sum():,} of the {found.size:,} genes of the reference, with {weight:.0%} of the metagenes' weight"
    expected = (
        f"at least {FEWEST_GENES:.0%} of the genes and {LEAST_WEIGHT:.0%} of the weight; the genes here are "
        f"{list_first(expression.var_names, SHOWN)}, those of the reference {list_first(reference.var_names, SHOWN)}"
    )
    raise InputError(place, there, expected, _suggest_names(expression, reference))


def _suggest_names(expression: AnnData, reference: AnnData) -> str:
    """Name the column of a gene table by which the genes would match, if there is one."""
    best, column = _best_column(expression.var, reference.var_names)
    other, of_reference = _best_column(reference.var, expression.var_names)
    if max(best, other) < FEWEST_GENES * reference.n_vars:
        return "Genes are matched by name: name them alike in both matrices, or take a reference of the same genes."
    if best >= other:
        return f"The column {column!r} of its table of genes has {best:,} of them: name the genes by it."
    found = f"The column {of_reference!r} of the reference's table of genes has {other:,} of the names here"
    return f"{found}: run the reference with genes named by it."


def _best_column(table: pd.DataFrame, names: pd.Index) -> tuple[int, str]:
    hits = {name: int(names.isin(table[name].astype(str)).sum()) for name in table}
    column = max(hits, key=hits.get, default="")
    return hits.get(column, 0), column


def warn_of_thin_metagenes(coverage: pd.Series) -> None:
    """Name the metagenes of which less than half of the weight lies in the shared genes."""
    thin = coverage[coverage < LEAST_WEIGHT]
    if len(thin):
        listed = ", ".join(f"{name} ({share:.0%})" for name, share in thin.items())
        message = f"less than {LEAST_WEIGHT:.0%} of the weight of these metagenes lies in the genes found"
        warnings.warn(f"{message}, so their usages are uncertain: {listed}", stacklevel=3)
