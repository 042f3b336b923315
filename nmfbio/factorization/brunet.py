"""Kullback-Leibler NMF exactly as Brunet et al. (2004) and R's NMF package run it.

Minimises D(V‖WH) = Σ V log(V/WH) − V + WH. One iteration updates H ← H ∘ Wᵀ(V/WH) / Σ_g W, then W ← W ∘ (V/WH)Hᵀ / Σ_j
H with the new H (Lee & Seung 2001, theorem 2). Every tenth iteration both factors are floored at the double precision
epsilon. The fit stops by connectivity: once the samples' calls have put the same samples together in more than 40
comparisons in a row. Penalties are those of `Penalties`.
"""

import numpy as np
import scipy.sparse

from .kl import penalised_divergence, project_kl
from .multiplicative import update_metagenes, update_usages
from .penalties import Penalties
from .solver import Fit, Matrix, Method, Solver, one_at_a_time
from .sparse import BothWays
from .stopping import Stopping, iterate

FLOOR_EVERY = 10
FLOOR = float(np.finfo(np.float64).eps)


def prepare_brunet(expression: Matrix, penalties: Penalties, stopping: Stopping) -> Solver:
    """Fits of method ``brunet`` on one matrix."""
    matrix = BothWays(expression) if scipy.sparse.issparse(expression) else expression
    for_usages, for_metagenes = penalties.scaled(expression.shape)

    def fit(usages: np.ndarray, metagenes: np.ndarray) -> Fit:
        def step(iteration: int) -> None:
            update_usages(matrix, usages, metagenes, for_usages)
            update_metagenes(matrix, usages, metagenes, for_metagenes)
            if not penalties.none:
                penalties.share_scale(usages, metagenes)
            if iteration % FLOOR_EVERY == 0:
                np.maximum(usages, usages.dtype.type(FLOOR), out=usages)
                np.maximum(metagenes, metagenes.dtype.type(FLOOR), out=metagenes)

        outcome = iterate(
            step, lambda: penalised_divergence(expression, usages, metagenes, penalties), usages, stopping
        )
        return Fit(usages, metagenes, *outcome)

    return one_at_a_time(fit)


BRUNET = Method(
    prepare_brunet,
    project_kl,
    penalised_divergence,
    Penalties,
    dtype="float64",
    stop="connectivity",
    sparse=True,
)
