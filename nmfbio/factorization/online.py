"""NMF in passes over batches of samples, for matrices that need not fit in memory.

Minimises D(V‖WH) or ½‖V − WH‖², with the penalties of `Penalties` if given. A batch of samples is read, its usages are
fitted to the metagenes at hand, and what the metagenes need to know of it joins running sums, as in online dictionary
learning (Mairal et al. 2010) and online NMF (Lefèvre et al. 2011); `online_frobenius` and `online_kl` say which sums.
Those papers let old batches fade, since the usages they were fitted with are out of date. Here a fit instead begins
with a random part of the samples and goes on to a part four times as large once a pass gains little (as in Byrd et al.
2012), and each batch replaces what it gave before, so that the last passes, over all samples, are those of a batch
algorithm: the objective never rises there, and the fit ends by the same rule.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .arguments import check_choice, check_whole_number
from .balance import balance_scale
from .frobenius import project_frobenius
from .kl import project_kl
from .objectives import half_squared_error, kl_divergence
from .online_frobenius import LeastSquaresPasses
from .online_kl import DivergencePasses
from .penalties import Penalties
from .solver import Fit, Matrix, Method, Solver, one_at_a_time
from .sources import RowSource, Sample, block_rows
from .stopping import Stopping, iterate

# Samples of the smallest part, at least, and how much larger each part is than the one before.
FIRST_PART = 2048
GROWTH = 4
# A part is done once a pass lowers its objective by less than this share of it, or after so many passes.
SMALL_FALL = 1e-3
PASSES_ON_A_PART = 50

PASSES = {"kl": DivergencePasses, "frobenius": LeastSquaresPasses}
OBJECTIVES = {"kl": kl_divergence, "frobenius": half_squared_error}
PROJECTIONS = {"kl": project_kl, "frobenius": project_frobenius}


@dataclass(frozen=True)
class OnlineOptions(Penalties):
    """What is minimised, and how many samples are held in memory.

    Attributes
    ----------
    loss
        ``"kl"`` or ``"frobenius"``.
    batch_size
        Samples read at a time. With ``"frobenius"`` the metagenes are updated once a batch.
    """

    loss: str = "kl"
    batch_size: int = 4096

    def __post_init__(self):
        super().__post_init__()
        check_choice(self.loss, "loss", tuple(PASSES))
        check_whole_number(self.batch_size, "batch_size", 1)


def take_rows_of(expression: object, dtype: str, options: OnlineOptions) -> RowSource:
    """The expression as a source of batches."""
    return RowSource(expression, dtype, options.batch_size)


def prepare_online(source: RowSource, options: OnlineOptions, stopping: Stopping) -> Solver:
    """Fits of method ``online`` on one matrix."""

    def fit(usages: np.ndarray, metagenes: np.ndarray) -> Fit:
        passes = PASSES[options.loss](usages, metagenes, options)
        *parts, everything = growing_samples(source, metagenes)
        for part in parts:
            passes.widen(part)
            settle_on_part(passes, part)
        passes.widen(everything)
        latest = [np.inf]

        def step(iteration: int) -> None:
            latest[0] = passes.run(everything)

        outcome = iterate(step, lambda: latest[0], usages, stopping, look_every=1, first_look=passes.first_look)
        passes.finish(everything)
        metagenes[:] = passes.profiles.T
        if options.none:
            balance_scale(usages, metagenes)
        return Fit(usages, metagenes, *outcome)

    return one_at_a_time(fit)


def growing_samples(source: RowSource, metagenes: np.ndarray) -> Iterator[Sample]:
    """Random parts of the samples, each within the next, and at last all.

    Blocks of samples are drawn in an order that is the start's own.
    """
    digest = hashlib.sha256(metagenes.tobytes()).digest()
    n_blocks = -(-source.shape[0] // block_rows(source))
    order = np.random.default_rng(int.from_bytes(digest[:16])).permutation(n_blocks)
    sizes = [n_blocks]
    while sizes[0] // GROWTH * block_rows(source) >= FIRST_PART:
        sizes.insert(0, sizes[0] // GROWTH)
    return (Sample(source, order[:size]) for size in sizes)


def settle_on_part(passes: DivergencePasses | LeastSquaresPasses, part: Sample) -> None:
    """Pass over a part of the samples until a pass gains little."""
    before = passes.run(part)
    for _ in range(PASSES_ON_A_PART):
        now = passes.run(part)
        if before - now <= SMALL_FALL * now:
            return
        before = now


def project_online(source: RowSource, usages: np.ndarray, metagenes: np.ndarray, options: OnlineOptions) -> None:
    """Usages that fit best with the metagenes fixed, in place, batch by batch."""
    for (start, stop), expression in source.batches():
        PROJECTIONS[options.loss](expression, usages[start:stop], metagenes, options)


def online_objective(
    expression: RowSource | Matrix, usages: np.ndarray, metagenes: np.ndarray, options: OnlineOptions
) -> float:
    """D(V‖WH) or ½‖V − WH‖² and the penalties, in float64, batch by batch."""
    objective = OBJECTIVES[options.loss]
    source = expression if isinstance(expression, RowSource) else take_rows_of(expression, "float64", options)
    parts = (objective(rows, usages[start:stop], metagenes) for (start, stop), rows in source.batches())
    return sum(parts) + options.of(usages, metagenes)


ONLINE = Method(prepare_online, project_online, online_objective, OnlineOptions, sparse=True, take=take_rows_of)
