import numpy as np
import pandas as pd
import pytest

from nmfbio.plots import draw_objectives
from nmfbio.plots.objectives import excess_percent


def make_objectives(ranks, restarts, spread=0.01, unfinished=0.2):
    random = np.random.default_rng(restarts)
    rows = [
        (rank, restart, 1e6 / rank * (1 + random.exponential() * spread), 100, random.random() >= unfinished)
        for rank in ranks
        for restart in range(restarts)
    ]
    return pd.DataFrame(rows, columns=["rank", "restart", "objective", "iterations", "converged"])


@pytest.mark.parametrize("ranks", [[3], [2, 3, 4, 5, 6], list(range(1, 16))])
@pytest.mark.parametrize(("restarts", "spread"), [(1, 0.0), (50, 0.01), (50, 0.0), (1200, 1e-6)])
def test_objectives_text_is_clear(ranks, restarts, spread, assert_text_is_clear):
    assert_text_is_clear(draw_objectives(make_objectives(ranks, restarts, spread)))


def test_excess_is_in_percent_of_the_best_at_the_same_rank():
    table = pd.DataFrame({"rank": [2, 2, 3, 3], "objective": [100.0, 101.0, 50.0, 75.0]})
    np.testing.assert_allclose(excess_percent(table), [0, 1, 0, 50])


def test_excess_over_a_perfect_fit_is_finite():
    table = pd.DataFrame({"rank": [2, 2], "objective": [0.0, 1e-3]})
    assert np.isfinite(excess_percent(table)).all()


def test_every_restart_is_drawn_and_counted(texts_of):
    objectives = make_objectives([2, 3], 40)
    figure = draw_objectives(objectives)
    drawn = sum(len(collection.get_offsets()) for collection in figure.axes[0].collections)
    assert drawn == 80
    texts = [text for text, _ in texts_of(figure)]
    assert texts.count("40") == 2
    for count in (~objectives["converged"]).groupby(objectives["rank"]).sum():
        assert str(count) in texts


def test_restarts_that_did_not_converge_are_named_in_the_key(texts_of):
    def says_so(unfinished):
        figure = draw_objectives(make_objectives([2], 10, unfinished=unfinished))
        return any("limit of iterations" in text for text, _ in texts_of(figure))

    assert says_so(0.5)
    assert not says_so(0.0)


def test_one_far_restart_makes_the_axis_logarithmic():
    objectives = make_objectives([2], 30, spread=1e-4)
    assert draw_objectives(objectives).axes[0].get_yscale() == "linear"
    objectives.loc[0, "objective"] *= 2
    assert draw_objectives(objectives).axes[0].get_yscale() == "symlog"
