"""One panel of the rank survey."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from nmfbio.plots.rank_measures import MEASURES, Measure
from nmfbio.plots.rank_panels import draw_measure, draw_reproducibility, ring_vote


def make_table(values, **columns):
    table = pd.DataFrame({"rank": range(1, len(values) + 1), "value": values})
    return table.assign(**(dict.fromkeys(["low", "high", "null_low", "null_high"], np.nan) | columns))


def draw(table, measure=None, verdict=None):
    axes = Figure().add_subplot()
    draw_measure(axes, table, measure or Measure("Title", "", ""), verdict or {}, 40.0)
    return axes


def line(axes, gid):
    return next((line for line in axes.lines if line.get_gid() == gid), None)


def test_undefined_values_leave_a_gap_and_are_crossed():
    axes = draw(make_table([np.nan, 0.9, 0.8]))
    assert np.isnan(line(axes, "value").get_ydata()).tolist() == [True, False, False]
    assert line(axes, "undefined").get_xdata().tolist() == [1]


def test_a_measure_that_is_undefined_everywhere_says_so():
    axes = draw(make_table([np.nan, np.nan]))
    assert [text.get_text() for text in axes.texts] == ["undefined for this run"]


def test_intervals_and_shuffled_data_are_drawn_where_they_are_known():
    axes = draw(make_table([0.5, 0.6], low=[np.nan, 0.55], high=[np.nan, 0.7], null_low=[0.1, np.nan], null_high=0.2))
    (bar,) = axes.patches
    assert (bar.get_y(), bar.get_height()) == pytest.approx((0.1, 0.1))
    assert bar.get_x() + bar.get_width() / 2 == pytest.approx(1)
    (intervals,) = axes.collections
    drawn = [segment for segment in intervals.get_segments() if len(segment)]
    assert np.allclose(drawn, [[[2, 0.55], [2, 0.7]]])


def test_a_vote_rings_the_value_at_its_rank_if_there_is_one():
    table = make_table([0.5, 0.6, np.nan])
    for vote, expected in ((2, [0.6]), (3, None), (9, None), (None, None)):
        axes = Figure().add_subplot()
        ring_vote(axes, table, vote)
        ring = line(axes, "vote")
        assert (ring.get_ydata().tolist() if ring else None) == expected


def test_ranks_below_the_line_are_hollow_and_those_beyond_the_bound_shaded():
    table = make_table([np.nan, 0.9, 0.4, 0.8])
    axes = draw(table)
    draw_reproducibility(axes, table, {"reproducible": [2, 4], "threshold": 0.7, "bound": 3})
    below = line(axes, "below")
    assert below.get_xdata()[np.isfinite(below.get_ydata())].tolist() == [3]
    assert line(axes, "threshold").get_ydata() == [0.7, 0.7]
    (beyond,) = [patch for patch in axes.patches if patch.get_gid() == "beyond"]
    assert beyond.get_x() == 3.5
    assert [text.get_text() for text in axes.texts] == ["line, 0.7"]


def test_the_line_is_inside_the_axis_even_where_all_values_are_far_from_it():
    table = make_table([np.nan, 0.05, 0.06])
    axes = draw(table)
    draw_reproducibility(axes, table, {"reproducible": [], "threshold": 0.7})
    assert axes.get_ylim()[1] > 0.7


def test_without_threshold_and_bound_nothing_is_added():
    table = make_table([np.nan, 0.9])
    axes = draw(table)
    before = len(axes.get_children())
    draw_reproducibility(axes, table, {"reproducible": None, "threshold": None, "bound": None})
    assert len(axes.get_children()) == before


def test_chance_is_on_the_axis_of_the_parallel_analysis():
    axes = draw(make_table([np.nan, 4.0, 3.0]), MEASURES["parallel_analysis"])
    assert axes.get_ylim()[0] < 1
    assert line(axes, "line").get_ydata() == [1.0, 1.0]


def test_a_gain_of_several_magnitudes_is_drawn_on_a_logarithmic_axis_unless_it_reaches_zero():
    assert draw(make_table([0.3, 0.03, 0.004]), MEASURES["gain"]).get_yscale() == "log"
    assert draw(make_table([0.3, 0.25, 0.2]), MEASURES["gain"]).get_yscale() == "linear"
    assert draw(make_table([0.3, 0.03, -0.001]), MEASURES["gain"]).get_yscale() == "linear"


def test_a_huge_interval_does_not_press_the_curve_flat():
    low, high = draw(make_table([1.0, 0.9, 0.8], low=[0.9, -50, 0.7], high=[1.1, 50, 0.9])).get_ylim()
    assert high - low < 1


@pytest.mark.parametrize("rank", [9, 10, 14, 30])
def test_of_many_ranks_the_chosen_one_is_named_and_the_others_at_least_ticked(rank):
    axes = draw(make_table(np.linspace(1, 0, 30)), verdict={"rank": rank})
    assert rank in axes.get_xticks()
    assert sorted([*axes.get_xticks(), *axes.get_xticks(minor=True)]) == list(range(1, 31))


def test_tiny_differences_are_not_blown_up():
    low, high = draw(make_table([1.0, 0.99999]), MEASURES["cophenetic"]).get_ylim()
    assert high - low > 0.02
