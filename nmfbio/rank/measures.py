"""Measures of every rank as one long table."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from nmfbio.consensus import Consensus
from nmfbio.rank.basis import EvidenceBasis
from nmfbio.rank.evidence import Evidence

COLUMNS = ["rank", "measure", "value", "low", "high", "null_low", "null_high"]
HELD_OUT = ("speckled_cv", "count_splitting", "bi_cv")
# What restarts say: the measure's name, and how it is called among the fields of a consensus and of evidence.
FROM_RESTARTS = {
    "program_silhouette": "program_silhouette",
    "cophenetic": "cophenetic",
    "dispersion": "dispersion",
    "pac": "pac",
    "silhouette": "mean_silhouette",
    "explained_variance": "explained_variance",
    "objective": "objective",
}
MEASURES = ("reproducibility", *HELD_OUT, "gain", "parallel_analysis", *FROM_RESTARTS, "inflection")
BOOTSTRAP_DRAWS = 1000
IN_THREE_OF_FOUR = 25  # percentile: a small program may be missing from the samples of a fit or two
STANDARD_ERRORS = 2.0

Curve = Mapping[int, Sequence[float]]


def collect_measures(
    consensuses: Iterable[Consensus], evidence: Iterable[Evidence] = (), basis: EvidenceBasis | None = None
) -> pd.DataFrame:
    """Measures of every rank.

    Parameters
    ----------
    consensuses
        One a rank.
    evidence
        One a rank, of rank 1 too; without it, the measures it gives are left out.
    basis
        What the ranks' evidence shares.

    Returns
    -------
    pandas.DataFrame
        Columns rank, measure, value, low, high, null_low, null_high, by rank. NaN is a measure that is not defined
        there. ``low`` to ``high`` is a 95 % interval: over resampled restarts or subsamples, or two standard errors
        over folds. ``null_low`` to ``null_high`` are the extremes over permuted data.

        ``reproducibility``: silhouette that the least certain metagene reaches in three of four fits to 80 % of the
        samples. ``speckled_cv``,
        ``count_splitting``, ``bi_cv``: deviance of held-out entries, of the other half of split counts, of held-out
        blocks, all as shares of that at rank 1. ``gain``: fall of the objective to the next rank as a share of the
        objective at rank 1. ``parallel_analysis``: singular value number rank − 1 divided by the 95th percentile of
        permuted data. ``program_silhouette``: smallest mean silhouette of a metagene over restarts. ``cophenetic``,
        ``dispersion``, ``pac``, ``silhouette``: how sharply restarts agree on clusters of samples.
        ``explained_variance`` of the solution, ``objective`` of the best restart. ``inflection``: by how much the gain
        to this rank exceeds that to the next (Hutchins et al. 2008).
    """
    found = {each.rank: each for each in sorted(evidence, key=lambda each: each.rank)}
    combined = {each.rank: each for each in consensuses}
    ranks = sorted({*found, *combined})
    curves = {name: restart_curve(name, field, combined, found) for name, field in FROM_RESTARTS.items()}
    if found:
        curves["reproducibility"] = {
            rank: (*summarise_reproducibility(each.silhouettes), np.nan, np.nan) for rank, each in found.items()
        }
        curves |= {name: held_out_curve(found, name) for name in HELD_OUT}
        curves["gain"] = gain_curve(found)
        curves["inflection"] = inflection_curve(curves["gain"])
    if basis is not None:
        curves["parallel_analysis"] = parallel_curve(ranks, basis)
    nothing = (np.nan,) * 5
    rows = [
        (rank, measure, *map(float, curves[measure].get(rank, nothing)))
        for rank in ranks
        for measure in MEASURES
        if measure in curves
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def restart_curve(name: str, field: str, combined: Mapping[int, Consensus], found: Mapping[int, Evidence]) -> Curve:
    """What the restarts say, with what it is on permuted data; ranks without restarts take that of the evidence."""
    curve = {}
    for rank in {*combined, *found}:
        interval = (np.nan, np.nan)
        if rank in combined:
            value = consensus_value(combined[rank], name, field)
            interval = tuple(getattr(combined[rank], f"{name}_{end}", np.nan) for end in ("low", "high"))
        else:
            value = found[rank].unpermuted[field]
        curve[rank] = (value, *interval, *(span(found[rank].permuted[field]) if rank in found else (np.nan, np.nan)))
    return curve


def consensus_value(consensus: Consensus, name: str, field: str) -> float:
    """One measure of the restarts at a rank."""
    if name == "objective":
        return consensus.best_objective
    if name == "program_silhouette":
        known = consensus.program_silhouette[np.isfinite(consensus.program_silhouette)]
        return float(known.min()) if len(known) else np.nan
    return getattr(consensus, field)


def span(values: np.ndarray) -> tuple[float, float]:
    """Smallest and largest value; NaN where none is known."""
    known = values[np.isfinite(values)]
    return (float(known.min()), float(known.max())) if len(known) else (np.nan, np.nan)


def summarise_reproducibility(silhouettes: np.ndarray) -> tuple[float, float, float]:
    """What the least certain metagene reaches in three of four fits, with a 95 % interval over resampled fits.

    Parameters
    ----------
    silhouettes
        (n_fits, rank), of ``metagene_silhouettes``.

    Examples
    --------
    >>> summarise_reproducibility(np.array([[1.0, 0.5], [1.0, 0.5]]))
    (0.5, 0.5, 0.5)
    """
    if not np.isfinite(silhouettes).any():
        return np.nan, np.nan, np.nan
    drawn = np.random.default_rng(0).integers(0, len(silhouettes), (BOOTSTRAP_DRAWS, len(silhouettes)))
    reached = np.percentile(silhouettes[drawn], IN_THREE_OF_FOUR, axis=1).min(axis=1)
    low, high = np.percentile(reached, [2.5, 97.5])
    return float(np.percentile(silhouettes, IN_THREE_OF_FOUR, axis=0).min()), float(low), float(high)


def held_out_curve(found: Mapping[int, Evidence], name: str) -> Curve:
    """Held-out deviance as a share of that at rank 1, with two standard errors of the paired difference."""
    deviances = {rank: getattr(each, name) for rank, each in found.items() if len(getattr(each, name))}
    if 1 not in deviances or not np.mean(deviances[1]) > 0:
        return {}
    one = np.mean(deviances[1])
    curve = {}
    for rank, each in deviances.items():
        error = STANDARD_ERRORS * np.std((each - deviances[1]) / one, ddof=1) / np.sqrt(len(each))
        value = np.mean(each) / one
        curve[rank] = (value, value - error, value + error, np.nan, np.nan)
    return curve


def gain_curve(found: Mapping[int, Evidence]) -> Curve:
    """Fall of the objective from each rank to the next, for each metagene more, as a share of that at rank 1."""
    if 1 not in found or not found[1].unpermuted["objective"] > 0:
        return {}
    one = found[1].unpermuted["objective"]
    curve = {}
    for rank, following in pairwise(sorted(found)):
        here, there = found[rank], found[following]
        scale = one * (following - rank)
        null = span((here.permuted["objective"] - there.permuted["objective"]) / scale)
        curve[rank] = ((here.unpermuted["objective"] - there.unpermuted["objective"]) / scale, np.nan, np.nan, *null)
    return curve


def inflection_curve(gains: Curve) -> Curve:
    """By how much the gain that led to a rank exceeds that which leads on."""
    return {rank: (gains[before][0] - gains[rank][0], *[np.nan] * 4) for before, rank in pairwise(sorted(gains))}


def parallel_curve(ranks: Iterable[int], basis: EvidenceBasis) -> Curve:
    """Singular value number rank − 1 of centred data over what chance gives: rank 1 is the centre itself."""
    values, chance = basis.singular_values, basis.permuted_singular_values
    return {
        rank: (values[rank - 2] / chance[rank - 2], *[np.nan] * 4)
        for rank in ranks
        if 2 <= rank <= len(values) + 1 and chance[rank - 2] > 0
    }


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
