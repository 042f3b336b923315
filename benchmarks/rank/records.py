"""One file an assessment, written when it is complete, so that a run that is killed goes on where it was."""

import hashlib
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from benchmarks.rank.rules import apply_rules, measure_program_stability
from benchmarks.rank.tasks import Task
from nmfbio.errors import InputError
from nmfbio.factorization import factorize_ranks
from nmfbio.io import read_json, write_json

PROJECT = Path(__file__).resolve().parents[2]
# What a verdict rests on: where any of it changes, older records may say something else.
SOURCES = ("nmfbio/factorization", "nmfbio/consensus", "nmfbio/rank", "benchmarks/rank/simulate.py")

Assess = Callable[..., tuple[pd.DataFrame, dict]]


def run_tasks(tasks: Iterable[Task], folder: Path, assess: Assess, after_each: Callable[[str], None]) -> None:
    """Assess what has no record yet.

    Parameters
    ----------
    tasks
        In the order in which they are run.
    folder
        Of the records, one folder a mode.
    assess
        ``ours.assess``.
    after_each
        Called with a line on every task that was run.

    Raises
    ------
    InputError
        A record was made with other settings; none is overwritten.
    """
    waiting = [task for task in tasks if not has_record(task, folder)]
    for number, task in enumerate(waiting, start=1):
        record = run_task(task, assess)
        write_json(record, record_path(task, folder))
        truth = " or ".join(map(str, task.truth))
        after_each(
            f"{number} of {len(waiting)}: {task.mode}, {task.name}: {record['verdict']['status']}, "
            f"rank {record['verdict']['rank']}, truth {truth}, {record['seconds']:.0f} CPU s"
        )


def record_path(task: Task, folder: Path) -> Path:
    """Where the record of a task lies."""
    return folder / task.mode / f"{task.name}.json"


def has_record(task: Task, folder: Path) -> bool:
    """Whether a task was run before, under the same settings."""
    path = record_path(task, folder)
    if not path.exists():
        return False
    found, wanted = read_json(path)["settings"], describe_settings(task)
    if found != wanted:
        raise InputError(str(path), f"settings {found}", str(wanted), "Give another --output, or delete the records.")
    return True


def describe_settings(task: Task) -> dict:
    """Settings as they come back from JSON."""
    return {**asdict(task.settings), "ranks": list(task.settings.ranks)}


def run_task(task: Task, assess: Assess) -> dict:
    """Assess one matrix by nmfbio and by its rivals' rules."""
    expression, counts = task.load()
    plan = {"method": task.settings.method, "restarts": task.settings.restarts, "seed": task.settings.seed}
    start = time.process_time()
    measures, verdict = assess(expression, list(task.settings.ranks), counts=counts, **plan)
    seconds = time.process_time() - start
    stability = survey_stability(expression, task.settings.ranks, plan) if task.rivals else pd.Series(dtype=float)
    return {
        "mode": task.mode,
        "name": task.name,
        "dataset": task.dataset,
        "group": task.group,
        "truth": list(task.truth),
        "settings": describe_settings(task),
        "code": digest_sources(),
        "shape": list(expression.shape),
        "seconds": seconds,
        "rules": apply_rules(measures, verdict, stability),
        "verdict": verdict,
        "stability": {str(rank): value for rank, value in stability.items()},
        "measures": measures.to_dict("list"),
    }


def survey_stability(expression, ranks: Iterable[int], plan: dict) -> pd.Series:
    """cNMF's stability at every rank above 1, of the restarts that the verdict saw."""
    found = factorize_ranks(expression, [rank for rank in ranks if rank > 1], threads=1, **plan)
    values = {rank: measure_program_stability(restarts.metagenes) for rank, restarts in found.items()}
    return pd.Series(values, dtype=float)


def digest_sources(root: Path = PROJECT) -> str:
    """Twelve hexadecimal digits that change with the code that verdicts rest on."""
    digest = hashlib.sha256()
    for source in SOURCES:
        path = root / source
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            digest.update(file.relative_to(root).as_posix().encode() + file.read_bytes())
    return digest.hexdigest()[:12]


def read_records(folder: Path) -> list[dict]:
    """All records in a folder, by mode and name, without what killed writers left, whose names begin with a dot."""
    return [read_json(path) for path in sorted(folder.glob("*/*.json")) if not path.name.startswith(".")]
