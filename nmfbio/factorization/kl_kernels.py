"""Sweeps for the generalised Kullback-Leibler divergence D(V‖WH) = Σ V log(V/WH) − V + WH.

Multiplicative updates: Lee & Seung 2001, theorem 2. Newton steps: Hsieh & Dhillon 2011 and Hien & Gillis 2021, here on
the full rank × rank Hessian of each sample and each gene.
"""

import numpy as np

from .kernels import TINY, add_scaled, dot, kernel, nonnegative_quadratic_step, overrelax, reconstruct, surely_falls

BLOCK = 512
# Sweeps of coordinate descent over the rank × rank quadratic model of a Newton step.
NEWTON_SWEEPS = 3
# Samples and genes are updated in turn, so each follows the other late; successive over-relaxation makes up for that.
# On leukemia 1.4 needs two thirds of the iterations of 1 and ends ten times closer to the optimum.
RELAXATION = 1.4
# How often a sample's Newton step is halved before it is given up.
HALVINGS = 2


@kernel
def add_metagene_numerators(expression, usages, metagenes, start, fitted, numerators):
    """numerators += H(V/WH)ᵀ over the genes from ``start``; ``fitted`` is scratch of the block's width."""
    width = fitted.size
    for i in range(usages.shape[0]):
        observed = expression[i, start : start + width]
        reconstruct(usages[i], metagenes, start, fitted)
        for g in range(width):
            fitted[g] = observed[g] / fitted[g]
        for c in range(usages.shape[1]):
            add_scaled(usages[i, c], fitted, numerators[c, :width])


@kernel
def add_usage_numerators(expression, usages, metagenes, start, fitted, numerators):
    """numerators += Wᵀ(V/WH) over the genes from ``start``, in float64."""
    width = fitted.size
    for i in range(usages.shape[0]):
        observed = expression[i, start : start + width]
        reconstruct(usages[i], metagenes, start, fitted)
        for g in range(width):
            fitted[g] = observed[g] / fitted[g]
        for c in range(usages.shape[1]):
            numerators[i, c] += dot(fitted, metagenes[c, start : start + width])


@kernel
def usage_numerators(expression, usages, metagenes, numerators):
    """Numerators Wᵀ(V/WH) of the usages' multiplicative update, over all genes."""
    n_genes = expression.shape[1]
    scratch = np.empty(BLOCK, metagenes.dtype)
    numerators[:] = 0.0
    for start in range(0, n_genes, BLOCK):
        fitted = scratch[: min(BLOCK, n_genes - start)]
        add_usage_numerators(expression, usages, metagenes, start, fitted, numerators)


@kernel
def multiply_usages(usages, numerators, metagene_sums):
    """H ← H ∘ Wᵀ(V/WH) / Σ_g W."""
    for i in range(usages.shape[0]):
        for c in range(usages.shape[1]):
            usages[i, c] *= numerators[i, c] / (metagene_sums[c] + TINY)


@kernel
def multiply_metagenes(metagenes, start, width, numerators, usage_sums, floor):
    """W ← max(W ∘ (V/WH)Hᵀ / Σ_i H, floor) over the genes from ``start``."""
    for c in range(metagenes.shape[0]):
        profile, numerator = metagenes[c, start : start + width], numerators[c, :width]
        inverse = metagenes.dtype.type(1.0 / (usage_sums[c] + TINY))
        for g in range(width):
            profile[g] = max(profile[g] * numerator[g] * inverse, floor)


@kernel
def multiplicative_sweep(expression, metagenes, usages, next_usages, usage_sums, floor, numerators):
    """Multiplicative update of the metagenes, then the numerators of the next usage update, reading the matrix once.

    ``usages`` serve the metagene update, ``next_usages`` (the same array unless a solver floors it in between) the
    numerators.
    """
    n_genes, rank = expression.shape[1], usages.shape[1]
    scratch = np.empty(BLOCK, metagenes.dtype)
    gene_numerators = np.empty((rank, BLOCK), metagenes.dtype)
    numerators[:] = 0.0
    for start in range(0, n_genes, BLOCK):
        width = min(BLOCK, n_genes - start)
        gene_numerators[:] = 0
        add_metagene_numerators(expression, usages, metagenes, start, scratch[:width], gene_numerators)
        multiply_metagenes(metagenes, start, width, gene_numerators, usage_sums, floor)
        add_usage_numerators(expression, next_usages, metagenes, start, scratch[:width], numerators)


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
def metagene_rise(expression, usages, metagenes, step, usage_sums, start, fitted, change, rise):
    """Upper bound on the rise of each gene's divergence when its metagene entries move by ``step``."""
    width, rank = fitted.size, usages.shape[1]
    rise[:] = 0
    for c in range(rank):
        add_scaled(rise.dtype.type(usage_sums[c]), step[c, :width], rise)
    for i in range(usages.shape[0]):
        reconstruct(usages[i], metagenes, start, fitted)
        change[:] = 0
        for c in range(rank):
            add_scaled(usages[i, c], step[c, :width], change)
        add_divergence_change(expression[i, start : start + width], fitted, change, rise)


