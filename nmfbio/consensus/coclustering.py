"""Consensus clustering of samples over restarts (Monti et al. 2003; Brunet et al. 2004) and how sharp it is."""

import numpy as np
from scipy.cluster.hierarchy import cophenet, fcluster, linkage
from scipy.spatial.distance import squareform


def consensus_matrix(labels: np.ndarray) -> np.ndarray:
    """Share of restarts that call two samples for the same metagene (Brunet et al. 2004).

    Parameters
    ----------
    labels
        (R, n_samples) sample calls; names of labels need not correspond between restarts.

    Returns
    -------
    numpy.ndarray
        n_samples × n_samples, float64, symmetric, 1 on the diagonal.

    Examples
    --------
    >>> consensus_matrix(np.array([[0, 0, 1], [1, 0, 0]]))
    array([[1. , 0.5, 0. ],
           [0.5, 1. , 0.5],
           [0. , 0.5, 1. ]])
    """
    together = np.zeros((labels.shape[1], labels.shape[1]), dtype=np.int64)
    for calls in labels:
        together += calls[:, None] == calls[None, :]
    return together / len(labels)


def average_linkage(consensus: np.ndarray, samples: np.ndarray) -> np.ndarray:
    """Average linkage on 1 − consensus, as scipy's (n_samples − 1) × 4 array.

    Pairs at equal distance are joined in the order of the samples' names, so the tree does not depend on the order of
    the input.

    Parameters
    ----------
    consensus
        n_samples × n_samples.
    samples
        Sample names, each once.
    """
    order = np.argsort(samples, kind="stable")
    tree = linkage(squareform(1 - consensus[np.ix_(order, order)], checks=False), "average")
    leaves = tree[:, :2] < len(samples)
    tree[:, :2][leaves] = order[tree[:, :2][leaves].astype(int)]
    return tree


def consensus_clusters(tree: np.ndarray, rank: int) -> np.ndarray:
    """Clusters 0, 1, ... from cutting a linkage into at most ``rank``; ties can leave fewer."""
    return fcluster(tree, rank, criterion="maxclust") - 1


def cophenetic_correlation(consensus: np.ndarray, tree: np.ndarray) -> float:
    """Pearson correlation of 1 − consensus with the distances in its average-linkage tree (Brunet et al. 2004).

    1 means that restarts agree on a tree of samples. It is 1 by convention where all distances are equal.

    Examples
    --------
    >>> consensus = consensus_matrix(np.array([[0, 0, 1, 1], [1, 1, 0, 0]]))
    >>> round(cophenetic_correlation(consensus, average_linkage(consensus, np.array(list("abcd")))), 6)
    1.0
    """
    distances = squareform(1 - consensus, checks=False)
    if np.ptp(distances) == 0:
        return 1.0
    return float(np.corrcoef(distances, cophenet(tree))[0, 1])


def dispersion(consensus: np.ndarray) -> float:
    """Mean of 4(C − ½)² over the consensus matrix (Kim & Park 2007).

    1 if all restarts agree, 0 if every pair is a coin toss.

    Examples
    --------
    >>> dispersion(np.eye(3))
    1.0
    """
    return float(np.mean(4 * (consensus - 0.5) ** 2))


def proportion_of_ambiguous_clustering(consensus: np.ndarray) -> float:
    """Share of sample pairs with consensus strictly between 0.1 and 0.9 (PAC; Șenbabaoğlu et al. 2014): 0 is sharp.

    Examples
    --------
    >>> proportion_of_ambiguous_clustering(np.array([[1.0, 0.5], [0.5, 1.0]]))
    1.0
    """
    pairs = consensus[np.triu_indices(len(consensus), 1)]
    return float(np.mean((pairs > 0.1) & (pairs < 0.9)))


def silhouettes(distances: np.ndarray, clusters: np.ndarray) -> np.ndarray:
    """Silhouette of every sample, (b − a) / max(a, b): a the mean distance to its own cluster, b to the nearest other.

    Parameters
    ----------
    distances
        n_samples × n_samples.
    clusters
        (n_samples,) integers.

    Returns
    -------
    numpy.ndarray
        (n_samples,) from −1 to 1; 0 for a sample alone in its cluster (Rousseeuw 1987), NaN where there is one cluster
        only.

    Examples
    --------
    >>> silhouettes(np.array([[0, 0, 1.0], [0, 0, 1.0], [1.0, 1.0, 0]]), np.array([0, 0, 1]))
    array([1., 1., 0.])
    """
    names, cluster = np.unique(clusters, return_inverse=True)
    sizes = np.bincount(cluster)
    return silhouettes_from_sums(distances @ np.eye(len(names))[cluster], sizes, cluster)


def silhouettes_from_sums(sums: np.ndarray, sizes: np.ndarray, clusters: np.ndarray) -> np.ndarray:
    """Silhouettes from what they depend on.

    Parameters
    ----------
    sums
        n × clusters, sum of the distances to the members of each cluster.
    sizes
        (clusters,) members, at least 1 each.
    clusters
        (n,) own cluster 0, 1, ... of each.

    Returns
    -------
    numpy.ndarray
        (n,) as of ``silhouettes``.
    """
    if len(sizes) < 2:
        return np.full(len(clusters), np.nan)
    rows = np.arange(len(clusters))
    own = sums[rows, clusters] / np.maximum(sizes[clusters] - 1, 1)
    means = sums / sizes
    means[rows, clusters] = np.inf
    nearest = means.min(axis=1)
    widest = np.maximum(own, nearest)
    values = np.divide(nearest - own, widest, out=np.zeros(len(rows)), where=widest > 0)
    return np.where(sizes[clusters] == 1, 0.0, values)
