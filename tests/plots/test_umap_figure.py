import numpy as np
import pandas as pd
import pytest

from nmfbio.plots import draw_umap
from nmfbio.plots.usages import usage_shares


def draw(results):
    places = np.random.default_rng(0).normal(size=(len(results.usages), 2))
    places = pd.DataFrame(places, results.usages.index, ["umap_1", "umap_2"])
    return draw_umap(places, usage_shares(results.usages), results.clusters, results.annotations)


@pytest.mark.parametrize(("n_samples", "rank"), [(6, 1), (10, 2), (200, 3), (3000, 30)])
def test_umap_text_is_clear_at_every_size(n_samples, rank, make_results, assert_text_is_clear, texts_of):
    figure = draw(make_results(n_samples, rank=rank))
    assert_text_is_clear(figure)
    assert {"Cluster", "lineage", "batch", "Metagene 1"} <= {text for text, _ in texts_of(figure)}


def test_umap_takes_odd_names_as_text(make_results, assert_text_is_clear, texts_of):
    figure = draw(make_results(40, odd=True))
    assert_text_is_clear(figure)
    assert {"$x_1$", "_lineage"} <= {text for text, _ in texts_of(figure)}


def test_every_sample_is_a_point_in_every_panel_and_the_strongest_lie_on_top(make_results):
    results = make_results(50)
    points = [axes.collections[0] for axes in draw(results).axes if axes.collections]
    assert [len(each.get_offsets()) for each in points] == [50] * 6
    assert all(each.get_rasterized() for each in points)
    brightness = points[3].get_facecolors()[:, 0]
    assert np.all(np.diff(brightness) <= 1e-12)
    assert brightness[-1] == brightness.min()


def test_samples_all_in_one_place_are_drawn(make_results):
    results = make_results(6)
    places = pd.DataFrame(0.0, results.usages.index, ["umap_1", "umap_2"])
    assert draw_umap(places, usage_shares(results.usages), results.clusters) is not None
