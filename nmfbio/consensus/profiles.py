"""Samples compressed to their distinct label profiles, so that nothing grows with samples × samples."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_matrix

# Profiles walked at a time where pairs of them are compared.
BLOCK = 512


@dataclass(frozen=True)
class Profiles:
    """Distinct profiles of calls over the restarts, and which sample has which.

    Attributes
    ----------
    labels
        (u, R) the call of each profile in each restart.
    of_samples
        (n_samples,) each sample's profile.
    """

    labels: np.ndarray
    of_samples: np.ndarray

    @cached_property
    def counts(self) -> np.ndarray:
        """(u,) samples of each profile, at least 1 each."""
        return np.bincount(self.of_samples, minlength=len(self.labels))

    @cached_property
    def calls(self) -> csr_matrix:
        """Profiles as rows of zeros and ones (u × R·n_labels), column r·n_labels + c for call c in restart r."""
        n_profiles, restarts = self.labels.shape
        n_labels = int(self.labels.max()) + 1
        columns = self.labels + np.arange(restarts, dtype=np.int32) * n_labels
        starts = np.arange(n_profiles + 1) * restarts
        shape = n_profiles, restarts * n_labels
        return csr_matrix((np.ones(columns.size), columns.ravel(), starts), shape=shape)

    @cached_property
    def dense_calls(self) -> np.ndarray:
        """``calls`` as a dense float32 array, for few profiles."""
        return self.calls.astype(np.float32).toarray()


def distinct_profiles(labels: np.ndarray, samples: np.ndarray) -> Profiles:
    """Distinct columns of the calls, in the order of the last name among their samples.

    That order depends neither on the order of the samples nor on how a restart names its labels, and is that in which
    scipy's linkage meets samples it has joined at distance 0.

    Parameters
    ----------
    labels
        (R, n_samples) sample calls, integers from 0.
    samples
        (n_samples,) names, each once.

    Examples
    --------
    >>> distinct_profiles(np.array([[0, 0, 1], [1, 1, 0]]), np.array(["c", "a", "b"])).labels
    array([[1, 0],
           [0, 1]], dtype=uint8)
    """
    by_name = np.argsort(samples, kind="stable")
    calls = np.ascontiguousarray(labels.T[by_name].astype(np.min_scalar_type(int(labels.max()))))
    rows = calls.view(f"V{calls.dtype.itemsize * calls.shape[1]}").ravel()
    _, backwards, inverse = np.unique(rows[::-1], return_index=True, return_inverse=True)
    last = len(rows) - 1 - backwards
    order = np.argsort(last)
    of_samples = np.empty(len(rows), dtype=np.int64)
    of_samples[by_name] = np.argsort(order)[inverse.ravel()[::-1]]
    return Profiles(calls[last[order]], of_samples)


def times_together(profiles: Profiles, weights: np.ndarray) -> np.ndarray:
    """Restarts that give two profiles the same call, each restart counted by its weight.

    Parameters
    ----------
    profiles
        Few enough for a square matrix.
    weights
        (R,) whole numbers.

    Returns
    -------
    numpy.ndarray
        u × u float64, whole numbers.

    Examples
    --------
    >>> times_together(Profiles(np.array([[0, 1], [0, 0]]), np.array([0, 1])), np.array([3, 1]))
    array([[4., 3.],
           [3., 4.]])
    """
    calls = profiles.dense_calls
    weighted = calls * np.repeat(weights, calls.shape[1] // len(weights)).astype(np.float32)
    together = np.empty((len(calls), len(calls)))
    for start in range(0, len(calls), BLOCK):
        together[start : start + BLOCK] = weighted[start : start + BLOCK] @ calls.T
    return together


def distances_to_clusters(profiles: Profiles, clusters: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sum of the distances from every profile to the samples of every cluster, which needs only the clusters' calls.

    Parameters
    ----------
    profiles
        Any number of them.
    clusters
        (u,) cluster 0, 1, ... of each profile; profiles of cluster −1 count for none.

    Returns
    -------
    tuple of numpy.ndarray
        u × clusters, distances being shares of restarts that call two samples differently; and (clusters,) samples.
    """
    counted = np.flatnonzero(clusters >= 0)
    counts = profiles.counts[counted]
    sizes = np.bincount(clusters[counted], counts)
    members = csr_matrix((counts, (clusters[counted], counted)), shape=(len(sizes), len(clusters)))
    called = (members @ profiles.calls).toarray().T
    return sizes - (profiles.calls @ called) / profiles.labels.shape[1], sizes
