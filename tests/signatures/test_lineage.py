"""nmfbio.signatures.lineage: which metagenes of one rank split into and merge to those of the next."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linear_sum_assignment

from nmfbio.signatures.lineage import COLUMNS, comparable, trace_lineage


@pytest.fixture(scope="module")
def lineage(small_consensus):
    return trace_lineage([small_consensus(4), small_consensus(2), small_consensus(3)])


def naive_contrasts(metagenes):
    """Each entry less the mean of its gene, over its root, metagenes scaled to sum 1; plain loops."""
    shares = [[value / sum(row) for value in row] for row in metagenes.tolist()]
    means = [sum(column) / len(shares) for column in zip(*shares, strict=True)]
    return np.array(
        [
            [(value - mean) / mean**0.5 if mean else 0.0 for value, mean in zip(row, means, strict=True)]
            for row in shares
        ]
    )


def test_every_pair_of_neighbouring_ranks_has_a_row(lineage):
    assert list(lineage.columns) == COLUMNS
    assert lineage.groupby(["rank", "next_rank"]).size().to_dict() == {(2, 3): 6, (3, 4): 12}


def test_ranks_need_not_follow_one_another(small_consensus):
    steps = trace_lineage([small_consensus(2), small_consensus(4)])
    assert set(zip(steps["rank"], steps["next_rank"], strict=True)) == {(2, 4)}


def test_a_single_rank_gives_a_table_without_rows(small_consensus):
    alone = trace_lineage([small_consensus(3)])
    assert list(alone.columns) == COLUMNS
    assert alone.empty


def test_cosines_are_those_of_contrasts(lineage, small_consensus):
    lower, higher = (naive_contrasts(small_consensus(rank).metagenes) for rank in (2, 3))
    expected = [one @ other / (np.linalg.norm(one) * np.linalg.norm(other)) for one in lower for other in higher]
    np.testing.assert_allclose(lineage.loc[lineage["rank"] == 2, "cosine"], expected, atol=1e-12)


def test_samples_are_counted_as_they_are_called(lineage, small_consensus):
    lower, higher = small_consensus(2).calls, small_consensus(3).calls
    for row in lineage[lineage["rank"] == 2].itertuples():
        first, second = int(row.metagene[-1]) - 1, int(row.next_metagene[-1]) - 1
        together = sum(1 for one, other in zip(lower, higher, strict=True) if (one, other) == (first, second))
        called = sum(1 for other in higher if other == second)
        assert row.samples == together
        assert row.share == pytest.approx(together / called)


def test_matched_pairs_are_the_best_one_to_one_match(lineage):
    for _, rows in lineage.groupby("rank"):
        cosines = rows.pivot(index="metagene", columns="next_metagene", values="cosine").to_numpy()
        matched = rows.pivot(index="metagene", columns="next_metagene", values="matched").to_numpy()
        assert matched.sum(axis=0).max() == matched.sum(axis=1).max() == 1
        first, second = linear_sum_assignment(-cosines)
        assert cosines[matched].sum() == pytest.approx(np.maximum(cosines[first, second], 0).sum())


def test_every_metagene_of_a_higher_rank_has_the_most_alike_as_a_parent(lineage):
    for _, rows in lineage.groupby(["rank", "next_metagene"]):
        best = rows.loc[rows["cosine"].idxmax()]
        assert best["parent"] or best["cosine"] <= 0


def test_two_metagenes_that_merge_are_both_parents(small_consensus):
    lower, higher = small_consensus(3), small_consensus(4)
    merged = replace(higher, calls=np.zeros_like(higher.calls))
    rows = trace_lineage([lower, merged])
    into_first = rows[rows["next_metagene"] == "metagene_1"].set_index("metagene")
    expected = np.bincount(lower.calls, minlength=3) / len(lower.calls) >= 1 / 3
    assert into_first.loc[expected, "parent"].all()
    assert rows.loc[rows["next_metagene"] != "metagene_1", "share"].isna().all()


def test_stability_is_the_silhouette_of_each_rank(lineage, small_consensus):
    first = lineage[lineage["rank"] == 2].groupby("metagene")["stability"].first()
    np.testing.assert_array_equal(first, small_consensus(2).program_silhouette)
    last = lineage[lineage["rank"] == 3].groupby("next_metagene")["next_stability"].first()
    np.testing.assert_array_equal(last, small_consensus(4).program_silhouette)


def test_rank_one_is_compared_by_weights_since_it_has_no_contrasts(small_consensus):
    rows = trace_lineage([small_consensus(1), small_consensus(2)])
    weights = small_consensus(1).metagenes[0]
    units = [row / np.linalg.norm(row) for row in small_consensus(2).metagenes]
    np.testing.assert_allclose(rows["cosine"], [unit @ weights / np.linalg.norm(weights) for unit in units])
    assert rows["samples"].sum() == 12
    assert rows["parent"].all()


def test_an_empty_metagene_is_no_match_and_no_parent(small_consensus):
    higher = small_consensus(3)
    metagenes = higher.metagenes.copy()
    metagenes[2] = 0
    emptied = replace(higher, metagenes=metagenes, calls=np.where(higher.calls == 2, 0, higher.calls))
    rows = trace_lineage([small_consensus(2), emptied])
    empty = rows[rows["next_metagene"] == "metagene_3"]
    assert (empty["cosine"] == 0).all()
    assert not empty["matched"].any()
    assert not empty["parent"].any()


def test_contrasts_leave_out_what_all_metagenes_share():
    everywhere = np.array([[50.0, 50.0, 3.0, 0.0], [50.0, 50.0, 0.0, 3.0]])
    first, second = comparable(everywhere, everywhere)
    np.testing.assert_allclose(first @ second.T, [[1, -1], [-1, 1]], atol=1e-12)


def test_the_order_of_the_ranks_given_does_not_matter(lineage, small_consensus):
    again = trace_lineage([small_consensus(rank) for rank in (2, 3, 4)])
    pd.testing.assert_frame_equal(again, lineage)
