"""nmfbio.rank.measures: measures and objectives of every rank as long tables."""

import numpy as np
import pandas as pd
import pytest

from nmfbio.rank import collect_measures, collect_objectives
from nmfbio.rank.basis import EvidenceBasis
from nmfbio.rank.evidence import Evidence
from nmfbio.rank.measures import HELD_OUT, MEASURES
from nmfbio.rank.permutation import COMPARED, NULL

FROM_RESTARTS = [
    "program_silhouette",
    "cophenetic",
    "dispersion",
    "pac",
    "silhouette",
    "explained_variance",
    "objective",
]
OBJECTIVES = {1: 100.0, 2: 60.0, 4: 40.0, 5: 38.0}
NULL_OBJECTIVES = {1: 100.0, 2: 96.0, 4: 90.0, 5: 86.0}


def make_evidence(rank, **changes):
    """Evidence at a rank with numbers easy to follow: better the higher the rank, permuted data alike at all ranks."""
    random = np.random.default_rng(rank)
    fields = {
        "rank": rank,
        "speckled_cv": np.array([2.0, 2.2, 1.8, 2.1, 1.9]) / rank,
        "bi_cv": np.array([4.0, 4.0, 2.0, 2.0]) / rank,
        "count_splitting": np.array([3.0, 3.1, 2.9, 3.0]) * (1 + 0.1 * (rank - 1)),
        "silhouettes": random.uniform(0.5, 1.0, (20, rank)) if rank > 1 else np.empty((0, 1)),
        "unpermuted": dict.fromkeys(COMPARED, 0.5) | {"objective": OBJECTIVES[rank]},
        "null": {name: np.array([0.1, 0.3, 0.2]) for name in NULL}
        | {"objective": NULL_OBJECTIVES[rank] + np.array([0.0, 1.0, -1.0])}
        | {"reproducibility": np.array([0.15, np.nan, np.nan])},
    }
    return Evidence(**fields | changes)


@pytest.fixture
def consensuses(small_consensus):
    """Ranks 1, 2 and 3, not in their order."""
    return [small_consensus(rank) for rank in (3, 1, 2)]


@pytest.fixture
def evidence():
    """Ranks 1, 2, 4 and 5, not in their order."""
    return [make_evidence(rank) for rank in (4, 1, 5, 2)]


@pytest.fixture
def basis():
    """Singular values that exceed chance at ranks 2 and 3, not at 4, and end at rank 5."""
    return EvidenceBasis(
        samples=np.arange(4),
        subsampled=np.arange(4),
        counts=np.empty((0, 6)),
        weights=np.ones(6),
        overdispersion=np.nan,
        singular_values=np.array([10.0, 6.0, 2.0, 0.0]),
        permuted_singular_values=np.tile([5.0, 4.0, 3.0, 0.0], (10, 1)),
    )


def rows_of(table, measure):
    return table[table["measure"] == measure].set_index("rank").drop(columns="measure")


def test_without_evidence_every_rank_has_what_restarts_say_in_the_order_of_ranks(consensuses):
    table = collect_measures(consensuses)
    assert list(table.columns) == ["rank", "measure", "value", "low", "high", "null_low", "null_high"]
    assert list(zip(table["rank"], table["measure"], strict=True)) == [
        (k, name) for k in (1, 2, 3) for name in FROM_RESTARTS
    ]
    assert table[["null_low", "null_high"]].isna().all(axis=None)


def test_each_value_is_that_of_its_consensus(consensuses):
    table = collect_measures(consensuses).set_index(["rank", "measure"])
    for consensus in consensuses:
        found = table["value"][consensus.rank]
        assert found["silhouette"] == pytest.approx(consensus.mean_silhouette, nan_ok=True)
        assert found["objective"] == consensus.objective.min()
        smallest = consensus.program_silhouette.min() if consensus.rank > 1 else np.nan
        assert found["program_silhouette"] == pytest.approx(smallest, nan_ok=True)
        for name in ("cophenetic", "dispersion", "pac", "explained_variance"):
            assert found[name] == pytest.approx(getattr(consensus, name), abs=0, nan_ok=True)
        for name in ("cophenetic", "dispersion", "pac", "silhouette", "program_silhouette"):
            row = table.loc[consensus.rank, name]
            assert row["low"] == pytest.approx(getattr(consensus, f"{name}_low"), nan_ok=True)
            assert row["high"] == pytest.approx(getattr(consensus, f"{name}_high"), nan_ok=True)


def test_only_objective_and_explained_variance_are_defined_at_rank_one_and_for_a_single_restart(small_consensus):
    table = collect_measures([small_consensus(1), small_consensus(2, 1)])
    defined = table[table["value"].notna()]
    assert set(defined["measure"]) == {"explained_variance", "objective"}


def test_a_generator_of_consensuses_will_do(consensuses):
    pd.testing.assert_frame_equal(collect_measures(iter(consensuses)), collect_measures(consensuses))


def test_with_evidence_every_rank_has_every_measure_rank_one_too(small_consensus, evidence, basis):
    table = collect_measures([small_consensus(2)], evidence, basis)
    assert list(zip(table["rank"], table["measure"], strict=True)) == [
        (k, name) for k in (1, 2, 4, 5) for name in MEASURES
    ]
    known = set(table.loc[(table["rank"] == 1) & table["value"].notna(), "measure"])
    assert {*HELD_OUT, "gain", "objective", "explained_variance"} <= known
    assert not known & {"reproducibility", "parallel_analysis", "inflection"}


