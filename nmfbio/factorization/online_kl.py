"""Passes of method ``online`` for D(V‖WH): Newton steps on the metagenes, whose derivatives are summed over batches.

A pass takes one Newton step on the usages of each batch, as `kl` does, and sums the derivatives that every gene has
there: numerators Σ V/(WH) h and Hessians Σ V/(WH)² h hᵀ. The step on the metagenes that follows from them is tried by
the next pass, whose objective tells whether it is kept; a shorter one or the multiplicative update is taken otherwise,
so that the objective never rises. Running sums of the multiplicative update's numerators with a forgetting factor
(Lefèvre et al. 2011) need one pass less for each batch of progress, but their fixed point is approached so slowly that
a Newton step is worth ten of them.
"""

from collections.abc import Callable, Iterator

import numpy as np
import scipy.sparse

from .kernels import kernel
from .kl_sparse import PART, add_derivatives, gather, newton_rows, newton_step_of_row
from .multiplicative import multiply_usages, update_usages
from .objectives import kl_constant
from .penalties import FactorPenalty, Penalties, best_scales
from .sources import Sample, put_rows, take_rows
from .sparse import BothWays, weighted_logs

# Passes before the first Newton step on the metagenes; the multiplicative update settles their shape.
MULTIPLICATIVE_PASSES = 10
# Newton steps on usages that are met for the first time, after a multiplicative one; one step later.
FIRST_STEPS = 4
# Lengths at which a Newton step on the metagenes is tried.
LENGTHS = (1.0, 0.5, 0.25)


@kernel
def add_gene_derivatives(indptr, indices, data, profiles, usages, numerators, hessians):
    """Add a batch's Σ V/(WH) h and the upper triangle of Σ V/(WH)² h hᵀ, row by row, of every gene."""
    n_genes, rank = profiles.shape
    partner, vectors = np.empty((rank, PART), profiles.dtype), np.empty((3, PART), profiles.dtype)
    hessian = np.empty((rank, rank, 1))
    for g in range(n_genes):
        if indptr[g] == indptr[g + 1]:
            continue
        hessian[:] = 0.0
        for first in range(indptr[g], indptr[g + 1], PART):
            width = min(PART, indptr[g + 1] - first)
            gather(indices, first, width, usages, partner)
            add_derivatives(data[first : first + width], profiles[g], partner, vectors, numerators[g], hessian)
        place = 0
        for a in range(rank):
            for b in range(a, rank):
                hessians[g, place] += hessian[a, b, 0]
                place += 1


@kernel
def newton_moved(profiles, sums, l1, l2, numerators, hessians, moved):
    """Where an over-relaxed Newton step takes every gene."""
    n_genes, rank = profiles.shape
    hessian = np.empty((rank, rank, 1))
    gradient, position, step, slope = np.empty((rank, 1)), np.empty((rank, 1)), np.empty((rank, 1)), np.empty(1)
    for g in range(n_genes):
        place = 0
        for a in range(rank):
            for b in range(a, rank):
                hessian[a, b, 0] = hessians[g, place]
                place += 1
        newton_step_of_row(profiles[g], sums, l1, l2, numerators[g], hessian, gradient, position, slope, step)
        for c in range(rank):
            moved[g, c] = position[c, 0] + step[c, 0]


