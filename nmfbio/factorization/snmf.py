"""Sparse NMF by alternating non-negative least squares (Kim & Park 2007; R NMF's ``snmf/r`` and ``snmf/l``).

`snmf_r` minimises ½ (‖V − WH‖² + η ‖W‖² + β Σ_j ‖h_j‖₁²), h_j the usages of a sample: samples use few metagenes.
`snmf_l` is the same for Vᵀ, ½ (‖V − WH‖² + η ‖H‖² + β Σ_g ‖w_g‖₁²), w_g the entries of a gene: genes belong to few.

The ridge and the squared sums are quadratic, so each factor is the solution of a non-negative least squares problem
whose Gram matrix is the other factor's plus η I or β 11ᵀ. It is found by coordinate descent from where the factor
stands. As in the paper the factor with the ridge starts at unit norm, and the sparse factor is solved for first, so
nothing hangs on its start. Both penalties depend on how the factors share the scale of each metagene, so it is set to
its optimum after each iteration: alternation alone creeps towards it, a thousand iterations long on leukemia where 50
suffice.
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse

from .arguments import check_number
from .objectives import half_squared_error
from .products import Products, gram_of_rows, solve_nonnegative
from .solver import Factors, Fit, Matrix, Method, Solver, one_at_a_time
from .stopping import Stopping, iterate

# A factor is solved for once no entry moves by more than this share of the largest one in a round of sweeps.
SOLVED = 1e-6
MAX_ROUNDS = 50
# Steps towards the best scale of each metagene.
SCALE_STEPS = 10


@dataclass(frozen=True)
class Sparseness:
    """How sparse one factor is made, and how small the other one is kept.

    Attributes
    ----------
    eta
        Weight η of the ridge on the factor that is not made sparse, above 0; None for the largest value of the matrix,
        as in R.
    beta
        Weight β of the squared sums of the sparse factor, above 0. Both may be 0, but not one alone: the factors would
        escape the other one by their scale.
    """

    eta: float | None = None
    beta: float = 0.01

    def __post_init__(self):
        check_number(self.beta, "beta", 0)
        if self.eta is not None:
            check_number(self.eta, "eta", 0)
        if (self.beta == 0) != (self.eta == 0):
            raise ValueError(
                f"eta is {self.eta} and beta is {self.beta}; expected both above 0, or both 0, since the scale of the "
                "factors escapes a single penalty"
            )

    def ridge(self, expression: Matrix) -> float:
        """η on this matrix."""
        return float(expression.max() if self.eta is None else self.eta)


def penalties_of(sparse: np.ndarray, ridged: np.ndarray, ridge: float, beta: float) -> float:
    """η ‖W‖² + β Σ_j ‖h_j‖₁² of the factor with the ridge and the sparse one (rank × problems both), in float64."""
    sums = np.sum(sparse, axis=0, dtype=np.float64)
    return ridge * float(np.sum(np.square(ridged, dtype=np.float64))) + beta * float(sums @ sums)


def share_scale(sparse: np.ndarray, ridged: np.ndarray, ridge: float, beta: float) -> None:
    """Multiply each row of the sparse factor by what makes both penalties least, and divide the row of the other by it.

    With s_a = ‖w_a‖² and G the sparse factor's Gram matrix, that is the x > 0 that minimises Σ η s_a / x_a² + β x·Gx.
    The second sum is at most β Σ (Gz)_a x_a² / z_a wherever z stands, as G has no negative entry (Lee & Seung 2001,
    lemma 2); the minimum of this bound is in closed form. Near the best x a step leaves a quarter of the distance.
    """
    sizes, gram = np.sum(np.square(ridged, dtype=np.float64), axis=1), gram_of_rows(sparse)
    used = (sizes > 0) & (gram.diagonal() > 0)
    if ridge == 0 or beta == 0 or not used.any():
        return
    sizes, gram, factor = sizes[used], gram[np.ix_(used, used)], np.ones(used.sum())
    for _ in range(SCALE_STEPS):
        factor = (ridge * sizes * factor / (beta * (gram @ factor))) ** 0.25
    sparse[used] *= factor[:, None]
    ridged[used] /= factor[:, None]


def give_unit_norm(factor: np.ndarray) -> None:
    """Divide every row by its Euclidean norm, in place."""
    norms = np.sqrt(np.sum(np.square(factor, dtype=np.float64), axis=1, keepdims=True))
    np.divide(factor, norms, out=factor, where=norms > 0)


def sparse_method(of_transpose: bool) -> Method:
    """`snmf_r`, or `snmf_l`: the same for the transpose, with usages and metagenes exchanged."""

    def sparse_and_ridged(usages: np.ndarray, metagenes: np.ndarray) -> Factors:
        """Both factors, rank × problems."""
        return (metagenes, usages.T) if of_transpose else (usages.T, metagenes)

    def objective(expression: Matrix, usages: np.ndarray, metagenes: np.ndarray, options: Sparseness) -> float:
        penalties = penalties_of(*sparse_and_ridged(usages, metagenes), options.ridge(expression), options.beta)
        return half_squared_error(expression, usages, metagenes) + 0.5 * penalties

    def prepare(expression: Matrix, options: Sparseness, stopping: Stopping) -> Solver:
        products, ridge = Products(transposed(expression) if of_transpose else expression), options.ridge(expression)

        def fit(usages: np.ndarray, metagenes: np.ndarray) -> Fit:
            loads = np.ascontiguousarray(usages.T)
            usages = loads.T  # a view, which follows every update
            sparse, ridged = sparse_and_ridged(usages, metagenes)
            for_ridged, limits = ridge * np.eye(len(loads)), (SOLVED, MAX_ROUNDS)
            give_unit_norm(ridged)

            def step(iteration: int) -> None:
                wanted = np.ascontiguousarray(products.with_metagenes(ridged).T)
                solve_nonnegative(sparse, wanted, gram_of_rows(ridged) + options.beta, *limits)
                wanted = products.with_usages(np.ascontiguousarray(sparse.T))
                solve_nonnegative(ridged, wanted, gram_of_rows(sparse) + for_ridged, *limits)
                share_scale(sparse, ridged, ridge, options.beta)

            outcome = iterate(step, lambda: objective(expression, usages, metagenes, options), usages, stopping)
            return Fit(usages, metagenes, *outcome)

        return one_at_a_time(fit)

    def project(expression: Matrix, usages: np.ndarray, metagenes: np.ndarray, options: Sparseness) -> None:
        """Usages that fit best with the metagenes fixed: non-negative least squares with the penalty of the usages."""
        rank, loads = len(metagenes), np.ascontiguousarray(usages.T)
        penalty = options.ridge(expression) * np.eye(rank) if of_transpose else options.beta
        products = np.ascontiguousarray((expression @ metagenes.T).T)
        solve_nonnegative(loads, products, gram_of_rows(metagenes) + penalty)
        usages[:] = loads.T

    return Method(prepare, project, objective, Sparseness, sparse=True)


def transposed(expression: Matrix) -> Matrix:
    """Genes × samples, dense or CSR."""
    return expression.T.tocsr() if scipy.sparse.issparse(expression) else np.ascontiguousarray(expression.T)


SNMF_R = sparse_method(of_transpose=False)
SNMF_L = sparse_method(of_transpose=True)
