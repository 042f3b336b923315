"""What every method must satisfy, and which method does not and why."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import sparse

from nmfbio.factorization import METHODS, factorize, fit_usages, half_squared_error, kl_divergence

# Fits are cut short to look at their way.
pytestmark = pytest.mark.filterwarnings("ignore::nmfbio.factorization.NotConvergedWarning")


# Each method that minimises one objective over the whole matrix, and its options; `weighted` minimises either of two.
CASES = {
    "kl": {},
    "brunet": {},
    "frobenius": {},
    "lee": {},
    "nsnmf": {},
    "itakura_saito": {},
    "offset": {},
    "snmf_r": {},
    "snmf_l": {},
    "weighted": {},
    "weighted_frobenius": {"loss": "frobenius"},
}
# Methods that take the matrix in random batches or estimate a distribution have properties of their own.
OTHER_METHODS = {"online", "bayesian"}

# R's NMF divides their metagenes by their sums and leaves the usages as they are: until the fit has settled, W H
# depends on the scale of the start, and a step may raise the objective.
RESCALED = {"lee", "nsnmf"}
# Their objective has penalties of fixed weight: factors that give the matrix exactly are not its minimum.
PENALISED = {"snmf_r", "snmf_l"}
# Zeros in the matrix make its divergence infinite.
POSITIVE = {"itakura_saito"}
# Starts of theirs that are 0 stay 0: every update multiplies. (`kl` multiplies for 20 iterations, `brunet` floors every
# tenth, `lee` always.)
MULTIPLICATIVE = {"kl", "brunet", "nsnmf", "itakura_saito", "offset", "weighted", "weighted_frobenius"}
KULLBACK_LEIBLER = {"kl", "brunet", "weighted"}

MACHINE_ZERO = np.finfo(np.float64).eps  # R's floor, which brunet follows
RANK = 2
SHAPES = st.tuples(st.integers(4, 7), st.integers(4, 12))
MATRICES = SHAPES.flatmap(lambda shape: arrays(np.float64, shape, elements=st.integers(0, 50)))
FULL_MATRICES = SHAPES.flatmap(lambda shape: arrays(np.float64, shape, elements=st.floats(0.5, 50)))
# Compiling is part of a first example's time.
SOME_EXAMPLES = settings(max_examples=8, deadline=None)


def all_but(*exceptions):
    """The cases a property holds for."""
    return pytest.mark.parametrize("case", [case for case in CASES if case not in set().union(*exceptions)])


EVERY_CASE = all_but()
SPARSE_CASES = pytest.mark.parametrize("case", [case for case in CASES if case in METHODS and METHODS[case].sparse])


def method_of(case):
    return case if case in METHODS else case.split("_")[0]


def run(case, expression, rank, **arguments):
    return factorize(expression, rank, method_of(case), **(CASES[case] | arguments))


def draw_start(expression, rank=RANK, seed=0):
    random = np.random.default_rng(seed)
    return random.uniform(0.5, 2, (expression.shape[0], rank)), random.uniform(0.5, 2, (rank, expression.shape[1]))


def fit_from(start, expression, case, max_iter=25, **arguments):
    """Usages, metagenes and objective after ``max_iter`` iterations in double precision."""
    options = {"dtype": "float64", "tolerance": 0, "max_iter": max_iter, "threads": 1} | arguments
    restarts = run(case, expression, start[0].shape[1], restarts=1, seeding=start, **options)
    return restarts.usages[0], restarts.metagenes[0], restarts.objective[0]


def suit(expression, case):
    """The matrix as the method takes it."""
    return np.maximum(expression, 0.5) if case in POSITIVE else expression


def model(case, usages, metagenes):
    """What the factors stand for: W H, or W S H."""
    if case != "nsnmf":
        return usages @ metagenes
    rank = len(metagenes)
    return usages @ (0.5 * np.eye(rank) + 0.5 / rank) @ metagenes


def objective_by_hand(case, expression, usages, metagenes):
    """The objective as its paper has it."""
    usages, metagenes = usages.astype(np.float64), metagenes.astype(np.float64)
    fitted = model(case, usages, metagenes)
    if case in {"kl", "brunet", "nsnmf", "weighted"}:
        return kl_divergence(expression, fitted, np.eye(fitted.shape[1]))
    if case == "itakura_saito":
        return np.sum(expression / fitted - np.log(expression / fitted) - 1)
    if case == "offset":
        fitted = fitted + np.maximum((expression - fitted).mean(axis=0), 0)
    error = 0.5 * np.sum((expression - fitted) ** 2)
    if case in PENALISED:
        sparse_factor, other = (usages, metagenes) if case == "snmf_r" else (metagenes.T, usages)
        error += 0.5 * expression.max() * np.sum(other**2) + 0.005 * np.sum(sparse_factor.sum(axis=1) ** 2)
    return error


def assert_same_fit(found, expected, case):
    # Those that solve for a factor do so to a share of its largest entry.
    share = 1e-5 if case in PENALISED else 1e-9
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=share * expected.max())


def test_every_method_is_tested_here():
    assert {method_of(case) for case in CASES} == set(METHODS) - OTHER_METHODS


@all_but(RESCALED)
@SOME_EXAMPLES
@given(expression=MATRICES)
def test_the_objective_never_rises_from_iteration_to_iteration(case, expression):
    assume(expression.any())
    expression = suit(expression, case)
    start = draw_start(expression)
    objectives = [fit_from(start, expression, case, n)[2] for n in (1, 2, 3, 9, 10, 11, 20, 21, 22, 23, 24, 30, 40)]
    assert np.diff(objectives).max() <= 1e-12 * np.sum(expression**2)


@EVERY_CASE
def test_the_objective_never_rises_on_leukemia_in_the_methods_own_precision(leukemia, case):
    expression = suit(leukemia[:, ::5], case)
    start = draw_start(expression, 3)
    iterations = [*range(1, 6), 9, 10, 11, *range(19, 27), 33, 40]
    objectives = np.array(
        [run(case, expression, 3, restarts=1, seeding=start, tolerance=0, max_iter=n).objective[0] for n in iterations]
    )
    assert np.diff(objectives).max() <= 1e-7 * objectives[-1]


@EVERY_CASE
@SOME_EXAMPLES
@given(expression=MATRICES)
def test_factors_are_finite_and_non_negative(case, expression):
    assume(expression.any())
    restarts = run(case, suit(expression, case), 3, restarts=2, max_iter=300)
    for factor in (restarts.usages, restarts.metagenes):
        assert np.isfinite(factor).all()
        assert factor.min() >= 0
    assert np.isfinite(restarts.objective).all()


@all_but(POSITIVE)
@SOME_EXAMPLES
@given(expression=MATRICES, data=st.data())
def test_a_zero_gene_and_a_zero_sample_get_zeros(case, expression, data):
    gene, sample = (data.draw(st.integers(0, size - 1)) for size in expression.shape[::-1])
    expression[:, gene] = 0
    expression[sample] = 0
    assume(expression.any())
    usages, metagenes, _ = fit_from(draw_start(expression), expression, case, 100)
    floor = 2 * MACHINE_ZERO if case == "brunet" else 1e-9
    present = usages.max(axis=0) > floor
    assert metagenes[present][:, gene].max(initial=0) <= floor
    assert (usages[sample] * metagenes.max(axis=1)).max() <= 1e-9 * expression.max()


@EVERY_CASE
@SOME_EXAMPLES
@given(expression=FULL_MATRICES, scale=st.sampled_from([1e-4, 0.3, 7.0, 1e5]))
def test_scaling_the_matrix_scales_the_fit_and_leaves_usage_shares(case, expression, scale):
    assume(case != "lee" or scale > 0.1)  # its floor of 1e-9 is not scaled
    ridges = ({"eta": 3.0}, {"eta": 3.0 * scale**2}) if case in PENALISED else ({}, {})  # as the squared error is
    usages, metagenes = draw_start(expression)
    plain = fit_from((usages, metagenes), expression, case, **ridges[0])
    scaled = fit_from((scale * usages, metagenes), scale * expression, case, **ridges[1])
    assert_same_fit(scaled[0] @ scaled[1], scale * (plain[0] @ plain[1]), case)
    assert_same_fit(scaled[1] / scaled[1].max(), plain[1] / plain[1].max(), case)
    assert_same_fit(scaled[0] / scaled[0].max(), plain[0] / plain[0].max(), case)


@EVERY_CASE
@SOME_EXAMPLES
@given(expression=FULL_MATRICES, data=st.data())
def test_permuting_samples_genes_and_metagenes_permutes_the_factors(case, expression, data):
    samples, genes = (np.array(data.draw(st.permutations(range(size)))) for size in expression.shape)
    usages, metagenes = draw_start(expression)
    plain = fit_from((usages, metagenes), expression, case)
    start = usages[samples], metagenes[:, genes]
    permuted = fit_from(start, expression[samples][:, genes], case)
    assert_same_fit(permuted[0], plain[0][samples], case)
    assert_same_fit(permuted[1], plain[1][:, genes], case)


@all_but(RESCALED)
@SOME_EXAMPLES
@given(expression=FULL_MATRICES, scales=st.tuples(st.floats(0.01, 100), st.floats(0.01, 100)))
def test_the_fit_does_not_depend_on_how_the_start_shares_its_scale(case, expression, scales):
    usages, metagenes = draw_start(expression)
    plain = fit_from((usages, metagenes), expression, case)
    rescaled = fit_from((usages / scales, metagenes * np.array(scales)[:, None]), expression, case)
    assert_same_fit(rescaled[0] @ rescaled[1], plain[0] @ plain[1], case)


# Those whose next update depends on the factors alone, and treats samples as genes.
@pytest.mark.parametrize("case", ["brunet", "frobenius", "itakura_saito", "weighted", "weighted_frobenius"])
@SOME_EXAMPLES
@given(expression=FULL_MATRICES)
def test_fitting_the_transpose_with_the_updates_in_the_other_order_gives_the_transpose(case, expression):
    usages, metagenes = draw_start(expression)
    # After the first update of the usages the transpose goes on with the metagenes, and so stays half a step ahead.
    first = fit_from((usages, metagenes), expression, case, 1)[0]
    plain = [fit_from((usages, metagenes), expression, case, n) for n in (8, 9)]
    turned = fit_from((metagenes.T, first.T), np.ascontiguousarray(expression.T), case, 8)
    assert_same_fit(turned[0], plain[0][1].T, case)
    assert_same_fit(turned[1], plain[1][0].T, case)


def test_the_transpose_of_a_converged_kl_fit_is_a_converged_fit_of_the_transpose(expression):
    plain = run("kl", expression, 2, restarts=5, dtype="float64", tolerance=1e-10)
    turned = run("kl", np.ascontiguousarray(expression.T), 2, restarts=5, dtype="float64", tolerance=1e-10)
    assert turned.objective.min() == pytest.approx(plain.objective.min(), rel=1e-7)
    products = [r.usages[r.objective.argmin()] @ r.metagenes[r.objective.argmin()] for r in (plain, turned)]
    np.testing.assert_allclose(products[1].T, products[0], atol=1e-3 * expression.max())


@all_but(PENALISED)
@SOME_EXAMPLES
@given(seed=st.integers(0, 2**32 - 1))
def test_exact_factors_are_a_fixed_point(case, seed):
    random = np.random.default_rng(seed)
    usages, metagenes = random.uniform(0.2, 3, (6, 3)), random.uniform(0.2, 3, (3, 11))
    if case in RESCALED:
        metagenes /= metagenes.sum(axis=1, keepdims=True)
    expression = model(case, usages, metagenes)
    found = fit_from((usages, metagenes), expression, case, 60)
    np.testing.assert_allclose(model(case, *found[:2]), expression, rtol=1e-6 if case == "lee" else 1e-9)  # its 1e-9
    assert found[2] == pytest.approx(0, abs=1e-12 * expression.sum())


# nsnmf smooths what it separates; itakura_saito takes no zeros, without which nothing is separable.
@all_but({"nsnmf"}, POSITIVE)
def test_separable_data_without_noise_are_recovered(case):
    random = np.random.default_rng(5)
    usages = np.vstack([10 * np.eye(3), random.uniform(0, 10, (27, 3))])
    metagenes = np.hstack([10 * np.eye(3), random.uniform(0, 10, (3, 97)) * (random.random((3, 97)) < 0.5)])
    options = {"eta": 1e-6, "beta": 1e-6} if case in PENALISED else {}
    limits = {"tolerance": 1e-9, "max_iter": 3000, "stop": "tolerance"}
    restarts = run(case, usages @ metagenes, 3, restarts=4, dtype="float64", **limits, **options)
    found = restarts.metagenes[restarts.objective.argmin()]
    directions = [factor / np.linalg.norm(factor, axis=1, keepdims=True) for factor in (metagenes, found)]
    cosines = directions[0] @ directions[1].T
    assert sorted(cosines.argmax(axis=1)) == [0, 1, 2]
    assert cosines.max(axis=1).min() > 0.999


@pytest.mark.parametrize("case", KULLBACK_LEIBLER)
@SOME_EXAMPLES
@given(expression=FULL_MATRICES)
def test_a_kl_update_of_the_metagenes_keeps_the_sum_of_every_gene(case, expression):
    for max_iter in (1, 5, 9):
        usages, metagenes, _ = fit_from(draw_start(expression), expression, case, max_iter)
        np.testing.assert_allclose((usages @ metagenes).sum(axis=0), expression.sum(axis=0), rtol=1e-12)


@pytest.mark.parametrize("case", MULTIPLICATIVE)
@SOME_EXAMPLES
@given(expression=FULL_MATRICES, data=st.data())
def test_zeros_of_a_start_stay_zero_under_multiplicative_updates(case, expression, data):
    usages, metagenes = draw_start(expression)
    sample, gene = (data.draw(st.integers(0, size - 1)) for size in expression.shape)
    usages[sample, 0] = metagenes[0, gene] = 0
    usages, metagenes, _ = fit_from((usages, metagenes), expression, case, 9)
    assert usages[sample, 0] == metagenes[0, gene] == 0
    assert (usages == 0).sum() == (metagenes == 0).sum() == 1


@pytest.mark.parametrize("case", [*KULLBACK_LEIBLER, "nsnmf"])
def test_kl_at_rank_one_is_row_sums_times_column_sums_over_the_total(expression, case):
    restarts = run(case, expression, 1, restarts=1, dtype="float64")
    expected = np.outer(expression.sum(axis=1), expression.sum(axis=0)) / expression.sum()
    np.testing.assert_allclose(restarts.usages[0] @ restarts.metagenes[0], expected, rtol=1e-10)


@pytest.mark.parametrize("case", ["frobenius", "lee", "weighted_frobenius"])
def test_least_squares_at_rank_one_is_the_leading_singular_pair(expression, case):
    restarts = run(case, expression, 1, restarts=1, dtype="float64", tolerance=1e-14)
    left, values, right = np.linalg.svd(expression)
    expected = values[0] * np.outer(left[:, 0], right[0])
    np.testing.assert_allclose(restarts.usages[0] @ restarts.metagenes[0], expected, rtol=1e-6)


@EVERY_CASE
def test_the_objective_told_is_that_of_the_factors_told(expression, case):
    expression = suit(expression, case)
    restarts = run(case, expression, 3, restarts=3, max_iter=50)
    by_hand = [
        objective_by_hand(case, expression, *pair) for pair in zip(restarts.usages, restarts.metagenes, strict=True)
    ]
    np.testing.assert_allclose(restarts.objective, by_hand, rtol=1e-9)


@EVERY_CASE
def test_refitted_usages_never_raise_the_objective(expression, case):
    expression = suit(expression, case)
    restarts = run(case, expression, 3, restarts=3, max_iter=40, dtype="float64")
    for metagenes, objective in zip(restarts.metagenes, restarts.objective, strict=True):
        usages = fit_usages(expression, metagenes, method_of(case), **CASES[case])
        assert objective_by_hand(case, expression, usages, metagenes) <= objective * (1 + 1e-9)


# An offset may fit better: it adds a metagene that all samples use alike.
@pytest.mark.parametrize("case", ["frobenius", "lee", "snmf_r", "snmf_l", "weighted_frobenius"])
def test_no_least_squares_fit_beats_the_truncated_singular_value_decomposition(expression, case):
    restarts = run(case, expression, 3, restarts=4, max_iter=300)
    tail = 0.5 * np.sum(np.linalg.svd(expression, compute_uv=False)[3:] ** 2)
    for usages, metagenes in zip(restarts.usages, restarts.metagenes, strict=True):
        assert half_squared_error(expression, usages, metagenes) >= tail * (1 - 1e-9)


@SPARSE_CASES
@SOME_EXAMPLES
@given(expression=MATRICES)
def test_a_sparse_matrix_gives_the_fit_of_the_dense_one(case, expression):
    assume(expression.any())
    start = draw_start(expression)
    n_iter = 5 if case == "kl" else 15  # it goes over to Newton steps sooner on a sparse matrix
    dense = fit_from(start, expression, case, n_iter)
    for form in (sparse.csr_matrix, sparse.csc_array, sparse.coo_matrix):
        found = fit_from(start, form(expression), case, n_iter)
        assert_same_fit(found[0] @ found[1], dense[0] @ dense[1], case)
        assert found[2] == pytest.approx(dense[2], rel=1e-6, abs=1e-9 * np.sum(expression**2))


@SPARSE_CASES
def test_usages_fitted_to_a_sparse_matrix_are_those_of_the_dense_one(expression, start, case):
    expression[expression < 3] = 0
    dense, thin = (fit_usages(form(expression), start[1], case) for form in (np.asarray, sparse.csr_matrix))
    np.testing.assert_allclose(thin, dense, atol=1e-5 * dense.max())


@SPARSE_CASES
def test_a_fit_of_a_converged_sparse_matrix_is_as_good_as_that_of_the_dense_one(expression, case):
    expression[expression < 3] = 0
    fits = [run(case, form(expression), 2, restarts=3, dtype="float64") for form in (np.asarray, sparse.csr_matrix)]
    np.testing.assert_allclose(fits[1].objective, fits[0].objective, rtol=1e-4)


@EVERY_CASE
def test_single_precision_comes_close_to_double_precision(leukemia, case):
    expression = suit(leukemia[:, :500], case)
    single, double = (
        run(case, expression, 3, restarts=1, seeding="nndsvda", dtype=dtype, max_iter=60, tolerance=0)
        for dtype in ("float32", "float64")
    )
    assert single.objective == pytest.approx(double.objective, rel=1e-4)
    fits = [restarts.usages[0] @ restarts.metagenes[0] for restarts in (single, double)]
    np.testing.assert_allclose(fits[0], fits[1], atol=5e-3 * leukemia.max())


@EVERY_CASE
@pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix])
def test_a_restart_is_the_same_alone_and_among_others_on_any_number_of_threads(expression, case, form):
    if form is sparse.csr_matrix and not METHODS[method_of(case)].sparse:
        pytest.skip("takes dense matrices only")
    matrix = form(suit(expression, case))
    together = [run(case, matrix, 2, restarts=5, threads=threads, max_iter=60) for threads in (1, 2)]
    alone = [run(case, matrix, 2, restarts=1, first_restart=number, max_iter=60) for number in range(5)]
    for name in ("usages", "metagenes", "objective", "n_iter", "converged"):
        expected = getattr(together[0], name)
        np.testing.assert_array_equal(getattr(together[1], name), expected)
        np.testing.assert_array_equal(np.concatenate([getattr(restart, name) for restart in alone]), expected)


@EVERY_CASE
def test_whole_numbers_are_floats_and_inputs_stay_as_they_were(expression, start, case):
    expression = np.ceil(suit(expression, case))
    before = [array.copy() for array in (expression, *start)]
    for array in (expression, *start):
        array.setflags(write=False)
    floats, integers = (
        run(case, matrix, 3, restarts=1, seeding=start, max_iter=30) for matrix in (expression, expression.astype(int))
    )
    np.testing.assert_array_equal(integers.metagenes, floats.metagenes)
    for array, copy in zip((expression, *start), before, strict=True):
        np.testing.assert_array_equal(array, copy)


@SPARSE_CASES
def test_a_sparse_input_stays_as_it_was(expression, case):
    matrix = sparse.csr_matrix(expression)
    parts = [part.copy() for part in (matrix.data, matrix.indices, matrix.indptr)]
    run(case, matrix, 2, restarts=2, max_iter=10)
    for part, copy in zip((matrix.data, matrix.indices, matrix.indptr), parts, strict=True):
        np.testing.assert_array_equal(part, copy)