def test_ranks_without_restarts_take_what_the_evidence_says(small_consensus, evidence, basis):
    objective = rows_of(collect_measures([small_consensus(2)], evidence, basis), "objective")
    assert objective.loc[1, "value"] == 100
    assert objective.loc[2, "value"] == small_consensus(2).best_objective
    assert objective.loc[1, "null_low"] == 99
    assert objective.loc[1, "null_high"] == 101


def test_held_out_measures_are_shares_of_rank_one_with_errors_of_the_paired_difference(evidence, basis):
    found = rows_of(collect_measures([], evidence, basis), "speckled_cv")
    np.testing.assert_allclose(found["value"], [1, 1 / 2, 1 / 4, 1 / 5])
    assert found.loc[1, "low"] == found.loc[1, "high"] == 1
    one, two = np.array([2.0, 2.2, 1.8, 2.1, 1.9]), np.array([2.0, 2.2, 1.8, 2.1, 1.9]) / 2
    error = 2 * np.std((two - one) / one.mean(), ddof=1) / np.sqrt(5)
    assert found.loc[2, "low"] == pytest.approx(0.5 - error)
    assert found.loc[2, "high"] == pytest.approx(0.5 + error)
    np.testing.assert_allclose(found[["null_low", "null_high"]], 1)


@pytest.mark.parametrize("name", HELD_OUT)
def test_a_measure_held_out_nowhere_has_rows_without_numbers(name, basis):
    empty = [make_evidence(rank, **{name: np.array([])}) for rank in (1, 2)]
    assert rows_of(collect_measures([], empty, basis), name).isna().all(axis=None)


def test_blocks_too_small_for_a_rank_leave_a_gap_there_alone(basis):
    small = make_evidence(4, bi_cv=np.full(4, np.nan))
    found = rows_of(collect_measures([], [make_evidence(1), make_evidence(2), small], basis), "bi_cv")
    np.testing.assert_array_equal(found["value"].isna(), [False, False, True])


def test_data_that_rank_one_predicts_exactly_have_no_shares(basis):
    exact = [make_evidence(1, speckled_cv=np.zeros(5)), make_evidence(2)]
    assert rows_of(collect_measures([], exact, basis), "speckled_cv").isna().all(axis=None)


def test_permuted_data_that_rank_one_predicts_exactly_have_no_band(basis):
    null = make_evidence(1).null | {"speckled_cv": np.zeros(3)}
    found = rows_of(collect_measures([], [make_evidence(1, null=null), make_evidence(2)], basis), "speckled_cv")
    assert found[["null_low", "null_high"]].isna().all(axis=None)


def test_gain_is_the_fall_to_the_next_rank_a_metagene_as_a_share_of_rank_one(evidence):
    gain = rows_of(collect_measures([], evidence), "gain")
    np.testing.assert_allclose(gain["value"], [0.4, 0.1, 0.02, np.nan])
    np.testing.assert_allclose(gain.loc[2, ["null_low", "null_high"]].astype(float), [0.03, 0.03])
    inflection = rows_of(collect_measures([], evidence), "inflection")
    np.testing.assert_allclose(inflection["value"], [np.nan, 0.3, 0.08, np.nan])


def test_gains_of_permuted_data_span_their_permutations(evidence):
    null = make_evidence(2).null | {"objective": np.array([96.0, 99.0, 91.0])}
    found = collect_measures([], [make_evidence(1), make_evidence(2, null=null)])
    row = rows_of(found, "gain").loc[1]
    assert (row["null_low"], row["null_high"]) == (pytest.approx(0.02), pytest.approx(0.08))


def test_parallel_analysis_divides_singular_values_by_chance_from_rank_two(evidence, basis):
    found = rows_of(collect_measures([], evidence, basis), "parallel_analysis")
    np.testing.assert_allclose(found["value"], [np.nan, 2.0, 2 / 3, np.nan])
    np.testing.assert_allclose(found.loc[2, ["null_low", "null_high"]].astype(float), 1)


def test_reproducibility_is_what_the_least_certain_metagene_reaches_in_three_of_four_fits(evidence, basis):
    found = rows_of(collect_measures([], evidence, basis), "reproducibility")
    for each in evidence:
        if each.rank == 1:
            assert found.loc[1].isna().all()
            continue
        row, expected = found.loc[each.rank], np.percentile(each.silhouettes, 25, axis=0).min()
        assert row["value"] == pytest.approx(expected)
        assert row["low"] <= row["value"] <= row["high"]
        assert (row["null_low"], row["null_high"]) == (0.15, 0.15)


def test_the_same_evidence_gives_the_same_bytes(small_consensus, evidence, basis):
    one, other = (collect_measures([small_consensus(2)], each, basis) for each in (evidence, evidence[::-1]))
    assert one.to_csv() == other.to_csv()


def test_evidence_at_one_rank_alone_gives_what_needs_no_other(basis):
    table = collect_measures([], [make_evidence(2)], basis)
    known = set(table.loc[table["value"].notna(), "measure"])
    assert "reproducibility" in known
    assert not known & {"gain", "inflection", *HELD_OUT}


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
