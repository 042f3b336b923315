"""nmfbio.preprocessing.kinds: what values look like."""

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st

from nmfbio.preprocessing import matrix as blocks
from nmfbio.preprocessing.kinds import judge_values

RANDOM = np.random.default_rng(0)
LOG = RANDOM.uniform(4.2, 14.1, (20, 30))
COUNTS = RANDOM.poisson(0.8, (20, 30)).astype(float)
LINEAR = np.exp2(LOG)
MATRICES = {
    "counts": [COUNTS, COUNTS * 100_000],
    "whole numbers": [COUNTS + 20, np.rint(LINEAR), np.where(COUNTS == 1, -30, np.rint(LINEAR))],
    "log": [LOG, np.log1p(COUNTS), np.where(COUNTS == 3, -0.5, LOG), np.where(RANDOM.random(30) < 0.45, 0, LOG) - 9.97],
    "linear": [LINEAR, LINEAR * (COUNTS > 0), LOG / LOG.sum(axis=1, keepdims=True), LINEAR - 100.5],
    "centred": [
        LOG - LOG.mean(axis=0),
        (LOG - LOG.mean(axis=0)) / LOG.std(axis=0),
        RANDOM.normal(0, 2, (20, 30)) + RANDOM.normal(0, 1, 30),
        LINEAR - LINEAR.mean(axis=0),
    ],
}


@pytest.mark.parametrize(
    ("kind", "place"), [(kind, place) for kind, matrices in MATRICES.items() for place in range(len(matrices))]
)
def test_kind_is_told_from_what_values_look_like(make_expression, kind, place):
    assert judge_values(make_expression(MATRICES[kind][place])).name == kind


@pytest.mark.parametrize("kind", MATRICES)
def test_missing_and_infinite_values_have_no_part_in_it(make_expression, kind):
    matrix = MATRICES[kind][0].copy()
    matrix[2, 3], matrix[5, 6] = np.nan, np.inf
    assert judge_values(make_expression(matrix)).name == kind


def test_evidence_has_the_numbers_in_it(make_expression):
    kind = judge_values(make_expression([[0, 3, 0, 5], [1, 0, 0, 700]]))
    assert kind.evidence == "whole numbers from 0 to 700, 50.0 % zeros, a median total of 354.5 a sample"
    assert (kind.lowest, kind.highest, kind.zeros, kind.median_total) == (0, 700, 0.5, 354.5)
    centred = judge_values(make_expression([[-2.5, -2.5], [-1.5, -1.5], [4.0, 4.01]]))
    assert centred.evidence.endswith(
        "0.0 % zeros, 67 % of the others below 0, gene means 0.00 standard deviations from 0 in the median"
    )


@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 5, 2048]))
def test_sparse_is_as_dense_and_neither_order_nor_blocks_matter(seed, samples_at_once):
    import anndata

    random = np.random.default_rng(seed)
    matrix = random.poisson(1.0, (9, 7)).astype(np.float32) * np.float32(random.choice([1, 0.5, 100.25]))
    reference = judge_values(anndata.AnnData(matrix))
    shuffled = matrix[random.permutation(9)][:, random.permutation(7)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "SAMPLES_AT_ONCE", samples_at_once)
        for other in (shuffled, scipy.sparse.csr_matrix(shuffled)):
            assert judge_values(anndata.AnnData(other)) == reference
