"""nmfbio.rank.evidence: all evidence at one rank."""

import warnings

import numpy as np
import pytest
import scipy.sparse
from anndata import AnnData
from numpy.testing import assert_array_equal

from nmfbio.errors import InputError
from nmfbio.io import open_matrix, write_h5ad
from nmfbio.rank import Evidence, count_pieces, evidence, gather_evidence, prepare_evidence
from nmfbio.rank.measures import collect_measures


@pytest.fixture(scope="module")
def counts(negative_binomial):
    """15 samples × 20 genes of counts that go down to 0."""
    drawn = negative_binomial(0.1, 15, 20, seed=4)
    return drawn - drawn.min()


@pytest.fixture(scope="module")
def basis(counts):
    return prepare_evidence(counts, counts)


@pytest.fixture(autouse=True)
def few_subsamples(monkeypatch):
    """A handful of fits to a part of the samples is enough here."""
    monkeypatch.setattr(evidence, "SUBSAMPLES", 5)


def flat(found):
    return {**{name: value for name, value in vars(found).items() if name not in evidence.ROWS}, **found.null} | {
        f"unpermuted {name}": value for name, value in found.unpermuted.items()
    }


def assert_same(one, other):
    for name, values in flat(one).items():
        assert_array_equal(values, flat(other)[name], err_msg=name)


def test_what_was_saved_is_read_back(counts, basis, tmp_path):
    for rank in (1, 2):
        found = gather_evidence(counts, rank, basis)
        found.save(tmp_path / "k.npz")
        again = Evidence.load(tmp_path / "k.npz")
        assert again.rank == rank
        assert_same(found, again)
        again.save(tmp_path / "again.npz")
        assert (tmp_path / "k.npz").read_bytes() == (tmp_path / "again.npz").read_bytes()


def test_a_foreign_file_is_refused(tmp_path):
    np.savez(tmp_path / "foreign.npz", other=np.ones(3))
    with pytest.raises(InputError, match="written by nmfbio"):
        Evidence.load(tmp_path / "foreign.npz")


def test_the_basis_is_not_taken_for_the_evidence_at_a_rank(basis, tmp_path):
    basis.save(tmp_path / "basis.npz")
    with pytest.raises(InputError, match="EvidenceArrays"):
        Evidence.load(tmp_path / "basis.npz")


def test_its_arrays_have_their_shapes(counts, basis):
    found = gather_evidence(counts, 3, basis)
    assert (found.speckled_cv.shape, found.bi_cv.shape, found.count_splitting.shape) == ((5,), (4,), (4,))
    assert found.silhouettes.shape == (5, 3)
    assert {values.shape for values in found.null.values()} == {(3,)}
    assert np.isfinite(found.null["reproducibility"]).tolist() == [True, False, False]
    assert gather_evidence(counts, 1, basis).silhouettes.shape == (0, 1)
    assert gather_evidence(counts, 1, prepare_evidence(counts)).count_splitting.shape == (0,)


def test_threads_leave_every_byte_as_it_is(counts, basis, tmp_path):
    for threads in (1, 3):
        gather_evidence(counts, 2, basis, threads=threads).save(tmp_path / f"{threads}.npz")
    assert (tmp_path / "1.npz").read_bytes() == (tmp_path / "3.npz").read_bytes()


def test_warnings_are_shown_afterwards_as_they_were_before(counts, basis):
    before = list(warnings.filters)
    for _ in range(3):
        gather_evidence(counts, 2, basis, threads=4)
    assert list(warnings.filters) == before


def test_the_seed_changes_what_is_drawn(counts, basis):
    one, other = (gather_evidence(counts, 2, basis, seed=seed) for seed in (0, 1))
    assert not np.array_equal(one.speckled_cv, other.speckled_cv)
    assert not np.array_equal(one.silhouettes, other.silhouettes)


