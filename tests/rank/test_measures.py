"""nmfbio.rank.measures: measures and objectives of every rank as long tables."""

import numpy as np
import pandas as pd
import pytest

from nmfbio.rank import collect_measures, collect_objectives

MEASURES = ["cophenetic", "dispersion", "pac", "silhouette", "explained_variance", "objective"]


@pytest.fixture
def consensuses(small_consensus):
    """Ranks 1, 2 and 3, not in their order."""
    return [small_consensus(rank) for rank in (3, 1, 2)]


def test_every_rank_has_every_measure_in_the_order_of_ranks(consensuses):
    table = collect_measures(consensuses)
    assert list(table.columns) == ["rank", "measure", "value", "low", "high", "null_low", "null_high"]
    assert list(zip(table["rank"], table["measure"], strict=True)) == [
        (k, name) for k in (1, 2, 3) for name in MEASURES
    ]
    assert table[["low", "high", "null_low", "null_high"]].isna().all(axis=None)


def test_each_value_is_that_of_its_consensus(consensuses):
    values = collect_measures(consensuses).set_index(["rank", "measure"])["value"]
    for consensus in consensuses:
        found = values[consensus.rank]
        assert found["silhouette"] == pytest.approx(consensus.silhouette.mean(), nan_ok=True)
        assert found["objective"] == consensus.objective.min()
        for name in ("cophenetic", "dispersion", "pac", "explained_variance"):
            assert found[name] == pytest.approx(getattr(consensus, name), abs=0, nan_ok=True)


def test_only_objective_and_explained_variance_are_defined_at_rank_one_and_for_a_single_restart(small_consensus):
    table = collect_measures([small_consensus(1), small_consensus(2, 1)])
    defined = table[table["value"].notna()]
    assert set(defined["measure"]) == {"explained_variance", "objective"}


def test_a_generator_of_consensuses_will_do(consensuses):
    pd.testing.assert_frame_equal(collect_measures(iter(consensuses)), collect_measures(consensuses))


def test_every_restart_of_every_rank_has_a_row_with_how_it_ended(consensuses):
    table = collect_objectives(iter(consensuses))
    assert list(table.columns) == ["rank", "restart", "objective", "iterations", "converged"]
    np.testing.assert_array_equal(table["rank"], np.repeat([1, 2, 3], 6))
    np.testing.assert_array_equal(table["restart"], np.tile(range(6), 3))
    for consensus in consensuses:
        rows = table[table["rank"] == consensus.rank]
        np.testing.assert_array_equal(rows["objective"], consensus.objective)
        np.testing.assert_array_equal(rows["iterations"], consensus.n_iter)
        np.testing.assert_array_equal(rows["converged"], consensus.converged)
