"""nmfbio.preprocessing.steps: the single steps."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from nmfbio.preprocessing.steps import has_difference, has_fold_change, lower_to_ceiling, raise_to_floor

MATRICES = npst.arrays(np.float32, (4, 6), elements=st.floats(0, 2**20, width=32))


@given(MATRICES)
def test_floor_and_ceiling_bound_the_values_and_leave_the_input_alone(values):
    before = values.copy()
    bounded = lower_to_ceiling(raise_to_floor(values, 20.0), 16000.0)
    assert bounded.dtype == np.float32
    assert bounded.min() >= 20
    assert bounded.max() <= 16000
    inside = (values >= 20) & (values <= 16000)
    np.testing.assert_array_equal(bounded[inside], values[inside])
    np.testing.assert_array_equal(values, before)


@given(MATRICES)
def test_gene_filters_agree_with_a_loop_over_genes(values):
    fold = [float(gene.max()) >= 5 * float(gene.min()) for gene in values.T]
    difference = [float(gene.max()) - float(gene.min()) >= 500 for gene in values.T]
    assert has_fold_change(values, 5.0).tolist() == fold
    assert has_difference(values, 500.0).tolist() == difference


@given(MATRICES)
def test_order_of_samples_does_not_matter(values):
    np.testing.assert_array_equal(has_fold_change(values, 5.0), has_fold_change(values[::-1], 5.0))
    np.testing.assert_array_equal(has_difference(values, 5.0), has_difference(values[::-1], 5.0))


def test_bounds_themselves_pass():
    values = np.array([[100, 100, 100], [600, 599, 500]], dtype=np.float32)
    assert has_difference(values, 500.0).tolist() == [True, False, False]
    assert has_fold_change(values, 5.0).tolist() == [True, True, True]
