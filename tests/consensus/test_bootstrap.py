"""nmfbio.consensus.bootstrap: intervals from resampled restarts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmfbio.consensus.bootstrap import bootstrap_interval, resample_restarts


def test_draws_are_of_as_many_restarts_and_always_the_same():
    draws = resample_restarts(30, 200)
    assert (draws.sum(axis=1) == 30).all()
    np.testing.assert_array_equal(draws, resample_restarts(30, 200))
    assert draws.mean(axis=0) == pytest.approx(1, abs=0.4)


@given(st.floats(0, 1), st.lists(st.floats(0, 1), min_size=1, max_size=50))
def test_the_interval_lies_around_the_value_and_within_the_bounds(value, draws):
    low, high = bootstrap_interval(value, np.array(draws), 0, 1)
    assert 0 <= low <= value + 1e-9
    assert value - 1e-9 <= high <= 1


def test_draws_that_are_all_alike_leave_no_doubt():
    assert bootstrap_interval(0.4, np.full(10, 0.6), 0, 1) == (0.4, 0.4)


@pytest.mark.parametrize(("value", "draws"), [(np.nan, [0.1]), (0.5, []), (0.5, [np.nan])])
def test_what_is_not_known_has_no_interval(value, draws):
    assert np.isnan(bootstrap_interval(value, np.array(draws), 0, 1)).all()
