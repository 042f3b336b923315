"""CPU seconds to an equal Kullback-Leibler divergence on the leukemia matrix, on one core: nmfbio beside scikit-learn.

Run as ``python benchmarks/leukemia_kl.py --output benchmarks/leukemia_kl.md``; ``benchmarks/README.md`` says what is
compared.
"""

import argparse
import ctypes
import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.decomposition import non_negative_factorization
from threadpoolctl import threadpool_limits

from nmfbio.factorization import Restarts, factorize, kl_divergence, random_start, restart_seed

EXPRESSION = Path(__file__).resolve().parents[1] / "resources" / "leukemia" / "expression.tsv.gz"
SEED = 0
# Two fits count as equally good within this share of the divergence.
EQUAL = 1e-5
# scikit-learn's divergence is looked at after so many updates, outside the clock.
PIECE = 10
MAX_UPDATES = 5000
# From this size on glibc hands freed blocks back to the kernel: as a process starts, and as it may learn to.
FRESH_THRESHOLD, LEARNED_THRESHOLD = 128 * 1024, 32 * 1024 * 1024

Factors = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Timing:
    """Restarts of one solver to one target: CPU seconds and iterations a restart, and how many reached the target."""

    solver: str
    target: str
    seconds: np.ndarray
    iterations: np.ndarray
    reached: int

    def row(self, restarts: int) -> list[str]:
        """Cells of the table, CPU seconds scaled to ``restarts``."""
        mean, spread = self.seconds.mean(), self.seconds.std()
        count = len(self.seconds)
        return [
            self.solver,
            self.target,
            f"{self.reached} of {count}",
            f"{self.iterations.mean():.0f}",
            f"{1000 * mean / self.iterations.mean():.3f}",
            f"{mean:.3f} ± {spread:.3f}" if np.ptp(self.seconds) else f"{mean:.3f}",
            f"{restarts * mean:.2f}{'' if count == restarts else ' (scaled)'}",
        ]


def cpu_seconds(work: Callable[[], object]) -> tuple[float, object]:
    """CPU seconds that a call takes in all threads of this process, and its result."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def time_nmfbio(
    expression: np.ndarray, rank: int, method: str, restarts: int, tolerance: float
) -> tuple[Timing, Restarts]:
    """Restarts of nmfbio to their own stop, in one call; the mean stands for each restart."""
    seconds, found = cpu_seconds(
        lambda: factorize(expression, rank, method, restarts, seed=SEED, threads=1, tolerance=tolerance)
    )
    each = np.full(restarts, seconds / restarts)
    return Timing(f"nmfbio `{method}`", "its own stop", each, found.n_iter, int(found.converged.sum())), found


def run_scikit_learn(expression: np.ndarray, start: Factors, updates: int) -> Factors:
    """scikit-learn's multiplicative Kullback-Leibler solver from given factors, for exactly so many updates."""
    usages, metagenes, _ = non_negative_factorization(
        expression,
        *(factor.astype(expression.dtype) for factor in start),
        n_components=start[0].shape[1],
        init="custom",
        solver="mu",
        beta_loss="kullback-leibler",
        tol=0,
        max_iter=updates,
    )
    return usages, metagenes


def follow_scikit_learn(expression: np.ndarray, start: Factors, target: float) -> tuple[int, float]:
    """Updates that scikit-learn needs, and the divergence they get to: the target, or its own end above it."""
    factors, divergences = start, []
    while len(divergences) * PIECE < MAX_UPDATES:
        factors = run_scikit_learn(expression, factors, PIECE)
        divergences.append(kl_divergence(expression, *factors))
        if divergences[-1] <= target * (1 + EQUAL) or has_stopped_falling(divergences):
            break
    goal = max(target, min(divergences))
    reached = np.flatnonzero(np.array(divergences) <= goal * (1 + EQUAL))
    return PIECE * (int(reached[0]) + 1), goal


