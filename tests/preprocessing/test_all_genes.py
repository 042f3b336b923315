"""nmfbio.preprocessing.all_genes: genes that were not factorised, on the scale of those that were."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from anndata import AnnData

from nmfbio.config import Preprocess
from nmfbio.errors import InputError
from nmfbio.preprocessing import preprocess, scale_every_gene


@pytest.fixture(scope="module")
def counts():
    """60 samples x 200 genes of counts, of very different means; gene 5 has one value, gene 6 none."""
    random = np.random.default_rng(3)
    values = random.negative_binomial(2, 2 / (2 + np.exp(random.normal(2, 1, 200))), (60, 200)).astype(np.float32)
    values[:, 5], values[:, 6] = 3, 0
    obs = pd.DataFrame({"batch": np.array(["a", "b"])[np.arange(60) % 2]}, index=[f"s{i}" for i in range(60)])
    return AnnData(values, obs=obs, var=pd.DataFrame(index=[f"g{i}" for i in range(200)]))


PRESETS = {
    "none": ({"top_genes": 50}, lambda x: x),
    "brunet": ({}, lambda x: 30 * x),
    "microarray_log": ({"top_genes": 50}, lambda x: np.log2(x + 1.5)),
    "microarray_log, batches": ({"top_genes": 50, "batch_key": "batch"}, lambda x: np.log2(x + 1.5)),
    "tpm": ({"top_genes": 50}, lambda x: 1.5 * x),
    "rnaseq_counts": ({"top_genes": 50}, lambda x: x),
    "rnaseq_counts, batches": ({"top_genes": 50, "batch_key": "batch"}, lambda x: x),
    "single_cell": ({"top_genes": 50, "min_counts": 5}, lambda x: x),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", PRESETS)
@pytest.mark.parametrize("sparse", [False, True])
def test_genes_that_were_factorised_have_the_values_of_the_fit(counts, case, sparse):
    settings, change = PRESETS[case]
    given = counts.copy()
    given.X = change(counts.X).astype(np.float32)
    given.X = scipy.sparse.csr_matrix(given.X) if sparse else given.X
    chosen = preprocess(given, Preprocess(preset=case.partition(",")[0], **settings))
    every = scale_every_gene(chosen)
    assert chosen.n_vars <= 150
    assert every.n_vars >= 190
    assert list(every.obs_names) == list(chosen.obs_names)
    together, fitted = (each.toarray() if scipy.sparse.issparse(each) else each for each in (every.X, chosen.X))
    np.testing.assert_allclose(together[:, every.var_names.get_indexer(chosen.var_names)], fitted, rtol=1e-5, atol=1e-5)


def test_a_matrix_that_lost_no_gene_is_given_back(counts):
    whole = preprocess(counts[:, counts.X.any(axis=0)].copy(), Preprocess(preset="none"))
    assert whole.raw is None
    assert scale_every_gene(whole) is whole


@pytest.mark.filterwarnings("ignore")
def test_what_was_cured_stays_cured(counts):
    given = counts.copy()
    given.X[3, 10] = np.nan
    given.X[4, 11] = -2
    chosen = preprocess(given, Preprocess(preset="none", top_genes=50, missing="weight", negatives="split"))
    every = scale_every_gene(chosen)
    assert np.isnan(every[:, "g10"].X).sum() == 1
    assert "g11 (negative)" in every.var_names


def test_genes_in_raw_of_unknown_preprocessing_are_refused(counts):
    foreign = counts[:, :50].copy()
    foreign.raw = counts
    with pytest.raises(InputError, match="200 genes in `raw`, and no 'preprocess'"):
        scale_every_gene(foreign)
