"""Multiplicative updates whose numerators and denominators both need a pass over the dense matrix.

So it is when entries carry weights, and for the Itakura-Saito divergence. With d_β(v, x) the β-divergence (Févotte &
Idier 2011), ½(v − x)² for β = 2, v log(v/x) − v + x for β = 1 and v/x − log(v/x) − 1 for β = 0, the slope of Σ w d_β(V,
WH) in a factor is the difference of two non-negative sums: over w (WH)^(β−1), its rise, and w V (WH)^(β−2), its fall.
"""

import numpy as np

from .kernels import BLOCK, add_scaled, dot, kernel, multiply, reconstruct


@kernel
def slopes(weighted, weights, fitted, beta, fall, rise):
    """w V (WH)^(β−2) and w (WH)^(β−1) at the entries given; ``weights`` are taken as 1 where β is 0."""
    one = fitted.dtype.type(1)
    if beta == 2:
        for g in range(fitted.size):
            fall[g] = weighted[g]
            rise[g] = weights[g] * fitted[g]
    elif beta == 1:
        for g in range(fitted.size):
            fall[g] = weighted[g] / fitted[g]
            rise[g] = weights[g]
    else:
        for g in range(fitted.size):
            rise[g] = one / fitted[g]
            fall[g] = weighted[g] * rise[g] * rise[g]


@kernel
def usage_slopes(weighted, weights, usages, metagenes, beta, falls, rises):
    """Sums over genes for every usage (samples × rank), in float64; ``weighted`` is w ∘ V."""
    n_genes = weighted.shape[1]
    scratch = np.empty((3, BLOCK), metagenes.dtype)
    falls[:] = 0.0
    rises[:] = 0.0
    for start in range(0, n_genes, BLOCK):
        width = min(BLOCK, n_genes - start)
        fitted, fall, rise = scratch[0, :width], scratch[1, :width], scratch[2, :width]
        for i in range(usages.shape[0]):
            reconstruct(usages[i], metagenes, start, fitted)
            slopes(weighted[i, start : start + width], weights[i, start : start + width], fitted, beta, fall, rise)
            for c in range(usages.shape[1]):
                profile = metagenes[c, start : start + width]
                falls[i, c] += dot(fall, profile)
                rises[i, c] += dot(rise, profile)


@kernel
def metagene_slopes(weighted, weights, usages, metagenes, beta, falls, rises):
    """Sums over samples for every entry of the metagenes (rank × genes); ``weighted`` is w ∘ V."""
    n_genes = weighted.shape[1]
    scratch = np.empty((3, BLOCK), metagenes.dtype)
    falls[:] = 0
    rises[:] = 0
    for start in range(0, n_genes, BLOCK):
        width = min(BLOCK, n_genes - start)
        fitted, fall, rise = scratch[0, :width], scratch[1, :width], scratch[2, :width]
        for i in range(usages.shape[0]):
            reconstruct(usages[i], metagenes, start, fitted)
            slopes(weighted[i, start : start + width], weights[i, start : start + width], fitted, beta, fall, rise)
            for c in range(usages.shape[1]):
                add_scaled(usages[i, c], fall, falls[c, start : start + width])
                add_scaled(usages[i, c], rise, rises[c, start : start + width])


@kernel
def multiply_entries(factor, falls, rises, l1, l2):
    """x ← x ∘ falls / (rises + l1), or its form with l2 for the Kullback-Leibler divergence."""
    wide = falls.dtype.type
    for r in range(factor.shape[0]):
        for c in range(factor.shape[1]):
            factor[r, c] = multiply(wide(factor[r, c]), falls[r, c], rises[r, c] + wide(l1), wide(l2))


def drop_denormals(factor: np.ndarray) -> None:
    """Set to 0, in place, what only denormal numbers can hold: entries on their way to 0, which slow all arithmetic."""
    factor[factor < np.finfo(factor.dtype).tiny] = 0
