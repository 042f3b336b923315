"""The first screen: what was found, in plain sentences, and what speaks against it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from nmfbio.report.content import RankContent, ReportContent
from nmfbio.report.format import (
    format_count,
    format_list,
    format_ranks,
    format_share,
    is_undefined,
    name_in_words,
    spell_number,
)
from nmfbio.report.programs import describe_recurrence
from nmfbio.report.rank_evidence import drop_unmeasured, has_held_out, list_readings
from nmfbio.report.words import DISAGREEMENT, STATUS_LABELS, STATUS_MEANINGS, describe_measure

TOP_GENES_IN_ANSWER = 4
NAMES_IN_A_SENTENCE = 50
NUMBERS_IN_A_SENTENCE = 20


@dataclass(frozen=True)
class SignatureSummary:
    """One signature in a line: its name, who carries it, how surely it recurs, and its first genes."""

    name: str
    samples: str
    recurrence: str
    genes: str
    top: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Answer:
    """The first screen of a report.

    Parameters
    ----------
    status
        supported, weak or none.
    label, meaning
        The status in words, and what follows from it.
    headline
        What was found, one sentence.
    why
        The verdict's own reasons.
    readings
        Sentences on what else the evidence says: the bound, other reproducible ranks, the vote, Brunet's reading.
    evidence
        (measure, its reading, value at the rank shown, rank it prefers) in words.
    against
        Sentences on what speaks against the proposal, or limits it.
    solid
        Sentences on checks that found nothing wrong.
    signatures
        One line a signature; empty where no rank is proposed.
    """

    status: str
    label: str
    meaning: str
    headline: str
    why: str
    readings: tuple[str, ...]
    evidence: tuple[tuple[str, str, str, str], ...]
    against: tuple[str, ...]
    solid: tuple[str, ...]
    signatures: tuple[SignatureSummary, ...]


def write_answer(content: ReportContent) -> Answer:
    """Write the first screen of a report."""
    status = content.verdict["status"]
    shown = content.shown_rank
    checks = [describe_scale(shown)] if content.has_proposal else []
    checks.append(describe_convergence(content))
    flaws = [*list_disagreements(content), describe_single_restart(content)]
    flaws += [text for text, is_flaw in checks if is_flaw]
    flaws += [describe_empty_metagenes(shown) if content.has_proposal else ""]
    flaws += [describe_disagreeing_calls(shown) if content.has_proposal else "", describe_limit(content)]
    is_named = content.has_proposal and status != "none"
    return Answer(
        status=status,
        label=STATUS_LABELS.get(status, status),
        meaning=STATUS_MEANINGS.get(status, ""),
        headline=write_headline(content),
        why=content.verdict.get("why") or "",
        readings=tuple(list_readings(content.verdict)),
        evidence=tuple(list_evidence(content)),
        against=tuple(text for text in flaws if text),
        solid=tuple(text for text, is_flaw in checks if text and not is_flaw),
        signatures=tuple(summarise_signatures(shown, content.count_restarts(shown.rank))) if is_named else (),
    )


def write_headline(content: ReportContent) -> str:
    """Say in one sentence what was found."""
    status, rank = content.verdict["status"], content.verdict.get("rank")
    samples = format_count(content.summary["samples"], "sample")
    if status == "none":
        return f"No supported structure was found in these {samples}."
    if not content.has_proposal:
        return f"No number of signatures can be singled out in these {samples}."
    number = rank - len(content.shown_rank.empty)
    signatures = format_count(number, "gene signature").replace(str(number), spell_number(number).capitalize(), 1)
    if status == "weak":
        return f"{signatures} in {samples}, but the evidence for this number is weak."
    return f"{signatures} in {samples}."


def list_evidence(content: ReportContent) -> list[tuple[str, str, str, str]]:
    """List each measure with its value at the rank shown and the rank it prefers."""
    rank, votes = content.shown_rank.rank, content.verdict.get("votes") or {}
    measures = drop_unmeasured(content.measures)
    rows = measures[measures["rank"] == rank].set_index("measure")["value"]
    names = [*rows.index, *(name for name in votes if name not in rows.index)]
    evidence = []
    for name in names:
        words = describe_measure(name)
        evidence.append((words.label, words.brief, words.write(rows.get(name)), name_preference(name, content.verdict)))
    return evidence


def name_preference(measure: str, verdict: Mapping[str, Any]) -> str:
    """Name the rank that a measure prefers, or the ranks that pass where the measure is a line to pass."""
    votes, reproducible = verdict.get("votes") or {}, verdict.get("reproducible")
    if measure == "reproducibility" and reproducible is not None:
        return f"passed by {format_ranks(reproducible)}" if reproducible else "passed by no rank"
    if measure not in votes:
        return "no vote"
    return "no rank" if is_undefined(votes[measure]) else f"rank {int(votes[measure])}"


def list_disagreements(content: ReportContent) -> list[str]:
    """List what measures prefer instead of the verdict, in the verdict's own words where it has some."""
    own = content.verdict.get("disagreements")
    return [describe_votes(content)] if own is None else [str(sentence) for sentence in own]


