"""Newton sweeps over a sparse matrix for the Kullback-Leibler divergence: each row is a small dense problem.

The rows of the partner factor that a row's stored values meet are copied side by side, components first, so that the
arithmetic is that of the dense kernels, contiguous and vectorised, and no other place of the matrix is touched. Usages
and metagenes take turns at being rows.
"""

import numpy as np

from .kernels import (
    RELAXATION,
    TINY,
    add_scaled,
    dot,
    kernel,
    multiply,
    nonnegative_quadratic_step,
    overrelax,
    surely_falls,
)
from .kl_kernels import HALVINGS, NEWTON_SWEEPS, add_divergence_change, ratio_and_curvature

# Stored values of a row that are worked on at a time.
PART = 512


@kernel
def gather(indices, first, width, partner, profiles):
    """Copy the partner's rows (columns of the matrix × rank) that some stored values meet to rank × width."""
    for p in range(width):
        row = partner[indices[first + p]]
        for c in range(row.size):
            profiles[c, p] = row[c]


@kernel
def add_derivatives(observed, weights, profiles, vectors, numerators, hessian):
    """Add V/(x·y) y and the upper triangle of V/(x·y)² y yᵀ of a row x over some stored values; in float64."""
    width, rank = observed.size, weights.size
    ratio, curvature, weighted = vectors[0, :width], vectors[1, :width], vectors[2, :width]
    ratio_and_curvature(observed, weights, profiles, 0, ratio, curvature)
    for a in range(rank):
        profile = profiles[a, :width]
        numerators[a] += dot(ratio, profile)
        for p in range(width):
            weighted[p] = curvature[p] * profile[p]
        for b in range(a, rank):
            hessian[a, b, 0] += dot(weighted, profiles[b, :width])


@kernel
def add_rise(observed, weights, step, profiles, vectors):
    """Upper bound on −Σ V log(1 + change/(x·y)) over some stored values; see `add_divergence_change`."""
    width = observed.size
    fitted, change, rise = vectors[0, :width], vectors[1, :width], vectors[2, :width]
    fitted[:] = TINY
    change[:] = 0
    rise[:] = 0
    for c in range(weights.size):
        add_scaled(weights[c], profiles[c, :width], fitted)
        add_scaled(change.dtype.type(step[c, 0]), profiles[c, :width], change)
    add_divergence_change(observed, fitted, change, rise)
    total = 0.0
    for p in range(width):
        total += rise[p]
    return total


@kernel
def rise_of_row(indices, data, start, stop, weights, step, partner, sums, l1, l2, profiles, vectors):
    """Upper bound on the rise of a row's objective along a step; ``profiles`` holds its last part already."""
    rise = 0.0
    for c in range(weights.size):
        rise += step[c, 0] * (sums[c] + l1 + l2 * (weights[c] + 0.5 * step[c, 0]))
    for first in range(start, stop, PART):
        width = min(PART, stop - first)
        if stop - start > PART:
            gather(indices, first, width, partner, profiles)
        rise += add_rise(data[first : first + width], weights, step, profiles, vectors)
    return rise


@kernel
def newton_step_of_row(weights, sums, l1, l2, numerators, hessian, gradient, position, slope, step):
    """Over-relaxed Newton step of one row, from its derivatives; penalties join gradient and Hessian."""
    for c in range(weights.size):
        position[c, 0] = weights[c]
        gradient[c, 0] = sums[c] + l1 + l2 * weights[c] - numerators[c]
        hessian[c, c, 0] += l2
    nonnegative_quadratic_step(gradient, hessian, position, NEWTON_SWEEPS, slope, step)
    overrelax(step, position, RELAXATION)


@kernel
def newton_rows(indptr, indices, data, factor, partner, sums, l1, l2):
    """One safeguarded Newton step of every row of a factor, given its partner and the partner's sums.

    A step that could raise the row's objective is halved, and at last replaced by a multiplicative update.
    """
    rank, dtype = factor.shape[1], factor.dtype
    profiles, vectors = np.empty((rank, PART), dtype), np.empty((3, PART), dtype)
    numerators, hessian = np.empty(rank), np.empty((rank, rank, 1))
    gradient, position, step = np.empty((rank, 1)), np.empty((rank, 1)), np.empty((rank, 1))
    slope, falls = np.empty(1), np.empty(1, np.bool_)
    for i in range(factor.shape[0]):
        weights, start, stop = factor[i], indptr[i], indptr[i + 1]
        numerators[:] = 0.0
        hessian[:] = 0.0
        for first in range(start, stop, PART):
            width = min(PART, stop - first)
            gather(indices, first, width, partner, profiles)
            add_derivatives(data[first : first + width], weights, profiles, vectors, numerators, hessian)
        newton_step_of_row(weights, sums, l1, l2, numerators, hessian, gradient, position, slope, step)
        surely_falls(gradient, hessian, position, step, falls)
        for halving in range(HALVINGS + 1):
            if not falls[0]:
                if halving > 0:
                    step *= 0.5
                falls[0] = (
                    rise_of_row(indices, data, start, stop, weights, step, partner, sums, l1, l2, profiles, vectors)
                    <= 0
                )
        for c in range(rank):
            moved = position[c, 0] + step[c, 0]
            weights[c] = moved if falls[0] else multiply(position[c, 0], numerators[c], sums[c] + l1, l2)
