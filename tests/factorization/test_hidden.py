"""nmfbio.factorization.hidden: fits of a matrix some of whose entries are hidden."""

import numpy as np
import pytest

from nmfbio.factorization import factorize
from nmfbio.factorization.hidden import LOSSES, fill_with_margins, fit_hidden


@pytest.fixture
def hidden(expression):
    """Sample and gene positions of a tenth of the entries."""
    return np.nonzero(np.random.default_rng(5).random(expression.shape) < 0.1)


def seen_loss(expression, hidden, fit, loss):
    """The loss of the entries that were seen, entry by entry."""
    fitted = fit.usages.astype(float) @ fit.metagenes.astype(float)
    total, concealed = 0.0, set(zip(*hidden, strict=True))
    for place, value in np.ndenumerate(expression):
        if place in concealed:
            continue
        if loss == "frobenius":
            total += 0.5 * (value - fitted[place]) ** 2
        else:
            total += (value * np.log(value / fitted[place]) if value > 0 else 0) - value + fitted[place]
    return total


@pytest.mark.parametrize("loss", LOSSES)
def test_the_objective_is_the_loss_of_the_seen_entries(expression, hidden, start, loss):
    fit = fit_hidden(expression, hidden, [start], loss, max_iter=40)
    assert fit.objective == pytest.approx(seen_loss(expression, hidden, fit, loss), rel=1e-4)


@pytest.mark.parametrize("loss", LOSSES)
def test_the_loss_of_the_seen_entries_never_rises(expression, hidden, start, loss):
    curve = [fit_hidden(expression, hidden, [start], loss, 0, steps).objective for steps in range(1, 40)]
    assert (np.diff(curve) <= 1e-5 * np.array(curve[:-1])).all()
    assert curve[-1] < 0.9 * curve[0]


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("value", [0.0, 7.0, 1e6])
def test_what_hidden_entries_hold_has_no_part_in_the_fit(expression, hidden, start, loss, value):
    changed = expression.copy()
    changed[hidden] = value
    one, other = (fit_hidden(matrix, hidden, [start], loss, max_iter=30) for matrix in (expression, changed))
    assert one.usages.tobytes() == other.usages.tobytes()
    assert one.metagenes.tobytes() == other.metagenes.tobytes()
    assert one.objective == other.objective


@pytest.mark.parametrize("loss", LOSSES)
def test_with_nothing_hidden_it_is_the_ordinary_fit(expression, start, loss):
    nothing = np.empty(0, int), np.empty(0, int)
    ordinary = factorize(expression, 3, loss, 1, start, tolerance=1e-7).objective[0]
    assert fit_hidden(expression, nothing, [start], loss, 1e-7, 2000).objective == pytest.approx(ordinary, rel=1e-3)


@pytest.mark.parametrize("loss", LOSSES)
def test_it_is_as_good_as_method_weighted_on_missing_values(expression, hidden, start, loss):
    missing = expression.copy()
    missing[hidden] = np.nan
    weighted = factorize(missing, 3, "weighted", 1, start, tolerance=1e-8, max_iter=20000, dtype="float64", loss=loss)
    found = fit_hidden(expression, hidden, [start], loss, 1e-8, 5000).objective
    assert found <= weighted.objective[0] * (1 + 1e-3)


@pytest.mark.parametrize("loss", LOSSES)
def test_a_matrix_of_rank_one_is_completed_exactly(loss):
    random = np.random.default_rng(1)
    matrix = np.outer(random.uniform(1, 5, 9), random.uniform(1, 5, 14))
    hidden = np.nonzero(random.random(matrix.shape) < 0.2)
    fit = fit_hidden(matrix, hidden, [(np.ones((9, 1)), np.ones((1, 14)))], loss, 1e-10, 2000)
    np.testing.assert_allclose(fit.usages @ fit.metagenes, matrix, rtol=1e-3)


def test_the_best_of_several_starts_is_kept(expression, hidden, start):
    poor = np.full_like(start[0], 0.5), np.full_like(start[1], 0.5)
    both = fit_hidden(expression, hidden, [poor, start])
    assert both.objective == min(fit_hidden(expression, hidden, [each]).objective for each in (poor, start))


def test_the_matrix_and_the_starts_are_left_as_they_were(expression, hidden, start):
    before = [values.copy() for values in (expression, *start)]
    fit_hidden(expression, hidden, [start])
    for was, values in zip(before, (expression, *start), strict=True):
        np.testing.assert_array_equal(values, was)


@pytest.mark.parametrize("loss", LOSSES)
def test_a_sample_and_a_gene_without_any_seen_value_give_finite_factors(expression, start, loss):
    concealed = np.zeros(expression.shape, bool)
    concealed[4] = concealed[:, 7] = True
    fit = fit_hidden(expression, np.nonzero(concealed), [start], loss, max_iter=30)
    assert np.isfinite(fit.usages).all()
    assert np.isfinite(fit.metagenes).all()
    assert np.isfinite(fit.objective)


def test_hidden_entries_begin_at_what_their_margins_say():
    matrix = np.array([[1.0, 2.0, 4.0], [2.0, 4.0, 99.0]])
    filled = fill_with_margins(matrix, (np.array([1]), np.array([2])))
    assert filled[1, 2] == pytest.approx(3 * 4 / (13 / 5))
    np.testing.assert_array_equal(filled.ravel()[:5], matrix.ravel()[:5])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"loss": "euclidean"}, "loss is 'euclidean'; expected one of kl, frobenius"),
        ({"expression": np.array([[1.0, -1.0, 0.0], [1.0, 1.0, 1.0]])}, "holds negative values"),
        ({"expression": np.array([[1.0, np.nan, 0.0], [1.0, 1.0, 1.0]])}, "NaN or infinite"),
        ({"starts": [(np.ones((2, 2)), np.ones((2, 3)))]}, "rank is 2; expected 1 to 1"),
    ],
)
def test_other_arguments_are_refused(change, message):
    nothing = np.empty(0, int), np.empty(0, int)
    arguments = {"expression": np.ones((2, 3)), "hidden": nothing, "starts": [(np.ones((2, 1)), np.ones((1, 3)))]}
    with pytest.raises(ValueError, match=message):
        fit_hidden(**arguments | change)
