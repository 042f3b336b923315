"""What one run leaves behind."""

import json
import re
from dataclasses import fields

import anndata
import numpy as np
import pandas as pd
import pytest

from nmfbio.rank import Verdict
from nmfbio.rank.measures import COLUMNS as MEASURE_COLUMNS
from nmfbio.rank.measures import MEASURES
from nmfbio.signatures.association import COLUMNS as ASSOCIATION_COLUMNS

RANKS = (2, 3)
SIGNATURE_FILES = (
    "metagenes.tsv",
    "usages.tsv",
    "genes.tsv",
    "gene_scores.tsv",
    "samples.tsv",
    "programs.tsv",
    "signatures.gmt",
    "association.tsv",
)
RANK_FIGURES = ("consensus", "metagenes", "usages", "association", "association_details")
COLUMNS = {
    "association.tsv": list(ASSOCIATION_COLUMNS),
    "genes.tsv": [
        "metagene",
        "position",
        "gene",
        "description",
        "z",
        "fold",
        "contribution",
        "kim_park",
        "weight",
        "stability",
        "selected",
    ],
    "samples.tsv": [
        "sample",
        "cluster",
        "usage_share",
        "second",
        "margin",
        "agreement",
        "silhouette",
        "consensus_cluster",
        "scale_dependent",
        "cluster_other_scale",
        "unsteady",
    ],
}


def read(path):
    return pd.read_csv(path, sep="\t", keep_default_na=False, na_values=[""])


def test_a_run_writes_every_file_of_the_design(finished):
    a_rank = [f"consensus/k{rank}.npz" for rank in RANKS] + [f"restarts/k{rank}/0-5.npz" for rank in RANKS]
    evidence = ["evidence/basis.npz", *(f"evidence/k{rank}.npz" for rank in (1, *RANKS))]
    signatures = [f"signatures/k{rank}/{name}" for rank in RANKS for name in SIGNATURE_FILES]
    figures = ["preprocessing", "rank_survey", "objectives", "lineage"]
    figures += [f"{name}_k{rank}" for rank in RANKS for name in RANK_FIGURES]
    drawn = [f"figures/{name}.{suffix}" for name in figures for suffix in ("png", "pdf")]
    sources = [f"figures/source/{name}.tsv" for name in figures]
    single = [
        "expression.h5ad",
        "preflight.tsv",
        "preflight.json",
        "nmf.h5ad",
        "report.html",
        "lineage.tsv",
        "gene_scores.tsv",
        "signatures.gmt",
    ]
    rank = ["rank/measures.tsv", "rank/objectives.tsv", "rank/solutions.tsv", "rank/verdict.json"]
    expected = {f"leukemia/{name}" for name in [*a_rank, *evidence, *signatures, *drawn, *sources, *single, *rank]}
    tables = ["programs.tsv", "members.tsv", "genes.tsv", "programs.gmt", "figures/source/programs.tsv"]
    expected |= {f"programs/{name}" for name in [*tables, "figures/programs.png", "figures/programs.pdf"]}
    assert set(finished.results()) == expected


def test_no_file_of_a_run_is_empty(finished):
    empty = [name for name, path in finished.results().items() if path.stat().st_size == 0]
    assert empty == ["programs/programs.gmt"]  # of one data set alone


def test_programs_of_one_data_set_are_tables_without_rows(finished):
    for name in ("programs", "members", "genes"):
        assert read(finished.folder / "results" / "programs" / f"{name}.tsv").empty
    log = (finished.folder / "logs" / "programs.log").read_text(encoding="utf-8")
    assert log.count("programs across data sets need two") == 1


def test_lineage_follows_all_samples_from_rank_to_rank(finished):
    lineage = read(finished.folder / "results" / "leukemia" / "lineage.tsv")
    assert len(lineage) == 6
    assert lineage["samples"].sum() == 38


@pytest.mark.parametrize("rank", RANKS)
@pytest.mark.parametrize("name", COLUMNS)
def test_signature_tables_have_their_columns(finished, rank, name):
    table = read(finished.folder / "results" / "leukemia" / "signatures" / f"k{rank}" / name)
    assert list(table.columns) == COLUMNS[name]


@pytest.mark.parametrize("rank", RANKS)
def test_factor_tables_hold_every_gene_and_sample_once(finished, rank):
    folder = finished.folder / "results" / "leukemia" / "signatures" / f"k{rank}"
    named = [f"metagene_{number}" for number in range(1, rank + 1)]
    metagenes, usages = read(folder / "metagenes.tsv"), read(folder / "usages.tsv")
    assert list(metagenes.columns) == ["gene", *named]
    assert list(usages.columns) == ["sample", *named]
    assert metagenes["gene"].nunique() == len(metagenes) == 300
    assert usages["sample"].nunique() == len(usages) == 38


def test_gene_sets_hold_the_selected_genes(finished):
    folder = finished.folder / "results" / "leukemia" / "signatures" / "k3"
    genes = read(folder / "genes.tsv")
    sets = [line.split("\t") for line in (folder / "signatures.gmt").read_text(encoding="utf-8").splitlines()]
    assert set().union(*(fields[2:] for fields in sets)) == set(genes.loc[genes["selected"], "gene"])


def test_measures_and_verdict_have_their_keys(finished):
    folder = finished.folder / "results" / "leukemia" / "rank"
    measures = read(folder / "measures.tsv")
    assert list(measures.columns) == MEASURE_COLUMNS
    assert list(measures["measure"]) == [*MEASURES] * 3
    assert sorted(set(measures["rank"])) == [1, *RANKS]
    known = measures[measures["value"].notna()]
    assert set(known["measure"]) == {*MEASURES} - {"count_splitting"}  # intensities of a microarray, no counts
    verdict = json.loads((folder / "verdict.json").read_text(encoding="utf-8"))
    assert set(verdict) == {field.name for field in fields(Verdict)}
    assert verdict["status"] in {"supported", "weak", "none"}
    assert verdict["rule"] == "finest_reproducible"
    assert set(verdict["gate"]) == {"speckled_cv"}


def test_annotated_matrix_opens_in_anndata(finished):
    annotated = anndata.read_h5ad(finished.folder / "results" / "leukemia" / "nmf.h5ad")
    rank = annotated.obsm["X_nmf"].shape[1]
    assert annotated.shape == (38, 300)
    assert annotated.varm["metagenes"].shape == (300, rank)
    assert np.isfinite(np.asarray(annotated.obsm["X_nmf"])).all()
    assert annotated.obs["nmf_cluster"].notna().all()
    assert "nmf" in annotated.uns


def test_report_needs_no_network(finished):
    page = (finished.folder / "results" / "leukemia" / "report.html").read_text(encoding="utf-8")
    sources = re.findall(r"<(?:img|script|iframe|source)\b[^>]*?\ssrc\s*=\s*[\"']([^\"']*)", page)
    assert [source[:60] for source in sources if not source.startswith("data:")] == []
    assert re.findall(r"<link\b[^>]*href\s*=\s*[\"']https?:[^>]*", page) == []
    assert re.findall(r"(?:@import|url\()\s*[\"']?https?:[^)]*", page) == []


def test_a_second_run_has_nothing_to_do(finished):
    again = finished.snakemake("-n")
    assert again.returncode == 0
    assert "Nothing to be done" in again.stdout


@pytest.mark.slow
def test_one_and_two_cores_give_the_same_bytes(project, finished, assert_same_results):
    run = project.snakemake(cores=1)
    assert run.returncode == 0, run.stdout
    assert_same_results(finished, project)
