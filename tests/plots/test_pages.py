"""nmfbio.plots.pages: the figures of a run with the table behind each."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from scipy.sparse import csr_matrix

from nmfbio.consensus import build_consensus
from nmfbio.consensus.tree import sample_tree
from nmfbio.errors import InputError
from nmfbio.plots.pages import choose_annotations, draw_rank_figures
from nmfbio.plots.survey_pages import draw_survey_figures
from nmfbio.rank import choose_rank, collect_measures, collect_objectives


@pytest.fixture(scope="module", params=[1, 2, 3])
def drawn(request, small_expression, small_consensus, extract):
    """A rank, its consensus, its signatures and its figures with three genes a metagene."""
    rank, consensus = request.param, small_consensus(request.param)
    signatures = extract(consensus)
    drawings = draw_rank_figures(small_expression.X, small_expression.obs, consensus, signatures, top_genes=3)
    return rank, consensus, signatures, drawings


def test_a_rank_has_three_figures_named_by_it(drawn):
    rank, _, _, drawings = drawn
    assert list(drawings) == [f"consensus_k{rank}", f"usages_k{rank}", f"metagenes_k{rank}"]
    assert all(isinstance(figure, Figure) for figure, _ in drawings.values())


def test_a_sparse_matrix_gives_the_same_tables(drawn, small_expression):
    rank, consensus, signatures, drawings = drawn
    sparse = csr_matrix(small_expression.X)
    tables = draw_rank_figures(sparse, small_expression.obs, consensus, signatures, top_genes=3)
    for name in (f"consensus_k{rank}", f"usages_k{rank}", f"metagenes_k{rank}"):
        pd.testing.assert_frame_equal(tables[name][1], drawings[name][1])


def test_figures_are_drawn_where_a_metagene_is_empty(small_expression, small_restarts, extract):
    restarts = small_restarts(3)
    kept = np.array([True, False, True])
    labels = {name: np.minimum(2 * getattr(restarts, name), 2) for name in ("labels_max", "labels_none")}
    restarts = replace(restarts, metagenes=restarts.metagenes * kept[:, None], **labels)
    consensus = build_consensus(small_expression.X, restarts, small_expression.obs_names.to_numpy())
    signatures = extract(consensus)
    drawings = draw_rank_figures(small_expression.X, small_expression.obs, consensus, signatures)
    for name, (_, table) in drawings.items():
        assert table.notna().all(axis=None), name
    assert (drawings["usages_k3"][1]["metagene_3"] == 0).all()


def test_the_tables_behind_the_figures_are_consensus_and_shares_by_sample(drawn, small_expression):
    rank, consensus, signatures, drawings = drawn
    samples = list(small_expression.obs_names)
    together, shares = drawings[f"consensus_k{rank}"][1], drawings[f"usages_k{rank}"][1]
    np.testing.assert_array_equal(together, consensus.consensus)
    assert list(together.index) == list(together.columns) == list(shares.index) == samples
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    assert list(shares.columns) == list(signatures.usages.columns)
    assert together.index.name == shares.index.name == "sample"


def test_the_table_behind_the_metagenes_holds_loadings_and_expression_of_the_top_genes(drawn, small_expression):
    rank, _, signatures, drawings = drawn
    table, top = drawings[f"metagenes_k{rank}"][1], signatures.genes[signatures.genes["position"] <= 3]
    assert table.index.name == "gene"
    assert list(table.index) == list(top["gene"])
    np.testing.assert_array_equal(table[signatures.metagenes.columns], signatures.metagenes.loc[table.index])
    np.testing.assert_array_equal(table[small_expression.obs_names], small_expression[:, table.index].X.T)


def test_a_part_of_many_samples_is_drawn_and_the_titles_say_so(small_expression, small_consensus, texts_of, extract):
    consensus, drawn = small_consensus(3), np.array([0, 1, 4, 5, 8, 9])
    tree = sample_tree(small_consensus(3).calls[drawn][None], small_expression.obs_names.to_numpy()[drawn])
    part = replace(consensus, drawn=drawn, consensus=consensus.consensus[np.ix_(drawn, drawn)], linkage=tree)
    signatures = extract(part)
    drawings = draw_rank_figures(small_expression.X, small_expression.obs, part, signatures)
    for name, (figure, table) in drawings.items():
        words = " ".join(text for text, _ in texts_of(figure))
        assert "6 of 12 samples, each cluster with its share" in words, name
        samples = list(small_expression.obs_names[drawn])
        shown = [name for name in small_expression.obs_names if name in table.index or name in table.columns]
        assert shown == samples


STEPS = pd.DataFrame(
    {
        "step": ["drop"],
        "genes_in": [60],
        "genes_out": [60],
        "samples_in": [12],
        "samples_out": [12],
        "values_changed": 0,
    }
)


def test_the_survey_has_three_figures_with_the_tables_they_were_given(small_consensus):
    consensuses = [small_consensus(rank) for rank in (1, 2, 3)]
    measures, objectives = collect_measures(consensuses), collect_objectives(consensuses)
    drawings = draw_survey_figures(STEPS, measures, objectives, choose_rank(measures).to_dict())
    assert list(drawings) == ["preprocessing", "rank_survey", "objectives"]
    assert all(isinstance(figure, Figure) for figure, _ in drawings.values())
    assert drawings["preprocessing"][1].equals(STEPS)
    assert drawings["rank_survey"][1].equals(measures)
    assert drawings["objectives"][1].equals(objectives)


def test_the_survey_of_single_restarts_is_drawn_though_nothing_could_be_chosen(small_consensus):
    consensuses = [small_consensus(rank, 1) for rank in (2, 3)]
    measures = collect_measures(consensuses)
    verdict = choose_rank(measures).to_dict()
    assert verdict["rank"] is None
    assert len(draw_survey_figures(STEPS, measures, collect_objectives(consensuses), verdict)) == 3


@pytest.mark.parametrize(("values", "drawn"), [(1, False), (2, True), (12, True), (13, False)])
def test_columns_of_two_to_twelve_values_are_drawn_when_none_are_named(values, drawn):
    metadata = pd.DataFrame({"column": [f"value_{place % values}" for place in range(40)]})
    assert ("column" in choose_annotations(metadata, None)) == drawn


def test_missing_values_do_not_count_as_a_value():
    assert choose_annotations(pd.DataFrame({"column": ["one", None, "one"]}), None).empty


def test_named_columns_are_drawn_in_their_order_whatever_they_hold(small_expression):
    assert list(choose_annotations(small_expression.obs, ["ward", "group"])) == ["ward", "group"]
    assert list(choose_annotations(small_expression.obs, [])) == []


def test_a_named_column_that_is_not_there_is_told_with_those_that_are(small_expression):
    message = r"figures\.annotations.*'grupo'.*columns of the metadata: group, ward, code"
    with pytest.raises(InputError, match=message):
        choose_annotations(small_expression.obs, ["group", "grupo"])
    with pytest.raises(InputError, match="there are none"):
        choose_annotations(small_expression.obs[[]], ["group"])
