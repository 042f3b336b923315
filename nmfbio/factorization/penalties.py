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
# Each step leaves the square of the distance, and factors change little from one iteration to the next.
SCALE_STEPS = 6


@dataclass(frozen=True)
class Penalties:
    """Strength of the penalties, each at least 0.

    The objective grows by n_samples · (l1_metagenes Σ W + ½ l2_metagenes Σ W²) + n_genes · (l1_usages Σ H + ½
    l2_usages Σ H²): each is scaled by the number of values that an entry of the factor has to explain, as in
    scikit-learn's ``NMF``, so that one strength means the same on matrices of all sizes. Both factors have to be
    penalised or neither: a single penalty fades as its factor shrinks and the other grows.
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

    def refuse_one_sided(self) -> None:
        """Refuse penalties on one factor alone, which shrinks at no cost while the other grows.

        Raises
        ------
        ValueError
            Either factor is penalised and the other is not.
        """
        for penalised, other in (("metagenes", "usages"), ("usages", "metagenes")):
            if not (getattr(self, f"l1_{other}") or getattr(self, f"l2_{other}")) and not self.none:
                name = next(name for name in (f"l1_{penalised}", f"l2_{penalised}") if getattr(self, name))
                raise ValueError(
                    f"{name} is {getattr(self, name)} with no penalty on the {other}; expected penalties on both "
                    "factors, which escape a single one by their scale. "
                    f"Set l1_{other} or l2_{other} above 0 as well"
                )

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

    def share_scale(self, usages: np.ndarray, metagenes: np.ndarray) -> np.ndarray:
        """Multiply each metagene by what makes the penalties least, divide its usages by it; returns the multipliers.

        Without this the factors, updated in turn, would creep towards their best scale.
        """
        penalties = self.scaled((usages.shape[0], metagenes.shape[1]))
        sums = usages.sum(axis=0, dtype=np.float64), metagenes.sum(axis=1, dtype=np.float64)
        squares = np.square(usages, dtype=np.float64).sum(axis=0), np.square(metagenes, dtype=np.float64).sum(axis=1)
        scales = best_scales(*penalties, *sums, *squares)
        metagenes *= scales[:, None]
        usages /= scales
        return scales


def best_scales(
    for_usages: FactorPenalty,
    for_metagenes: FactorPenalty,
    usage_sums: np.ndarray,
    metagene_sums: np.ndarray,
    usage_squares: np.ndarray,
    metagene_squares: np.ndarray,
) -> np.ndarray:
    """What to multiply each metagene by, and to divide its usages by, so that the penalties become least.

    With the factor e^t they are a e^t + ½ b e^2t + c e^−t + ½ d e^−2t, which is convex in t; Newton steps never pass
    the minimum by so far that they would raise them. A metagene is left as it is unless both its factors are penalised.
    """
    rising, rising_squares = for_metagenes.l1 * metagene_sums, for_metagenes.l2 * metagene_squares
    falling, falling_squares = for_usages.l1 * usage_sums, for_usages.l2 * usage_squares
    has_minimum = (rising + rising_squares > 0) & (falling + falling_squares > 0)
    logs = np.zeros(len(usage_sums))
    for _ in range(SCALE_STEPS):
        scales = np.exp(logs)
        a, b, c, d = rising * scales, rising_squares * scales**2, falling / scales, falling_squares / scales**2
        logs -= np.divide(a + b - c - d, a + 2 * b + c + 2 * d, out=np.zeros_like(logs), where=has_minimum)
    return np.exp(logs)
