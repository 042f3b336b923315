import pandas as pd
import pytest

from nmfbio.plots import draw_usages
from nmfbio.plots.usages import usage_shares


def draw(results):
    return draw_usages(results.usages, results.clusters, results.annotations)


@pytest.mark.parametrize("n_samples", [3, 10, 100, 1000])
def test_usages_text_is_clear_at_every_size(n_samples, make_results, assert_text_is_clear):
    assert_text_is_clear(draw(make_results(n_samples)))


def test_usages_text_is_clear_with_fifteen_metagenes(make_results, assert_text_is_clear, texts_of):
    figure = draw(make_results(60, rank=15))
    assert_text_is_clear(figure)
    assert {f"Metagene {k}" for k in range(1, 16)} <= {text for text, _ in texts_of(figure)}


@pytest.mark.parametrize("n_samples", [4, 40])
def test_usages_take_odd_names_as_text(n_samples, make_results, assert_text_is_clear, texts_of):
    figure = draw(make_results(n_samples, odd=True))
    assert_text_is_clear(figure)
    assert {"$x_1$", "_hidden", "_lineage"} <= {text for text, _ in texts_of(figure)}


def test_usages_work_for_one_metagene(make_results, assert_text_is_clear):
    assert_text_is_clear(draw(make_results(6, rank=1)))


def test_shares_of_a_sample_sum_to_one_and_an_empty_sample_has_none():
    shares = usage_shares(pd.DataFrame({"metagene_1": [3.0, 0.0], "metagene_2": [1.0, 0.0]}))
    assert shares.to_numpy().tolist() == [[0.75, 0.25], [0.0, 0.0]]


def test_samples_stand_by_cluster_then_by_falling_share(make_results, texts_of):
    results = make_results(10)
    shares = usage_shares(results.usages)
    own = pd.Series({sample: shares.at[sample, name] for sample, name in results.clusters.items()})
    expected = sorted(results.clusters.index, key=lambda sample: (results.clusters[sample], -own[sample]))
    places = {text: box.x0 for text, box in texts_of(draw(results)) if text.startswith("sample_")}
    assert sorted(places, key=places.get) == expected
