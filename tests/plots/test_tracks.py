import numpy as np
import pandas as pd
import pytest

from nmfbio.plots.style import MISSING
from nmfbio.plots.tracks import Blocks, annotation_tracks, cluster_order, cluster_track, coarsen


def test_blocks_split_where_the_label_changes():
    blocks = Blocks.of_labels(["a", "a", "b"], length=31.0, gap=1.0)
    assert blocks.bounds == [(0, 2), (2, 3)]
    np.testing.assert_allclose(blocks.spans, [(0, 20), (21, 31)])
    np.testing.assert_allclose(blocks.centres, [5, 15, 26])


def test_pixels_name_the_cell_they_lie_in_and_gaps_none():
    pixels = Blocks.of_labels(["a", "a", "b"], length=31.0, gap=1.0).pixels()
    at = (np.array([0.1, 9.9, 10.1, 19.9, 20.1, 20.9, 21.1, 30.9]) / 31 * len(pixels)).astype(int)
    assert pixels[at].tolist() == [0, 0, 1, 1, -1, -1, 2, 2]
    assert Blocks.of_cells(5, 40.0).pixels().tolist() == [0, 1, 2, 3, 4]


def test_gaps_never_take_more_than_a_quarter():
    blocks = Blocks.of_labels(list(range(100)), length=10.0, gap=1.0)
    assert blocks.cell * 100 >= 7.5
    assert blocks.length == pytest.approx(10)


def test_samples_are_ordered_by_number_of_metagene_not_by_letter():
    clusters = pd.Series(["metagene_10", "metagene_2", None, "metagene_2"], list("abcd"))
    assert cluster_order(clusters) == ["b", "d", "a", "c"]
    assert cluster_order(clusters, pd.Series([1, 1, 1, 2], list("abcd"))) == ["d", "b", "a", "c"]


def test_categorical_clusters_are_taken_as_they_are():
    clusters = pd.Series(["metagene_2", "metagene_1"], list("ab"), dtype="category")
    assert cluster_order(clusters) == ["b", "a"]
    assert cluster_track("Cluster", "Cluster", clusters).legend.names == ["Metagene 1", "Metagene 2"]


def test_samples_without_a_value_are_grey_and_named_in_the_legend():
    track = annotation_tracks(pd.DataFrame({"batch": [2, 10]}, ["a", "b"]), ["b", "c", "a"])[0]
    assert track.colours["c"] == MISSING
    assert track.legend.names == ["2", "10", "not given"]


def test_two_metadata_columns_do_not_share_colours():
    first, second = annotation_tracks(pd.DataFrame({"x": list("abc"), "y": list("abc")}), [0, 1, 2])
    assert not set(first.colours) & set(second.colours)


def test_no_metadata_gives_no_tracks():
    assert annotation_tracks(None, ["a"]) == []


@pytest.mark.parametrize("axis", [0, 1])
def test_coarsening_keeps_the_mean_of_each_block(axis):
    values = np.random.default_rng(0).random((900, 900))
    cells = Blocks.of_labels(np.repeat(["a", "b"], [300, 600]), length=20.0, gap=1.0)
    means, coarse = coarsen(values, cells, axis)
    assert means.shape[axis] == len(coarse.centres) < 900
    np.testing.assert_allclose(coarse.spans, cells.spans)
    widths = np.concatenate([np.diff(edges) for edges in coarse.edges])
    np.testing.assert_allclose(np.average(means, axis=axis, weights=widths), values.mean(axis=axis), atol=1e-12)


def test_large_cells_are_not_coarsened():
    values, cells = np.eye(10), Blocks.of_cells(10, 50)
    assert coarsen(values, cells, 0)[0] is values
