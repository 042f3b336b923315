import numpy as np
import pytest
from scipy import sparse

from nmfbio.factorization.products import Products, gram_of_rows


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_products_are_those_of_plain_matrices_whether_dense_or_sparse(form, dtype):
    random = np.random.default_rng(0)
    expression = random.poisson(0.7, (7, 2100)).astype(dtype)
    usages, metagenes = random.random((7, 3)).astype(dtype), random.random((3, 2100)).astype(dtype)
    products = Products(form(expression))
    found = products.with_metagenes(metagenes), products.with_usages(usages)
    for product, expected in zip(found, (expression @ metagenes.T, usages.T @ expression), strict=True):
        np.testing.assert_allclose(product, expected, rtol=1e-5 if dtype == "float32" else 1e-12)
        assert product.flags.c_contiguous
        assert product.dtype == dtype


def test_a_gram_matrix_is_in_double_precision():
    factor = np.full((2, 3), 0.1, np.float32)
    np.testing.assert_array_equal(gram_of_rows(factor), factor.astype(np.float64) @ factor.T.astype(np.float64))
