"""How far the entries of both factors may lie from a Poisson fit: posterior variances and credible intervals.

Independent gamma posteriors are too narrow, since what one component gains another has lost. The variances here come
from the curvature of the posterior in the logarithms of both factors (Laplace's method). Within a sample or a gene,
components are coupled by a rank × rank information matrix, which is inverted exactly. Samples and genes are coupled
through the rank² ways of mixing components (u, m) → (uA, A⁻¹m), along which W H stands still: the leading singular
vectors of the scaled cross information carry them, and all others together add less than a hundredth to a spread.
"""

import numpy as np
import scipy.sparse
from scipy.sparse.linalg import LinearOperator, svds
from scipy.special import gammaincinv

from .kernels import TINY, kernel
from .objectives import gene_blocks, sparse_factors
from .solver import Factors, Matrix

# Precision that a component's exponential prior gives the logarithm of an entry: the logarithm of a gamma variable of
# shape 1 + counts has the variance ψ'(1 + counts) ≈ 1 / (½ + counts).
PRIOR_PRECISION = 0.5
SINGULAR_TOLERANCE = 1e-4


def credible_interval(mean: np.ndarray, sd: np.ndarray, level: float = 0.9) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper ends of equal-tailed intervals of gamma distributions with given means and standard deviations.

    Parameters
    ----------
    mean
        Posterior means, such as the usages of method ``bayesian``.
    sd
        Posterior standard deviations of the same shape, such as its ``usages_sd``.
    level
        Probability inside the interval, between 0 and 1.

    Returns
    -------
    tuple of numpy.ndarray
        Both ends equal the mean where it or the standard deviation is zero.

    Raises
    ------
    ValueError
        The level is not between 0 and 1.

    Examples
    --------
    >>> low, high = credible_interval(np.array([2.0]), np.array([2.0]))
    >>> low.round(3), high.round(3)
    (array([0.103]), array([5.991]))
    """
    if not 0 < level < 1:
        raise ValueError(f"level is {level}; expected a number between 0 and 1")
    mean, sd = np.asarray(mean, np.float64), np.asarray(sd, np.float64)
    spread = (mean > 0) & (sd > 0)
    shape = np.where(spread, mean, 1.0) ** 2 / np.where(spread, sd, 1.0) ** 2
    return tuple(
        np.where(spread, mean * gammaincinv(shape, tail) / shape, mean) for tail in ((1 - level) / 2, (1 + level) / 2)
    )


def log_variances(expression: Matrix, usages: np.ndarray, metagenes: np.ndarray) -> Factors:
    """Posterior variances of the logarithms of both factors' entries, where V is Poisson with mean W H.

    Parameters
    ----------
    expression
        Samples × genes in counts, dense or CSR.
    usages
        Samples × rank, all above zero.
    metagenes
        Rank × genes, all above zero.
    """
    rank, profiles = usages.shape[1], np.ascontiguousarray(metagenes.T)
    curvature = curvatures(expression, usages, metagenes)
    by_sample, by_gene = curvature, curvature.T.tocsr() if scipy.sparse.issparse(curvature) else curvature.T
    of_usages = information(by_sample, usages, profiles)
    of_profiles = information(by_gene, profiles, usages)
    half_usages, half_profiles = inverse_roots(of_usages), inverse_roots(of_profiles)

    def to_samples(change: np.ndarray) -> np.ndarray:
        change = apply_blocks(half_profiles, change)
        return apply_blocks(half_usages, usages * coupled(by_sample, usages, profiles * change, profiles)).ravel()

    def to_genes(change: np.ndarray) -> np.ndarray:
        change = apply_blocks(half_usages, change)
        return apply_blocks(half_profiles, profiles * coupled(by_gene, profiles, usages * change, usages)).ravel()

    shape = usages.size, profiles.size
    cross = LinearOperator(shape, matvec=to_samples, rmatvec=to_genes, dtype=np.float64)
    left, values, right = svds(cross, k=rank * rank, v0=np.ones(min(shape)), tol=SINGULAR_TOLERANCE)
    # (1 − BBᵀ)⁻¹ = 1 + Σ σ²/(1 − σ²) ssᵀ for B = Σ σ s gᵀ; rounding must not take σ to 1.
    values = np.minimum(values, 1 - 1e-9)
    weights = values**2 / (1 - values**2)
    return (
        variances(half_usages, left, weights),
        np.ascontiguousarray(variances(half_profiles, right.T, weights).T),
    )


def curvatures(expression: Matrix, usages: np.ndarray, metagenes: np.ndarray) -> Matrix:
    """V / (W H)², what an entry of V adds to the curvature; as sparse as V."""
    if scipy.sparse.issparse(expression):
        values = np.empty(expression.nnz)
        curvatures_of_rows(*sparse_factors(expression, usages, metagenes), values)
        return scipy.sparse.csr_matrix((values, expression.indices, expression.indptr), expression.shape)
    return np.hstack([v / np.maximum(f, TINY) ** 2 for v, f in gene_blocks(expression, usages, metagenes)])


def information(curvature: Matrix, factor: np.ndarray, partner: np.ndarray) -> np.ndarray:
    """Rank × rank information of every row of a factor about the logarithms of its entries, the partner fixed."""
    rank = factor.shape[1]
    pairs = (partner[:, :, None] * partner[:, None, :]).reshape(len(partner), rank * rank)
    sums = np.asarray(curvature @ pairs).reshape(len(factor), rank, rank)
    return sums * factor[:, :, None] * factor[:, None, :] + PRIOR_PRECISION * np.eye(rank)


def inverse_roots(blocks: np.ndarray) -> np.ndarray:
    """Inverse square roots of symmetric positive definite matrices."""
    values, vectors = np.linalg.eigh(blocks)
    values = np.maximum(values, PRIOR_PRECISION)
    return np.matmul(vectors / np.sqrt(values)[:, None, :], vectors.transpose(0, 2, 1))


def apply_blocks(blocks: np.ndarray, vector: np.ndarray) -> np.ndarray:
    """Block-diagonal matrix times a flat vector or the rows of a matrix; the rows of the product."""
    return np.einsum("iab,ib->ia", blocks, vector.reshape(blocks.shape[:2]))


def variances(halves: np.ndarray, modes: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Diagonal of halves · (1 + modes · weights · modesᵀ) · halves, as rows × rank."""
    mixed = np.matmul(halves, modes.reshape(*halves.shape[:2], len(weights)))
    return np.sum(halves**2, axis=2) + mixed**2 @ weights


