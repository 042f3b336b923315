"""Writes the content of a report as one HTML file that needs no network."""

from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from nmfbio.report import tables
from nmfbio.report.answer import write_answer
from nmfbio.report.content import FigureContent, RankContent, ReportContent
from nmfbio.report.format import format_count, format_ranks
from nmfbio.report.methods import write_methods
from nmfbio.report.programs import describe_recurrence, tabulate_programs, tabulate_solutions
from nmfbio.report.rank_evidence import describe_agreement
from nmfbio.report.words import FIGURE_NAMES, describe_rule

TEMPLATES = Path(__file__).parent / "templates"
DEFAULT_TOP_GENES = 10
SECTIONS = (
    ("answer", "The answer"),
    ("rank", "Which rank"),
    ("restarts", "Do restarts agree"),
    ("signatures", "Signatures"),
    ("samples", "Samples"),
    ("data", "Data and preflight"),
    ("methods", "Methods"),
    ("settings", "Settings and versions"),
)


@dataclass(frozen=True)
class RankView:
    """One rank as the templates show it."""

    rank: int
    is_shown: bool
    is_proposed: bool
    figures: dict[str, FigureContent | None]
    genes: tuple[tables.Table, ...]
    recurrences: tuple[str, ...]
    genes_link: str | None
    programs: tables.Table | None
    programs_link: str | None
    samples: tables.Table
    samples_link: str | None


def render_report(content: ReportContent) -> str:
    """Write a report as HTML.

    Every text of the data set is escaped; styles, script and figures are inside the file, and its content security
    policy forbids it to load anything.

    Parameters
    ----------
    content
        What to show; see `ReportContent`.

    Returns
    -------
    str
        A complete HTML document, the same for the same content.

    Examples
    --------
    >>> html = render_report(content)  # doctest: +SKIP
    """
    script = _read_asset("report.js")
    answer = write_answer(content)
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            content=content,
            answer=answer,
            key_figure=_key_figure(content),
            facts=_list_facts(content),
            rule=describe_rule(content.verdict.get("rule")),
            agreement=describe_agreement(content.verdict),
            ranks=[_view_rank(entry, content) for entry in content.ranks],
            measures=tables.tabulate_measures(content),
            distances=tables.tabulate_distances(content),
            objectives=tables.tabulate_objectives(content),
            solutions=tabulate_solutions(content),
            preflight=tables.tabulate_preflight(content),
            methods=write_methods(content),
            record=_list_record(content),
            sections=SECTIONS,
            style=Markup(_read_asset("report.css")),
            script=Markup(script),
            policy=_content_policy(script),
        )
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _read_asset(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8").strip()


def _content_policy(script: str) -> str:
    """Allow what is inside the file and nothing else; of scripts only the one written here."""
    digest = b64encode(sha256(script.encode("utf-8")).digest()).decode("ascii")
    return (
        f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _view_rank(entry: RankContent, content: ReportContent) -> RankView:
    restarts = content.count_restarts(entry.rank)
    top_genes = (content.settings.get("signatures") or {}).get("top_genes") or DEFAULT_TOP_GENES
    return RankView(
        rank=entry.rank,
        is_shown=entry.rank == content.shown_rank.rank,
        is_proposed=entry.rank == content.verdict.get("rank"),
        figures={name: entry.figures.get(name) for name in FIGURE_NAMES},
        genes=tuple(tables.tabulate_genes(entry, name, top_genes) for name in entry.metagenes),
        recurrences=tuple(describe_recurrence(entry.program(name), restarts) for name in entry.metagenes),
        genes_link=entry.genes_link,
        programs=tabulate_programs(entry, restarts),
        programs_link=entry.programs_link,
        samples=tables.tabulate_samples(entry),
        samples_link=entry.samples_link,
    )


def _key_figure(content: ReportContent) -> FigureContent | None:
    """The consensus at the proposed rank; without a proposal, the measures that led to none."""
    if content.has_proposal and content.verdict["status"] != "none":
        return content.shown_rank.figures.get("consensus") or content.figures.get("rank_survey")
    return content.figures.get("rank_survey")


def _list_facts(content: ReportContent) -> list[str]:
    summary = content.summary
    return [
        format_count(summary["samples"], "sample"),
        format_count(summary["genes"], "gene"),
        format_ranks(entry.rank for entry in content.ranks),
        f"{format_count(summary['restarts'], 'restart')} a rank",
    ]


def _list_record(content: ReportContent) -> list[Any]:
    parts = (
        ("Settings", content.settings, "Setting", "Value"),
        ("Versions", content.versions, "Program", "Version"),
        ("Provenance", content.provenance, "What", "Value"),
    )
    return [tables.tabulate_mapping(*part) for part in parts if part[1]]
