"""Squared Euclidean NMF by accelerated hierarchical alternating least squares (HALS; Gillis & Glineur 2012).

Minimises ½‖V − WH‖², with the penalties of `Penalties` if given. Each factor is updated entry by entry against the rank
× rank Gram matrix of the other, a few sweeps for each product with the expression matrix, since the product costs far
more than the sweeps; what the sweeps change is then lengthened as in successive over-relaxation, unless that would be
worse than no step. So the objective never rises. The restarts of a sparse matrix share each product with it
(`frobenius_sparse`).
"""

import numpy as np
import scipy.sparse

from .frobenius_sparse import fit_side_by_side
from .kernels import BLOCK, add_scaled, dot, kernel
from .least_squares import SWEEPS, relaxed_descent
from .objectives import half_squared_error, squared_norm
from .penalties import Penalties
from .products import solve_nonnegative
from .solver import Fit, Matrix, Method, Solver, one_at_a_time
from .stopping import Stopping, iterate

# The objective costs next to nothing here, and fits take a dozen iterations.
LOOK_EVERY = 2


@kernel
def add_products(expression, metagenes, start, width, products, gram):
    """Add a block's share of W Vᵀ (rank × samples) and of the upper triangle of W Wᵀ, in float64."""
    rank = metagenes.shape[0]
    for i in range(expression.shape[0]):
        observed = expression[i, start : start + width]
        for a in range(rank):
            products[a, i] += dot(observed, metagenes[a, start : start + width])
    for a in range(rank):
        for b in range(a, rank):
            gram[a, b] += dot(metagenes[a, start : start + width], metagenes[b, start : start + width])


@kernel
def mirror(gram):
    """Fill the lower triangle from the upper one."""
    for a in range(gram.shape[0]):
        for b in range(a):
            gram[a, b] = gram[b, a]


@kernel
def metagene_products(expression, metagenes, products, gram):
    """W Vᵀ (rank × samples) and W Wᵀ."""
    products[:] = 0.0
    gram[:] = 0.0
    for start in range(0, expression.shape[1], BLOCK):
        width = min(BLOCK, expression.shape[1] - start)
        add_products(expression, metagenes, start, width, products, gram)
    mirror(gram)


@kernel
def usage_sweep(loads, usages, products, gram, penalty, load_gram):
    """Update all usages, given W Vᵀ and W Wᵀ; then H Hᵀ with the new ones.

    ``loads`` are the usages, rank × samples, and ``usages`` take the same numbers, samples × rank.
    """
    rank, n_samples = loads.shape
    wanted, curvature = np.empty(products.shape), np.empty(gram.shape)
    for a in range(rank):
        for i in range(n_samples):
            wanted[a, i] = products[a, i] - penalty[0]
        for b in range(rank):
            curvature[a, b] = gram[a, b] + (penalty[1] if a == b else 0.0)
    relaxed_descent(loads, 0, n_samples, wanted, curvature, SWEEPS)
    load_gram[:] = 0.0
    for a in range(rank):
        for i in range(n_samples):
            usages[i, a] = loads[a, i]
            for b in range(a, rank):
                load_gram[a, b] += np.float64(loads[a, i]) * loads[b, i]
    mirror(load_gram)


@kernel
def metagene_sweep(expression, loads, metagenes, load_gram, penalty, products, gram):
    """Update all metagenes block by block, then W Vᵀ and W Wᵀ with the new ones, reading the matrix once."""
    n_genes, rank = expression.shape[1], loads.shape[0]
    block_products, curvature = np.empty((rank, BLOCK), metagenes.dtype), load_gram.copy()
    for a in range(rank):
        curvature[a, a] += penalty[1]
    products[:] = 0.0
    gram[:] = 0.0
    for start in range(0, n_genes, BLOCK):
        width = min(BLOCK, n_genes - start)
        block_products[:] = -penalty[0]
        for i in range(expression.shape[0]):
            for a in range(rank):
                add_scaled(loads[a, i], expression[i, start : start + width], block_products[a, :width])
        relaxed_descent(metagenes, start, width, block_products, curvature, SWEEPS)
        add_products(expression, metagenes, start, width, products, gram)
    mirror(gram)


def penalised_error(expression: Matrix, usages: np.ndarray, metagenes: np.ndarray, penalties: Penalties) -> float:
    """½‖V − WH‖² and the penalties, in float64."""
    return half_squared_error(expression, usages, metagenes) + penalties.of(usages, metagenes)


def prepare_frobenius(expression: Matrix, penalties: Penalties, stopping: Stopping) -> Solver:
    """Fits of method ``frobenius`` on one matrix, sharing ‖V‖²."""
    total = squared_norm(expression)
    if scipy.sparse.issparse(expression):
        return fit_side_by_side(expression, penalties, stopping, total, LOOK_EVERY)
    for_usages, for_metagenes = penalties.scaled(expression.shape)

    def fit(usages: np.ndarray, metagenes: np.ndarray) -> Fit:
        n_samples, rank = usages.shape
        loads = np.ascontiguousarray(usages.T)
        products, gram, load_gram = np.empty((rank, n_samples)), np.empty((rank, rank)), np.empty((rank, rank))
        metagene_products(expression, metagenes, products, gram)

        def step(iteration: int) -> None:
            usage_sweep(loads, usages, products, gram, for_usages, load_gram)
            if not penalties.none:
                scales = penalties.share_scale(usages, metagenes)
                loads[:] = usages.T
                load_gram[:] /= np.outer(scales, scales)
            metagene_sweep(expression, loads, metagenes, load_gram, for_metagenes, products, gram)

        def objective() -> float:
            error = 0.5 * (total - 2.0 * np.sum(loads * products) + np.sum(load_gram * gram))
            return error + penalties.of(usages, metagenes)

        return Fit(usages, metagenes, *iterate(step, objective, usages, stopping, look_every=LOOK_EVERY))

    return one_at_a_time(fit)


def project_frobenius(expression: Matrix, usages: np.ndarray, metagenes: np.ndarray, penalties: Penalties) -> None:
    """Usages that fit best with the metagenes fixed, in place.

    Non-negative least squares by coordinate descent to convergence.
    """
    for_usages, _ = penalties.scaled(expression.shape)
    loads, profiles = np.ascontiguousarray(usages.T), metagenes.astype(np.float64)
    products = np.ascontiguousarray((expression @ profiles.T).T) - for_usages.l1
    gram = profiles @ profiles.T + for_usages.l2 * np.eye(len(profiles))
    solve_nonnegative(loads, products, gram)
    usages[:] = loads.T


FROBENIUS = Method(prepare_frobenius, project_frobenius, penalised_error, Penalties, sparse=True)
