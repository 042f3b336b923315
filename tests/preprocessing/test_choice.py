"""nmfbio.preprocessing.choice: which preset goes with which values."""

import warnings

import numpy as np
import pytest
import scipy.sparse

from nmfbio.config import Preprocess
from nmfbio.errors import InputError
from nmfbio.preprocessing.choice import check_kind, choose_preset

RANDOM = np.random.default_rng(0)
LOG = RANDOM.uniform(4.2, 14.1, (20, 30))
LINEAR = np.exp2(LOG)
COUNTS = RANDOM.poisson(0.8, (20, 30)).astype(float)
Z_SCORES = (LOG - LOG.mean(axis=0)) / LOG.std(axis=0)


@pytest.mark.parametrize(
    ("matrix", "preset", "why"),
    [
        (COUNTS, "single_cell", "counts of single cells, whose totals are below 200,000"),
        (COUNTS * 20_000, "rnaseq_counts", "counts of bulk samples, 15,333 of a gene on average"),
        (COUNTS * 500, "rnaseq_counts", "bulk"),  # a few genes, whose total is small
        (scipy.sparse.csr_matrix(COUNTS * 20_000), "rnaseq_counts", "bulk"),
        (scipy.sparse.csr_matrix(np.tile(COUNTS, (25, 1)) * 20_000), "single_cell", "500 samples, stored sparse"),
        (np.tile(COUNTS, (25, 1)) * 20_000, "rnaseq_counts", "bulk"),
        (LOG, "microarray_log", "which are log values"),
        (LINEAR * (COUNTS > 0), "tpm", "which are linear values with zeros"),
        (LINEAR, "brunet", "30 of 30 genes vary 5-fold and by 500 between 20 and 16,000"),
        (np.rint(LINEAR), "brunet", "which are linear intensities"),
        (np.where(COUNTS == 2, -40.0, LINEAR), "brunet", "which are linear intensities"),
        (LINEAR / 100, "none", "on a scale that `brunet` is not made for, since only 0 of 30 genes vary"),
        (LINEAR / LINEAR.sum(), "none", "not made for"),
    ],
)
def test_auto_goes_by_the_values_and_says_why(make_expression, matrix, preset, why):
    found, reason = choose_preset(make_expression(matrix), Preprocess())
    assert found == preset
    assert why in reason
    assert reason.startswith(("whole numbers from ", "fractions from "))


def test_centred_values_are_refused_unless_a_cure_is_chosen(make_expression):
    expression = make_expression(Z_SCORES)
    with pytest.raises(InputError) as caught:
        choose_preset(expression, Preprocess())
    for part in (
        "found centred values (fractions from -",
        "standard deviations from 0",
        "counts, intensities",
        "`preprocess.negatives`",
    ):
        assert part in str(caught.value)
    assert choose_preset(expression, Preprocess(negatives="split"))[0] == "none"


@pytest.mark.parametrize("preset", ["rnaseq_counts", "single_cell"])
@pytest.mark.parametrize(
    ("matrix", "cure"), [(LINEAR, "choose preset `tpm`"), (LOG, "look like log values"), (Z_SCORES, "the counts")]
)
def test_fractions_as_counts_are_refused(make_expression, preset, matrix, cure):
    with pytest.raises(InputError, match=f"found fractions from .*under `preprocess.preset: {preset}`; .*{cure}"):
        check_kind(make_expression(matrix), preset)


@pytest.mark.parametrize(
    ("matrix", "preset", "said"),
    [
        (LOG, "brunet", "`microarray_log` or `none` take log values"),
        (LOG, "tpm", "`tpm` takes values on a linear scale"),
        (LINEAR, "microarray_log", "`microarray_log` takes log values"),
        (np.rint(LOG), "rnaseq_counts", "look like rounded log values"),
    ],
)
def test_values_on_another_scale_are_warned_of(make_expression, matrix, preset, said):
    with pytest.warns(UserWarning, match=said):
        check_kind(make_expression(matrix), preset)


@pytest.mark.parametrize(
    ("matrix", "preset"),
    [(COUNTS, "single_cell"), (COUNTS, "tpm"), (LINEAR, "brunet"), (LOG, "microarray_log"), (LOG, "none")],
)
def test_values_that_go_with_the_preset_are_passed_in_silence(make_expression, matrix, preset):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_kind(make_expression(matrix), preset)
