"""The one form a user fills: every setting with its default, its bounds and its meaning.

Defaults, the JSON schema, ``config/README.md`` and the error messages all come from the models below.
"""

import argparse
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, Field, StringConstraints, ValidationError

from nmfbio import config_docs
from nmfbio.config_factorize import Factorize
from nmfbio.config_messages import explain_validation, key_problems, without_empty_sections
from nmfbio.config_preprocess import Preprocess
from nmfbio.config_section import Section, Text, key
from nmfbio.config_yaml import read_config_file
from nmfbio.errors import ConfigError

__all__ = [
    "Config",
    "Consensus",
    "Dataset",
    "DatasetSettings",
    "Factorize",
    "Figures",
    "Preprocess",
    "Rank",
    "Report",
    "Signatures",
    "json_schema",
    "markdown_reference",
    "parse_config",
    "read_config_file",
]

FILE_KEYS = ("expression", "metadata", "genes", "orientation", "layer", "split_by")
NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"
NAME_MEANING = (
    "at most 64 letters, digits, '_', '-' or '.', the first a letter or digit, because the name becomes a folder"
)


def _refuse_case_twins(datasets: dict[str, Any]) -> dict[str, Any]:
    seen: dict[str, str] = {}
    for name in datasets:
        twin = seen.setdefault(name.casefold(), name)
        if twin != name:
            raise ValueError(
                f"names that differ in more than upper and lower case, because they become folders and some "
                f"file systems do not tell {twin!r} from {name!r}; rename one"
            )
    return datasets


def _tidy_folder(folder: str) -> str:
    return PurePath(folder).as_posix()


Part = TypeVar("Part", bound=Section)


class Consensus(Section):
    """How the restarts of one rank become one solution and a consensus of sample calls."""

    scale: Literal["max", "none"] = key(
        "max",
        "Before samples are called: `max` divides every metagene by its largest entry and multiplies its usages by "
        "it (Yang & Seoighe 2016); `none` takes the factors as solved (Brunet 2004, R's NMF).",
    )
    solution: Literal["aligned_median", "clustered", "best"] = key(
        "aligned_median",
        "The solution that is reported: `aligned_median` is the median of the metagenes of all restarts, matched to "
        "the best one, with usages refitted; `clustered` is consensus NMF (Kotliar 2019): metagenes of all restarts "
        "clustered, those without near neighbours dropped first, medians of the clusters, usages and metagenes "
        "refitted; `best` is the restart with the lowest objective (`bayesian`: the highest evidence) among those "
        "that converged.",
    )
    density_threshold: float = key(
        0.5,
        "Of `clustered`: metagenes, set to length 1, are dropped whose mean distance to their nearest neighbours is "
        "not below this (cNMF's default). Distances go from 0 to 1.41; 2 drops none.",
        gt=0,
        le=2,
    )
    neighbourhood: float = key(
        0.3, "Of `clustered`: how many nearest neighbours that is.", "share of the restarts", gt=0, le=1
    )


class Rank(Section):
    """How the number of metagenes is chosen."""

    rule: Literal[
        "finest_reproducible",
        "vote",
        "cophenetic",
        "speckled_cv",
        "count_splitting",
        "gain",
        "parallel_analysis",
        "program_silhouette",
        "dispersion",
        "pac",
        "silhouette",
    ] = key(
        "finest_reproducible",
        "`finest_reproducible`: the largest rank all of whose metagenes come back when a fit sees 80 % of the samples, "
        "among the ranks that held-out data support; `vote`: the median of five measures; `cophenetic`: the rank after "
        "which the cophenetic correlation first begins to fall (Brunet et al. 2004); or one measure of "
        "`rank/measures.tsv`, whose preferred rank is taken. docs/rank.md tells what each looks at.",
    )
    evidence: bool = key(
        True,
        "Gather evidence beyond the restarts: held-out entries, split counts, permuted data, fits to a part of the "
        "samples. It takes about as long as 125 restarts of `kl`, longer where the matrix is sparse. Without it only "
        "what restarts say can be a rule, `cophenetic` unless another is named, and nothing tells whether there is any "
        "structure.",
    )
    selected: Annotated[int, Field(ge=1)] | None = key(
        None, "Take this rank, whatever the rule says; one of `factorize.ranks`.", "metagenes"
    )


class Signatures(Section):
    """Which genes characterise a metagene (gene score of Kim & Park 2007)."""

    top_genes: int = key(10, "Genes of each metagene that figures and report show.", "genes", ge=1, le=200)


class Figures(Section):
    """How figures are written."""

    annotations: list[Text] | None = key(
        None,
        "Metadata columns drawn beside the samples; not set: every column with 2 to 12 different values.",
        examples=[["subtype"]],
    )
    dpi: int = key(200, "Resolution of png figures.", "dots per inch", ge=50, le=1200)


