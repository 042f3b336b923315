"""Restarts that are fitted side by side on one matrix, each ending when its own rule is met."""

from typing import Protocol

from .solver import Factors, Fit
from .stopping import Stopping, begin


class Group(Protocol):
    """Factors of several restarts, numbered from 0, updated together."""

    def step(self, iteration: int) -> None:
        """Update the factors of all restarts that have not been dropped."""

    def factors(self, number: int) -> Factors:
        """Copies of one restart's usages and metagenes."""

    def objective(self, number: int) -> float:
        """One restart's objective."""

    def drop(self, number: int) -> None:
        """One restart has ended; the others go on unchanged."""


def fit_group(group: Group, n_restarts: int, stopping: Stopping, look_every: int = 5) -> list[Fit]:
    """Fits of all restarts, in order; the same for each whatever its company."""
    watches = {number: begin(stopping, look_every) for number in range(n_restarts)}
    every = begin(stopping, look_every).every
    fits: dict[int, Fit] = {}
    for iteration in range(1, stopping.max_iter + 1):
        group.step(iteration)
        if iteration % every:
            continue
        for number in list(watches):
            usages, metagenes = group.factors(number)
            if watches[number].reached(lambda number=number: group.objective(number), usages):
                fits[number] = Fit(usages, metagenes, iteration, True)
                del watches[number]
                group.drop(number)
        if not watches:
            break
    for number in watches:
        fits[number] = Fit(*group.factors(number), stopping.max_iter, False)
    return [fits[number] for number in range(n_restarts)]
