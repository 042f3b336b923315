import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmfbio.factorization import explained_variance, factorize, half_squared_error, kl_divergence

OBJECTIVES = (kl_divergence, half_squared_error)


def draw_matrices(seed, n_samples=6, n_genes=9, rank=2):
    random = np.random.default_rng(seed)
    expression = random.poisson(2.0, (n_samples, n_genes)).astype(float)
    return expression, random.uniform(0.1, 2.0, (n_samples, rank)), random.uniform(0.1, 2.0, (rank, n_genes))


def naive_kl_divergence(expression, usages, metagenes):
    total = 0.0
    for observed, fitted in zip(expression.ravel(), (usages @ metagenes).ravel(), strict=True):
        total += (observed * math.log(observed / fitted) if observed > 0 else 0.0) - observed + fitted
    return total


def naive_half_squared_error(expression, usages, metagenes):
    return 0.5 * np.linalg.norm(expression - usages @ metagenes) ** 2


@pytest.mark.parametrize("n_genes", [1, 9, 1024, 2500])
def test_objectives_equal_their_formulas_whatever_the_number_of_genes(n_genes):
    matrices = draw_matrices(1, n_genes=n_genes)
    assert kl_divergence(*matrices) == pytest.approx(naive_kl_divergence(*matrices), rel=1e-12)
    assert half_squared_error(*matrices) == pytest.approx(naive_half_squared_error(*matrices), rel=1e-12)


@pytest.mark.parametrize("objective", OBJECTIVES)
@given(seed=st.integers(0, 2**32 - 1))
def test_objectives_are_never_negative_and_zero_where_the_fit_is_exact(objective, seed):
    expression, usages, metagenes = draw_matrices(seed)
    assert objective(expression, usages, metagenes) >= 0
    assert objective(usages @ metagenes, usages, metagenes) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("objective", OBJECTIVES)
@given(seed=st.integers(0, 2**32 - 1), scales=st.tuples(st.floats(1e-3, 1e3), st.floats(1e-3, 1e3)))
def test_objectives_do_not_depend_on_how_factors_share_their_scale(objective, seed, scales):
    expression, usages, metagenes = draw_matrices(seed)
    rescaled = objective(expression, usages / scales, metagenes * np.array(scales)[:, None])
    assert rescaled == pytest.approx(objective(expression, usages, metagenes), rel=1e-9)


def test_kl_divergence_is_finite_where_the_fit_is_zero():
    expression, usages, metagenes = np.array([[0.0, 3.0]]), np.array([[1.0]]), np.array([[0.0, 0.0]])
    assert np.isfinite(kl_divergence(expression, usages, metagenes))
    assert kl_divergence(expression[:, :1], usages, metagenes[:, :1]) == pytest.approx(0, abs=1e-12)


def test_explained_variance_is_one_for_an_exact_fit_and_zero_for_none():
    _, usages, metagenes = draw_matrices(3)
    assert explained_variance(usages @ metagenes, usages, metagenes) == pytest.approx(1)
    assert explained_variance(usages @ metagenes, usages * 0, metagenes) == pytest.approx(0)


def test_objectives_of_r_factors_are_those_r_prints(leukemia, anchors, golden_factors):
    expected = anchors["nndsvd_first_200_genes_k3"]
    usages, metagenes = (f.to_numpy() for f in golden_factors("nndsvd200_H.tsv", "nndsvd200_W.tsv", None))
    first_genes = leukemia[:, :200]
    assert kl_divergence(first_genes, usages, metagenes) == pytest.approx(expected["KL"], rel=1e-9)
    assert 2 * half_squared_error(first_genes, usages, metagenes) == pytest.approx(expected["rss"], rel=1e-9)
    assert explained_variance(first_genes, usages, metagenes) == pytest.approx(expected["evar"], abs=1e-9)


@pytest.mark.parametrize("method", ["kl", "brunet", "frobenius"])
def test_the_reported_objective_recomputes_from_the_reported_factors(expression, method):
    restarts = factorize(expression, 3, method, restarts=3)
    objective = half_squared_error if method == "frobenius" else kl_divergence
    for usages, metagenes, reported in zip(restarts.usages, restarts.metagenes, restarts.objective, strict=True):
        assert objective(expression, usages, metagenes) == reported
