"""nmfbio.consensus.scaling: the scale between usages and metagenes, and the calls that hang on it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nmfbio.consensus import call_samples, scale_factors, usage_shares

ENTRIES = st.one_of(st.just(0.0), st.floats(1e-6, 1e6))
USAGES = arrays(np.float64, (5, 3), elements=ENTRIES)
METAGENES = arrays(np.float64, (3, 7), elements=ENTRIES)


@given(USAGES, METAGENES, st.sampled_from(["max", "none"]))
def test_scaling_leaves_the_product_unchanged(usages, metagenes, scale):
    scaled_usages, scaled_metagenes = scale_factors(usages, metagenes, scale)
    np.testing.assert_allclose(scaled_usages @ scaled_metagenes, usages @ metagenes, rtol=1e-12)


@given(USAGES, METAGENES)
def test_scale_max_gives_every_metagene_the_maximum_one_unless_it_is_zero(usages, metagenes):
    scaled = scale_factors(usages, metagenes, "max")[1]
    np.testing.assert_array_equal(scaled.max(axis=1), np.where(metagenes.any(axis=1), 1, 0))


# Powers of two scale without rounding, so that ties stay ties.
@given(USAGES, METAGENES, arrays(np.int64, 3, elements=st.integers(-20, 20)))
def test_scale_max_gives_the_same_calls_however_the_factors_share_their_scale(usages, metagenes, exponents):
    usages = usages * metagenes.any(axis=1)
    moved = usages * 2.0**exponents, metagenes / 2.0 ** exponents[:, None]
    expected = call_samples(scale_factors(usages, metagenes, "max")[0])
    np.testing.assert_array_equal(call_samples(scale_factors(*moved, "max")[0]), expected)


def test_scale_none_leaves_the_factors_as_they_are():
    usages, metagenes = np.ones((2, 1)), np.full((1, 3), 5.0)
    assert all(map(np.array_equal, scale_factors(usages, metagenes, "none"), (usages, metagenes)))


def test_a_stack_of_restarts_is_scaled_as_each_restart_alone():
    random = np.random.default_rng(0)
    usages, metagenes = random.random((4, 5, 3)), random.random((4, 3, 7))
    stacked = scale_factors(usages, metagenes, "max")
    for number in range(4):
        alone = scale_factors(usages[number], metagenes[number], "max")
        assert all(np.array_equal(part[number], single) for part, single in zip(stacked, alone, strict=True))


@pytest.mark.parametrize("scale", ["max", "none"])
def test_an_empty_metagene_takes_no_usage_whatever_the_solver_left_there(scale):
    usages, metagenes = np.array([[np.nan, 2.0], [7.0, 1.0]]), np.array([[0.0, 0.0, 0.0], [1.0, 4.0, 2.0]])
    scaled_usages, scaled_metagenes = scale_factors(usages, metagenes, scale)
    np.testing.assert_array_equal(scaled_usages[:, 0], 0)
    np.testing.assert_array_equal(scaled_metagenes[0], 0)
    np.testing.assert_array_equal(call_samples(scaled_usages), [1, 1])
    np.testing.assert_allclose(scaled_usages[:, 1:] @ scaled_metagenes[1:], usages[:, 1:] @ metagenes[1:])


def test_another_scale_is_refused():
    with pytest.raises(ValueError, match="scale is 'sum'; expected one of max, none"):
        scale_factors(np.ones((2, 1)), np.ones((1, 3)), "sum")


def test_calls_are_those_of_r(golden_table, golden_numbers):
    usages = golden_table("brunet_it200_H.tsv.gz").to_numpy().T
    expected = golden_numbers["fixed_init"]["brunet_it200"]["predict"]
    np.testing.assert_array_equal(call_samples(usages) + 1, expected)


def test_the_first_of_equal_usages_is_called():
    np.testing.assert_array_equal(call_samples(np.array([[1.0, 2.0, 2.0], [0.0, 0.0, 0.0]])), [1, 0])


@given(USAGES)
def test_usage_shares_are_each_usage_over_the_sum_of_its_sample(usages):
    for share, usage in zip(usage_shares(usages), usages, strict=True):
        np.testing.assert_allclose(share, usage / sum(usage) if sum(usage) > 0 else 0 * usage, rtol=1e-12)
