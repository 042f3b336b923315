"""The verdict on the rank, with its reasons and what speaks against it."""

from dataclasses import asdict, dataclass

import pandas as pd

# Ties between starts move these measures by about this much at 50 restarts; smaller differences say nothing.
TIE = 1e-4
BEST_IS_LARGE = {"dispersion": True, "pac": False, "silhouette": True}
NAMES = {"cophenetic": "the fall of the cophenetic correlation", "dispersion": "dispersion"}
NAMES |= {"pac": "the share of ambiguous pairs (PAC)", "silhouette": "the consensus silhouette"}
CAVEAT = (
    "All these measures say how well restarts repeat, not whether there is structure at all: they can be high on "
    "permuted data too. No held-out data were consulted."
)


@dataclass(frozen=True)
class Verdict:
    """How many metagenes the evidence supports.

    Attributes
    ----------
    status
        ``"supported"``: the rule gives a rank inside the scanned range and at least half of the other measures agree;
        ``"weak"``: it does not, or they do not; ``"none"``: no structure found.
    rank
        The rank, or None where there is no evidence for any.
    reproducible
        Ranks whose metagenes all reappear in other samples; None where that was not measured.
    bound
        Largest rank that held-out data support; None where that was not measured.
    votes
        The rank each measure prefers.
    agreement
        Share of votes for ``rank``; None without votes.
    why
        The reasons in words.
    rule
        The rule that chose.
    """

    status: str
    rank: int | None
    reproducible: list[int] | None
    bound: int | None
    votes: dict[str, int]
    agreement: float | None
    why: str
    rule: str

    def to_dict(self) -> dict:
        """Plain values for JSON."""
        return asdict(self)


def choose_rank(measures: pd.DataFrame, rule: str = "cophenetic", selected: int | None = None) -> Verdict:
    """Give the verdict on the rank.

    Parameters
    ----------
    measures
        Table of ``collect_measures``.
    rule
        ``"cophenetic"``: the first rank after which the cophenetic correlation begins to fall (Brunet et al. 2004).
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
    >>> choose_rank(measures).rank
    3
    """
    if rule != "cophenetic":
        raise ValueError(f"rule is {rule!r}; expected cophenetic")
    curves = measures.pivot(index="rank", columns="measure", values="value")
    if selected is not None and selected not in curves.index:
        raise ValueError(f"selected rank is {selected}; measured were {', '.join(map(str, curves.index))}")
    cophenetic = curves["cophenetic"].dropna()
    fall = first_fall(cophenetic)
    votes = {"cophenetic": fall} if fall is not None else {}
    votes |= {name: vote for name in BEST_IS_LARGE if (vote := best_rank(curves, name)) is not None}
    rank = selected if selected is not None else fall
    if rank is None and (len(cophenetic) or len(curves) == 1):
        rank = int(curves.index[-1])
    others = [vote == rank for name, vote in votes.items() if name != "cophenetic"]
    supported = fall is not None and rank == fall and sum(others) * 2 >= len(others)
    return Verdict(
        status="supported" if supported else "weak",
        rank=rank,
        reproducible=None,
        bound=None,
        votes=votes,
        agreement=sum(vote == rank for vote in votes.values()) / len(votes) if votes else None,
        why=" ".join(explain(cophenetic, fall, rank, votes, selected)),
        rule="selected" if selected is not None else rule,
    )


def first_fall(curve: pd.Series) -> int | None:
    """First rank after which a curve falls by more than a tie; None if it never does."""
    for rank, value, following in zip(curve.index, curve, curve.iloc[1:], strict=False):
        if following < value - TIE:
            return int(rank)
    return None


def best_rank(curves: pd.DataFrame, measure: str) -> int | None:
    """Rank where a measure is best, the largest of ties; None where it is not defined at two ranks or more."""
    curve = curves[measure].dropna() if measure in curves else pd.Series(dtype=float)
    if len(curve) < 2:
        return None
    losses = -curve if BEST_IS_LARGE[measure] else curve
    return int(losses.index[losses <= losses.min() + TIE].max())


def explain(cophenetic: pd.Series, fall: int | None, rank: int | None, votes: dict, selected: int | None) -> list[str]:
    """The reasons, one sentence after the other."""
    sentences = []
    if selected is not None:
        sentences.append(f"Rank {selected} was set in the configuration (rank.selected).")
    sentences.append(explain_curve(cophenetic, fall))
    sentences.extend(explain_equals(cophenetic, rank))
    others = {name: vote for name, vote in votes.items() if name != "cophenetic"}
    agreeing = [NAMES[name] for name, vote in others.items() if vote == rank]
    differing = [f"{NAMES[name]} is best at {vote}" for name, vote in others.items() if vote != rank]
    if agreeing:
        sentences.append(f"Best at {rank} as well: {', '.join(agreeing)}.")
    if differing:
        sentences.append(f"Against it: {', '.join(differing)}.")
    return [*sentences, CAVEAT]


def explain_equals(cophenetic: pd.Series, rank: int | None) -> list[str]:
    """Name the ranks whose restarts agree as well as those at the chosen one, the coarser ones first."""
    if rank not in cophenetic.index:
        return []
    equal = [each for each, value in cophenetic.items() if each != rank and abs(value - cophenetic[rank]) <= TIE]
    readings = {
        "coarser": [str(each) for each in equal if each < rank],
        "finer": [str(each) for each in equal if each > rank],
    }
    return [
        f"{say_repeat(ranks)} just as well: a {reading} rank that repeats is a {reading} reading of the same data, "
        "not a wrong one."
        for reading, ranks in readings.items()
        if ranks
    ]


def say_repeat(ranks: list[str]) -> str:
    """Ranks as the subject of a sentence: "Rank 2 repeats", "Ranks 2, 3 and 4 repeat"."""
    if len(ranks) == 1:
        return f"Rank {ranks[0]} repeats"
    return f"Ranks {', '.join(ranks[:-1])} and {ranks[-1]} repeat"


def explain_curve(cophenetic: pd.Series, fall: int | None) -> str:
    """Brunet's reading of the cophenetic curve in words."""
    if len(cophenetic) == 0:
        return (
            "The cophenetic correlation is not defined for a single restart or rank 1, so nothing here tells ranks "
            "apart; set factorize.restarts to 20 or more."
        )
    ranks = list(cophenetic.index)
    if len(ranks) == 1:
        return (
            f"Only rank {ranks[0]} could be measured (cophenetic correlation {cophenetic.iloc[0]:.4f}); "
            "nothing to compare."
        )
    if fall is None:
        return (
            f"The cophenetic correlation does not fall between ranks {ranks[0]} and {ranks[-1]}, so Brunet's reading "
            f"points to {ranks[-1]} or beyond; widen factorize.ranks."
        )
    following = ranks[ranks.index(fall) + 1]
    return (
        f"The cophenetic correlation first falls between ranks {fall} and {following}, from {cophenetic[fall]:.4f} to "
        f"{cophenetic[following]:.4f}, which by Brunet et al. (2004) points to {fall} metagenes."
    )
