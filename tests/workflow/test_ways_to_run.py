"""Several data sets, odd names, overrides on the command line, lint, and no network."""

import json
import zipfile

import numpy as np
import pandas as pd
import pytest

NO_NETWORK = """
import socket


def refuse(*arguments, **options):
    raise OSError("network used")


socket.getaddrinfo = socket.create_connection = refuse
"""


@pytest.fixture
def offline(tmp_path_factory):
    """Environment of a Python in which every look-up of a host fails, aloud."""
    folder = tmp_path_factory.mktemp("offline")
    (folder / "sitecustomize.py").write_text(NO_NETWORK, encoding="utf-8")
    return {"PYTHONPATH": str(folder)}


def test_lint_finds_nothing(project):
    run = project.snakemake("--lint")
    assert run.returncode == 0, run.stdout
    assert "Congratulations" in run.stdout


def test_dry_run_takes_no_network(project, offline, read_plan):
    run = project.snakemake("-n", **offline)
    assert run.returncode == 0, run.stdout
    assert "network used" not in run.stdout
    jobs, _ = read_plan(run.stdout)
    assert jobs["factorize"] == 2


def test_dry_run_writes_no_result(project):
    project.snakemake("-n")
    assert not (project.folder / "results").exists()
    assert not (project.folder / "logs").exists()


def test_plan_is_one_line_a_job(project):
    run = project.snakemake("-n")
    assert "Job 0: All results are written" in run.stdout
    assert "    input:" not in run.stdout


def test_values_on_the_command_line_go_before_the_file(project):
    project.config["output"] = "in the file"
    run = project.snakemake("-n", "--summary", "--config", "output=elsewhere")
    assert run.returncode == 0, run.stdout
    files = {line.split("\t")[0] for line in run.stdout.splitlines() if "\t" in line}
    assert "elsewhere/leukemia/restarts/k3/0-5.npz" in files
    assert not [name for name in files if name.startswith("in the file")]


def test_unknown_key_on_the_command_line_is_refused(project):
    run = project.snakemake("-n", "--config", "outputs=elsewhere")
    assert run.returncode == 1
    assert "did you mean 'output'?" in run.stdout


@pytest.mark.slow
def test_two_data_sets_run_side_by_side_with_odd_names_and_paths(project):
    folder = project.folder / "mes données"
    folder.mkdir()
    (project.folder / "expression.tsv").rename(folder / "matrix of Zoë (1).tsv")
    common = {"expression": "mes données/matrix of Zoë (1).tsv"}
    project.config["datasets"] = {
        "cohort.A-1": {**common, "factorize": {"ranks": [2], "restarts": 3, "method": "online", "batch_size": 16}},
        "B_2": {
            **common,
            "factorize": {"method": "frobenius", "l1_usages": 0.01, "l1_metagenes": 0.01},
            "consensus": {"scale": "none"},
        },
    }
    project.config["output"] = "my results"
    run = project.snakemake()
    assert run.returncode == 0, run.stdout
    files = project.results(output="my results")
    assert {"cohort.A-1/report.html", "cohort.A-1/restarts/k2/0-2.npz", "B_2/restarts/k3/0-5.npz"} <= set(files)
    assert "cohort.A-1/consensus/k3.npz" not in files
    assert not (project.folder / "results").exists()
    assert "an L1 penalty of 0.01 on the usages" in files["B_2/report.html"].read_text(encoding="utf-8")
    for name in project.config["datasets"]:
        verdict = json.loads(files[f"{name}/rank/verdict.json"].read_text(encoding="utf-8"))
        assert verdict["rule"] == "finest_reproducible"
    assert "Nothing to be done" in project.snakemake("-n").stdout


def test_preflight_reads_and_checks_and_goes_no_further(project):
    run = project.snakemake("preflight")
    assert run.returncode == 0, run.stdout
    assert "leukemia, as read" in run.stdout
    assert "38 samples, 300 genes: dense" in run.stdout
    assert set(project.results()) == {
        f"leukemia/{name}" for name in ("expression.h5ad", "preflight.tsv", "preflight.json")
    }


