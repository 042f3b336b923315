"""nmfbio.consensus.agreement: the measures of the consensus without a consensus matrix."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from nmfbio.consensus import (
    consensus_matrix,
    cophenetic_correlation,
    dispersion,
    measure_agreement,
    proportion_of_ambiguous_clustering,
    silhouettes,
)
from nmfbio.consensus.agreement import cluster_profiles
from nmfbio.consensus.coclustering import consensus_clusters
from nmfbio.consensus.profiles import distinct_profiles
from nmfbio.consensus.tree import sample_tree

LABELS = arrays(np.int64, array_shapes(min_dims=2, max_dims=2, min_side=4, max_side=12), elements=st.integers(0, 3))


def names_of(number):
    return np.array([f"sample_{place}" for place in range(number)])


def random_labels(seed):
    """Calls of up to 40 samples in up to 50 restarts that agree with a truth more or less often."""
    random = np.random.default_rng(seed)
    n_samples, restarts, rank = random.integers(8, 41), random.integers(2, 51), random.integers(2, 7)
    truth = random.integers(0, rank, n_samples)
    agree = random.random((restarts, n_samples)) < random.choice([0.0, 0.5, 0.8, 0.95])
    return np.where(agree, truth, random.integers(0, rank, agree.shape)), int(rank)


def dense(labels, samples, clusters):
    """The same measures from the consensus matrix."""
    matrix, tree = consensus_matrix(labels), sample_tree(labels, samples)
    return {
        "cophenetic": cophenetic_correlation(matrix, tree),
        "dispersion": dispersion(matrix),
        "pac": proportion_of_ambiguous_clustering(matrix),
        "mean_silhouette": silhouettes(1 - matrix, consensus_clusters(tree, clusters)).mean(),
    }


def assert_same(found, expected):
    for name, value in expected.items():
        assert getattr(found, name) == pytest.approx(value, abs=1e-10, nan_ok=True), name


@pytest.mark.parametrize("seed", range(20))
def test_measures_are_those_of_the_consensus_matrix(seed):
    labels, rank = random_labels(seed)
    samples = names_of(labels.shape[1])
    assert_same(measure_agreement(labels, samples, rank), dense(labels, samples, rank))


@given(LABELS)
def test_measures_are_those_of_the_consensus_matrix_for_any_labels(labels):
    samples = names_of(labels.shape[1])
    assert_same(measure_agreement(labels, samples, 2), dense(labels, samples, 2))


@given(LABELS, st.data())
def test_measures_depend_neither_on_names_of_labels_nor_on_the_order_of_samples(labels, data):
    samples = names_of(labels.shape[1])
    renamed = np.array([np.array(data.draw(st.permutations(range(4))))[calls] for calls in labels])
    order = np.array(data.draw(st.permutations(range(len(samples)))))
    before = measure_agreement(labels, samples, 3)
    assert_same(measure_agreement(renamed[:, order], samples[order], 3), vars(before))


@given(st.lists(st.integers(0, 2), min_size=4, max_size=12).filter(lambda calls: len(set(calls)) > 1))
def test_restarts_that_all_agree_are_perfect(calls):
    found = measure_agreement(np.tile(calls, (5, 1)), names_of(len(calls)), len(set(calls)))
    assert found.cophenetic == pytest.approx(1, abs=1e-12)
    assert (found.dispersion, found.pac) == (1, 0)


@pytest.mark.parametrize("seed", range(5))
def test_weights_count_restarts_as_often_as_if_they_were_repeated(seed):
    labels, rank = random_labels(seed)
    samples, weights = names_of(labels.shape[1]), np.random.default_rng(seed).integers(0, 4, len(labels))
    weights[0] = 1
    found, _ = cluster_profiles(distinct_profiles(labels, samples), weights, rank)
    repeated = np.repeat(labels, weights, axis=0)
    expected = dense(repeated, samples, rank)
    for name in ("dispersion", "pac"):
        assert getattr(found, name) == pytest.approx(expected[name], abs=1e-10)
    # Profiles that differ in left-out restarts alone are two leaves: ties among them may fall otherwise.
    assert found.cophenetic == pytest.approx(expected["cophenetic"], abs=0.05)


def test_three_hundred_copies_of_each_sample_change_nothing_but_the_counts():
    labels, rank = random_labels(3)
    many = np.tile(labels, 30)
    assert_same(measure_agreement(many, names_of(many.shape[1]), rank), dense(many, names_of(many.shape[1]), rank))
