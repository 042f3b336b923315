"""nmfbio.consensus.programs: metagenes that recur over restarts."""

import re

import numpy as np
import pytest
from sklearn.metrics import silhouette_samples
from sklearn.metrics.pairwise import euclidean_distances

from nmfbio.consensus.programs import (
    cluster_metagenes,
    matched_cosines,
    neighbour_distances,
    program_fields,
    program_silhouettes,
    row_cosines,
    unit_metagenes,
    warn_of_empty,
)
from nmfbio.errors import InputError

RESTARTS, RANK, GENES = 10, 3, 40


@pytest.fixture
def restarts():
    """Metagenes (10, 3, 40) of three programs with noise, and the programs."""
    random = np.random.default_rng(2)
    programs = random.gamma(0.3, 1, (RANK, GENES))
    return programs + random.gamma(0.3, 0.1, (RESTARTS, RANK, GENES)), programs


def test_the_distance_to_neighbours_is_that_of_a_plain_search(restarts):
    rows = unit_metagenes(restarts[0])
    distances = np.sort(euclidean_distances(rows.astype(np.float64)), axis=1)[:, 1:4].mean(axis=1)
    found = neighbour_distances(row_cosines(rows), np.arange(len(rows)), 3)
    np.testing.assert_allclose(found, distances, atol=2e-3)


def test_clusters_give_back_the_programs_and_outliers_are_dropped(restarts):
    metagenes, programs = restarts
    metagenes[4, 1] = np.eye(GENES)[7]  # a restart that found something else
    rows = unit_metagenes(metagenes)
    found = cluster_metagenes(rows, row_cosines(rows), RESTARTS, RANK)
    assert found.sum(axis=1) == pytest.approx(1)
    cosines = unit_metagenes(found[None]) @ unit_metagenes(programs[None]).T
    assert sorted(cosines.argmax(axis=1)) == [0, 1, 2]
    assert cosines.max(axis=1).min() > 0.98


def test_three_restarts_are_too_few_and_that_is_said_once(restarts):
    rows = unit_metagenes(restarts[0][:3])
    message = (
        "config key 'consensus.neighbourhood': found 0.3 of 3 restarts, which is less than one neighbour for each "
        "metagene; expected at least one. Run 4 restarts or more"
    )
    with pytest.raises(InputError, match=re.escape(message)):
        cluster_metagenes(rows, row_cosines(rows), 3, RANK)


def test_a_threshold_that_drops_everything_is_told_with_one_that_would_do(restarts):
    rows = unit_metagenes(restarts[0])
    cosines = row_cosines(rows)
    with pytest.raises(InputError) as refused:
        cluster_metagenes(rows, cosines, RESTARTS, RANK, density_threshold=1e-3)
    told = re.fullmatch(
        r"config key 'consensus.density_threshold': found 0.001 at rank 3, which leaves 0 of 30 metagenes: the mean "
        r"distance to the nearest 3 is larger for the others \(smallest (0\.\d\d), median (0\.\d\d)\); expected at "
        r"least 3, one for each program\. Set it to (0\.\d\d), which keeps about 90 %, run more restarts, or .*",
        str(refused.value),
    )
    smallest, median, cure = map(float, told.groups())
    assert smallest <= median <= cure
    density = neighbour_distances(cosines, np.arange(30), 3)
    assert (density < cure).mean() >= 0.9
    cluster_metagenes(rows, cosines, RESTARTS, RANK, density_threshold=cure)


def test_silhouettes_are_those_of_scikit_learn(restarts):
    cosines = row_cosines(unit_metagenes(restarts[0]))
    places, programs = np.arange(30).reshape(RESTARTS, RANK), np.tile(np.arange(RANK), RESTARTS)
    distances = 1 - cosines.astype(np.float64)
    expected = silhouette_samples(distances, programs, metric="precomputed").reshape(RESTARTS, RANK).mean(axis=0)
    found = program_silhouettes(cosines, places, np.ones((1, RESTARTS), dtype=int))
    np.testing.assert_allclose(found[0], expected, atol=1e-5)


def test_a_weight_counts_a_restart_as_often_as_if_it_were_repeated(restarts):
    weights = np.array([2, 0, 1, 1, 3, 0, 1, 0, 1, 1])
    cosines = row_cosines(unit_metagenes(restarts[0]))
    found = program_silhouettes(cosines, np.arange(30).reshape(RESTARTS, RANK), weights[None])
    repeated = row_cosines(unit_metagenes(np.repeat(restarts[0], weights, axis=0)))
    expected = program_silhouettes(repeated, np.arange(30).reshape(RESTARTS, RANK), np.ones((1, 10), dtype=int))
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_restarts_that_all_agree_are_as_sure_as_can_be(restarts):
    metagenes = np.repeat(restarts[0][:1], RESTARTS, axis=0)
    rows, orders = unit_metagenes(metagenes), np.tile(np.arange(RANK), (RESTARTS, 1))
    found = program_fields(rows, row_cosines(rows), orders, metagenes[0])
    for name in ("program_silhouette", "program_restarts", "program_cosine_mean", "program_cosine_min"):
        np.testing.assert_allclose(found[name], 1, atol=1e-6)
    assert found["program_silhouette_low"] == found["program_silhouette_high"] == pytest.approx(1)


def test_cosines_are_of_matched_metagenes_whatever_their_order(restarts):
    metagenes, programs = restarts
    random = np.random.default_rng(0)
    orders = np.array([random.permutation(RANK) for _ in range(RESTARTS)])
    shuffled = np.array([each[np.argsort(order)] for each, order in zip(metagenes, orders, strict=True)])
    places = orders + np.arange(RESTARTS)[:, None] * RANK
    found = matched_cosines(unit_metagenes(shuffled), places, programs)
    unit = metagenes / np.linalg.norm(metagenes, axis=2, keepdims=True)
    expected = np.einsum("rcg,cg->rc", unit, programs / np.linalg.norm(programs, axis=1, keepdims=True))
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_an_empty_program_has_no_silhouette_and_is_in_no_restart(restarts):
    metagenes = restarts[0].copy()
    metagenes[:, 2] = 0
    rows, orders = unit_metagenes(metagenes), np.tile(np.arange(RANK), (RESTARTS, 1))
    found = program_fields(rows, row_cosines(rows), orders, metagenes[0])
    assert np.isnan(found["program_silhouette"]).tolist() == [False, False, True]
    assert found["program_restarts"].tolist() == [1, 1, 0]
    assert found["program_cosine_min"][2] == 0
    with pytest.warns(UserWarning, match="rank 3: metagene_3 of the solution is empty"):
        warn_of_empty(metagenes[0])
