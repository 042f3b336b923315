"""The verdict on the rank, with its reasons and what speaks against it."""

import math
from dataclasses import asdict, dataclass

import pandas as pd

from nmfbio.rank.reading import THRESHOLD, Reading, Vote, read_measures
from nmfbio.rank.reasons import explain, explain_agreement, explain_disagreements

RULES = (
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
)
# Right verdicts among simulated data sets of known rank, by how many of the five voters named the rank at least
# (docs/rank_calibration.md). With none there was no such set.
CALIBRATION = {3: (31, 31), 1: (3, 5)}
SHARED = ("reproducible", "bound", "bound_open", "bound_votes", "gate", "distance", "votes", "vote")


@dataclass(frozen=True)
class Verdict:
    """How many metagenes the evidence supports.

    Attributes
    ----------
    status
        ``"supported"``: the rule gives a rank, and nothing that the rule looks at speaks against it; ``"weak"``: a rank
        can be named, but the evidence for it is thin; ``"none"``: no supported structure.
    rank
        The rank; None where there is no structure, unless the user has set one.
    rule
        The rule that chose, or ``"selected"``.
    reproducible
        Ranks all of whose metagenes come back when a fit sees 80 % of the samples; None where that was not measured.
    bound
        Largest rank that held-out data support, the median of ``bound_votes``; None where that was not measured.
    bound_open
        Whether the bound is the largest rank scanned, so that it may lie beyond.
    bound_votes, gate
        Votes that make the bound, and those of which one at least has to be above 1 for there to be any structure.
    threshold
        Reproducibility that a reproducible rank exceeds.
    distance
        Reproducibility minus threshold of every rank, by rank as text.
    votes
        The rank each measure prefers by itself.
    vote
        What five measures say together.
    agreement, agreement_means
        Share of simulated data sets with evidence like this for which the verdict was right, (right + 1) / (all + 2)
        since few are no certainty, and what it rests on in words.
    runner_up
        The rank that would be named next.
    cophenetic_reading
        Rank before the first fall of the cophenetic correlation (Brunet et al. 2004).
    why
        The reasons in words.
    disagreements
        One sentence for each measure that prefers another rank: which, and what that would mean.
    """

    status: str
    rank: int | None
    rule: str
    reproducible: list[int] | None
    bound: int | None
    bound_open: bool
    bound_votes: dict[str, int]
    gate: dict[str, int]
    threshold: float
    distance: dict[str, float]
    votes: dict[str, int]
    vote: Vote | None
    agreement: float | None
    agreement_means: str
    runner_up: int | None
    cophenetic_reading: int | None
    why: str
    disagreements: list[str]

    def to_dict(self) -> dict:
        """Plain values for JSON."""
        return asdict(self)


