"""Method `online`: batches from memory or disk, ending where the batch methods end."""

import h5py
import numpy as np
import pytest
import scipy.sparse
from anndata.io import sparse_dataset, write_elem

from nmfbio.factorization import factorize, fit_usages, half_squared_error, kl_divergence

LOSSES = pytest.mark.parametrize("loss", ["kl", "frobenius"])
BATCH_METHOD = {"kl": "kl", "frobenius": "frobenius"}
OBJECTIVE = {"kl": kl_divergence, "frobenius": half_squared_error}


def draw_counts(n_samples, n_genes, rank, seed=0):
    """Counts around a few programs, samples sorted by the program they use most, as atlases are by donor."""
    random = np.random.default_rng(seed)
    usages = random.gamma(0.3, 1.0, (n_samples, rank))
    usages = usages[np.argsort(usages.argmax(axis=1), kind="stable")]
    return scipy.sparse.csr_matrix(random.poisson(usages @ random.gamma(0.3, 2.0, (rank, n_genes))).astype(np.float64))


@pytest.fixture(scope="module")
def counts():
    """5000 samples × 60 genes of rank 4: more than the smallest part that a fit begins with."""
    return draw_counts(5000, 60, 4)


class Recorder:
    """Gives rows of a matrix and remembers how many were asked for at a time."""

    def __init__(self, matrix):
        self.matrix, self.shape, self.dtype, self.asked = matrix, matrix.shape, matrix.dtype, []

    def __getitem__(self, rows):
        self.asked.append(rows.stop - rows.start)
        return self.matrix[rows]


@LOSSES
def test_fits_end_where_those_of_the_batch_method_do(counts, loss):
    online = factorize(counts, 4, "online", restarts=3, loss=loss, batch_size=512)
    batch = factorize(counts, 4, BATCH_METHOD[loss], restarts=3)
    assert online.converged.all()
    assert online.objective.min() <= batch.objective.min() * 1.001


@LOSSES
def test_the_order_of_the_samples_hardly_matters(counts, loss):
    shuffled = counts[np.random.default_rng(1).permutation(counts.shape[0])]
    found = [factorize(m, 4, "online", restarts=3, loss=loss, batch_size=512).objective for m in (counts, shuffled)]
    assert found[0].min() == pytest.approx(found[1].min(), rel=1e-3)


@LOSSES
def test_more_passes_never_raise_the_objective(counts, loss):
    part = counts[:300]
    options = {"restarts": 1, "loss": loss, "batch_size": 64, "tolerance": 0, "dtype": "float64"}
    objectives = [factorize(part, 4, "online", max_iter=n, **options).objective[0] for n in range(1, 16)]
    assert np.diff(objectives).max() <= 1e-9 * objectives[0]


@LOSSES
def test_the_objective_is_that_of_the_factors_with_their_penalties(counts, loss):
    part = counts[:300]
    found = factorize(part, 3, "online", restarts=1, loss=loss, l1_usages=1e-3, l2_metagenes=1e-2)
    usages, metagenes = (factor[0].astype(np.float64) for factor in (found.usages, found.metagenes))
    penalty = part.shape[1] * 1e-3 * usages.sum() + 0.5 * part.shape[0] * 1e-2 * np.sum(metagenes**2)
    assert found.objective[0] == pytest.approx(OBJECTIVE[loss](part, usages, metagenes) + penalty, rel=1e-6)


@pytest.mark.parametrize("strengths", [{"l1_metagenes": 1, "l1_usages": 1}, {"l1_metagenes": 0.7, "l2_usages": 0.7}])
@LOSSES
def test_metagenes_that_a_penalty_switches_off_stay_finite(counts, loss, strengths):
    options = {"restarts": 2, "max_iter": 200, **strengths}
    found = factorize(counts, 4, "online", batch_size=1000, loss=loss, **options)
    batch = factorize(counts, 4, loss, **options)
    np.testing.assert_allclose(found.objective.min(), batch.objective.min(), rtol=1e-2)


