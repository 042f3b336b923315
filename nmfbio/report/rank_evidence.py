"""The verdict on the rank in plain sentences: how far structure goes, what reappears, what others would say."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from nmfbio.report.format import (
    format_list,
    format_ranks,
    format_share,
    is_undefined,
    spell_number,
)
from nmfbio.report.words import EVIDENCE, describe_measure


def list_readings(verdict: Mapping[str, Any]) -> list[str]:
    """List what the evidence says beside the verdict's own reasons, one sentence or two each.

    Where there is structure, the reasons tell of the bound and of reproducible ranks themselves.
    """
    readings = [describe_vote(verdict), describe_brunet(verdict)]
    if verdict.get("status") == "none" or not verdict.get("why"):
        readings = [describe_bound(verdict), describe_reproducible(verdict), *readings]
    return [reading for reading in readings if reading]


def describe_bound(verdict: Mapping[str, Any]) -> str:
    """Say up to where structure is detectable, and who says so."""
    bound = verdict.get("bound")
    if is_undefined(bound):
        return ""
    votes = _known(verdict.get("bound_votes"))
    sources = format_list(f"{describe_measure(name).label.lower()} {int(vote)}" for name, vote in votes.items())
    middle = f", the middle of what measures on held-out and shuffled data support ({sources})" if sources else ""
    beyond = ". That is the largest rank tried, so it may go on beyond" if verdict.get("bound_open") else ""
    if int(bound) <= 1:
        return f"No structure is detectable beyond rank 1{middle}."
    return f"Structure is detectable up to rank {int(bound)}{middle}{beyond}."


def describe_reproducible(verdict: Mapping[str, Any]) -> str:
    """Name the other ranks whose metagenes reappear in other samples."""
    reproducible, rank = verdict.get("reproducible"), verdict.get("rank")
    if reproducible is None:
        return ""
    if not reproducible:
        return "At no rank do all metagenes reappear in other samples."
    others = [other for other in reproducible if other != rank]
    if not others:
        return f"{format_ranks(reproducible).capitalize()} alone is reproducible."
    if is_undefined(rank):
        return f"Reproducible in other samples: {format_ranks(others)}."
    kinds = [kind for kind, is_there in (("coarser", min(others) < rank), ("finer", max(others) > rank)) if is_there]
    kind = format_list(kinds, last="or")
    reading = f"a {kind} reading" if len(others) == 1 else f"{kind} readings"
    not_wrong = "not a wrong one" if len(others) == 1 else "not wrong ones"
    return f"Reproducible as well: {format_ranks(others)}, {reading} of the same data and {not_wrong}."


def describe_vote(verdict: Mapping[str, Any]) -> str:
    """Say what the vote of several measures gives, with its interval and the share of measures at it."""
    vote = verdict.get("vote") or {}
    if is_undefined(vote.get("rank")):
        return ""
    voters = [describe_measure(name).label for name in vote.get("voters") or []]
    count = f"the vote of {spell_number(len(voters))} measures" if voters else "the vote of several measures"
    interval = vote.get("interval") or []
    spread = f", interval {interval[0]} to {interval[1]}" if len(interval) == 2 and interval[0] != interval[1] else ""
    sentences = [f"{count.capitalize()} gives rank {int(vote['rank'])}{spread}."]
    if not is_undefined(vote.get("agreement")):
        sentences.append(f"{format_share(vote['agreement'])} of them agree on it.")
    return " ".join(sentences)


def describe_brunet(verdict: Mapping[str, Any]) -> str:
    """Say what Brunet's reading of the cophenetic curve would have been."""
    reading = verdict.get("cophenetic_reading")
    if is_undefined(reading):
        return ""
    return f"Brunet's reading of the cophenetic correlation, the last rank before it falls, would be {int(reading)}."


def describe_agreement(verdict: Mapping[str, Any]) -> str:
    """Say how sure a verdict like this one is, or how many measures share it where that is all that is known."""
    agreement, meaning = verdict.get("agreement"), verdict.get("agreement_means") or ""
    if is_undefined(agreement):
        return meaning
    if meaning:
        return f"Stated agreement: {format_share(agreement)}. {meaning}"
    if is_undefined(verdict.get("rank")):
        return ""
    return f"{format_share(agreement)} of the measures that prefer a rank prefer the verdict's."


def has_held_out(measures: pd.DataFrame) -> bool:
    """Say whether held-out or shuffled data were consulted."""
    is_evidence = measures["measure"].isin(EVIDENCE) & measures["value"].notna()
    return bool(is_evidence.any() or measures[["null_low", "null_high"]].notna().any(axis=None))


def drop_unmeasured(measures: pd.DataFrame) -> pd.DataFrame:
    """Leave out measures of the evidence that have no value at any rank, as those of counts where there are none."""
    is_known = measures["value"].notna().groupby(measures["measure"]).transform("any")
    return measures[is_known | ~measures["measure"].isin(EVIDENCE)]


def _known(values: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (values or {}).items() if not is_undefined(value)}
