import os
import re
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

# In a clone the package lies beside the workflow: jobs in environments of their own find it there.
CLONE = Path(workflow.current_basedir).parents[1]
if (CLONE / "nmfbio").is_dir():
    sys.path.insert(0, str(CLONE))
    os.environ["PYTHONPATH"] = os.pathsep.join(
        filter(None, [str(CLONE), os.environ.get("PYTHONPATH")])
    )

import nmfbio
from nmfbio.config import parse_config, read_config_file
from nmfbio.errors import ConfigError

try:
    for configuration in workflow.configfiles:
        read_config_file(configuration)
    CONFIG = parse_config(config)
    SETTINGS = {name: CONFIG.dataset_settings(name) for name in CONFIG.datasets}
except ConfigError as error:
    raise WorkflowError(str(error)) from None


# Snakemake does not see edits of an imported package: its version is a parameter of every job.
VERSION = nmfbio.__version__


def source_files(wildcards):
    """The user's files of a data set, by role."""
    settings = SETTINGS[wildcards.dataset]
    files = {
        role: getattr(settings, role) for role in ("expression", "metadata", "genes")
    }
    return {role: path for role, path in files.items() if path is not None}


def ranks(wildcards):
    """Ranks scanned for a data set."""
    return SETTINGS[wildcards.dataset].factorize.ranks


def section(name, *left_out):
    """Settings of a section for the data set at hand, as plain values."""
    return lambda wildcards: getattr(SETTINGS[wildcards.dataset], name).model_dump(
        exclude=set(left_out)
    )


def at_all_ranks(pattern):
    """Paths of a pattern at every rank of the data set at hand."""
    return lambda wildcards: expand(
        pattern, dataset=wildcards.dataset, rank=ranks(wildcards)
    )


def plain_settings(dataset):
    """All settings of a data set as plain values, section by section."""
    sections = vars(SETTINGS[dataset])
    return {
        name: value.model_dump() if hasattr(value, "model_dump") else value
        for name, value in sections.items()
    }
