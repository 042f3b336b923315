"""Snakemake as a user runs it, on a small cut of the leukemia data."""

import copy
import gzip
import itertools
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
LEUKEMIA = ROOT / "resources" / "leukemia"
N_GENES = 300


class Project:
    """A folder with a matrix, its tables and a config, in which snakemake is run.

    Attributes
    ----------
    folder
        Where snakemake works; everything it writes stays in it.
    config
        Content of `config.yaml`, written anew before every run.
    """

    def __init__(self, folder: Path, config: dict):
        self.folder = folder
        self.config = config

    def copy_to(self, folder: Path) -> "Project":
        """Return the same project, results and all, in a folder of its own; times of files are kept."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return Project(folder, copy.deepcopy(self.config))

    def write_config(self) -> Path:
        """Write `config.yaml`."""
        path = self.folder / "config.yaml"
        path.write_text(yaml.safe_dump(self.config, sort_keys=False, allow_unicode=True), encoding="utf-8")
        return path

    def command(self, *arguments: str, cores: int = 2) -> list[str]:
        """Return the command line of a run; every other option is that of the default profile."""
        configured = ["--directory", str(self.folder), "--configfile", str(self.folder / "config.yaml")]
        snakemake = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
        return [*snakemake, *configured, "--cores", str(cores), *arguments]

    def snakemake(self, *arguments: str, cores: int = 2, **environment: str) -> subprocess.CompletedProcess:
        """Run snakemake to its end; `stdout` holds all it printed, errors included."""
        self.write_config()
        return subprocess.run(
            self.command(*arguments, cores=cores),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment},
            text=True,
            check=False,
        )

    def results(self, output: str = "results") -> dict[str, Path]:
        """Return the result files by their path below the output folder.

        Hidden files are left out: a killed process cannot remove the file it was about to rename.
        """
        folder = self.folder / output
        paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith(".")]
        return {str(path.relative_to(folder)): path for path in paths}


def planned_jobs(output: str) -> dict[str, int]:
    """Read the job table of a dry run: how often each rule would run."""
    table = output.split("Job stats:\n", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return {rule: int(count) for rule, count in (line.split() for line in table) if rule != "total"}


def planned_messages(output: str) -> set[str]:
    """Read the lines that a dry run prints for its jobs, without their numbers."""
    return {line.split(": ", 1)[1] for line in output.splitlines() if line.startswith("Job ") and ": " in line}


@pytest.fixture(scope="session")
def matrix_lines():
    """The first lines of the leukemia matrix: header and 300 genes."""
    with gzip.open(LEUKEMIA / "expression.tsv.gz", "rt", encoding="utf-8") as lines:
        return [line.rstrip("\n") for line in itertools.islice(lines, N_GENES + 1)]


@pytest.fixture(scope="session")
def new_project(matrix_lines):
    """Function that lays a fresh project into a folder: two ranks, six restarts."""

    def make(folder: Path) -> Project:
        (folder / "expression.tsv").write_text("\n".join(matrix_lines) + "\n", encoding="utf-8")
        dataset = {
            "expression": "expression.tsv",
            "metadata": str(LEUKEMIA / "samples.tsv"),
            "genes": str(LEUKEMIA / "genes.tsv"),
            "preprocess": {"preset": "none"},
        }
        factorize = {"ranks": [2, 3], "restarts": 6, "restarts_per_job": 6}
        return Project(folder, {"datasets": {"leukemia": dataset}, "factorize": factorize, "figures": {"dpi": 50}})

    return make


@pytest.fixture
def project(new_project, tmp_path):
    """A project in which nothing has run yet."""
    return new_project(tmp_path)


@pytest.fixture(scope="session")
def finished(new_project, tmp_path_factory):
    """A project whose run has ended well; look at it, but change nothing: `copy_to` a folder of your own."""
    project = new_project(tmp_path_factory.mktemp("finished"))
    run = project.snakemake()
    assert run.returncode == 0, run.stdout
    return project


@pytest.fixture
def finished_copy(finished, tmp_path):
    """A finished project to change."""
    return finished.copy_to(tmp_path)


@pytest.fixture(scope="session")
def read_plan():
    """Reader of a dry run: jobs a rule, and the lines of all jobs."""
    return lambda output: (planned_jobs(output), planned_messages(output))


@pytest.fixture(scope="session")
def assert_same_results():
    """Function that compares two runs: every table, figure and the numbers of the annotated matrix."""
    return _assert_same_results


def _assert_same_results(one: Project, other: Project) -> None:
    first, second = one.results(), other.results()
    assert list(first) == list(second)
    by_content = (".tsv", ".json", ".gmt", ".npz", ".png", ".pdf", ".h5ad")
    compared = [name for name in first if name.endswith(by_content)]
    assert [name for name in compared if first[name].read_bytes() != second[name].read_bytes()] == []
