"""The table of factorisation methods: adding one touches its own file, this table and a test."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .balance import balance_scale
from .brunet import fit_brunet
from .frobenius import fit_frobenius, project_frobenius
from .kl import fit_kl, project_kl
from .objectives import half_squared_error, kl_divergence

Fit = Callable[[np.ndarray, np.ndarray, np.ndarray], tuple[int, bool]]


@dataclass(frozen=True)
class Method:
    """A solver and the objective it minimises.

    ``prepare`` computes once what all restarts on one matrix share, and returns their fit: a function of expression,
    usages and metagenes that fills the factors in place and returns the number of iterations and whether it converged.
    ``project`` fills the usages alone, the metagenes held fixed. ``dtype`` is the factors' precision where the user
    leaves it to the method.
    """

    prepare: Callable[[np.ndarray, int, float], Fit]
    project: Callable[[np.ndarray, np.ndarray, np.ndarray], None]
    objective: Callable[[np.ndarray, np.ndarray, np.ndarray], float]
    dtype: str


def prepare_kl(expression: np.ndarray, max_iter: int, tolerance: float) -> Fit:
    """Fit of method ``kl``, sharing the divergence's constant Σ V log V − V."""
    observed = expression.astype(np.float64)
    constant = float(np.sum(observed * np.log(np.where(observed > 0, observed, 1.0)) - observed))

    def fit(expression: np.ndarray, usages: np.ndarray, metagenes: np.ndarray) -> tuple[int, bool]:
        outcome = fit_kl(expression, usages, metagenes, constant, max_iter, tolerance)
        balance_scale(usages, metagenes)
        return outcome

    return fit


def prepare_brunet(expression: np.ndarray, max_iter: int, tolerance: float) -> Fit:
    """Fit of method ``brunet``, which stops by connectivity: ``tolerance`` has no part in it."""
    return lambda expression, usages, metagenes: fit_brunet(expression, usages, metagenes, max_iter)


def prepare_frobenius(expression: np.ndarray, max_iter: int, tolerance: float) -> Fit:
    """Fit of method ``frobenius``, sharing ‖V‖²."""
    squared_norm = float(np.sum(np.square(expression, dtype=np.float64)))
    return lambda expression, usages, metagenes: fit_frobenius(
        expression, usages, metagenes, squared_norm, max_iter, tolerance
    )


METHODS = {
    "kl": Method(prepare_kl, project_kl, kl_divergence, "float32"),
    "brunet": Method(prepare_brunet, project_kl, kl_divergence, "float64"),
    "frobenius": Method(prepare_frobenius, project_frobenius, half_squared_error, "float32"),
}