def has_stopped_falling(divergences: list[float]) -> bool:
    """Whether a hundred updates lowered the divergence by less than a ten-millionth of it."""
    earlier = divergences[-1 - 100 // PIECE] if len(divergences) > 100 // PIECE else np.inf
    return earlier - divergences[-1] <= 1e-7 * divergences[-1]


def time_updates(expression: np.ndarray, rank: int, updates: np.ndarray) -> np.ndarray:
    """CPU seconds of scikit-learn's first restarts, each with its number of updates in one run."""
    starts = (random_start(expression, rank, restart_seed(SEED, rank, number)) for number in range(len(updates)))
    runs = [partial(run_scikit_learn, expression, *pair) for pair in zip(starts, updates, strict=True)]
    return np.array([cpu_seconds(run)[0] for run in runs])


def return_freed_memory_from(size: int) -> None:
    """Tell glibc from which size on it returns freed blocks to the kernel, which clears them anew."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        libc.mallopt(-3, size)  # M_MMAP_THRESHOLD
        libc.mallopt(-1, 2 * size)  # M_TRIM_THRESHOLD


def time_scikit_learn(expression: np.ndarray, rank: int, targets: np.ndarray) -> tuple[Timing, np.ndarray]:
    """Restarts of scikit-learn from nmfbio's starts, and the divergences they are stopped at."""
    starts = [random_start(expression, rank, restart_seed(SEED, rank, number)) for number in range(len(targets))]
    followed = [follow_scikit_learn(expression, *pair) for pair in zip(starts, targets, strict=True)]
    updates, goals = (np.array(column) for column in zip(*followed, strict=True))
    seconds = time_updates(expression, rank, updates)
    reached = int((goals <= targets).sum())
    return Timing(
        f"scikit-learn `mu`, {expression.dtype}",
        "`kl`'s divergence, or its own end",
        np.array(seconds),
        updates,
        reached,
    ), goals


def time_nmfbio_to(expression: np.ndarray, rank: int, method: str, goals: np.ndarray, label: str) -> Timing:
    """Restarts of nmfbio, each stopped once it is at a given divergence."""
    seconds, iterations, reached = [], [], 0
    for number, goal in enumerate(goals):
        run = partial(factorize, expression, rank, method, 1, seed=SEED, threads=1, first_restart=number, tolerance=0)
        updates = PIECE
        while run(max_iter=updates).objective[0] > goal * (1 + EQUAL) and updates < MAX_UPDATES // 4:
            updates += PIECE
        spent, found = cpu_seconds(partial(run, max_iter=updates))
        seconds.append(spent)
        iterations.append(updates)
        reached += int(found.objective[0] <= goal * (1 + EQUAL))
    return Timing(f"nmfbio `{method}`", label, np.array(seconds), np.array(iterations), reached)


def describe_machine() -> str:
    """Processor, versions, and the load that a reader should keep in mind."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    models = [line.split(":", 1)[1].strip() for line in lines if "model name" in line]
    packages = ", ".join(f"{name} {version(name)}" for name in ("nmfbio", "numpy", "numba", "scikit-learn"))
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"{models[0] if models else platform.processor()}, one of {os.cpu_count()} processors; "
        f"Python {platform.python_version()}, {packages}. Load averages at the end: {load}; times are CPU times, "
        "which a busy neighbour on the other processors still lengthens."
    )


def make_report(timings: list[Timing], ratios: list[str], compile_seconds: float, restarts: int, rank: int) -> str:
    """The results as Markdown."""
    head = [
        "solver",
        "until",
        "reached",
        "iterations",
        "ms / iteration",
        "CPU s / restart",
        f"CPU s / {restarts} restarts",
    ]
    rows = [head, ["---"] * len(head), *(timing.row(restarts) for timing in timings)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return "\n".join(
        [
            f"# Kullback-Leibler NMF of leukemia (38 × 5000) at rank {rank}, one core",
            "",
            describe_machine(),
            "",
            f"Compiling or loading nmfbio's kernels, once before the clock starts: {compile_seconds:.1f} CPU s.",
            "",
            table,
            "",
            *(f"- {ratio}" for ratio in ratios),
            "",
        ]
    )


def compare(rank: int, restarts: int, peer_restarts: int, tolerance: float) -> str:
    """Run all solvers and write the report."""
    expression = np.ascontiguousarray(pd.read_csv(EXPRESSION, sep="\t", index_col=0).to_numpy(np.float64).T)
    compile_seconds = sum(
        cpu_seconds(lambda method=method: factorize(expression[:, :60], rank, method, 1, max_iter=30))[0]
        for method in ("kl", "brunet")
    )
    kl, kl_found = time_nmfbio(expression, rank, "kl", restarts, tolerance)
    brunet, brunet_found = time_nmfbio(expression, rank, "brunet", restarts, tolerance)
    targets = kl_found.objective[:peer_restarts]
    double, _ = time_scikit_learn(expression, rank, targets)
    return_freed_memory_from(FRESH_THRESHOLD)
    fresh_seconds = time_updates(expression, rank, double.iterations)
    return_freed_memory_from(LEARNED_THRESHOLD)
    fresh = replace(double, solver=f"{double.solver}, fresh memory", seconds=fresh_seconds)
    single, goals = time_scikit_learn(expression.astype(np.float32), rank, targets)
    peer_goal, brunet_goal = "scikit-learn's divergence", "`brunet`'s divergence"
    kl_to_peer, brunet_to_peer = (time_nmfbio_to(expression, rank, m, goals, peer_goal) for m in ("kl", "brunet"))
    kl_to_brunet = time_nmfbio_to(expression, rank, "kl", brunet_found.objective[:peer_restarts], brunet_goal)
    kl_again, _ = time_nmfbio(expression, rank, "kl", restarts, tolerance)
    ratios = [
        f"{slow.solver} / {fast.solver}, {what}: **{slow.seconds.mean() / fast.seconds.mean():.1f}×**"
        for slow, fast, what in (
            (fresh, kl, "`kl` to its own stop"),
            (double, kl, "`kl` to its own stop"),
            (single, kl, "`kl` to its own stop"),
            (fresh, kl_to_peer, f"both to {peer_goal}"),
            (double, kl_to_peer, f"both to {peer_goal}"),
            (single, kl_to_peer, f"both to {peer_goal}"),
            (fresh, brunet_to_peer, f"both to {peer_goal}"),
            (double, brunet_to_peer, f"both to {peer_goal}"),
            (brunet, kl_to_brunet, f"both to {brunet_goal}"),
        )
    ]
    excess = (goals / targets - 1).mean()
    ratios += [f"scikit-learn ends {excess:.1e} of the divergence above `kl`, on average over {len(goals)} restarts"]
    ratios += [
        f"best divergence of {restarts} restarts: `kl` {kl_found.objective.min():.1f}, "
        f"`brunet` {brunet_found.objective.min():.1f}",
        f"`kl` measured again after the others: {kl_again.seconds.sum():.2f} CPU s for {restarts} restarts",
    ]
    return make_report(
        [kl, brunet, fresh, double, single, kl_to_peer, brunet_to_peer, kl_to_brunet],
        ratios,
        compile_seconds,
        restarts,
        rank,
    )


def main() -> None:
    """Read the command line, stay on one core, print the report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rank", type=int, default=3)
    parser.add_argument("--restarts", type=int, default=50, help="restarts of nmfbio")
    parser.add_argument("--peer-restarts", type=int, default=6, help="restarts of scikit-learn, scaled to --restarts")
    parser.add_argument("--tolerance", type=float, default=1e-5, help="stop of kl: the default of the workflow")
    parser.add_argument("--output", type=Path, help="file for the report, besides the screen")
    arguments = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    return_freed_memory_from(LEARNED_THRESHOLD)
    with threadpool_limits(1):
        report = compare(arguments.rank, arguments.restarts, arguments.peer_restarts, arguments.tolerance)
    print(report)
    if arguments.output:
        arguments.output.write_text(report)


if __name__ == "__main__":
    main()
