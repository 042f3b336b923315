"""Itakura-Saito NMF by multiplicative updates (Févotte, Bertin & Durrieu 2009; Févotte & Idier 2011).

Minimises Σ V/WH − log(V/WH) − 1, which depends on ratios alone: an error of 10 % weighs the same in every gene,
whatever its level, as under multiplicative gamma noise. One iteration updates H ← H ∘ (Wᵀ(V/(WH)²) / Wᵀ(1/WH))^½, then
W alike with the new H; with the exponent ½ no update raises the divergence. Zeros in the matrix would make it infinite
and are refused, as are starts whose W H is zero somewhere.
"""

import numpy as np

from .entrywise import metagene_slopes, usage_slopes
from .kernels import TINY
from .objectives import GENES_AT_ONCE
from .solver import Fit, Method, NoOptions, Solver, one_at_a_time
from .stopping import Stopping, iterate, settle

BETA = 0


def divergence(expression: np.ndarray, usages: np.ndarray, metagenes: np.ndarray) -> float:
    """Σ V/WH − log(V/WH) − 1 in the factors' precision, block by block, summed in float64."""
    total = 0.0
    for start in range(0, expression.shape[1], GENES_AT_ONCE):
        genes = slice(start, start + GENES_AT_ONCE)
        fitted = usages @ metagenes[:, genes]
        ratio = expression[:, genes] / np.maximum(fitted, TINY, out=fitted)
        total += float(np.sum(ratio, dtype=np.float64) - np.sum(np.log(ratio), dtype=np.float64) - ratio.size)
    return total


def itakura_saito_divergence(
    expression: np.ndarray, usages: np.ndarray, metagenes: np.ndarray, options: NoOptions
) -> float:
    """Σ V/WH − log(V/WH) − 1, in float64."""
    refuse_zeros(expression)
    return divergence(expression, usages.astype(np.float64), metagenes.astype(np.float64))


def refuse_zeros(expression: np.ndarray) -> None:
    """Refuse a matrix on which the divergence is infinite."""
    n_zeros = expression.size - np.count_nonzero(expression)
    if n_zeros:
        raise ValueError(
            f"expression holds {n_zeros} zeros, as {expression.dtype}, at which the Itakura-Saito divergence is "
            f"infinite; expected values above 0: raise them to a floor, for example the smallest value above 0, "
            f"{expression[expression > 0].min():.3g}, or use method kl"
        )


def refuse_zero_fit(usages: np.ndarray, metagenes: np.ndarray) -> None:
    """Refuse a start that no multiplicative update can bring to a finite divergence."""
    n_zeros = np.count_nonzero(~((usages > 0).astype(np.float32) @ (metagenes > 0).astype(np.float32) > 0))
    if n_zeros:
        raise ValueError(
            f"the start's usages @ metagenes is zero at {n_zeros} entries, where the Itakura-Saito divergence is "
            "infinite and updates that multiply leave it so; expected a start above 0, such as seeding nndsvda"
        )


def update_usages(expression: np.ndarray, usages: np.ndarray, metagenes: np.ndarray) -> None:
    """H ← H ∘ (Wᵀ(V/(WH)²) / Wᵀ(1/WH))^½, in place."""
    falls, rises = np.empty(usages.shape), np.empty(usages.shape)
    usage_slopes(expression, expression, usages, metagenes, BETA, falls, rises)
    usages *= np.sqrt(falls / (rises + TINY))


def update_metagenes(expression: np.ndarray, usages: np.ndarray, metagenes: np.ndarray) -> None:
    """W ← W ∘ ((V/(WH)²)Hᵀ / (1/WH)Hᵀ)^½, in place."""
    falls, rises = np.empty_like(metagenes), np.empty_like(metagenes)
    metagene_slopes(expression, expression, usages, metagenes, BETA, falls, rises)
    metagenes *= np.sqrt(falls / (rises + metagenes.dtype.type(TINY)))


def prepare_itakura_saito(expression: np.ndarray, options: NoOptions, stopping: Stopping) -> Solver:
    """Fits of method ``itakura_saito`` on one matrix."""
    refuse_zeros(expression)

    def fit(usages: np.ndarray, metagenes: np.ndarray) -> Fit:
        refuse_zero_fit(usages, metagenes)

        def step(iteration: int) -> None:
            update_usages(expression, usages, metagenes)
            update_metagenes(expression, usages, metagenes)

        return Fit(
            usages, metagenes, *iterate(step, lambda: divergence(expression, usages, metagenes), usages, stopping)
        )

    return one_at_a_time(fit)


def project_itakura_saito(
    expression: np.ndarray, usages: np.ndarray, metagenes: np.ndarray, options: NoOptions
) -> None:
    """Usages that fit best with the metagenes fixed, in place: multiplicative updates to convergence."""
    refuse_zeros(expression)
    settle(lambda: update_usages(expression, usages, metagenes), usages)


ITAKURA_SAITO = Method(prepare_itakura_saito, project_itakura_saito, itakura_saito_divergence)
