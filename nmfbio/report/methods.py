"""The methods paragraphs of a paper, written from the settings of the run.

Each function gives one paragraph's text with citations as `{key}` of `REFERENCES`; only papers that were cited are
listed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nmfbio.report.content import ReportContent
from nmfbio.report.format import format_count, format_list, format_ranks, is_undefined
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
        f"{describe_data(content)} {describe_factorization(content)}",
        f"{describe_scaling(content)} {describe_consensus(content)}",
        f"{describe_rank_choice(content)} {describe_signatures(content)} {describe_software(content)}",
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


def describe_data(content: ReportContent) -> str:
    """Describe the matrix and how it was prepared."""
    preprocess = _section(content, "preprocess")
    genes, samples = content.summary["genes"], content.summary["samples"]
    matrix = f"a matrix of {format_count(genes, 'gene')} and {format_count(samples, 'sample')}"
    if preprocess.get("preset", "none") == "none":
        return (
            f"Expression values were analysed as given, as {matrix}; nothing was normalised, and no genes were left "
            "out but those that are zero in every sample."
        )
    floor, ceiling = preprocess["floor"], preprocess["ceiling"]
    return (
        f"Expression values below {floor:,.10g} were raised to {floor:,.10g} and values above {ceiling:,.10g} lowered "
        f"to {ceiling:,.10g}; genes were kept when their largest value was at least {preprocess['min_fold']:g} times, "
        f"and at least {preprocess['min_difference']:,.10g} above, their smallest [@brunet_2004]. "
        f"This left {matrix}."
    )


def describe_factorization(content: ReportContent) -> str:
    """Describe objective, solver, starts and stopping."""
    settings = _section(content, "factorize")
    ranks = format_ranks(entry.rank for entry in content.ranks)
    method = _describe_method(settings.get("method", "kl"))
    return (
        f"The matrix was factorised into non-negative metagenes and usages [@lee_1999] at {ranks}. {method} "
        f"{_describe_starts(settings, content.summary['restarts'])} {_describe_stop(settings)}"
    )


def _describe_method(method: str) -> str:
    return {
        "kl": "The generalised Kullback-Leibler divergence was minimised by 20 multiplicative updates [@lee_2001] "
        "followed by projected Newton steps [@hsieh_2011,hien_2021], lengthened 1.4-fold (successive over-relaxation); "
        "a step that could have raised the divergence was halved or replaced by a multiplicative update.",
        "brunet": "The generalised Kullback-Leibler divergence was minimised by multiplicative updates "
        "[@lee_2001,brunet_2004].",
        "frobenius": "Half the squared Frobenius norm of the residual was minimised by accelerated hierarchical "
        "alternating least squares [@gillis_2012].",
    }[method]


def _describe_starts(settings: Mapping[str, Any], restarts: int) -> str:
    if settings.get("seeding", "random") == "nndsvd":
        return "Each factorisation started from the non-negative double singular value decomposition [@boutsidis_2008]."
    seed = "" if is_undefined(settings.get("seed")) else f" (base seed {settings['seed']})"
    starts = "one random start was" if restarts == 1 else f"{restarts} random starts were"
    return f"At each rank {starts} made{seed}."


def _describe_stop(settings: Mapping[str, Any]) -> str:
    limit = settings.get("max_iter")
    at_most = "" if limit is None else f", or after {limit:,} iterations"
    if settings.get("method") == "brunet":
        return (
            "A restart stopped when the assignment of samples to metagenes, examined every 10 iterations, had been "
            f"unchanged for more than 40 examinations{at_most}."
        )
    share = f"{settings.get('tolerance', 1e-5):.15f}".rstrip("0")
    return (
        f"A restart stopped when its objective was estimated, by Aitken extrapolation, to lie within {share} of itself "
        f"above its limit [@boehning_1994]{at_most}."
    )


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
    if settings.get("solution", "aligned_median") == "best":
        return f"{scale} {call} The restart with the lowest objective was taken as the solution of each rank."
    return (
        f"{scale} {call} As the solution of each rank, the metagenes of all restarts were matched one to one, by "
        "cosine similarity, to those of the restart with the lowest objective; their median was taken and the usages "
        "refitted to it. Taking medians over restarts follows consensus NMF [@kotliar_2019], but metagenes were "
        "matched rather than clustered, and none were filtered out."
    )


def describe_consensus(content: ReportContent) -> str:
    """Describe the consensus over restarts and its measures."""
    if content.summary["restarts"] == 1:
        return "With a single restart a rank, no consensus over restarts was computed."
    return (
        "The consensus matrix holds the share of restarts that assign two samples to the same metagene "
        "[@monti_2003,brunet_2004]. Samples were ordered and grouped by average linkage on one minus the consensus. "
        f"The stability of each rank was measured by {format_list(_list_measures(content))}."
    )


def _list_measures(content: ReportContent) -> list[str]:
    texts = {
        "cophenetic": "the cophenetic correlation [@brunet_2004]",
        "dispersion": "the dispersion [@kim_2007]",
        "pac": "the proportion of ambiguous clustering between 0.1 and 0.9 [@senbabaoglu_2014]",
        "silhouette": "the mean silhouette of the consensus clusters [@rousseeuw_1987]",
    }
    present = set(content.measures["measure"])
    return [text for measure, text in texts.items() if measure in present]


def describe_rank_choice(content: ReportContent) -> str:
    """Describe how the rank was chosen, and what came of it."""
    rank, selected = content.verdict.get("rank"), _section(content, "rank").get("selected")
    if selected is not None:
        return f"Rank {selected} was set by the analyst."
    if len(content.ranks) == 1:
        return f"Only rank {content.ranks[0].rank} was computed; the number of metagenes was not estimated."
    rule = "The rank was read from the cophenetic correlations, at the point where they begin to fall [@brunet_2004]"
    if content.verdict.get("rule") not in (None, "cophenetic"):
        rule = f"The rank was chosen by the rule '{content.verdict['rule']}'"
    outcome = {
        "supported": f"which gave rank {rank}",
        "weak": f"which gave rank {rank} on weak evidence" if rank else "which singled out no rank",
        "none": "which gave no support for any grouping",
    }[content.verdict["status"]]
    return f"{rule}, {outcome}."


def describe_signatures(content: ReportContent) -> str:
    """Describe how genes were scored and selected."""
    if all(entry.rank == 1 for entry in content.ranks):
        return "Genes were ordered by their loading in the single metagene."
    return (
        "Genes were scored by how specific their loadings are to one metagene, as one minus the entropy of the "
        "loadings relative to its maximum; a gene entered the signature of the metagene where its loading is largest "
        "when its score exceeded the median score by more than three scaled median absolute deviations (1.4826 × MAD) "
        "and that loading exceeded the median of all loadings [@kim_2007]."
    )


def describe_software(content: ReportContent) -> str:
    """Name the software and its versions."""
    versions = content.versions
    named = [f"{name} {versions[name]}" for name in PACKAGES_NAMED if name in versions]
    program = f"nmfbio {versions['nmfbio']}" if "nmfbio" in versions else "nmfbio"
    companions = f" ({', '.join(named)})" if named else ""
    return f"The analysis was run with {program}{companions}."
