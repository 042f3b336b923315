"""nmfbio.factorization.stopping: how far a fit still is from where it ends."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmfbio.factorization import factorize
from nmfbio.factorization.stopping import Stopping, distance_to_limit, iterate, settle, settle_rows

# Fits are cut short to look at their way.
pytestmark = pytest.mark.filterwarnings("ignore::nmfbio.factorization.NotConvergedWarning")


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


def stop_by_calls(expression, method, looks, max_iter=2000, **options):
    """Iteration at which Brunet's rule is met, found by running to each look anew."""
    unchanged, earlier = 0, None
    for iteration in looks:
        usages = factorize(
            expression, 3, method, restarts=1, max_iter=iteration, stop="connectivity", **options
        ).usages[0]
        calls = usages.argmax(axis=1)
        connectivity = calls[:, None] == calls
        unchanged = unchanged + 1 if earlier is not None and (connectivity == earlier).all() else 0
        earlier = connectivity
        if unchanged > 40:
            return iteration
    return max_iter


@pytest.mark.parametrize(("method", "first"), [("kl", 20), ("frobenius", 10), ("weighted", 10)])
def test_connectivity_stops_any_method_by_brunets_rule(expression, start, method, first):
    found = factorize(expression, 3, method, restarts=1, stop="connectivity", seeding=start)
    assert found.converged.all()
    assert found.n_iter[0] == stop_by_calls(expression, method, range(first, 2001, 10), seeding=start)


@pytest.mark.parametrize("method", ["brunet", "lee", "nsnmf"])
def test_tolerance_stops_methods_that_stop_by_connectivity_otherwise(expression, method):
    by_calls = factorize(expression, 3, method, restarts=4, max_iter=20_000)
    loose, tight = (
        factorize(expression, 3, method, restarts=4, stop="tolerance", tolerance=tolerance, max_iter=20_000)
        for tolerance in (1e-4, 1e-8)
    )
    assert loose.converged.all()
    assert (loose.n_iter % 5 == 0).all()
    assert (by_calls.n_iter % 10 == 0).all()
    assert (loose.n_iter < tight.n_iter).all()
    assert np.median(loose.objective / tight.objective - 1) < 1e-3


def test_a_fit_that_never_settles_ends_unconverged():
    steps = []
    usages = np.zeros((2, 2))
    outcome = iterate(steps.append, lambda: 1.0 / (1 + len(steps)) ** 0.01, usages, Stopping("tolerance", 0.0, 12))
    assert outcome == (12, False)
    assert steps == list(range(1, 13))


@pytest.mark.parametrize(("look_every", "first_look", "n_iter"), [(5, 1, 10), (2, 1, 4), (5, 20, 25), (3, 7, 12)])
def test_an_objective_that_stands_still_ends_the_fit_at_its_second_look(look_every, first_look, n_iter):
    stopping = Stopping("tolerance", 1e-5, 100)
    found = iterate(
        lambda iteration: None, lambda: 3.0, np.zeros((2, 2)), stopping, look_every=look_every, first_look=first_look
    )
    assert found == (n_iter, True)


def test_settling_ends_once_nothing_moves_or_after_the_steps_allowed():
    factor, steps = np.array([8.0, 1.0]), []

    def halve():
        steps.append(1)
        factor[1] /= 2

    settle(halve, factor, tolerance=1e-2)
    assert len(steps) == 4  # the last step moves 1/16, which is less than a hundredth of 8
    settle(halve, factor, tolerance=0, max_steps=7)
    assert len(steps) == 11


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_factor_whose_last_digit_alternates_has_settled(dtype):
    factor, steps = np.ones((3, 2), dtype), []

    def step():
        steps.append(1)
        factor[0, 0] = np.nextafter(dtype(1), dtype(2)) if len(steps) % 2 else 1

    settle(step, factor)
    assert len(steps) == 1


def test_rows_settle_by_themselves_and_settled_ones_are_left_out():
    limits, taken = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]]), []

    def take(rows):
        taken.append(rows.tolist())

        def step(moving):
            # Row 3 comes to its limit slowly, the others at once.
            slow = rows == 3
            moving[~slow] = limits[rows][~slow]
            moving[slow] += 0.1 * (limits[rows][slow] - moving[slow])

        return step

    factor = np.ones((4, 2))
    settle_rows(take, factor)
    np.testing.assert_allclose(factor, limits, rtol=1e-5)
    assert taken == [[0, 1, 2, 3], [3]]


def test_rows_that_never_settle_stop_after_so_many_steps():
    factor = np.ones((2, 1))
    settle_rows(lambda rows: lambda moving: moving.__imul__(2), factor, max_steps=5)
    np.testing.assert_array_equal(factor, [[32.0], [32.0]])
