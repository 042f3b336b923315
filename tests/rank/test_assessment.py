"""nmfbio.rank.assessment: from a matrix to a verdict."""

import numpy as np
import pytest

from benchmarks.rank.simulate import simulate
from nmfbio.rank import assess_ranks, evidence
from nmfbio.rank.draws import permute_genes
from nmfbio.rank.measures import MEASURES


@pytest.fixture(autouse=True)
def few_subsamples(monkeypatch):
    """Fewer fits to a part of the samples than in use."""
    monkeypatch.setattr(evidence, "SUBSAMPLES", 12)


@pytest.fixture(scope="module")
def counts():
    """40 samples × 100 genes of three programs."""
    return simulate("balanced", 3, seed=1, n_samples=40, n_genes=100).counts


def test_three_programs_are_found(counts):
    done = []
    scaled = (counts / counts.std(axis=0)).astype(np.float32)
    measures, verdict = assess_ranks(
        scaled, [2, 3, 4], restarts=6, counts=counts, on_rank=lambda: done.append(1), threads=1
    )
    assert (verdict.status, verdict.rank) == ("supported", 3)
    assert set(verdict.gate) == {"speckled_cv", "count_splitting"}
    assert verdict.reproducible[-1] == 3
    assert sorted(set(measures["rank"])) == [1, 2, 3, 4]
    assert tuple(measures["measure"][: len(MEASURES)]) == MEASURES
    assert len(done) == 4


def test_permuted_data_have_no_structure(counts):
    _, verdict = assess_ranks(permute_genes(counts, 7, 0), [2, 3], restarts=4, threads=1)
    assert (verdict.status, verdict.rank) == ("none", None)


def test_the_rule_is_passed_on(counts):
    _, verdict = assess_ranks(counts[:16, :30], [2, 3], "frobenius", 3, rule="pac", threads=1)
    assert verdict.status == "none" or verdict.rule == "pac"
