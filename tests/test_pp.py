"""nmfbio.pp: preprocessing of an AnnData, in place or as a copy."""

import numpy as np
import pytest

import nmfbio as nb
from nmfbio.config import Preprocess
from nmfbio.errors import ConfigError


def test_it_is_the_stage_of_the_workflow(small_expression):
    expected = nb.preprocess(small_expression, Preprocess(preset="rnaseq_counts", top_genes=20))
    adata = small_expression.copy()
    assert nb.pp.preprocess(adata, "rnaseq_counts", top_genes=20) is None
    np.testing.assert_array_equal(adata.X, expected.X)
    assert list(adata.var_names) == list(expected.var_names)
    assert adata.raw.shape == (12, 60)


def test_a_copy_leaves_the_matrix_as_it_is(small_expression):
    result = nb.pp.preprocess(small_expression, "rnaseq_counts", copy=True, top_genes=20)
    assert (result.n_vars, small_expression.n_vars) == (20, 60)


def test_maps_of_the_samples_are_kept(small_expression):
    adata = small_expression.copy()
    adata.obsm["X_pca"] = np.arange(24.0).reshape(12, 2)
    nb.pp.preprocess(adata, "none", min_counts=float(np.sort(adata.X.sum(axis=1))[2]))
    assert adata.n_obs == 10
    places = small_expression.obs_names.get_indexer(adata.obs_names)
    np.testing.assert_array_equal(adata.obsm["X_pca"], np.arange(24.0).reshape(12, 2)[places])


def test_an_unknown_key_is_refused(small_expression):
    with pytest.raises(ConfigError, match=r"'preprocess\.top_gene': unknown key; did you mean 'top_genes'"):
        nb.pp.preprocess(small_expression, top_gene=3)
