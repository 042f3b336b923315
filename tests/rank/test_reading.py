"""nmfbio.rank.reading: what the table of measures says, before any rule."""

import numpy as np
import pytest

from nmfbio.rank.reading import THRESHOLD, VOTERS, VOTERS_WITHOUT_COUNTS, read_measures


def test_ranks_above_the_line_within_the_bound_are_supported(make_measures):
    reading = read_measures(make_measures())
    assert reading.ranks == [2, 3, 4, 5]
    assert reading.reproducible == [2, 3]
    assert reading.bound_votes == {"speckled_cv": 4, "gain": 3, "parallel_analysis": 3}
    assert (reading.bound, reading.bound_open) == (3, False)
    assert reading.supported == [2, 3]
    assert reading.distance == {"2": 0.15, "3": 0.1, "4": -0.3, "5": -0.5}
    assert reading.has_structure


def test_a_reproducible_rank_beyond_the_bound_is_not_supported(make_measures):
    reading = read_measures(make_measures(reproducibility=[np.nan, 0.95, 0.5, 0.5, 0.9]))
    assert reading.reproducible == [2, 5]
    assert reading.supported == [2]


def test_a_rank_at_the_line_does_not_exceed_it(make_measures):
    assert read_measures(make_measures(reproducibility=[np.nan, THRESHOLD, 0.1, 0.1, 0.1])).reproducible == []


def test_the_bound_is_open_at_the_largest_rank_scanned(make_measures):
    reading = read_measures(make_measures(speckled_cv=[1, 0.9, 0.8, 0.7, 0.6], gain=[0.3, 0.2, 0.2, 0.2, np.nan]))
    assert (reading.bound, reading.bound_open) == (5, True)


def test_of_two_votes_the_smaller_is_the_bound(make_measures):
    assert read_measures(make_measures(parallel_analysis=None)).bound == 3


@pytest.mark.parametrize(
    ("speckled", "splitting", "has_structure"),
    [
        ([1, 1.1, 1.2, 1.3, 1.4], [1, 1.1, 1.2, 1.3, 1.4], False),
        ([1, 0.9, 1.2, 1.3, 1.4], [1, 1.1, 1.2, 1.3, 1.4], True),
        ([1, 1.1, 1.2, 1.3, 1.4], [1, 0.9, 1.2, 1.3, 1.4], True),
        ([1, 1.1, 1.2, 1.3, 1.4], None, False),
        (None, None, True),
    ],
)
def test_there_is_structure_unless_every_gate_prefers_one_metagene(make_measures, speckled, splitting, has_structure):
    reading = read_measures(make_measures(speckled_cv=speckled, count_splitting=splitting))
    assert reading.has_structure == has_structure
    assert len(reading.gate) == (speckled is not None) + (splitting is not None)


def test_pac_votes_where_there_are_no_counts_to_split(make_measures):
    without = read_measures(make_measures()).vote
    assert (without.rank, without.interval, without.agreement) == (3, (3, 3), 0.8)
    assert without.voters == VOTERS_WITHOUT_COUNTS
    assert read_measures(make_measures(count_splitting=[1, 0.9, 0.8, 0.9, 1])).vote.voters == VOTERS


def test_without_held_out_data_there_is_neither_gate_nor_bound_nor_vote(restarts_only):
    reading = read_measures(restarts_only([2, 3, 4], cophenetic=[0.98, 0.99, 0.9]))
    assert (reading.gate, reading.bound, reading.reproducible, reading.vote) == ({}, None, None, None)
    assert (reading.supported, reading.bound_open, reading.has_structure) == ([], False, True)
