"""Accelerated HALS on a sparse matrix: several restarts share each product with it.

The factors of R restarts lie side by side, as rows × (R · rank), so that one pass over the matrix serves them all.
Coordinate descent then works on one restart at a time, by blocks of rows, against that restart's Gram matrix.
"""

import numpy as np
import scipy.sparse

from .groups import fit_group
from .kernels import dot, kernel
from .least_squares import SWEEPS, relaxed_descent
from .penalties import Penalties
from .solver import Factors, Fit, Solver
from .sparse import Tiles, tiles_by_gene, tiles_by_sample
from .stopping import Stopping

TOGETHER = 16
ROWS_AT_ONCE = 256


@kernel
def descend_side_by_side(factors, products, grams, l1, l2, new_grams, crossings):
    """Coordinate descent on the rows of several restarts' factors.

    ``products`` are those of the expression with the partner factor, ``grams`` the partner's Gram matrices. Afterwards
    ``new_grams`` (R, rank, rank) are the Gram matrices of the new factors and ``crossings`` (R) the sums of (products −
    l1) ∘ factors, both in float64.
    """
    n_restarts, rank = grams.shape[:2]
    position = np.empty((rank, ROWS_AT_ONCE), factors.dtype)
    wanted = np.empty((rank, ROWS_AT_ONCE), factors.dtype)
    new_grams[:] = 0.0
    crossings[:] = 0.0
    for start in range(0, factors.shape[0], ROWS_AT_ONCE):
        n_rows = min(ROWS_AT_ONCE, factors.shape[0] - start)
        for r in range(n_restarts):
            gram = grams[r].copy()
            for c in range(rank):
                gram[c, c] += l2
                for i in range(n_rows):
                    position[c, i] = factors[start + i, r * rank + c]
                    wanted[c, i] = products[start + i, r * rank + c] - l1
            relaxed_descent(position, 0, n_rows, wanted, gram, SWEEPS)
            crossings[r] += add_sums(position, wanted, n_rows, l1, new_grams[r])
            for c in range(rank):
                for i in range(n_rows):
                    factors[start + i, r * rank + c] = position[c, i]


@kernel
def add_sums(position, wanted, n_rows, l1, gram):
    """Add a block's x xᵀ to a Gram matrix; returns its Σ x ∘ wanted."""
    crossing = 0.0
    for a in range(position.shape[0]):
        entries, wishes = position[a, :n_rows], wanted[a, :n_rows]
        for b in range(a):
            overlap = dot(entries, position[b, :n_rows])
            gram[a, b] += overlap
            gram[b, a] += overlap
        gram[a, a] += dot(entries, entries)
        crossing += dot(entries, wishes)
    return crossing


class SideBySide:
    """The factors of several restarts on one sparse matrix as a group; an ended restart's columns are taken out."""

    def __init__(
        self, by_sample: Tiles, by_gene: Tiles, starts: list[Factors], penalties: Penalties, squared_norm: float
    ):
        self.by_sample, self.by_gene = by_sample, by_gene
        self.penalties, self.squared_norm = penalties, squared_norm
        self.for_usages, self.for_metagenes = penalties.scaled((by_sample.n_rows, by_gene.n_rows))
        self.rank = starts[0][0].shape[1]
        self.numbers = list(range(len(starts)))
        self.usages = np.ascontiguousarray(np.hstack([usages for usages, _ in starts]))
        self.metagenes = np.ascontiguousarray(np.vstack([metagenes for _, metagenes in starts]).T)
        self.metagene_grams = np.array([metagenes.astype(np.float64) @ metagenes.T for _, metagenes in starts])
        self.usage_grams, self.crossings = np.empty_like(self.metagene_grams), np.empty(len(starts))

    def step(self, iteration: int) -> None:
        """Update the usages, then the metagenes."""
        usage_grams, metagene_grams = self.usage_grams, self.metagene_grams
        products = self.by_sample.times(self.metagenes)
        descend_side_by_side(self.usages, products, metagene_grams, *self.for_usages, usage_grams, self.crossings)
        if not self.penalties.none:
            self.share_scale()
        products = self.by_gene.times(self.usages)
        descend_side_by_side(self.metagenes, products, usage_grams, *self.for_metagenes, metagene_grams, self.crossings)

    def share_scale(self) -> None:
        """Give each restart's factors the scale that makes their penalties least."""
        for position in range(len(self.numbers)):
            columns = self.columns(position)
            scales = self.penalties.share_scale(self.usages[:, columns], self.metagenes[:, columns].T)
            self.usage_grams[position] /= np.outer(scales, scales)

    def factors(self, number: int) -> Factors:
        """Copies of one restart's usages and metagenes."""
        columns = self.columns(self.numbers.index(number))
        return self.usages[:, columns].copy(), self.metagenes[:, columns].T.copy()

    def objective(self, number: int) -> float:
        """½‖V − WH‖² of one restart from its Gram matrices, and its penalties."""
        position = self.numbers.index(number)
        metagenes = self.metagenes[:, self.columns(position)]
        crossing = self.crossings[position] + self.for_metagenes.l1 * np.sum(metagenes, dtype=np.float64)
        fitted_norm = np.sum(self.usage_grams[position] * self.metagene_grams[position])
        error = 0.5 * (self.squared_norm - 2.0 * crossing + fitted_norm)
        return error + self.penalties.of(*self.factors(number))

    def drop(self, number: int) -> None:
        """Take one restart's columns out."""
        position = self.numbers.index(number)
        others = np.delete(np.arange(len(self.numbers)), position)
        self.usages = np.delete(self.usages, self.columns(position), axis=1)
        self.metagenes = np.delete(self.metagenes, self.columns(position), axis=1)
        self.metagene_grams, self.usage_grams = self.metagene_grams[others], self.usage_grams[others]
        self.crossings = self.crossings[others]
        self.numbers.remove(number)

    def columns(self, position: int) -> slice:
        """Columns that belong to the restart at a position."""
        return slice(position * self.rank, (position + 1) * self.rank)


def fit_side_by_side(
    expression: scipy.sparse.csr_matrix, penalties: Penalties, stopping: Stopping, squared_norm: float, look_every: int
) -> Solver:
    """Fits of method ``frobenius`` on a sparse matrix."""
    by_sample, by_gene = tiles_by_sample(expression), tiles_by_gene(expression)

    def fit(starts: list[Factors]) -> list[Fit]:
        group = SideBySide(by_sample, by_gene, starts, penalties, squared_norm)
        return fit_group(group, len(starts), stopping, look_every)

    return Solver(fit, TOGETHER)