def describe_votes(content: ReportContent) -> str:
    """Say which measures prefer another rank, and what that means."""
    rank = content.verdict.get("rank")
    votes = {name: vote for name, vote in (content.verdict.get("votes") or {}).items() if not is_undefined(vote)}
    other = {name: vote for name, vote in votes.items() if vote != rank}
    if rank is None or not other:
        return ""
    parts = []
    for name, vote in other.items():
        reason = f": {DISAGREEMENT[name]}" if name in DISAGREEMENT else ""
        parts.append(f"{describe_measure(name).label} prefers rank {int(vote)}{reason}.")
    verb = "prefers" if len(other) == 1 else "prefer"
    count = f"{spell_number(len(other)).capitalize()} of {spell_number(len(votes))}"
    return f"{count} {'measure' if len(votes) == 1 else 'measures'} {verb} another rank. {' '.join(parts)}"


def describe_single_restart(content: ReportContent) -> str:
    """Say that agreement could not be examined, where there was one restart only."""
    if content.summary["restarts"] > 1:
        return ""
    return (
        "There was one restart a rank, so whether the solution repeats from other starts was not examined: "
        "consensus measures of one restart say nothing."
    )


def describe_scale(entry: RankContent) -> tuple[str, bool]:
    """List by name the samples whose call depends on how metagenes are scaled."""
    samples = entry.samples
    moved = samples[samples["scale_dependent"].fillna(False).astype(bool)]
    if entry.rank == 1:
        return "", False
    if moved.empty:
        return f"At rank {entry.rank}, no sample's call depends on how the metagenes are scaled.", False
    names = [
        f"{row.sample} ({name_in_words(row.cluster)}, otherwise {name_in_words(row.cluster_other_scale)})"
        for row in moved.head(NAMES_IN_A_SENTENCE).itertuples()
    ]
    rest = len(moved) - len(names)
    names += [f"{rest:,} more, marked in the table of samples"] if rest else []
    verb = "changes" if len(moved) == 1 else "change"
    return (
        f"At rank {entry.rank}, {len(moved):,} of {format_count(len(samples), 'sample')} {verb} group with the way "
        f"metagenes are scaled, which is a convention and not a property of the data: {format_list(names)}.",
        True,
    )


def describe_convergence(content: ReportContent) -> tuple[str, bool]:
    """Name the restarts that stopped before they had converged, rank by rank, and say what became of them."""
    objectives = content.objectives
    failed = objectives[~objectives["converged"].astype(bool)]
    total = format_count(len(objectives), "restart")
    if failed.empty:
        return f"All {total} converged." if len(objectives) > 1 else "The restart converged.", False
    counts = objectives.groupby("rank").size()
    parts = [
        f"{len(rows)} of {counts[rank]} at rank {rank} ({name_restarts(rows['restart'])})"
        for rank, rows in failed.groupby("rank")
    ]
    hopeless = [rank for rank, rows in failed.groupby("rank") if len(rows) == counts[rank]]
    best = f", but at {format_ranks(hopeless)} none did" if hopeless else ""
    return (
        f"{len(failed):,} of {total} stopped at the limit of iterations before they had converged: "
        f"{format_list(parts)}. They count in the consensus like the others; the best restart of a rank was taken from "
        f"those that had converged{best}. Raising factorize.max_iter may change these solutions.",
        True,
    )


