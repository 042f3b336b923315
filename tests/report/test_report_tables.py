"""Tables and numbers as the reader sees them."""

import math

import pytest

from nmfbio.report.content import FigureContent
from nmfbio.report.format import format_list, format_number, format_ranks, format_share, spell_number
from nmfbio.report.tables import (
    GENES_SHOWN,
    SAMPLES_SHOWN,
    UNBREAKABLE,
    flatten,
    tabulate_distances,
    tabulate_genes,
    tabulate_measures,
    tabulate_objectives,
    tabulate_preflight,
    tabulate_samples,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (math.nan, "not defined"),
        (None, "not defined"),
        (0.98765, "0.988"),
        (-0.0001, "0.000"),
        (16277756.4, "16,277,756"),
    ],
)
def test_numbers_are_written_for_reading(value, text):
    assert format_number(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (math.nan, "not defined"),
        (1.0, "100 %"),
        (0.99999, "over 99.9 %"),
        (0.997, "99.7 %"),
        (0.003, "0.3 %"),
        (0.0, "0 %"),
    ],
)
def test_shares_never_round_to_all_or_nothing(value, text):
    assert format_share(value) == text


def test_lists_and_ranks_are_written_as_in_a_sentence():
    assert format_list(["a", "b", "c"]) == "a, b and c"
    assert format_list([]) == ""
    assert [format_ranks(ranks) for ranks in ([3], [2, 3], [2, 3, 4], [2, 4, 8])] == [
        "rank 3", "ranks 2 and 3", "ranks 2 to 4", "ranks 2, 4 and 8",
    ]  # fmt: skip
    assert (spell_number(3), spell_number(40)) == ("three", "40")


def test_the_column_of_the_proposed_rank_stands_out(content):
    table = tabulate_measures(content)
    assert [column.label for column in table.columns] == ["Measure", "Rank 2", "Rank 3"]
    assert [cell.marked for cell in table.rows[0]] == [False, False, True]
    assert "Higher is better" in table.rows[1][0].note


def test_intervals_and_null_ranges_are_written_where_they_exist(build_content, content):
    measures = content.measures.assign(low=0.1, high=0.2, null_low=0.3, null_high=0.4)
    cell = tabulate_measures(build_content(measures=measures)).rows[2][1]
    assert cell.note.replace(UNBREAKABLE, " ") == "interval 10 % to 20 %; shuffled data 30 % to 40 %"


def test_rank_one_has_a_column_where_it_was_measured_and_counts_no_row_where_there_were_none(build_evidence):
    table = tabulate_measures(build_evidence())
    assert [column.label for column in table.columns] == ["Measure", "Rank 1", "Rank 2", "Rank 3"]
    labels = [row[0].text for row in table.rows]
    assert "Hidden values" in labels
    assert "Hidden half of the counts" not in labels


def test_each_rank_is_told_by_its_distance_to_the_line(build_evidence):
    table = tabulate_distances(build_evidence(distance={"10": -0.4, "2": 0.24, "3": 0.2}, bound=5))
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["2", "0.94", "+0.24", "reproducible"],
        ["3", "0.90", "+0.20", "reproducible; the verdict"],
        ["10", "0.30", "-0.40", "not all metagenes reappear, beyond what held-out data support"],
    ]
    assert table.rows[0][1].note == "interval 0.85 to 0.95"
    assert [row[0].marked for row in table.rows] == [False, True, False]


def test_without_a_line_there_is_no_table_of_distances(content, build_evidence):
    assert tabulate_distances(content) is None
    assert tabulate_distances(build_evidence(threshold=None)) is None


def test_a_measure_that_was_not_computed_at_a_rank_says_so(build_content, content):
    measures = content.measures[~((content.measures["rank"] == 3) & (content.measures["measure"] == "pac"))]
    assert tabulate_measures(build_content(measures=measures)).rows[2][2].text == "not computed"


def test_selected_genes_come_first_and_the_cut_is_stated(content):
    table = tabulate_genes(content.ranks[1], "metagene_1", top_genes=2)
    assert [row[-1].text for row in table.rows] == ["yes", "no"]
    assert table.note.startswith("1 of the 4 genes")


def test_long_signatures_are_cut_at_the_shown_number(content):
    entry = content.ranks[0]
    genes = entry.genes.head(1).loc[[0] * 500].assign(position=range(1, 501), selected=True).reset_index(drop=True)
    table = tabulate_genes(type(entry)(2, genes, entry.samples, entry.programs), "metagene_1", top_genes=10)
    assert len(table.rows) == GENES_SHOWN


def test_uncertain_calls_carry_every_remark_that_applies(content):
    table = tabulate_samples(content.ranks[1])
    assert table.rows[0][7].text == "tree over restarts says metagene 2; close call; changes between restarts"
    assert table.rows[1][7].text == "depends on scale (otherwise metagene 3)"
    assert table.rows[2][7].text == ""
    assert table.rows[0][4].text == "4 points"


def test_of_many_samples_those_with_the_smallest_margin_are_shown(content):
    entry = content.ranks[1]
    many = entry.samples.loc[[1] * SAMPLES_SHOWN + [0]].reset_index(drop=True)
    table = tabulate_samples(type(entry)(3, entry.genes, many, entry.programs))
    assert len(table.rows) == SAMPLES_SHOWN
    assert table.rows[0][4].text == "4 points"
    assert "smallest margin" in table.note


def test_warnings_come_first_in_the_preflight_table(content):
    assert [row[2].text for row in tabulate_preflight(content).rows] == ["warning", "passed"]
    assert tabulate_preflight(content).rows[0][5].text == ""


def test_objectives_tell_how_many_restarts_converged(build_content, content):
    objectives = content.objectives.assign(converged=[False] + [True] * 9)
    rows = tabulate_objectives(build_content(objectives=objectives)).rows
    assert [(row[2].text, row[2].marked) for row in rows] == [("4", True), ("5", False)]


def test_nested_settings_become_dotted_keys():
    assert flatten({"rank": {"selected": None}, "ranks": [2, 3]}) == [("rank.selected", "not set"), ("ranks", "2, 3")]


def test_a_figure_is_shown_at_the_size_its_resolution_means(content):
    figure = content.figures["objectives"]
    assert figure.display_size == (6, 3)  # 8 x 4 dots at 200 dots an inch, 96 pixels an inch, enlarged by 1.45
    vector = FigureContent(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "", "")
    assert vector.display_size is None
    assert vector.data_address.startswith("data:image/svg+xml;base64,")
