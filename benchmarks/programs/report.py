"""Writes what was found as Markdown."""

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

METHOD = """\
- **Cells**: counts of six identities of unequal size; three cells in ten of four identities also use an activity
  program, for 10 to 70 % of their expression. Truth is the mean expression profile of each program.
- **Same counts, same rank (7), same number of restarts, one thread.** cNMF runs its own steps (prepare, factorize,
  combine, consensus) with its defaults: Frobenius, 2,000 genes, density threshold 0.5. nmfbio runs preset
  `single_cell`, `factorize` and `build_consensus`; `clustered` has the same density threshold.
- **Same space**: cNMF's spectra are profiles in TPM over all genes, fitted to the usage shares by non-negative least
  squares; nmfbio's solution is brought there by the same step. *Cosine* compares those profiles; *cosine, scaled*
  divides each gene by its standard deviation in TPM first, so that highly expressed genes do not decide alone. Programs
  are matched one to one to the truth by the scaled cosine. *Usage* is the correlation of usage shares with the true
  ones.
- **CPU seconds and memory** are those of a process that reads the counts, does all this and ends; start-up included,
  nmfbio's kernels compiled before."""


def write_report(runs: Sequence[Mapping], machine: str) -> str:
    """The whole report.

    Parameters
    ----------
    runs
        One a set and tool: seed, tool, shape, restarts, and either reason or seconds, peak and nearness (columns
        profile, scaled and usage, the activity program last).
    machine
        A sentence on the machine.
    """
    done = [run for run in runs if "reason" not in run]
    sets = "; ".join(dict.fromkeys(f"seed {run['seed']}: {run['shape'][0]:,} × {run['shape'][1]:,}" for run in runs))
    restarts = ", ".join(sorted({str(run["restarts"]) for run in runs}))
    parts = ["# Programs in simulated cells: nmfbio beside cNMF", "", machine, ""]
    parts += [f"Cells × genes: {sets}. {restarts} restarts.", "", METHOD, "", *describe_runs(done)]
    missing = dict.fromkeys(f"- {run['tool']}: {run['reason']}" for run in runs if "reason" in run)
    return "\n".join([*parts, *(["", "Could not be run:", "", *missing] if missing else []), ""])


def describe_runs(runs: Sequence[Mapping]) -> list[str]:
    """One line a tool: means over sets."""
    head = [
        "tool",
        "sets",
        "cosine, mean (worst program)",
        "cosine, scaled, mean (worst program)",
        "scaled, activity program",
        "usage, mean (worst program)",
        "usage, activity program",
        "CPU s",
        "peak MiB",
    ]
    rows = []
    for tool in dict.fromkeys(run["tool"] for run in runs):
        mine = [run for run in runs if run["tool"] == tool]
        tables = [pd.DataFrame(run["nearness"]) for run in mine]
        rows.append(
            [
                tool,
                str(len(mine)),
                word_nearness(tables, "profile"),
                word_nearness(tables, "scaled"),
                f"{mean(table['scaled'].iloc[-1] for table in tables):.4f}",
                word_nearness(tables, "usage"),
                f"{mean(table['usage'].iloc[-1] for table in tables):.4f}",
                f"{mean(run['seconds'] for run in mine):.0f}",
                f"{max(run['peak'] for run in mine):.0f}",
            ]
        )
    return [f"| {' | '.join(cells)} |" for cells in [head, ["---"] * len(head), *rows]]


def word_nearness(tables: Sequence[pd.DataFrame], column: str) -> str:
    """Mean over programs and sets, and the worst program of any set."""
    return f"{mean(table[column].mean() for table in tables):.4f} ({min(table[column].min() for table in tables):.4f})"


def mean(values: Iterable[float]) -> float:
    """Arithmetic mean."""
    values = list(values)
    return sum(values) / len(values)
