"""The tools that are compared, and a run of one in a process of its own, whose CPU seconds and memory are its own."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import anndata
import numpy as np
import pandas as pd

from benchmarks.environments import Unavailable, last_line, set_up_python
from benchmarks.programs.simulate import N_PROGRAMS, Cells

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
THREADS = ("OMP", "OPENBLAS", "MKL", "BLIS", "NUMBA")


@dataclass(frozen=True)
class Tool:
    """A tool with its settings beside rank and restarts."""

    name: str
    worker: str
    settings: dict[str, object]


TOOLS = (
    Tool("cNMF", "run_cnmf.py", {"density_threshold": 0.5}),
    Tool("nmfbio kl, aligned median", "run_nmfbio.py", {"method": "kl", "solution": "aligned_median"}),
    Tool("nmfbio kl, clustered", "run_nmfbio.py", {"method": "kl", "solution": "clustered"}),
    Tool("nmfbio frobenius, aligned median", "run_nmfbio.py", {"method": "frobenius", "solution": "aligned_median"}),
    Tool("nmfbio frobenius, clustered", "run_nmfbio.py", {"method": "frobenius", "solution": "clustered"}),
)


@dataclass(frozen=True)
class Found:
    """What a tool found, and what it took: CPU seconds of user and system, and the largest resident memory in MiB."""

    programs: np.ndarray
    usages: np.ndarray
    seconds: float
    peak: float


def run_tool(tool: Tool, cells: Cells, restarts: int) -> Found:
    """Run a tool on one thread, start-up and reading included.

    Raises
    ------
    Unavailable
        It cannot be installed, or ended with an error; the message is the reason.
    """
    python = str(set_up_python("cnmf")) if tool.worker == "run_cnmf.py" else sys.executable
    folder = Path(tempfile.mkdtemp(prefix="programs-"))
    try:
        write_counts(cells, folder / "counts.h5ad")
        settings = {"rank": N_PROGRAMS, "restarts": restarts, **tool.settings}
        (folder / "settings.json").write_text(json.dumps(settings))
        seconds, peak = run_measured([python, str(HERE / tool.worker), str(folder)], folder)
        with np.load(folder / "found.npz", allow_pickle=False) as found:
            return Found(found["programs"], found["usages"], seconds, peak)
    finally:
        shutil.rmtree(folder)


def write_counts(cells: Cells, path: Path) -> None:
    """Counts as both tools read them."""
    names = [pd.Index([f"{what}{i}" for i in range(size)]) for what, size in zip("CG", cells.counts.shape, strict=True)]
    frames = [pd.DataFrame(index=each) for each in names]
    anndata.AnnData(cells.counts, *frames).write_h5ad(path)


def run_measured(command: list[str], folder: Path) -> tuple[float, float]:
    """Run a command on one thread; its CPU seconds and largest resident memory in MiB."""
    environment = {**os.environ, **{f"{name}_NUM_THREADS": "1" for name in THREADS}, "PYTHONPATH": str(ROOT)}
    with (folder / "log").open("w+") as log:
        process = subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        log.seek(0)
        if process.returncode:
            raise Unavailable(last_line(log.read()))
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
