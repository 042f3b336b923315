"""Squared Euclidean NMF by accelerated hierarchical alternating least squares (HALS; Gillis & Glineur 2012).

Minimises ½‖V − WH‖². Each factor is updated entry by entry against the rank × rank Gram matrix of the other, a few
sweeps for each product with the expression matrix, since the product costs far more than the sweeps. Every sweep is
exact coordinate descent, so the objective never rises.
"""

import numpy as np

from .kernels import TINY, add_scaled, dot, kernel
from .stopping import distance_to_limit

BLOCK = 512
CHECK_EVERY = 10
# Coordinate sweeps for each product with the expression matrix.
INNER_SWEEPS = 4
# A projection ends once no usage moves by more than this share of the largest one.
PROJECTION_TOLERANCE = 1e-7
MAX_PROJECTION_STEPS = 1000


@kernel
def gram_of_columns(factor, gram):
    """factorᵀ factor, accumulated in float64."""
    gram[:] = 0.0
    for i in range(factor.shape[0]):
        for a in range(factor.shape[1]):
            for b in range(factor.shape[1]):
                gram[a, b] += np.float64(factor[i, a]) * factor[i, b]


@kernel
def update_usages(usages, products, gram):
    """Coordinate descent on every sample's usages, given V Wᵀ (samples × rank) and W Wᵀ."""
    n_samples, rank = usages.shape
    for _ in range(INNER_SWEEPS):
        for i in range(n_samples):
            for a in range(rank):
                slope = -products[i, a]
                for b in range(rank):
                    slope += gram[a, b] * usages[i, b]
                usages[i, a] = max(usages[i, a] - slope / (gram[a, a] + TINY), 0.0)


@kernel
def update_metagene_block(metagenes, start, width, products, gram, slope):
    """Coordinate descent on a block's metagene entries, given Hᵀ V of the block and HᵀH."""
    dtype = metagenes.dtype
    for _ in range(INNER_SWEEPS):
        for a in range(metagenes.shape[0]):
            product, profile = products[a, :width], metagenes[a, start : start + width]
            for g in range(width):
                slope[g] = -product[g]
            for b in range(metagenes.shape[0]):
                add_scaled(dtype.type(gram[a, b]), metagenes[b, start : start + width], slope)
            inverse = dtype.type(1.0 / (gram[a, a] + TINY))
            for g in range(width):
                profile[g] = max(profile[g] - slope[g] * inverse, dtype.type(0))


@kernel
def add_products_with_metagenes(expression, metagenes, start, width, products, gram):
    """Add a block's share of V Wᵀ and W Wᵀ, in float64."""
    rank = metagenes.shape[0]
    for i in range(expression.shape[0]):
        observed = expression[i, start : start + width]
        for a in range(rank):
            products[i, a] += dot(observed, metagenes[a, start : start + width])
    for a in range(rank):
        for b in range(rank):
            gram[a, b] += dot(metagenes[a, start : start + width], metagenes[b, start : start + width])


@kernel
def metagene_products(expression, metagenes, products, gram):
    """V Wᵀ (samples × rank) and W Wᵀ."""
    products[:] = 0.0
    gram[:] = 0.0
    for start in range(0, expression.shape[1], BLOCK):
        width = min(BLOCK, expression.shape[1] - start)
        add_products_with_metagenes(expression, metagenes, start, width, products, gram)


@kernel
def metagene_sweep(expression, usages, metagenes, usage_gram, products, gram):
    """Update all metagenes block by block, then V Wᵀ and W Wᵀ with the new ones, reading the matrix once."""
    n_genes, rank = expression.shape[1], usages.shape[1]
    block_products, slope = np.empty((rank, BLOCK), metagenes.dtype), np.empty(BLOCK, metagenes.dtype)
    products[:] = 0.0
    gram[:] = 0.0
    for start in range(0, n_genes, BLOCK):
        width = min(BLOCK, n_genes - start)
        block_products[:] = 0
        for i in range(usages.shape[0]):
            for a in range(rank):
                add_scaled(usages[i, a], expression[i, start : start + width], block_products[a, :width])
        update_metagene_block(metagenes, start, width, block_products, usage_gram, slope[:width])
        add_products_with_metagenes(expression, metagenes, start, width, products, gram)


def fit_frobenius(expression, usages, metagenes, squared_norm, max_iter, tolerance):
    """Fit in place; returns the number of iterations and whether the objective came to its limit."""
    n_samples, rank = usages.shape
    products, gram, usage_gram = np.empty((n_samples, rank)), np.empty((rank, rank)), np.empty((rank, rank))
    metagene_products(expression, metagenes, products, gram)
    before_last = last = np.inf
    for iteration in range(1, max_iter + 1):
        update_usages(usages, products, gram)
        gram_of_columns(usages, usage_gram)
        metagene_sweep(expression, usages, metagenes, usage_gram, products, gram)
        if iteration % CHECK_EVERY == 0:
            objective = 0.5 * (squared_norm - 2.0 * np.sum(usages * products) + np.sum(usage_gram * gram))
            if distance_to_limit(before_last, last, objective) <= tolerance * objective:
                return iteration, True
            before_last, last = last, objective
    return max_iter, False


def project_frobenius(expression, usages, metagenes):
    """Usages that fit best with the metagenes fixed, in place.

    Non-negative least squares by coordinate descent to convergence.
    """
    products, gram = np.empty(usages.shape), np.empty((usages.shape[1], usages.shape[1]))
    metagene_products(expression, metagenes, products, gram)
    previous = np.empty_like(usages)
    for _ in range(MAX_PROJECTION_STEPS):
        previous[:] = usages
        update_usages(usages, products, gram)
        if np.max(np.abs(usages - previous)) <= PROJECTION_TOLERANCE * np.max(usages):
            break
