"""Non-smooth NMF (Pascual-Montano et al. 2006), exactly as R's NMF package runs it.

Minimises D(V‖WSH), the generalised Kullback-Leibler divergence, with S = (1 − θ) I + θ/k 11ᵀ between the factors. S
smooths whichever factor it is counted with, so the other one has to be sparse to fit: θ = 0 is ordinary NMF, and θ = 1
leaves one metagene. One iteration is Lee & Seung's (2001) update of H with WS for W, then that of W with SH for H, then
every metagene is divided by its sum; usages are left as they are. The fit stops by connectivity, as `brunet`.

The factors returned are W and H: a matrix is fitted by W S H, not by W H.
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse

from .arguments import check_number
from .balance import scale_to_sum_one
from .entrywise import drop_denormals
from .kl import project_kl
from .multiplicative import update_metagenes, update_usages
from .objectives import kl_divergence
from .penalties import Penalties
from .solver import Fit, Matrix, Method, Solver, one_at_a_time
from .sparse import BothWays
from .stopping import Stopping, iterate


@dataclass(frozen=True)
class Smoothing:
    """How strongly S smooths: ``theta`` from 0 (not at all) to 1 (all metagenes become their mean)."""

    theta: float = 0.5

    def __post_init__(self):
        check_number(self.theta, "theta", 0, 1)

    def of_metagenes(self, metagenes: np.ndarray) -> np.ndarray:
        """W S: each metagene drawn towards their mean."""
        theta = float(self.theta)
        return (1.0 - theta) * metagenes + theta * metagenes.mean(axis=0)

    def of_usages(self, usages: np.ndarray) -> np.ndarray:
        """S H: each sample's usages drawn towards their mean."""
        theta = float(self.theta)
        return (1.0 - theta) * usages + theta * usages.mean(axis=1, keepdims=True)


def smoothed_divergence(expression: Matrix, usages: np.ndarray, metagenes: np.ndarray, smoothing: Smoothing) -> float:
    """D(V‖WSH), in float64."""
    return kl_divergence(expression, usages, smoothing.of_metagenes(metagenes.astype(np.float64)))


def prepare_nsnmf(expression: Matrix, smoothing: Smoothing, stopping: Stopping) -> Solver:
    """Fits of method ``nsnmf`` on one matrix."""
    matrix = BothWays(expression) if scipy.sparse.issparse(expression) else expression

    def fit(usages: np.ndarray, metagenes: np.ndarray) -> Fit:
        def step(iteration: int) -> None:
            update_usages(matrix, usages, smoothing.of_metagenes(metagenes))
            update_metagenes(matrix, smoothing.of_usages(usages), metagenes)
            scale_to_sum_one(metagenes)
            drop_denormals(usages)
            drop_denormals(metagenes)

        outcome = iterate(step, lambda: smoothed_divergence(expression, usages, metagenes, smoothing), usages, stopping)
        return Fit(usages, metagenes, *outcome)

    return one_at_a_time(fit)


def project_nsnmf(expression: Matrix, usages: np.ndarray, metagenes: np.ndarray, smoothing: Smoothing) -> None:
    """Usages that fit best with the metagenes fixed, in place: those of `kl` with smoothed metagenes."""
    project_kl(expression, usages, smoothing.of_metagenes(metagenes), Penalties())


NSNMF = Method(
    prepare_nsnmf,
    project_nsnmf,
    smoothed_divergence,
    Smoothing,
    dtype="float64",
    stop="connectivity",
    sparse=True,
)
