"""The consensus of all restarts at one rank: sample clusters, how sharp they are, and the solution of record."""

import warnings
from collections.abc import Mapping

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_matrix

from nmfbio.consensus.alignment import match_metagenes
from nmfbio.consensus.coclustering import (
    average_linkage,
    consensus_clusters,
    consensus_matrix,
    cophenetic_correlation,
    dispersion,
    proportion_of_ambiguous_clustering,
    silhouettes,
)
from nmfbio.consensus.result import Consensus
from nmfbio.consensus.scaling import SCALES, call_samples, scale_factors, usage_shares
from nmfbio.consensus.summary import RestartSummary, best_restart
from nmfbio.errors import InputError
from nmfbio.factorization import (
    NotConvergedWarning,
    evaluate_objective,
    explained_variance,
    fit_usages,
    fitted_profiles,
)

NUMBERS_IN_A_WARNING = 20


def build_consensus(
    expression: np.ndarray | csr_matrix,
    restarts: RestartSummary,
    samples: np.ndarray,
    method: str = "kl",
    scale: str = "max",
    solution: str = "aligned_median",
    options: Mapping[str, object] | None = None,
) -> Consensus:
    """Combine the restarts at one rank.

    Parameters
    ----------
    expression
        n_samples × n_genes, the matrix that was factorised, dense or sparse.
    restarts
        All restarts at one rank. Those that did not converge count in the consensus too, since leaving them out would
        favour easy solutions; the best restart is one that converged, if any did.
    samples
        (n_samples,) sample names.
    method
        The factorisation method, whose objective the refitted usages minimise.
    scale
        ``"max"`` or ``"none"``, see ``scale_factors``.
    solution
        ``"aligned_median"``: metagenes of all restarts matched to the best restart, their median, usages refitted;
        ``"best"``: the restart with the lowest objective (Brunet et al. 2004).
    options
        Options of the method that the restarts were made with.

    Returns
    -------
    Consensus

    Raises
    ------
    ValueError
        The scale or the solution has another name.
    InputError
        Penalties have made all metagenes or all usages zero.

    Warns
    -----
    NotConvergedWarning
        Restarts did not converge; the message names them.
    """
    warn_of_unconverged(restarts)
    best = best_restart(restarts.loss, restarts.converged)
    orders = np.array([match_metagenes(metagenes, restarts.metagenes[best]) for metagenes in restarts.metagenes])
    metagenes = solution_metagenes(restarts.metagenes, orders, best, scale, solution)
    usages = fit_usages(expression, metagenes, method, **(options or {})).astype(np.float64)
    refuse_zeros(usages, metagenes)
    goodness = judge_fit(expression, usages, metagenes, method, options or {})
    usages, metagenes = scale_factors(usages, metagenes, scale)
    by_share = np.argsort(-usage_shares(usages).sum(axis=0), kind="stable")
    usages, metagenes, orders = usages[:, by_share], metagenes[by_share], orders[:, by_share]
    calls = call_samples(usages)
    aligned = {name: align_labels(restarts.labels(name), orders) for name in SCALES}
    sharpness = cluster_samples(restarts.labels(scale), samples, calls, metagenes)
    return Consensus(
        usages=usages,
        metagenes=metagenes,
        calls=calls,
        calls_max=aligned["max"][best],
        calls_none=aligned["none"][best],
        agreement=(aligned[scale] == calls).mean(axis=0),
        restart=restarts.restart,
        objective=restarts.objective,
        n_iter=restarts.n_iter,
        converged=restarts.converged,
        best_objective=float(restarts.objective[best]),
        **goodness,
        **sharpness,
    )


def refuse_zeros(usages: np.ndarray, metagenes: np.ndarray) -> None:
    """Refuse a solution that explains nothing."""
    for factor, name, other in ((metagenes, "metagenes", "gene"), (usages, "usages", "sample")):
        if not factor.any():
            raise InputError(
                f"solution of rank {len(metagenes)}",
                f"{name} that are 0 for every {other}",
                "some above 0",
                "The penalties outweigh the matrix: lower them (keys l1_..., l2_..., eta or beta of factorize).",
            )


