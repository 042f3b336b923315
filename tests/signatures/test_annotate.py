"""nmfbio.signatures.annotate: the matrix with the result, ready for scanpy."""

import numpy as np
import pytest

from nmfbio.colours import metagene_colour
from nmfbio.io import read_h5ad, write_h5ad
from nmfbio.rank import choose_rank, collect_measures
from nmfbio.signatures import add_result, annotate_expression, metadata_columns, shown_rank, usage_columns


@pytest.fixture
def signatures(small_consensus, extract):
    """Tables at rank 3 of the small matrix."""
    return extract(small_consensus(3))


@pytest.fixture
def verdict(small_consensus):
    """Plain values of a verdict on the small matrix that names rank 3."""
    return choose_rank(collect_measures([small_consensus(rank) for rank in (2, 3, 4)]), selected=3).to_dict()


@pytest.fixture
def annotated(small_expression, small_consensus, signatures, verdict):
    """The small matrix with its result."""
    return annotate_expression(small_expression, small_consensus(3), signatures, verdict)


def test_factors_and_tables_stand_beside_the_matrix(small_expression, annotated, signatures):
    np.testing.assert_array_equal(annotated.X, small_expression.X)
    np.testing.assert_array_equal(annotated.obsm["X_nmf"], signatures.usages)
    np.testing.assert_array_equal(annotated.varm["metagenes"], signatures.metagenes)
    np.testing.assert_array_equal(annotated.varm["nmf_z"], signatures.scores)
    samples = signatures.samples.set_index("sample").loc[annotated.obs_names]
    assert list(annotated.obs["nmf_cluster"]) == list(samples["cluster"])
    for name in ("usage_share", "margin", "agreement"):
        np.testing.assert_array_equal(annotated.obs[f"nmf_{name}"], samples[name])
    genes = signatures.genes.set_index("gene").loc[annotated.var_names]
    assert list(annotated.var["nmf_metagene"]) == list(genes["metagene"])
    for name in ("z", "fold", "stability", "selected"):
        np.testing.assert_array_equal(annotated.var[f"nmf_{name}"], genes[name])


def test_scanpy_finds_usage_shares_and_the_colours_of_the_figures(annotated):
    shares = annotated.obs[["metagene_1", "metagene_2", "metagene_3"]]
    usages = annotated.obsm["X_nmf"]
    np.testing.assert_allclose(shares, usages / usages.sum(axis=1, keepdims=True))
    names = annotated.obs["nmf_cluster"].cat.categories
    assert list(annotated.uns["nmf_cluster_colors"]) == [metagene_colour(name) for name in names]


def test_a_result_at_another_rank_leaves_no_column_of_the_first(annotated, small_consensus, extract, verdict):
    add_result(annotated, small_consensus(2), extract(small_consensus(2)), verdict)
    assert list(usage_columns(annotated)) == ["metagene_1", "metagene_2"]
    assert list(metadata_columns(annotated)) == ["group", "ward", "code"]
    assert not annotated.uns["nmf"]["chosen"]


def test_the_result_tells_its_rank_and_why(annotated, small_consensus, verdict):
    told = annotated.uns["nmf"]
    assert (told["rank"], told["chosen"], told["restarts"]) == (3, True, 6)
    assert (told["verdict"], told["why"]) == (verdict["status"], verdict["why"])
    assert told["best_objective"] == small_consensus(3).objective.min()


def test_without_a_rank_in_the_verdict_the_lowest_is_shown_and_said_not_to_be_chosen(
    small_expression, small_consensus, signatures, verdict
):
    assert shown_rank(verdict, [4, 2, 3]) == 3
    nothing = {"status": "none", "rank": None, "why": "No structure."}
    assert shown_rank(nothing, [4, 2, 3]) == 2
    annotated = annotate_expression(small_expression, small_consensus(3), signatures, nothing)
    assert not annotated.uns["nmf"]["chosen"]


def test_the_given_matrix_stays_as_it_is(small_expression, annotated):
    assert annotated is not small_expression
    assert (list(small_expression.obsm), list(small_expression.varm)) == ([], [])
    assert not [name for name in (*small_expression.obs, *small_expression.var) if name.startswith("nmf")]


@pytest.mark.parametrize("rank", [1, 3])
def test_the_result_comes_back_from_its_file(small_expression, small_consensus, extract, rank, tmp_path):
    verdict, consensus = {"status": "weak", "rank": rank, "why": "Only one rank."}, small_consensus(rank)
    annotated = annotate_expression(small_expression, consensus, extract(consensus), verdict)
    write_h5ad(annotated, tmp_path / "nmf.h5ad")
    loaded = read_h5ad(tmp_path / "nmf.h5ad")
    np.testing.assert_array_equal(loaded.obsm["X_nmf"], annotated.obsm["X_nmf"])
    assert list(loaded.obs["nmf_cluster"]) == list(annotated.obs["nmf_cluster"])
    assert loaded.uns["nmf"]["rank"] == rank