def test_a_split_data_set_becomes_one_a_value(project):
    project.config["datasets"]["leukemia"]["split_by"] = "subtype"
    run = project.snakemake("preflight")
    assert run.returncode == 0, run.stdout
    found = {
        name: json.loads(path.read_text(encoding="utf-8"))
        for name, path in project.results().items()
        if name.endswith("json")
    }
    assert {name.split("/")[0]: content["n_samples"] for name, content in found.items()} == {
        "leukemia.ALL_B": 19, "leukemia.ALL_T": 8, "leukemia.AML": 11,
    }  # fmt: skip


def test_a_column_that_is_not_there_cannot_split_a_data_set(project):
    project.config["datasets"]["leukemia"]["split_by"] = "patient"
    run = project.snakemake("-n")
    assert run.returncode == 1
    assert "found columns 'lineage', 'subtype'; expected a column 'patient'" in run.stdout
    assert "Traceback" not in run.stdout


@pytest.mark.slow
def test_a_run_without_evidence_gathers_none_and_says_so(project):
    project.config["rank"] = {"evidence": False}
    run = project.snakemake()
    assert run.returncode == 0, run.stdout
    files = project.results()
    assert not [name for name in files if "evidence" in name]
    verdict = json.loads(files["leukemia/rank/verdict.json"].read_text(encoding="utf-8"))
    assert (verdict["rule"], verdict["reproducible"], verdict["gate"]) == ("cophenetic", None, {})
    assert "No held-out data were consulted." in verdict["why"]
    assert "held-out" in files["leukemia/report.html"].read_text(encoding="utf-8")
    assert "Nothing to be done" in project.snakemake("-n").stdout


@pytest.mark.slow
def test_samples_without_counts_are_dropped_and_come_back_without_values(project):
    lines = (project.folder / "expression.tsv").read_text(encoding="utf-8").splitlines()
    header, rows = lines[0].split("\t"), [line.split("\t") for line in lines[1:]]
    for row in rows:
        row[5] = "0"
    (project.folder / "expression.tsv").write_text(
        "\n".join("\t".join(row) for row in [header, *rows]) + "\n", encoding="utf-8"
    )
    project.config["datasets"]["leukemia"]["preprocess"] = {"preset": "none", "zero_samples": "drop"}
    run = project.snakemake()
    assert run.returncode == 0, run.stdout
    files = project.results()
    for name in ("samples", "usages"):
        last = files[f"leukemia/signatures/k3/{name}.tsv"].read_text(encoding="utf-8").splitlines()[-1]
        assert set(last.split("\t")) == {header[5], ""}
    assert header[5] in files["leukemia/preflight.tsv"].read_text(encoding="utf-8")


@pytest.mark.slow
def test_report_of_snakemake_is_made_offline(finished_copy, offline):
    run = finished_copy.snakemake("--report", "report.zip", **offline)
    assert run.returncode == 0, run.stdout
    with zipfile.ZipFile(finished_copy.folder / "report.zip") as archive:
        names = archive.namelist()
    assert any(name.endswith("report.html") for name in names)
    assert any(name.endswith("rank_survey.png") for name in names)


def test_a_map_of_the_samples_is_planned_where_it_is_asked_for(project, read_plan):
    assert "plot_umap" not in read_plan(project.snakemake("-n").stdout)[0]
    project.config["figures"]["umap"] = True
    assert read_plan(project.snakemake("-n").stdout)[0]["plot_umap"] == 1


@pytest.mark.slow
def test_single_cells_that_the_preset_finds_get_a_map(project):
    random = np.random.default_rng(0)
    means = np.full((3, 200), 0.6)
    for group in range(3):
        means[group, 40 * group : 40 * group + 40] = 6.0
    counts = random.poisson(means[np.arange(60) % 3])
    table = pd.DataFrame(counts.T, [f"GENE{i}" for i in range(200)], [f"cell_{i}" for i in range(60)])
    table.rename_axis("gene").to_csv(project.folder / "cells.tsv", sep="\t")
    project.config["datasets"]["cells"] = {"expression": "cells.tsv"}
    project.config["rank"] = {"evidence": False}
    run = project.snakemake()
    assert run.returncode == 0, run.stdout
    maps = {name for name in project.results() if "umap" in name}
    assert maps == {f"cells/figures/{name}" for name in ("umap.png", "umap.pdf", "source/umap.tsv")}
    places = pd.read_csv(project.results()["cells/figures/source/umap.tsv"], sep="\t", index_col=0)
    assert list(places.columns[:3]) == ["umap_1", "umap_2", "cluster"]
    again = project.snakemake("-n")
    assert "Nothing to be done" in again.stdout
