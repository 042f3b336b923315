"""Reads the files of a finished run into the content of a report."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd

from nmfbio.errors import InputError
from nmfbio.io import read_json, read_table
from nmfbio.report.content import FigureContent, RankContent, ReportContent
from nmfbio.report.format import format_ranks
from nmfbio.report.versions import software_versions
from nmfbio.report.words import (
    FIGURE_NAMES,
    describe_objectives,
    describe_preprocessing,
    describe_rank_figure,
    describe_survey,
)

FilePath = str | os.PathLike


def collect_report(
    *,
    dataset: str,
    settings: Mapping[str, Any],
    report: FilePath,
    preflight: FilePath,
    measures: FilePath,
    verdict: FilePath,
    objectives: FilePath,
    solutions: FilePath,
    ranks: Sequence[int],
    genes: Sequence[FilePath],
    samples: Sequence[FilePath],
    programs: Sequence[FilePath],
    figures: Sequence[FilePath],
    title: str | None = None,
    versions: Mapping[str, str] | None = None,
    provenance: Mapping[str, Any] | None = None,
) -> ReportContent:
    """Read the files of a finished run.

    Parameters
    ----------
    dataset
        Name of the data set.
    settings
        Its settings as plain values, section by section.
    report
        Where the report will be written; links to tables and PDFs are made relative to it.
    preflight, verdict
        `preflight.json` and `verdict.json`.
    measures, objectives, solutions
        Tables (TSV) with the columns that `ReportContent` names.
    ranks
        The ranks of the run; `genes`, `samples` and `programs` hold one table for each, in the same order.
    figures
        PNG files named `rank_survey.png`, `objectives.png`, `preprocessing.png`, `consensus_k{rank}.png`,
        `metagenes_k{rank}.png`, `usages_k{rank}.png`, in any order. Other files (PDFs, SVGs) are passed over. A PDF of
        the same name in the same folder is linked.
    title
        Heading of the report; "Gene expression signatures of {dataset}" by default.
    versions
        Versions of programs; those of this installation by default.
    provenance
        Further facts to print, such as digests of the input files.

    Returns
    -------
    ReportContent

    Raises
    ------
    InputError
        If a file is missing or cannot be read.
    ValueError
        If `genes`, `samples` or `programs` do not match `ranks`.

    Examples
    --------
    >>> content = collect_report(dataset="leukemia", settings={}, report="report.html", ...)  # doctest: +SKIP
    """
    lengths = [len(part) for part in (ranks, genes, samples, programs)]
    if len(set(lengths)) > 1 or not ranks:
        found = f"ranks, genes, samples and programs: found {lengths}"
        raise ValueError(f"{found}; expected one table of each for every rank")
    folder = Path(report).parent
    images = {Path(path).stem: Path(path) for path in figures if Path(path).suffix == ".png"}
    entries = tuple(
        _read_rank(rank, *tables, images, folder)
        for rank, *tables in sorted(zip(ranks, genes, samples, programs, strict=True), key=lambda row: row[0])
    )
    restarts = read_table(objectives)
    checked = read_json(preflight)
    return ReportContent(
        dataset=dataset,
        title=title or f"Gene expression signatures of {dataset}",
        summary={
            "samples": len(entries[0].samples),
            "genes": len(entries[0].genes),
            "restarts": int(restarts.groupby("rank").size().max()),
        },
        settings=settings,
        preflight=pd.DataFrame(checked["findings"]),
        measures=read_table(measures),
        verdict=read_json(verdict),
        objectives=restarts,
        solutions=read_table(solutions),
        ranks=entries,
        figures=_read_run_figures(images, ranks, folder),
        versions=software_versions() if versions is None else versions,
        provenance=provenance or {},
        preprocess=checked["preprocess"],
    )


def _read_rank(
    rank: int, genes: FilePath, samples: FilePath, programs: FilePath, images: Mapping[str, Path], folder: Path
) -> RankContent:
    table = read_table(samples)
    table = table[table["cluster"] != ""].reset_index(drop=True)  # samples that were left out have no values
    words = {name: describe_rank_figure(name, rank, len(table)) for name in FIGURE_NAMES}
    figures = {
        name: _read_figure(images[f"{name}_k{rank}"], *words[name], folder)
        for name in FIGURE_NAMES
        if f"{name}_k{rank}" in images
    }
    return RankContent(
        rank=rank,
        genes=read_table(genes),
        samples=table,
        programs=read_table(programs),
        figures=figures,
        genes_link=_relative_link(genes, folder),
        samples_link=_relative_link(samples, folder),
        programs_link=_relative_link(programs, folder),
    )


def _read_run_figures(images: Mapping[str, Path], ranks: Sequence[int], folder: Path) -> dict[str, FigureContent]:
    words = {
        "rank_survey": describe_survey(format_ranks(ranks)),
        "objectives": describe_objectives(format_ranks(ranks)),
        "preprocessing": describe_preprocessing(),
    }
    return {name: _read_figure(images[name], *words[name], folder) for name in words if name in images}


def _read_figure(path: Path, alternative: str, caption: str, folder: Path) -> FigureContent:
    try:
        image = path.read_bytes()
    except OSError as error:
        raise InputError(
            str(path), f"a file that cannot be read ({error})", "a PNG figure", "Delete it and run again."
        ) from error
    print_file = path.with_suffix(".pdf")
    link = _relative_link(print_file, folder) if print_file.is_file() else None
    return FigureContent(image=image, alternative=alternative, caption=caption, link=link)


def _relative_link(path: FilePath, folder: Path) -> str:
    """Give the path seen from the report's folder, with characters that mean something in addresses escaped."""
    return quote(Path(os.path.relpath(path, folder)).as_posix())
