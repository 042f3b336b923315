"""Gene sets of the user in a run."""

import re

import pandas as pd
import pytest

from nmfbio.signatures.enrichment import COLUMNS


def write_sets(project, matrix_lines):
    """Write sets that share some of the matrix's genes, and name them in the config."""
    genes = [line.split("\t")[0] for line in matrix_lines[1:]]
    sets = [genes[first::9] for first in range(9)] + [genes[:3]]
    lines = ["\t".join([f"SET_{number}", "", *members, "elsewhere"]) for number, members in enumerate(sets)]
    (project.folder / "my sets.gmt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    project.config["signatures"] = {"gene_sets": ["my sets.gmt"]}


def test_without_gene_sets_no_job_waits_for_them(project, read_plan):
    jobs, _ = read_plan(project.snakemake("-n").stdout)
    assert {"gene_sets", "enrichment"} & set(jobs) == set()


def test_gene_sets_are_matched_once_and_tested_at_every_rank(project, matrix_lines, read_plan):
    write_sets(project, matrix_lines)
    jobs, _ = read_plan(project.snakemake("-n").stdout)
    assert (jobs["gene_sets"], jobs["enrichment"]) == (1, 2)


def test_the_preflight_matches_gene_sets_too(project, matrix_lines, read_plan):
    write_sets(project, matrix_lines)
    jobs, _ = read_plan(project.snakemake("-n", "preflight").stdout)
    assert set(jobs) == {"preprocess", "check", "gene_sets", "preflight"}


@pytest.mark.slow
def test_a_finished_run_is_taken_up_for_gene_sets_alone(finished_copy, matrix_lines, read_plan):
    write_sets(finished_copy, matrix_lines)
    jobs, _ = read_plan(finished_copy.snakemake("-n").stdout)
    assert set(jobs) <= {"gene_sets", "enrichment", "report", "all"}
    run = finished_copy.snakemake()
    assert run.returncode == 0, run.stdout
    results = {name.removeprefix("leukemia/"): path for name, path in finished_copy.results().items()}
    sets = pd.read_csv(results["gene_sets/sets.tsv"], sep="\t")
    assert sets["tested"].tolist() == [True] * 9 + [False]
    assert set(sets["collection"]) == {"my sets"}
    assert len(pd.read_csv(results["gene_sets/genes.tsv"], sep="\t")) == 300
    for rank in (2, 3):
        table = pd.read_csv(results[f"signatures/k{rank}/enrichment.tsv"], sep="\t")
        assert list(table.columns) == COLUMNS
        assert (table["test"] == "rank").sum() == 9 * rank
        assert table["p"].between(0, 1).all()
        for name in ("enrichment_k{}.png", "enrichment_k{}.pdf", "source/enrichment_k{}.tsv"):
            assert results[f"figures/{name.format(rank)}"].stat().st_size > 0
    assert "Nothing to be done" in finished_copy.snakemake("-n").stdout


@pytest.mark.slow
def test_another_size_of_sets_tests_anew_and_factorises_nothing(finished_copy, matrix_lines, read_plan):
    write_sets(finished_copy, matrix_lines)
    assert finished_copy.snakemake().returncode == 0
    finished_copy.config["signatures"]["set_size"] = [2, 500]
    output = finished_copy.snakemake("-n").stdout
    jobs, _ = read_plan(output)
    assert set(jobs) <= {"gene_sets", "enrichment", "report", "all"}
    assert not re.search("rule factorize|rule consensus", output)
