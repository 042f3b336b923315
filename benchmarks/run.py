"""Runs nmfbio beside its peers on the same matrices from the same starts; ``README.md`` beside this file tells more.

``python benchmarks/run.py`` installs the peers under ``benchmarks/.peers``, measures, and writes ``benchmark.md``,
``benchmark.tsv.gz`` and ``benchmark.png`` into ``benchmarks/results``.
"""

import argparse
import os
import shutil
from pathlib import Path

import pandas as pd
from cases import Case, make_cases
from environments import DATA, HERE, PEERS, Unavailable, command_of
from figure import draw
from jobs import Bench
from machine import describe, load
from measure import Outcome, measure_case
from report import Notes, write_report
from solvers import SOLVERS
from summary import add_excess, in_table_order


def read_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="rounds in which the solvers take turns")
    parser.add_argument(
        "--budget", type=float, default=30, help="CPU seconds a solver may take in one case and memory setting"
    )
    parser.add_argument("--timeout", type=float, default=1800, help="seconds after which a worker is given up")
    parser.add_argument("--processor", type=int, help="processor to stay on; the last one by default")
    parser.add_argument("--only", default="", help="run only cases whose name contains this")
    parser.add_argument("--quick", action="store_true", help="smaller data, two rounds: to try the suite")
    parser.add_argument("--output", type=Path, default=HERE / "results", help="folder for the results")
    return parser.parse_args()


def set_up_peers() -> tuple[dict[str, list[str]], dict[str, str]]:
    """The interpreter of each environment, and the reasons for those that are missing."""
    commands, missing = {}, {}
    for environment in dict.fromkeys(solver.environment for solver in SOLVERS):
        try:
            commands[environment] = command_of(environment)
        except Unavailable as reason:
            names = dict.fromkeys(solver.package for solver in SOLVERS if solver.environment == environment)
            missing[", ".join(names)] = str(reason)
    return commands, missing


def choose_processor(wanted: int | None) -> int:
    """The processor asked for, or the last."""
    return max(os.sched_getaffinity(0)) if wanted is None else wanted


def tell(text: str) -> None:
    """Print at once, though the output be a file."""
    print(text, flush=True)


def write_results(arguments: argparse.Namespace, cases: list[Case], outcomes: dict[str, Outcome], notes: Notes) -> None:
    """Table of fits, figure and report of the cases measured so far."""
    fits = in_table_order(add_excess(pd.concat([outcome.fits for outcome in outcomes.values()], ignore_index=True)))
    arguments.output.mkdir(parents=True, exist_ok=True)
    fits.to_csv(arguments.output / "benchmark.tsv.gz", sep="\t", index=False, float_format="%.9g")
    draw(fits, cases, arguments.output / "benchmark.png")
    (arguments.output / "benchmark.md").write_text(write_report(outcomes, cases, fits, notes))


def main() -> None:
    """Set up, measure, report; what is measured is written after each case."""
    arguments = read_arguments()
    PEERS.mkdir(exist_ok=True)
    for left_over in PEERS.glob("job-*"):
        shutil.rmtree(left_over)
    load_before = load()
    commands, missing = set_up_peers()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {choose_processor(arguments.processor)})
    cases, matrices = make_cases(DATA, arguments.quick)
    cases = [case for case in cases if arguments.only in case.name]
    rounds, budget = (2, 3.0) if arguments.quick else (arguments.rounds, arguments.budget)
    outcomes = {}
    for number, case in enumerate(cases, start=1):
        tell(case.title)
        bench = Bench(case, matrices[case.matrix], commands, arguments.timeout)
        outcomes[case.name] = measure_case(bench, rounds, budget, tell)
        notes = Notes(describe(load_before), missing, arguments.quick)
        write_results(arguments, cases[:number], outcomes, notes)
    tell(f"\nWrote benchmark.md, benchmark.tsv.gz and benchmark.png into {arguments.output}")


if __name__ == "__main__":
    main()
