"""Recall and precision of programs shared by simulated cohorts; ``benchmarks/README.md`` tells more.

``python -m benchmarks.shared_programs`` writes ``benchmarks/results/shared_programs/shared_programs.tsv``, one row a
scenario, threshold and seed, and prints the means.
"""

import argparse
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.shared_programs.compare import judge_programs
from benchmarks.shared_programs.simulate import Cohort, simulate_cohorts
from nmfbio.config import Preprocess
from nmfbio.config_preprocess import LOG_BASES
from nmfbio.consensus import build_consensus, summarize_restarts
from nmfbio.factorization import factorize
from nmfbio.io import write_table
from nmfbio.preprocessing import preprocess
from nmfbio.signatures import Solution, extract_signatures, find_shared_programs

OUTPUT = Path(__file__).resolve().parents[1] / "results" / "shared_programs" / "shared_programs.tsv"
SCENARIOS = {"4 shared, 1 private": (4, 1), "unrelated": (0, 5), "no structure": (0, 0)}
RANKS = range(2, 7)
RESTARTS = 5
# Seeds below 100 have set the default of `programs.least_cosine`.
FIRST_SEED = 100
THRESHOLDS = (0.15, 0.2, 0.25, 0.3, 0.4)


def solve(name: str, cohort: Cohort) -> list[Solution]:
    """Solutions of a cohort at all ranks."""
    expression = preprocess(cohort.counts, Preprocess(preset="rnaseq_counts"))
    return [solve_rank(name, expression, rank) for rank in RANKS]


def solve_rank(name: str, expression, rank: int) -> Solution:
    """Solution of a preprocessed cohort at one rank."""
    restarts = summarize_restarts(factorize(expression.X, rank, restarts=RESTARTS, threads=1, tolerance=1e-4))
    names = np.array(expression.obs_names, dtype=str)
    consensus = build_consensus(expression.X, restarts, names, log_base=LOG_BASES["rnaseq_counts"])
    tables = extract_signatures(expression.X, consensus, expression.obs_names, expression.var)
    samples = tables.samples.assign(sample=name + "_" + tables.samples["sample"])
    return Solution(name, tables.scores, tables.genes, samples)


def judge_seed(scenario: str, seed: int) -> list[dict]:
    """One row a threshold."""
    cohorts, markers = simulate_cohorts(seed, *SCENARIOS[scenario])
    solutions = [one for number, cohort in enumerate(cohorts) for one in solve(f"cohort_{number}", cohort)]
    found = {threshold: find_shared_programs(solutions, least_cosine=threshold) for threshold in THRESHOLDS}
    return [
        {"scenario": scenario, "seed": seed, "least_cosine": threshold, **judge_programs(result, markers)}
        for threshold, result in found.items()
    ]


def main() -> None:
    """Run every scenario on every seed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.shared_programs", description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=12)
    parser.add_argument("--output", type=Path, default=OUTPUT)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    seeds = range(FIRST_SEED, FIRST_SEED + arguments.seeds)
    rows = [row for scenario in SCENARIOS for seed in seeds for row in judge_seed(scenario, seed)]
    table = pd.DataFrame(rows)
    write_table(table, arguments.output)
    print(table.groupby(["scenario", "least_cosine"], sort=False).mean(numeric_only=True).drop(columns="seed").round(2))


if __name__ == "__main__":
    main()
