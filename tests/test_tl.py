"""nmfbio.tl: the analysis on an AnnData, in place, and what it leaves for other functions."""

import json

import anndata
import numpy as np
import pandas as pd
import pytest

import nmfbio as nb
from nmfbio.errors import ConfigError, InputError
from nmfbio.survey import read_consensus


@pytest.fixture(scope="module")
def surveyed(small_expression):
    """The small matrix after ranks 2 to 4 without evidence."""
    return nb.tl.nmf(small_expression, range(2, 5), restarts=6, evidence=False, rank=3, progress=False, copy=True)


def test_the_result_is_that_of_the_workflow(surveyed, small_consensus, extract):
    consensus = read_consensus(surveyed)
    factors = nb.factorize(surveyed.X, 3, restarts=6)
    assert surveyed.uns["nmf"]["best_objective"] == factors.objective.min()
    np.testing.assert_array_equal(surveyed.obsm["X_nmf"], consensus.usages)
    np.testing.assert_array_equal(surveyed.obs["nmf_cluster"].cat.codes, consensus.calls)
    assert set(surveyed.obs.groupby("group")["nmf_cluster"].nunique()) == {1}


def test_in_place_by_default_and_a_copy_when_asked(small_expression, surveyed):
    assert "nmf" not in small_expression.uns
    adata = small_expression.copy()
    assert nb.tl.nmf(adata, [2], restarts=2, evidence=False, progress=False) is None
    assert adata.uns["nmf"]["rank"] == 2


def test_evidence_goes_into_the_verdict(small_expression):
    adata = nb.tl.nmf(small_expression, [2, 3], restarts=2, progress=False, copy=True)
    survey = adata.uns["nmf"]["survey"]
    assert 1 in set(survey["measures"]["rank"])
    assert json.loads(survey["verdict"])["bound"] is not None


def test_another_rank_takes_the_place_of_the_first(surveyed):
    other = nb.tl.select_rank(surveyed, 2, copy=True)
    assert (other.uns["nmf"]["rank"], other.uns["nmf"]["chosen"]) == (2, False)
    assert [name for name in other.obs if name.startswith("metagene_")] == ["metagene_1", "metagene_2"]
    nb.tl.select_rank(other, 3)
    assert other.uns["nmf"]["chosen"]
    np.testing.assert_array_equal(other.obsm["X_nmf"], surveyed.obsm["X_nmf"])


def test_everything_works_after_writing_and_reading(surveyed, tmp_path):
    surveyed.write_h5ad(tmp_path / "nmf.h5ad")
    loaded = anndata.read_h5ad(tmp_path / "nmf.h5ad")
    assert nb.tl.signatures(loaded, 4).equals(nb.tl.signatures(surveyed, 4))
    nb.tl.select_rank(loaded, 4)
    assert nb.pl.rank(loaded) is not None
    assert nb.pl.consensus(loaded, 2) is not None


def test_genes_are_those_of_the_tables(surveyed):
    genes = nb.tl.signatures(surveyed)
    assert set(genes["gene"]) == set(surveyed.var_names)
    assert nb.tl.signatures(surveyed, selection="top", number=2)["selected"].sum() <= 6


def test_markers_of_high_expression_are_in_the_signatures_of_logarithms_too():
    random = np.random.default_rng(0)
    markers = np.arange(90).reshape(3, 30)
    profiles = np.tile(random.uniform(200, 2000, 300), (3, 1))
    profiles[np.arange(3)[:, None], markers] *= 4
    counts = random.poisson(profiles[np.arange(45) % 3] * random.uniform(0.5, 2, (45, 1))).astype(np.float32)
    adata = anndata.AnnData(counts, var=pd.DataFrame(index=[f"g{number}" for number in range(300)]))
    nb.pp.preprocess(adata, preset="rnaseq_counts")
    nb.tl.nmf(adata, [3], restarts=4, evidence=False, progress=False)
    selected = nb.tl.signatures(adata).query("selected")
    assert set(selected["gene"]) == {f"g{number}" for number in markers.ravel()}
    assert (selected["stability"] >= 0.75).all()


