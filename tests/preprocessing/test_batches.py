"""nmfbio.preprocessing.batches: what batches add is taken away."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse

from nmfbio.errors import InputError
from nmfbio.preprocessing.batches import correct_batches, remove_batch_effects
from nmfbio.preprocessing.matrix import as_dense
from nmfbio.preprocessing.recorder import Recorder


@pytest.fixture
def shifted():
    """16 samples x 40 genes of log values; the second batch is 3 higher, two genes are alike within a batch."""
    random = np.random.default_rng(0)
    batches = np.array(["a", "b"] * 8)
    values = random.normal(6, 1, (16, 40)) + 3 * (batches == "b")[:, None]
    values[batches == "a", 4] = 2.0
    values[:, 9] = 1.0
    return values.astype(np.float32), batches


def test_batches_end_at_the_same_mean_and_uniform_genes_are_left(shifted):
    values, batches = shifted
    before = values.copy()
    corrected, able = remove_batch_effects(values, batches)
    assert np.flatnonzero(~able).tolist() == [4, 9]
    assert corrected.dtype == np.float32
    assert np.isfinite(corrected).all()
    gap = corrected[batches == "b"].mean(axis=0) - corrected[batches == "a"].mean(axis=0)
    assert np.abs(gap[able]).mean() < 0.4  # ComBat shrinks towards what genes have in common
    np.testing.assert_array_equal(corrected[:, ~able], values[:, ~able])
    np.testing.assert_array_equal(values, before)


def test_order_of_samples_does_not_matter(shifted):
    values, batches = shifted
    order = np.random.default_rng(1).permutation(16)
    corrected, _ = remove_batch_effects(values, batches)
    np.testing.assert_allclose(remove_batch_effects(values[order], batches[order])[0], corrected[order], atol=1e-4)


@pytest.mark.parametrize("form", [np.asarray, scipy.sparse.csr_matrix])
def test_correction_is_recorded(make_expression, shifted, form):
    values, batches = shifted
    recorder = Recorder(make_expression(form(values), chip=pd.Categorical(batches)))
    assert correct_batches(recorder, "chip") == {"batches": 2, "genes_not_corrected": 2}
    assert recorder.steps()["step"].tolist() == ["correct for chip (ComBat)"]
    np.testing.assert_array_equal(as_dense(recorder.values), remove_batch_effects(values, batches)[0])


@pytest.mark.parametrize(
    ("column", "parts"),
    [
        (["a", "a", "b", "c"], ("2 level(s) of chip with one sample: 'b', 'c'", "Merge these levels")),
        (["a", "a", None, "a"], ("no chip for 1 sample(s): 's2'", "Fill the column")),
        (["a", "a", "", "a"], ("no chip for 1 sample(s): 's2'",)),
        (["a"] * 4, ("one level only in chip: 'a'", "nothing to correct")),
        ([1.0, 2.0, 3.0, 4.0], ("4 level(s) of chip with one sample",)),
    ],
)
def test_batches_that_cannot_be_corrected_are_refused(make_expression, column, parts):
    recorder = Recorder(make_expression(np.ones((4, 3)), chip=column))
    with pytest.raises(InputError) as caught:
        correct_batches(recorder, "chip")
    assert [part for part in ("preprocess.batch_key", *parts) if part not in str(caught.value)] == []


def test_a_column_that_is_not_there_is_refused_with_those_that_are(make_expression):
    recorder = Recorder(make_expression(np.ones((2, 3)), chip=["a", "b"], sex=["f", "m"]))
    with pytest.raises(InputError, match=r"found 'batch'; expected a column of the metadata \(chip, sex\)"):
        correct_batches(recorder, "batch")
