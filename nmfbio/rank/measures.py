"""Measures of every rank as one long table."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from nmfbio.consensus import Consensus
from nmfbio.rank.basis import EvidenceBasis
from nmfbio.rank.evidence import Evidence
from nmfbio.rank.reproducibility import reached_in_most

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
PERCENTILE = 95
UNKNOWN = (np.nan, np.nan)
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
        samples. ``speckled_cv``, ``count_splitting``, ``bi_cv``: deviance of held-out entries, of the other half of
        split counts, of held-out blocks, all as shares of that at rank 1. ``gain``: fall of the objective to the next
        rank, for each metagene more, as a share of the objective at rank 1. ``parallel_analysis``: singular value
        number rank − 1 divided by the 95th percentile of permuted data. ``program_silhouette``: smallest mean
        silhouette of a metagene over restarts. ``cophenetic``, ``dispersion``, ``pac``, ``silhouette``: how sharply
        restarts agree on clusters of samples. ``explained_variance`` of the solution, ``objective`` of the best
        restart. ``inflection``: by how much the gain to this rank exceeds that to the next (Hutchins et al. 2008).
    """
    found = {each.rank: each for each in sorted(evidence, key=lambda each: each.rank)}
    combined = {each.rank: each for each in consensuses}
    ranks = sorted({*found, *combined})
    curves = {name: restart_curve(name, field, combined, found) for name, field in FROM_RESTARTS.items()}
    if found:
        curves["reproducibility"] = reproducibility_curve(found)
        curves |= {name: held_out_curve(found, name) for name in HELD_OUT}
        curves["gain"], curves["inflection"] = gain_curves(found)
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
        interval = UNKNOWN
        if rank in combined:
            value = consensus_value(combined[rank], name, field)
            interval = tuple(getattr(combined[rank], f"{name}_{end}", np.nan) for end in ("low", "high"))
        else:
            value = found[rank].unpermuted[field]
        curve[rank] = (value, *interval, *(span(found[rank].null[field]) if rank in found else UNKNOWN))
    return curve


def consensus_value(consensus: Consensus, name: str, field: str) -> float:
    """One measure of the restarts at a rank."""
    if name == "objective":
        return consensus.best_objective
    if name == "program_silhouette":
        return span(consensus.program_silhouette)[0]
    return getattr(consensus, field)


def span(values: np.ndarray) -> tuple[float, float]:
    """Smallest and largest value; NaN where none is known."""
    known = values[np.isfinite(values)]
    return (float(known.min()), float(known.max())) if len(known) else UNKNOWN


def reproducibility_curve(found: Mapping[int, Evidence]) -> Curve:
    """What the least certain metagene reaches in three of four fits, with a 95 % interval over resampled fits."""
    return {
        rank: (
            float(reached_in_most(each.silhouettes)),
            *resample_fits(each.silhouettes),
            *span(each.null["reproducibility"]),
        )
        for rank, each in found.items()
        if np.isfinite(each.silhouettes).any()
    }


def resample_fits(silhouettes: np.ndarray) -> tuple[float, float]:
    """Ends of the 95 % bootstrap interval of ``reached_in_most``."""
    fits = len(silhouettes)
    drawn = np.random.default_rng(0).integers(0, fits, (BOOTSTRAP_DRAWS, fits))
    low, high = np.percentile(reached_in_most(silhouettes[drawn]), [2.5, 97.5])
    return float(low), float(high)


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
        null_one = found[1].null[name]
        null = span(np.divide(found[rank].null[name], null_one, out=np.full_like(null_one, np.nan), where=null_one > 0))
        curve[rank] = (value, value - error, value + error, *null)
    return curve


def gain_curves(found: Mapping[int, Evidence]) -> tuple[Curve, Curve]:
    """Fall of the objective from each rank to the next, and by how much it exceeds that which follows.

    For each metagene more, as a share of the objective at rank 1.
    """
    if 1 not in found or not found[1].unpermuted["objective"] > 0:
        return {}, {}
    ranks, one = sorted(found), found[1].unpermuted["objective"]
    # The data in the first column, permutations in the others.
    objectives = np.array([[found[rank].unpermuted["objective"], *found[rank].null["objective"]] for rank in ranks])
    gains = -np.diff(objectives, axis=0) / one / np.diff(ranks)[:, None]
    bends = -np.diff(gains, axis=0)
    return tuple(
        {rank: (row[0], *UNKNOWN, *span(row[1:])) for rank, row in zip(places, rows, strict=True)}
        for places, rows in ((ranks[:-1], gains), (ranks[1:-1], bends))
    )


def parallel_curve(ranks: Iterable[int], basis: EvidenceBasis) -> Curve:
    """Singular value number rank − 1 over the 95th percentile of permuted data: rank 1 is the mean of the samples."""
    chance = np.percentile(basis.permuted_singular_values, PERCENTILE, axis=0)
    return {
        rank: (
            basis.singular_values[rank - 2] / chance[rank - 2],
            *UNKNOWN,
            *span(basis.permuted_singular_values[:, rank - 2] / chance[rank - 2]),
        )
        for rank in ranks
        if 2 <= rank <= len(chance) + 1 and chance[rank - 2] > 0
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
