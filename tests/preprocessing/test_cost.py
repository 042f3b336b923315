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


def test_the_consensus_of_many_samples_is_what_needs_memory():
    many = AnnData(scipy.sparse.csr_matrix((200_000, 3), dtype=np.float32))
    cost = estimate_cost(many, [2], 1, "kl")
    assert cost.consensus_bytes > 200_000**2 * 8
    with pytest.raises(InputError, match=r"consensus of 200,000 samples takes about 1,1\d\d GiB.*Take fewer samples"):
        refuse_without_memory(many, cost)
    refuse_without_memory(EXPRESSION, estimate_cost(EXPRESSION, [2], 1, "kl"))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "a minute"), (75, "a minute"), (120, "2 minutes"), (9000, "2.5 hours"), (2e5, "2.3 days")],
)
def test_times_are_given_in_a_unit_that_suits_them(seconds, words):
    assert describe_seconds(seconds) == words


def test_the_cost_is_one_sentence():
    assert describe_cost(Cost(600, 3 * GIB, GIB)) == "about 10 minutes of CPU time, up to 3.0 GiB a job"
