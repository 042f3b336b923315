import numpy as np
import pandas as pd
import pytest

from nmfbio.plots import draw_projection


def make_tables(n_samples, rank=3, names=(), misfits=1, empty=0):
    """Usages, table of samples and metadata; the first samples do not fit, the last are empty."""
    random = np.random.default_rng(n_samples)
    samples = [*names, *(f"sample_{i}" for i in range(len(names), n_samples))][:n_samples]
    metagenes = [f"metagene_{k + 1}" for k in range(rank)]
    usages = pd.DataFrame(random.random((n_samples, rank)), samples, metagenes)
    explained = random.uniform(0.65, 0.95, n_samples)
    explained[:misfits] = 0.2
    table = pd.DataFrame({"cluster": usages.idxmax(axis=1), "explained_variance": explained})
    table["fits"] = (explained > 0.5).astype(object)
    lacking = table.index[n_samples - empty :]
    usages.loc[lacking], table.loc[lacking] = np.nan, [None, np.nan, None]
    values = list(names) or ["ALL", "AML", "CML"]
    metadata = {"_lineage" if names else "lineage": [values[i % len(values)] for i in range(n_samples)]}
    return usages, table, pd.DataFrame(metadata, samples)


def draw(n_samples, rank=3, n_reference=40, **keys):
    usages, samples, metadata = make_tables(n_samples, rank, **keys)
    coverage = pd.Series(np.linspace(0.1, 1, rank), usages.columns)
    reference = pd.Series(np.random.default_rng(0).uniform(0.6, 0.99, n_reference))
    return draw_projection(usages, samples, reference, 0.61, coverage, (1234, 5000), metadata)


@pytest.mark.parametrize(("n_samples", "rank"), [(1, 2), (10, 2), (40, 30), (10_000, 3)])
def test_text_is_clear_at_every_size(n_samples, rank, assert_text_is_clear):
    assert_text_is_clear(draw(n_samples, rank, n_reference=n_samples, misfits=-(-n_samples // 3)))


def test_one_metagene_and_odd_names_are_drawn(odd_names, assert_text_is_clear, texts_of):
    assert_text_is_clear(draw(6, rank=1))
    figure = draw(10, names=tuple(odd_names))
    assert_text_is_clear(figure)
    assert {"$x_1$", "_hidden", "_lineage"} <= {text for text, _ in texts_of(figure)}


def test_samples_left_out_are_counted_and_not_drawn(texts_of, assert_text_is_clear):
    figure = draw(12, empty=2, misfits=3)
    texts = [text for text, _ in texts_of(figure)]
    assert "2 of 12 samples have no expression and are left out" in texts
    assert "New, 10" in texts
    assert any("3 of 10 new samples lie below (triangles)" in text for text in texts)
    assert not {"sample_10", "sample_11"} & set(texts)
    assert_text_is_clear(figure)


def test_a_very_bad_fit_does_not_press_the_others_together():
    usages, samples, _ = make_tables(5)
    samples.loc["sample_4", ["explained_variance", "fits"]] = [-300.0, False]
    figure = draw_projection(usages, samples, pd.Series([0.7, 0.9]), 0.7, pd.Series(1.0, usages.columns), (5, 5))
    strips = [axes for axes in figure.axes if any(line.get_gid() == "limit" for line in axes.lines)]
    assert [axes.get_xlim()[0] > -2 for axes in strips] == [True]


def test_inputs_are_left_as_they_were_and_an_empty_metagene_is_named(texts_of):
    tables = make_tables(6)
    before = [table.copy() for table in tables]
    coverage = pd.Series([1.0, 0.5, np.nan], tables[0].columns)
    figure = draw_projection(*tables[:2], pd.Series([0.8, 0.9]), 0.8, coverage, (9, 10), tables[2])
    for table, copy in zip(tables, before, strict=True):
        pd.testing.assert_frame_equal(table, copy)
    texts = {text for text, _ in texts_of(figure)}
    assert {"empty metagene", "50 %", "9 of 10 genes of the reference were found by name"} <= texts
