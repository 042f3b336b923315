"""Method `online` on a million simulated cells read from memory-mapped files: memory, time, and how good the fit is.

Run as ``python benchmarks/online_million.py --folder FOLDER``; a gigabyte is written there and left. The result goes to
``benchmarks/results/online_million.md``.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import scipy.sparse

N_GENES = 2000
N_PROGRAMS = 20
RANK = 20
# Mean count that leaves 5 % of the values above zero.
MEAN_COUNT = 0.0525
CELLS_AT_ONCE = 10_000
SUBSET = 100_000
RESULT = Path(__file__).parent / "results" / "online_million.md"


def simulate_cells(n_cells: int, programs: np.ndarray, random: np.random.Generator) -> scipy.sparse.csr_matrix:
    """Poisson counts of cells that mix a few programs, scaled to one mean count."""
    usages = random.gamma(0.2, 1.0, (n_cells, N_PROGRAMS))
    means = usages @ programs
    return scipy.sparse.csr_matrix(random.poisson(means * (MEAN_COUNT / means.mean())).astype(np.float32))


def write_matrix(folder: Path, n_cells: int) -> None:
    """Simulate block by block and write data, indices and indptr as files that can be mapped."""
    random = np.random.default_rng(0)
    programs = random.gamma(0.2, 1.0, (N_PROGRAMS, N_GENES))
    ends = [0]
    with (folder / "data.raw").open("wb") as data, (folder / "indices.raw").open("wb") as indices:
        for start in range(0, n_cells, CELLS_AT_ONCE):
            block = simulate_cells(min(CELLS_AT_ONCE, n_cells - start), programs, random)
            block.data.tofile(data)
            block.indices.astype(np.int32).tofile(indices)
            ends.extend((block.indptr[1:].astype(np.int64) + ends[-1]).tolist())
    np.save(folder / "indptr.npy", np.array(ends))


def map_matrix(folder: Path) -> scipy.sparse.csr_matrix:
    """The matrix, left on disk."""
    indptr = np.load(folder / "indptr.npy", mmap_mode="r")
    parts = (np.memmap(folder / f"{name}.raw", dtype, "r") for name, dtype in (("data", "f4"), ("indices", "i4")))
    return scipy.sparse.csr_matrix((*parts, indptr), shape=(len(indptr) - 1, N_GENES))


def memory_peaks() -> dict[str, float]:
    """Most memory this process has held so far, and what of it at present are mapped files, in GiB."""
    lines = (line.split() for line in Path("/proc/self/status").read_text().splitlines())
    sizes = {words[0]: float(words[1]) / 2**20 for words in lines if words[0] in ("VmHWM:", "RssFile:")}
    return {"peak": sizes["VmHWM:"], "files": sizes["RssFile:"]}


def fit(folder: Path, method: str, loss: str, n_cells: int) -> dict:
    """Fit the first cells once and describe the fit; run in a process of its own."""
    from nmfbio.factorization import METHODS, factorize, fit_usages

    matrix = map_matrix(folder)
    subset = matrix[: min(SUBSET, matrix.shape[0])]
    options = {"loss": loss} if method == "online" else {}
    compile_all = {"restarts": 1, "threads": 1, "max_iter": 12}
    factorize(matrix[:3000], RANK, method, **compile_all, **options)
    wall, cpu = time.perf_counter(), time.process_time()
    found = factorize(matrix[:n_cells] if n_cells < matrix.shape[0] else matrix, RANK, method, 1, threads=1, **options)
    seconds = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    peaks = memory_peaks()
    solver = METHODS[loss]
    usages = fit_usages(subset, found.metagenes[0], loss)
    on_subset = solver.objective(subset, usages, found.metagenes[0], solver.options())
    return {
        "method": f"{method}, {loss}" if method == "online" else method,
        "cells": n_cells,
        "passes": int(found.n_iter[0]),
        "converged": bool(found.converged[0]),
        "objective a cell": float(found.objective[0]) / n_cells,
        "on the subset, a cell": float(on_subset) / subset.shape[0],
        **seconds,
        **peaks,
    }


def fit_apart(folder: Path, method: str, loss: str, n_cells: int) -> dict:
    """`fit` in a new process, so that its memory is its own."""
    arguments = [sys.executable, __file__, "--folder", str(folder), "--fit", method, loss, str(n_cells)]
    return json.loads(subprocess.run(arguments, check=True, capture_output=True, text=True).stdout.splitlines()[-1])


def describe(found: list[dict], n_cells: int, share: float) -> str:
    """The results as Markdown."""
    head = (
        "fit", "cells", "passes", "converged", "CPU s", "wall s", "peak GiB", "of it mapped files, at the end",
        "objective a cell", "on the first cells alone",
    )  # fmt: skip
    rows = [
        (
            one["method"], f"{one['cells']:,}", one["passes"], "yes" if one["converged"] else "no",
            f"{one['cpu']:.0f}", f"{one['wall']:.0f}", f"{one['peak']:.2f}", f"{one['files']:.2f}",
            f"{one['objective a cell']:.4f}", f"{one['on the subset, a cell']:.4f}",
        )
        for one in found
    ]  # fmt: skip
    table = "\n".join(f"| {' | '.join(map(str, row))} |" for row in (head, ["---"] * len(head), *rows))
    return (
        f"# `online` on {n_cells:,} cells × {N_GENES:,} genes, {share:.1%} above zero, rank {RANK}\n\n"
        "One restart on one thread, kernels compiled before. The matrix is read from memory-mapped files; pages of\n"
        "them count as resident while the system leaves them there. The last column compares fits on the same cells:\n"
        f"the metagenes of each, with usages fitted to the first {min(SUBSET, n_cells):,} cells.\n\n{table}\n"
    )


def main() -> None:
    """Read the command line; simulate, fit, report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, required=True, help="where the matrix is written")
    parser.add_argument("--cells", type=int, default=1_000_000)
    parser.add_argument("--losses", nargs="+", default=["frobenius", "kl"])
    parser.add_argument("--fit", nargs=3, metavar=("METHOD", "LOSS", "CELLS"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.fit:
        method, loss, n_cells = arguments.fit
        print(json.dumps(fit(arguments.folder, method, loss, int(n_cells))))
        return
    arguments.folder.mkdir(parents=True, exist_ok=True)
    write_matrix(arguments.folder, arguments.cells)
    matrix, subset = map_matrix(arguments.folder), min(SUBSET, arguments.cells)
    found = []
    for loss in arguments.losses:
        for method, n_cells in (("online", arguments.cells), (loss, subset)):
            found.append(fit_apart(arguments.folder, method, loss, n_cells))
            RESULT.parent.mkdir(exist_ok=True)
            RESULT.write_text(describe(found, arguments.cells, matrix.nnz / np.prod(matrix.shape, dtype=np.float64)))
    print(RESULT.read_text())


if __name__ == "__main__":
    main()
