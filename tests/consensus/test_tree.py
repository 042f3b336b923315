"""nmfbio.consensus.tree: average linkage through distinct profiles."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy.cluster.hierarchy import cophenet, is_valid_linkage
from scipy.spatial.distance import squareform
from sklearn.metrics import adjusted_rand_score

from nmfbio.consensus import consensus_matrix
from nmfbio.consensus.coclustering import average_linkage, consensus_clusters
from nmfbio.consensus.profiles import distinct_profiles, times_together
from nmfbio.consensus.tree import cut_tree, profile_tree, sample_tree

LABELS = arrays(np.int64, array_shapes(min_dims=2, max_dims=2, min_side=2, max_side=9), elements=st.integers(0, 3))


def names_of(number):
    return np.array([f"sample_{place}" for place in range(number)])


def has_ties(labels):
    """Whether two different pairs of clusters are ever nearest, in exact arithmetic."""
    together = [[Fraction(int(np.sum(a != b)), len(labels)) for b in labels.T] for a in labels.T]
    groups = [[place] for place in range(labels.shape[1])]
    while len(groups) > 1:
        distances = sorted(
            (sum(together[a][b] for a in left for b in right) / (len(left) * len(right)), i, j)
            for i, left in enumerate(groups)
            for j, right in enumerate(groups[:i])
        )
        if len(distances) > 1 and distances[0][0] == distances[1][0]:
            return True
        _, i, j = distances[0]
        groups[j] += groups.pop(i)
    return False


def labels_without_ties(number):
    """That many label sets of 7 samples in which no two pairs of clusters are equally near."""
    random, found = np.random.default_rng(0), []
    while len(found) < number:
        labels = random.integers(0, 3, (101, 7))
        if not has_ties(labels):
            found.append(labels)
    return found


@pytest.mark.parametrize("labels", labels_without_ties(20))
def test_the_tree_is_that_of_scipy_where_nothing_is_tied(labels):
    samples = names_of(labels.shape[1])
    expected = average_linkage(consensus_matrix(labels), samples)
    np.testing.assert_allclose(sample_tree(labels, samples), expected, rtol=0, atol=1e-12)


@given(LABELS)
def test_the_tree_is_one_that_scipy_takes_and_joins_at_mean_distances(labels):
    samples = names_of(labels.shape[1])
    tree, distances = sample_tree(labels, samples), 1 - consensus_matrix(labels)
    assert is_valid_linkage(tree)
    groups = [[place] for place in range(len(samples))]
    for left, right, height, size in tree:
        sides = groups[int(left)], groups[int(right)]
        assert height == pytest.approx(distances[np.ix_(*sides)].mean(), abs=1e-12)
        groups.append(sides[0] + sides[1])
        assert size == len(groups[-1])


@given(LABELS)
def test_the_distances_of_the_tree_have_the_mean_of_the_distances_and_covary_as_they_vary(labels):
    tree, distances = sample_tree(labels, names_of(labels.shape[1])), 1 - consensus_matrix(labels)
    in_tree, pairs = cophenet(tree), squareform(distances, checks=False)
    assert in_tree.mean() == pytest.approx(pairs.mean(), abs=1e-12)
    assert (in_tree * pairs).mean() == pytest.approx((in_tree**2).mean(), abs=1e-12)


@given(LABELS, st.data())
def test_the_tree_depends_neither_on_the_order_of_samples_nor_on_names_of_labels(labels, data):
    samples = names_of(labels.shape[1])
    order = np.array(data.draw(st.permutations(range(len(samples)))))
    renamed = np.array([np.array(data.draw(st.permutations(range(4))))[calls] for calls in labels])
    tree, permuted = sample_tree(labels, samples), sample_tree(renamed[:, order], samples[order])
    place = squareform(cophenet(tree))
    np.testing.assert_array_equal(squareform(cophenet(permuted)), place[np.ix_(order, order)])


@given(LABELS, st.integers(1, 3))
def test_cutting_the_tree_of_profiles_cuts_that_of_the_samples(labels, clusters):
    samples = names_of(labels.shape[1])
    profiles = distinct_profiles(labels, samples)
    together = times_together(profiles, np.ones(len(labels), dtype=int))
    found = cut_tree(profile_tree(together, profiles.counts, len(labels)), clusters)[profiles.of_samples]
    expected = consensus_clusters(sample_tree(labels, samples), clusters) if clusters < len(samples) else found
    assert adjusted_rand_score(found, expected) == 1


def test_samples_that_are_always_together_are_one_cluster_without_a_tree():
    assert cut_tree(np.empty((0, 4)), 3).tolist() == [0]
