"""How well a rank predicts entries of the matrix that it was not fitted to."""

from collections.abc import Mapping

import numpy as np

from nmfbio.factorization import METHODS, factorize, fit_usages
from nmfbio.factorization.hidden import fill_with_margins, fit_hidden
from nmfbio.rank.draws import draw_starts, fit_seed, stream

HIDDEN_SHARE = 0.1
FOLDS = 5
STARTS = 3
BLOCK_STARTS = 2
TOLERANCE = 1e-4
SQUARED = ("frobenius", "lee", "snmf_r", "snmf_l", "offset")
SMALLEST_FIT = 1e-12
# Fits of sparse counts predict practically 0 for a part of the entries, and a count there costs the Kullback-Leibler
# divergence without bound. So what one metagene predicts has this share in every prediction which that judges.
MIXED = 0.1


def loss_of(method: str, options: Mapping[str, object]) -> str:
    """Loss by which predictions of a method are judged: ``"frobenius"`` or ``"kl"``."""
    known = vars(METHODS[method].options(**options)) if "loss" in METHODS[method].options.__annotations__ else {}
    return known.get("loss", "frobenius" if method in SQUARED else "kl")


def mean_deviance(observed: np.ndarray, predicted: np.ndarray, by_one: np.ndarray, loss: str) -> float:
    """Mean loss of predictions: ½(v − x)², or v log(v/x) − v + x with a tenth of what one metagene predicts in x.

    Examples
    --------
    >>> mean_deviance(np.array([2.0, 0.0]), np.array([1.0, 1.0]), np.array([1.0, 1.0]), "frobenius")
    0.5
    """
    observed, predicted = observed.astype(np.float64), predicted.astype(np.float64)
    if loss == "frobenius":
        return float(np.mean(0.5 * (observed - predicted) ** 2))
    mixed = (1 - MIXED) * predicted + MIXED * by_one
    mixed = np.maximum(mixed, SMALLEST_FIT * max(float(observed.mean()), SMALLEST_FIT))
    logs = np.zeros_like(observed)
    np.log(observed / mixed, out=logs, where=observed > 0)
    return float(np.mean(observed * logs - observed + mixed))


def speckled_deviance(
    expression: np.ndarray,
    rank: int,
    loss: str,
    seed: int,
    fold: int,
    starts: int = STARTS,
    tolerance: float = TOLERANCE,
) -> float:
    """Mean deviance of a tenth of the entries, chosen at random and hidden from the fit (Wold 1978).

    Parameters
    ----------
    expression
        n_samples × n_genes, NaN where a value is missing: that is never judged.
    rank
        Number of metagenes.
    loss
        ``"kl"`` or ``"frobenius"``.
    seed, fold
        Which entries are hidden. Folds do not overlap.
    starts
        Fits, of which the one with the lowest loss of the seen entries counts.
    tolerance
        Of a fit, as for `factorize`.
    """
    known = np.isfinite(expression)
    tenth = np.random.default_rng(stream(seed, "hide")).permutation(expression.size).reshape(expression.shape) % 10
    judged = known & (tenth == fold)
    values = np.where(known, expression, 0)
    hidden = np.nonzero(judged | ~known)
    fit = fit_hidden(values, hidden, draw_starts(values, rank, starts, seed, "hide", fold), loss, tolerance)
    samples, genes = np.nonzero(judged)
    predicted = np.einsum("ec,ce->e", fit.usages[samples], fit.metagenes[:, genes])
    return mean_deviance(expression[judged], predicted, fill_with_margins(values, hidden)[judged], loss)


def block_deviance(
    expression: np.ndarray, rank: int, loss: str, seed: int, quarter: int, starts: int = BLOCK_STARTS
) -> float:
    """Mean deviance of a block of samples and genes predicted from the three others (Owen & Perry 2009).

    Parameters
    ----------
    expression
        n_samples × n_genes, finite.
    rank
        Number of metagenes.
    loss
        ``"kl"`` or ``"frobenius"``.
    seed, quarter
        Samples and genes are halved at random; 0 to 3 tells which quarter of the matrix is predicted.
    starts
        Fits of the part that is seen, of which the one with the lowest loss counts.

    Returns
    -------
    float
        NaN where the block is too small for the rank.
    """
    random = np.random.default_rng(stream(seed, "blocks"))
    halves = [random.permutation(length) % 2 == 0 for length in expression.shape]
    samples, genes = (half if bit else ~half for half, bit in zip(halves, divmod(quarter, 2), strict=True))
    kept = expression[np.ix_(~samples, ~genes)]
    of_samples, of_genes = expression[np.ix_(samples, ~genes)], expression[np.ix_(~samples, genes)]
    if rank >= min(kept.shape):
        return np.nan
    starts = starts if rank > 1 else 1
    found = factorize(kept, rank, loss, starts, seed=fit_seed(seed, "blocks", quarter), threads=1, tolerance=TOLERANCE)
    best = int(found.objective.argmin())
    usages = fit_usages(of_samples, found.metagenes[best], loss)
    metagenes = fit_usages(of_genes.T, found.usages[best].T, loss).T
    by_one = np.outer(of_samples.sum(axis=1), of_genes.sum(axis=0)) / kept.sum()
    return mean_deviance(expression[np.ix_(samples, genes)], usages @ metagenes, by_one, loss)
