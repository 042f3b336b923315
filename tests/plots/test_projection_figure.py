import numpy as np
import pandas as pd
import pytest

from nmfbio.plots import draw_projection


def draw(make_results, n_samples, rank=3, odd=False, misfits=1, empty=0, n_reference=40):
    results = make_results(n_samples, rank=rank, odd=odd)
    random = np.random.default_rng(n_samples)
    samples = pd.DataFrame({"cluster": results.clusters, "explained_variance": random.uniform(0.6, 0.95, n_samples)})
    samples["fits"] = True
    samples.iloc[:misfits, 1:] = [0.2, False]
    usages = results.usages.copy()
    if empty:
        samples.iloc[-empty:] = [None, np.nan, None]
        usages.iloc[-empty:] = np.nan
    coverage = pd.Series(np.linspace(0.1, 1, rank), usages.columns)
    reference = pd.Series(random.uniform(0.6, 0.99, n_reference))
    return draw_projection(usages, samples, reference, 0.61, coverage, (1234, 5000), results.annotations)


@pytest.mark.parametrize(("n_samples", "rank"), [(1, 2), (10, 2), (40, 30), (10_000, 3)])
def test_text_is_clear_at_every_size(n_samples, rank, make_results, assert_text_is_clear):
    assert_text_is_clear(draw(make_results, n_samples, rank, n_reference=n_samples))


def test_one_metagene_and_odd_names_are_drawn(make_results, assert_text_is_clear, texts_of):
    assert_text_is_clear(draw(make_results, 6, rank=1))
    figure = draw(make_results, 10, odd=True)
    assert_text_is_clear(figure)
    assert {"$x_1$", "_hidden", "_lineage"} <= {text for text, _ in texts_of(figure)}


def test_samples_left_out_are_counted_and_not_drawn(make_results, texts_of, assert_text_is_clear):
    figure = draw(make_results, 12, empty=2, misfits=3)
    texts = [text for text, _ in texts_of(figure)]
    assert "2 of 12 samples have no expression and are left out" in texts
    assert "New, 10" in texts
    assert any("3 of 10 new samples lie below (triangles)" in text for text in texts)
    assert not {"sample_10", "sample_11"} & set(texts)
    assert_text_is_clear(figure)


def test_a_very_bad_fit_leaves_the_others_apart(make_results):
    results = make_results(5)
    explained = [0.9, 0.8, 0.85, 0.7, -300.0]
    fits = [True, True, True, True, False]
    samples = pd.DataFrame({"cluster": results.clusters, "explained_variance": explained, "fits": fits})
    coverage = pd.Series(1.0, results.usages.columns)
    figure = draw_projection(results.usages, samples, pd.Series([0.7, 0.9]), 0.7, coverage, (5, 5))
    assert min(axes.get_xlim()[0] for axes in figure.axes if axes.get_gid() is None) > -2


def test_inputs_are_left_as_they_were_and_an_empty_metagene_is_named(make_results, texts_of):
    results = make_results(6)
    usages = results.usages.copy()
    samples = pd.DataFrame({"cluster": results.clusters, "explained_variance": 0.9, "fits": True})
    coverage = pd.Series([1.0, 0.5, np.nan], usages.columns)
    figure = draw_projection(usages, samples, pd.Series([0.8, 0.9]), 0.8, coverage, (9, 10))
    pd.testing.assert_frame_equal(usages, results.usages)
    assert {"empty metagene", "50 %", "9 of 10 genes of the reference were found by name"} <= {
        text for text, _ in texts_of(figure)
    }
