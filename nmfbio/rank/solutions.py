"""The three solutions that restarts can be combined into, side by side, as one long table."""

from collections.abc import Iterable

import pandas as pd

from nmfbio.consensus import Consensus

OBJECTIVES = {
    "aligned_median": "aligned_median_objective",
    "clustered": "clustered_objective",
    "best": "best_objective",
}


def collect_solutions(consensuses: Iterable[Consensus], of_record: str = "aligned_median") -> pd.DataFrame:
    """What each solution costs in the objective.

    Parameters
    ----------
    consensuses
        One a rank.
    of_record
        The solution that is reported: ``"aligned_median"``, ``"clustered"`` or ``"best"``.

    Returns
    -------
    pandas.DataFrame
        Columns rank, solution, objective, of_record, by rank. NaN where the clustered solution was refused.

    Raises
    ------
    ValueError
        The solution of record has another name.

    Examples
    --------
    >>> collect_solutions([Consensus.load("consensus/k3.npz")])["solution"].tolist()  # doctest: +SKIP
    ['aligned_median', 'clustered', 'best']
    """
    if of_record not in OBJECTIVES:
        raise ValueError(f"of_record is {of_record!r}; expected one of {', '.join(OBJECTIVES)}")
    rows = [
        (each.rank, solution, getattr(each, field), solution == of_record)
        for each in sorted(consensuses, key=lambda each: each.rank)
        for solution, field in OBJECTIVES.items()
    ]
    return pd.DataFrame(rows, columns=["rank", "solution", "objective", "of_record"])
