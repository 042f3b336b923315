"""Sparse matrices: the same results as dense ones, and never made dense."""

import numpy as np
import pytest
import scipy.sparse
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nmfbio.factorization import METHODS, factorize, fit_usages, half_squared_error, kl_divergence
from nmfbio.factorization.sparse import TILE, tiles_by_gene, tiles_by_sample, weighted_logs

SPARSE_METHODS = pytest.mark.parametrize(
    "method", [name for name, method in METHODS.items() if method.sparse and name not in ("online", "bayesian")]
)
FORMATS = pytest.mark.parametrize("form", ["csr_array", "csr_matrix", "csc_matrix", "coo_array", "lil_matrix"])


@pytest.fixture(scope="module")
def counts():
    """60 samples × 150 genes, two thirds of them zeros."""
    random = np.random.default_rng(11)
    return random.poisson(random.gamma(0.3, 1.0, (60, 3)) @ random.gamma(0.3, 2.0, (3, 150))).astype(np.float64)


def draw_start(expression, rank=3):
    random = np.random.default_rng(12)
    return random.uniform(0.1, 1, (expression.shape[0], rank)), random.uniform(0.1, 1, (rank, expression.shape[1]))


@SPARSE_METHODS
def test_a_sparse_matrix_gives_the_fit_of_the_dense_one(counts, method):
    n_iter = 5 if method == "kl" else 30  # its Newton steps are halved more often on sparse rows
    options = {"restarts": 1, "seeding": draw_start(counts), "dtype": "float64", "max_iter": n_iter, "tolerance": 0}
    dense, sparse = (factorize(m, 3, method, **options) for m in (counts, scipy.sparse.csr_matrix(counts)))
    np.testing.assert_allclose(
        sparse.usages[0] @ sparse.metagenes[0], dense.usages[0] @ dense.metagenes[0], rtol=1e-6, atol=1e-8
    )
    assert sparse.objective[0] == pytest.approx(dense.objective[0], rel=1e-9)


def test_kl_of_a_sparse_matrix_ends_where_that_of_the_dense_one_does(counts):
    options = {"restarts": 10, "dtype": "float64", "tolerance": 1e-10}
    dense, sparse = (factorize(matrix, 3, **options) for matrix in (counts, scipy.sparse.csr_matrix(counts)))
    assert sparse.converged.all()
    assert sparse.objective.min() == pytest.approx(dense.objective.min(), rel=1e-8)


@SPARSE_METHODS
@FORMATS
def test_every_sparse_format_is_taken_and_left_as_it_was(counts, method, form):
    matrix = getattr(scipy.sparse, form)(counts)
    before = matrix.copy()
    found = factorize(matrix, 3, method, restarts=2, max_iter=20)
    expected = factorize(scipy.sparse.csr_matrix(counts), 3, method, restarts=2, max_iter=20)
    np.testing.assert_array_equal(found.metagenes, expected.metagenes)
    assert (matrix != before).nnz == 0


@SPARSE_METHODS
def test_repeated_indices_and_stored_zeros_mean_what_they_add_up_to(method):
    random = np.random.default_rng(3)
    rows, columns = random.integers(0, 20, 400), random.integers(0, 30, 400)
    values = random.integers(0, 3, 400).astype(np.float64)
    indptr = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=20))])
    order = np.argsort(rows, kind="stable")
    untidy = scipy.sparse.csr_matrix((values[order], columns[order], indptr), shape=(20, 30))
    tidy = scipy.sparse.csr_matrix(untidy.toarray())
    found, expected = (factorize(matrix, 2, method, restarts=1, max_iter=10) for matrix in (untidy, tidy))
    np.testing.assert_array_equal(found.usages, expected.usages)
    assert untidy.nnz == 400


@SPARSE_METHODS
def test_a_sparse_matrix_is_never_made_dense(counts, method, monkeypatch):
    matrix = scipy.sparse.csr_matrix(counts)

    def refuse(*arguments, **options):
        raise AssertionError("made dense")

    for kind in (scipy.sparse.csr_matrix, scipy.sparse.csc_matrix, scipy.sparse.coo_matrix):
        for name in ("toarray", "todense", "__array__"):
            monkeypatch.setattr(kind, name, refuse, raising=False)
    found = factorize(matrix, 3, method, restarts=2, max_iter=20)
    fit_usages(matrix, found.metagenes[0], method)
    factorize(matrix, 3, method, restarts=1, seeding="nndsvd", max_iter=20)


@SPARSE_METHODS
def test_a_restart_does_not_depend_on_its_company(counts, method):
    matrix = scipy.sparse.csr_matrix(counts)
    together = factorize(matrix, 3, method, restarts=21, threads=1, max_iter=200)
    for number in (0, 7, 20):
        alone = factorize(matrix, 3, method, restarts=1, first_restart=number, max_iter=200)
        np.testing.assert_array_equal(alone.metagenes[0], together.metagenes[number])
        np.testing.assert_array_equal(alone.usages[0], together.usages[number])
        assert alone.n_iter[0] == together.n_iter[number]


@SPARSE_METHODS
def test_projections_agree(counts, method):
    metagenes = np.random.default_rng(1).gamma(0.5, 1.0, (3, counts.shape[1]))
    dense, sparse = (fit_usages(m, metagenes, method) for m in (counts, scipy.sparse.csr_matrix(counts)))
    np.testing.assert_allclose(sparse, dense, rtol=1e-4, atol=1e-5 * dense.max())


@SPARSE_METHODS
def test_empty_samples_and_genes_get_zeros(counts, method):
    counts = counts.copy()
    counts[5] = 0
    counts[:, 9] = 0
    found = factorize(scipy.sparse.csr_matrix(counts), 3, method, restarts=1, dtype="float64")
    fitted = found.usages[0] @ found.metagenes[0]
    assert fitted[5].max() <= 1e-9 * fitted.max()
    assert fitted[:, 9].max() <= 1e-9 * fitted.max()


@settings(max_examples=25, deadline=None)
@given(
    expression=arrays(np.float64, st.tuples(st.integers(2, 8), st.integers(2, 8)), elements=st.integers(0, 4)),
    seed=st.integers(0, 99),
)
def test_objectives_of_sparse_and_dense_matrices_agree(expression, seed):
    assume(expression.any())
    usages, metagenes = draw_start(expression, 2)
    sparse = scipy.sparse.csr_matrix(expression)
    for objective in (kl_divergence, half_squared_error):
        assert objective(sparse, usages, metagenes) == pytest.approx(objective(expression, usages, metagenes), rel=1e-9)


@pytest.mark.parametrize("shape", [(3, 5), (7, 3 * TILE + 5), (3 * TILE + 5, 7)])
@pytest.mark.parametrize("n_columns", [1, 3, 10, 33])
def test_products_by_tiles_are_products(shape, n_columns):
    random = np.random.default_rng(0)
    matrix = scipy.sparse.random(*shape, density=0.2, format="csr", random_state=0)
    genes, samples = random.random((shape[1], n_columns)), random.random((shape[0], n_columns))
    np.testing.assert_allclose(tiles_by_sample(matrix).times(genes), matrix @ genes, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(tiles_by_gene(matrix).times(samples), matrix.T @ samples, rtol=1e-12, atol=1e-15)


def test_logs_over_stored_values(counts):
    matrix = scipy.sparse.csr_matrix(counts)
    usages, metagenes = draw_start(counts)
    rows = matrix.indptr, matrix.indices, matrix.data, usages, np.ascontiguousarray(metagenes.T)
    assert weighted_logs(*rows) == pytest.approx(np.sum(counts * np.log(usages @ metagenes)), rel=1e-12)
