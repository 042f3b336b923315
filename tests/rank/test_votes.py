"""nmfbio.rank.votes: the rank that each measure would choose by itself."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmfbio.rank.votes import PROGRAM_LINE, TIE, read_votes, vote_interval

LINE = 0.8


def votes_of(measure, values, ranks=None, null_high=np.nan):
    ranks = range(1, 1 + len(values)) if ranks is None else ranks
    table = pd.DataFrame({"rank": ranks, "measure": measure, "value": values, "null_high": null_high})
    return read_votes(table, LINE).get(measure)


@pytest.mark.parametrize(
    ("measure", "values", "vote"),
    [
        ("speckled_cv", [1.0, 0.8, 0.79, 0.81], 3),
        ("speckled_cv", [1.0, 1.1, 1.2, 1.3], 1),
        ("count_splitting", [1.0, 0.9, 0.9 - TIE / 2, 0.95], 3),
        ("speckled_cv", [1.0, 0.9 - TIE / 2, 0.9, 0.95], 2),
        ("pac", [np.nan, 0.1, 0.1 + TIE / 2, 0.3], 3),
        ("pac", [np.nan, 0.1, 0.1 + 2 * TIE, 0.3], 2),
        ("dispersion", [np.nan, 0.9, 0.8, 0.7], 2),
        ("silhouette", [np.nan, 0.5, 0.8, 0.7], 3),
        ("inflection", [np.nan, 0.1, 0.05, np.nan], 2),
        ("reproducibility", [np.nan, 0.9, 0.7, 0.81, 0.2], 4),
        ("reproducibility", [np.nan, LINE, 0.7, 0.1], 1),
        ("program_silhouette", [np.nan, 0.99, PROGRAM_LINE + 0.01, 0.4], 3),
        ("parallel_analysis", [np.nan, 2.0, 1.5, 1.1, 0.9, 1.2], 4),
        ("parallel_analysis", [np.nan, 0.9, 1.5], 1),
        ("cophenetic", [np.nan, 0.99, 1.0, 0.9, 0.99], 3),
        ("cophenetic", [np.nan, 0.9, 0.95, 1.0], None),
        ("pac", [np.nan, 0.1, np.nan], None),
        ("silhouette", [np.nan, np.nan, np.nan], None),
        ("bi_cv", [1.0, 0.5, 0.7], None),
    ],
)
def test_each_measure_has_its_own_reading(measure, values, vote):
    assert votes_of(measure, values) == vote


@pytest.mark.parametrize(
    ("values", "null_high", "vote"),
    [
        ([0.4, 0.1, 0.01, 0.2, np.nan], 0.05, 3),
        ([0.04, 0.1, 0.01, 0.02, np.nan], 0.05, 1),
        ([0.4, 0.3, 0.2, 0.1, np.nan], 0.05, 5),
        ([0.4, 0.05, 0.2, 0.1, np.nan], 0.05, 2),
        ([0.4, 0.3, 0.2, 0.1, np.nan], np.nan, None),
        ([np.nan] * 5, 0.05, None),
    ],
)
def test_gain_stops_at_the_first_rank_within_the_band_of_permuted_data(values, null_high, vote):
    assert votes_of("gain", values, null_high=null_high) == vote


def test_ranks_may_have_gaps_and_come_in_any_order():
    assert votes_of("cophenetic", [0.8, 0.9, 0.99], ranks=[8, 2, 5]) == 5
    assert votes_of("gain", [0.01, 0.3, 0.2], ranks=[5, 1, 3], null_high=0.05) == 5
    assert votes_of("parallel_analysis", [1.2, 2.0, 0.5], ranks=[4, 2, 9]) == 4


@pytest.mark.parametrize(
    ("votes", "middle", "interval", "agreement"),
    [
        ([3], 3, (3, 3), 1.0),
        ([2, 4], 2, (2, 4), 0.5),
        ([9, 2, 3], 3, (2, 9), 1 / 3),
        ([2, 3, 4, 9], 3, (3, 4), 0.25),
        ([1, 3, 3, 4, 9], 3, (3, 4), 0.4),
        ([5, 5, 5, 5, 5], 5, (5, 5), 1.0),
    ],
)
def test_the_vote_is_the_median_with_the_second_smallest_and_largest(votes, middle, interval, agreement):
    assert vote_interval(votes) == (middle, interval, pytest.approx(agreement))


@given(st.lists(st.integers(1, 12), min_size=1, max_size=7))
def test_the_vote_is_one_of_those_cast_within_its_interval(votes):
    middle, (low, high), agreement = vote_interval(votes)
    assert middle in votes
    assert low <= middle <= high
    assert 0 < agreement <= 1
