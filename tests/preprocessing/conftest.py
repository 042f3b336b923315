"""Small matrices for all steps."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from anndata import AnnData


@pytest.fixture(scope="session")
def make_expression():
    """Function that lays an AnnData of samples s0, s1, ... and genes g0, g1, ... around a matrix."""

    def make(matrix, genes=None, dtype=np.float32, **columns) -> AnnData:
        matrix = matrix if scipy.sparse.issparse(matrix) else np.array(matrix, dtype=dtype)
        genes = [f"g{place}" for place in range(matrix.shape[1])] if genes is None else list(genes)
        samples = [f"s{place}" for place in range(matrix.shape[0])]
        obs, var = pd.DataFrame(columns, index=samples), pd.DataFrame({"description": genes}, index=genes)
        return AnnData(matrix, obs=obs, var=var)

    return make


@pytest.fixture(scope="session")
def cells():
    """60 cells x 300 genes of counts: three types, shallow, overdispersed."""
    random = np.random.default_rng(3)
    means = random.gamma(0.4, 2.0, 300) * np.exp(random.normal(0, 1, (3, 300)))
    return random.poisson(means[np.arange(60) % 3] * random.gamma(4, 0.25, (60, 1))).astype(np.float32)


@pytest.fixture(scope="session")
def bulk():
    """12 samples x 400 genes of counts, millions deep, two kinds of samples in two batches."""
    random = np.random.default_rng(4)
    means = random.gamma(0.5, 4000.0, 400) * np.exp(random.normal(0, 0.7, (2, 400)))
    depth = random.uniform(0.5, 2.0, (12, 1))
    return random.negative_binomial(5, 5 / (5 + means[np.arange(12) % 2] * depth)).astype(np.float32)
