"""Rules by which a rank is chosen: each a function of one measure's values, or of what the verdict holds.

A rule that finds no rank good enough, or prefers rank 1, says 1: no structure. None is a rule that cannot tell, because
its measure is undefined. Of ranks that are equal within TIE, the largest is taken: a finer solution that is as good.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

# Ties between starts move stability measures by about this much at 50 restarts.
TIE = 1e-4
COPHENETIC_ENOUGH = 0.95
NMFK_ENOUGH = 0.75


def take_largest(curve: pd.Series) -> int | None:
    """Rank where a measure is largest.

    Examples
    --------
    >>> take_largest(pd.Series({2: 0.9, 3: 1.0, 4: 1.0, 5: 0.8}))
    4
    """
    curve = curve.dropna()
    return int(curve.index[curve >= curve.max() - TIE].max()) if len(curve) else None


def take_smallest(curve: pd.Series) -> int | None:
    """Rank where a measure is smallest."""
    return take_largest(-curve)


def take_before_first_fall(curve: pd.Series) -> int | None:
    """First rank after which the cophenetic correlation falls; the last one if it never does (Brunet et al. 2004).

    Examples
    --------
    >>> take_before_first_fall(pd.Series({2: 0.98, 3: 1.0, 4: 0.95, 5: 1.0}))
    3
    """
    curve = curve.dropna().sort_index()
    falls = curve.index[:-1][np.diff(curve) < -TIE]
    return int([*falls, *curve.index[-1:]][0]) if len(curve) else None


def take_before_largest_fall(curve: pd.Series) -> int | None:
    """Rank before the cophenetic correlation's largest fall; the last one if it never falls.

    As the curve is read in many papers after Brunet et al. (2004).
    """
    curve = curve.dropna().sort_index()
    if len(curve) == 0:
        return None
    steps = np.diff(curve)
    return int(curve.index[steps.argmin()] if len(steps) and steps.min() < -TIE else curve.index[-1])


def take_last_above(curve: pd.Series, line: float) -> int | None:
    """Largest rank whose value reaches a line; 1 if none does.

    Examples
    --------
    >>> take_last_above(pd.Series({2: 1.0, 3: 0.7, 4: 0.8, 5: 0.1}), 0.75)
    4
    """
    curve = curve.dropna()
    return int(max(curve.index[curve >= line], default=1)) if len(curve) else None


def measure_program_stability(metagenes: np.ndarray) -> float:
    """Silhouette of the k-means clusters of all restarts' metagenes at one rank: stability in Kotliar et al. (2019).

    Metagenes have unit L2 norm, none is filtered out, there are as many clusters as metagenes in a restart, distances
    are Euclidean: as cNMF 1.7.1 computes it to plot stability against k.

    Parameters
    ----------
    metagenes
        (R, rank, n_genes), non-negative; R and rank 2 or more, else NaN.

    Returns
    -------
    float
        From −1 to 1.
    """
    n_restarts, rank, n_genes = metagenes.shape
    if n_restarts < 2 or rank < 2:
        return float("nan")
    rows = metagenes.reshape(-1, n_genes).astype(np.float64)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.finfo(float).tiny)
    clusters = KMeans(rank, n_init=10, random_state=1).fit_predict(rows)
    return float(silhouette_score(rows, clusters)) if len(set(clusters)) > 1 else float("nan")


def read_vote(verdict: Mapping) -> int | None:
    """The V5 vote behind its gate: 1 where every gate measure prefers rank 1."""
    gate = [rank for rank in (verdict.get("gate") or {}).values() if rank is not None]
    if gate and all(rank == 1 for rank in gate):
        return 1
    return (verdict.get("vote") or {}).get("rank")


def read_verdict(verdict: Mapping) -> int | None:
    """nmfbio's verdict; 1 for no supported structure."""
    return 1 if verdict["status"] == "none" else verdict["rank"]


def apply_rules(measures: pd.DataFrame, verdict: Mapping, stability: pd.Series) -> dict[str, int | None]:
    """What every rule says of one matrix.

    Parameters
    ----------
    measures
        Long table with columns rank, measure, value.
    verdict
        The verdict as in ``verdict.json``.
    stability
        ``measure_program_stability`` by rank.

    Returns
    -------
    dict
        The rank each rule of RULES names.
    """
    table = measures.pivot(index="rank", columns="measure", values="value")

    def curve(name: str) -> pd.Series:
        return table[name] if name in table else pd.Series(dtype=float)

    votes = verdict.get("votes") or {}
    return {
        "nmfbio": read_verdict(verdict),
        "vote": read_vote(verdict),
        "parallel_analysis": votes.get("parallel_analysis"),
        "speckled_cv": votes.get("speckled_cv"),
        "count_splitting": votes.get("count_splitting"),
        "bi_cv": take_smallest(curve("bi_cv")),
        "gain": votes.get("gain"),
        "nmfk": take_last_above(curve("program_silhouette"), NMFK_ENOUGH),
        "cnmf": take_largest(stability),
        "pac": take_smallest(curve("pac")),
        "silhouette": take_largest(curve("silhouette")),
        "dispersion": take_largest(curve("dispersion")),
        "cophenetic_largest": take_largest(curve("cophenetic")),
        "cophenetic_first_fall": take_before_first_fall(curve("cophenetic")),
        "cophenetic_largest_fall": take_before_largest_fall(curve("cophenetic")),
        "cophenetic_095": take_last_above(curve("cophenetic"), COPHENETIC_ENOUGH),
    }


RULES = {
    "nmfbio": "nmfbio's verdict",
    "vote": "V5: gate, then median vote of five measures",
    "parallel_analysis": "parallel analysis (Horn 1965; Buja & Eyuboglu 1992)",
    "speckled_cv": "speckled cross-validation, smallest (Wold 1978)",
    "count_splitting": "count splitting, smallest (Neufeld et al. 2023)",
    "bi_cv": "bi-cross-validation, smallest (Owen & Perry 2009)",
    "gain": "gain against permuted data (Frigyesi & Höglund 2008)",
    "nmfk": "last with smallest program silhouette ≥ 0.75 (NMFk; Alexandrov et al. 2013)",
    "cnmf": "program stability, largest (cNMF; Kotliar et al. 2019)",
    "pac": "PAC, smallest (Șenbabaoğlu et al. 2014)",
    "silhouette": "consensus silhouette, largest (Rousseeuw 1987)",
    "dispersion": "dispersion, largest (Kim & Park 2007)",
    "cophenetic_largest": "cophenetic correlation, largest",
    "cophenetic_first_fall": "cophenetic correlation, before its first fall (Brunet et al. 2004)",
    "cophenetic_largest_fall": "cophenetic correlation, before its largest fall",
    "cophenetic_095": "cophenetic correlation, last ≥ 0.95",
}
