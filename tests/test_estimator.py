"""nmfbio.NMF: the methods as a scikit-learn estimator."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csc_matrix, csr_matrix
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import nmfbio
from nmfbio.factorization import METHODS, NotConvergedWarning, factorize, fit_usages

# One component, as some of scikit-learn's matrices have two features only; not itakura_saito, as they have zeros.
METHODS_CHECKED = [name for name in METHODS if name != "itakura_saito"]
CHECKED = [nmfbio.NMF(n_components=1, restarts=2, method=method, threads=1) for method in METHODS_CHECKED]
CHECKED.append(nmfbio.NMF(n_components=2, restarts=2, threads=1))
ON_TWO_FEATURES = {
    "check_estimators_overwrite_params",
    "check_estimators_fit_returns_self",
    "check_readonly_memmap_input",
    "check_fit_idempotent",
    "check_fit_check_is_fitted",
    "check_n_features_in",
}
FIT_AND_TRANSFORM = {"check_transformer_data_not_an_array", "check_transformer_general"}
EXPECTED_TO_FAIL = {
    "offset": {"check_methods_subset_invariance": "the offset is that of the samples given"},
    "snmf_l": {"check_methods_subset_invariance": "eta is the largest value of the samples given"},
    "bayesian": dict.fromkeys(FIT_AND_TRANSFORM, "fit gives posterior means, transform the usages of best fit"),
}


def expected_to_fail(estimator):
    """Reasons by check."""
    if estimator.n_components == 2:
        return dict.fromkeys(ON_TWO_FEATURES, "two components of two features compress nothing, and are refused")
    return EXPECTED_TO_FAIL.get(estimator.method, {})


@parametrize_with_checks(CHECKED, expected_failed_checks=expected_to_fail)
def test_scikit_learn_s_own_checks_pass(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def expression():
    """20 samples × 30 genes of counts with three programs."""
    random = np.random.default_rng(4)
    return random.poisson(random.gamma(0.5, 4.0, (20, 3)) @ random.gamma(0.5, 4.0, (3, 30))) + 1.0


def test_the_best_restart_of_factorize_is_what_is_fitted(expression):
    model = nmfbio.NMF(3, restarts=4, random_state=7, dtype="float64")
    usages = model.fit_transform(expression)
    restarts = factorize(expression, 3, restarts=4, seed=7, dtype="float64")
    best = restarts.objective.argmin()
    np.testing.assert_array_equal(usages, restarts.usages[best])
    np.testing.assert_array_equal(model.components_, restarts.metagenes[best])
    assert model.reconstruction_err_ == restarts.objective[best]
    assert model.n_iter_ == restarts.n_iter[best]
    assert (model.n_components_, model.n_features_in_) == (3, 30)
    np.testing.assert_array_equal(model.restarts_.objective, restarts.objective)


def test_a_restart_that_did_not_converge_is_kept_only_where_none_did(expression):
    model = nmfbio.NMF(3, restarts=4, method="frobenius")
    restarts = model.fit(expression).restarts_
    limit = int(restarts.n_iter[restarts.objective.argmin()]) - 1
    with pytest.warns(NotConvergedWarning):
        short = model.set_params(max_iter=limit).fit(expression).restarts_
    if short.converged.any():
        assert model.reconstruction_err_ == short.objective[short.converged].min()
    with pytest.warns(NotConvergedWarning):
        model.set_params(max_iter=2).fit(expression)
    assert model.reconstruction_err_ == model.restarts_.objective.min()


def test_transform_fits_usages_of_other_samples_to_the_metagenes(expression):
    model = nmfbio.NMF(3, restarts=2).fit(expression[:15])
    np.testing.assert_array_equal(model.transform(expression[15:]), fit_usages(expression[15:], model.components_))


@pytest.mark.parametrize("method", METHODS)
def test_inverse_transform_of_the_usages_comes_near_the_matrix(expression, method):
    model = nmfbio.NMF(3, restarts=2, method=method)
    fitted = model.inverse_transform(model.fit_transform(expression))
    assert fitted.shape == expression.shape
    assert np.corrcoef(fitted.ravel(), expression.ravel())[0, 1] > 0.8


def test_missing_values_are_taken_by_the_method_that_leaves_them_out(expression):
    missing = np.random.default_rng(0).random(expression.shape) < 0.1
    holes = np.where(missing, np.nan, expression)
    model = nmfbio.NMF(3, method="weighted", restarts=3)
    filled = model.inverse_transform(model.fit_transform(holes))
    assert np.corrcoef(filled[missing], expression[missing])[0, 1] > 0.8
    np.testing.assert_allclose(model.transform(holes), model.fit_transform(holes), rtol=0.05, atol=0.05)
    with pytest.raises(ValueError, match="NaN"):
        nmfbio.NMF(3).fit(holes)


def test_weights_belong_to_the_matrix_that_is_fitted(expression):
    weights = np.ones(expression.shape)
    weights[:5, 0] = 0
    model = nmfbio.NMF(2, method="weighted", restarts=1, method_options={"weights": weights}).fit(expression)
    assert model.transform(expression[:5]).shape == (5, 2)


@pytest.mark.parametrize("kind", [csr_matrix, csc_matrix])
@pytest.mark.parametrize("method", [name for name, method in METHODS.items() if method.sparse])
def test_a_sparse_matrix_gives_what_the_dense_one_does(expression, kind, method):
    expression = expression * (expression > 3)
    model = nmfbio.NMF(2, restarts=1, method=method, dtype="float64", tolerance=1e-9, max_iter=20_000)
    dense = model.fit_transform(expression) @ model.components_
    sparse = model.fit_transform(kind(expression)) @ model.components_
    np.testing.assert_allclose(sparse, dense, rtol=1e-2, atol=1e-3 * dense.max())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_comes_out_has_the_precision_of_what_went_in(expression, dtype):
    model = nmfbio.NMF(2, restarts=1)
    assert model.fit_transform(expression.astype(dtype)).dtype == dtype
    assert model.components_.dtype == model.transform(expression.astype(dtype)).dtype == dtype


def test_options_of_the_method_are_a_parameter(expression):
    plain = nmfbio.NMF(3, restarts=2).fit(expression)
    penalised = clone(plain).set_params(method_options={"l1_metagenes": 0.5, "l1_usages": 0.5}).fit(expression)
    assert penalised.components_.sum() * penalised.transform(expression).sum() < 0.999 * (
        plain.components_.sum() * plain.transform(expression).sum()
    )
    with pytest.raises(TypeError, match="method kl has no option 'theta'"):
        nmfbio.NMF(method_options={"theta": 0.5}).fit(expression)


def test_names_of_genes_are_kept_and_usages_can_be_a_table(expression):
    table = pd.DataFrame(expression, columns=[f"gene_{number}" for number in range(30)])
    model = nmfbio.NMF(2, restarts=1).set_output(transform="pandas")
    usages = model.fit_transform(table)
    assert list(usages.columns) == list(model.get_feature_names_out()) == ["nmf0", "nmf1"]
    assert list(model.feature_names_in_) == list(table.columns)


def test_it_is_a_step_of_a_pipeline(expression):
    pipeline = make_pipeline(MaxAbsScaler(), nmfbio.NMF(2, restarts=2))
    assert pipeline.fit_transform(expression).shape == (20, 2)
    assert pipeline.transform(expression).shape == (20, 2)


def test_the_same_number_gives_the_same_result_and_a_generator_another_each_time(expression):
    first, second = (nmfbio.NMF(3, restarts=1, random_state=5).fit(expression) for _ in range(2))
    np.testing.assert_array_equal(first.components_, second.components_)
    model = nmfbio.NMF(3, restarts=1, random_state=np.random.RandomState(0))
    assert not np.array_equal(model.fit(expression).components_, model.fit(expression).components_)


@pytest.mark.parametrize("n_components", [20, 30])
def test_as_many_components_as_the_smaller_side_are_refused(expression, n_components):
    with pytest.raises(
        ValueError, match=f"n_components is {n_components}; expected 1 to 19 for 20 samples and 30 feat"
    ):
        nmfbio.NMF(n_components).fit(expression)


def test_the_package_itself_does_not_import_scikit_learn():
    code = "import sys, nmfbio; assert 'NMF' in dir(nmfbio); print('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"
