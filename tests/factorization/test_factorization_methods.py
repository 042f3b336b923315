"""What every method must satisfy."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nmfbio.factorization import METHODS, factorize

EVERY_METHOD = pytest.mark.parametrize("method", METHODS)
MACHINE_ZERO = np.finfo(np.float64).eps  # R's floor, which brunet follows
RANK = 2
SHAPES = st.tuples(st.integers(4, 7), st.integers(4, 12))
MATRICES = SHAPES.flatmap(lambda shape: arrays(np.float64, shape, elements=st.integers(0, 50)))
FULL_MATRICES = SHAPES.flatmap(lambda shape: arrays(np.float64, shape, elements=st.floats(0.5, 50)))
# Compiling is part of a first example's time.
SOME_EXAMPLES = settings(max_examples=25, deadline=None)


def draw_start(expression, rank=RANK, seed=0):
    random = np.random.default_rng(seed)
    return random.uniform(0.5, 2, (expression.shape[0], rank)), random.uniform(0.5, 2, (rank, expression.shape[1]))


def fit_from(start, expression, method, max_iter=25):
    """Usages, metagenes and objective after ``max_iter`` iterations in double precision."""
    options = {"dtype": "float64", "tolerance": 0, "max_iter": max_iter, "threads": 1}
    restarts = factorize(expression, start[0].shape[1], method, restarts=1, seeding=start, **options)
    return restarts.usages[0], restarts.metagenes[0], restarts.objective[0]


def assert_same_fit(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9 * expected.max())


@EVERY_METHOD
@SOME_EXAMPLES
@given(expression=MATRICES)
def test_the_objective_never_rises_from_iteration_to_iteration(method, expression):
    assume(expression.any())
    start = draw_start(expression)
    objectives = [fit_from(start, expression, method, n)[2] for n in (1, 2, 3, 9, 10, 11, 20, 21, 22, 23, 24, 30, 40)]
    assert np.diff(objectives).max() <= 1e-12 * np.sum(expression**2)


@EVERY_METHOD
def test_the_objective_never_rises_on_leukemia_in_the_methods_own_precision(leukemia, method):
    start = draw_start(leukemia, 3)
    objectives = np.array(
        [
            factorize(leukemia, 3, method, restarts=1, seeding=start, tolerance=0, max_iter=n).objective[0]
            for n in range(1, 41)
        ]
    )
    assert np.diff(objectives).max() <= 1e-7 * objectives[-1]


@EVERY_METHOD
@SOME_EXAMPLES
@given(expression=MATRICES)
def test_factors_are_finite_and_non_negative(method, expression):
    assume(expression.any())
    restarts = factorize(expression, 3, method, restarts=2)
    for factor in (restarts.usages, restarts.metagenes):
        assert np.isfinite(factor).all()
        assert factor.min() >= 0
    assert np.isfinite(restarts.objective).all()


@EVERY_METHOD
@SOME_EXAMPLES
@given(expression=MATRICES, data=st.data())
def test_a_zero_gene_and_a_zero_sample_get_zeros(method, expression, data):
    gene, sample = (data.draw(st.integers(0, size - 1)) for size in expression.shape[::-1])
    expression[:, gene] = 0
    expression[sample] = 0
    assume(expression.any())
    usages, metagenes, _ = fit_from(draw_start(expression), expression, method, 100)
    floor = 2 * MACHINE_ZERO if method == "brunet" else 1e-9
    present = usages.max(axis=0) > floor
    assert metagenes[present][:, gene].max(initial=0) <= floor
    assert (usages[sample] * metagenes.max(axis=1)).max() <= 1e-9 * expression.max()


@EVERY_METHOD
@SOME_EXAMPLES
@given(expression=FULL_MATRICES, scale=st.sampled_from([1e-4, 0.3, 7.0, 1e5]))
def test_scaling_the_matrix_scales_the_fit_and_leaves_usage_shares(method, expression, scale):
    usages, metagenes = draw_start(expression)
    plain = fit_from((usages, metagenes), expression, method)
    scaled = fit_from((scale * usages, metagenes), scale * expression, method)
    assert_same_fit(scaled[0] @ scaled[1], scale * (plain[0] @ plain[1]))
    assert_same_fit(scaled[1] / scaled[1].max(), plain[1] / plain[1].max())


@EVERY_METHOD
@SOME_EXAMPLES
@given(expression=FULL_MATRICES, data=st.data())
def test_permuting_samples_genes_and_metagenes_permutes_the_factors(method, expression, data):
    samples, genes = (np.array(data.draw(st.permutations(range(size)))) for size in expression.shape)
    usages, metagenes = draw_start(expression)
    plain = fit_from((usages, metagenes), expression, method)
    start = usages[samples], metagenes[:, genes]
    permuted = fit_from(start, expression[samples][:, genes], method)
    assert_same_fit(permuted[0], plain[0][samples])
    assert_same_fit(permuted[1], plain[1][:, genes])


@EVERY_METHOD
@SOME_EXAMPLES
@given(expression=FULL_MATRICES, scales=st.tuples(st.floats(0.01, 100), st.floats(0.01, 100)))
def test_the_fit_does_not_depend_on_how_the_start_shares_its_scale(method, expression, scales):
    usages, metagenes = draw_start(expression)
    plain = fit_from((usages, metagenes), expression, method)
    rescaled = fit_from((usages / scales, metagenes * np.array(scales)[:, None]), expression, method)
    assert_same_fit(rescaled[0] @ rescaled[1], plain[0] @ plain[1])


@EVERY_METHOD
@SOME_EXAMPLES
@given(seed=st.integers(0, 2**32 - 1))
def test_exact_factors_are_a_fixed_point(method, seed):
    random = np.random.default_rng(seed)
    start = random.uniform(0.2, 3, (6, 3)), random.uniform(0.2, 3, (3, 11))
    expression = start[0] @ start[1]
    usages, metagenes, objective = fit_from(start, expression, method, 60)
    np.testing.assert_allclose(usages @ metagenes, expression, rtol=1e-9)
    assert objective == pytest.approx(0, abs=1e-12 * expression.sum())


@EVERY_METHOD
def test_separable_data_without_noise_are_recovered(method):
    random = np.random.default_rng(5)
    usages = np.vstack([10 * np.eye(3), random.uniform(0, 10, (27, 3))])
    metagenes = np.hstack([10 * np.eye(3), random.uniform(0, 10, (3, 97)) * (random.random((3, 97)) < 0.5)])
    restarts = factorize(usages @ metagenes, 3, method, restarts=10, dtype="float64", tolerance=1e-9, max_iter=5000)
    found = restarts.metagenes[restarts.objective.argmin()]
    directions = [factor / np.linalg.norm(factor, axis=1, keepdims=True) for factor in (metagenes, found)]
    cosines = directions[0] @ directions[1].T
    assert sorted(cosines.argmax(axis=1)) == [0, 1, 2]
    assert cosines.max(axis=1).min() > 0.999


@pytest.mark.parametrize("method", ["kl", "brunet"])
@SOME_EXAMPLES
@given(expression=FULL_MATRICES)
def test_a_kl_update_of_the_metagenes_keeps_the_sum_of_every_gene(method, expression):
    for max_iter in (1, 5, 9):
        usages, metagenes, _ = fit_from(draw_start(expression), expression, method, max_iter)
        np.testing.assert_allclose((usages @ metagenes).sum(axis=0), expression.sum(axis=0), rtol=1e-12)


@pytest.mark.parametrize("method", ["kl", "brunet"])
@SOME_EXAMPLES
@given(expression=FULL_MATRICES, data=st.data())
def test_zeros_of_a_start_stay_zero_under_multiplicative_updates(method, expression, data):
    usages, metagenes = draw_start(expression)
    sample, gene = (data.draw(st.integers(0, size - 1)) for size in expression.shape)
    usages[sample, 0] = metagenes[1, gene] = 0
    usages, metagenes, _ = fit_from((usages, metagenes), expression, method, 9)
    assert usages[sample, 0] == metagenes[1, gene] == 0
    assert (usages == 0).sum() == (metagenes == 0).sum() == 1


@pytest.mark.parametrize("method", ["kl", "brunet"])
def test_kl_at_rank_one_is_row_sums_times_column_sums_over_the_total(expression, method):
    restarts = factorize(expression, 1, method, restarts=1, dtype="float64")
    expected = np.outer(expression.sum(axis=1), expression.sum(axis=0)) / expression.sum()
    np.testing.assert_allclose(restarts.usages[0] @ restarts.metagenes[0], expected, rtol=1e-10)
