"""`snakemake project`: new samples on the metagenes of this run or an earlier one."""

import shutil

import pytest

from nmfbio.io import read_json, read_table

pytestmark = pytest.mark.slow

FILES = {"usages.tsv", "samples.tsv", "genes.tsv", "summary.json"}
FILES |= {f"figures/{name}" for name in ("projection.png", "projection.pdf", "source/projection.tsv")}


def add_projection(project, **keys):
    """New samples: the matrix itself, on the metagenes of the data set."""
    dataset = project.config["datasets"]["leukemia"]
    files = {name: dataset[name] for name in ("expression", "metadata")}
    project.config["projections"] = {"again": {**files, "signatures": "leukemia", **keys}}


def assert_error(run, *parts):
    assert run.returncode == 1, run.stdout
    assert "Traceback" not in run.stdout
    assert any(all(part in line for part in parts) for line in run.stdout.splitlines()), run.stdout


def test_a_finished_runs_own_samples_are_projected_and_nothing_else_is_done(finished_copy, read_plan, tmp_path):
    before = set(finished_copy.results())
    add_projection(finished_copy, signatures="results/leukemia", rank=3)
    jobs, _ = read_plan(finished_copy.snakemake("-n", "project").stdout)
    assert jobs == {"project": 1, "project_samples": 1}
    run = finished_copy.snakemake("project")
    assert run.returncode == 0, run.stdout
    folder = finished_copy.folder / "results"
    assert set(finished_copy.results()) - before == {f"projections/again/{name}" for name in FILES}
    usages = read_table(folder / "projections/again/usages.tsv", index="sample")
    expected = read_table(folder / "leukemia/signatures/k3/usages.tsv", index="sample")
    assert (usages / expected.max() - expected / expected.max()).abs().to_numpy().max() < 1e-3
    assert read_json(folder / "projections/again/summary.json")["samples"] == 38
    assert "Nothing to be done" in finished_copy.snakemake("-n", "project").stdout
    assert "project_samples" not in finished_copy.snakemake("-n").stdout


def test_the_results_of_another_run_will_do_and_their_verdict_names_the_rank(finished, project, read_plan):
    shutil.copytree(finished.folder / "results", project.folder / "earlier run")
    add_projection(project, signatures="earlier run/leukemia")
    jobs, _ = read_plan(project.snakemake("-n", "project").stdout)
    assert jobs == {"project": 1, "project_samples": 1}
    run = project.snakemake("project")
    verdict = read_json(finished.folder / "results/leukemia/rank/verdict.json")
    if verdict["rank"] is None:  # on so few genes nothing may be supported
        assert "found no rank" in run.stdout
    else:
        assert read_json(project.folder / "results/projections/again/summary.json")["rank"] == verdict["rank"]
    project.config["projections"]["again"]["rank"] = 7
    assert_error(project.snakemake("-n"), "'projections.again.rank'", "rank 7", "has 2, 3")


@pytest.mark.parametrize(
    ("keys", "parts"),
    [
        (
            {"signatures": "results/nobody"},
            ["'projections.again.signatures'", "no folder or data set 'results/nobody'"],
        ),
        ({"signatures": "."}, ["'projections.again.signatures'", "no expression.h5ad in '.'"]),
        ({"rank": 9}, ["'projections.again.rank'", "found 9", "[2, 3]"]),
        ({"expression": "none.tsv"}, ["'projections.again.expression'", "no file 'none.tsv'"]),
    ],
)
def test_references_that_are_not_there_are_named_by_their_key(project, keys, parts):
    add_projection(project, **keys)
    assert_error(project.snakemake("-n", "project"), *parts)


def test_without_projections_the_target_says_so(project):
    run = project.snakemake("project")
    assert run.returncode == 0, run.stdout
    assert "There are no `projections` in the config" in run.stdout


def test_a_reference_of_this_run_is_made_first(project, read_plan):
    add_projection(project)
    jobs, _ = read_plan(project.snakemake("-n", "project").stdout)
    assert (jobs["choose_rank"], jobs["consensus"], jobs["project_samples"]) == (1, 2, 1)
    assert "report" not in jobs
