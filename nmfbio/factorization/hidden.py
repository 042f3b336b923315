"""Fits of a dense matrix some of whose entries are hidden, for judging a rank by how well it predicts them (Wold 1978).

Before every step the hidden entries take what the factors say, so that they have no pull of their own: expectation
maximisation, by which the divergence of the seen entries never rises (Dempster et al. 1977). Where a tenth is hidden it
costs about as many steps as a plain fit, and the plain steps serve as they are.
"""

from dataclasses import dataclass

import numpy as np

from .arguments import as_matrix, check_choice, check_rank
from .frobenius import LOOK_EVERY, metagene_products, metagene_sweep, usage_sweep
from .kernels import TINY, kernel
from .kl import MULTIPLICATIVE_UPDATES, dense_newton, divergence
from .multiplicative import update_metagenes, update_usages
from .objectives import half_squared_error, kl_constant
from .penalties import NO_PENALTY
from .restarts import BLAS
from .solver import Factors
from .stopping import Stopping, iterate

LOSSES = ("kl", "frobenius")


@dataclass(frozen=True)
class HiddenFit:
    """The best of several fits of the entries that were seen.

    Attributes
    ----------
    usages, metagenes
        n_samples × rank and rank × n_genes.
    objective
        Loss of the entries that were seen.
    """

    usages: np.ndarray
    metagenes: np.ndarray
    objective: float


@kernel
def fill_hidden(filled, samples, genes, usages, metagenes, floor):
    """Put W H into the hidden entries."""
    for e in range(samples.size):
        i, g = samples[e], genes[e]
        fitted = 0.0
        for c in range(usages.shape[1]):
            fitted += np.float64(usages[i, c]) * np.float64(metagenes[c, g])
        filled[i, g] = max(fitted, floor)


@kernel
def hidden_sums(filled, samples, genes):
    """Σ x and Σ x log x of what the hidden entries hold."""
    total, logs = 0.0, 0.0
    for e in range(samples.size):
        x = np.float64(filled[samples[e], genes[e]])
        total += x
        logs += x * np.log(x)
    return total, logs


def fit_hidden(
    expression: np.ndarray,
    hidden: tuple[np.ndarray, np.ndarray],
    starts: list[Factors],
    loss: str = "kl",
    tolerance: float = 1e-4,
    max_iter: int = 500,
) -> HiddenFit:
    """Fit the entries that are seen from several starts, and keep the fit with the lowest loss.

    Parameters
    ----------
    expression
        n_samples × n_genes, finite and non-negative. What the hidden entries hold has no part in the fit.
    hidden
        Sample and gene positions of the hidden entries.
    starts
        Usages (n_samples × rank) and metagenes (rank × n_genes) of each start.
    loss
        ``"kl"`` or ``"frobenius"``.
    tolerance, max_iter
        As for `factorize`.

    Returns
    -------
    HiddenFit

    Examples
    --------
    >>> import numpy as np
    >>> expression = np.outer([1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 4.0])
    >>> start = np.ones((4, 1)), np.ones((1, 3))
    >>> fit = fit_hidden(expression, (np.array([3]), np.array([2])), [start], tolerance=1e-9)
    >>> float((fit.usages @ fit.metagenes)[3, 2].round(3))
    16.0
    """
    check_choice(loss, "loss", LOSSES)
    expression = as_matrix(expression, "expression", "float32")
    check_rank(starts[0][0].shape[1], expression.shape)
    filled = fill_with_margins(expression, hidden)
    fit = {"kl": fit_divergence, "frobenius": fit_squares}[loss]
    stopping = Stopping("tolerance", tolerance, max_iter)
    with BLAS.limit(limits=1):
        fits = [fit(filled.copy(), hidden, *as_floats(start), stopping) for start in starts]
    return min(fits, key=lambda each: each.objective)


def as_floats(start: Factors) -> Factors:
    """Copies of a start in the precision of the fit."""
    return tuple(np.array(factor, dtype=np.float32, order="C") for factor in start)


def fill_with_margins(expression: np.ndarray, hidden: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """The matrix with its hidden entries at what sums over their sample and their gene would give them."""
    seen = np.ones(expression.shape, bool)
    seen[hidden] = False
    values = np.where(seen, expression, 0)
    by_sample, by_gene = (
        values.sum(axis=axis, dtype=np.float64) / np.maximum(seen.sum(axis=axis), 1) for axis in (1, 0)
    )
    mean = max(values.sum(dtype=np.float64) / max(seen.sum(), 1), TINY)
    filled = values.astype(np.float32)
    filled[hidden] = by_sample[hidden[0]] * by_gene[hidden[1]] / mean
    return filled


def fit_divergence(filled, hidden, usages: np.ndarray, metagenes: np.ndarray, stopping: Stopping) -> HiddenFit:
    """Fit by the steps of method ``kl``."""
    newton_step = dense_newton(filled, usages, metagenes, NO_PENALTY, NO_PENALTY)
    constant = kl_constant(np.delete(filled.ravel(), np.ravel_multi_index(hidden, filled.shape))[None])

    def step(iteration: int) -> None:
        if iteration > 1:
            fill_hidden(filled, *hidden, usages, metagenes, TINY)
        if iteration <= MULTIPLICATIVE_UPDATES:
            update_usages(filled, usages, metagenes)
            update_metagenes(filled, usages, metagenes)
        else:
            newton_step()

    def objective() -> float:
        fill_hidden(filled, *hidden, usages, metagenes, TINY)
        total, logs = hidden_sums(filled, *hidden)
        return divergence(filled, usages, metagenes, constant) + logs - total

    iterate(step, objective, usages, stopping, first_look=MULTIPLICATIVE_UPDATES)
    return HiddenFit(usages, metagenes, objective())


def fit_squares(filled, hidden, usages: np.ndarray, metagenes: np.ndarray, stopping: Stopping) -> HiddenFit:
    """Fit by the sweeps of method ``frobenius``."""
    n_samples, rank = usages.shape
    loads = np.ascontiguousarray(usages.T)
    products, gram, load_gram = np.empty((rank, n_samples)), np.empty((rank, rank)), np.empty((rank, rank))

    def step(iteration: int) -> None:
        if iteration > 1:
            fill_hidden(filled, *hidden, usages, metagenes, 0.0)
        metagene_products(filled, metagenes, products, gram)
        usage_sweep(loads, usages, products, gram, NO_PENALTY, load_gram)
        metagene_sweep(filled, loads, metagenes, load_gram, NO_PENALTY, products, gram)

    def objective() -> float:
        fill_hidden(filled, *hidden, usages, metagenes, 0.0)
        return half_squared_error(filled, usages, metagenes)

    iterate(step, objective, usages, stopping, look_every=LOOK_EVERY)
    return HiddenFit(usages, metagenes, objective())