class Report(Section):
    """What the report says about itself."""

    title: Text | None = key(None, "Title of the report; not set: the name of the data set.")


class Dataset(Section):
    """One matrix, what is known of its samples and genes, and the settings that differ for it alone."""

    expression: Text = Field(
        description="The matrix: a table (`.tsv`, `.txt`, `.csv`, `.gct`, `.xlsx`), an `.h5ad` or `.loom` file, a 10x "
        "`.h5` file, or a 10x folder with `matrix.mtx`. Tables may be compressed (gz, bz2, xz, zst). "
        "docs/inputs.md describes each."
    )
    metadata: Text | None = key(None, "Table with one row a sample, its first column the sample names.")
    genes: Text | None = key(None, "Table with one row a gene, its first column the gene names of the matrix.")
    orientation: Literal["auto", "genes_in_rows", "samples_in_rows"] = key(
        "auto",
        "How a table lies. `auto` finds it out from the metadata's sample names and from what gene names look like, "
        "and asks where neither decides.",
    )
    layer: Text | None = key(
        None,
        "`.h5ad` and `.loom` only: the layer to read, or `raw` for the matrix of an AnnData's `raw`; not set: `X`.",
    )
    split_by: Text | None = key(
        None,
        "A metadata column, such as the patient: the samples of each of its values become a data set of their own, "
        "named `{data set}.{value}`.",
    )
    preprocess: Preprocess | None = key(None, "Keys of `preprocess` that differ for this data set.")
    factorize: Factorize | None = key(None, "Keys of `factorize` that differ for this data set.")
    consensus: Consensus | None = key(None, "Keys of `consensus` that differ for this data set.")
    rank: Rank | None = key(None, "Keys of `rank` that differ for this data set.")
    signatures: Signatures | None = key(None, "Keys of `signatures` that differ for this data set.")
    figures: Figures | None = key(None, "Keys of `figures` that differ for this data set.")
    report: Report | None = key(None, "Keys of `report` that differ for this data set.")


@dataclass(frozen=True)
class DatasetSettings:
    """Everything that holds for one data set, its own overrides merged over the common sections."""

    name: str
    expression: str
    metadata: str | None
    genes: str | None
    orientation: str
    layer: str | None
    split_by: str | None
    level: str | None
    preprocess: Preprocess
    factorize: Factorize
    consensus: Consensus
    rank: Rank
    signatures: Signatures
    figures: Figures
    report: Report


class Config(Section):
    """The whole configuration: the data sets, where results go, and one section for each stage."""

    datasets: Annotated[
        dict[Annotated[str, StringConstraints(pattern=NAME_PATTERN)], Dataset],
        Field(min_length=1),
        AfterValidator(_refuse_case_twins),
    ] = Field(
        description=f"The data sets of this run, by name ({NAME_MEANING}).", json_schema_extra={"x-names": NAME_MEANING}
    )
    output: Annotated[str, StringConstraints(pattern=r"^[^{}\x00-\x1f]+$"), AfterValidator(_tidy_folder)] = key(
        "results", "Folder that all results go to; no braces in it."
    )
    preprocess: Preprocess = Field(default_factory=Preprocess, description=Preprocess.__doc__)
    factorize: Factorize = Field(default_factory=Factorize, description=Factorize.__doc__)
    consensus: Consensus = Field(default_factory=Consensus, description=Consensus.__doc__)
    rank: Rank = Field(default_factory=Rank, description=Rank.__doc__)
    signatures: Signatures = Field(default_factory=Signatures, description=Signatures.__doc__)
    figures: Figures = Field(default_factory=Figures, description=Figures.__doc__)
    report: Report = Field(default_factory=Report, description=Report.__doc__)

    def dataset_settings(self, name: str) -> DatasetSettings:
        """Merge the overrides of one data set over the common sections.

        Parameters
        ----------
        name
            A key of `datasets`.

        Returns
        -------
        DatasetSettings
            Every section complete.

        Raises
        ------
        ConfigError
            No data set has this name.
        """
        if name not in self.datasets:
            raise ConfigError(f"config key 'datasets': no data set {name!r}; there are {', '.join(self.datasets)}")
        dataset = self.datasets[name]
        sections = {
            section: _merge(getattr(self, section), getattr(dataset, section))
            for section in DatasetSettings.__dataclass_fields__
            if section in Config.model_fields
        }
        own = {name: getattr(dataset, name) for name in FILE_KEYS}
        return DatasetSettings(name, **own, level=None, **sections)

    def all_settings(self, levels: Mapping[str, Sequence[str]]) -> dict[str, DatasetSettings]:
        """Settings of every data set that is analysed: those split by a column have one for each of its values.

        Parameters
        ----------
        levels
            The values of the `split_by` column of each data set that has this key.

        Returns
        -------
        dict
            By name, in the order of the config and of the values.

        Raises
        ------
        ConfigError
            Two data sets would share a folder.

        Examples
        --------
        >>> cohort = {"expression": "cohort.h5ad", "split_by": "patient"}
        >>> list(parse_config({"datasets": {"cohort": cohort}}).all_settings({"cohort": ["P 1", "P 2"]}))
        ['cohort.P_1', 'cohort.P_2']
        """
        expanded: dict[str, DatasetSettings] = {}
        taken: dict[str, str] = {}
        for name in self.datasets:
            settings = self.dataset_settings(name)
            for part in split_settings(settings, levels[name]) if settings.split_by else [settings]:
                what = name if part.level is None else f"{name}, {part.split_by} {part.level!r}"
                other = taken.setdefault(part.name.casefold(), what)
                if other != what:
                    raise ConfigError(
                        f"config key 'datasets': found the folder {part.name!r} for both {other} and {what}; expected "
                        "one each. Rename the data set, or the value in the metadata"
                    )
                expanded[part.name] = part
        return expanded


