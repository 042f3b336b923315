"""Measures one case: every solver at its own stop, nmfbio at each peer's objective, and the course of all."""

import math
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd
from environments import Unavailable
from jobs import MEMORIES, OWN, Bench, Fit, run_fits
from solvers import RIVALS, SOLVERS, Solver

# Within this share a peer's objective counts as reached.
EQUAL = 1e-6
# Iterations that anyone may take on a curve, and nmfbio where a tolerance ends its fit.
LONGEST_CURVE = 2000
MOST = 5000
# Stops (iterations, tolerance) among which nmfbio is given the one that takes it just to a peer's objective.
COUNTS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 17, 20, 24, 28, 34, 40)
TOLERANCES = (1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 3e-6, 1e-6, 1e-7, 1e-8)
LADDER = (*((count, 0.0) for count in COUNTS), *((MOST, tolerance) for tolerance in TOLERANCES))


@dataclass(frozen=True)
class Plan:
    """What is measured of one solver: its fits at its own stop, in how many rounds, and its pilot fit."""

    solver: Solver
    fits: tuple[Fit, ...]
    rounds: int
    pilot: pd.DataFrame

    @property
    def is_slow(self) -> bool:
        """Whether there is time for one start in one round only; the pilot then counts as a measurement."""
        return self.rounds == 1 and len(self.fits) == 1 and not is_rival(self.solver)


@dataclass
class Outcome:
    """All measured fits of a case, one row each, and why what is missing is missing."""

    fits: pd.DataFrame
    missing: dict[str, str]
    prepare_seconds: tuple[float, float]


def measure_case(bench: Bench, rounds: int, budget: float, say=print) -> Outcome:
    """Measure all solvers of a case. ``budget``: CPU seconds a solver may take at its own stop, per memory setting."""
    missing: dict[str, str] = {}
    compile_seconds = time_compiling(bench, missing)
    plans = list(plan_all(bench, rounds, budget, missing, say))
    scouted = pd.concat([scout(bench, plan) for plan in plans])
    targets = find_targets(bench, plans, scouted, say)
    tables = [scouted, *run_rounds(bench, plans, targets, missing, say)]
    tables += run_curves(bench, plans, budget, missing, say)
    return Outcome(pd.concat(tables, ignore_index=True), missing, compile_seconds)


def solvers_of(bench: Bench) -> list[Solver]:
    """The solvers that minimise the case's objective."""
    return [
        solver
        for solver in SOLVERS
        if solver.objective == bench.case.objective and (bench.case.together or not solver.together)
    ]


def is_rival(solver: Solver) -> bool:
    """Whether peers are compared with this solver, one fit at a time or all together."""
    return solver.name.removesuffix(", together") == RIVALS[solver.objective]


def own_fit(bench: Bench, solver: Solver, start: int = 0) -> Fit:
    """A fit to the solver's default stop, or to the limit that replaces it."""
    limit = solver.limit(bench.case)
    return Fit("own", start, bench.case.together if solver.together else 1, limit[0] if limit else OWN)


def plan_all(bench: Bench, rounds: int, budget: float, missing: dict[str, str], say) -> Iterable[Plan]:
    """Try every solver once; those that work get as many starts and rounds as their time allows."""
    for solver in solvers_of(bench):
        try:
            pilot = run_fits(bench, solver, [own_fit(bench, solver)])
        except Unavailable as reason:
            missing[solver.name] = str(reason)
            say(f"  {solver.name}: cannot be measured: {reason}")
            continue
        seconds = pilot.seconds.sum()
        say(f"  {solver.name}: {seconds:.2f} CPU s, objective {pilot.objective.iloc[0]:.6g}")
        starts = 1 if solver.together else max(1, min(bench.case.starts, int(budget / (seconds * rounds))))
        least = min(rounds, 2) if is_rival(solver) else 1
        affordable = max(least, min(rounds, int(budget / (seconds * starts))))
        fits = tuple(own_fit(bench, solver, start) for start in range(starts))
        yield Plan(solver, fits, affordable, pilot)


def scout(bench: Bench, plan: Plan) -> pd.DataFrame:
    """Objectives that a solver gets to from all its starts. They count as timings for slow solvers only."""
    if plan.is_slow:
        return plan.pilot.assign(round=0)
    found = run_fits(bench, plan.solver, plan.fits[1:]) if len(plan.fits) > 1 else plan.pilot.iloc[:0]
    return pd.concat([plan.pilot, found]).assign(kind="scout", round=0)


def find_targets(bench: Bench, plans: list[Plan], scouted: pd.DataFrame, say) -> dict[str, list[Fit]]:
    """nmfbio's fits that end at or below each peer's objective, by the stop of a ladder that takes fewest iterations.

    A fit of one start has kind ``target: PEER``; all restarts in one call get a stop at which every start that the peer
    was run from is at or below the peer's objective.
    """
    fits: dict[str, list[Fit]] = {}
    for plan in plans:
        if not is_rival(plan.solver):
            continue
        say(f"  {plan.solver.name}: looking for stops")
        ladder = climb(bench, plan)
        peers = [other.solver.name for other in plans if other.solver.package != "nmfbio"]
        choose = stop_for_all if plan.solver.together else stops_for_each
        fits[plan.solver.name] = [
            fit for peer in peers for fit in choose(bench, ladder, scouted[scouted.solver == peer], f"target: {peer}")
        ]
    return fits


