"""Hands a plan of fits to a worker process of its own and reads back seconds, iterations and factors."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from cases import Case, Matrix
from environments import HERE, PEERS, Unavailable, last_line
from objectives import objective
from solvers import Solver

# In a plan: the solver's own default.
OWN = -1
THREADS = ("OMP", "OPENBLAS", "MKL", "BLIS", "NUMBA", "RAYON")
# glibc gives freed blocks from 128 KiB on back to the kernel, which clears them anew; above 1 GiB only when tuned.
TUNED = {"MALLOC_MMAP_THRESHOLD_": str(2**30), "MALLOC_TRIM_THRESHOLD_": str(2**31)}
MEMORIES = {"default": {}, "tuned": TUNED}


@dataclass(frozen=True)
class Fit:
    """What a worker is asked for: where from, how many restarts in one call, where to stop, and what for."""

    kind: str
    start: int = 0
    restarts: int = 1
    max_iter: int = OWN
    tolerance: float = OWN


@dataclass(frozen=True)
class Bench:
    """What all jobs of one case share."""

    case: Case
    matrix: Matrix
    commands: dict[str, list[str]]
    timeout: float


def run_fits(bench: Bench, solver: Solver, fits: Sequence[Fit], memory: str = "tuned", **extra: str) -> pd.DataFrame:
    """Seconds, iterations and objective of each fit, one row a restart. ``extra`` is set in the environment.

    Fits that differ by their kind alone are run once.
    """
    kinds: dict[Fit, list[str]] = {}
    for fit in fits:
        kinds.setdefault(replace(fit, kind=""), []).append(fit.kind)
    folder = Path(tempfile.mkdtemp(prefix="job-", dir=PEERS))
    try:
        write_job(bench.case, solver, list(kinds), folder)
        call_worker(bench, solver, folder, {**MEMORIES[memory], **extra})
        table = read_result(bench, solver, list(kinds), folder)
    finally:
        shutil.rmtree(folder)
    return (
        table.assign(memory=memory, kind=table.fit.map(dict(enumerate(kinds.values()))))
        .explode("kind")
        .drop(columns="fit")
    )


def write_job(case: Case, solver: Solver, fits: Sequence[Fit], folder: Path) -> None:
    """The two tables that a worker reads."""
    words = {"matrix": case.matrix, "rank": case.rank, "objective": case.objective, "variant": solver.variant}
    (folder / "job.tsv").write_text("".join(f"{key}\t{value}\n" for key, value in words.items()))
    lines = [
        f"{i}\t{fit.start}\t{fit.restarts}\t{fit.max_iter}\t{float(fit.tolerance)!r}\n" for i, fit in enumerate(fits)
    ]
    (folder / "plan.tsv").write_text("fit\tstart\trestarts\tmax_iter\ttolerance\n" + "".join(lines))


def call_worker(bench: Bench, solver: Solver, folder: Path, extra: dict[str, str]) -> None:
    """Run a worker on the job in a folder, with one thread."""
    environment = {**os.environ, **{f"{name}_NUM_THREADS": "1" for name in THREADS}, **extra}
    if solver.environment not in bench.commands:
        raise Unavailable("not installed")
    workers = HERE / "peers"
    command = [*bench.commands[solver.environment], str(workers / solver.worker)]
    command += [str(workers)] * (solver.environment == "r") + [str(folder)]
    try:
        outcome = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, timeout=bench.timeout
        )
    except subprocess.TimeoutExpired:
        raise Unavailable(f"not done after {bench.timeout:.0f} seconds") from None
    if outcome.returncode:
        killed = "ended by the system, as for want of memory" if outcome.returncode < 0 else last_line(outcome.stderr)
        raise Unavailable(killed)


def read_result(bench: Bench, solver: Solver, fits: Sequence[Fit], folder: Path) -> pd.DataFrame:
    """The worker's table, completed by the objective and by what was asked."""
    table = pd.read_csv(folder / "result.tsv", sep="\t")
    asked = pd.DataFrame([vars(fit) for fit in fits]).drop(columns=["start", "kind"])
    table = table.join(asked, on="fit").rename(columns={"restart": "start"})
    objectives = [value for i, fit in enumerate(fits) for value in judge(bench, folder / f"fit{i}", fit.restarts)]
    notes = dict(line.split("\t") for line in (folder / "notes.tsv").read_text().splitlines())
    prepare_seconds = float(notes.pop("prepare_seconds", "nan"))
    versions = ", ".join(f"{name} {number}" for name, number in notes.items())
    return table.assign(
        objective=objectives,
        case=bench.case.name,
        solver=solver.name,
        versions=versions,
        prepare_seconds=prepare_seconds,
    )


def judge(bench: Bench, stem: Path, restarts: int) -> list[float]:
    """Objectives of a fit's factors, one a restart."""
    samples, genes = bench.matrix.shape
    rank = bench.case.rank
    usages = np.fromfile(f"{stem}_usages.f64").reshape(restarts, samples, rank)
    metagenes = np.fromfile(f"{stem}_metagenes.f64").reshape(restarts, rank, genes)
    return [objective(bench.matrix, *pair, bench.case.objective) for pair in zip(usages, metagenes, strict=True)]
