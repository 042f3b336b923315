"""Where the line of reproducibility lies, and how sure a verdict is; ``python -m benchmarks.rank.line FOLDER``.

Reads the records of a run with ``--seed 100``: matrices that set the line and the stated agreement, and are not those
that test them. Prints the tables of docs/rank_calibration.md.
"""

import argparse
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.rank.records import read_records
from benchmarks.rank.report import table
from benchmarks.rank.simulate import CONTROLS, SCENARIOS
from nmfbio.rank.reading import THRESHOLD

LINES = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9)
KINDS = {"five scenarios": SCENARIOS} | {control: (control,) for control in CONTROLS}


def rank_at(line: float, record: Mapping) -> int:
    """Rank of the default rule with another line; 1 where there is no structure."""
    verdict = record["verdict"]
    if not any(vote > 1 for vote in verdict["gate"].values()):
        return 1
    within = {int(rank): far for rank, far in verdict["distance"].items() if int(rank) <= verdict["bound"]}
    above = [rank for rank, distance in within.items() if distance + THRESHOLD > line]
    return max(above) if above else max(within, key=within.get, default=1)


def tabulate_lines(records: Sequence[Mapping]) -> list[str]:
    """Share of right verdicts by kind of matrix and line."""
    rows = []
    for kind, groups in KINDS.items():
        chosen = [record for record in records if record["group"] in groups]
        if not chosen:
            continue
        rights = [[rank_at(line, record) == record["truth"][0] for record in chosen] for line in LINES]
        rows.append([f"{kind} ({len(chosen)})", *(f"{sum(right) / len(right):.2f}" for right in rights)])
    return table(["line", *map(str, LINES)], rows)


def tabulate_agreement(records: Sequence[Mapping]) -> list[str]:
    """Right verdicts and all, by how many of the five voters name the verdict's rank."""
    counted = defaultdict(list)
    for record in records:
        verdict = record["verdict"]
        if verdict["rank"] is not None and verdict["status"] == "supported":
            named = sum(verdict["votes"][voter] == verdict["rank"] for voter in verdict["vote"]["voters"])
            counted[named].append(verdict["rank"] == record["truth"][0])
    rows = [[str(named), f"{sum(right)} of {len(right)}"] for named, right in sorted(counted.items(), reverse=True)]
    return table(["voters that name the rank", "right"], rows)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rank.line", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where a run of the mode hits with --seed 100 wrote its records")
    records = read_records(parser.parse_args().folder / "sets")
    records = [record for record in records if record["mode"] == "hits"]
    print("\n".join([*tabulate_lines(records), "", *tabulate_agreement(records)]))


if __name__ == "__main__":
    main()
