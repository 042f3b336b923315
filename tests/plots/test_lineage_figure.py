from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import PathPatch, Rectangle

from nmfbio.plots import draw_lineage
from nmfbio.plots.lineage import count_crossings, order_nodes
from nmfbio.signatures.lineage import COLUMNS


def make_lineage(ranks, n_samples=200):
    """A table as ``trace_lineage`` gives, of made-up calls that get finer with the rank."""
    random = np.random.default_rng(len(ranks))
    place = random.random(n_samples)
    calls = {rank: np.minimum((place * rank).astype(int), rank - 1) for rank in ranks}
    rows = []
    for lower, higher in pairwise(ranks):
        shared = np.zeros((lower, higher), int)
        np.add.at(shared, (calls[lower], calls[higher]), 1)
        for i in range(lower):
            for j in range(higher):
                share = shared[i, j] / max(shared[:, j].sum(), 1)
                names = (lower, f"metagene_{i + 1}", higher, f"metagene_{j + 1}")
                rows.append((*names, share, i == j, share >= 1 / 3, shared[i, j], share, random.random(), np.nan))
    return pd.DataFrame(rows, columns=COLUMNS)


@pytest.mark.parametrize("ranks", [[1, 2], [2, 3], [2, 5, 9], list(range(2, 21)), [2, 10, 30]], ids=str)
def test_lineage_text_is_clear_at_every_number_of_ranks(ranks, assert_text_is_clear):
    assert_text_is_clear(draw_lineage(make_lineage(ranks), rank=ranks[1]))


@pytest.mark.parametrize("n_samples", [10, 10_000])
def test_every_metagene_has_its_number_however_many_samples(n_samples, texts_of):
    texts = [text for text, _ in texts_of(draw_lineage(make_lineage([2, 12], n_samples)))]
    assert {str(number) for number in range(1, 13)} <= set(texts)


def test_a_single_rank_says_that_there_is_nothing_to_compare(texts_of, assert_text_is_clear):
    figure = draw_lineage(pd.DataFrame(columns=COLUMNS))
    assert_text_is_clear(figure)
    assert any("nothing to compare" in text for text, _ in texts_of(figure))


def test_the_chosen_rank_is_told_and_none_where_none_was_chosen(texts_of):
    lineage = make_lineage([2, 3])
    told = [" ".join(text for text, _ in texts_of(draw_lineage(lineage, rank))) for rank in (3, None)]
    assert "the rank that was chosen" in told[0]
    assert "the rank that was chosen" not in told[1]


def test_ribbons_are_the_pairs_with_samples_and_bars_the_metagenes():
    lineage = make_lineage([2, 3])
    patches = draw_lineage(lineage).axes[0].patches
    assert sum(isinstance(patch, PathPatch) for patch in patches) == (lineage["samples"] > 0).sum()
    assert sum(isinstance(patch, Rectangle) for patch in patches) == 5


def test_crossings_are_counted_as_pairs_of_ribbons_that_cross():
    random = np.random.default_rng(0)
    flow = random.integers(0, 4, (4, 5)).astype(float)
    orders = [random.permutation(4), random.permutation(5)]
    ordered = flow[np.ix_(*orders)]
    naive = sum(
        ordered[a, d] * ordered[b, c]
        for a in range(4)
        for b in range(a + 1, 4)
        for c in range(5)
        for d in range(c + 1, 5)
    )
    assert count_crossings([flow], orders) == pytest.approx(naive)


def test_shuffled_numbers_are_ordered_so_that_no_ribbon_crosses():
    lineage = make_lineage([2, 4, 8])
    random = np.random.default_rng(1)
    for rank, columns in ((4, ["metagene", "next_metagene"]), (8, ["metagene", "next_metagene"])):
        other = dict(zip(range(1, rank + 1), random.permutation(rank) + 1, strict=True))
        for column, own in zip(columns, ("rank", "next_rank"), strict=True):
            rows = lineage[own] == rank
            numbers = lineage.loc[rows, column].str.extract(r"(\d+)$")[0].astype(int).map(other)
            lineage.loc[rows, column] = "metagene_" + numbers.astype(str)
    order = order_nodes(lineage)
    for lower, higher in ((2, 4), (4, 8)):
        rows = lineage[lineage["rank"] == lower].pivot(index="metagene", columns="next_metagene", values="samples")
        flow = rows.loc[order[lower], order[higher]].to_numpy(float)
        assert count_crossings([flow], [np.arange(lower), np.arange(higher)]) == 0
