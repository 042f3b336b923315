"""The files around the package agree with each other."""

import importlib
import json
import re
import tomllib
from pathlib import Path

import pytest
import yaml

import nmfbio
from nmfbio.config import json_schema, markdown_reference

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONDA_NAMES = {"snakemake": "snakemake-minimal", "matplotlib": "matplotlib-base"}  # the parts of each that we use


def split_requirement(requirement):
    name, bound = re.fullmatch(r"([A-Za-z0-9_.-]+)\s*(.*)", requirement).groups()
    return name.lower(), bound


def conda_requirements(requirements):
    pairs = dict(split_requirement(requirement) for requirement in requirements)
    return {CONDA_NAMES.get(name, name): bound for name, bound in pairs.items()}


def read_environment(path):
    environment = yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))
    return environment, dict(
        split_requirement(entry) for entry in environment["dependencies"] if isinstance(entry, str)
    )


def test_the_conda_environment_holds_the_packages_and_bounds_of_pyproject():
    environment, found = read_environment("environment.yml")
    project = PROJECT["project"]
    extras = [requirement for extra in project["optional-dependencies"].values() for requirement in extra]
    wanted = conda_requirements([*project["dependencies"], *extras, *PROJECT["build-system"]["requires"]])
    assert found == {**wanted, "python": project["requires-python"], "pip": ""}
    assert environment["dependencies"][-1] == {"pip": ["-e ."]}


def test_the_job_environment_holds_the_runtime_packages_and_bounds_of_pyproject():
    _, found = read_environment("workflow/envs/nmfbio.yaml")
    project = PROJECT["project"]
    assert found == {**conda_requirements(project["dependencies"]), "python": project["requires-python"]}


@pytest.mark.parametrize("path", ["environment.yml", "workflow/envs/nmfbio.yaml"])
def test_conda_environments_take_packages_from_the_community_channels_only(path):
    assert read_environment(path)[0]["channels"] == ["conda-forge", "bioconda", "nodefaults"]


def test_every_dependency_has_a_lower_bound():
    project = PROJECT["project"]
    extras = [requirement for extra in project["optional-dependencies"].values() for requirement in extra]
    assert [r for r in [*project["dependencies"], *extras] if not split_requirement(r)[1].startswith(">=")] == []


def test_the_lock_covers_every_dependency():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = {name.lower() for name in re.findall(r"^([A-Za-z0-9_.-]+)==", lock, flags=re.MULTILINE)}
    project = PROJECT["project"]
    extras = [requirement for extra in project["optional-dependencies"].values() for requirement in extra]
    assert {split_requirement(requirement)[0] for requirement in [*project["dependencies"], *extras]} - pinned == set()


def test_the_lock_pins_hashes_and_holds_no_addresses():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert not re.search(r"://|--index-url|--extra-index-url|--find-links|^-e | @ ", lock, flags=re.MULTILINE)
    packages = re.split(r"^(?=\S)", lock, flags=re.MULTILINE)[1:]
    assert [package.split()[0] for package in packages if "--hash=sha256:" not in package] == []


def test_the_version_is_the_same_everywhere():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert PROJECT["project"]["version"] == nmfbio.__version__ == citation["version"]
    assert f"## {nmfbio.__version__}" in changelog


def test_the_citation_names_the_papers_of_every_method():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["license"] == PROJECT["project"]["license"] == "BSD-3-Clause"
    cited = {reference.get("doi") for reference in citation["references"]}
    brunet, kim_park, gillis_glineur = (
        "10.1073/pnas.0308531101",
        "10.1093/bioinformatics/btm134",
        "10.1162/NECO_a_00256",
    )
    assert {brunet, kim_park, gillis_glineur} <= cited
    assert all(
        reference["title"] and reference["authors"] and reference["year"] for reference in citation["references"]
    )


def test_the_config_reference_is_up_to_date():
    assert (ROOT / "config/README.md").read_text(encoding="utf-8") == markdown_reference(), "run: make docs"


def test_the_config_schema_is_up_to_date():
    written = json.loads((ROOT / "workflow/schemas/config.schema.json").read_text(encoding="utf-8"))
    assert written == json_schema(), "run: make docs"


@pytest.mark.parametrize("name", nmfbio.__all__)
def test_every_public_name_of_the_package_can_be_imported(name):
    assert getattr(nmfbio, name) is not None
    assert name in dir(nmfbio)


def test_an_unknown_name_of_the_package_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'factorise'"):
        _ = nmfbio.factorise


@pytest.mark.parametrize("path", sorted((ROOT / "nmfbio").rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_is_longer_than_400_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def test_test_files_have_unique_names_and_no_packages():
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(names) == sorted(set(names))
    assert "__init__.py" not in names


def test_files_that_the_readme_points_to_exist():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", readme) if "://" not in link]
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_package_installed_is_the_one_tested():
    assert Path(importlib.import_module("nmfbio").__file__).is_relative_to(ROOT)
