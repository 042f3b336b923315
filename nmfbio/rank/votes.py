"""The rank that each measure would choose by itself, read off the table of measures."""

import numpy as np
import pandas as pd

# Ties between starts move the measures of restarts by about this much at 50 restarts; smaller differences say nothing.
TIE = 1e-4
LARGEST = ("dispersion", "silhouette", "inflection")
SMALLEST = ("pac", "speckled_cv", "count_splitting")
# NMFk's line for the least certain program (Alexandrov et al. 2013).
PROGRAM_LINE = 0.75


def read_votes(measures: pd.DataFrame, threshold: float) -> dict[str, int]:
    """The rank that each measure prefers.

    Parameters
    ----------
    measures
        Table of ``collect_measures``.
    threshold
        Line above which a rank is reproducible.

    Returns
    -------
    dict of str to int
        Measures that say nothing are left out.

    Examples
    --------
    >>> table = pd.DataFrame({"rank": [2, 3, 4], "measure": "pac", "value": [0.1, 0.0, 0.2]})
    >>> read_votes(table, 0.8)
    {'pac': 3}
    """
    values = measures.pivot(index="rank", columns="measure", values="value").sort_index()
    votes = {
        "reproducibility": last_above(values, "reproducibility", threshold),
        **{name: best_rank(values, name) for name in SMALLEST},
        "gain": gain_vote(measures),
        "parallel_analysis": chance_vote(values),
        "program_silhouette": last_above(values, "program_silhouette", PROGRAM_LINE),
        "cophenetic": first_fall(known(values, "cophenetic")),
        **{name: best_rank(values, name) for name in LARGEST},
    }
    return {name: vote for name, vote in votes.items() if vote is not None}


def known(values: pd.DataFrame, measure: str) -> pd.Series:
    """A measure where it is defined."""
    return values[measure].dropna() if measure in values else pd.Series(dtype=float)


def best_rank(values: pd.DataFrame, measure: str) -> int | None:
    """Rank where a measure is best, the largest of ties; None where it is not defined at two ranks or more."""
    curve = known(values, measure)
    if len(curve) < 2:
        return None
    losses = -curve if measure in LARGEST else curve
    # Held-out errors differ by little and are paired over ranks: no ties there.
    tie = 0.0 if measure in ("speckled_cv", "count_splitting", "inflection") else TIE
    return int(losses.index[losses <= losses.min() + tie].max())


def first_fall(curve: pd.Series) -> int | None:
    """First rank after which a curve falls by more than a tie (Brunet et al. 2004); None if it never does."""
    for rank, value, following in zip(curve.index, curve, curve.iloc[1:], strict=False):
        if following < value - TIE:
            return int(rank)
    return None


def last_above(values: pd.DataFrame, measure: str, line: float) -> int | None:
    """Largest rank where a measure is above a line; 1 if there is none, None where it is not defined anywhere."""
    curve = known(values, measure)
    if not len(curve):
        return None
    above = curve.index[curve > line]
    return int(above.max()) if len(above) else 1


def gain_vote(measures: pd.DataFrame) -> int | None:
    """First rank from which the next one gains no more than on permuted data (Frigyesi & Höglund 2008)."""
    gains = measures[measures["measure"] == "gain"]
    if not len(gains):
        return None
    gains = gains.dropna(subset=["value", "null_high"]).sort_values("rank")
    if not len(gains):
        return None
    within = gains["rank"][gains["value"] <= gains["null_high"]]
    return int(within.iloc[0]) if len(within) else int(measures["rank"].max())


def chance_vote(values: pd.DataFrame) -> int | None:
    """Largest rank up to which every singular value exceeds chance; 1 if the first does not."""
    curve = known(values, "parallel_analysis")
    if not len(curve):
        return None
    exceeding = np.cumprod(curve.to_numpy() > 1).astype(bool)
    return int(curve.index[exceeding].max()) if exceeding.any() else 1


def vote_interval(votes: list[int]) -> tuple[int, tuple[int, int], float]:
    """Median of votes, their second smallest and second largest, and the share of them at the median.

    Examples
    --------
    >>> vote_interval([3, 3, 4, 3, 9])
    (3, (3, 4), 0.6)
    """
    ordered = sorted(votes)
    middle = ordered[(len(ordered) - 1) // 2]
    spared = 1 if len(ordered) >= 4 else 0
    interval = ordered[spared], ordered[len(ordered) - 1 - spared]
    return middle, interval, sum(vote == middle for vote in votes) / len(votes)
