"""Assesses nmfbio's verdict on the rank, and other rules beside it; ``benchmarks/README.md`` tells more.

``python -m benchmarks.rank`` runs every mode and writes ``rank.md``, ``rank.png``, ``summary.json`` and ``answers.tsv``
into ``benchmarks/results/rank``. A run that was ended goes on where it was.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from benchmarks.machine import describe, load
from benchmarks.rank import ours
from benchmarks.rank.figure import draw
from benchmarks.rank.records import read_records, run_tasks
from benchmarks.rank.report import fill_page, write_report
from benchmarks.rank.summary import summarize, tabulate_answers
from benchmarks.rank.tasks import Settings, Task, plan_hits, plan_permuted, plan_ranges, plan_real, plan_seeds
from nmfbio.io import read_json, write_json, write_table, write_text

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "rank_calibration.md"
PUBLISHED = ROOT / "benchmarks" / "results" / "rank"
MODES = ("hits", "permuted", "real", "seeds", "ranges")


def read_arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rank", description=__doc__.splitlines()[0])
    parser.add_argument("modes", nargs="*", metavar="mode", help=f"{', '.join(MODES)}, or report alone; all by default")
    parser.add_argument("--sets", type=int, default=60, help="simulated sets over the five scenarios")
    parser.add_argument(
        "--seed", type=int, default=1000, help="seed of the first set, others follow; below 1000: calibration"
    )
    parser.add_argument("--ranks", type=read_range, default=(2, 10), metavar="2-10", help="ranks tried")
    parser.add_argument("--restarts", type=int, default=50, help="restarts at every rank")
    parser.add_argument("--data", type=Path, help="folder with more labelled data, one folder each")
    parser.add_argument("--output", type=Path, default=PUBLISHED, help="folder for records and results")
    arguments = parser.parse_args(words)
    unknown = [mode for mode in arguments.modes if mode not in (*MODES, "report")]
    if unknown:
        parser.error(f"mode is {unknown[0]}; expected {', '.join(MODES)} or report")
    return arguments


def read_range(text: str) -> tuple[int, int]:
    """First and last rank."""
    first, _, last = text.partition("-")
    if not (first.isdigit() and last.isdigit() and 1 <= int(first) <= int(last)):
        raise argparse.ArgumentTypeError(f"found {text}; expected the first and the last rank, such as 2-10")
    return int(first), int(last)


def plan(mode: str, arguments: argparse.Namespace) -> list[Task]:
    """The tasks of a mode."""
    first, last = arguments.ranks
    settings = Settings(ranks=tuple(range(first, last + 1)), restarts=arguments.restarts)
    return {
        "hits": lambda: plan_hits(arguments.sets, arguments.seed, settings),
        "permuted": lambda: plan_permuted(settings),
        "real": lambda: plan_real(arguments.data, settings),
        "seeds": lambda: plan_seeds(arguments.seed, settings),
        "ranges": lambda: plan_ranges(arguments.seed, settings),
        "report": lambda: [],
    }[mode]()


def write_results(output: Path, machine: str) -> None:
    """Report, figure and tables of all records so far; the documentation page where they are the published ones."""
    records = read_records(output / "sets")
    write_json(summarize(records), output / "summary.json")
    summary = read_json(output / "summary.json")
    answers = tabulate_answers(records)
    if len(answers):
        truths = [" or ".join(map(str, truth)) for truth in answers.truth]
        write_table(answers.assign(truth=truths), output / "answers.tsv")
    write_text(write_report(summary, machine), output / "rank.md")
    if summary["rates"]:
        draw(summary, output / "rank.png")
    if output.resolve() == PUBLISHED:
        write_text(fill_page(PAGE.read_text(encoding="utf-8"), summary), PAGE)


def main() -> None:
    """Assess what is not assessed yet; write the results after each matrix."""
    arguments = read_arguments()
    load_before = load()

    def report(line: str) -> None:
        print(line, flush=True)
        write_results(arguments.output, describe(load_before))

    for mode in arguments.modes or MODES:
        run_tasks(plan(mode, arguments), arguments.output / "sets", ours.assess, report)
    report(f"Wrote rank.md, rank.png, summary.json and answers.tsv into {arguments.output}")


if __name__ == "__main__":
    main()
