"""Measures of every rank as one long table."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from nmfbio.consensus import Consensus

MEASURES = {
    "cophenetic": "cophenetic",
    "dispersion": "dispersion",
    "pac": "pac",
    "silhouette": "mean_silhouette",
    "explained_variance": "explained_variance",
    "objective": "best_objective",
}
COLUMNS = ["rank", "measure", "value", "low", "high", "null_low", "null_high"]


def collect_measures(consensuses: Iterable[Consensus]) -> pd.DataFrame:
    """Measures of every rank.

    Parameters
    ----------
    consensuses
        One a rank.

    Returns
    -------
    pandas.DataFrame
        Columns rank, measure, value, low, high, null_low, null_high, by rank. Measures: ``cophenetic`` (Brunet et al.
        2004), ``dispersion`` (Kim & Park 2007), ``pac`` (share of ambiguous pairs), ``silhouette`` (mean over samples,
        of the consensus clusters), ``explained_variance`` (of the solution) and ``objective`` (of the best restart).
        NaN is a measure that is not defined there; the interval and the band on permuted data are NaN where they were
        not computed.
    """
    rows = [
        (consensus.rank, measure, float(getattr(consensus, field)), *[np.nan] * 4)
        for consensus in sorted(consensuses, key=lambda each: each.rank)
        for measure, field in MEASURES.items()
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def collect_objectives(consensuses: Iterable[Consensus]) -> pd.DataFrame:
    """How every restart of every rank ended.

    Parameters
    ----------
    consensuses
        One a rank.

    Returns
    -------
    pandas.DataFrame
        Columns rank, restart, objective, iterations, converged.
    """
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "rank": consensus.rank,
                    "restart": consensus.restart,
                    "objective": consensus.objective,
                    "iterations": consensus.n_iter,
                    "converged": consensus.converged,
                }
            )
            for consensus in sorted(consensuses, key=lambda each: each.rank)
        ],
        ignore_index=True,
    )
