"""NMF with a weight for every entry, such as its reliability, and 0 for what is missing (ls-NMF; Wang et al. 2006).

Minimises Σ w (V log(V/WH) − V + WH), or ½ Σ w (V − WH)², with the penalties of `Penalties` if given. NaN in V means
weight 0; what entries of weight 0 hold has no part in a fit. One iteration is the multiplicative update of H, then that
of W with the new H, weights counted in: H ← H ∘ Wᵀ(w ∘ V/WH) / Wᵀw, or H ← H ∘ Wᵀ(w ∘ V) / Wᵀ(w ∘ WH). With all weights
1 these are the ordinary updates (Lee & Seung 2001).
"""

from dataclasses import dataclass

import numpy as np

from .arguments import as_matrix, check_choice
from .entrywise import drop_denormals, metagene_slopes, multiply_entries, usage_slopes
from .frobenius import project_frobenius
from .kernels import TINY
from .kl import project_kl
from .objectives import GENES_AT_ONCE
from .penalties import FactorPenalty, Penalties
from .solver import Fit, Method, Solver, one_at_a_time
from .stopping import Stopping, iterate

BETAS = {"kl": 1, "frobenius": 2}
NAMES_SHOWN = 5


@dataclass(frozen=True, eq=False)
class Weights(Penalties):
    """Weights of the entries, and what they weigh.

    Attributes
    ----------
    weights
        Samples × genes, finite and at least 0; None for 1 wherever there is a value.
    loss
        ``"kl"`` or ``"frobenius"``.
    """

    weights: np.ndarray | None = None
    loss: str = "kl"

    def __post_init__(self):
        super().__post_init__()
        check_choice(self.loss, "loss", tuple(BETAS))
        if self.weights is not None:
            as_matrix(self.weights, "weights", "float64")

    def on(self, expression: np.ndarray) -> np.ndarray:
        """Weights of a matrix's entries in its precision: 0 where its value is missing."""
        if self.weights is None:
            return (~np.isnan(expression)).astype(expression.dtype)
        weights = as_matrix(self.weights, "weights", expression.dtype)
        if weights.shape != expression.shape:
            raise ValueError(f"weights have shape {weights.shape}; expected that of expression, {expression.shape}")
        return np.where(np.isnan(expression), 0, weights)


def hide_weightless(expression: np.ndarray, options: Weights) -> np.ndarray:
    """The matrix with NaN wherever the weight is 0."""
    if options.weights is None:
        return expression
    return np.where(options.on(expression) > 0, expression, expression.dtype.type(np.nan))


def weigh(expression: np.ndarray, options: Weights) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights, values with 0 for those of no weight, and the product of both."""
    weights = options.on(expression)
    observed = np.where(weights > 0, expression, 0)
    return weights, observed, weights * observed


def refuse_unobserved(weights: np.ndarray) -> None:
    """Refuse a matrix of which some sample or gene has no value of any weight."""
    for axis, name in ((1, "samples"), (0, "genes")):
        empty = np.flatnonzero(~(weights > 0).any(axis=axis))
        if len(empty):
            shown = ", ".join(map(str, empty[:NAMES_SHOWN])) + (", ..." if len(empty) > NAMES_SHOWN else "")
            raise ValueError(
                f"{len(empty)} {name} have no value with a weight above 0, at positions {shown} from 0; "
                "expected at least one: leave them out"
            )


def weighted_loss(
    weights: np.ndarray, observed: np.ndarray, usages: np.ndarray, metagenes: np.ndarray, loss: str, precision: str
) -> float:
    """Σ w (V log(V/WH) − V + WH) or ½ Σ w (V − WH)², computed block by block and summed in float64."""
    total = 0.0
    usages, metagenes = usages.astype(precision, copy=False), metagenes.astype(precision, copy=False)
    for start in range(0, observed.shape[1], GENES_AT_ONCE):
        genes = slice(start, start + GENES_AT_ONCE)
        values, fitted = observed[:, genes].astype(precision, copy=False), usages @ metagenes[:, genes]
        if loss == "frobenius":
            losses = 0.5 * np.square(values - fitted)
        else:
            ratio = np.divide(values, np.maximum(fitted, TINY), out=np.ones_like(fitted), where=values > 0)
            losses = values * np.log(ratio) - values + fitted
        total += float(np.sum(losses * weights[:, genes], dtype=np.float64))
    return total


def weighted_objective(expression: np.ndarray, usages: np.ndarray, metagenes: np.ndarray, options: Weights) -> float:
    """The weighted loss and the penalties, in float64."""
    weights, observed, _ = weigh(expression, options)
    loss = weighted_loss(weights, observed, usages, metagenes, options.loss, "float64")
    return loss + options.of(usages, metagenes)


def multiply(factor: np.ndarray, falls: np.ndarray, rises: np.ndarray, penalty: FactorPenalty, loss: str) -> None:
    """One multiplicative update in place, from the slopes of the loss (`entrywise`) and the penalty."""
    l1, l2 = penalty
    if loss == "frobenius":
        # The bound on the squared error is quadratic in an entry, as is the penalty: l2 x joins the rising slope.
        rises += l2 * factor
        l2 = 0.0
    multiply_entries(factor, falls, rises, l1, l2)
    drop_denormals(factor)


def prepare_weighted(expression: np.ndarray, options: Weights, stopping: Stopping) -> Solver:
    """Fits of method ``weighted`` on one matrix."""
    weights, observed, weighted = weigh(expression, options)
    refuse_unobserved(weights)
    for_usages, for_metagenes = options.scaled(expression.shape)
    beta, precision = BETAS[options.loss], expression.dtype.name

    def fit(usages: np.ndarray, metagenes: np.ndarray) -> Fit:
        usage_sums, metagene_sums = np.empty((2, *usages.shape)), np.empty((2, *metagenes.shape), metagenes.dtype)

        def step(iteration: int) -> None:
            usage_slopes(weighted, weights, usages, metagenes, beta, *usage_sums)
            multiply(usages, *usage_sums, for_usages, options.loss)
            metagene_slopes(weighted, weights, usages, metagenes, beta, *metagene_sums)
            multiply(metagenes, *metagene_sums, for_metagenes, options.loss)
            if not options.none:
                options.share_scale(usages, metagenes)

        def objective() -> float:
            loss = weighted_loss(weights, observed, usages, metagenes, options.loss, precision)
            return loss + options.of(usages, metagenes)

        return Fit(usages, metagenes, *iterate(step, objective, usages, stopping))

    return one_at_a_time(fit)


def project_weighted(expression: np.ndarray, usages: np.ndarray, metagenes: np.ndarray, options: Weights) -> None:
    """Usages that fit best with the metagenes fixed, in place.

    The weights of a sample may be counted into its values and the metagenes, which leaves an ordinary fit; for the
    squared error it is their roots. Samples of the same weights are fitted together.
    """
    weights, observed, _ = weigh(expression, options)
    refuse_unobserved(weights.any(axis=1, keepdims=True))
    project = project_kl if options.loss == "kl" else project_frobenius
    alike: dict[bytes, list[int]] = {}
    for i, row in enumerate(weights):
        alike.setdefault(row.tobytes(), []).append(i)
    for samples in alike.values():
        share, part = weights[samples[0]], usages[samples]
        share = share if options.loss == "kl" else np.sqrt(share)
        project(observed[samples] * share, part, metagenes * share, options)
        usages[samples] = part


WEIGHTED = Method(
    prepare_weighted,
    project_weighted,
    weighted_objective,
    Weights,
    missing=True,
    visible=hide_weightless,
)
