"""nmfbio.consensus.alignment: metagenes of one restart matched to those of another."""

from itertools import permutations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nmfbio.consensus import match_metagenes


def cosine(left, right):
    return sum(left * right) / (sum(left**2) * sum(right**2)) ** 0.5


@given(st.permutations(range(5)), st.integers(0, 100))
def test_matching_undoes_a_permutation_and_does_not_see_scale(order, seed):
    random = np.random.default_rng(seed)
    reference = random.gamma(0.5, 1.0, (5, 30))
    shuffled = reference[order] * random.uniform(0.1, 10, (5, 1))
    np.testing.assert_array_equal(np.array(order)[match_metagenes(shuffled, reference)], range(5))


def test_no_other_matching_has_a_larger_sum_of_cosines():
    random = np.random.default_rng(1)
    for _ in range(20):
        metagenes, reference = random.random((2, 4, 6))
        totals = {
            order: sum(cosine(metagenes[place], row) for place, row in zip(order, reference, strict=True))
            for order in permutations(range(4))
        }
        assert tuple(match_metagenes(metagenes, reference)) == max(totals, key=totals.get)


def test_a_metagene_of_zeros_takes_the_place_that_is_left():
    metagenes = np.array([[0, 0, 0], [0, 0, 2], [3, 0, 0]], dtype=np.float32)
    np.testing.assert_array_equal(match_metagenes(metagenes, np.eye(3)), [2, 0, 1])
