"""Non-negative least squares on rank × rank Gram matrices: coordinate descent shared by the least squares methods."""

import numpy as np

from .kernels import RELAXATION, TINY, add_scaled, kernel

# Coordinate sweeps for each product with the expression matrix.
SWEEPS = 4


@kernel
def coordinate_descent(factor, start, width, products, gram, sweeps, slope):
    """Coordinate descent on ½ x·Gx − p·x, x ≥ 0, for many problems x with one Gram matrix G, side by side.

    The problems are the ``width`` columns from ``start`` on of ``factor`` (rank × all problems); ``products`` (rank ×
    at least width) holds theirs from column 0, and ``slope`` is scratch.
    """
    as_entry, zero = factor.dtype.type, factor.dtype.type(0)
    for _ in range(sweeps):
        for a in range(factor.shape[0]):
            product, entries = products[a], factor[a, start : start + width]
            for g in range(width):
                slope[g] = -product[g]
            for b in range(factor.shape[0]):
                add_scaled(as_entry(gram[a, b]), factor[b, start : start + width], slope)
            inverse = as_entry(1.0 / (gram[a, a] + TINY))
            for g in range(width):
                entries[g] = max(entries[g] - slope[g] * inverse, zero)


@kernel
def relaxed_descent(factor, start, width, products, gram, sweeps):
    """Coordinate descent, and then 1.4 times as far, wherever that is no worse than where it began.

    The two factors are updated in turn, so each follows the other late; successive over-relaxation makes up for that
    and halves the number of iterations. Parameters as for `coordinate_descent`.
    """
    rank, dtype = factor.shape[0], factor.dtype
    zero, length, half = dtype.type(0), dtype.type(RELAXATION), dtype.type(0.5)
    before, step = np.empty((rank, width), dtype), np.empty((rank, width), dtype)
    slope, rise = np.empty(width, dtype), np.zeros(width, dtype)
    for a in range(rank):
        before[a] = factor[a, start : start + width]
    coordinate_descent(factor, start, width, products, gram, sweeps, slope)
    for a in range(rank):
        entries, old, moved = factor[a, start : start + width], before[a], step[a]
        for g in range(width):
            moved[g] = length * (entries[g] - old[g])
            # From a start far too large, going further would end at 0, and a penalty would hold the entry there.
            if old[g] + moved[g] <= zero:
                moved[g] = entries[g] - old[g]
            old[g] += half * moved[g]
    for a in range(rank):
        product, moved = products[a], step[a]
        for g in range(width):
            slope[g] = -product[g]
        for b in range(rank):
            add_scaled(dtype.type(gram[a, b]), before[b], slope)
        for g in range(width):
            rise[g] += moved[g] * slope[g]
    for a in range(rank):
        entries, middle, moved = factor[a, start : start + width], before[a], step[a]
        for g in range(width):
            entries[g] = max(middle[g] + half * moved[g], zero) if rise[g] <= 0 else entries[g]
