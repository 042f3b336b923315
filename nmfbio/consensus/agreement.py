"""How sharply restarts agree on clusters of samples, from distinct profiles: exact, never samples × samples."""

from dataclasses import dataclass

import numpy as np

from nmfbio.consensus.coclustering import silhouettes_from_sums
from nmfbio.consensus.profiles import BLOCK, Profiles, distinct_profiles, times_together
from nmfbio.consensus.tree import cut_tree, profile_tree

AMBIGUOUS = (0.1, 0.9)


@dataclass(frozen=True)
class Agreement:
    """What restarts say of pairs of samples, from numbers that say it sharply to those that do not.

    Attributes
    ----------
    cophenetic
        0 to 1, Pearson correlation of the samples' distances with those in their tree (Brunet et al. 2004).
    dispersion
        0 to 1, mean of 4(C − ½)² (Kim & Park 2007).
    pac
        0 to 1, share of pairs with 0.1 < C < 0.9, so 0 is sharp (Șenbabaoğlu et al. 2014).
    mean_silhouette
        −1 to 1, of the clusters that the tree is cut into; NaN where that leaves one only.
    """

    cophenetic: float
    dispersion: float
    pac: float
    mean_silhouette: float


def measure_agreement(labels: np.ndarray, samples: np.ndarray, clusters: int) -> Agreement:
    """Measure how sharply restarts agree on clusters of samples.

    Equal to the same measures of the consensus matrix C, which is never built. Memory grows with the square of the
    number of distinct profiles.

    Parameters
    ----------
    labels
        (R, n_samples) sample calls, at least two restarts; names of labels need not correspond between restarts.
    samples
        (n_samples,) names, each once; they decide how ties are broken.
    clusters
        Clusters of samples that the silhouette is of.

    Examples
    --------
    >>> measure_agreement(np.array([[0, 0, 1, 1], [1, 1, 0, 0]]), np.array(list("abcd")), 2)
    Agreement(cophenetic=1.0, dispersion=1.0, pac=0.0, mean_silhouette=1.0)
    """
    profiles = distinct_profiles(labels, samples)
    return cluster_profiles(profiles, np.ones(len(labels), dtype=int), clusters)[0]


def cluster_profiles(profiles: Profiles, weights: np.ndarray, clusters: int) -> tuple[Agreement, np.ndarray]:
    """Agreement of restarts, each counted by its weight, and the cluster (u,) of each profile."""
    counts, restarts = profiles.counts, int(weights.sum())
    together = times_together(profiles, weights)
    mean, variance, dispersion, pac = measure_pairs(together, counts, restarts)
    tree = profile_tree(together, counts, restarts)
    found = cut_tree(tree, clusters)
    members = np.eye(found.max() + 1)[found] * counts[:, None]
    sizes = members.sum(axis=0)
    silhouette = silhouettes_from_sums(sizes - (together @ members) / restarts, sizes, found)
    cophenetic = cophenetic_correlation_of(tree, counts, mean, variance)
    return Agreement(cophenetic, dispersion, pac, float(silhouette @ counts / counts.sum())), found


def measure_pairs(together: np.ndarray, counts: np.ndarray, restarts: int) -> tuple[float, float, float, float]:
    """Mean and variance of 1 − C over pairs of samples, dispersion, and share of ambiguous pairs.

    Samples of one profile are pairs at distance 0. Sums are of whole numbers, exact until they are divided.
    """
    n_samples, weights = int(counts.sum()), counts.astype(np.float64)
    apart = squares = ambiguous = centred = 0
    for start in range(0, len(counts), BLOCK):
        rows, own = together[start : start + BLOCK], weights[start : start + BLOCK]
        share, apart_in = rows / restarts, restarts - rows
        apart += int(own @ (apart_in @ weights))
        squares += int(own @ (apart_in**2 @ weights))
        centred += int(own @ ((2 * rows - restarts) ** 2 @ weights))
        ambiguous += int(own @ (((share > AMBIGUOUS[0]) & (share < AMBIGUOUS[1])) @ weights))
    pairs = n_samples * (n_samples - 1)
    variance = (squares * pairs - apart**2) / (pairs * restarts) ** 2
    return apart / (pairs * restarts), variance, centred / (n_samples * restarts) ** 2, ambiguous / pairs


def cophenetic_correlation_of(tree: np.ndarray, counts: np.ndarray, mean: float, variance: float) -> float:
    """Pearson correlation of distances with those in their average-linkage tree, from their mean and variance alone.

    In such a tree the two have one mean, and their covariance is the variance of the tree's distances: what remains is
    the ratio of their standard deviations. 1 by convention where all distances are equal.
    """
    if variance == 0:
        return 1.0
    sizes = np.concatenate([counts, tree[:, 3]])
    sides = tree[:, :2].astype(int)
    joined = sizes[sides[:, 0]] * sizes[sides[:, 1]]
    within = np.sum(counts * (counts - 1) / 2)
    in_tree = (joined @ (tree[:, 2] - mean) ** 2 + within * mean**2) / (joined.sum() + within)
    return min(1.0, float(np.sqrt(in_tree / variance)))
