"""How surely metagenes recur, and what the solutions cost, as the report tells it."""

import numpy as np
import pytest

from nmfbio.report.programs import describe_recurrence, tabulate_programs, tabulate_solutions


def texts(row):
    return [cell.text for cell in row]


def test_a_metagene_is_said_to_be_found_in_so_many_restarts(content):
    entry = content.ranks[1]
    assert describe_recurrence(entry.program("metagene_2"), 5) == "found in 4 of 5 restarts, mean cosine 0.91"
    assert describe_recurrence(entry.program("metagene_2"), 1) == ""


@pytest.mark.parametrize(("cosine", "words"), [(1 - 1e-8, "1.00"), (0.9988, "over 0.99"), (0.989, "0.99")])
def test_a_cosine_is_not_rounded_up_to_one(content, cosine, words):
    program = content.ranks[1].program("metagene_1").copy()
    program["mean_cosine"] = cosine
    assert describe_recurrence(program, 5).endswith(f"mean cosine {words}")


def test_every_metagene_has_a_row_and_those_missing_from_restarts_stand_out(content):
    rows = tabulate_programs(content.ranks[1], 5).rows
    assert texts(rows[0]) == ["metagene 1", "5 of 5", "over 0.99", "0.97", "0.98", ""]
    assert texts(rows[1])[1:] == ["4 of 5", "0.91", "0.42", "0.68", "missing from more than a tenth of the restarts"]
    assert [row[1].marked for row in rows] == [False, True, True]
    assert tabulate_programs(content.ranks[1], 1) is None


def test_an_empty_metagene_is_named_and_has_no_values(content):
    entry = content.ranks[0]
    entry.programs.loc[1, ["in_use", "silhouette"]] = [False, np.nan]
    last = tabulate_programs(entry, 5).rows[1]
    assert texts(last) == ["metagene 2", *["not defined"] * 4, "empty: no gene has weight in it"]
    assert describe_recurrence(entry.program("metagene_2"), 5) == "empty: no gene has weight in it"


def test_rank_one_has_no_silhouette(build_content):
    content = build_content(ranks=(1, 2))
    (row,) = tabulate_programs(content.ranks[0], 5).rows
    assert row[4].text == "not defined"


def test_solutions_stand_side_by_side_with_their_distance_from_the_best_restart(content):
    table = tabulate_solutions(content)
    assert [column.label for column in table.columns][1:] == [
        "Median of matched metagenes", "Medians of clustered metagenes", "Best restart",
    ]  # fmt: skip
    row = table.rows[0]
    assert texts(row) == ["2", "5,010,000", "refused", "5,000,000"]
    assert [cell.note for cell in row][1] == "+0.20 %"
    assert [cell.marked for cell in row] == [False, True, False, False]


@pytest.mark.parametrize(("factor", "words"), [(1.00001, "within 0.01 %"), (0.99, "-1.00 %"), (1.02, "+2.00 %")])
def test_a_distance_too_small_to_print_is_said_to_be_so(content, factor, words):
    is_median = content.solutions["solution"] == "aligned_median"
    content.solutions.loc[is_median, "objective"] = factor * 1e7 / content.solutions["rank"]
    assert tabulate_solutions(content).rows[0][1].note == words
