import numpy as np
import pandas as pd
import pytest

from nmfbio.plots import draw_rank_survey

MEASURES = ["cophenetic", "dispersion", "pac", "silhouette", "explained_variance", "objective"]


def make_measures(ranks, undefined=(), bands=False):
    random = np.random.default_rng(len(ranks))
    rows = []
    for measure in MEASURES:
        for rank in ranks:
            value = 547143.5 / rank if measure == "objective" else random.random()
            if rank in undefined and measure not in ("objective", "explained_variance"):
                value = np.nan
            band = (value - 0.1, value + 0.1, 0.2, 0.3) if bands and measure == "pac" else (np.nan,) * 4
            rows.append((rank, measure, value, *band))
    return pd.DataFrame(rows, columns=["rank", "measure", "value", "low", "high", "null_low", "null_high"])


def panels(figure):
    return [axes for axes in figure.axes if axes.axison]


def marked_ranks(figure):
    return [line.get_xdata()[0] for axes in panels(figure) for line in axes.lines if line.get_gid() == "verdict"]


@pytest.mark.parametrize("ranks", [[3], [2, 3, 4, 5, 6], list(range(1, 16)), [2, 3, 4, 20, 21, 50]])
def test_rank_survey_text_is_clear_for_any_ranks(ranks, assert_text_is_clear):
    verdict = {"status": "supported", "rank": ranks[-1], "votes": {"pac": ranks[0]}}
    assert_text_is_clear(draw_rank_survey(make_measures(ranks, undefined=ranks[:1], bands=True), verdict))


def test_the_chosen_rank_is_marked_in_every_panel():
    figure = draw_rank_survey(make_measures([2, 3, 4]), {"status": "supported", "rank": 3})
    assert marked_ranks(figure) == [3] * len(MEASURES)


def test_no_rank_is_marked_where_none_is_supported(texts_of):
    figure = draw_rank_survey(make_measures([2, 3, 4]), {"status": "none", "rank": None, "votes": {}})
    assert marked_ranks(figure) == []
    assert any("No number stands out" in text for text, _ in texts_of(figure))


def test_the_chosen_rank_is_always_named_below_the_axis():
    for rank in (9, 10, 14):
        figure = draw_rank_survey(make_measures(range(1, 31)), {"status": "weak", "rank": rank})
        assert all(rank in axes.get_xticks() for axes in panels(figure))


def test_votes_ring_the_value_of_their_own_measure():
    measures = make_measures([2, 3, 4])
    figure = draw_rank_survey(measures, {"status": "supported", "rank": 3, "votes": {"pac": 4, "unknown": 2}})
    rings = [line for axes in panels(figure) for line in axes.lines if line.get_gid() == "vote"]
    value = measures.query("measure == 'pac' and rank == 4")["value"].item()
    assert [(ring.get_xdata()[0], ring.get_ydata()[0]) for ring in rings] == [(4, value)]


def test_undefined_values_leave_a_gap_and_are_said(texts_of):
    figure = draw_rank_survey(make_measures([1, 2, 3], undefined=[1]), {"status": "none", "rank": None})
    cophenetic = next(line for line in panels(figure)[0].lines if line.get_gid() == "value")
    assert np.isnan(cophenetic.get_ydata()).tolist() == [True, False, False]
    assert sum("undefined at 1" in text for text, _ in texts_of(figure)) == 4


def test_measures_that_are_undefined_everywhere_say_so(texts_of):
    figure = draw_rank_survey(make_measures([2, 3], undefined=[2, 3]), {"status": "none", "rank": None})
    assert sum(text == "undefined for this run" for text, _ in texts_of(figure)) == 4


def test_bands_are_drawn_only_where_their_columns_hold_numbers():
    def n_bands(**settings):
        figure = draw_rank_survey(make_measures([2, 3], **settings), {"status": "none", "rank": None})
        return sum(len(axes.collections) for axes in panels(figure))

    assert n_bands(bands=True) == 2
    assert n_bands(bands=False) == 0


def test_a_measure_of_a_later_version_gets_a_panel_of_its_own(assert_text_is_clear, texts_of):
    later = make_measures([2, 3]).assign(measure=lambda frame: frame["measure"].replace("pac", "minimum_silhouette"))
    figure = draw_rank_survey(later, {"status": "none", "rank": None})
    assert_text_is_clear(figure)
    assert "Minimum silhouette" in {text for text, _ in texts_of(figure)}


def test_tiny_differences_are_not_blown_up():
    measures = pd.DataFrame({"rank": [2, 3], "measure": "cophenetic", "value": [1.0, 0.99999]})
    low, high = panels(draw_rank_survey(measures, {"status": "none", "rank": None}))[0].get_ylim()
    assert high - low > 0.02
