"""Metagenes of the three solutions that restarts can be combined into, and how well each fits."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_matrix, issparse

from nmfbio.consensus.alignment import match_metagenes, unit_rows
from nmfbio.consensus.programs import cluster_metagenes
from nmfbio.errors import InputError
from nmfbio.factorization import evaluate_objective, fit_usages

Factors = tuple[np.ndarray, np.ndarray]
SOLUTIONS = ("aligned_median", "clustered", "best")
# Methods whose fit to the transposed matrix is the transposed fit, so that metagenes are fitted as usages are.
SYMMETRIC = ("kl", "brunet", "frobenius", "lee", "itakura_saito")
TRANSPOSED_OPTIONS = {
    "l1_usages": "l1_metagenes",
    "l2_usages": "l2_metagenes",
    "l1_metagenes": "l1_usages",
    "l2_metagenes": "l2_usages",
}


class Model(NamedTuple):
    """The matrix and by which method's objective it is fitted."""

    expression: np.ndarray | csr_matrix
    method: str
    options: Mapping[str, object]

    def fit_usages(self, metagenes: np.ndarray) -> np.ndarray:
        """Best usages for given metagenes, float64."""
        return fit_usages(self.expression, metagenes, self.method, **self.options).astype(np.float64)

    def fit_metagenes(self, usages: np.ndarray) -> np.ndarray:
        """Best metagenes for given usages, float64: those of the transposed matrix."""
        turned = self.expression.T.tocsr() if issparse(self.expression) else self.expression.T
        options = {TRANSPOSED_OPTIONS.get(name, name): value for name, value in self.options.items()}
        return fit_usages(turned, usages.T, self.method, **options).astype(np.float64).T

    def objective(self, usages: np.ndarray, metagenes: np.ndarray) -> float:
        """What the method minimises."""
        return evaluate_objective(self.expression, usages, metagenes, self.method, **self.options)


def align_metagenes(metagenes: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Which metagene of each restart (R × rank) is matched to each of a reference."""
    return np.array([match_metagenes(each, reference) for each in metagenes])


def aligned_median(metagenes: np.ndarray, orders: np.ndarray, best: int, scale: str) -> np.ndarray:
    """Median of matched metagenes (rank × n_genes, float64), in the order and on the scale of the best restart.

    Medians are taken on the scale that samples are called on.
    """
    largest = metagenes.max(axis=2, keepdims=True) if scale == "max" else np.ones_like(metagenes[:, :, :1])
    largest = np.where(largest > 0, largest, 1)
    median = np.median(np.take_along_axis(metagenes / largest, orders[:, :, None], axis=1), axis=0)
    return median.astype(np.float64) * largest[best]


def clustered(
    model: Model,
    best: np.ndarray,
    rows: np.ndarray,
    cosines: np.ndarray,
    restarts: int,
    neighbourhood: float,
    density_threshold: float,
) -> Factors:
    """Programs of consensus NMF (Kotliar et al. 2019) with usages, then metagenes refitted: both, float64.

    They are in the order and on the scale of the best restart. There are as many as it has metagenes that are not
    empty; metagenes are left unfitted where the method's objective does not treat samples and genes alike.

    Parameters
    ----------
    model
        What is fitted.
    best
        rank × n_genes, metagenes of the best restart.
    rows, cosines, restarts, neighbourhood, density_threshold
        As of ``cluster_metagenes``, which also tells what is raised.
    """
    filled = np.flatnonzero(best.any(axis=1))
    if not len(filled):
        return np.zeros((model.expression.shape[0], len(best))), np.zeros(best.shape)
    programs = cluster_metagenes(rows, cosines, restarts, len(filled), neighbourhood, density_threshold)
    places, order = linear_sum_assignment(-(unit_rows(best[filled]) @ unit_rows(programs).T))
    metagenes = np.zeros(best.shape)
    metagenes[filled[places]] = programs[order] * best[filled[places]].sum(axis=1, keepdims=True, dtype=np.float64)
    if model.method not in SYMMETRIC:
        return model.fit_usages(metagenes), metagenes
    # An empty program would be given whatever the others leave over.
    used = metagenes.any(axis=1)
    usages = np.zeros((model.expression.shape[0], len(best)))
    usages[:, used] = model.fit_usages(metagenes[used])
    metagenes[used] = model.fit_metagenes(usages[:, used])
    return usages, metagenes


def clustered_or_nothing(*arguments: object) -> Factors | None:
    """``clustered``, or nothing where it would be refused."""
    try:
        return clustered(*arguments)
    except InputError:
        return None