class DivergencePasses:
    """Usages and metagenes of one fit, and the derivatives with respect to the metagenes."""

    def __init__(self, usages: np.ndarray, metagenes: np.ndarray, penalties: Penalties):
        rank, n_genes = metagenes.shape
        self.usages, self.profiles = usages, np.ascontiguousarray(metagenes.T)
        self.penalties = penalties
        self.numerators = np.empty((n_genes, rank))
        self.hessians = np.empty((n_genes, rank * (rank + 1) // 2), metagenes.dtype)
        self.usage_sums, self.usage_squares = np.empty(rank), np.empty(rank)
        self.constant, self.objective = 0.0, np.inf
        self.n_passes = 0

    @property
    def first_look(self) -> int:
        """Passes until the objective may be judged."""
        return max(1, MULTIPLICATIVE_PASSES - self.n_passes)

    def widen(self, sample: Sample) -> None:
        """Begin with a larger sample: fit its usages and sum the derivatives."""
        self.constant = sum(kl_constant(expression) for _, expression in sample)
        self.objective = self.visit(sample, self.begin_usages)

    def run(self, sample: Sample) -> float:
        """One pass over a sample that `widen` has begun; gives its objective."""
        if not self.penalties.none:
            self.share_scale(sample.n_rows)
        usages = self.usages.copy()
        for profiles in self.next_profiles(sample.n_rows):
            self.usages[:], self.profiles = usages, profiles
            objective = self.visit(sample, self.step_usages)
            if objective <= self.objective:
                break
        self.objective = objective
        self.n_passes += 1
        return objective

    def share_scale(self, n_rows: int) -> None:
        """Give the factors the scale that makes their penalties least; the derivatives follow."""
        for_usages, for_metagenes = self.penalties.scaled((n_rows, len(self.profiles)))
        sums, squares = self.profiles.sum(axis=0, dtype=np.float64), np.square(self.profiles, dtype=np.float64).sum(0)
        scales = best_scales(for_usages, for_metagenes, self.usage_sums, sums, self.usage_squares, squares)
        pairs = np.outer(scales, scales)
        self.objective -= for_usages.l1 * np.sum(self.usage_sums - self.usage_sums / scales)
        self.objective -= 0.5 * for_usages.l2 * np.sum(self.usage_squares - self.usage_squares / scales**2)
        self.objective -= for_metagenes.l1 * np.sum(sums - sums * scales)
        self.objective -= 0.5 * for_metagenes.l2 * np.sum(squares - squares * scales**2)
        self.profiles *= scales
        self.usages /= scales
        self.usage_sums /= scales
        self.numerators /= scales
        self.hessians /= pairs[np.triu_indices(len(scales))]

    def finish(self, sample: Sample) -> None:
        """Leave the usages, which are fitted to the last metagenes."""

    def next_profiles(self, n_rows: int) -> Iterator[np.ndarray]:
        """Metagenes to try in turn (genes × rank); the last do not raise the objective."""
        now = self.profiles
        penalty = self.penalties.scaled((n_rows, len(now)))[1]
        statistics = self.usage_sums.copy(), *penalty, self.numerators.copy()
        multiplied = now.copy()
        multiply_usages(multiplied, statistics[3], statistics[0], *penalty)
        if self.n_passes >= MULTIPLICATIVE_PASSES:
            moved = np.empty_like(now)
            newton_moved(now, *statistics, self.hessians, moved)
            for length in LENGTHS:
                yield now + now.dtype.type(length) * (moved - now)
        yield multiplied

    def visit(self, sample: Sample, fit_usages: Callable) -> float:
        """Fit the usages batch by batch and sum the derivatives; gives the objective."""
        for_usages, for_metagenes = self.penalties.scaled((sample.n_rows, len(self.profiles)))
        sums = self.profiles.sum(axis=0, dtype=np.float64)
        objective = self.constant + for_metagenes.of(self.profiles)
        for statistic in (self.numerators, self.hessians, self.usage_sums, self.usage_squares):
            statistic[:] = 0
        for ranges, expression in sample:
            usages = take_rows(self.usages, ranges)
            fit_usages(expression, usages, sums, for_usages)
            put_rows(self.usages, ranges, usages)
            self.add_derivatives(expression, usages)
            rows = expression.indptr, expression.indices, expression.data
            objective += for_usages.of(usages) - weighted_logs(*rows, usages, self.profiles)
        return objective + float(self.usage_sums @ sums)

    def begin_usages(
        self, expression: scipy.sparse.csr_matrix, usages: np.ndarray, sums: np.ndarray, penalty: FactorPenalty
    ) -> None:
        """Fit usages that may be far off."""
        update_usages(BothWays(expression), usages, self.profiles.T, penalty)
        for _ in range(FIRST_STEPS):
            self.step_usages(expression, usages, sums, penalty)

    def step_usages(
        self, expression: scipy.sparse.csr_matrix, usages: np.ndarray, sums: np.ndarray, penalty: FactorPenalty
    ) -> None:
        """One Newton step on a batch's usages, in place."""
        rows = expression.indptr, expression.indices, expression.data
        newton_rows(*rows, usages, self.profiles, sums, *penalty)

    def add_derivatives(self, expression: scipy.sparse.csr_matrix, usages: np.ndarray) -> None:
        """Add what a batch gives to the metagenes' derivatives."""
        genes = expression.T.tocsr()
        rows = genes.indptr, genes.indices, genes.data
        add_gene_derivatives(*rows, self.profiles, usages, self.numerators, self.hessians)
        self.usage_sums += usages.sum(axis=0, dtype=np.float64)
        self.usage_squares += np.square(usages, dtype=np.float64).sum(axis=0)