@kernel
def usage_rise(expression, usages, metagenes, step, metagene_sums, sure, rise):
    """Upper bound on the rise of each sample's divergence when its usages move by ``step`` (rank × samples).

    Samples marked as sure to fall are passed over; their bound is 0.
    """
    n_genes, (n_samples, rank) = expression.shape[1], usages.shape
    scratch = np.empty((3, BLOCK), metagenes.dtype)
    for i in range(n_samples):
        rise[i] = 0.0
        for c in range(rank):
            rise[i] += 0.0 if sure[i] else step[c, i] * metagene_sums[c]
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
def move_metagenes(metagenes, start, width, step, rise, numerators, usage_sums):
    """Newton step of a block's genes, or the multiplicative update for genes whose divergence could rise."""
    for c in range(metagenes.shape[0]):
        profile, numerator, newton = metagenes[c, start : start + width], numerators[c, :width], step[c, :width]
        inverse = metagenes.dtype.type(1.0 / (usage_sums[c] + TINY))
        for g in range(width):
            moved, multiplied = profile[g] + newton[g], profile[g] * numerator[g] * inverse
            profile[g] = moved if rise[g] <= 0 else multiplied


@kernel
def newton_metagene_sweep(expression, metagenes, usages, usage_sums, numerators, hessian):
    """Newton step of every gene's metagene entries, then the usages' derivatives there, reading the matrix once."""
    n_genes, rank = expression.shape[1], usages.shape[1]
    dtype = metagenes.dtype
    vectors = np.zeros((4, BLOCK), dtype)
    gene_numerators, gradient = np.zeros((rank, BLOCK), dtype), np.zeros((rank, BLOCK), dtype)
    position, step = np.zeros((rank, BLOCK), dtype), np.zeros((rank, BLOCK), dtype)
    gene_hessian = np.zeros((rank, rank, BLOCK), dtype)
    numerators[:] = 0.0
    hessian[:] = 0.0
    for start in range(0, n_genes, BLOCK):
        width = min(BLOCK, n_genes - start)
        fitted, curvature, weighted, rise = (
            vectors[0, :width],
            vectors[1, :width],
            vectors[2, :width],
            vectors[3, :width],
        )
        metagene_derivatives(expression, usages, metagenes, start, fitted, curvature, gene_numerators, gene_hessian)
        for c in range(rank):
            total = dtype.type(usage_sums[c])
            for g in range(width):
                gradient[c, g] = total - gene_numerators[c, g]
                position[c, g] = metagenes[c, start + g]
        nonnegative_quadratic_step(gradient, gene_hessian, position, NEWTON_SWEEPS, vectors[0], step)
        overrelax(step, position, RELAXATION)
        metagene_rise(expression, usages, metagenes, step, usage_sums, start, fitted, curvature, rise)
        move_metagenes(metagenes, start, width, step, rise, gene_numerators, usage_sums)
        add_usage_derivatives(expression, usages, metagenes, start, fitted, curvature, weighted, numerators, hessian)


@kernel
def newton_usage_step(expression, metagenes, usages, metagene_sums, numerators, hessian):
    """Newton step of every sample's usages, or a multiplicative step where the sample's divergence could rise."""
    n_samples, rank = usages.shape
    gradient, position, step = np.empty((rank, n_samples)), np.empty((rank, n_samples)), np.empty((rank, n_samples))
    rise, sure = np.empty(n_samples), np.empty(n_samples, np.bool_)
    for c in range(rank):
        for i in range(n_samples):
            gradient[c, i] = metagene_sums[c] - numerators[c, i]
            position[c, i] = usages[i, c]
    nonnegative_quadratic_step(gradient, hessian, position, NEWTON_SWEEPS, rise, step)
    overrelax(step, position, RELAXATION)
    surely_falls(gradient, hessian, position, step, sure)
    usage_rise(expression, usages, metagenes, step, metagene_sums, sure, rise)
    for _ in range(HALVINGS):
        for i in range(n_samples):
            sure[i] = rise[i] <= 0
            for c in range(rank):
                step[c, i] *= 1.0 if sure[i] else 0.5
        usage_rise(expression, usages, metagenes, step, metagene_sums, sure, rise)
    for c in range(rank):
        for i in range(n_samples):
            if rise[i] <= 0:
                usages[i, c] = position[c, i] + step[c, i]
            else:
                usages[i, c] *= numerators[c, i] / (metagene_sums[c] + TINY)
