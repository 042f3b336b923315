"""Kullback-Leibler NMF exactly as Brunet et al. (2004) and R's NMF package run it.

One iteration updates H ← H ∘ Wᵀ(V/WH) / Σ_g W, then W ← W ∘ (V/WH)Hᵀ / Σ_j H with the new H (Lee & Seung 2001). Every
tenth iteration both factors are floored at the double precision epsilon and every sample is called by its largest entry
in H. The fit stops once the calls' connectivity has stayed the same for more than 40 comparisons in a row.
"""

import numpy as np

from .kernels import column_sums, kernel, row_sums
from .kl_kernels import multiplicative_sweep, multiply_usages, usage_numerators

COMPARE_EVERY = 10
UNCHANGED_COMPARISONS = 40
FLOOR = float(np.finfo(np.float64).eps)


@kernel
def same_connectivity(calls, earlier):
    """Whether two labellings put the same samples together, whatever the labels' names."""
    for i in range(calls.size):
        for j in range(i):
            if (calls[i] == calls[j]) != (earlier[i] == earlier[j]):
                return False
    return True


def fit_brunet(expression, usages, metagenes, max_iter):
    """Fit in place; returns the number of iterations and whether the calls became stable."""
    n_samples, rank = usages.shape
    usage_sums, metagene_sums = np.empty(rank), np.empty(rank)
    numerators = np.empty((n_samples, rank))
    floored = np.empty_like(usages)
    calls, earlier = np.empty(n_samples, np.int64), np.full(n_samples, -1)
    unchanged = 0
    floor, none = usages.dtype.type(FLOOR), usages.dtype.type(0)
    usage_numerators(expression, usages, metagenes, numerators)
    for iteration in range(1, max_iter + 1):
        row_sums(metagenes, metagene_sums)
        multiply_usages(usages, numerators, metagene_sums)
        column_sums(usages, usage_sums)
        if iteration % COMPARE_EVERY != 0:
            multiplicative_sweep(expression, metagenes, usages, usages, usage_sums, none, numerators)
            continue
        floored[:] = np.maximum(usages, floor)
        multiplicative_sweep(expression, metagenes, usages, floored, usage_sums, floor, numerators)
        usages[:] = floored
        for i in range(n_samples):
            calls[i] = np.argmax(usages[i])
        unchanged = unchanged + 1 if same_connectivity(calls, earlier) else 0
        earlier[:] = calls
        if unchanged > UNCHANGED_COMPARISONS:
            return iteration, True
    return max_iter, False
