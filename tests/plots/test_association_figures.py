"""The figures of the association: text that is clear, and what is drawn."""

import numpy as np
import pandas as pd
import pytest

from nmfbio.plots import draw_association_figures
from nmfbio.plots.association_details import choose_panels
from nmfbio.plots.association_survival import kaplan_meier
from nmfbio.signatures import associate_metadata

SURVIVAL = {"time": "months", "event": "died"}


def made_up(n_samples, rank=3, names=("ALL", "AML", "CML"), effect=6.0, n_categories=3):
    """Usages, clusters and metadata, some of which have to do with the usages."""
    random = np.random.default_rng(n_samples + rank)
    truth = np.arange(n_samples) % rank
    samples = [f"sample_{i}" for i in range(n_samples)]
    usages = random.gamma(2, 1, (n_samples, rank)) + effect * (truth[:, None] == np.arange(rank))
    usages = pd.DataFrame(usages, samples, [f"metagene_{k + 1}" for k in range(rank)])
    levels = [names[i % len(names)] + " " * (i >= len(names)) + str(i // len(names) or "") for i in range(n_categories)]
    hazard = np.exp(effect / 3 * (truth == 0))
    metadata = pd.DataFrame(
        {
            "subtype": [levels[i % n_categories] for i in truth],
            "dose": truth * effect / 3 + random.normal(size=n_samples),
            "amount": 1e6 * (truth * effect / 3 + random.normal(size=n_samples)),
            "site": random.choice(["north", "south"], n_samples),
            "months": random.exponential(2000 / hazard),
            "died": random.random(n_samples) < 0.8,
            "patient": samples,
        },
        samples,
    )
    return usages, usages.idxmax(axis=1), metadata


def draw(usages, clusters, metadata, **options):
    options = {**SURVIVAL, **options}
    table = associate_metadata(usages, clusters, metadata, **options)
    drawings = draw_association_figures(table, usages, clusters, metadata, options["event"])
    return table, [figure for figure, _ in drawings.values()], [source for _, source in drawings.values()]


@pytest.mark.parametrize("n_samples", [12, 60, 250])
@pytest.mark.parametrize("rank", [2, 5])
def test_text_is_clear_at_every_size(n_samples, rank, assert_text_is_clear):
    _, figures, _ = draw(*made_up(n_samples, rank))
    for figure in figures:
        assert_text_is_clear(figure)


def test_text_is_clear_with_thirty_metagenes_and_as_many_categories(assert_text_is_clear, texts_of):
    _, figures, _ = draw(*made_up(150, 30, n_categories=30, effect=60))
    for figure in figures:
        assert_text_is_clear(figure)
    assert {str(k) for k in range(1, 31)} <= {text for text, _ in texts_of(figures[0])}


def test_odd_names_are_drawn_as_text(odd_names, assert_text_is_clear, texts_of):
    usages, clusters, metadata = made_up(40, rank=4, names=odd_names, n_categories=4)
    metadata = metadata.rename(columns={"subtype": "$b$ " + "very long column name " * 9, "dose": "_hidden"})
    _, figures, _ = draw(usages, clusters, metadata.rename(columns={"months": "$t_1$"}), time="$t_1$")
    for figure in figures:
        assert_text_is_clear(figure)
    assert {"$x_1$", "_hidden", "$t_1$"} <= {text for text, _ in texts_of(figures[1])}


def test_hundreds_of_columns_are_cut_to_those_with_the_smallest_q(assert_text_is_clear, texts_of):
    usages, clusters, metadata = made_up(30)
    random = np.random.default_rng(0)
    noise = pd.DataFrame(random.normal(size=(30, 100)), usages.index, [f"lab_value_{i}" for i in range(100)])
    _, figures, _ = draw(usages, clusters, noise.join(metadata))
    assert_text_is_clear(figures[0])
    texts = " ".join(text for text, _ in texts_of(figures[0]))
    assert "Drawn are the 60 of 105 columns" in texts
    assert "subtype" in texts


def test_dots_mark_what_reaches_the_level():
    table, (overview, _), _ = draw(*made_up(60))
    dots = sum(len(axes.lines) for axes in overview.axes)
    assert dots == (table["q"] < 0.05).sum() > 0


def test_the_batch_is_marked(texts_of, assert_text_is_clear):
    _, (overview, _), _ = draw(*made_up(30), batch="site", time=None, event=None)
    assert_text_is_clear(overview)
    assert "site (batch)" in [text for text, _ in texts_of(overview)]


def test_nothing_beyond_chance_is_said_in_words(assert_text_is_clear, texts_of):
    table, figures, sources = draw(*made_up(31, effect=0.0))
    assert not (table["q"] < 0.05).any()
    for figure in figures:
        assert_text_is_clear(figure)
        assert "Nothing reaches q < 0.05" in " ".join(text for text, _ in texts_of(figure))
    assert sources[1].empty


def test_without_metadata_both_figures_say_so(assert_text_is_clear, texts_of):
    usages, clusters, metadata = made_up(20)
    _, figures, _ = draw(usages, clusters, metadata[[]], time=None, event=None)
    for figure in figures:
        assert_text_is_clear(figure)
    assert "No metadata column could be tested." in [text for text, _ in texts_of(figures[0])]


def test_rank_one_is_drawn(assert_text_is_clear):
    _, figures, _ = draw(*made_up(20, rank=1))
    for figure in figures:
        assert_text_is_clear(figure)


def test_every_column_gets_its_best_metagene_before_any_gets_two():
    q = [1e-3, 1e-4, 0.01, 0.2, 0.02, 0.5, 1e-6]
    columns = ["a", "a", "a", "b", "b", "c", "c"]
    rows = pd.DataFrame({"column": columns, "kind": "numeric", "test": "spearman", "p": q, "q": q})
    rows["metagene"] = [f"metagene_{k}" for k in (1, 2, 3, 1, 2, 1)] + ["cluster"]
    panels = choose_panels(rows)
    assert list(zip(panels["column"], panels["metagene"], strict=True)) == [
        ("a", "metagene_1"), ("a", "metagene_2"), ("a", "metagene_3"), ("b", "metagene_2"), ("c", "metagene_1"),
    ]  # fmt: skip
    many = pd.concat([rows.assign(column=rows["column"] + str(i)) for i in range(6)], ignore_index=True)
    assert choose_panels(many)["column"].nunique() == len(choose_panels(many)) == 12


def test_the_source_holds_what_the_panels_show():
    usages, clusters, metadata = made_up(60)
    _, _, (_, source) = draw(usages, clusters, metadata)
    part = source[(source["column"] == "dose") & (source["metagene"] == "metagene_1")].set_index("sample")
    shares = usages.div(usages.sum(axis=1), axis=0)["metagene_1"]
    assert part["usage_share"].astype(float).to_numpy() == pytest.approx(shares.loc[part.index].to_numpy())
    assert part["value"].tolist() == metadata.loc[part.index, "dose"].tolist()
    survival = source[source["column"] == "months"].set_index("sample")
    assert survival["event"].tolist() == metadata.loc[survival.index, "died"].tolist()


def test_the_same_table_gives_the_same_points():
    def points():
        _, (_, details), _ = draw(*made_up(40))
        return np.concatenate([dots.get_offsets() for axes in details.axes for dots in axes.collections])

    assert np.array_equal(points(), points())


def test_survival_is_the_product_of_kaplan_and_meier():
    random = np.random.default_rng(5)
    time, event = np.ceil(random.exponential(10, 40)), random.random(40) < 0.7
    times, shares = kaplan_meier(time, event)
    expected, naive = [], 1.0
    for moment in sorted(set(time[event])):
        naive *= 1 - np.sum(event & (time == moment)) / np.sum(time >= moment)
        expected.append(naive)
    assert times.tolist() == sorted(set(time[event]))
    assert shares == pytest.approx(expected)
    assert kaplan_meier(time, np.zeros(40, dtype=bool))[0].size == 0
