"""Bringing samples, and genes, to one scale: arrays in, arrays out, inputs never modified."""

import numpy as np
import scipy.sparse

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


def size_factors(counts: Matrix) -> np.ndarray | None:
    """Estimate how deep each sample is, by the median of ratios (Anders & Huber 2010).

    The factor of a sample is the median over genes of its count by the gene's geometric mean, from genes above 0 in
    every sample.

    Parameters
    ----------
    counts
        Samples x genes, 0 or more.

    Returns
    -------
    ndarray, shape (n_samples,), or None
        None if no gene is above 0 in every sample.

    Examples
    --------
    >>> size_factors(np.array([[1.0, 2.0, 0.0], [4.0, 8.0, 5.0]]))
    array([0.5, 2. ])
    """
    everywhere = count_samples_above_zero(counts) == counts.shape[0]
    if not everywhere.any():
        return None
    logs = np.log(as_dense(counts[:, everywhere]).astype(np.float64))
    return np.exp(np.median(logs - logs.mean(axis=0), axis=1))


def to_counts_per_million(counts: Matrix) -> Matrix:
    """Divide each sample by its sum in millions."""
    return divide_samples(counts, sum_samples(counts) / 1e6)


def to_log1p(values: Matrix) -> Matrix:
    """Natural logarithm of x + 1."""
    return apply_to_stored(values, np.log1p)


def to_log2p1(values: Matrix) -> Matrix:
    """Binary logarithm of x + 1."""
    return apply_to_stored(values, lambda stored: np.log1p(stored) / stored.dtype.type(np.log(2)))


def subtract_gene_minimum(values: Matrix) -> Matrix:
    """Subtract from each gene its smallest value: a large offset says nothing and slows the fit.

    Missing values are left out. A sparse matrix, in which few genes have another minimum than 0, stays sparse.
    """
    if not scipy.sparse.issparse(values):
        return values - np.fmin.reduce(values, axis=0)
    lowest, _ = range_of_genes(values)
    genes = np.flatnonzero(lowest)
    return replace_genes(values, genes, as_dense(values[:, genes]) - lowest[genes]) if genes.size else values


def divide_by_deviation(values: Matrix) -> Matrix:
    """Divide each gene by its standard deviation (divisor n − 1), without centring (Kotliar et al. 2019).

    Parameters
    ----------
    values
        Samples x genes, no gene of them constant.

    Returns
    -------
    Matrix
        Zeros stay zeros, and a sparse matrix sparse.
    """
    import scanpy

    return scanpy.pp.scale(values, zero_center=False, copy=True)
