"""nmfbio.preprocessing.recorder: what each step did is noted, and the input is never touched."""

import numpy as np
import pytest
import scipy.sparse

from nmfbio.preprocessing.recorder import Recorder


@pytest.mark.parametrize("form", [np.asarray, scipy.sparse.csr_matrix])
def test_every_step_is_noted_with_its_effect(make_expression, form):
    expression = make_expression(form(np.arange(12, dtype=np.float32).reshape(3, 4)))
    recorder = Recorder(expression)
    recorder.change("double", recorder.values * 2)
    assert recorder.keep_genes("drop g1", np.array([True, False, True, True])) == ["g1"]
    assert recorder.keep_samples("drop s0", np.array([False, True, True])) == ["s0"]
    steps = {name: column.tolist() for name, column in recorder.steps().items()}
    assert steps == {
        "step": ["double", "drop g1", "drop s0"],
        "genes_in": [4, 4, 3],
        "genes_out": [4, 3, 3],
        "samples_in": [3, 3, 3],
        "samples_out": [3, 3, 2],
        "values_changed": [11, 0, 0],
    }
    result = recorder.expression
    assert list(result.obs_names) == ["s1", "s2"]
    assert list(result.var["description"]) == ["g0", "g2", "g3"]
    assert expression.shape == (3, 4)


@pytest.mark.parametrize("form", [np.asarray, scipy.sparse.csr_matrix])
def test_a_step_without_effect_keeps_the_matrix_itself(make_expression, form):
    expression = make_expression(form(np.ones((2, 3), dtype=np.float32)))
    recorder = Recorder(expression)
    recorder.change("nothing", recorder.values.copy())
    recorder.keep_genes("all", np.ones(3, dtype=bool))
    recorder.keep_samples("all", np.ones(2, dtype=bool))
    stored = [getattr(matrix, "data", matrix) for matrix in (recorder.values, expression.X)]
    assert np.shares_memory(*map(np.asarray, stored))
    assert recorder.steps()["values_changed"].tolist() == [0, 0, 0]


def test_a_dense_copy_of_a_sparse_matrix_is_taken_though_no_value_differs(make_expression):
    recorder = Recorder(make_expression(scipy.sparse.csr_matrix(np.eye(3, dtype=np.float32))))
    recorder.change("make dense", recorder.values.toarray())
    assert isinstance(recorder.values, np.ndarray)
    assert recorder.steps()["values_changed"].tolist() == [0]


def test_no_step_is_an_empty_record(make_expression):
    assert {column.size for column in Recorder(make_expression([[1, 2]])).steps().values()} == {0}
