"""nmfbio.factorization.stopping: how far a fit still is from where it ends."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmfbio.factorization import factorize
from nmfbio.factorization.stopping import distance_to_limit


@given(limit=st.floats(1, 1e6), excess=st.floats(1e-3, 1e6), share=st.floats(0.01, 0.95))
def test_a_geometric_sequence_is_extrapolated_exactly(limit, excess, share):
    sequence = [limit + excess * share**n for n in range(3)]
    assert distance_to_limit(*sequence) == pytest.approx(sequence[-1] - limit, rel=1e-3, abs=1e-6 * limit)


def test_nothing_is_told_before_there_are_three_values():
    assert distance_to_limit(np.inf, np.inf, 3.0) == np.inf
    assert distance_to_limit(np.inf, 4.0, 3.0) == np.inf


def test_a_plateau_about_to_be_left_is_no_limit():
    assert distance_to_limit(10.0, 9.99, 9.9) == np.inf
    assert distance_to_limit(10.0, 9.9, 9.8) == np.inf


def test_a_sequence_that_stands_still_or_rises_by_rounding_is_at_its_limit():
    assert distance_to_limit(10.0, 9.0, 9.0) == 0
    assert distance_to_limit(10.0, 9.0, 9.0000001) == 0


@pytest.mark.parametrize("method", ["kl", "frobenius"])
def test_fits_end_about_as_close_to_their_limit_as_the_tolerance_says(leukemia, method):
    loose, tight = (
        factorize(leukemia, 4, method, restarts=8, dtype="float64", tolerance=tolerance).objective
        for tolerance in (1e-5, 1e-11)
    )
    excess = loose / tight - 1
    assert np.median(excess) < 2e-5
    assert excess.max() < 1e-4
