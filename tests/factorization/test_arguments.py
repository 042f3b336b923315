import numpy as np
import pytest
from scipy import sparse

from nmfbio.factorization import factorize, fit_usages

COUNTS = np.random.default_rng(0).poisson(3.0, (8, 20)) + 1.0
USAGES, METAGENES = np.ones((8, 3)), np.ones((3, 20))
HOLED = np.where(COUNTS > 2, COUNTS, np.nan)

BAD_RUNS = [
    (
        {"expression": sparse.csr_array(COUNTS), "method": "itakura_saito"},
        TypeError,
        "expression is a sparse matrix, which method itakura_saito does not take; these do: kl, brunet",
    ),
    ({"expression": sparse.csr_array(COUNTS - 2)}, ValueError, "expression holds negative values, the smallest -1"),
    ({"expression": sparse.csr_array(HOLED)}, ValueError, "expression holds NaN or infinite values"),
    ({"expression": sparse.csr_array(COUNTS * 0)}, ValueError, "expression is zero everywhere"),
    ({"expression": sparse.csr_array(COUNTS.astype(complex))}, TypeError, "expression holds complex128"),
    ({"expression": COUNTS.astype(str)}, TypeError, "expression holds <U32; expected numbers"),
    ({"expression": COUNTS * 1j}, TypeError, "expression holds complex128; expected numbers"),
    ({"expression": COUNTS[0]}, ValueError, r"expression has shape \(20,\); expected a matrix"),
    ({"expression": COUNTS[:0]}, ValueError, r"expression has shape \(0, 20\); expected a matrix with at least one"),
    ({"expression": HOLED}, ValueError, "expression holds NaN or infinite values"),
    ({"expression": COUNTS * 1e38}, ValueError, "expression holds NaN or infinite values, as float32"),
    ({"expression": -COUNTS}, ValueError, "expression holds negative values, the smallest -"),
    ({"expression": COUNTS * 0}, ValueError, "expression is zero everywhere"),
    ({"rank": 0}, ValueError, "rank is 0; expected at least 1"),
    ({"rank": 8}, ValueError, r"rank is 8; expected 1 to 7 for a matrix of \(8, 20\)"),
    ({"rank": 2.0}, TypeError, "rank is 2.0; expected a whole number"),
    ({"rank": True}, TypeError, "rank is True; expected a whole number"),
    ({"method": "nmf"}, ValueError, "method is 'nmf'; expected one of kl, brunet, frobenius"),
    ({"restarts": 0}, ValueError, "restarts is 0; expected at least 1"),
    ({"restarts": 1.5}, TypeError, "restarts is 1.5; expected a whole number"),
    ({"first_restart": -1}, ValueError, "first_restart is -1; expected at least 0"),
    ({"theta": 0.5}, TypeError, "method kl has no option 'theta'; it takes l1_metagenes, l2_metagenes, l1_usages"),
    ({"l1_usages": -1}, ValueError, "l1_usages is -1; expected at least 0"),
    ({"l2_metagenes": "much"}, TypeError, "l2_metagenes is 'much'; expected a number"),
    ({"stop": "soon"}, ValueError, "stop is 'soon'; expected one of auto, tolerance, connectivity"),
    ({"seed": -1}, ValueError, "seed is -1; expected at least 0"),
    ({"seed": None}, TypeError, "seed is None; expected a whole number"),
    ({"threads": 0}, ValueError, "threads is 0; expected at least 1"),
    ({"max_iter": 0}, ValueError, "max_iter is 0; expected at least 1"),
    ({"tolerance": -1e-6}, ValueError, "tolerance is -1e-06; expected at least 0"),
    ({"tolerance": float("nan")}, ValueError, "tolerance is nan; expected at least 0"),
    ({"dtype": "int32"}, ValueError, "dtype is 'int32'; expected one of auto, float32, float64"),
    ({"seeding": "svd"}, ValueError, "seeding is 'svd'; expected one of random, nndsvd"),
    ({"seeding": None}, TypeError, "seeding is neither the name of one nor a pair"),
    ({"seeding": (USAGES,)}, TypeError, "seeding is neither the name of one nor a pair"),
    ({"seeding": "nndsvd", "restarts": 2}, ValueError, "all 2 restarts would be the same; use restarts=1"),
    ({"seeding": (USAGES, METAGENES), "restarts": 3}, ValueError, "all 3 restarts would be the same"),
    ({"seeding": (USAGES.T, METAGENES)}, ValueError, r"seeding's usages have shape \(3, 8\); expected \(8, 3\)"),
    (
        {"seeding": (USAGES, METAGENES[:, 1:])},
        ValueError,
        r"seeding's metagenes have shape \(3, 19\); expected \(3, 20",
    ),
    ({"seeding": (USAGES, -METAGENES)}, ValueError, "seeding's metagenes holds negative values"),
    ({"seeding": (USAGES * np.nan, METAGENES)}, ValueError, "seeding's usages holds NaN"),
]

BAD_PROJECTIONS = [
    ((COUNTS, METAGENES[:, 1:]), ValueError, "expression has 20 genes, metagenes have 19"),
    ((COUNTS[0], METAGENES), ValueError, r"expression has shape \(20,\)"),
    ((-COUNTS, METAGENES), ValueError, "expression holds negative values"),
    ((COUNTS, METAGENES * np.inf), ValueError, "metagenes holds NaN or infinite values"),
    ((COUNTS, sparse.csr_array(METAGENES)), TypeError, "metagenes is a sparse matrix; expected a dense array"),
    ((COUNTS, METAGENES, "nmf"), ValueError, "method is 'nmf'"),
]


@pytest.mark.parametrize(("changed", "error", "message"), BAD_RUNS, ids=[message for *_, message in BAD_RUNS])
def test_factorize_refuses_in_one_sentence(changed, error, message):
    arguments = {"expression": COUNTS, "rank": 3, "restarts": 1} | changed
    with pytest.raises(error, match=message):
        factorize(**arguments)


@pytest.mark.parametrize(
    ("arguments", "error", "message"), BAD_PROJECTIONS, ids=[message for *_, message in BAD_PROJECTIONS]
)
def test_fit_usages_refuses_in_one_sentence(arguments, error, message):
    with pytest.raises(error, match=message):
        fit_usages(*arguments)


def test_whole_numbers_may_be_numpys():
    assert factorize(COUNTS, np.int64(2), restarts=np.int32(1), seed=np.uint8(3)).usages.shape == (1, 8, 2)
