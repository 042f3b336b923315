"""Passes of method ``online`` for ½‖V − WH‖²: the metagenes follow after every batch (Mairal et al. 2010).

All that metagenes need to know of the samples is A = Σ h hᵀ and B = Σ h vᵀ. A batch takes what it added at its last
visit out of both and adds what its new usages give (Mairal et al. 2010, section 3.4, on data of finite size), so that A
and B always belong to the usages at hand, every update is exact coordinate descent, and the objective never rises.
"""

import numpy as np
import scipy.sparse

from .frobenius_sparse import descend_side_by_side
from .kernels import add_scaled, kernel
from .objectives import squared_norm
from .penalties import Penalties, best_scales
from .sources import Sample, put_rows, take_rows
from .sparse import add_times_dense

# Descents on usages that are met for the first time; one later.
FIRST_DESCENTS = 6
# Share of the largest Σ h² so far below which exchanged batches have left nothing but rounding.
ROUNDING = 1e-13


@kernel
def add_transposed_products(indptr, indices, data, usages, products):
    """products (genes × rank) += Vᵀ H of a batch."""
    for i in range(usages.shape[0]):
        for p in range(indptr[i], indptr[i + 1]):
            add_scaled(data[p], usages[i], products[indices[p]])


class LeastSquaresPasses:
    """Usages and metagenes of one fit, and what is known of the samples visited so far."""

    first_look = 1

    def __init__(self, usages: np.ndarray, metagenes: np.ndarray, penalties: Penalties):
        n_genes, rank = metagenes.shape[1], metagenes.shape[0]
        self.usages, self.profiles = usages, np.ascontiguousarray(metagenes.T)
        self.penalties = penalties
        self.visited = np.zeros(len(usages), np.bool_)
        self.squared_norm, self.usage_sums = 0.0, np.zeros(rank)
        self.usage_gram, self.products = np.zeros((1, rank, rank)), np.zeros((n_genes, rank))
        self.largest = np.zeros(rank)
        self.metagene_gram = (metagenes.astype(np.float64) @ metagenes.T)[None]
        self.scratch = np.empty((1, rank, rank)), np.empty(1)

    def widen(self, sample: Sample) -> None:
        """Begin with a larger sample; its new rows join when they are first visited."""

    def run(self, sample: Sample) -> float:
        """One pass over a sample, all of whose earlier parts have been passed over too; gives its objective."""
        for number, (ranges, expression) in enumerate(sample):
            new = ~take_rows(self.visited, ranges)
            usages = take_rows(self.usages, ranges)
            before = np.where(new[:, None], 0.0, usages)
            self.fit_usages(expression, usages, FIRST_DESCENTS if new.any() else 1)
            self.replace(expression, before, usages.astype(np.float64))
            if new.any():
                self.squared_norm += squared_norm(expression[new])
            put_rows(self.visited, ranges, np.ones(len(new), np.bool_))
            put_rows(self.usages, ranges, usages)
            if number == 0 and not self.penalties.none:
                self.share_scale()
            self.fit_metagenes()
        return self.objective()

    def finish(self, sample: Sample) -> None:
        """Fit all usages to the last metagenes."""
        for ranges, expression in sample:
            usages = take_rows(self.usages, ranges)
            self.fit_usages(expression, usages, 1)
            put_rows(self.usages, ranges, usages)

    def fit_usages(self, expression: scipy.sparse.csr_matrix, usages: np.ndarray, descents: int) -> None:
        """Descend on a batch's usages, in place."""
        products = np.zeros_like(usages)
        add_times_dense(expression.indptr, expression.indices, expression.data, self.profiles, products)
        for_usages, _ = self.penalties.scaled((1, expression.shape[1]))
        for _ in range(descents):
            descend_side_by_side(usages, products, self.metagene_gram, *for_usages, *self.scratch)

    def replace(self, expression: scipy.sparse.csr_matrix, before: np.ndarray, after: np.ndarray) -> None:
        """Exchange what a batch adds to A and B; usages are taken as float64, so that nothing is lost however often."""
        self.usage_gram[0] += after.T @ after - before.T @ before
        self.usage_sums += after.sum(axis=0) - before.sum(axis=0)
        rows = expression.indptr, expression.indices, expression.data
        add_transposed_products(*rows, after - before, self.products)
        self.drop_rounding()

    def drop_rounding(self) -> None:
        """Set to 0 what exchanging has left of usages that have become 0: a curvature must not be below 0."""
        gram = self.usage_gram[0]
        self.largest = np.maximum(self.largest, gram.diagonal())
        gone = gram.diagonal() <= ROUNDING * self.largest
        gram[gone] = gram[:, gone] = self.usage_sums[gone] = self.products[:, gone] = 0.0

    def share_scale(self) -> None:
        """Give the factors the scale that makes their penalties least; A and B follow."""
        penalties = self.penalties.scaled((int(np.count_nonzero(self.visited)), len(self.profiles)))
        sums = self.usage_sums, self.profiles.sum(axis=0, dtype=np.float64)
        squares = self.usage_gram[0].diagonal(), self.metagene_gram[0].diagonal()
        scales = best_scales(*penalties, *sums, *squares)
        self.profiles *= scales
        self.metagene_gram *= np.outer(scales, scales)
        self.usages /= scales
        self.usage_sums /= scales
        self.usage_gram /= np.outer(scales, scales)
        self.products /= scales
        self.largest /= scales**2

    def fit_metagenes(self) -> None:
        """Descend on the metagenes; penalties count the samples visited."""
        _, for_metagenes = self.penalties.scaled((int(np.count_nonzero(self.visited)), len(self.profiles)))
        grams, crossing = self.metagene_gram, self.scratch[1]
        descend_side_by_side(self.profiles, self.products, self.usage_gram, *for_metagenes, grams, crossing)

    def objective(self) -> float:
        """Penalised ½‖V − WH‖² of the visited samples."""
        n_genes = len(self.profiles)
        for_usages, for_metagenes = self.penalties.scaled((int(np.count_nonzero(self.visited)), n_genes))
        crossing = np.sum(self.profiles * self.products)
        error = 0.5 * (self.squared_norm - 2.0 * crossing + np.sum(self.usage_gram * self.metagene_gram))
        squares = float(np.trace(self.usage_gram[0]))
        on_usages = for_usages.l1 * float(np.sum(self.usage_sums)) + 0.5 * for_usages.l2 * squares
        return float(error) + on_usages + for_metagenes.of(self.profiles)