def coupled(curvature: Matrix, factor: np.ndarray, inner: np.ndarray, outer: np.ndarray) -> np.ndarray:
    """Σ_j C_ij (x_i·a_j) b_j for every row x_i of a factor, a_j and b_j the rows of ``inner`` and ``outer``."""
    if not scipy.sparse.issparse(curvature):
        return ((factor @ inner.T) * curvature) @ outer
    sums = np.zeros_like(factor)
    coupled_rows(curvature.indptr, curvature.indices, curvature.data, factor, inner, outer, sums)
    return sums


@kernel
def coupled_rows(indptr, indices, data, factor, inner, outer, sums):
    """The same for the rows of a sparse matrix; sums start at zero."""
    rank = factor.shape[1]
    for i in range(factor.shape[0]):
        weights, total = factor[i], sums[i]
        for p in range(indptr[i], indptr[i + 1]):
            change, profile = inner[indices[p]], outer[indices[p]]
            along = 0.0
            for c in range(rank):
                along += weights[c] * change[c]
            along *= data[p]
            for c in range(rank):
                total[c] += along * profile[c]


@kernel
def curvatures_of_rows(indptr, indices, data, factor, partner, values):
    """V / (x·y)² of all stored values."""
    for i in range(factor.shape[0]):
        weights = factor[i]
        for p in range(indptr[i], indptr[i + 1]):
            profile = partner[indices[p]]
            fitted = TINY
            for c in range(weights.size):
                fitted += weights[c] * profile[c]
            values[p] = data[p] / (fitted * fitted)