def climb(bench: Bench, plan: Plan) -> pd.DataFrame:
    """nmfbio's objectives at all stops of the ladder, untimed."""
    starts = [fit.start for fit in plan.fits] if plan.solver.together else range(bench.case.starts)
    restarts = plan.fits[0].restarts
    return run_fits(bench, plan.solver, [Fit("ladder", start, restarts, *stop) for stop in LADDER for start in starts])


def reaching(ladder: pd.DataFrame, peer: pd.DataFrame) -> pd.DataFrame:
    """The ladder's fits that end at or below the peer from the same start."""
    goals = peer.groupby("start").objective.min() * (1 + EQUAL)
    return ladder[ladder.objective <= ladder.start.map(goals)]


def stops_for_each(bench: Bench, ladder: pd.DataFrame, peer: pd.DataFrame, kind: str) -> list[Fit]:
    """For each start the stop of fewest iterations at which nmfbio is at or below the peer; none where none is."""
    first = reaching(ladder, peer).sort_values("iterations", kind="stable").drop_duplicates("start")
    return [Fit(kind, row.start, 1, row.max_iter, row.tolerance) for row in first.sort_values("start").itertuples()]


def stop_for_all(bench: Bench, ladder: pd.DataFrame, peer: pd.DataFrame, kind: str) -> list[Fit]:
    """The stop of fewest iterations at which nmfbio is at or below the peer from all the peer's starts, if any is."""
    stops = reaching(ladder, peer).groupby(["max_iter", "tolerance"]).iterations.agg(["size", "mean"])
    everywhere = stops[stops["size"] == peer.start.nunique()]
    return [Fit(kind, 0, bench.case.together, *everywhere["mean"].idxmin())] if len(everywhere) else []


def run_rounds(
    bench: Bench, plans: list[Plan], targets: dict[str, list[Fit]], missing: dict[str, str], say
) -> Iterable[pd.DataFrame]:
    """All solvers in turn, round after round, each in a process of its own; every other round in reverse order."""
    for number in range(max(plan.rounds for plan in plans)):
        say(f"  round {number + 1}")
        for plan in plans[:: -1 if number % 2 else 1]:
            memories = ["default"] if plan.is_slow else list(MEMORIES)
            for memory in memories if number < plan.rounds else []:
                fits = [*plan.fits, *targets.get(plan.solver.name, [])]
                yield from attempt(bench, plan.solver, fits, memory, number, missing, say)


def attempt(
    bench: Bench, solver: Solver, fits: list[Fit], memory: str, number: int, missing: dict[str, str], say
) -> Iterable[pd.DataFrame]:
    """The fits' table, or nothing and a note."""
    try:
        yield run_fits(bench, solver, fits, memory).assign(round=number)
    except Unavailable as reason:
        missing[f"{solver.name}, {fits[0].kind}, {memory} memory, round {number + 1}"] = str(reason)
        say(f"  {solver.name}: {reason}")


def run_curves(bench: Bench, plans: list[Plan], budget: float, missing: dict[str, str], say) -> Iterable[pd.DataFrame]:
    """Fits of growing length from the first starts, with no other stop: where each solver is after so many seconds."""
    say("  curves")
    for plan in plans:
        if plan.solver.has_curve:
            seconds = plan.pilot.seconds.sum() / max(1, plan.pilot.iterations.median())
            counts = curve_counts(plan.pilot.iterations.median(), seconds, budget / min(len(plan.fits), 3))
            fits = [Fit("curve", fit.start, fit.restarts, count, 0.0) for fit in plan.fits[:3] for count in counts]
            yield from attempt(bench, plan.solver, fits, "tuned", 0, missing, say)


def curve_counts(own: float, seconds: float, budget: float) -> list[int]:
    """Numbers of iterations in geometric steps, up to what the budget pays for, or a quarter of the own stop."""
    affordable = budget / (3.4 * max(seconds, 1e-9))
    is_rich = affordable > own
    step = math.sqrt(2) if is_rich else 2.0
    last = min(LONGEST_CURVE, affordable if is_rich else max(1.0, own / 4))
    steps = range(int(math.log(max(last, 1.0), step) + 1e-9) + 1)
    return sorted({round(last / step**i) for i in steps if last / step**i >= 1} | {1})


def time_compiling(bench: Bench, missing: dict[str, str]) -> tuple[float, float]:
    """CPU seconds before nmfbio's first fit: with kernels to be compiled, and with kernels to be loaded."""
    solver = next(solver for solver in solvers_of(bench) if solver.package == "nmfbio")
    with tempfile.TemporaryDirectory() as cache:
        try:
            tables = [run_fits(bench, solver, [own_fit(bench, solver)], NUMBA_CACHE_DIR=cache) for _ in range(2)]
        except Unavailable as reason:
            missing["compiling"] = str(reason)
            return math.nan, math.nan
    return tuple(float(table.prepare_seconds.iloc[0]) for table in tables)
