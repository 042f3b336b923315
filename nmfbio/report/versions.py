"""Versions of the programs behind a run."""

import platform
from importlib.metadata import PackageNotFoundError, version

PACKAGES = (
    "nmfbio", "numpy", "scipy", "numba", "pandas", "anndata",
    "scanpy", "scikit-learn", "matplotlib", "seaborn", "snakemake",
)  # fmt: skip


def software_versions() -> dict[str, str]:
    """Give the version of Python and of each package a run rests on, those that are installed.

    Examples
    --------
    >>> "numpy" in software_versions()
    True
    """
    versions = {"Python": platform.python_version()}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return versions
