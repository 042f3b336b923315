"""Who says what: the number of metagenes that each measure prefers, one line a measure."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from nmfbio.plots.rank_measures import GROUPS, describe_measure
from nmfbio.plots.rank_panels import VALUE, label_ranks, mark_rank, rank_limits, shade_beyond_bound
from nmfbio.plots.sheet import MARGIN, Sheet
from nmfbio.plots.style import ACCENT, LABEL, SMALL, shorten, text_width

ROW = 4.2  # mm
_LABELS = 58.0  # mm
_DOT = 3.5  # mm
_BELOW = 8.0  # mm for the numbers and their name


@dataclass(frozen=True)
class Voter:
    """One line: what is asked, the preferred rank, or all ranks that pass.

    Parameters
    ----------
    label
        What the preferred rank stands for.
    rank
        It; None where a measure prefers none.
    interval
        Its interval.
    passing, failing
        Ranks of a yes-or-no question.
    is_final
        Whether it is the verdict itself.
    """

    label: str
    rank: int | None = None
    interval: tuple[int, int] | None = None
    passing: tuple[int, ...] = ()
    failing: tuple[int, ...] = ()
    is_final: bool = False


def list_voters(measures: pd.DataFrame, verdict: dict) -> list[Voter]:
    """List who says what: held-out data first, then other samples, restarts, the vote, and the verdict.

    Parameters
    ----------
    measures
        Columns rank, measure, value.
    verdict
        As ``verdict.json`` holds it; what is missing is left out.
    """
    votes = {name: vote for name, vote in (verdict.get("votes") or {}).items() if vote is not None}
    if verdict.get("cophenetic_reading") is not None:
        votes["cophenetic"] = verdict["cophenetic_reading"]
    if verdict.get("reproducible") is not None:
        votes.pop("reproducibility", None)  # all ranks that pass stand on one line of their own
    known = [name for names in GROUPS.values() for name in names]
    ordered = [name for name in known if name in votes] + [name for name in votes if name not in known]
    voters = [Voter(describe_measure(name).vote, votes[name]) for name in ordered]
    held_out = sum(name in next(iter(GROUPS.values())) for name in ordered)
    if verdict.get("reproducible") is not None:
        voters.insert(held_out, _list_reproducible(measures, verdict["reproducible"]))
    vote = verdict.get("vote") or {}
    if vote.get("rank") is not None:
        count = len(vote.get("voters") or [])
        label = f"Vote: the middle of {count} of these" if count else "Vote: the middle of several of these"
        interval = tuple(vote["interval"]) if vote.get("interval") else None
        voters.append(Voter(label, vote["rank"], interval))
    if voters and verdict.get("rank") is not None:
        voters.append(Voter("The verdict", verdict["rank"], is_final=True))
    return voters


def votes_height(voters: list[Voter]) -> float:
    """Return the height in mm that ``draw_votes`` takes."""
    return len(voters) * ROW + _BELOW


def draw_votes(sheet: Sheet, top: float, voters: list[Voter], ranks: np.ndarray, verdict: dict) -> None:
    """Draw one line a voter from ``top`` mm downwards, across the sheet."""
    width = sheet.width - 2 * MARGIN - _LABELS
    axes = sheet.axes(MARGIN + _LABELS, top, width, len(voters) * ROW, ylim=(len(voters) - 0.5, -0.5))
    axes.set_xlim(*rank_limits(ranks))
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.hlines(np.arange(len(voters)), *axes.get_xlim(), color="#e0e0e0", linewidth=0.5, zorder=0)
    shade_beyond_bound(axes, ranks, verdict)
    mark_rank(axes, verdict)
    for place, voter in enumerate(voters):
        weight = "bold" if voter.is_final else "normal"
        y = top + (place + 0.5) * ROW
        text = voter.label if weight == "bold" else shorten(voter.label, _LABELS - 3, LABEL)
        sheet.text(MARGIN + _LABELS - 2, y, text, ha="right", va="center_baseline", weight=weight)
        _draw_voter(axes, place, voter)
    label_ranks(axes, ranks, verdict.get("rank"), width)
    axes.set_xlabel("Number of metagenes", fontsize=SMALL, labelpad=1.5)


def _draw_voter(axes: Axes, place: int, voter: Voter) -> None:
    small = {"ms": 4.5, "mec": VALUE, "mew": 1.0, "clip_on": False}
    axes.plot(voter.passing, [place] * len(voter.passing), "o", mfc=VALUE, gid="passing", **small)
    axes.plot(voter.failing, [place] * len(voter.failing), "o", mfc="white", gid="failing", **small)
    if voter.interval:
        axes.plot(voter.interval, [place, place], color=VALUE, lw=3, alpha=0.35, solid_capstyle="round", gid="interval")
    if voter.rank is None:
        return
    colour = ACCENT if voter.is_final else VALUE
    size = max(_DOT, text_width(str(voter.rank), SMALL, "bold") + 1.0) * 72 / 25.4
    axes.plot([voter.rank], [place], "o", ms=size, mfc=colour, mec="white", mew=0.8, clip_on=False, gid="preferred")
    axes.text(
        voter.rank, place, str(voter.rank), fontsize=SMALL, color="white", weight="bold", ha="center",
        va="center_baseline", clip_on=False,
    )  # fmt: skip


def _list_reproducible(measures: pd.DataFrame, reproducible: list[int]) -> Voter:
    tried = measures[(measures["measure"] == "reproducibility") & measures["value"].notna()]["rank"]
    failing = tuple(int(rank) for rank in tried if rank not in reproducible)
    return Voter(describe_measure("reproducibility").vote, passing=tuple(reproducible), failing=failing)
