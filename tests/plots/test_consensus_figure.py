import numpy as np
import pytest
from scipy.cluster.hierarchy import dendrogram

from nmfbio.plots import draw_consensus
from nmfbio.plots.consensus import tree_lines


def draw(results):
    return draw_consensus(results.consensus, results.linkage, results.clusters, results.annotations)


@pytest.mark.parametrize("n_samples", [3, 10, 38, 70, 100, 1000])
def test_consensus_text_is_clear_at_every_size(n_samples, make_results, assert_text_is_clear):
    assert_text_is_clear(draw(make_results(n_samples)))


@pytest.mark.parametrize("n_samples", [4, 38, 100])
def test_consensus_takes_odd_names_as_text(n_samples, make_results, assert_text_is_clear, texts_of):
    figure = draw(make_results(n_samples, odd=True))
    assert_text_is_clear(figure)
    texts = {text for text, _ in texts_of(figure)}
    assert {"$x_1$", "_hidden", "_lineage"} <= texts


@pytest.mark.parametrize(("n_samples", "named"), [(3, True), (60, True), (100, False), (1000, False)])
def test_samples_are_named_where_they_fit_and_counted_else(n_samples, named, make_results, texts_of):
    texts = {text for text, _ in texts_of(draw(make_results(n_samples)))}
    assert ("sample_0" in texts) == named
    assert (f"{n_samples} samples" in texts) != named


def test_consensus_works_without_metadata(make_results, assert_text_is_clear):
    results = make_results(10)
    assert_text_is_clear(draw_consensus(results.consensus, results.linkage, results.clusters))


def test_usual_consensus_figure_is_two_columns_wide(make_results):
    assert draw(make_results(38)).get_size_inches()[0] * 25.4 == pytest.approx(180)


def test_tree_agrees_with_scipy(make_results):
    results = make_results(20)
    expected = dendrogram(results.linkage, no_plot=True)
    lines = tree_lines(results.linkage, np.arange(20) * 10 + 5.0)
    ours = sorted(map(tuple, np.sort(lines[:, :, 0], axis=1).tolist()))
    np.testing.assert_allclose(ours, sorted(map(tuple, np.sort(expected["icoord"], axis=1).tolist())))


def test_a_tree_that_is_one_long_chain_is_drawn():
    n_leaves = 3000
    steps = np.arange(n_leaves - 1)
    first = np.where(steps == 0, 0, n_leaves + steps - 1)
    linkage = np.column_stack([first, steps + 1, steps + 1.0, steps + 2]).astype(float)
    lines = tree_lines(linkage, np.arange(n_leaves, dtype=float))
    assert np.isfinite(lines).all()
    assert lines[:, 1, 1].tolist() == (steps + 1.0).tolist()


@pytest.mark.parametrize("n_samples", [38, 1000])
def test_a_part_of_the_samples_is_told_in_a_clear_title(n_samples, make_results, assert_text_is_clear):
    results = make_results(n_samples)
    assert_text_is_clear(draw_consensus(results.consensus, results.linkage, results.clusters, None, 200_000))
