"""What is to be assessed in each mode: a list of tasks, each one matrix, range of ranks and seed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix

from benchmarks.rank.labelled import LABELLED, Labelled, find_folder, read_labelled
from benchmarks.rank.simulate import SCENARIOS, simulate

Matrix = np.ndarray | csr_matrix
TRUE_RANKS = range(2, 9)
# For so many sets of the five scenarios there is one with weak nuisances and one null; of few counts, half as many.
SETS_PER_CONTROL = 5
RANGES = ((2, 6), (2, 10), (1, 12))
RANGE_SETS, RANGE_LARGEST_RANK = 10, 5
SEEDS = 5


@dataclass(frozen=True)
class Settings:
    """How every task is assessed."""

    ranks: tuple[int, ...] = tuple(range(2, 11))
    method: str = "kl"
    restarts: int = 50
    seed: int = 0


@dataclass(frozen=True)
class Task:
    """One assessment.

    Attributes
    ----------
    mode
        One of MODES.
    name
        Its own among those of the mode; the name of its file.
    dataset
        The matrix, which several tasks may share.
    group
        The scenario of a simulated matrix, else ``"real"`` or ``"permuted"``.
    truth
        Ranks that are right, coarsest first; 1 is no structure.
    settings
        Ranks, method, restarts and seed.
    load
        Gives the matrix and the counts that it was made of, or None.
    rivals
        Whether rivals' rules that need a computation of their own are run.
    """

    mode: str
    name: str
    dataset: str
    group: str
    truth: tuple[int, ...]
    settings: Settings
    load: Callable[[], tuple[Matrix, Matrix | None]]
    rivals: bool = False


def plan_simulated(mode: str, scenario: str, rank: int, seed: int, settings: Settings) -> Task:
    """The assessment of one simulated matrix."""
    name = f"{scenario}-k{rank}-s{seed}"

    def load() -> tuple[Matrix, Matrix]:
        counts = simulate(scenario, rank, seed).counts
        return counts, counts

    return Task(mode, name, name, scenario, (rank,), settings, load)


def plan_hits(sets: int, first_seed: int, settings: Settings) -> list[Task]:
    """Sets over the scenarios and true ranks in turn, with controls in between.

    After every fifth set there is one with weak nuisances and one null, after every tenth one with few counts and a
    null of few counts, which take longest. With more sets the first ones stay the same.
    """
    tasks = []
    for i in range(sets):
        rank, seed = TRUE_RANKS[i % len(TRUE_RANKS)], first_seed + i
        plans = [(SCENARIOS[i % len(SCENARIOS)], rank)]
        if i % SETS_PER_CONTROL == SETS_PER_CONTROL - 1:
            again = TRUE_RANKS[i // SETS_PER_CONTROL % len(TRUE_RANKS)]
            plans += [("weak", again), ("null", 1)]
            if i % (2 * SETS_PER_CONTROL) == 2 * SETS_PER_CONTROL - 1:
                plans += [("sparse", again), ("sparse_null", 1)]
        tasks += [plan_simulated("hits", scenario, rank, seed, settings) for scenario, rank in plans]
    return [replace(task, rivals=True) for task in tasks]


def plan_few(mode: str, first_seed: int, settings: Settings) -> list[Task]:
    """Leukemia and simulated sets of at most five programs, for modes that assess each several times."""
    ranks = [rank for rank in TRUE_RANKS if rank <= RANGE_LARGEST_RANK]
    leukemia = plan_labelled(mode, LABELLED[0], find_folder(LABELLED[0], None), settings)
    return [
        leukemia,
        *(
            plan_simulated(mode, SCENARIOS[i % len(SCENARIOS)], ranks[i % len(ranks)], first_seed + i, settings)
            for i in range(RANGE_SETS)
        ),
    ]


def plan_ranges(first_seed: int, settings: Settings) -> list[Task]:
    """The same matrices under several ranges of ranks."""
    return [
        replace(
            task,
            name=f"{task.dataset}-ranks{first}-{last}",
            settings=replace(settings, ranks=tuple(range(first, last + 1))),
        )
        for task in plan_few("ranges", first_seed, settings)
        for first, last in RANGES
    ]


def plan_seeds(first_seed: int, settings: Settings) -> list[Task]:
    """The same matrices under several seeds of the restarts."""
    return [
        replace(task, name=f"{task.dataset}-seed{seed}", settings=replace(settings, seed=seed))
        for task in plan_few("seeds", first_seed, settings)
        for seed in range(settings.seed, settings.seed + SEEDS)
    ]


def plan_labelled(mode: str, labelled: Labelled, folder: Path, settings: Settings) -> Task:
    """The assessment of one labelled data set."""
    name = labelled.name
    return Task(mode, name, name, "real", labelled.classes, settings, lambda: read_labelled(labelled, folder))


def plan_real(data: Path | None, settings: Settings) -> list[Task]:
    """Those labelled data sets that are there."""
    folders = {labelled: find_folder(labelled, data) for labelled in LABELLED}
    return [
        replace(plan_labelled("real", labelled, folder, settings), rivals=True)
        for labelled, folder in folders.items()
        if folder is not None
    ]


def plan_permuted(settings: Settings) -> list[Task]:
    """Leukemia, the values of each gene permuted over the samples, under two objectives."""
    leukemia = plan_labelled("permuted", LABELLED[0], find_folder(LABELLED[0], None), settings)

    def load() -> tuple[Matrix, None]:
        expression, _ = leukemia.load()
        return np.random.default_rng(settings.seed).permuted(expression, axis=0), None

    return [
        replace(
            leukemia,
            name=f"leukemia-{method}",
            group="permuted",
            truth=(1,),
            settings=replace(settings, method=method),
            load=load,
            rivals=True,
        )
        for method in ("kl", "frobenius")
    ]
