"""nmfbio.consensus.grouping: k-means from cosines."""

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from nmfbio.consensus.grouping import group_rows, squared_distances
from nmfbio.consensus.programs import row_cosines, unit_metagenes


def noisy_programs(seed, noise):
    """Unit rows: 12 restarts of 4 programs, and which program each is."""
    random = np.random.default_rng(seed)
    programs = random.gamma(0.3, 1, (4, 50))
    rows = unit_metagenes(programs + random.gamma(0.3, noise, (12, 4, 50)))
    return rows, np.tile(np.arange(4), 12)


@pytest.mark.parametrize("seed", range(5))
def test_groups_are_those_of_scikit_learn_where_they_are_clear(seed):
    rows, truth = noisy_programs(seed, 0.1)
    found = group_rows(row_cosines(rows), 4)
    expected = KMeans(4, n_init=10, random_state=0).fit(rows)
    assert adjusted_rand_score(found, expected.labels_) == adjusted_rand_score(found, truth) == 1
    sums = squared_distances(row_cosines(rows), found, 4)[np.arange(48), found].sum()
    assert sums == pytest.approx(expected.inertia_, abs=1e-4)


@pytest.mark.parametrize("seed", range(5))
def test_groups_are_as_tight_as_those_of_scikit_learn_where_they_are_not(seed):
    rows, _ = noisy_programs(seed, 1.0)
    cosines = row_cosines(rows)
    found = group_rows(cosines, 4)
    sums = squared_distances(cosines, found, 4)[np.arange(48), found].sum()
    assert sums <= KMeans(4, n_init=10, random_state=0).fit(rows).inertia_ * 1.02


def test_every_group_has_a_row_though_rows_are_alike():
    assert set(group_rows(np.ones((5, 5), dtype=np.float32), 3)) == {0, 1, 2}


def test_groups_are_the_same_every_time():
    rows, _ = noisy_programs(0, 1.0)
    np.testing.assert_array_equal(group_rows(row_cosines(rows), 4), group_rows(row_cosines(rows), 4))