def test_a_sparse_matrix_gives_what_a_dense_one_does(counts, basis):
    dense, sparse = (gather_evidence(kind(counts), 2, basis) for kind in (np.asarray, scipy.sparse.csr_matrix))
    # Fits to permuted data, which hold no structure, may end in other optima.
    for name in ("speckled_cv", "bi_cv", "silhouettes"):
        np.testing.assert_allclose(flat(sparse)[name], flat(dense)[name], rtol=1e-3, atol=1e-3, err_msg=name)


@pytest.mark.parametrize("kind", [np.asarray, scipy.sparse.csr_matrix])
def test_a_matrix_on_disk_gives_the_same_bytes(counts, basis, kind, tmp_path):
    write_h5ad(AnnData(kind(counts)), tmp_path / "expression.h5ad")
    in_memory = flat(gather_evidence(kind(counts), 2, basis))
    with open_matrix(tmp_path / "expression.h5ad") as matrix:
        on_disk = flat(gather_evidence(matrix, 2, basis))
    for name, values in in_memory.items():
        np.testing.assert_array_equal(on_disk[name], values, err_msg=name)


METHODS = ["frobenius", "kl", "weighted", "online", "bayesian", "nsnmf"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("rank", [1, 2])
def test_every_kind_of_method_gives_numbers(counts, method, rank):
    matrix = counts.copy()
    if method == "weighted":
        matrix[3, 4] = matrix[7, 11] = np.nan
    found = gather_evidence(matrix, rank, prepare_evidence(matrix), method)
    assert np.isfinite(found.speckled_cv).all()
    assert np.isfinite(found.bi_cv).all()
    assert np.isfinite(found.silhouettes).all()
    assert np.isfinite(found.unpermuted["objective"])
    assert np.isfinite(found.null["speckled_cv"]).all()


def test_options_of_the_method_reach_its_fits(counts):
    basis = prepare_evidence(counts)
    plain, smooth = (gather_evidence(counts, 2, basis, "nsnmf", options={"theta": theta}) for theta in (0.0, 0.9))
    assert plain.unpermuted["objective"] < smooth.unpermuted["objective"]


@pytest.mark.parametrize("rank", [1, 2])
@pytest.mark.parametrize("has_counts", [True, False])
def test_progress_counts_every_piece(counts, rank, has_counts):
    basis = prepare_evidence(counts, counts if has_counts else None)
    done = []
    gather_evidence(counts, rank, basis, on_piece=lambda: done.append(1))
    assert len(done) == count_pieces(rank, basis)


@pytest.mark.parametrize("rank", [3, 4])
def test_a_rank_too_large_for_a_part_of_few_samples_has_no_reproducibility(counts, rank):
    few = counts[:5]
    basis = prepare_evidence(few)
    found = gather_evidence(few, rank, basis)
    assert found.silhouettes.shape == ((5 if rank < 4 else 0), rank)
    assert np.isfinite(found.null["reproducibility"][0]) == (rank < 4)
    assert np.isfinite(found.speckled_cv).all()


def test_two_samples_are_enough_for_rank_one(counts):
    found = gather_evidence(counts[:2], 1, prepare_evidence(counts[:2], counts[:2]))
    assert np.isfinite(found.speckled_cv).all()
    assert np.isnan(found.bi_cv).all()


def test_a_gene_with_a_single_value_can_be_left_out_of_a_part(counts):
    matrix = counts.copy()
    matrix[1:, 5] = np.nan
    found = gather_evidence(matrix, 2, prepare_evidence(matrix), "weighted")
    assert np.isfinite(found.silhouettes).all()


@pytest.mark.filterwarnings("error")
def test_a_rank_as_large_as_the_matrix_has_no_evidence_and_spoils_no_other(counts, basis):
    rank = len(counts)
    found = [gather_evidence(counts, each, basis) for each in (1, 2, rank)]
    assert np.isnan(found[-1].speckled_cv).all()
    table = collect_measures([], found, basis)
    assert table[(table["rank"] == rank) & (table["measure"] != "parallel_analysis")]["value"].isna().all()
    assert table[(table["rank"] == 2) & (table["measure"] == "speckled_cv")]["value"].notna().all()
