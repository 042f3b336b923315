"""Which genes are worth a factorisation: those that vary most."""

import warnings

import numpy as np
import pandas as pd
from anndata import AnnData

from nmfbio.preprocessing.matrix import Matrix, measure_genes, range_of_genes

FEWEST_FOR_TREND = 30  # genes; a local regression through fewer than ten ends the process itself


def has_largest_mad(values: Matrix, n_genes: int) -> np.ndarray:
    """Choose the genes of largest median absolute deviation, which a few odd samples do not move.

    Where it is equal, as it is 0 for all genes that are 0 in most samples, the standard deviation decides, and then
    the order of the genes. Missing values are left out.

    Parameters
    ----------
    values
        Samples x genes.
    n_genes
        Number of genes to choose; all if there are no more.

    Returns
    -------
    ndarray of bool, shape (n_genes,)

    Examples
    --------
    >>> has_largest_mad(np.array([[1.0, 1.0], [2.0, 4.0], [3.0, 7.0]]), 1)
    array([False,  True])
    """
    deviations, spreads = measure_genes(values, _mad), measure_genes(values, _standard_deviation)
    return _choose(np.lexsort((-spreads, -deviations)), n_genes)


def _mad(values: np.ndarray) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # genes without any value
        values = values.astype(np.float64)
        return np.nan_to_num(np.nanmedian(np.abs(values - np.nanmedian(values, axis=0)), axis=0))


def _standard_deviation(values: np.ndarray) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.nan_to_num(np.nanstd(values.astype(np.float64), axis=0))


def varies_most_for_mean(counts: Matrix, n_genes: int) -> tuple[np.ndarray, str]:
    """Choose the genes whose variance exceeds most what genes of their mean have (scanpy's `seurat_v3`).

    The expected variance is a local regression of log variance on log mean (Stuart et al. 2019). It cannot be fitted to
    some small matrices; genes are then chosen by variance / mean, with a warning.

    Parameters
    ----------
    counts
        Samples x genes on the scale of counts, 0 or more, nothing missing.
    n_genes
        Number of genes to choose; all if there are no more.

    Returns
    -------
    chosen, how : ndarray of bool, str
        `how` says by what genes were chosen.
    """
    if n_genes >= counts.shape[1]:
        return np.ones(counts.shape[1], dtype=bool), "all"
    try:
        excess = _variance_by_trend(counts)
    except ValueError as error:
        reason = str(error.args[0].decode() if isinstance(error.args[0], bytes) else error).strip()
        message = f"the trend of variance by mean could not be fitted ({reason}): genes are chosen by variance / mean"
        warnings.warn(message, stacklevel=3)
        return _choose(np.argsort(-_variance_by_mean(counts), kind="stable"), n_genes), "variance / mean"
    return _choose(np.argsort(-excess, kind="stable"), n_genes), "variance trend"


def _variance_by_trend(counts: Matrix) -> np.ndarray:
    import scanpy

    n_varying = int(np.count_nonzero(varies(counts)))
    if n_varying < FEWEST_FOR_TREND:
        raise ValueError(f"{n_varying} genes vary, it takes {FEWEST_FOR_TREND}")
    expression = AnnData(counts, var=pd.DataFrame(index=[str(gene) for gene in range(counts.shape[1])]))
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        table = scanpy.pp.highly_variable_genes(
            expression, flavor="seurat_v3", n_top_genes=1, check_values=False, inplace=False
        )
    excess = table["variances_norm"].to_numpy()
    if not np.isfinite(excess).all():
        raise ValueError("its values are not finite")
    return excess


def _variance_by_mean(counts: Matrix) -> np.ndarray:
    means = measure_genes(counts, lambda values: values.mean(axis=0, dtype=np.float64))
    variances = measure_genes(counts, lambda values: values.var(axis=0, dtype=np.float64))
    return np.divide(variances, means, out=np.zeros_like(variances), where=means > 0)


def _choose(order: np.ndarray, n_genes: int) -> np.ndarray:
    chosen = np.zeros(order.size, dtype=bool)
    chosen[order[:n_genes]] = True
    return chosen


def varies(values: Matrix) -> np.ndarray:
    """Tell for each gene whether it is not the same in all samples; nothing is missing."""
    lowest, highest = range_of_genes(values)
    return lowest < highest
