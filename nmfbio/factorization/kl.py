"""Generalised Kullback-Leibler NMF: multiplicative updates, then safeguarded projected Newton.

Minimises D(V‖WH) = Σ V log(V/WH) − V + WH. The first updates are Lee & Seung's (2001), which settle the shape of the
factors; then every sample and every gene takes a Newton step on its own rank × rank Hessian, projected on the
non-negative orthant (Hsieh & Dhillon 2011; Hien & Gillis 2021) and lengthened as in successive over-relaxation. A step
that could raise the divergence is replaced by a shorter or a multiplicative one, so it never rises.
"""

import numpy as np

from .kernels import TINY, column_sums, row_sums
from .kl_kernels import (
    multiplicative_sweep,
    multiply_usages,
    newton_metagene_sweep,
    newton_usage_step,
    usage_derivatives,
    usage_numerators,
)
from .stopping import distance_to_limit

GENES_AT_ONCE = 1024
MULTIPLICATIVE_UPDATES = 20
CHECK_EVERY = 5
# A projection ends once no usage moves by more than this share of the largest one.
PROJECTION_TOLERANCE = 1e-7
MAX_PROJECTION_STEPS = 1000


def divergence(expression, usages, metagenes, constant):
    """D(V‖WH), given the constant Σ V log V − V."""
    weighted_logs = 0.0
    for start in range(0, expression.shape[1], GENES_AT_ONCE):
        genes = slice(start, start + GENES_AT_ONCE)
        fitted = usages @ metagenes[:, genes]
        np.log(np.maximum(fitted, TINY, out=fitted), out=fitted)
        weighted_logs += np.multiply(fitted, expression[:, genes], out=fitted).sum(dtype=np.float64)
    fitted_sum = usages.sum(axis=0, dtype=np.float64) @ metagenes.sum(axis=1, dtype=np.float64)
    return constant - weighted_logs + fitted_sum


def fit_kl(expression, usages, metagenes, constant, max_iter, tolerance):
    """Fit in place; returns the number of iterations and whether the divergence came to its limit."""
    n_samples, rank = usages.shape
    usage_sums, metagene_sums = np.empty(rank), np.empty(rank)
    numerators, hessian = np.empty((n_samples, rank)), np.empty((rank, rank, n_samples))
    newton_numerators, no_floor = np.empty((rank, n_samples)), metagenes.dtype.type(0)
    usage_numerators(expression, usages, metagenes, numerators)
    before_last = last = np.inf
    for iteration in range(1, max_iter + 1):
        row_sums(metagenes, metagene_sums)
        if iteration <= MULTIPLICATIVE_UPDATES + 1:
            multiply_usages(usages, numerators, metagene_sums)
        else:
            newton_usage_step(expression, metagenes, usages, metagene_sums, newton_numerators, hessian)
        column_sums(usages, usage_sums)
        if iteration <= MULTIPLICATIVE_UPDATES:
            multiplicative_sweep(expression, metagenes, usages, usages, usage_sums, no_floor, numerators)
        else:
            newton_metagene_sweep(expression, metagenes, usages, usage_sums, newton_numerators, hessian)
        if iteration >= MULTIPLICATIVE_UPDATES and iteration % CHECK_EVERY == 0:
            objective = divergence(expression, usages, metagenes, constant)
            if distance_to_limit(before_last, last, objective) <= tolerance * objective:
                return iteration, True
            before_last, last = last, objective
    return max_iter, False


def project_kl(expression, usages, metagenes):
    """Usages that fit best with the metagenes fixed, in place: safeguarded Newton steps to convergence."""
    n_samples, rank = usages.shape
    metagene_sums, previous = np.empty(rank), np.empty_like(usages)
    numerators, hessian = np.empty((rank, n_samples)), np.empty((rank, rank, n_samples))
    row_sums(metagenes, metagene_sums)
    for _ in range(MAX_PROJECTION_STEPS):
        previous[:] = usages
        usage_derivatives(expression, usages, metagenes, numerators, hessian)
        newton_usage_step(expression, metagenes, usages, metagene_sums, numerators, hessian)
        if np.max(np.abs(usages - previous)) <= PROJECTION_TOLERANCE * np.max(usages):
            break
