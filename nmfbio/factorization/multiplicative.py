"""Multiplicative updates for the Kullback-Leibler divergence (Lee & Seung 2001, theorem 2), dense and sparse.

Numerators need a pass over the matrix; the updates themselves touch the factors alone.
"""

import numpy as np

from .kernels import BLOCK, add_scaled, dot, kernel, multiply, reconstruct, row_sums
from .penalties import NO_PENALTY, FactorPenalty
from .sparse import BothWays, kl_numerators_of_rows


@kernel
def divide(observed, fitted):
    """fitted ← observed / fitted."""
    for g in range(fitted.size):
        fitted[g] = observed[g] / fitted[g]


@kernel
def dense_usage_numerators(expression, usages, metagenes, numerators):
    """Wᵀ(V/WH) of every sample (samples × rank), in float64."""
    n_genes = expression.shape[1]
    scratch = np.empty(BLOCK, metagenes.dtype)
    numerators[:] = 0.0
    for start in range(0, n_genes, BLOCK):
        width = min(BLOCK, n_genes - start)
        ratio = scratch[:width]
        for i in range(usages.shape[0]):
            reconstruct(usages[i], metagenes, start, ratio)
            divide(expression[i, start : start + width], ratio)
            for c in range(usages.shape[1]):
                numerators[i, c] += dot(ratio, metagenes[c, start : start + width])


@kernel
def dense_metagene_numerators(expression, usages, metagenes, numerators):
    """(V/WH)Hᵀ of every gene (rank × genes)."""
    n_genes = expression.shape[1]
    scratch = np.empty(BLOCK, metagenes.dtype)
    numerators[:] = 0
    for start in range(0, n_genes, BLOCK):
        width = min(BLOCK, n_genes - start)
        ratio = scratch[:width]
        for i in range(usages.shape[0]):
            reconstruct(usages[i], metagenes, start, ratio)
            divide(expression[i, start : start + width], ratio)
            for c in range(usages.shape[1]):
                add_scaled(usages[i, c], ratio, numerators[c, start : start + width])


@kernel
def multiply_usages(usages, numerators, metagene_sums, l1, l2):
    """H ← H ∘ Wᵀ(V/WH) / Σ_g W, or its penalised form."""
    for i in range(usages.shape[0]):
        for c in range(usages.shape[1]):
            down = metagene_sums[c] + l1
            usages[i, c] = multiply(np.float64(usages[i, c]), numerators[i, c], down, l2)


@kernel
def multiply_metagenes(metagenes, numerators, usage_sums, l1, l2):
    """W ← W ∘ (V/WH)Hᵀ / Σ_i H, or its penalised form."""
    as_entry = metagenes.dtype.type
    for c in range(metagenes.shape[0]):
        profile, numerator, down = metagenes[c], numerators[c], as_entry(usage_sums[c] + l1)
        for g in range(profile.size):
            profile[g] = multiply(profile[g], numerator[g], down, as_entry(l2))


def usage_numerators(expression: np.ndarray | BothWays, usages: np.ndarray, metagenes: np.ndarray) -> np.ndarray:
    """Wᵀ(V/WH) of every sample, samples × rank, in float64."""
    numerators = np.empty(usages.shape)
    if isinstance(expression, BothWays):
        kl_numerators_of_rows(*expression.by_sample, usages, np.ascontiguousarray(metagenes.T), numerators)
    else:
        dense_usage_numerators(expression, usages, metagenes, numerators)
    return numerators


def metagene_numerators(expression: np.ndarray | BothWays, usages: np.ndarray, metagenes: np.ndarray) -> np.ndarray:
    """(V/WH)Hᵀ of every gene, rank × genes, in the factors' precision."""
    numerators = np.empty_like(metagenes)
    if isinstance(expression, BothWays):
        by_gene = np.empty(metagenes.T.shape)
        kl_numerators_of_rows(*expression.by_gene, np.ascontiguousarray(metagenes.T), usages, by_gene)
        numerators[:] = by_gene.T
    else:
        dense_metagene_numerators(expression, usages, metagenes, numerators)
    return numerators


def update_usages(
    expression: np.ndarray | BothWays,
    usages: np.ndarray,
    metagenes: np.ndarray,
    penalty: FactorPenalty = NO_PENALTY,
) -> None:
    """One multiplicative update of the usages, in place."""
    numerators = usage_numerators(expression, usages, metagenes)
    multiply_usages(usages, numerators, row_sums(metagenes), *penalty)


def update_metagenes(
    expression: np.ndarray | BothWays,
    usages: np.ndarray,
    metagenes: np.ndarray,
    penalty: FactorPenalty = NO_PENALTY,
) -> None:
    """One multiplicative update of the metagenes, in place."""
    sums = usages.sum(axis=0, dtype=np.float64)
    multiply_metagenes(metagenes, metagene_numerators(expression, usages, metagenes), sums, *penalty)
