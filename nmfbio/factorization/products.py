"""What least squares methods share: products with the expression matrix, and the problems that those lead to."""

import numpy as np
import scipy.sparse

from .least_squares import SWEEPS, coordinate_descent
from .solver import Matrix
from .sparse import tiles_by_gene, tiles_by_sample
from .stopping import settle


class Products:
    """A dense or sparse matrix, ready to be multiplied with usages and metagenes; a sparse one stays sparse."""

    def __init__(self, expression: Matrix):
        self.dense = None if scipy.sparse.issparse(expression) else expression
        if self.dense is None:
            self.by_sample, self.by_gene = tiles_by_sample(expression), tiles_by_gene(expression)

    def with_metagenes(self, metagenes: np.ndarray) -> np.ndarray:
        """V Wᵀ, samples × rank."""
        if self.dense is None:
            return self.by_sample.times(np.ascontiguousarray(metagenes.T))
        return self.dense @ metagenes.T

    def with_usages(self, usages: np.ndarray) -> np.ndarray:
        """Hᵀ V, rank × genes."""
        if self.dense is None:
            return np.ascontiguousarray(self.by_gene.times(usages).T)
        return usages.T @ self.dense


def gram_of_rows(factor: np.ndarray) -> np.ndarray:
    """factor factorᵀ, in float64."""
    wide = factor.astype(np.float64, copy=False)
    return wide @ wide.T


def solve_nonnegative(
    factor: np.ndarray, products: np.ndarray, gram: np.ndarray, tolerance: float = 1e-7, max_rounds: int = 1000
) -> None:
    """The least ½ x·Gx − p·x with x ≥ 0 for every column x of a factor (rank × problems), from where it stands."""
    n_problems, slope = factor.shape[1], np.empty_like(factor[0])
    settle(
        lambda: coordinate_descent(factor, 0, n_problems, products, gram, SWEEPS, slope), factor, tolerance, max_rounds
    )
