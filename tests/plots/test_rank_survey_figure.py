import numpy as np
import pandas as pd
import pytest

from nmfbio.plots import draw_rank_survey

N_PANELS = 13  # every measure but the one for counts
NOTHING = {"status": "none", "rank": None}


def panels(figure):
    """Return the axes of the measures, without those of the votes and the key."""
    return [axes for axes in figure.axes if axes.axison and any(line.get_gid() == "value" for line in axes.lines)]


def marks(figure, gid):
    return [line for axes in panels(figure) for line in axes.lines if line.get_gid() == gid]


def texts(figure, texts_of):
    return [text for text, _ in texts_of(figure)]


@pytest.mark.parametrize(
    ("ranks", "counts"),
    [
        ([1], False),
        ([3], True),
        ([2, 3, 4, 5, 6], False),
        (range(1, 13), True),
        (range(1, 31), False),
        ([2, 3, 4, 20, 21, 50], True),
    ],
)
def test_text_is_clear_for_any_ranks(ranks, counts, make_survey, assert_text_is_clear):
    assert_text_is_clear(draw_rank_survey(*make_survey(ranks, counts)))


@pytest.mark.parametrize("ranks", [[3], [2, 3, 4, 5, 6]])
def test_text_is_clear_without_structure(ranks, make_survey, no_structure, assert_text_is_clear):
    measures, verdict = make_survey(ranks)
    assert_text_is_clear(draw_rank_survey(measures, verdict | no_structure))


@pytest.mark.parametrize("verdict", [NOTHING, {"status": "weak", "rank": 3}, {}])
def test_a_table_of_an_old_run_and_a_bare_verdict_are_enough(verdict, make_survey, assert_text_is_clear):
    measures = make_survey()[0].query("measure in ('cophenetic', 'pac', 'objective') and rank > 1")
    figure = draw_rank_survey(measures[["rank", "measure", "value"]], verdict)
    assert_text_is_clear(figure)
    assert len(panels(figure)) == 3


def test_a_verdict_of_nothing_but_nulls_is_drawn(make_survey, assert_text_is_clear):
    measures, verdict = make_survey()
    assert_text_is_clear(draw_rank_survey(measures, dict.fromkeys(verdict)))


def test_numbers_that_are_all_missing_are_drawn(make_survey, texts_of, assert_text_is_clear):
    measures, verdict = make_survey()
    empty = measures.assign(**dict.fromkeys(["value", "low", "high", "null_low", "null_high"], np.nan))
    figure = draw_rank_survey(empty, verdict)
    assert_text_is_clear(figure)
    assert texts(figure, texts_of).count("undefined for this run") == len(panels(figure)) > 0
    draw_rank_survey(measures.head(0), verdict)


def test_infinite_values_leave_a_gap(make_survey):
    measures, verdict = make_survey()
    measures.loc[measures["measure"] == "objective", "value"] = np.inf
    draw_rank_survey(measures, verdict)


def test_the_chosen_rank_is_marked_and_named_in_every_panel(make_survey):
    measures, verdict = make_survey(range(1, 31))
    figure = draw_rank_survey(measures, verdict | {"rank": 14})
    assert [line.get_xdata()[0] for line in marks(figure, "verdict")] == [14] * N_PANELS
    assert all(14 in axes.get_xticks() for axes in panels(figure))


def test_no_rank_is_marked_where_none_is_supported(make_survey, no_structure):
    measures, verdict = make_survey()
    assert marks(draw_rank_survey(measures, verdict | no_structure), "verdict") == []


def test_rank_one_is_on_every_axis_even_where_nothing_was_measured_there():
    measures = pd.DataFrame({"rank": [4, 5], "measure": "cophenetic", "value": [1.0, 0.9]})
    (axes,) = panels(draw_rank_survey(measures, NOTHING))
    assert axes.get_xlim()[0] < 1
    assert [line.get_xdata().tolist() for line in axes.lines if line.get_gid() == "undefined"] == [[1]]


def test_questions_come_in_the_order_of_the_story_and_only_where_something_answers(make_survey, texts_of):
    measures, verdict = make_survey()
    story = [
        "Who says what?",
        "Is there structure at all, and up to which number?",
        "Which numbers reappear in other samples?",
        "Do restarts agree?",
        "How well does it fit?",
    ]
    written = texts(draw_rank_survey(measures, verdict), texts_of)
    assert [text for text in written if text in story] == story
    written = texts(draw_rank_survey(measures.query("measure == 'pac'"), NOTHING), texts_of)
    assert [text for text in written if text in story] == ["Do restarts agree?"]


def test_counts_have_a_panel_only_where_there_were_counts(make_survey, texts_of):
    for counts in (False, True):
        figure = draw_rank_survey(*make_survey(counts=counts))
        assert ("Hidden half of the counts" in texts(figure, texts_of)) == counts
        assert len(panels(figure)) == N_PANELS + counts


def test_the_key_names_the_signs_that_are_used_and_no_others(make_survey, texts_of):
    measures, verdict = make_survey()
    signs = {
        "the verdict", "what the measure itself prefers", "95 % interval", "the same on shuffled data",
        "not all metagenes reappear", "beyond what held-out data support", "not defined or not computed",
    }  # fmt: skip
    assert signs <= set(texts(draw_rank_survey(measures, verdict), texts_of))
    plain = pd.DataFrame({"rank": [1, 2], "measure": "objective", "value": [2.0, 1.0]})
    assert not signs & set(texts(draw_rank_survey(plain, NOTHING), texts_of))


def test_a_measure_of_a_later_version_gets_a_panel_of_its_own(make_survey, assert_text_is_clear, texts_of):
    measures, verdict = make_survey()
    later = measures.replace({"measure": {"pac": "later_measure"}})
    figure = draw_rank_survey(later, verdict | {"votes": {"later_measure": 3}})
    assert_text_is_clear(figure)
    assert {"Later measure", "What else was measured"} <= set(texts(figure, texts_of))


def test_the_tables_are_left_as_they_were(make_survey):
    measures, verdict = make_survey()
    copy, same = measures.copy(), {**verdict}
    draw_rank_survey(measures, verdict)
    pd.testing.assert_frame_equal(measures, copy)
    assert verdict == same
