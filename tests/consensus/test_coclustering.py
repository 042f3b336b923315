"""nmfbio.consensus.coclustering: the consensus matrix, its tree, and how sharp it is."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy.cluster.hierarchy import cophenet
from scipy.spatial.distance import squareform
from scipy.stats import pearsonr
from sklearn.metrics import adjusted_rand_score, silhouette_samples

from nmfbio.consensus import (
    consensus_matrix,
    cophenetic_correlation,
    dispersion,
    proportion_of_ambiguous_clustering,
    silhouettes,
)
from nmfbio.consensus.coclustering import average_linkage, consensus_clusters

LABELS = arrays(np.int64, array_shapes(min_dims=2, max_dims=2, min_side=2, max_side=9), elements=st.integers(0, 3))
RANKS_OF_R = (2, 3, 4, 5, 6)


@pytest.fixture(params=RANKS_OF_R)
def of_r(request, golden_table):
    """Consensus matrix of 30 restarts, its samples, its tree, its rank and the measures R prints of it."""
    table = golden_table(f"consensus_30runs_k{request.param}.tsv.gz")
    matrix, samples = table.to_numpy(), table.index.to_numpy()
    measures = golden_table("rank_survey_brunet_500genes_30runs.tsv").loc[request.param]
    return matrix, samples, average_linkage(matrix, samples), request.param, measures


def names_of(number):
    return np.array([f"sample_{place}" for place in range(number)])


def merges(tree, samples):
    """Members on both sides of every merge, and its height."""
    groups, found = [frozenset([name]) for name in samples], set()
    for left, right, height, _ in tree:
        sides = groups[int(left)], groups[int(right)]
        groups.append(sides[0] | sides[1])
        found.add((frozenset(sides), height))
    return found


def naive_consensus(labels):
    n_samples = labels.shape[1]
    matrix = np.empty((n_samples, n_samples))
    for i in range(n_samples):
        for j in range(n_samples):
            matrix[i, j] = sum(calls[i] == calls[j] for calls in labels) / len(labels)
    return matrix


@given(LABELS)
def test_consensus_is_the_share_of_restarts_that_call_two_samples_together(labels):
    np.testing.assert_array_equal(consensus_matrix(labels), naive_consensus(labels))


@given(LABELS)
def test_consensus_is_symmetric_from_zero_to_one_with_ones_on_the_diagonal(labels):
    matrix = consensus_matrix(labels)
    np.testing.assert_array_equal(matrix, matrix.T)
    np.testing.assert_array_equal(matrix.diagonal(), 1)
    assert matrix.min() >= 0
    assert matrix.max() <= 1


@given(LABELS, st.data())
def test_consensus_does_not_depend_on_how_each_restart_names_its_labels(labels, data):
    renamed = [np.array(data.draw(st.permutations(range(4))))[calls] for calls in labels]
    np.testing.assert_array_equal(consensus_matrix(np.array(renamed)), consensus_matrix(labels))


def test_consensus_of_ten_restarts_is_that_of_r(golden_table):
    labels = golden_table("assign_10runs_k3.tsv.gz").to_numpy().T
    expected = golden_table("consensus_10runs_k3.tsv.gz").to_numpy()
    np.testing.assert_allclose(consensus_matrix(labels), expected, rtol=0, atol=1e-15)


def test_measures_of_ten_restarts_are_those_of_r(golden_table, golden_numbers):
    labels = golden_table("assign_10runs_k3.tsv.gz").to_numpy().T
    golden, matrix = golden_numbers["consensus10"], consensus_matrix(labels)
    tree = average_linkage(matrix, names_of(38))
    clusters = consensus_clusters(tree, 3)
    assert cophenetic_correlation(matrix, tree) == pytest.approx(golden["cophcor"], abs=1e-12)
    assert dispersion(matrix) == pytest.approx(golden["dispersion"], abs=1e-12)
    assert silhouettes(1 - matrix, clusters).mean() == pytest.approx(golden["silhouette_consensus"], abs=1e-12)
    assert adjusted_rand_score(clusters, golden["predict_consensus"]) == 1


def test_measures_of_thirty_restarts_are_those_of_r(of_r):
    matrix, _, tree, rank, measures = of_r
    mean_silhouette = silhouettes(1 - matrix, consensus_clusters(tree, rank)).mean()
    # R joins pairs at equal distance in another order, which moves the correlation by less than 1e-5.
    assert cophenetic_correlation(matrix, tree) == pytest.approx(measures["cophenetic"], abs=1e-5)
    assert dispersion(matrix) == pytest.approx(measures["dispersion"], abs=1e-12)
    assert mean_silhouette == pytest.approx(measures["silhouette.consensus"], abs=1e-12)


def test_cophenetic_correlation_is_pearson_s_of_the_distances_in_the_tree(of_r):
    matrix, _, tree, _, _ = of_r
    distances = squareform(1 - matrix, checks=False)
    assert cophenetic_correlation(matrix, tree) == pytest.approx(pearsonr(distances, cophenet(tree))[0], abs=1e-12)


def test_cophenetic_correlation_is_the_ratio_of_the_two_spreads(of_r):
    matrix, _, tree, _, _ = of_r
    ratio = cophenet(tree).std() / squareform(1 - matrix, checks=False).std()
    assert cophenetic_correlation(matrix, tree) == pytest.approx(ratio, abs=1e-9)


@given(LABELS, st.data())
def test_tree_and_clusters_do_not_depend_on_the_order_of_the_samples(labels, data):
    samples = names_of(labels.shape[1])
    order = np.array(data.draw(st.permutations(range(len(samples)))))
    tree = average_linkage(consensus_matrix(labels), samples)
    permuted = average_linkage(consensus_matrix(labels[:, order]), samples[order])
    assert merges(permuted, samples[order]) == merges(tree, samples)
    rank = min(3, len(samples) - 1)
    np.testing.assert_array_equal(consensus_clusters(permuted, rank), consensus_clusters(tree, rank)[order])


@given(LABELS)
def test_every_merge_joins_two_groups_at_their_mean_distance(labels):
    samples, distances = names_of(labels.shape[1]), 1 - consensus_matrix(labels)
    place = {name: number for number, name in enumerate(samples)}
    for sides, height in merges(average_linkage(1 - distances, samples), samples):
        left, right = ([place[name] for name in side] for side in sides)
        assert height == pytest.approx(distances[np.ix_(left, right)].mean(), abs=1e-12)


@given(st.lists(st.integers(0, 2), min_size=2, max_size=12), st.integers(1, 5))
def test_restarts_that_all_agree_are_perfect(calls, restarts):
    labels = np.tile(calls, (restarts, 1))
    matrix = consensus_matrix(labels)
    tree = average_linkage(matrix, names_of(len(calls)))
    assert cophenetic_correlation(matrix, tree) == pytest.approx(1, abs=1e-12)
    assert dispersion(matrix) == 1
    assert proportion_of_ambiguous_clustering(matrix) == 0
    assert adjusted_rand_score(consensus_clusters(tree, len(set(calls))), calls) == 1


@given(LABELS)
def test_dispersion_is_the_mean_of_its_formula_over_all_entries(labels):
    matrix = consensus_matrix(labels)
    assert dispersion(matrix) == pytest.approx(sum(4 * (c - 0.5) ** 2 for c in matrix.flat) / matrix.size, abs=1e-12)


@given(LABELS)
def test_pac_is_the_share_of_pairs_strictly_between_its_bounds(labels):
    matrix = consensus_matrix(labels)
    ambiguous = [0.1 < matrix[i, j] < 0.9 for i, j in combinations(range(len(matrix)), 2)]
    assert proportion_of_ambiguous_clustering(matrix) == pytest.approx(sum(ambiguous) / len(ambiguous))


@pytest.mark.parametrize(("together", "ambiguous"), [(1, 0), (2, 1), (8, 1), (9, 0)])
def test_one_and_nine_restarts_of_ten_are_not_ambiguous(together, ambiguous):
    labels = np.array([[0, 0]] * together + [[0, 1]] * (10 - together))
    assert proportion_of_ambiguous_clustering(consensus_matrix(labels)) == ambiguous


def test_silhouettes_are_those_of_scikit_learn(of_r):
    matrix, _, tree, rank, _ = of_r
    clusters = consensus_clusters(tree, rank)
    expected = silhouette_samples(1 - matrix, clusters, metric="precomputed")
    np.testing.assert_allclose(silhouettes(1 - matrix, clusters), expected, rtol=0, atol=1e-12)


def test_silhouettes_do_not_need_clusters_without_gaps():
    distances = 1 - consensus_matrix(np.array([[0, 0, 1, 1, 2], [0, 0, 1, 2, 2]]))
    clusters = np.array([7, 7, 2, 2, 4])
    expected = silhouette_samples(distances, clusters, metric="precomputed")
    np.testing.assert_allclose(silhouettes(distances, clusters), expected, rtol=0, atol=1e-12)


def test_silhouettes_are_undefined_for_a_single_cluster():
    assert np.isnan(silhouettes(np.zeros((3, 3)), np.zeros(3, int))).all()


def test_a_tie_can_leave_fewer_clusters_than_the_rank():
    tree = average_linkage(consensus_matrix(np.array([[0, 1, 2, 3]])), names_of(4))
    assert set(consensus_clusters(tree, 3)) == {0}
