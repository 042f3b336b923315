"""The methods paragraphs of a paper, written from the settings of the run.

Each function gives one paragraph's text with citations as `{key}` of `REFERENCES`; only papers that were cited are
listed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nmfbio.report.content import ReportContent
from nmfbio.report.format import format_list
from nmfbio.report.methods_data import describe_data
from nmfbio.report.methods_factorization import describe_factorization
from nmfbio.report.methods_rank import describe_evidence, describe_rank_choice, list_stability
from nmfbio.report.references import REFERENCES, Reference

CITATION = re.compile(r"\[@([a-z_0-9,]+)\]")
PACKAGES_NAMED = ("Python", "numpy", "scipy", "scikit-learn")


@dataclass(frozen=True)
class MethodsText:
    """Paragraphs to paste, and the papers they cite in the order of citation."""

    paragraphs: tuple[str, ...]
    references: tuple[Reference, ...]


def write_methods(content: ReportContent) -> MethodsText:
    """Write the methods paragraphs of a run from its settings."""
    drafts = [
        f"{describe_data(content)} {describe_factorization(_section(content, 'factorize'), content)}",
        f"{describe_scaling(content)} {describe_consensus(content)}",
        f"{describe_evidence(content)} {describe_rank_choice(content)}",
        f"{describe_signatures(content)} {describe_software(content)}",
    ]
    keys: list[str] = []
    paragraphs = tuple(" ".join(CITATION.sub(lambda match: _cite(match, keys), draft).split()) for draft in drafts)
    return MethodsText(paragraphs, tuple(REFERENCES[key] for key in dict.fromkeys(keys)))


def _cite(match: re.Match, keys: list[str]) -> str:
    cited = match[1].split(",")
    keys.extend(cited)
    return f"({'; '.join(REFERENCES[key].citation for key in cited)})"


def _section(content: ReportContent, name: str) -> Mapping[str, Any]:
    return content.settings.get(name) or {}


def describe_scaling(content: ReportContent) -> str:
    """Describe the scale convention, the solution of record and how samples were called."""
    settings = _section(content, "consensus")
    if settings.get("scale", "max") == "max":
        scale = "Each metagene was divided by its largest entry and its usages multiplied by it [@yang_2016]."
    else:
        scale = "Metagenes and usages were left on the scale of the solver [@brunet_2004]."
    call = "A sample was assigned to the metagene with its largest usage."
    if content.summary["restarts"] == 1:
        return f"{scale} {call}"
    best = "the restart with the lowest objective"
    if _section(content, "factorize").get("method") == "bayesian":
        best = "the restart with the highest evidence"
    if not content.objectives["converged"].all():
        best = f"{best} among those that had converged"
    if settings.get("solution", "aligned_median") == "best":
        return f"{scale} {call} As the solution of each rank, {best} was taken."
    if settings.get("solution") == "clustered":
        return f"{scale} {call} {describe_clustering(settings)}"
    return (
        f"{scale} {call} As the solution of each rank, the metagenes of all restarts were matched one to one, by "
        f"cosine similarity, to those of {best}; their median was taken and the usages refitted to it. Taking medians "
        "over restarts follows consensus NMF [@kotliar_2019], but metagenes were matched rather than clustered, and "
        "none were filtered out."
    )


def describe_clustering(settings: dict) -> str:
    """Describe how consensus NMF combined the restarts."""
    return (
        "As the solution of each rank, the metagenes of all restarts were clustered as in consensus NMF "
        "[@kotliar_2019]: metagenes of unit length whose mean distance to their nearest neighbours "
        f"({settings['neighbourhood']:g} of the number of restarts) was not below {settings['density_threshold']:g} "
        "were left out, the others grouped by k-means, and usages and metagenes were refitted to the medians."
    )


def describe_consensus(content: ReportContent) -> str:
    """Describe the consensus over restarts and its measures."""
    if content.summary["restarts"] == 1:
        return "With a single restart a rank, no consensus over restarts was computed."
    return (
        "The consensus matrix holds the share of restarts that assign two samples to the same metagene "
        "[@monti_2003,brunet_2004]. Samples were ordered and grouped by average linkage on one minus the consensus. "
        f"The stability of each rank was measured by {format_list(list_stability(content))}."
    )


SCORED = (
    "Genes were ranked by the coefficients of their standardised log expression in the regression on the usage shares "
    "of the samples [@kotliar_2019]."
)


def describe_signatures(content: ReportContent) -> str:
    """Describe how genes were scored and selected."""
    if all(entry.rank == 1 for entry in content.ranks):
        return "Genes were ordered by their loading in the single metagene."
    return f"{SCORED} {describe_selection(_section(content, 'signatures'))}"


def describe_selection(settings: Mapping[str, Any]) -> str:
    """Say by which rule genes entered a signature."""
    least_fold, number = settings.get("least_fold", 1.5), settings.get("number", 50)
    rules = {
        "fold": f"when its expression there was at least {least_fold:g} times that in any other metagene",
        "top": f"when it was among the {number} with the highest scores there",
        "kim_park": "when its specificity, one minus the entropy of its loadings relative to the maximum, exceeded "
        "the median by more than three scaled median absolute deviations (1.4826 × MAD) and that loading exceeded the "
        "median of all loadings [@kim_2007]",
        "carmona_saez": "when neither it nor any gene of a larger loading there had a larger one in another metagene "
        "[@carmona_saez_2006]",
    }
    return (
        "A gene entered the signature of the metagene where its loading is largest, metagenes being compared on the "
        f"scale of the calls, {rules[settings.get('selection', 'fold')]}."
    )


def describe_software(content: ReportContent) -> str:
    """Name the software and its versions."""
    versions = content.versions
    named = [f"{name} {versions[name]}" for name in PACKAGES_NAMED if name in versions]
    program = f"nmfbio {versions['nmfbio']}" if "nmfbio" in versions else "nmfbio"
    companions = f" ({', '.join(named)})" if named else ""
    return f"The analysis was run with {program}{companions}."
