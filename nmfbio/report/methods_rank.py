"""The part of the methods paragraphs that describes how the rank was examined and chosen."""

from collections.abc import Mapping
from typing import Any

from nmfbio.report.content import ReportContent
from nmfbio.report.format import format_list, format_ranks, is_undefined
from nmfbio.report.rank_evidence import drop_unmeasured
from nmfbio.report.words import MEASURES, describe_measure

STABILITY = {
    "cophenetic": "the cophenetic correlation [@brunet_2004]",
    "dispersion": "the dispersion [@kim_2007]",
    "pac": "the proportion of ambiguous clustering between 0.1 and 0.9 [@senbabaoglu_2014]",
    "silhouette": "the mean silhouette of the consensus clusters [@rousseeuw_1987]",
    "program_silhouette": "the smallest mean silhouette of the metagenes matched over restarts [@alexandrov_2013]",
}
HELD_OUT = {
    "speckled_cv": "a tenth of the entries, hidden from the fit in each of five folds [@wold_1978]",
    "count_splitting": "one half of the counts, each split at random under a negative binomial model into two "
    "independent parts of which the other was fitted [@neufeld_2023]",
    "bi_cv": "blocks of samples and genes [@owen_2009]",
}
SHUFFLED = {
    "gain": "the fall of the objective from each rank to the next with that on data in which each gene was permuted "
    "over the samples [@frigyesi_2008]",
    "parallel_analysis": "the singular values of the logarithmic matrix, each gene centred, with the 95th percentile "
    "of those of permuted data (parallel analysis) [@horn_1965,buja_1992]",
}
SUBSAMPLING = (
    "To see which ranks hold in other samples, each rank was fitted thirty times to a random 80 % of the samples, the "
    "better of two starts each [@lange_2004]. Metagenes were divided by their sums, their mean was taken off and "
    "the difference divided by the mean's square root; they were then matched one to one, and the rank was scored by "
    "the silhouette (cosine distance) that its least certain metagene reached in three of four fits."
)
REFERENCE = (
    "All measures were taken on data without structure as well, in which each gene was permuted over the samples "
    "(three permutations; one for the fits to 80 % of the samples)."
)
BEND = "The bend of the objective over the ranks was recorded as well [@hutchins_2008]."


def list_stability(content: ReportContent) -> list[str]:
    """List the measures of agreement between restarts that the run took."""
    present = _measured(content)
    return [text for measure, text in STABILITY.items() if measure in present]


def describe_evidence(content: ReportContent) -> str:
    """Describe what was held out, shuffled and subsampled; empty where nothing was."""
    present = _measured(content)
    sentences = []
    if held_out := [text for measure, text in HELD_OUT.items() if measure in present]:
        sentences.append(
            f"How well each rank predicts data it has not seen was measured on {'; and on '.join(held_out)}."
        )
    if shuffled := [text for measure, text in SHUFFLED.items() if measure in present]:
        sentences.append(f"Compared were {', and '.join(shuffled)}.")
    if "reproducibility" in present:
        sentences.append(SUBSAMPLING)
    if content.measures[["null_low", "null_high"]].notna().any(axis=None):
        sentences.append(REFERENCE)
    if "inflection" in present:
        sentences.append(BEND)
    return " ".join(sentences)


def describe_rank_choice(content: ReportContent) -> str:
    """Describe how the rank was chosen, and what came of it."""
    verdict = content.verdict
    selected = (content.settings.get("rank") or {}).get("selected")
    if selected is not None or verdict.get("rule") == "selected":
        rank = verdict.get("rank") if selected is None else selected
        return " ".join([f"Rank {rank} was set by the analyst.", describe_support(verdict)]).strip()
    if len(content.ranks) == 1 and verdict.get("rule") in (None, "cophenetic"):
        return f"Only rank {content.ranks[0].rank} was computed; the number of metagenes was not estimated."
    outcome = f"{describe_rule(verdict)}, {describe_outcome(verdict)}."
    return " ".join([outcome, describe_support(verdict)]).strip()


def describe_rule(verdict: Mapping[str, Any]) -> str:
    """Describe the rule that chose the rank."""
    rule = verdict.get("rule")
    if rule in (None, "cophenetic"):
        return (
            "The rank was read from the cophenetic correlations, at the point where they begin to fall [@brunet_2004]"
        )
    if rule == "finest_reproducible":
        line = "" if is_undefined(verdict.get("threshold")) else f" scored above {verdict['threshold']:.2g}"
        bound = _name_measures(verdict.get("bound_votes"))
        within = f", not above the median of the ranks that {bound} support," if bound else ""
        return (
            f"The rank was the largest{within} at which the least certain metagene{line or ' reappeared'}, provided "
            "that data hidden from the fit were predicted better with several metagenes than with one"
        )
    if rule == "vote":
        voters = _name_measures(dict.fromkeys((verdict.get("vote") or {}).get("voters") or [], 0))
        whose = f"that {voters} prefer" if voters else "that several measures prefer"
        return (
            f"The rank was the median of the ranks {whose}, provided that data hidden from the fit were predicted "
            "better with several metagenes than with one"
        )
    if rule in MEASURES:
        return f"The rank was the one that one measure, {MEASURES[rule].label}, prefers"
    return f"The rank was chosen by the rule '{rule}'"


def describe_outcome(verdict: Mapping[str, Any]) -> str:
    """Say what the rule gave."""
    rank = verdict.get("rank")
    return {
        "supported": f"which gave rank {rank}",
        "weak": f"which gave rank {rank} on weak evidence" if rank else "which singled out no rank",
        "none": "which gave no support for any grouping",
    }[verdict["status"]]


def describe_support(verdict: Mapping[str, Any]) -> str:
    """Name the reproducible ranks and the bound, where they were examined."""
    reproducible, bound = verdict.get("reproducible"), verdict.get("bound")
    parts = []
    if reproducible:
        parts.append(f"{format_ranks(reproducible)} {'was' if len(reproducible) == 1 else 'were'} reproducible")
    if not is_undefined(bound) and bound > 1:
        beyond = " (the largest examined)" if verdict.get("bound_open") else ""
        parts.append(f"structure was detectable up to rank {int(bound)}{beyond}")
    sentence = format_list(parts)
    return f"{sentence[:1].upper()}{sentence[1:]}." if parts else ""


def _measured(content: ReportContent) -> set[str]:
    return set(drop_unmeasured(content.measures)["measure"])


def _name_measures(votes: Mapping[str, Any] | None) -> str:
    names = {
        "speckled_cv": "hidden entries",
        "count_splitting": "hidden counts",
        "gain": "the fall of the objective",
        "parallel_analysis": "parallel analysis",
        "program_silhouette": "the silhouette of the metagenes",
        "pac": "the proportion of ambiguous clustering",
    }
    known = [name for name, vote in (votes or {}).items() if not is_undefined(vote)]
    return format_list(names.get(name, describe_measure(name).label) for name in known)
