"""Penalties on the size of the factors, which make them sparse (l1) or small (l2)."""

from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np

from .arguments import check_number


class FactorPenalty(NamedTuple):
    """What is added to an objective for one factor x: l1 Σ x + ½ l2 Σ x²."""

    l1: float
    l2: float

    def of(self, factor: np.ndarray) -> float:
        """Size of the penalty, in float64."""
        if self.l1 == self.l2 == 0:
            return 0.0
        squares = np.sum(np.square(factor, dtype=np.float64))
        return self.l1 * float(np.sum(factor, dtype=np.float64)) + 0.5 * self.l2 * float(squares)


NO_PENALTY = FactorPenalty(0.0, 0.0)


@dataclass(frozen=True)
class Penalties:
    """Strength of the penalties, each at least 0.

    The objective grows by n_samples · (l1_metagenes Σ W + ½ l2_metagenes Σ W²) + n_genes · (l1_usages Σ H + ½
    l2_usages Σ H²): each is scaled by the number of values that an entry of the factor has to explain, as in
    scikit-learn's ``NMF``, so that one strength means the same on matrices of all sizes.
    """

    l1_metagenes: float = 0.0
    l2_metagenes: float = 0.0
    l1_usages: float = 0.0
    l2_usages: float = 0.0

    def __post_init__(self):
        for entry in fields(Penalties):
            check_number(getattr(self, entry.name), entry.name, 0)

    @property
    def none(self) -> bool:
        """Whether nothing is penalised."""
        return not any(getattr(self, entry.name) for entry in fields(Penalties))

    def scaled(self, shape: tuple[int, int]) -> tuple[FactorPenalty, FactorPenalty]:
        """Penalties of the usages and of the metagenes on a matrix of samples × genes."""
        n_samples, n_genes = shape
        return (
            FactorPenalty(float(self.l1_usages * n_genes), float(self.l2_usages * n_genes)),
            FactorPenalty(float(self.l1_metagenes * n_samples), float(self.l2_metagenes * n_samples)),
        )

    def of(self, usages: np.ndarray, metagenes: np.ndarray) -> float:
        """Size of both penalties together."""
        for_usages, for_metagenes = self.scaled((usages.shape[0], metagenes.shape[1]))
        return for_usages.of(usages) + for_metagenes.of(metagenes)