@LOSSES
def test_sparse_dense_and_stored_matrices_give_the_same_bytes(counts, loss, tmp_path):
    part = counts[:400].astype(np.float32)
    options = {"restarts": 2, "loss": loss, "batch_size": 128, "max_iter": 20}
    expected = factorize(part, 3, "online", **options)
    with h5py.File(tmp_path / "matrix.h5", "w") as file:
        file["dense"] = part.toarray()
        write_elem(file, "sparse", part)
        for matrix in (part.toarray(), file["dense"], sparse_dataset(file["sparse"])):
            found = factorize(matrix, 3, "online", **options)
            np.testing.assert_array_equal(found.usages, expected.usages)
            np.testing.assert_array_equal(found.metagenes, expected.metagenes)


def test_a_memory_mapped_matrix_is_read_in_batches(counts, tmp_path):
    parts = {}
    for name in ("data", "indices", "indptr"):
        np.save(tmp_path / f"{name}.npy", getattr(counts, name))
        parts[name] = np.load(tmp_path / f"{name}.npy", mmap_mode="r")
    mapped = scipy.sparse.csr_matrix((parts["data"], parts["indices"], parts["indptr"]), shape=counts.shape)
    found, expected = (factorize(m, 4, "online", restarts=1, max_iter=3) for m in (mapped, counts))
    np.testing.assert_array_equal(found.metagenes, expected.metagenes)


@LOSSES
def test_never_more_rows_than_a_batch_are_asked_for(counts, loss):
    source = Recorder(counts)
    factorize(source, 4, "online", restarts=1, loss=loss, batch_size=256, max_iter=3)
    assert max(source.asked) <= 256
    assert sum(source.asked) >= 3 * counts.shape[0]


@LOSSES
def test_threads_and_company_do_not_matter(counts, loss):
    part = counts[:600]
    options = {"loss": loss, "batch_size": 256, "max_iter": 5}
    one, two = (factorize(part, 3, "online", restarts=3, threads=threads, **options) for threads in (1, 2))
    alone = factorize(part, 3, "online", restarts=1, first_restart=2, **options)
    np.testing.assert_array_equal(one.metagenes, two.metagenes)
    np.testing.assert_array_equal(one.usages[2], alone.usages[0])


@LOSSES
def test_projection_equals_that_of_the_batch_method(counts, loss):
    part = counts[:500]
    metagenes = np.random.default_rng(3).gamma(0.5, 1.0, (3, part.shape[1]))
    found = fit_usages(part, metagenes, "online", loss=loss, batch_size=100)
    expected = fit_usages(part, metagenes, BATCH_METHOD[loss])
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4 * expected.max())


@LOSSES
def test_empty_samples_and_genes_get_zeros(counts, loss):
    part = counts[:200].toarray()
    part[7] = 0
    part[:, 11] = 0
    found = factorize(part, 3, "online", restarts=1, loss=loss)
    fitted = found.usages[0] @ found.metagenes[0]
    assert np.isfinite(fitted).all()
    assert max(fitted[7].max(), fitted[:, 11].max()) <= 1e-6 * fitted.max()


@pytest.mark.parametrize(
    ("matrix", "error", "message"),
    [
        (-np.ones((30, 9)), ValueError, r"expression \(in rows 0 to 29, from 0\) holds negative values"),
        (np.full((30, 9), np.nan), ValueError, r"rows 0 to 29, from 0\) holds NaN"),
        (np.zeros((30, 9)), ValueError, "expression is zero everywhere"),
        (np.ones(9), ValueError, r"expression has shape \(9,\)"),
        (np.ones((30, 9)).astype(str), TypeError, "expression holds <U"),
    ],
)
def test_unusable_matrices_are_refused(matrix, error, message):
    with pytest.raises(error, match=message):
        factorize(matrix, 2, "online", restarts=1)


def test_seedings_that_need_the_whole_matrix_are_refused_for_one_on_disk(counts):
    with pytest.raises(ValueError, match="seeding nndsvd needs the whole matrix in memory"):
        factorize(Recorder(counts), 3, "online", restarts=1, seeding="nndsvd")
    assert factorize(counts[:200], 3, "online", restarts=1, seeding="nndsvda", max_iter=3).usages.shape == (1, 200, 3)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"loss": "l2"}, "loss is 'l2'; expected one of kl, frobenius"), ({"batch_size": 0}, "batch_size is 0; expected")],
)
def test_unknown_options_are_refused(counts, options, message):
    with pytest.raises(ValueError, match=message):
        factorize(counts, 3, "online", **options)
