"""Bringing samples, and genes, to one scale: arrays in, arrays out, inputs never modified."""

import warnings

import numpy as np
import scipy.sparse
from anndata import AnnData

from nmfbio.preprocessing.matrix import (
    Matrix,
    apply_to_stored,
    as_dense,
    count_samples_above_zero,
    divide_samples,
    range_of_genes,
    replace_genes,
    sum_samples,
)


def log_means_of_genes(counts: Matrix) -> np.ndarray | None:
    """Mean logarithm of each gene, from which sizes of samples are told; NaN for genes that are 0 in some sample.

    None if no gene is above 0 in every sample.
    """
    everywhere = count_samples_above_zero(counts) == counts.shape[0]
    if not everywhere.any():
        return None
    means = np.full(counts.shape[1], np.nan)
    means[everywhere] = np.log(as_dense(counts[:, everywhere]).astype(np.float64)).mean(axis=0)
    return means


def size_factors(counts: Matrix, log_means: np.ndarray) -> np.ndarray:
    """Estimate how deep each sample is, by the median of ratios (Anders & Huber 2010).

    The factor of a sample is the median over genes of its count by the gene's geometric mean, from genes that have one;
    in samples that had no part in it genes of 0 are left out, as DESeq2 does under given means (Love et al. 2014).

    Parameters
    ----------
    counts
        Samples x genes, 0 or more.
    log_means
        Of `log_means_of_genes`, of these or of other samples.

    Returns
    -------
    ndarray, shape (n_samples,)
        NaN for a sample that has none of these genes.

    Examples
    --------
    >>> counts = np.array([[1.0, 2.0, 0.0], [4.0, 8.0, 5.0]])
    >>> size_factors(counts, log_means_of_genes(counts))
    array([0.5, 2. ])
    """
    known = np.isfinite(log_means)
    values = as_dense(counts[:, known]).astype(np.float64)
    logs = np.log(values, out=np.full(values.shape, np.nan), where=values > 0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # samples without any of these genes
        return np.exp(np.nanmedian(logs - log_means[known], axis=1))


def to_counts_per_million(counts: Matrix) -> Matrix:
    """Divide each sample by its sum in millions."""
    return divide_samples(counts, sum_samples(counts) / 1e6)


def to_log1p(values: Matrix) -> Matrix:
    """Natural logarithm of x + 1."""
    return apply_to_stored(values, np.log1p)


def to_log2p1(values: Matrix) -> Matrix:
    """Binary logarithm of x + 1."""
    return apply_to_stored(values, lambda stored: np.log1p(stored) / stored.dtype.type(np.log(2)))


def minimum_of_genes(values: Matrix) -> np.ndarray:
    """Smallest value of each gene, missing ones left out."""
    return range_of_genes(values)[0] if scipy.sparse.issparse(values) else np.fmin.reduce(values, axis=0)


def subtract_from_genes(values: Matrix, subtracted: np.ndarray) -> Matrix:
    """Subtract a number from each gene: a large offset says nothing and slows the fit.

    A sparse matrix, in which few genes have another number than 0, stays sparse.
    """
    if not scipy.sparse.issparse(values):
        return values - subtracted
    genes = np.flatnonzero(subtracted)
    return replace_genes(values, genes, as_dense(values[:, genes]) - subtracted[genes]) if genes.size else values


def divide_by_deviation(values: Matrix) -> tuple[Matrix, np.ndarray]:
    """Divide each gene by its standard deviation (divisor n − 1), without centring (Kotliar et al. 2019).

    Parameters
    ----------
    values
        Samples x genes, no gene of them constant.

    Returns
    -------
    tuple
        The matrix, in which zeros stay zeros, and a sparse one sparse; the standard deviations.
    """
    import scanpy

    scaled = scanpy.pp.scale(AnnData(values), zero_center=False, copy=True)
    return scaled.X, scaled.var["std"].to_numpy(np.float64)


def divide_genes(values: Matrix, divisors: np.ndarray) -> Matrix:
    """Copy a matrix with each gene divided by its number."""
    if scipy.sparse.issparse(values):
        return apply_to_stored(values, lambda stored: (stored / divisors[values.indices]).astype(values.dtype))
    return (values / divisors).astype(values.dtype)