def test_genes_that_were_left_out_are_scored_too(small_expression):
    adata = nb.pp.preprocess(small_expression, preset="none", top_genes=20, copy=True)
    nb.tl.nmf(adata, [3], restarts=3, evidence=False, progress=False)
    table = nb.tl.every_gene(adata)
    assert list(table.index) == list(small_expression.var_names)
    np.testing.assert_array_equal(table.loc[adata.var_names].filter(like="metagene_"), adata.varm["nmf_z"])
    assert table["fitted"].sum() == 20
    assert np.isfinite(table.filter(like="metagene_").to_numpy()).all()


def test_ranks_are_compared(surveyed):
    lineage = nb.tl.lineage(surveyed)
    assert set(lineage["rank"]) == {2, 3}
    assert set(lineage["next_rank"]) == {3, 4}


def test_metadata_are_tested_and_columns_of_the_result_are_none_of_them(surveyed):
    table = nb.tl.associate(surveyed)
    assert set(table["column"]) == set(surveyed.obs.columns[~surveyed.obs.columns.str.match("nmf_|metagene_")])
    assert set(nb.tl.associate(surveyed, columns=["group"], rank=2)["metagene"]) == {
        "metagene_1",
        "metagene_2",
        "cluster",
    }
    with pytest.raises(InputError, match="'stage'"):
        nb.tl.associate(surveyed, columns=["stage"])


def test_gene_sets_are_tested(surveyed, tmp_path):
    first = nb.tl.signatures(surveyed).query("metagene == 'metagene_1'")["gene"]
    others = sorted(set(surveyed.var_names) - set(first))
    path = tmp_path / "sets.gmt"
    path.write_text("\t".join(["OF_FIRST", "", *first]) + "\n" + "\t".join(["OTHERS", "", *others]) + "\n", "utf-8")
    table = nb.tl.enrich(surveyed, path, set_size=(1, 100))
    best = table[table["test"] == "rank"].sort_values("p").groupby("gene_set").first()["metagene"]
    assert best["OF_FIRST"] == "metagene_1"
    pd.testing.assert_frame_equal(nb.tl.enrich(surveyed, [path], set_size=(1, 100)), table)


def test_new_samples_are_projected_and_the_result_survives_a_file(surveyed, small_expression, tmp_path):
    reference = nb.pp.preprocess(small_expression, preset="none", copy=True)
    nb.tl.nmf(reference, [2, 3], restarts=3, evidence=False, rank=3, progress=False)
    new = nb.tl.project(small_expression, reference, copy=True)
    assert "nmf_cluster" not in small_expression.obs
    assert list(new.obs["nmf_cluster"]) == list(reference.obs["nmf_cluster"])
    np.testing.assert_allclose(new.obsm["X_nmf"], reference.obsm["X_nmf"], rtol=0.05, atol=0.02)
    assert new.obs["nmf_fits"].mean() > 0.9
    new.write_h5ad(tmp_path / "new.h5ad")
    assert nb.pl.projection(anndata.read_h5ad(tmp_path / "new.h5ad")) is not None
    assert nb.tl.project(small_expression, reference, rank=2, copy=True).obsm["X_nmf"].shape[1] == 2


def test_a_folder_without_results_is_refused(small_expression, tmp_path):
    with pytest.raises(InputError, match=r"argument 'signatures': found no expression\.h5ad"):
        nb.tl.project(small_expression, tmp_path)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda adata: nb.tl.select_rank(adata, 9), "Call nb.tl.nmf with 9"),
        (lambda adata: nb.tl.signatures(adata[:5]), "nb.tl.nmf has seen"),
        (lambda adata: nb.tl.nmf(adata, [50]), "rank 50"),
        (lambda adata: nb.tl.nmf(adata, method="kll"), "'factorize.method'"),
        (lambda adata: nb.tl.nmf(adata, [2], rank=3), "'rank.selected'"),
        (lambda adata: nb.tl.nmf(adata, [2], theta=0.5), "'factorize.theta'"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(surveyed, call, said):
    with pytest.raises((ConfigError, InputError), match=said) as error:
        call(surveyed)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("call", [nb.tl.signatures, nb.tl.umap, lambda adata: nb.tl.select_rank(adata, 2)])
def test_without_a_run_the_first_call_is_named(small_expression, call):
    with pytest.raises(InputError, match=r"Call nb\.tl\.nmf\(adata\) first"):
        call(small_expression)
