"""What every Python worker shares: it reads a job, times each fit of its plan, and writes seconds and factors.

A job is a folder. ``job.tsv`` names the matrix, the rank, the objective and the variant of the solver; ``plan.tsv``
lists the fits. All arrays are raw little-endian float64 or int32, samples × genes in C order, so that R reads the same
files as genes × samples.
"""

import csv
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np

# In a plan: the solver's own default.
OWN = -1


@dataclass(frozen=True)
class Fit:
    """One line of a plan: a start (or, if ``restarts`` > 1, so many starts from number 0) and where to stop."""

    number: int
    start: int
    restarts: int
    max_iter: int
    tolerance: float

    def given(self, **names: str) -> dict:
        """Keyword arguments for what the plan sets, e.g. ``given(max_iter="maxit", tolerance="tol")``."""
        return {word: getattr(self, name) for name, word in names.items() if getattr(self, name) != OWN}


@dataclass(frozen=True)
class Job:
    """The content of a job's folder and of its matrix's folder."""

    folder: Path
    matrix: Path
    rank: int
    objective: str
    variant: str
    shape: tuple[int, int]
    sparse: bool

    def dense(self) -> np.ndarray:
        """The matrix as an array, samples × genes."""
        values = np.fromfile(self.matrix / "values.f64")
        if not self.sparse:
            return values.reshape(self.shape)
        bounds = np.fromfile(self.matrix / "rows.i32", np.int32)
        dense = np.zeros(self.shape)
        dense[
            np.repeat(np.arange(self.shape[0]), np.diff(bounds)), np.fromfile(self.matrix / "columns.i32", np.int32)
        ] = values
        return dense

    def expression(self):
        """The matrix as it is stored: an array, or a scipy CSR matrix."""
        if not self.sparse:
            return self.dense()
        from scipy.sparse import csr_matrix

        parts = (np.fromfile(self.matrix / name, kind) for name, kind in (("columns.i32", "i4"), ("rows.i32", "i4")))
        return csr_matrix((np.fromfile(self.matrix / "values.f64"), *parts), shape=self.shape)

    def start(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """A fresh copy of the usages (samples × rank) and metagenes (rank × genes) to start from."""
        usages, metagenes = (
            np.fromfile(self.matrix / f"rank{self.rank}_start{number}_{name}.f64") for name in ("usages", "metagenes")
        )
        return usages.reshape(self.shape[0], self.rank), metagenes.reshape(self.rank, self.shape[1])

    def plan(self) -> list[Fit]:
        """All fits to time, in order."""
        with (self.folder / "plan.tsv").open() as lines:
            rows = csv.DictReader(lines, delimiter="\t")
            return [
                Fit(*(int(row[key]) for key in ("fit", "start", "restarts", "max_iter")), float(row["tolerance"]))
                for row in rows
            ]


# Takes a fit and its start; gives usages, metagenes (each with a leading axis of restarts, or none) and iterations.
Solve = Callable[[Fit, tuple[np.ndarray, np.ndarray]], tuple[np.ndarray, np.ndarray, object]]


def read_job(folder: Path) -> Job:
    """Read a job's two small tables."""
    words = dict(line.split("\t") for line in (folder / "job.tsv").read_text().splitlines())
    matrix = Path(words["matrix"])
    sizes = dict(line.split("\t") for line in (matrix / "matrix.tsv").read_text().splitlines())
    shape = int(sizes["samples"]), int(sizes["genes"])
    return Job(
        folder, matrix, int(words["rank"]), words["objective"], words["variant"], shape, sizes["stored"] == "sparse"
    )


def run_job(prepare: Callable[[Job], Solve], packages: tuple[str, ...]) -> None:
    """Do the job whose folder stands on the command line.

    Not timed are ``prepare``, which reads and converts, and a first fit of one iteration, which loads what is loaded
    late.
    """
    job = read_job(Path(sys.argv[1]))
    begun = time.process_time()
    solve = prepare(job)
    solve(Fit(OWN, 0, 1, 1, 0.0), job.start(0))
    notes = [("prepare_seconds", str(time.process_time() - begun)), *((name, version(name)) for name in packages)]
    lines = ["fit\trestart\tseconds\titerations"]
    for fit in job.plan():
        start = job.start(fit.start)
        begun = time.process_time()
        usages, metagenes, iterations = solve(fit, start)
        seconds = (time.process_time() - begun) / fit.restarts
        counts = np.broadcast_to(np.asarray(iterations, dtype=int), fit.restarts)
        lines += [f"{fit.number}\t{r}\t{seconds!r}\t{count}" for r, count in enumerate(counts, start=fit.start)]
        for name, factor in (("usages", usages), ("metagenes", metagenes)):
            np.ascontiguousarray(factor, np.float64).tofile(job.folder / f"fit{fit.number}_{name}.f64")
    (job.folder / "result.tsv").write_text("\n".join(lines) + "\n")
    (job.folder / "notes.tsv").write_text("".join(f"{name}\t{value}\n" for name, value in notes))
