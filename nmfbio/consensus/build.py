"""The consensus of all restarts at one rank: sample clusters, how sharp they are, and the solution of record."""

import numpy as np
from scipy.optimize import linear_sum_assignment

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
from nmfbio.consensus.summary import RestartSummary
from nmfbio.factorization import METHODS, explained_variance, fit_usages


def build_consensus(
    expression: np.ndarray,
    restarts: RestartSummary,
    samples: np.ndarray,
    method: str = "kl",
    scale: str = "max",
    solution: str = "aligned_median",
) -> Consensus:
    """Combine the restarts at one rank.

    Parameters
    ----------
    expression
        n_samples × n_genes, the matrix that was factorised.
    restarts
        All restarts at one rank.
    samples
        (n_samples,) sample names.
    method
        The factorisation method, whose objective the refitted usages minimise.
    scale
        ``"max"`` or ``"none"``, see ``scale_factors``.
    solution
        ``"aligned_median"``: metagenes of all restarts matched to the best restart, their median, usages refitted;
        ``"best"``: the restart with the lowest objective (Brunet et al. 2004).

    Returns
    -------
    Consensus

    Raises
    ------
    ValueError
        The scale or the solution has another name.
    """
    best = int(restarts.objective.argmin())
    orders = np.array([match_metagenes(metagenes, restarts.metagenes[best]) for metagenes in restarts.metagenes])
    metagenes = solution_metagenes(restarts.metagenes, orders, best, scale, solution)
    usages = fit_usages(expression, metagenes, method).astype(np.float64)
    usages, metagenes = scale_factors(usages, metagenes, scale)
    by_share = np.argsort(-usage_shares(usages).sum(axis=0), kind="stable")
    usages, metagenes, orders = usages[:, by_share], metagenes[by_share], orders[:, by_share]
    calls = call_samples(usages)
    aligned = {name: align_labels(restarts.labels(name), orders) for name in SCALES}
    sharpness = cluster_samples(restarts.labels(scale), samples, calls, len(metagenes))
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
        solution_objective=METHODS[method].objective(expression, usages, metagenes),
        explained_variance=explained_variance(expression, usages, metagenes),
        **sharpness,
    )


def solution_metagenes(metagenes: np.ndarray, orders: np.ndarray, best: int, scale: str, solution: str) -> np.ndarray:
    """Metagenes (rank × n_genes, float64) of the solution of record, in the order of the best restart's."""
    if solution == "best":
        return metagenes[best].astype(np.float64)
    if solution != "aligned_median":
        raise ValueError(f"solution is {solution!r}; expected aligned_median or best")
    largest = metagenes.max(axis=2, keepdims=True) if scale == "max" else np.ones((1, 1, 1), metagenes.dtype)
    scaled = metagenes / np.where(largest > 0, largest, 1)
    return np.median(np.take_along_axis(scaled, orders[:, :, None], axis=1), axis=0).astype(np.float64)


def align_labels(labels: np.ndarray, orders: np.ndarray) -> np.ndarray:
    """Rename each restart's labels: its metagene ``orders[r, c]`` becomes c."""
    return np.take_along_axis(np.argsort(orders, axis=1), labels.astype(np.int64), axis=1)


def cluster_samples(labels: np.ndarray, samples: np.ndarray, calls: np.ndarray, rank: int) -> dict:
    """Consensus matrix, its tree and clusters, and how sharp they are, as fields of ``Consensus``."""
    consensus = consensus_matrix(labels)
    tree = average_linkage(consensus, samples)
    clusters = name_clusters(consensus_clusters(tree, rank), calls, rank)
    says_something = rank > 1 and len(labels) > 1
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
