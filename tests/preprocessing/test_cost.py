"""nmfbio.preprocessing.cost: what a run will take."""

import numpy as np
import pytest
import scipy.sparse
from anndata import AnnData

from nmfbio.config_methods import METHODS
from nmfbio.errors import InputError
from nmfbio.preprocessing.cost import GIB, Cost, describe_cost, describe_seconds, estimate_cost, refuse_without_memory

EXPRESSION = AnnData(np.ones((40, 300), dtype=np.float32))


@pytest.mark.parametrize("method", METHODS)
def test_time_grows_with_the_work(method):
    once = estimate_cost(EXPRESSION, [2, 3], 10, method).cpu_seconds
    assert once > 0
    assert estimate_cost(EXPRESSION, [2, 3], 20, method).cpu_seconds == pytest.approx(2 * once)
    assert estimate_cost(EXPRESSION, [10], 10, method).cpu_seconds == pytest.approx(2 * once)


def test_only_stored_values_of_a_sparse_matrix_count():
    sparse = AnnData(scipy.sparse.random(40, 300, density=0.1, format="csr", random_state=0))
    assert estimate_cost(sparse, [2], 10, "kl").cpu_seconds == pytest.approx(
        estimate_cost(EXPRESSION, [2], 10, "kl").cpu_seconds / 10
    )


def test_the_consensus_of_many_samples_grows_with_their_number_not_with_its_square():
    sizes = [
        estimate_cost(AnnData(scipy.sparse.csr_matrix((n_samples, 3), dtype=np.float32)), [10], 50, "kl")
        for n_samples in (100_000, 200_000, 300_000)
    ]
    first, second, third = (cost.consensus_bytes for cost in sizes)
    assert third - second == pytest.approx(second - first)
    assert second < 2 * GIB


def test_a_matrix_of_100_000_cells_is_not_refused_for_its_consensus():
    cells = AnnData(scipy.sparse.random(100_000, 200, density=0.05, format="csr", random_state=0, dtype=np.float32))
    assert estimate_cost(cells, [10], 50, "kl").consensus_bytes < 2 * GIB
    refuse_without_memory(EXPRESSION, estimate_cost(EXPRESSION, [2], 1, "kl"))


def test_the_evidence_takes_as_long_as_170_restarts_however_many_there_are():
    plain, full = (estimate_cost(EXPRESSION, [2, 3], 50, "kl", evidence).cpu_seconds for evidence in (False, True))
    assert full == pytest.approx(3.5 * plain)
    more = estimate_cost(EXPRESSION, [2, 3], 100, "kl", True).cpu_seconds
    assert more - full == pytest.approx(plain)


def test_the_evidence_looks_at_a_part_of_many_samples():
    costs = []
    for n_samples in (200_000, 400_000):
        cells = AnnData(scipy.sparse.random(n_samples, 50, density=0.01, format="csr", random_state=0))
        plain, full = (estimate_cost(cells, [2], 50, "kl", evidence).cpu_seconds for evidence in (False, True))
        costs.append(full - plain)
    assert costs[0] == pytest.approx(costs[1])


def test_held_out_values_of_a_sparse_matrix_are_dense():
    cells = AnnData(scipy.sparse.csr_matrix((1000, 4000), dtype=np.float32))
    cost = estimate_cost(cells, [2], 1, "kl", evidence=True)
    assert cost.peak_bytes == cost.evidence_bytes > 4e6 * 8
    assert cost.evidence_bytes < GIB
    assert estimate_cost(cells, [2], 1, "kl").evidence_bytes == 0


@pytest.mark.parametrize(
    ("cost", "what"),
    [
        (Cost(1, 2.0**50, 1), "fitting"),
        (Cost(1, 1, 2.0**50), "the consensus of"),
        (Cost(1, 1, 1, 2.0**50), "gathering evidence"),
    ],
)
def test_a_run_that_needs_more_memory_than_there_is_is_refused(cost, what):
    with pytest.raises(InputError, match=rf"{what}.* takes about 1,048,576 GiB.*Take fewer samples"):
        refuse_without_memory(EXPRESSION, cost)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "a minute"), (75, "a minute"), (120, "2 minutes"), (9000, "2.5 hours"), (2e5, "2.3 days")],
)
def test_times_are_given_in_a_unit_that_suits_them(seconds, words):
    assert describe_seconds(seconds) == words


def test_the_cost_is_one_sentence():
    assert describe_cost(Cost(600, 3 * GIB, GIB)) == "about 10 minutes of CPU time, up to 3.0 GiB a job"
