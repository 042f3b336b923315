"""benchmarks.rank.line: what another line, or fewer voters, would have meant."""

import pytest

from benchmarks.rank.line import rank_at, tabulate_agreement, tabulate_lines


def record(group="balanced", truth=3, votes=(3, 3, 3, 3, 4), **verdict):
    voters = ("gain", "speckled_cv", "count_splitting", "parallel_analysis", "program_silhouette")
    usual = {
        "status": "supported",
        "rank": 3,
        "gate": {"speckled_cv": 3},
        "bound": 4,
        "distance": {"2": 0.1, "3": 0.02, "4": -0.05, "5": 0.15},
        "votes": dict(zip(voters, votes, strict=True)),
        "vote": {"voters": voters},
    }
    return {"group": group, "truth": [truth], "verdict": {**usual, **verdict}}


@pytest.mark.parametrize(("line", "rank"), [(0.7, 4), (0.8, 3), (0.85, 2), (0.95, 2)])
def test_the_finest_rank_above_a_line_is_taken_or_the_most_reproducible(line, rank):
    assert rank_at(line, record()) == rank


def test_no_line_names_a_rank_where_nothing_predicts():
    assert rank_at(0.1, record(gate={"speckled_cv": 1, "count_splitting": 1})) == 1


def test_right_verdicts_are_counted_by_line_and_by_voters():
    records = [record(), record(truth=4, votes=(4, 4, 4, 4, 3)), record("weak"), record("null", truth=1, gate={"a": 1})]
    lines = tabulate_lines(records)
    assert lines[2].startswith("| five scenarios (2) | 0.50 | 0.50 | 0.50 | 0.50 | 0.50 | 0.00 | 0.00 |")
    assert tabulate_agreement(records[:2])[2:] == ["| 4 | 1 of 1 |", "| 1 | 0 of 1 |"]
