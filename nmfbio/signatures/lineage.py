"""How the metagenes of one rank split into and merge to those of the next.

Any two metagenes of a matrix share the genes that are high everywhere, so the cosines of their weights are near 1 even
for unlike ones. Metagenes are therefore compared by how they differ from the others of their rank (``to_contrasts``).
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from nmfbio.consensus import Consensus, match_metagenes
from nmfbio.consensus.alignment import to_contrasts, unit_rows

COLUMNS = [
    "rank",
    "metagene",
    "next_rank",
    "next_metagene",
    "cosine",
    "matched",
    "parent",
    "samples",
    "share",
    "stability",
    "next_stability",
]
# A metagene that gives another this share of its samples is one of its parents, however unlike their genes are.
PARENT_SHARE = 1 / 3


def trace_lineage(consensuses: Sequence[Consensus]) -> pd.DataFrame:
    """Compare every metagene with every metagene of the next larger rank.

    Parameters
    ----------
    consensuses
        One a rank, in any order; ranks need not follow one another.

    Returns
    -------
    pandas.DataFrame
        One row a pair, by rank, metagene, next metagene; no row for a single rank.

        ``rank``, ``metagene``, ``next_rank``, ``next_metagene``
            The two.
        ``cosine``
            Of their contrasts, −1 to 1; of their weights where one rank is 1, which has no contrasts. 0 where one is
            empty.
        ``matched``
            Whether they are partners in the one-to-one match of largest sum of cosines (Hungarian algorithm). Partners
            that are not alike (cosine not above 0) are no match.
        ``parent``
            Whether the first is a parent of the second: the one most alike, and any that gives it at least a third of
            its samples.
        ``samples``
            Number of samples called for the first at its rank and for the second at the next.
        ``share``
            The same as share of the samples called for the second; empty where it has none.
        ``stability``, ``next_stability``
            Silhouette of each over the restarts of its rank (``programs.tsv``).

    Examples
    --------
    >>> lineage = trace_lineage(consensuses)  # doctest: +SKIP
    >>> lineage[lineage["next_rank"].eq(3) & lineage["parent"]]  # doctest: +SKIP
    """
    by_rank = sorted(consensuses, key=lambda consensus: consensus.rank)
    steps = [compare_ranks(lower, higher) for lower, higher in pairwise(by_rank)]
    return pd.concat(steps, ignore_index=True) if steps else pd.DataFrame(columns=COLUMNS)


def compare_ranks(lower: Consensus, higher: Consensus) -> pd.DataFrame:
    """Rows of ``trace_lineage`` for two ranks of the same samples."""
    first_rows, second_rows = comparable(lower.metagenes, higher.metagenes)
    cosines = np.clip(first_rows @ second_rows.T, -1, 1)
    matched = np.zeros(cosines.shape, dtype=bool)
    matched[np.arange(lower.rank), match_metagenes(second_rows, first_rows)] = True
    shared = np.zeros(cosines.shape, dtype=np.int64)
    np.add.at(shared, (lower.calls, higher.calls), 1)
    sizes = shared.sum(axis=0)
    shares = np.where(sizes > 0, shared / np.maximum(sizes, 1), np.nan)
    most_alike = (cosines == cosines.max(axis=0)) & (cosines > 0)
    first, second = (indices.ravel() for indices in np.indices(cosines.shape))
    return pd.DataFrame(
        {
            "rank": lower.rank,
            "metagene": [f"metagene_{number}" for number in first + 1],
            "next_rank": higher.rank,
            "next_metagene": [f"metagene_{number}" for number in second + 1],
            "cosine": cosines.ravel(),
            "matched": (matched & (cosines > 0)).ravel(),
            "parent": (most_alike | (shares >= PARENT_SHARE)).ravel(),
            "samples": shared.ravel(),
            "share": shares.ravel(),
            "stability": lower.program_silhouette[first],
            "next_stability": higher.program_silhouette[second],
        },
        columns=COLUMNS,
    )


def comparable(metagenes: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Metagenes of two ranks at length 1: their contrasts, or their weights where one rank is 1 and has no contrasts.

    Examples
    --------
    >>> first, second = comparable(np.eye(2), np.eye(2))
    >>> (first @ second.T).round(6)
    array([[ 1., -1.],
           [-1.,  1.]])
    """
    if min(len(metagenes), len(others)) == 1:
        return unit_rows(metagenes), unit_rows(others)
    return unit_rows(to_contrasts(metagenes[None])[0]), unit_rows(to_contrasts(others[None])[0])
