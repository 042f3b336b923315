"""nmfbio.signatures.annotate: the matrix with the result, ready for scanpy."""

import numpy as np
import pytest

from nmfbio.io import read_h5ad, write_h5ad
from nmfbio.rank import choose_rank, collect_measures
from nmfbio.signatures import annotate_expression, extract_signatures


@pytest.fixture
def consensuses(small_consensus):
    """Ranks 4, 2 and 3, not in their order."""
    return [small_consensus(rank) for rank in (4, 2, 3)]


@pytest.fixture
def verdict(consensuses):
    """Plain values of a verdict on the small matrix that names rank 3."""
    return choose_rank(collect_measures(consensuses), selected=3).to_dict()


def test_factors_and_tables_of_the_chosen_rank_stand_beside_the_matrix(small_expression, consensuses, verdict):
    annotated = annotate_expression(small_expression, consensuses, verdict)
    signatures = extract_signatures(consensuses[2], small_expression.obs_names, small_expression.var)
    np.testing.assert_array_equal(annotated.X, small_expression.X)
    np.testing.assert_array_equal(annotated.obsm["X_nmf"], signatures.usages)
    np.testing.assert_array_equal(annotated.varm["metagenes"], signatures.metagenes)
    samples = signatures.samples.set_index("sample").loc[annotated.obs_names]
    assert list(annotated.obs["nmf_cluster"]) == list(samples["cluster"])
    np.testing.assert_array_equal(annotated.obs["nmf_margin"], samples["margin"])
    np.testing.assert_array_equal(annotated.obs["nmf_agreement"], samples["agreement"])
    genes = signatures.genes.set_index("gene").loc[annotated.var_names]
    assert list(annotated.var["nmf_metagene"]) == list(genes["metagene"])
    np.testing.assert_array_equal(annotated.var["nmf_score"], genes["score"])
    np.testing.assert_array_equal(annotated.var["nmf_selected"], genes["selected"])


def test_the_result_tells_its_rank_and_why(small_expression, consensuses, verdict):
    told = annotate_expression(small_expression, consensuses, verdict).uns["nmf"]
    assert (told["rank"], told["chosen"], told["restarts"]) == (3, True, 6)
    assert (told["verdict"], told["why"]) == (verdict["status"], verdict["why"])
    assert told["best_objective"] == consensuses[2].objective.min()


def test_without_a_rank_in_the_verdict_the_lowest_is_shown_and_said_not_to_be_chosen(small_expression, consensuses):
    nothing = {"status": "none", "rank": None, "why": "No structure."}
    annotated = annotate_expression(small_expression, consensuses, nothing)
    assert annotated.obsm["X_nmf"].shape == (12, 2)
    assert annotated.uns["nmf"]["rank"] == 2
    assert not annotated.uns["nmf"]["chosen"]


def test_the_given_matrix_stays_as_it_is(small_expression, consensuses, verdict):
    before = small_expression.copy()
    annotate_expression(small_expression, consensuses, verdict)
    assert (list(small_expression.obsm), list(small_expression.varm)) == ([], [])
    assert small_expression.obs.equals(before.obs)
    assert small_expression.var.equals(before.var)


@pytest.mark.parametrize("rank", [1, 3])
def test_the_result_comes_back_from_its_file(small_expression, small_consensus, rank, tmp_path):
    verdict = {"status": "weak", "rank": rank, "why": "Only one rank."}
    annotated = annotate_expression(small_expression, [small_consensus(rank)], verdict)
    write_h5ad(annotated, tmp_path / "nmf.h5ad")
    loaded = read_h5ad(tmp_path / "nmf.h5ad")
    np.testing.assert_array_equal(loaded.obsm["X_nmf"], annotated.obsm["X_nmf"])
    assert list(loaded.obs["nmf_cluster"]) == list(annotated.obs["nmf_cluster"])
    assert loaded.uns["nmf"]["rank"] == rank
