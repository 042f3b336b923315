"""Squared Euclidean NMF exactly as R's NMF package runs Lee & Seung's (2001) multiplicative updates.

Minimises ½‖V − WH‖². One iteration updates H ← max(H ∘ WᵀV, 1e-9) / (WᵀWH + 1e-9), then W ← max(W ∘ VHᵀ, 1e-9) /
(WHHᵀ + 1e-9) with the new H (theorem 1), and divides every metagene by its sum. The usages are not multiplied by it:
the next update of H finds their scale again. The fit stops by connectivity, as `brunet`. One thing R does otherwise:
here genes and samples that are zero throughout get zeros.

Penalties l1 Σ x + ½ l2 Σ x² of a factor x add l1 + l2 x to its denominator. With any of them in force metagenes are not
divided by their sum, since a penalty depends on how the factors share their scale.
"""

import numpy as np

from .balance import scale_to_sum_one
from .frobenius import penalised_error, project_frobenius
from .penalties import FactorPenalty, Penalties
from .products import Products, gram_of_rows
from .solver import Fit, Matrix, Method, Solver, one_at_a_time
from .stopping import Stopping, iterate

FLOOR = 1e-9


def update(factor: np.ndarray, products: np.ndarray, fitted: np.ndarray, penalty: FactorPenalty) -> None:
    """One multiplicative update in place: ``products`` are those of the expression, ``fitted`` those of W H."""
    down = fitted + penalty.l2 * factor
    down += penalty.l1 + FLOOR
    factor *= products
    # R floors here too, after which an all-zero gene or sample jumps from 0 to ½ and back with every iteration.
    np.maximum(factor, factor.dtype.type(FLOOR), out=factor, where=products > 0)
    factor /= down


def prepare_lee(expression: Matrix, penalties: Penalties, stopping: Stopping) -> Solver:
    """Fits of method ``lee`` on one matrix."""
    products = Products(expression)
    for_usages, for_metagenes = penalties.scaled(expression.shape)

    def fit(usages: np.ndarray, metagenes: np.ndarray) -> Fit:
        def step(iteration: int) -> None:
            update(usages, products.with_metagenes(metagenes), usages @ gram_of_rows(metagenes), for_usages)
            update(metagenes, products.with_usages(usages), gram_of_rows(usages.T) @ metagenes, for_metagenes)
            if penalties.none:
                scale_to_sum_one(metagenes)
            else:
                penalties.share_scale(usages, metagenes)

        outcome = iterate(step, lambda: penalised_error(expression, usages, metagenes, penalties), usages, stopping)
        return Fit(usages, metagenes, *outcome)

    return one_at_a_time(fit)


LEE = Method(
    prepare_lee,
    project_frobenius,
    penalised_error,
    Penalties,
    dtype="float64",
    stop="connectivity",
    sparse=True,
)
