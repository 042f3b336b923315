"""Compares programs found by nmfbio and cNMF in simulated cells; ``benchmarks/README.md`` tells more.

``python -m benchmarks.programs`` writes ``programs.md`` and ``programs.json`` into ``benchmarks/results/programs``. A
run that was ended goes on where it was.
"""

import argparse
from pathlib import Path

from benchmarks.environments import Unavailable
from benchmarks.machine import describe, load
from benchmarks.programs.compare import compare_programs
from benchmarks.programs.report import write_report
from benchmarks.programs.simulate import N_CELLS, N_GENES, Cells, simulate_cells
from benchmarks.programs.tools import TOOLS, Tool, run_tool
from nmfbio.io import read_json, write_json, write_text

OUTPUT = Path(__file__).resolve().parents[1] / "results" / "programs"


def read_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.programs", description=__doc__.splitlines()[0])
    parser.add_argument("--sets", type=int, default=3, help="simulated sets")
    parser.add_argument("--seed", type=int, default=1000, help="seed of the first set; the others follow it")
    parser.add_argument("--cells", type=int, default=N_CELLS)
    parser.add_argument("--genes", type=int, default=N_GENES)
    parser.add_argument("--restarts", type=int, default=100, help="restarts of each tool")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="folder for the results")
    return parser.parse_args()


def measure(tool: Tool, cells: Cells, restarts: int) -> dict:
    """What a tool found of the truth and what it took, or the reason why it could not be run."""
    try:
        found = run_tool(tool, cells, restarts)
    except Unavailable as reason:
        return {"reason": str(reason)}
    nearness = compare_programs(cells, found.programs, found.usages)
    return {"seconds": found.seconds, "peak": found.peak, "nearness": nearness.to_dict("list")}


def is_done(run: dict, wanted: dict) -> bool:
    """Whether a run is one that is wanted, and not one that failed."""
    return "reason" not in run and all(run[key] == value for key, value in wanted.items())


def main() -> None:
    """Run every tool on every set that it has not been run on; write the results after each run.

    ``programs.json`` keeps runs that were not asked for now, ``programs.md`` shows those that were.
    """
    arguments = read_arguments()
    load_before = load()
    path = arguments.output / "programs.json"
    earlier = read_json(path) if path.exists() else []
    runs = []
    compiled = False
    for seed in range(arguments.seed, arguments.seed + arguments.sets):
        cells = simulate_cells(seed, arguments.cells, arguments.genes)
        for tool in TOOLS:
            wanted = {
                "seed": seed,
                "tool": tool.name,
                "shape": list(cells.counts.shape),
                "restarts": arguments.restarts,
            }
            run = next((run for run in earlier if is_done(run, wanted)), None)
            if run is None:
                if not compiled:
                    compile_kernels(cells)
                    compiled = True
                run = {**wanted, **measure(tool, cells, arguments.restarts)}
                print({key: value for key, value in run.items() if key != "nearness"}, flush=True)
            runs.append(run)
            write_json([*runs, *(run for run in earlier if run not in runs)], path)
            write_text(write_report(runs, describe(load_before)), arguments.output / "programs.md")


def compile_kernels(cells: Cells) -> None:
    """Let nmfbio's kernels be compiled once, outside of what is measured."""
    for tool in TOOLS[1::2]:
        run_tool(tool, cells, 2)


if __name__ == "__main__":
    main()
