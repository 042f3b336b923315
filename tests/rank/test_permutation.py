"""nmfbio.rank.permutation: the measures on data without structure."""

import numpy as np
import pytest
import scipy.stats

from nmfbio.consensus import build_consensus, summarize_restarts
from nmfbio.factorization import factorize
from nmfbio.rank import prepare_evidence
from nmfbio.rank.draws import permute_genes
from nmfbio.rank.held_out import speckled_deviance
from nmfbio.rank.permutation import COMPARED, NULL, STARTS, TOLERANCE, measure_few, measure_null


@pytest.fixture(scope="module")
def basis(tiny_counts):
    return prepare_evidence(tiny_counts, tiny_counts)


def test_eight_restarts_are_measured_as_a_consensus_of_them_is(tiny_counts):
    measures, metagenes = measure_few(tiny_counts, 3, "kl", {}, "max", 5)
    found = factorize(tiny_counts, 3, "kl", STARTS, seed=5, tolerance=TOLERANCE)
    names = np.array([f"s{number:02}" for number in range(len(tiny_counts))])
    consensus = build_consensus(tiny_counts, summarize_restarts(found), names, solution="best")
    for name in ("cophenetic", "dispersion", "pac", "mean_silhouette"):
        assert getattr(measures, name) == pytest.approx(getattr(consensus, name), abs=1e-9)
    assert measures.objective == found.objective.min()
    np.testing.assert_array_equal(metagenes, found.metagenes[found.objective.argmin()])


def test_at_rank_one_restarts_have_nothing_to_say(tiny_counts):
    measures, metagenes = measure_few(tiny_counts, 1, "kl", {}, "max", 0)
    assert metagenes.shape == (1, 30)
    known = {name for name in COMPARED if np.isfinite(getattr(measures, name))}
    assert known == {"objective", "explained_variance"}


@pytest.mark.parametrize("rank", [1, 2])
def test_every_measure_is_taken_of_permuted_data(tiny_counts, basis, rank):
    null = measure_null(tiny_counts, basis, rank, "kl", {}, "max", 0, 0)
    assert tuple(null) == NULL
    unknown = {name for name, value in null.items() if np.isnan(value)}
    agreement = {"cophenetic", "dispersion", "pac", "mean_silhouette", "program_silhouette", "reproducibility"}
    assert unknown == (agreement if rank == 1 else set())
    permuted = permute_genes(tiny_counts, 0, 0)
    assert null["speckled_cv"] == speckled_deviance(permuted, rank, "kl", 0, 0, starts=1, tolerance=TOLERANCE)


def test_only_the_first_permutation_is_fitted_to_parts(tiny_counts, basis):
    assert np.isnan(measure_null(tiny_counts, basis, 2, "kl", {}, "max", 0, 1)["reproducibility"])


def test_without_counts_none_are_split(tiny_counts):
    null = measure_null(tiny_counts, prepare_evidence(tiny_counts), 2, "kl", {}, "max", 0, 0)
    assert np.isnan(null["count_splitting"])


def test_permuted_groups_gain_less_from_a_second_metagene(small_expression):
    matrix = small_expression.X
    basis = prepare_evidence(matrix)
    one, two = (measure_few(matrix, rank, "kl", {}, "max", 0)[0].objective for rank in (1, 2))
    null_one, null_two = (measure_null(matrix, basis, rank, "kl", {}, "max", 0, 1)["objective"] for rank in (1, 2))
    assert one - two > 2 * (null_one - null_two)


def test_shuffling_leaves_genes_uncorrelated(small_expression):
    permuted = permute_genes(small_expression.X, 0, 0)
    before, after = (
        np.abs(scipy.stats.spearmanr(matrix[:, :18]).statistic[np.triu_indices(18, 1)]).mean()
        for matrix in (small_expression.X, permuted)
    )
    assert after < 0.7 * before
