"""nmfbio.consensus.profiles: samples as distinct profiles with counts."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from nmfbio.consensus import consensus_matrix
from nmfbio.consensus.profiles import distances_to_clusters, distinct_profiles, times_together

LABELS = arrays(np.int64, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=9), elements=st.integers(0, 300))


def names_of(number):
    return np.array([f"sample_{place}" for place in range(number)])


@given(LABELS)
def test_profiles_give_back_the_calls_and_are_distinct(labels):
    profiles = distinct_profiles(labels, names_of(labels.shape[1]))
    np.testing.assert_array_equal(profiles.labels[profiles.of_samples], labels.T)
    assert len({tuple(row) for row in profiles.labels}) == len(profiles.labels)
    assert profiles.counts.min() >= 1
    assert profiles.counts.sum() == labels.shape[1]


@given(LABELS)
def test_times_together_is_the_consensus_times_the_restarts(labels):
    profiles = distinct_profiles(labels, names_of(labels.shape[1]))
    together = times_together(profiles, np.ones(len(labels), dtype=int))
    expanded = together[np.ix_(profiles.of_samples, profiles.of_samples)]
    np.testing.assert_array_equal(expanded / len(labels), consensus_matrix(labels))


def test_distances_to_clusters_are_sums_over_their_samples():
    random = np.random.default_rng(0)
    labels = random.integers(0, 2, (4, 60))
    profiles = distinct_profiles(labels, names_of(60))
    clusters = random.integers(-1, 3, len(profiles.labels))
    sums, sizes = distances_to_clusters(profiles, clusters)
    distances, of_samples = 1 - consensus_matrix(labels), clusters[profiles.of_samples]
    for cluster in range(3):
        assert sizes[cluster] == np.count_nonzero(of_samples == cluster)
        expected = distances[:, of_samples == cluster].sum(axis=1)
        np.testing.assert_allclose(sums[profiles.of_samples, cluster], expected, atol=1e-12)
