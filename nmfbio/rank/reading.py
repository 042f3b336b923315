"""What the table of measures says, before any rule."""

from dataclasses import dataclass

import pandas as pd

from nmfbio.rank.votes import known, read_votes, vote_interval

# Calibrated on simulations and on labelled data: docs/rank_calibration.md.
THRESHOLD = 0.8
# Another draw of samples may put ranks this near to the line on its other side.
NEAR = 0.05
GATE = ("speckled_cv", "count_splitting")
BOUND = ("speckled_cv", "gain", "parallel_analysis")
VOTERS = ("gain", "speckled_cv", "count_splitting", "parallel_analysis", "program_silhouette")
VOTERS_WITHOUT_COUNTS = ("gain", "speckled_cv", "parallel_analysis", "program_silhouette", "pac")


@dataclass(frozen=True)
class Vote:
    """What measures that judge by different means say together.

    Attributes
    ----------
    rank
        Median of their votes.
    interval
        Second smallest and second largest vote.
    agreement
        Share of them at the median.
    voters
        The measures.
    """

    rank: int
    interval: tuple[int, int]
    agreement: float
    voters: tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """What the measures say, before any rule.

    Attributes
    ----------
    ranks
        Ranks that can be chosen, those above 1.
    votes
        The rank each measure prefers by itself.
    gate
        Votes of which one at least has to be above 1 for there to be any structure; empty where nothing was held out.
    bound, bound_votes, bound_open
        Largest rank that held-out data support: the median of the votes, and whether it is the largest rank scanned.
    reproducible
        Ranks above the line; None where that was not measured.
    distance
        Reproducibility of every rank minus the line, by rank as text.
    vote
        What five measures say together; None without them.
    cophenetic
        The cophenetic correlation by rank, where it is defined.
    """

    ranks: list[int]
    votes: dict[str, int]
    gate: dict[str, int]
    bound: int | None
    bound_votes: dict[str, int]
    bound_open: bool
    reproducible: list[int] | None
    distance: dict[str, float]
    vote: Vote | None
    cophenetic: pd.Series

    @property
    def has_structure(self) -> bool:
        """Whether held-out data are predicted better by more than one metagene; True where nothing was held out."""
        return not self.gate or any(vote > 1 for vote in self.gate.values())

    @property
    def supported(self) -> list[int]:
        """Reproducible ranks within the bound."""
        return [rank for rank in self.reproducible or [] if self.bound is not None and rank <= self.bound]


def read_measures(measures: pd.DataFrame) -> Reading:
    """Read the table of ``collect_measures``."""
    values = measures.pivot(index="rank", columns="measure", values="value").sort_index()
    votes = read_votes(measures, THRESHOLD)
    bound_votes = {name: votes[name] for name in BOUND if name in votes}
    bound = sorted(bound_votes.values())[(len(bound_votes) - 1) // 2] if bound_votes else None
    curve = known(values, "reproducibility")
    return Reading(
        ranks=[int(rank) for rank in values.index if rank > 1],
        votes=votes,
        gate={name: votes[name] for name in GATE if name in votes},
        bound=bound,
        bound_votes=bound_votes,
        bound_open=bound is not None and bound == int(values.index.max()),
        reproducible=[int(rank) for rank in curve.index[curve > THRESHOLD]] if len(curve) else None,
        distance={str(rank): round(float(value) - THRESHOLD, 6) for rank, value in curve.items()},
        vote=take_vote(votes),
        cophenetic=known(values, "cophenetic"),
    )


def take_vote(votes: dict[str, int]) -> Vote | None:
    """Median of five measures; PAC stands in where there are no counts to split."""
    voters = VOTERS if "count_splitting" in votes else VOTERS_WITHOUT_COUNTS
    cast = [votes[name] for name in voters if name in votes]
    if "speckled_cv" not in votes:
        return None
    return Vote(*vote_interval(cast), tuple(name for name in voters if name in votes))
