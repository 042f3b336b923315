"""Newton sweeps over a dense matrix for the Kullback-Leibler divergence D(V‖WH) = Σ V log(V/WH) − V + WH.

Hsieh & Dhillon 2011 and Hien & Gillis 2021, here on the full rank × rank Hessian of each sample and each gene.
Penalties l1 Σ x + ½ l2 Σ x² of a factor x enter its gradient, its Hessian and the bound on the rise exactly.
"""

import numpy as np

from .kernels import (
    BLOCK,
    RELAXATION,
    add_scaled,
    dot,
    kernel,
    multiply,
    nonnegative_quadratic_step,
    overrelax,
    reconstruct,
    surely_falls,
)

# Sweeps of coordinate descent over the rank × rank quadratic model of a Newton step.
NEWTON_SWEEPS = 3
# How often a sample's Newton step is halved before it is given up.
HALVINGS = 2


@kernel
def reconstruct_genes(usages, metagenes, start, fitted):
    """Fill ``fitted`` (samples × width) with W H over the genes from ``start``."""
    for i in range(usages.shape[0]):
        reconstruct(usages[i], metagenes, start, fitted[i])


@kernel
def weighted_sum(expression, start, values):
    """Σ V ∘ values over the genes from ``start``, in float64."""
    total = 0.0
    for i in range(values.shape[0]):
        observed, row = expression[i, start : start + values.shape[1]], values[i]
        for g in range(row.size):
            total += np.float64(observed[g]) * row[g]
    return total


@kernel
def ratio_and_curvature(observed, weights, metagenes, start, ratio, curvature):
    """V/WH and V/(WH)² of one sample over the genes from ``start``."""
    one = metagenes.dtype.type(1)
    reconstruct(weights, metagenes, start, ratio)
    for g in range(ratio.size):
        inverse = one / ratio[g]
        ratio[g] = observed[g] * inverse
        curvature[g] = ratio[g] * inverse


@kernel
def metagene_derivatives(expression, usages, metagenes, start, ratio, curvature, numerators, hessian):
    """Numerators H(V/WH)ᵀ and upper triangle of the Hessian Σ_i h_a h_b V/(WH)² of each gene of a block."""
    width, rank = ratio.size, usages.shape[1]
    numerators[:] = 0
    hessian[:] = 0
    for i in range(usages.shape[0]):
        ratio_and_curvature(expression[i, start : start + width], usages[i], metagenes, start, ratio, curvature)
        for a in range(rank):
            add_scaled(usages[i, a], ratio, numerators[a, :width])
            for b in range(a, rank):
                add_scaled(usages[i, a] * usages[i, b], curvature, hessian[a, b, :width])


@kernel
def add_usage_derivatives(expression, usages, metagenes, start, ratio, curvature, weighted, numerators, hessian):
    """Add a block's share of the usages' numerators Wᵀ(V/WH) and Hessians Σ_g w_a w_b V/(WH)², in float64."""
    width, rank = ratio.size, usages.shape[1]
    for i in range(usages.shape[0]):
        ratio_and_curvature(expression[i, start : start + width], usages[i], metagenes, start, ratio, curvature)
        for a in range(rank):
            profile = metagenes[a, start : start + width]
            numerators[a, i] += dot(ratio, profile)
            for g in range(width):
                weighted[g] = curvature[g] * profile[g]
            for b in range(a, rank):
                hessian[a, b, i] += dot(weighted, metagenes[b, start : start + width])


@kernel
def usage_derivatives(expression, usages, metagenes, numerators, hessian):
    """Numerators Wᵀ(V/WH) and Hessians of every sample's usages, over all genes."""
    n_genes = expression.shape[1]
    vectors = np.empty((3, BLOCK), metagenes.dtype)
    numerators[:] = 0.0
    hessian[:] = 0.0
    for start in range(0, n_genes, BLOCK):
        width = min(BLOCK, n_genes - start)
        fitted, curvature, weighted = vectors[0, :width], vectors[1, :width], vectors[2, :width]
        add_usage_derivatives(expression, usages, metagenes, start, fitted, curvature, weighted, numerators, hessian)


@kernel
def add_divergence_change(observed, fitted, change, into):
    """into −= V L(1 + change/WH), where L(x) ≤ log x, so that ``into`` bounds the rise of a divergence from above.

    L(x) = 2(x − 1)/(x + 1) for x ≥ 1 and (x − 1/x)/2 below: exact to third order, and no logarithm to compute.
    """
    two = fitted.dtype.type(2)
    for g in range(fitted.size):
        moved = fitted[g] + change[g]
        both = fitted[g] + moved
        rises = change[g] >= 0
        numerator = two * change[g] if rises else change[g] * both
        denominator = both if rises else two * fitted[g] * moved
        into[g] -= observed[g] * (numerator / denominator)


@kernel
def metagene_rise(expression, usages, metagenes, step, usage_sums, penalty, start, fitted, change, rise):
    """Upper bound on the rise of each gene's objective when its metagene entries move by ``step``."""
    width, rank = fitted.size, usages.shape[1]
    half_l2 = rise.dtype.type(0.5 * penalty[1])
    rise[:] = 0
    for c in range(rank):
        total = rise.dtype.type(usage_sums[c] + penalty[0])
        profile, moved = metagenes[c, start : start + width], step[c]
        for g in range(width):
            rise[g] += moved[g] * (total + half_l2 * (profile[g] + profile[g] + moved[g]))
    for i in range(usages.shape[0]):
        reconstruct(usages[i], metagenes, start, fitted)
        change[:] = 0
        for c in range(rank):
            add_scaled(usages[i, c], step[c, :width], change)
        add_divergence_change(expression[i, start : start + width], fitted, change, rise)


