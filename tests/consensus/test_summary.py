"""nmfbio.consensus.summary: what is kept of restarts, on disk and between jobs."""

from dataclasses import fields, replace

import numpy as np
import pytest

from nmfbio.consensus import (
    RestartSummary,
    best_restart,
    call_samples,
    join_summaries,
    scale_factors,
    summarize_restarts,
)
from nmfbio.errors import InputError
from nmfbio.factorization import NotConvergedWarning, factorize


def assert_same(left, right):
    for field in fields(RestartSummary):
        np.testing.assert_array_equal(getattr(left, field.name), getattr(right, field.name))


def test_labels_are_the_calls_of_each_restart_under_each_scale(small_expression):
    restarts = factorize(small_expression.X, rank=3, restarts=4)
    summary = summarize_restarts(restarts)
    for number in range(4):
        for scale in ("max", "none"):
            usages = scale_factors(restarts.usages[number], restarts.metagenes[number], scale)[0]
            np.testing.assert_array_equal(summary.labels(scale)[number], call_samples(usages))


def test_restarts_of_two_jobs_are_those_of_one_whatever_their_order(small_expression):
    jobs = {first: factorize(small_expression.X, 3, restarts=2, first_restart=first) for first in (0, 2)}
    late, early = (summarize_restarts(jobs[first]) for first in (2, 0))
    together = join_summaries([late, early])
    np.testing.assert_array_equal(together.restart, [0, 1, 2, 3])
    assert_same(together, summarize_restarts(factorize(small_expression.X, 3, restarts=4)))


@pytest.mark.parametrize(
    ("converged", "best"), [([True, True, True], 1), ([True, False, True], 2), ([False, False, False], 1)]
)
def test_the_best_restart_is_the_lowest_of_those_that_converged(converged, best):
    assert best_restart(np.array([9.0, 1.0, 4.0]), np.array(converged)) == best


def test_restarts_are_compared_by_their_evidence_where_the_method_tells_it(small_expression):
    restarts = factorize(small_expression.X, 3, restarts=2)
    np.testing.assert_array_equal(summarize_restarts(restarts).loss, restarts.objective)
    restarts = replace(restarts, details={"evidence": np.array([-7.0, -9.0])})
    np.testing.assert_array_equal(summarize_restarts(restarts).loss, [7, 9])


def test_which_restarts_converged_is_kept_through_file_and_joining(small_expression, tmp_path):
    with pytest.warns(NotConvergedWarning):
        short = summarize_restarts(factorize(small_expression.X, 3, restarts=2, max_iter=3))
    short.save(tmp_path / "0-1.npz")
    long = summarize_restarts(factorize(small_expression.X, 3, restarts=2, first_restart=2))
    together = join_summaries([long, RestartSummary.load(tmp_path / "0-1.npz")])
    np.testing.assert_array_equal(together.converged, [False, False, True, True])


def test_a_summary_comes_back_from_its_file(small_restarts, tmp_path):
    small_restarts(3).save(tmp_path / "0-5.npz")
    assert_same(RestartSummary.load(tmp_path / "0-5.npz"), small_restarts(3))


def test_a_torn_file_is_told_with_its_cure(small_restarts, tmp_path):
    path = tmp_path / "0-5.npz"
    small_restarts(3).save(path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(InputError, match=r"0-5\.npz.*Delete the file"):
        RestartSummary.load(path)


def test_a_file_of_another_kind_is_told_with_its_cure(small_consensus, tmp_path):
    small_consensus(3).save(tmp_path / "k3.npz")
    with pytest.raises(InputError, match=r"expected those of a RestartSummary: .*Delete the file"):
        RestartSummary.load(tmp_path / "k3.npz")


def test_joining_keeps_each_restart_with_its_own_numbers(small_restarts):
    whole = small_restarts(3)
    places = [np.array([4, 1]), np.array([0, 5, 3, 2])]
    parts = [
        replace(whole, **{field.name: getattr(whole, field.name)[place] for field in fields(whole)}) for place in places
    ]
    assert_same(join_summaries(parts), whole)
