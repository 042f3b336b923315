"""When an iterative fit has come close enough to where it is heading."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

RULES = ("tolerance", "connectivity")


class Stopping(NamedTuple):
    """How fits end: by a rule, or unconverged after ``max_iter`` iterations."""

    rule: str
    tolerance: float
    max_iter: int


class NearLimit:
    """Ends a fit whose objective is estimated to lie within a share of itself above its limit."""

    def __init__(self, tolerance: float, every: int):
        self.tolerance = tolerance
        self.every = every
        self.before_last = self.last = np.inf

    def reached(self, objective: Callable[[], float], usages: np.ndarray) -> bool:
        """Look at the objective once more; the usages have no part in it."""
        now = objective()
        if distance_to_limit(self.before_last, self.last, now) <= self.tolerance * abs(now):
            return True
        self.before_last, self.last = self.last, now
        return False


class StableCalls:
    """Ends a fit whose samples have kept their company: Brunet et al. 2004, as in R's NMF.

    A sample is called by its largest usage. The calls' connectivity has to be the same in more than 40 comparisons in a
    row, one every ten iterations.
    """

    every = 10
    unchanged_comparisons = 40

    def __init__(self):
        self.calls = None
        self.unchanged = 0

    def reached(self, objective: Callable[[], float], usages: np.ndarray) -> bool:
        """Look at the calls once more; the objective has no part in it."""
        calls = np.argmax(usages, axis=1)
        same = self.calls is not None and same_connectivity(calls, self.calls)
        self.unchanged = self.unchanged + 1 if same else 0
        self.calls = calls
        return self.unchanged > self.unchanged_comparisons


def begin(stopping: Stopping, look_every: int = 5) -> NearLimit | StableCalls:
    """The watch over one fit; an objective is looked at every so many iterations."""
    return NearLimit(stopping.tolerance, look_every) if stopping.rule == "tolerance" else StableCalls()


def iterate(
    step: Callable[[int], None],
    objective: Callable[[], float],
    usages: np.ndarray,
    stopping: Stopping,
    look_every: int = 5,
    first_look: int = 1,
) -> tuple[int, bool]:
    """Repeat ``step(iteration)``, from 1, until the rule is met; tells the iterations taken and whether it was.

    ``objective`` gives its present value, ``usages`` is the array that ``step`` updates in place. The objective is
    looked at every ``look_every`` iterations, and not before ``first_look``.
    """
    watch = begin(stopping, look_every)
    for iteration in range(1, stopping.max_iter + 1):
        step(iteration)
        if iteration >= first_look and iteration % watch.every == 0 and watch.reached(objective, usages):
            return iteration, True
    return stopping.max_iter, False


def distance_to_limit(before_last: float, last: float, now: float) -> float:
    """How far a falling sequence still is above its limit, judged from three values taken at equal distances.

    If each fall is the same share of the one before, all falls to come add up to fall² / (fall before − fall): Aitken's
    extrapolation, a usual stop of expectation maximisation (Böhning et al. 1994). Infinite while the falls still grow,
    as on a plateau that the fit is about to leave.
    """
    fall_before, fall = before_last - last, last - now
    if fall <= 0:
        return 0.0
    if fall >= fall_before or not np.isfinite(fall_before):
        return np.inf
    return fall * fall / (fall_before - fall)


def same_connectivity(calls: np.ndarray, earlier: np.ndarray) -> bool:
    """Whether two labellings put the same samples together, whatever the labels' names."""
    n_labels = max(calls.max(), earlier.max()) + 1
    counts = (np.count_nonzero(np.bincount(labels)) for labels in (calls * n_labels + earlier, calls, earlier))
    return len(set(counts)) == 1


def settle(step: Callable[[], None], factor: np.ndarray, tolerance: float = 1e-7, max_steps: int = 1000) -> None:
    """Repeat a step on a factor until no entry moves by more than a share of the largest one.

    The share is at least a few roundings of the factor's precision, since its last digit may change for ever.
    """
    tolerance = max(tolerance, 4 * float(np.finfo(factor.dtype).eps))
    previous = np.empty_like(factor)
    for _ in range(max_steps):
        previous[:] = factor
        step()
        if np.max(np.abs(factor - previous)) <= tolerance * np.max(factor):
            break


def settle_rows(
    take: Callable[[np.ndarray], Callable[[np.ndarray], None]],
    factor: np.ndarray,
    tolerance: float = 1e-7,
    max_steps: int = 1000,
) -> None:
    """Repeat a step that moves each row of a factor by itself, until no entry moves by more than a share of its row.

    ``take(rows)`` gives the step of these rows. Rows that have settled are left out each time half of them have: most
    take few steps, and some take hundreds.
    """
    tolerance = max(tolerance, 4 * float(np.finfo(factor.dtype).eps))
    rows = np.arange(len(factor))
    step, moving = take(rows), factor.copy()
    for _ in range(max_steps):
        previous = moving.copy()
        step(moving)
        far = (np.abs(moving - previous) > tolerance * moving.max(axis=1, keepdims=True)).any(axis=1)
        if 2 * np.count_nonzero(far) > len(rows):
            continue
        factor[rows] = moving
        rows, moving = rows[far], moving[far]
        if not len(rows):
            return
        step = take(rows)
    factor[rows] = moving