@kernel
def usage_rise(expression, usages, metagenes, step, metagene_sums, penalty, sure, rise):
    """Upper bound on the rise of each sample's objective when its usages move by ``step`` (rank × samples).

    Samples marked as sure to fall are passed over; their bound is 0.
    """
    n_genes, (n_samples, rank) = expression.shape[1], usages.shape
    scratch = np.empty((3, BLOCK), metagenes.dtype)
    for i in range(n_samples):
        rise[i] = 0.0
        for c in range(rank):
            slope = metagene_sums[c] + penalty[0] + penalty[1] * (usages[i, c] + 0.5 * step[c, i])
            rise[i] += 0.0 if sure[i] else step[c, i] * slope
    for start in range(0, n_genes, BLOCK):
        width = min(BLOCK, n_genes - start)
        fitted, change, falls = scratch[0, :width], scratch[1, :width], scratch[2, :width]
        for i in range(n_samples):
            if sure[i]:
                continue
            reconstruct(usages[i], metagenes, start, fitted)
            change[:] = 0
            falls[:] = 0
            for c in range(rank):
                add_scaled(change.dtype.type(step[c, i]), metagenes[c, start : start + width], change)
            add_divergence_change(expression[i, start : start + width], fitted, change, falls)
            for g in range(width):
                rise[i] += falls[g]


@kernel
def move_metagenes(metagenes, start, width, step, rise, numerators, usage_sums, penalty):
    """Newton step of a block's genes, or the multiplicative update for genes whose objective could rise."""
    for c in range(metagenes.shape[0]):
        profile, numerator, newton = metagenes[c, start : start + width], numerators[c, :width], step[c, :width]
        down, l2 = metagenes.dtype.type(usage_sums[c] + penalty[0]), metagenes.dtype.type(penalty[1])
        for g in range(width):
            moved, multiplied = profile[g] + newton[g], multiply(profile[g], numerator[g], down, l2)
            profile[g] = moved if rise[g] <= 0 else multiplied


@kernel
def newton_metagene_sweep(expression, metagenes, usages, usage_sums, penalty):
    """Newton step of every gene's metagene entries."""
    n_genes, rank = expression.shape[1], usages.shape[1]
    dtype = metagenes.dtype
    vectors = np.zeros((3, BLOCK), dtype)
    gene_numerators, gradient = np.zeros((rank, BLOCK), dtype), np.zeros((rank, BLOCK), dtype)
    position, step = np.zeros((rank, BLOCK), dtype), np.zeros((rank, BLOCK), dtype)
    gene_hessian = np.zeros((rank, rank, BLOCK), dtype)
    for start in range(0, n_genes, BLOCK):
        width = min(BLOCK, n_genes - start)
        fitted, curvature, rise = vectors[0, :width], vectors[1, :width], vectors[2, :width]
        metagene_derivatives(expression, usages, metagenes, start, fitted, curvature, gene_numerators, gene_hessian)
        for c in range(rank):
            total, l2 = dtype.type(usage_sums[c] + penalty[0]), dtype.type(penalty[1])
            for g in range(width):
                position[c, g] = metagenes[c, start + g]
                gradient[c, g] = total + l2 * position[c, g] - gene_numerators[c, g]
                gene_hessian[c, c, g] += l2
        nonnegative_quadratic_step(gradient, gene_hessian, position, NEWTON_SWEEPS, vectors[0], step)
        overrelax(step, position, RELAXATION)
        metagene_rise(expression, usages, metagenes, step, usage_sums, penalty, start, fitted, curvature, rise)
        move_metagenes(metagenes, start, width, step, rise, gene_numerators, usage_sums, penalty)


@kernel
def newton_usage_step(expression, metagenes, usages, metagene_sums, penalty, numerators, hessian):
    """Newton step of every sample's usages, or a multiplicative step where the sample's objective could rise."""
    n_samples, rank = usages.shape
    gradient, position, step = np.empty((rank, n_samples)), np.empty((rank, n_samples)), np.empty((rank, n_samples))
    rise, sure = np.empty(n_samples), np.empty(n_samples, np.bool_)
    for c in range(rank):
        for i in range(n_samples):
            position[c, i] = usages[i, c]
            gradient[c, i] = metagene_sums[c] + penalty[0] + penalty[1] * position[c, i] - numerators[c, i]
            hessian[c, c, i] += penalty[1]
    nonnegative_quadratic_step(gradient, hessian, position, NEWTON_SWEEPS, rise, step)
    overrelax(step, position, RELAXATION)
    surely_falls(gradient, hessian, position, step, sure)
    usage_rise(expression, usages, metagenes, step, metagene_sums, penalty, sure, rise)
    for _ in range(HALVINGS):
        for i in range(n_samples):
            sure[i] = rise[i] <= 0
            for c in range(rank):
                step[c, i] *= 1.0 if sure[i] else 0.5
        usage_rise(expression, usages, metagenes, step, metagene_sums, penalty, sure, rise)
    for c in range(rank):
        for i in range(n_samples):
            if rise[i] <= 0:
                usages[i, c] = position[c, i] + step[c, i]
            else:
                down = metagene_sums[c] + penalty[0]
                usages[i, c] = multiply(position[c, i], numerators[c, i], down, penalty[1])
