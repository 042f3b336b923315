import numpy as np
import pandas as pd
import pytest

from nmfbio.io import GeneSet
from nmfbio.plots import choose_enriched, draw_enrichment
from nmfbio.signatures import enrich_signatures


def make_table(rank=3, n_sets=12, names=None, collections=("hallmark",), planted=True, seed=0):
    """Enrichment of sets of which each is planted in one metagene, and the metagenes' names."""
    random = np.random.default_rng(seed)
    metagenes = [f"metagene_{number + 1}" for number in range(rank)]
    genes = [f"GENE{number}" for number in range(100 * rank)]
    scores = pd.DataFrame(random.normal(size=(len(genes), rank)), genes, metagenes)
    own = scores.to_numpy().argmax(axis=1)
    table = pd.DataFrame({"metagene": np.array(metagenes)[own], "gene": genes, "selected": scores.max(axis=1) > 1.5})
    gene_sets = []
    for number in range(n_sets):
        best = scores.iloc[:, number % rank].nlargest(60).index if planted else genes
        name = names[number % len(names)] + f" {number}" if names else f"HALLMARK_SET_NUMBER_{number}"
        drawn = tuple(random.choice(best, 20, replace=False))
        gene_sets.append(GeneSet(collections[number % len(collections)], name, "", drawn))
    return enrich_signatures(table, scores, gene_sets), metagenes


def draw(**settings):
    table, metagenes = make_table(**settings)
    return draw_enrichment(choose_enriched(table), metagenes)


@pytest.mark.parametrize(("rank", "n_sets"), [(1, 3), (2, 1), (3, 80), (9, 20), (30, 60), (45, 90)])
def test_enrichment_text_is_clear_at_every_size(rank, n_sets, assert_text_is_clear):
    assert_text_is_clear(draw(rank=rank, n_sets=n_sets))


def test_enrichment_takes_odd_names_as_text(odd_names, assert_text_is_clear, texts_of):
    figure = draw(names=odd_names)
    assert_text_is_clear(figure)
    assert {"$x_1$ 0", "_hidden 1", "a b c 3"} <= {text for text, _ in texts_of(figure)}


def test_sets_of_several_collections_name_theirs(texts_of):
    drawn = {text for text, _ in texts_of(draw(n_sets=4, collections=("one", "two")))}
    assert {"HALLMARK_SET_NUMBER_0 (one)", "HALLMARK_SET_NUMBER_1 (two)"} <= drawn


def test_without_any_set_the_figure_says_so(texts_of, assert_text_is_clear):
    table, metagenes = make_table(planted=False)
    assert (table["q"] >= 0.05).all()
    figure = draw_enrichment(choose_enriched(table), metagenes)
    assert_text_is_clear(figure)
    assert any("No set reaches q < 0.05" in text for text, _ in texts_of(figure))


def test_an_enrichment_table_without_rows_is_drawn_too():
    table, metagenes = make_table()
    assert draw_enrichment(choose_enriched(table.iloc[:0]), metagenes) is not None


def test_chosen_sets_are_significant_somewhere_and_keep_all_their_rows():
    table, _ = make_table(rank=4, n_sets=40)
    shown = choose_enriched(table, most=10)
    names = shown["gene_set"].unique()
    assert len(names) == 10
    assert len(shown) == 10 * 2 * 4
    assert all((rows["q"] < 0.05).any() for _, rows in shown.groupby("gene_set"))


def test_metagenes_take_turns_so_that_each_shows_its_best():
    table, metagenes = make_table(rank=4, n_sets=40)
    shown = set(choose_enriched(table, most=8)["gene_set"])
    found = table[table["q"] < 0.05]
    for metagene in metagenes:
        rows = found[found["metagene"] == metagene]
        assert rows.loc[rows["p"].idxmin(), "gene_set"] in shown
    assert len(set(choose_enriched(table, most=2)["gene_set"])) == 4


def test_sets_stand_by_the_metagene_they_are_clearest_in():
    table, metagenes = make_table(rank=12, n_sets=24)
    shown = choose_enriched(table)
    clearest = shown.loc[shown.groupby("gene_set", sort=False)["p"].idxmin(), "metagene"]
    places = clearest.map(metagenes.index)
    assert places.is_monotonic_increasing


def test_a_metagene_without_tests_is_drawn_as_an_empty_column(assert_text_is_clear):
    table, metagenes = make_table()
    figure = draw_enrichment(choose_enriched(table[table["metagene"] != "metagene_2"]), metagenes)
    assert_text_is_clear(figure)