def name_restarts(numbers: pd.Series) -> str:
    """Write the numbers of restarts, the first of them if they are many."""
    shown = [str(number) for number in numbers.head(NUMBERS_IN_A_SENTENCE)]
    rest = len(numbers) - len(shown)
    shown += [f"{rest:,} more"] if rest else []
    return f"{'restart' if len(numbers) == 1 else 'restarts'} {format_list(shown)}"


def describe_empty_metagenes(entry: RankContent) -> str:
    """Name the metagenes that the method left empty."""
    if not entry.empty:
        return ""
    numbers = format_list(name.removeprefix("metagene_") for name in entry.empty)
    subject = f"metagene {numbers} is" if len(entry.empty) == 1 else f"metagenes {numbers} are"
    left = entry.rank - len(entry.empty)
    return (
        f"At rank {entry.rank}, {subject} empty: the method switched off what the matrix does not need, and "
        f"{spell_number(left)} {'describes' if left == 1 else 'describe'} it."
    )


def describe_disagreeing_calls(entry: RankContent) -> str:
    """List the samples that the consensus tree puts elsewhere than their largest usage does."""
    samples = entry.samples
    differs = samples["cluster"].ne(samples["consensus_cluster"]) & samples["consensus_cluster"].fillna("").ne("")
    if not differs.any():
        return ""
    names = [str(name) for name in samples.loc[differs, "sample"].head(NAMES_IN_A_SENTENCE)]
    rest = int(differs.sum()) - len(names)
    names += [f"{rest:,} more, marked in the table of samples"] if rest else []
    verb = "belongs" if differs.sum() == 1 else "belong"
    return (
        f"At rank {entry.rank}, {format_count(int(differs.sum()), 'sample')} {verb} to one group by largest usage and "
        f"to another by the tree over all restarts: {format_list(names)}."
    )


def describe_limit(content: ReportContent) -> str:
    """Say what stability cannot show, where the verdict rests on nothing else."""
    if has_held_out(content.measures):
        return ""
    return (
        "The rule behind this verdict looks at whether a solution repeats from other starting points. That is not "
        "proof of structure: shuffled data can give repeatable solutions too, and no comparison with shuffled or "
        "held-out data was made in this run."
    )


def summarise_signatures(entry: RankContent, restarts: int) -> list[SignatureSummary]:
    """Give each signature in a line; an empty metagene has none."""
    return [_summarise_signature(name, entry, restarts) for name in entry.metagenes if name not in entry.empty]


def _summarise_signature(name: str, entry: RankContent, restarts: int) -> SignatureSummary:
    carriers = entry.samples[entry.samples["cluster"] == name]
    genes = entry.genes[entry.genes["metagene"] == name].sort_values("position")
    selected = genes["selected"].fillna(False).astype(bool)
    top = genes[selected] if selected.any() else genes
    top = top.head(TOP_GENES_IN_ANSWER)
    share = format_share(float(carriers["usage_share"].mean()) if len(carriers) else None)
    called = "no sample has it as its largest"
    if len(carriers):
        called = f"{format_count(len(carriers), 'sample')}; mean usage share {share}"
    count = format_count(int(selected.sum()), "gene")
    return SignatureSummary(
        name=name_in_words(name).capitalize(),
        samples=called,
        recurrence=describe_recurrence(entry.program(name), restarts),
        genes=f"{count}, first:" if selected.any() else "no gene passes the selection, highest scores:",
        top=tuple(zip(top["gene"].astype(str), _descriptions(top), strict=True)),
    )


def _descriptions(genes: pd.DataFrame) -> list[str]:
    return [str(text) if isinstance(text, str) else "" for text in genes["description"]]