def choose_rank(measures: pd.DataFrame, rule: str = "finest_reproducible", selected: int | None = None) -> Verdict:
    """Give the verdict on the rank.

    Parameters
    ----------
    measures
        Table of ``collect_measures``.
    rule
        ``"finest_reproducible"``: the largest rank all of whose metagenes come back when a fit sees 80 % of the
        samples, among those that held-out data support; ``"vote"``: the median of five measures; ``"cophenetic"``: the
        first rank after which the cophenetic correlation begins to fall (Brunet et al. 2004); or a measure, whose
        preferred rank is taken. Without held-out data the first two fall back on ``"cophenetic"``, and so does a
        measure that is not known.
    selected
        A rank the user has set; the evidence is still read and reported.

    Returns
    -------
    Verdict

    Raises
    ------
    ValueError
        The rule has another name, or the selected rank was not measured.

    Examples
    --------
    >>> curve = {2: 1.0, 3: 1.0, 4: 0.95}
    >>> measures = pd.DataFrame([(k, "cophenetic", v) for k, v in curve.items()], columns=["rank", "measure", "value"])
    >>> choose_rank(measures, "cophenetic").rank
    3
    """
    if rule not in RULES:
        raise ValueError(f"rule is {rule!r}; expected one of {', '.join(RULES)}")
    ranks = sorted(set(measures["rank"]))
    if selected is not None and selected not in ranks:
        raise ValueError(f"selected rank is {selected}; measured were {', '.join(map(str, ranks))}")
    reading = read_measures(measures)
    applied = rule if can_apply(rule, reading) else "cophenetic"
    status, rank = apply_rule(applied, reading)
    if selected is not None:
        status = status if status == "none" or selected == rank else "weak"
        rank, applied = selected, "selected"
    named, counted = calibrate(rank, applied, reading)
    return Verdict(
        status=status,
        rank=rank,
        rule=applied,
        **{name: getattr(reading, name) for name in SHARED},
        threshold=THRESHOLD,
        # The mean of what the counts leave possible (Laplace): 31 of 31 is not certainty.
        agreement=None if counted is None else round((counted[0] + 1) / (counted[1] + 2), 2),
        agreement_means=explain_agreement(named, counted),
        runner_up=find_runner_up(rank, reading),
        cophenetic_reading=reading.votes.get("cophenetic"),
        why=" ".join(explain(status, rank, applied, reading, asked=rule)),
        disagreements=explain_disagreements(rank, reading),
    )


def can_apply(rule: str, reading: Reading) -> bool:
    """Whether what a rule looks at was measured."""
    if rule == "finest_reproducible":
        return bool(reading.gate)
    return reading.vote is not None if rule == "vote" else rule in reading.votes


def apply_rule(rule: str, reading: Reading) -> tuple[str, int | None]:
    """Status and rank by a rule; none of them names a rank where held-out data see no structure."""
    if not reading.has_structure:
        return "none", None
    if rule == "finest_reproducible":
        return take_finest(reading)
    vote = reading.vote.rank if rule == "vote" else reading.votes.get(rule)
    if vote is None:
        ranks = list(reading.cophenetic.index) or (reading.ranks if len(reading.ranks) == 1 else [None])
        return "weak", ranks[-1]
    if vote == 1:
        return "none", None
    return ("supported" if is_borne_out(vote, rule, reading) else "weak"), vote


def take_finest(reading: Reading) -> tuple[str, int | None]:
    """The finest reproducible rank within the bound; else, weakly, the most reproducible one within it."""
    if reading.supported:
        return "supported", reading.supported[-1]
    within = [rank for rank in reading.ranks if rank <= (reading.bound or 0)] or reading.ranks[:1]
    if not within:
        return "weak", None
    return "weak", max(within, key=lambda rank: reading.distance.get(str(rank), -math.inf))


def is_borne_out(rank: int, rule: str, reading: Reading) -> bool:
    """Whether what was not asked agrees: reproducibility, or without it at least half of the other measures."""
    if reading.reproducible is not None:
        return rank in reading.supported
    others = [vote == rank for name, vote in reading.votes.items() if name != rule]
    return sum(others) * 2 >= len(others)


def calibrate(rank: int | None, rule: str, reading: Reading) -> tuple[int | None, tuple[int, int] | None]:
    """How many of the five voters name the rank, and how many of how many verdicts were right in simulations then."""
    if rank is None or reading.vote is None or rule != "finest_reproducible" or not reading.supported:
        return None, None
    named = sum(reading.votes[name] == rank for name in reading.vote.voters)
    return named, next((counted for least, counted in CALIBRATION.items() if named >= least), None)


def find_runner_up(rank: int | None, reading: Reading) -> int | None:
    """The next coarser reproducible rank; else what the five measures say, if it is another."""
    coarser = [each for each in reading.supported if rank is not None and each < rank]
    if coarser:
        return coarser[-1]
    other = reading.vote.rank if reading.vote is not None else reading.votes.get("cophenetic")
    return other if other != rank and other != 1 else None
