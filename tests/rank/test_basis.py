"""nmfbio.rank.basis: what the evidence at all ranks shares."""

import numpy as np
import pytest
import scipy.sparse
from numpy.testing import assert_array_equal

from nmfbio.errors import InputError
from nmfbio.rank import EvidenceBasis, basis, prepare_evidence
from nmfbio.rank.basis import gene_weights, multiply_genes
from nmfbio.rank.splitting import estimate_overdispersion


def assert_same(one, other):
    for name, values in vars(one).items():
        assert_array_equal(values, getattr(other, name), err_msg=name)


@pytest.mark.parametrize("kind", [np.asarray, scipy.sparse.csr_matrix, scipy.sparse.csr_array])
def test_counts_are_known_by_the_weight_of_each_gene(tiny_counts, kind):
    counts = np.where(tiny_counts < 6, 0, tiny_counts)
    weights = np.linspace(0.2, 3, counts.shape[1])
    found = gene_weights(kind((counts * weights).astype(np.float32)), kind(counts))
    np.testing.assert_allclose(found, np.where(counts.any(axis=0), weights, 1), rtol=1e-5)


def test_raw_counts_have_weight_one_and_so_has_a_gene_without_any(tiny_counts):
    counts = np.c_[np.where(tiny_counts < 6, 0, tiny_counts), np.zeros(16)]
    np.testing.assert_allclose(gene_weights(counts, counts), 1)


NOT_COUNTS = {
    "whole numbers above a floor, as of microarrays": lambda counts: (counts + 20, counts + 20),
    "logs": lambda counts: (np.log1p(counts), np.log1p(counts)),
    "logs of counts": lambda counts: (np.log1p(counts), counts),
    "counts per million": lambda counts: (counts / counts.sum(axis=1, keepdims=True) * 1e6, counts),
    "counts with missing values": lambda counts: (counts, np.where(counts > 90, np.nan, counts)),
    "negative whole numbers": lambda counts: (counts, counts - 3),
}


@pytest.mark.parametrize("change", NOT_COUNTS.values(), ids=NOT_COUNTS)
def test_what_is_no_count_or_was_not_scaled_by_gene_is_not_split(tiny_counts, change):
    counts = np.where(tiny_counts < 6, 0, tiny_counts)
    assert gene_weights(*change(counts)) is None
    found = prepare_evidence(*change(counts))
    assert not found.has_counts
    assert found.counts.shape == (0, 30)
    assert np.isnan(found.overdispersion)


def test_multiplied_genes_stay_sparse(tiny_counts):
    weights = np.linspace(0.2, 3, 30)
    sparse = multiply_genes(scipy.sparse.csr_matrix(tiny_counts), weights)
    assert scipy.sparse.issparse(sparse)
    np.testing.assert_allclose(sparse.toarray(), tiny_counts * weights)


def test_the_basis_holds_counts_their_dispersion_and_the_singular_values(tiny_counts):
    counts = np.where(tiny_counts < 6, 0, tiny_counts)
    found = prepare_evidence(counts, counts)
    assert found.has_counts
    assert_array_equal(found.counts, counts)
    assert_array_equal(found.samples, np.arange(16))
    assert_array_equal(found.subsampled, np.arange(16))
    assert found.overdispersion == estimate_overdispersion(counts, 0)
    assert found.singular_values.shape == (16,)
    assert found.permuted_singular_values.shape == (10, 16)


def test_a_sparse_matrix_gives_what_a_dense_one_does(tiny_counts):
    counts = np.where(tiny_counts < 6, 0, tiny_counts)
    assert_same(prepare_evidence(counts, counts), prepare_evidence(*[scipy.sparse.csr_matrix(counts)] * 2))
    mixed = prepare_evidence(counts, scipy.sparse.csr_matrix(counts))
    assert_array_equal(mixed.counts, counts)


@pytest.fixture
def small_limits(monkeypatch):
    """Limits that a tiny matrix exceeds."""
    monkeypatch.setattr(basis, "MOST_ENTRIES", 240)
    monkeypatch.setattr(basis, "FEWEST_SAMPLES", 6)
    monkeypatch.setattr(basis, "MOST_SAMPLES", 10)


@pytest.mark.usefixtures("small_limits")
def test_large_matrices_are_cut_to_the_same_samples_every_time(tiny_counts):
    counts = np.where(tiny_counts < 6, 0, tiny_counts)
    one, again, other = (prepare_evidence(counts, counts, seed) for seed in (0, 0, 1))
    assert_same(one, again)
    assert (len(one.samples), len(one.subsampled)) == (8, 10)
    assert not np.array_equal(one.samples, other.samples)
    assert_array_equal(one.counts, counts[one.samples])


@pytest.mark.usefixtures("small_limits")
def test_many_genes_leave_some_samples_all_the_same(tiny_counts):
    assert len(prepare_evidence(np.tile(tiny_counts, 3)).samples) == 6


def test_what_was_saved_is_read_back(tiny_counts, tmp_path):
    for counts in (tiny_counts - tiny_counts.min(), None):
        found = prepare_evidence(tiny_counts - tiny_counts.min(), counts)
        found.save(tmp_path / "basis.npz")
        again = EvidenceBasis.load(tmp_path / "basis.npz")
        assert_same(found, again)
        assert again.has_counts == (counts is not None)
        assert isinstance(again.overdispersion, float)


def test_a_foreign_file_is_refused(tmp_path):
    np.savez(tmp_path / "basis.npz", other=np.ones(3))
    with pytest.raises(InputError, match="written by nmfbio"):
        EvidenceBasis.load(tmp_path / "basis.npz")


def test_a_gene_without_any_value_does_not_disturb(tiny_counts):
    matrix = np.c_[tiny_counts, np.full(16, np.nan)]
    found = prepare_evidence(matrix)
    np.testing.assert_allclose(found.singular_values, prepare_evidence(tiny_counts).singular_values)
