"""nmfbio.rank.solutions: the objectives of the three solutions as a table."""

import math
from types import SimpleNamespace

import pytest

from nmfbio.rank import collect_solutions


def consensus(rank, clustered=11.0):
    return SimpleNamespace(rank=rank, aligned_median_objective=10.5, clustered_objective=clustered, best_objective=10.0)


def test_every_rank_has_three_solutions_of_which_one_is_of_record():
    table = collect_solutions([consensus(3, math.nan), consensus(2)], "clustered")
    assert list(table["rank"]) == [2, 2, 2, 3, 3, 3]
    assert list(table["solution"][:3]) == ["aligned_median", "clustered", "best"]
    assert list(table["objective"][:3]) == [10.5, 11.0, 10.0]
    assert math.isnan(table["objective"][4])
    assert list(table["of_record"]) == [False, True, False] * 2


def test_an_unknown_solution_is_refused():
    with pytest.raises(ValueError, match="of_record is 'median'; expected one of aligned_median, clustered, best"):
        collect_solutions([consensus(2)], "median")