def warn_of_unconverged(restarts: RestartSummary) -> None:
    """Name the restarts that did not converge, and say what becomes of them."""
    failed = restarts.restart[~restarts.converged]
    if not len(failed):
        return
    numbers = ", ".join(map(str, failed[:NUMBERS_IN_A_WARNING])) + (
        ", ..." if len(failed) > NUMBERS_IN_A_WARNING else ""
    )
    best = "the best restart is one that had" if restarts.converged.any() else "so has the best restart not"
    warnings.warn(
        f"rank {restarts.metagenes.shape[1]}: {len(failed)} of {len(restarts.restart)} restarts had not converged "
        f"(numbers {numbers}); they count in the consensus all the same; {best}",
        NotConvergedWarning,
        stacklevel=3,
    )


def judge_fit(
    expression: np.ndarray | csr_matrix,
    usages: np.ndarray,
    metagenes: np.ndarray,
    method: str,
    options: Mapping[str, object],
) -> dict[str, float]:
    """Objective and explained variance of unscaled factors, as fields of ``Consensus``."""
    profiles, baseline = fitted_profiles(expression, usages, metagenes, method, **options)
    whole = np.column_stack([usages, np.ones(len(usages))]), np.vstack([profiles, baseline])
    return {
        "solution_objective": evaluate_objective(expression, usages, metagenes, method, **options),
        "explained_variance": explained_variance(expression, *whole),
    }


def solution_metagenes(metagenes: np.ndarray, orders: np.ndarray, best: int, scale: str, solution: str) -> np.ndarray:
    """Metagenes (rank × n_genes, float64) of the solution of record, in the order and on the scale of the best restart.

    Medians are taken on the scale that samples are called on.
    """
    if solution == "best":
        return metagenes[best].astype(np.float64)
    if solution != "aligned_median":
        raise ValueError(f"solution is {solution!r}; expected aligned_median or best")
    largest = metagenes.max(axis=2, keepdims=True) if scale == "max" else np.ones_like(metagenes[:, :, :1])
    largest = np.where(largest > 0, largest, 1)
    median = np.median(np.take_along_axis(metagenes / largest, orders[:, :, None], axis=1), axis=0)
    return median.astype(np.float64) * largest[best]


def align_labels(labels: np.ndarray, orders: np.ndarray) -> np.ndarray:
    """Rename each restart's labels: its metagene ``orders[r, c]`` becomes c."""
    return np.take_along_axis(np.argsort(orders, axis=1), labels.astype(np.int64), axis=1)


def cluster_samples(labels: np.ndarray, samples: np.ndarray, calls: np.ndarray, metagenes: np.ndarray) -> dict:
    """Consensus matrix, its tree and clusters, and how sharp they are, as fields of ``Consensus``.

    There are as many clusters as metagenes that are not empty.
    """
    consensus = consensus_matrix(labels)
    tree = average_linkage(consensus, samples)
    in_use = max(1, np.count_nonzero(metagenes.any(axis=1)))
    clusters = name_clusters(consensus_clusters(tree, in_use), calls, len(metagenes))
    says_something = in_use > 1 and len(labels) > 1
    silhouette = silhouettes(1 - consensus, clusters)
    return {
        "consensus": consensus,
        "linkage": tree,
        "clusters": clusters,
        "silhouette": silhouette,
        "cophenetic": cophenetic_correlation(consensus, tree) if says_something else np.nan,
        "dispersion": dispersion(consensus) if says_something else np.nan,
        "pac": proportion_of_ambiguous_clustering(consensus) if says_something else np.nan,
        "mean_silhouette": float(silhouette.mean()) if says_something else np.nan,
    }


def name_clusters(clusters: np.ndarray, calls: np.ndarray, rank: int) -> np.ndarray:
    """Number clusters as metagenes, one to one, so that as many samples as possible keep their call."""
    shared = np.zeros((rank, rank), dtype=np.int64)
    np.add.at(shared, (clusters, calls), 1)
    return linear_sum_assignment(-shared)[1][clusters]
