"""Arithmetic shared by the solvers: what every gene-blocked sweep is made of.

A sweep walks the expression matrix (samples × genes) in blocks of genes that stay in cache. Inner loops run over genes,
which are contiguous, so that they vectorise; W H is never held whole. Sums over a block are taken in the factors'
precision, sums over blocks in float64.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path

import numba
import numpy as np


def compiled_code_folder() -> str:
    """Folder for compiled kernels, named by a digest of every file that holds one.

    Numba renews a cached function only when its own file changes, not when a function it calls does; a folder for each
    state of the sources rules out arithmetic left over from an earlier version.
    """
    sources = (source.read_bytes() for source in sorted(Path(__file__).parent.glob("*.py")))
    digest = hashlib.sha256(b"".join(source for source in sources if b"@kernel" in source)).hexdigest()[:12]
    parent = Path(numba.config.CACHE_DIR) if numba.config.CACHE_DIR else Path(__file__).parent / "__pycache__"
    return str(parent / f"kernels-{digest}")


CODE_FOLDER = compiled_code_folder()


def kernel(function: Callable) -> Callable:
    """Compile a function of plain arrays: once per machine, callable from threads without the interpreter's lock.

    Sums may be reordered and divisions become reciprocals; NaN and infinity keep their meaning. Kernels that others
    call are always inlined: else each caller's code holds a copy of them, rounded in its own way, and a process runs
    the copy it loads first, so that the last digits change with what was compiled or run before.
    """
    folder, numba.config.CACHE_DIR = numba.config.CACHE_DIR, CODE_FOLDER
    try:
        flags = {"reassoc", "contract", "nsz", "arcp"}
        return numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=flags, forceinline=True)(function)
    finally:
        numba.config.CACHE_DIR = folder


# Genes walked at a time: their part of the matrix and of the metagenes stays in cache.
BLOCK = 512
# Usages and metagenes are updated in turn, so each follows the other late; successive over-relaxation makes up for
# that. On leukemia 1.4 needs half to two thirds of the iterations of 1 and ends closer to the optimum.
RELAXATION = 1.4
# Keeps divisions finite where W H is zero; its inverse squared still fits float32.
TINY = 1e-18


@kernel
def reconstruct(weights, metagenes, start, fitted):
    """Fill ``fitted`` with one sample's W H over the genes from ``start``."""
    width = fitted.size
    tiny = metagenes.dtype.type(TINY)
    profile, weight = metagenes[0, start : start + width], weights[0]
    for g in range(width):
        fitted[g] = weight * profile[g] + tiny
    for c in range(1, weights.size):
        profile, weight = metagenes[c, start : start + width], weights[c]
        for g in range(width):
            fitted[g] += weight * profile[g]


@kernel
def add_scaled(weight, values, into):
    """into += weight * values."""
    for g in range(values.size):
        into[g] += weight * values[g]


@kernel
def dot(left, right):
    """Sum of left * right, in their own precision."""
    total = left.dtype.type(0)
    for g in range(left.size):
        total += left[g] * right[g]
    return total


@kernel
def row_sums(matrix):
    """Sum of each row, in float64."""
    sums = np.zeros(matrix.shape[0])
    for c in range(matrix.shape[0]):
        for g in range(matrix.shape[1]):
            sums[c] += matrix[c, g]
    return sums


@kernel
def multiply(value, numerator, down, l2):
    """Multiplicative update of one entry: minimises down·x + ½ l2 x² − value·numerator·log x over x.

    Without l2 this is value · numerator / down (Lee & Seung 2001, theorem 2); with it the positive root of a quadratic,
    written so that nothing cancels. ``down`` holds the partner's sum and the l1 penalty.
    """
    tiny, up = type(value)(TINY), value * numerator
    if l2 == 0:
        return up / (down + tiny)
    return (up + up) / (down + np.sqrt(down * down + 4 * l2 * up) + tiny)


@kernel
def nonnegative_quadratic_step(gradient, hessian, position, sweeps, slope, step):
    """Coordinate descent on min_d g·d + ½ d·Hd subject to position + d ≥ 0, for many independent problems side by side.

    ``gradient``, ``position`` and ``step`` are (rank, problems), ``hessian`` is (rank, rank, problems) of which the
    upper triangle is read, ``slope`` (problems) is scratch.
    """
    rank, problems = gradient.shape
    tiny, zero = gradient.dtype.type(TINY), gradient.dtype.type(0)
    for a in range(rank):
        for g in range(problems):
            step[a, g] = zero
    for _ in range(sweeps):
        for a in range(rank):
            steepness = gradient[a]
            for g in range(problems):
                slope[g] = steepness[g]
            for b in range(rank):
                curvature, taken = hessian[min(a, b), max(a, b)], step[b]
                for g in range(problems):
                    slope[g] += curvature[g] * taken[g]
            curvature, taken, standing = hessian[a, a], step[a], position[a]
            for g in range(problems):
                moved = taken[g] - slope[g] / (curvature[g] + tiny)
                taken[g] = max(moved, zero - standing[g])


@kernel
def overrelax(step, position, factor):
    """Lengthen steps by a factor, as far as position + step ≥ 0 allows."""
    rank, problems = step.shape
    length, zero = step.dtype.type(factor), step.dtype.type(0)
    for a in range(rank):
        taken, standing = step[a], position[a]
        for g in range(problems):
            taken[g] = max(length * taken[g], zero - standing[g])


@kernel
def surely_falls(gradient, hessian, position, step, sure):
    """Mark the problems whose Kullback-Leibler divergence falls along the step, told without reading the matrix.

    With ρ the largest |d_c| / w_c, no fitted value changes by more than its ρ-fold, and z − log(1 + z) ≤ z² / (2(1 −
    ρ)) for |z| ≤ ρ < 1 bounds the change of the divergence by g·d + d·Hd / (2(1 − ρ)).
    """
    rank, problems = gradient.shape
    for g in range(problems):
        change, curvature, largest = 0.0, 0.0, 0.0
        for a in range(rank):
            change += gradient[a, g] * step[a, g]
            curvature += 0.5 * hessian[a, a, g] * step[a, g] * step[a, g]
            for b in range(a + 1, rank):
                curvature += hessian[a, b, g] * step[a, g] * step[b, g]
            if step[a, g] != 0:
                largest = max(largest, abs(step[a, g]) / (position[a, g] + TINY))
        sure[g] = largest < 1 and change * (1 - largest) + curvature <= 0
