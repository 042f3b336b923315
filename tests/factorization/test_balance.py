import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nmfbio.factorization.balance import balance_scale, scale_to_sum_one


@given(seed=st.integers(0, 2**32 - 1))
def test_balancing_keeps_the_fit_and_gives_all_metagenes_one_ratio_of_sums(seed):
    random = np.random.default_rng(seed)
    usages, metagenes = random.uniform(0.01, 9, (5, 3)), random.uniform(0.01, 9, (3, 7))
    fitted = usages @ metagenes
    balance_scale(usages, metagenes)
    ratios = metagenes.sum(axis=1) / usages.sum(axis=0)
    np.testing.assert_allclose(ratios, ratios[0], rtol=1e-10)
    np.testing.assert_allclose(usages @ metagenes, fitted, rtol=1e-12)


def test_balancing_leaves_a_metagene_that_is_not_used_as_it_is():
    usages, metagenes = np.array([[1.0, 0.0], [2.0, 0.0]]), np.array([[4.0, 2.0], [3.0, 5.0]])
    balance_scale(usages, metagenes)
    np.testing.assert_array_equal(metagenes[1], [3.0, 5.0])
    np.testing.assert_array_equal(usages[:, 1], 0)
    np.testing.assert_allclose(usages[:, :1] @ metagenes[:1], [[4.0, 2.0], [8.0, 4.0]])


def test_balancing_keeps_the_precision_of_the_factors():
    usages, metagenes = np.ones((3, 2), np.float32), np.full((2, 4), 5, np.float32)
    balance_scale(usages, metagenes)
    assert usages.dtype == metagenes.dtype == np.float32


def test_metagenes_are_divided_by_their_sums_and_one_without_any_is_left():
    metagenes = np.array([[1.0, 3.0], [0.0, 0.0], [0.5, 0.25]])
    scale_to_sum_one(metagenes)
    np.testing.assert_allclose(metagenes, [[0.25, 0.75], [0, 0], [2 / 3, 1 / 3]], rtol=1e-15)
