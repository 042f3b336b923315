"""The leukemia matrix from factorisation to consensus, beside R's NMF and Brunet et al. (2004)."""

import pandas as pd
import pytest

from nmfbio.consensus import build_consensus, summarize_restarts
from nmfbio.factorization import factorize

RESTARTS = 10


@pytest.fixture(scope="module")
def at_rank(leukemia_expression):
    """Function from a rank and a scale to the consensus of ten restarts."""
    expression = leukemia_expression.X
    restarts = {rank: summarize_restarts(factorize(expression, rank, restarts=RESTARTS)) for rank in (2, 3)}
    samples = leukemia_expression.obs_names.to_numpy()
    return lambda rank, scale: build_consensus(expression, restarts[rank], samples, scale=scale)


def misplaced(calls, classes):
    """Samples outside the class that most samples of their metagene belong to."""
    table = pd.DataFrame({"call": calls, "subtype": classes})
    home = table.groupby("call")["subtype"].agg(lambda members: members.mode()[0])
    assert home.is_unique
    return set(table.index[table["call"].map(home) != table["subtype"]])


@pytest.mark.parametrize(("rank", "column"), [(2, "lineage"), (3, "subtype")])
def test_scale_max_calls_every_sample_for_its_class(at_rank, leukemia_expression, rank, column):
    consensus = at_rank(rank, "max")
    assert misplaced(consensus.calls, leukemia_expression.obs[column]) == set()
    assert misplaced(consensus.clusters, leukemia_expression.obs[column]) == set()


@pytest.mark.parametrize(
    ("rank", "column", "moved"),
    [(2, "lineage", "ALL_14749_B-cell ALL_7092_B-cell"), (3, "subtype", "ALL_14749_B-cell ALL_21302_B-cell")],
)
def test_scale_none_misplaces_two_samples_as_r_does(at_rank, leukemia_expression, rank, column, moved):
    consensus = at_rank(rank, "none")
    samples = leukemia_expression.obs_names
    assert misplaced(consensus.calls, leukemia_expression.obs[column]) == set(moved.split())
    assert set(samples[consensus.calls_max != consensus.calls_none]) == set(moved.split())


@pytest.mark.parametrize("rank", [2, 3])
def test_the_consensus_is_as_sharp_as_fifty_restarts_of_r(at_rank, leukemia_anchors, rank):
    golden = leukemia_anchors["random_starts_50"]["max_normalised"]
    place = leukemia_anchors["random_starts_50"]["k"].index(rank)
    consensus = at_rank(rank, "max")
    assert consensus.cophenetic == pytest.approx(golden["cophenetic"][place], abs=0.01)
    assert consensus.dispersion == pytest.approx(golden["dispersion"][place], abs=0.01)
    assert consensus.pac == pytest.approx(golden["PAC_0.1_0.9"][place], abs=0.01)
