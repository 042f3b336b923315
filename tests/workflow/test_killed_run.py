"""A run that was killed is taken up again by the same command."""

import os
import signal
import subprocess
import time

import pytest

PATIENCE = 300  # seconds until a file must have appeared; only a run that hangs gets there
pytestmark = pytest.mark.slow


def start(project):
    """Start snakemake as the leader of a process group of its own."""
    project.write_config()
    with open(project.folder / "killed.txt", "wb") as output:
        return subprocess.Popen(project.command(), stdout=output, stderr=output, start_new_session=True)


def wait_for(path, process):
    for _ in range(PATIENCE * 50):
        if path.exists():
            return
        assert process.poll() is None, f"the run ended before {path.name} appeared"
        time.sleep(0.02)
    pytest.fail(f"{path} did not appear")


@pytest.mark.parametrize(
    "sign",
    [
        "results/leukemia/expression.h5ad",
        "logs/leukemia/factorize/k2/0-5.log",
        "results/leukemia/signatures/k3/genes.tsv",
    ],
    ids=["after the first file", "while factorising", "while signatures are written"],
)
def test_killed_run_is_finished_by_plain_snakemake_with_the_same_numbers(project, finished, assert_same_results, sign):
    process = start(project)
    try:
        wait_for(project.folder / sign, process)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    assert not (project.folder / "results" / "leukemia" / "report.html").exists()
    run = project.snakemake()
    assert run.returncode == 0, run.stdout
    assert_same_results(finished, project)


def test_two_runs_in_one_folder_are_refused(project):
    process = start(project)
    try:
        wait_for(project.folder / "results" / "leukemia" / "expression.h5ad", process)
        second = project.snakemake()
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert second.returncode == 1
    assert "Traceback" not in second.stdout
    assert f"another snakemake is at work in {project.folder}" in second.stdout
