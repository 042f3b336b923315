from dataclasses import fields

import numpy as np
import pytest

from nmfbio.factorization import METHODS, factorize

EVERY_METHOD = pytest.mark.parametrize("method", METHODS)
ARRAYS = ("metagenes", "usages", "objective", "n_iter", "converged")


@pytest.fixture
def expression(expression):
    """Counts without zeros, at which the Itakura-Saito divergence is infinite."""
    return expression + 1


def assert_same(left, right):
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(left, name), getattr(right, name), err_msg=name)


@EVERY_METHOD
def test_results_have_one_row_per_restart(expression, method):
    restarts = factorize(expression, 3, method, restarts=4)
    shapes = {name: getattr(restarts, name).shape for name in ARRAYS}
    assert shapes == {
        "metagenes": (4, 3, 40),
        "usages": (4, 12, 3),
        "objective": (4,),
        "n_iter": (4,),
        "converged": (4,),
    }
    assert restarts.objective.dtype == np.float64
    assert restarts.metagenes.dtype == restarts.usages.dtype == METHODS[method].dtype
    assert {field.name for field in fields(restarts)} == {*ARRAYS, "first_restart", "details"}


@EVERY_METHOD
def test_one_and_two_threads_give_the_same_bits(expression, method):
    assert_same(*(factorize(expression, 3, method, restarts=6, threads=threads) for threads in (1, 2)))


@EVERY_METHOD
def test_a_restart_is_the_same_however_restarts_are_split(expression, method):
    whole = factorize(expression, 3, method, restarts=5, seed=9)
    parts = [factorize(expression, 3, method, restarts=n, seed=9, first_restart=f) for f, n in ((0, 2), (2, 3))]
    assert [part.first_restart for part in parts] == [0, 2]
    for name in ARRAYS:
        np.testing.assert_array_equal(np.concatenate([getattr(part, name) for part in parts]), getattr(whole, name))


def test_restarts_and_base_seeds_differ(expression):
    usages = np.concatenate([factorize(expression, 3, restarts=3, seed=seed, max_iter=1).usages for seed in (0, 1)])
    assert len({factor.tobytes() for factor in usages}) == 6


@EVERY_METHOD
def test_restarts_that_run_out_of_iterations_are_flagged(leukemia, method):
    cut = factorize(leukemia[:, :200], 3, method, restarts=3, max_iter=5)
    assert not cut.converged.any()
    np.testing.assert_array_equal(cut.n_iter, 5)
    assert factorize(leukemia[:, :200], 3, method, restarts=3).converged.all()


@EVERY_METHOD
def test_inputs_are_left_as_they_were(expression, start, method):
    before = [array.copy() for array in (expression, *start)]
    for array in (expression, *start):
        array.setflags(write=False)
    factorize(expression, 3, method, restarts=1, seeding=start)
    for array, copy in zip((expression, *start), before, strict=True):
        np.testing.assert_array_equal(array, copy)


@EVERY_METHOD
@pytest.mark.parametrize(
    "form", [np.int32, np.uint8, np.float32, np.asfortranarray, lambda x: np.repeat(x, 2, 1)[:, ::2]]
)
def test_integers_other_floats_and_memory_layouts_give_the_same_result(expression, method, form):
    assert_same(factorize(form(expression), 3, method, restarts=2), factorize(expression, 3, method, restarts=2))


@pytest.mark.parametrize("method", ["kl", "frobenius"])
def test_single_precision_comes_close_to_double_precision(leukemia, method):
    single, double = (
        factorize(leukemia[:, :500], 3, method, restarts=1, seeding="nndsvd", dtype=dtype, tolerance=1e-7)
        for dtype in ("float32", "float64")
    )
    assert single.objective == pytest.approx(double.objective, rel=1e-5)
    fits = [restarts.usages[0] @ restarts.metagenes[0] for restarts in (single, double)]
    np.testing.assert_allclose(fits[0], fits[1], atol=5e-3 * leukemia.max())


def test_every_finished_restart_is_told(expression):
    told = []
    factorize(expression, 2, restarts=7, on_restart=lambda: told.append(1))
    assert len(told) == 7
