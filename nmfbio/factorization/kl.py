"""Generalised Kullback-Leibler NMF: multiplicative updates, then safeguarded projected Newton.

Minimises D(V‖WH) = Σ V log(V/WH) − V + WH, with the penalties of `Penalties` if given. The first updates are Lee &
Seung's (2001), which settle the shape of the factors; then every sample and every gene takes a Newton step on its own
rank × rank Hessian, projected on the non-negative orthant (Hsieh & Dhillon 2011; Hien & Gillis 2021) and lengthened as
in successive over-relaxation. A step that could raise the objective is replaced by a shorter or a multiplicative one,
so it never rises.
"""

from collections.abc import Callable

import numpy as np
import scipy.sparse

from .balance import balance_scale
from .kernels import row_sums
from .kl_kernels import (
    newton_metagene_sweep,
    newton_usage_step,
    reconstruct_genes,
    usage_derivatives,
    weighted_sum,
)
from .kl_sparse import newton_rows
from .multiplicative import update_metagenes, update_usages
from .objectives import kl_constant, kl_divergence
from .penalties import FactorPenalty, Penalties
from .solver import Fit, Matrix, Method, Solver, one_at_a_time
from .sparse import BothWays, weighted_logs
from .stopping import Stopping, iterate, settle_rows

GENES_AT_ONCE = 1024
MULTIPLICATIVE_UPDATES = 20
# Rows of a sparse matrix are safeguarded one by one, so that Newton steps may begin sooner.
SPARSE_MULTIPLICATIVE_UPDATES = 5


def penalised_divergence(expression: Matrix, usages: np.ndarray, metagenes: np.ndarray, penalties: Penalties) -> float:
    """D(V‖WH) and the penalties, in float64."""
    return kl_divergence(expression, usages, metagenes) + penalties.of(usages, metagenes)


def divergence(expression: Matrix, usages: np.ndarray, metagenes: np.ndarray, constant: float) -> float:
    """D(V‖WH) to the factors' precision, given the constant Σ V log V − V."""
    fitted_sum = usages.sum(axis=0, dtype=np.float64) @ metagenes.sum(axis=1, dtype=np.float64)
    if scipy.sparse.issparse(expression):
        by_sample = expression.indptr, expression.indices, expression.data
        return constant - weighted_logs(*by_sample, usages, np.ascontiguousarray(metagenes.T)) + fitted_sum
    n_samples, n_genes = expression.shape
    logs, scratch = 0.0, np.empty(n_samples * GENES_AT_ONCE, metagenes.dtype)
    for start in range(0, n_genes, GENES_AT_ONCE):
        width = min(GENES_AT_ONCE, n_genes - start)
        fitted = scratch[: n_samples * width].reshape(n_samples, width)
        reconstruct_genes(usages, metagenes, start, fitted)
        logs += weighted_sum(expression, start, np.log(fitted, out=fitted))
    return constant - logs + fitted_sum


def prepare_kl(expression: Matrix, penalties: Penalties, stopping: Stopping) -> Solver:
    """Fits of method ``kl`` on one matrix, sharing the divergence's constant Σ V log V − V."""
    constant = kl_constant(expression)
    for_both = penalties.scaled(expression.shape)
    matrix = BothWays(expression) if scipy.sparse.issparse(expression) else expression
    newton = sparse_newton if scipy.sparse.issparse(expression) else dense_newton
    first = SPARSE_MULTIPLICATIVE_UPDATES if scipy.sparse.issparse(expression) else MULTIPLICATIVE_UPDATES

    def fit(usages: np.ndarray, metagenes: np.ndarray) -> Fit:
        newton_step = newton(matrix, usages, metagenes, *for_both)

        def step(iteration: int) -> None:
            if iteration <= first:
                update_usages(matrix, usages, metagenes, for_both[0])
                update_metagenes(matrix, usages, metagenes, for_both[1])
            else:
                newton_step()
            if not penalties.none:
                penalties.share_scale(usages, metagenes)

        def objective() -> float:
            return divergence(expression, usages, metagenes, constant) + penalties.of(usages, metagenes)

        outcome = iterate(step, objective, usages, stopping, first_look=first)
        if penalties.none:
            balance_scale(usages, metagenes)
        return Fit(usages, metagenes, *outcome)

    return one_at_a_time(fit)


def dense_newton(
    expression: np.ndarray,
    usages: np.ndarray,
    metagenes: np.ndarray,
    for_usages: FactorPenalty,
    for_metagenes: FactorPenalty,
) -> Callable[[], None]:
    """Newton step of the usages, then the metagenes of a dense matrix, in place."""
    n_samples, rank = usages.shape
    numerators, hessian = np.empty((rank, n_samples)), np.empty((rank, rank, n_samples))

    def step() -> None:
        usage_derivatives(expression, usages, metagenes, numerators, hessian)
        newton_usage_step(expression, metagenes, usages, row_sums(metagenes), for_usages, numerators, hessian)
        usage_sums = usages.sum(axis=0, dtype=np.float64)
        newton_metagene_sweep(expression, metagenes, usages, usage_sums, for_metagenes)

    return step


def sparse_newton(
    expression: BothWays,
    usages: np.ndarray,
    metagenes: np.ndarray,
    for_usages: FactorPenalty,
    for_metagenes: FactorPenalty,
) -> Callable[[], None]:
    """Newton step of the usages, then the metagenes of a sparse matrix, in place."""

    def step() -> None:
        profiles = np.ascontiguousarray(metagenes.T)
        newton_rows(*expression.by_sample, usages, profiles, profiles.sum(axis=0, dtype=np.float64), *for_usages)
        newton_rows(*expression.by_gene, profiles, usages, usages.sum(axis=0, dtype=np.float64), *for_metagenes)
        metagenes[:] = profiles.T

    return step


def project_kl(expression: Matrix, usages: np.ndarray, metagenes: np.ndarray, penalties: Penalties) -> None:
    """Usages that fit best with the metagenes fixed, in place: safeguarded Newton steps to convergence."""
    for_usages, _ = penalties.scaled(expression.shape)
    metagene_sums, profiles = metagenes.sum(axis=1, dtype=np.float64), np.ascontiguousarray(metagenes.T)
    rank = len(metagenes)

    def take_sparse(samples: np.ndarray) -> Callable[[np.ndarray], None]:
        part = expression[samples]
        rows = part.indptr, part.indices, part.data
        return lambda moving: newton_rows(*rows, moving, profiles, metagene_sums, *for_usages)

    def take_dense(samples: np.ndarray) -> Callable[[np.ndarray], None]:
        part = expression[samples]
        numerators, hessian = np.empty((rank, len(samples))), np.empty((rank, rank, len(samples)))

        def step(moving: np.ndarray) -> None:
            usage_derivatives(part, moving, metagenes, numerators, hessian)
            newton_usage_step(part, metagenes, moving, metagene_sums, for_usages, numerators, hessian)

        return step

    settle_rows(take_sparse if scipy.sparse.issparse(expression) else take_dense, usages)


KL = Method(prepare_kl, project_kl, penalised_divergence, Penalties, sparse=True)