def split_settings(settings: DatasetSettings, levels: Sequence[str]) -> list[DatasetSettings]:
    """Settings of a data set for each value of its `split_by` column.

    The name of each is the data set's and the value's, with `_` for all that is not a letter, digit, `_`, `-` or `.`:
    it becomes a folder, so nothing else of the data goes into it.
    """
    parts = []
    for level in levels:
        name = f"{settings.name}.{re.sub(r'[^A-Za-z0-9_.-]+', '_', level)}"
        if not re.match(NAME_PATTERN, name):
            raise ConfigError(
                f"config key 'datasets.{settings.name}.split_by': found the value {level!r} in column "
                f"{settings.split_by!r}, which makes the name {name!r}; expected {NAME_MEANING}. Shorten the value"
            )
        parts.append(replace(settings, name=name, level=level))
    return parts


def _merge(common: Part, override: Part | None) -> Part:
    if override is None:
        return common
    return common.model_copy(update={key: getattr(override, key) for key in override.model_fields_set})


def parse_config(mapping: Mapping[str, Any]) -> Config:
    """Validate a configuration.

    Parameters
    ----------
    mapping
        What the YAML file holds, overrides of the command line included. It is not modified.

    Returns
    -------
    Config
        Frozen, with all defaults filled in.

    Raises
    ------
    ConfigError
        One line for each problem, which names the key, what was found and what is allowed.

    Examples
    --------
    >>> config = parse_config({"datasets": {"leukemia": {"expression": "expression.tsv"}}})
    >>> config.dataset_settings("leukemia").factorize.restarts
    50
    """
    problems = key_problems(mapping)
    if problems:
        raise ConfigError("\n".join(problems))
    try:
        config = Config.model_validate(without_empty_sections(mapping, Config))
    except ValidationError as error:
        raise ConfigError("\n".join(explain_validation(error, Config))) from None
    problems = [line for name in config.datasets for line in _conflicts(config.dataset_settings(name))]
    if problems:
        raise ConfigError("\n".join(problems))
    return config


def _conflicts(settings: DatasetSettings) -> list[str]:
    """List the keys of one data set that are right one by one but not together."""
    factorize, preprocess, selected = settings.factorize, settings.preprocess, settings.rank.selected
    conflicts = [*factorize.conflicts(), *preprocess.conflicts(factorize.method)]
    if selected is not None and selected not in factorize.ranks:
        text = f"found {selected}; expected one of factorize.ranks, {factorize.ranks}. Add {selected} to the ranks"
        conflicts.append(("rank.selected", f"{text}, or select one of them"))
    return [f"config key '{key}' (data set '{settings.name}'): {text}" for key, text in conflicts]


def json_schema() -> dict[str, Any]:
    """Return the JSON schema of the configuration, from which editors complete and check the YAML."""
    return config_docs.build_schema(Config)


def markdown_reference() -> str:
    """Return ``config/README.md``: every key with its type, default, unit and meaning."""
    return config_docs.build_reference(Config)


def main(arguments: list[str] | None = None) -> None:
    """Print the schema or the reference; ``make docs`` writes them to their files."""
    parser = argparse.ArgumentParser(prog="python -m nmfbio.config", description=main.__doc__)
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument("--schema", action="store_true", help="workflow/schemas/config.schema.json")
    choice.add_argument("--markdown", action="store_true", help="config/README.md")
    wanted = parser.parse_args(arguments)
    print(json.dumps(json_schema(), indent=2, ensure_ascii=False) if wanted.schema else markdown_reference().rstrip())


if __name__ == "__main__":
    main()
