"""On twenty random matrices, dense and sparse, the best of a few starts is never worse than scikit-learn's."""

import warnings

import numpy as np
import pytest
import scipy.sparse
from sklearn.decomposition import non_negative_factorization

from nmfbio.factorization import METHODS, factorize

STARTS = 4
LOSSES = {"frobenius": "frobenius", "kl": "kullback-leibler", "itakura_saito": "itakura-saito"}
CASES = [
    (method, seed, kind)
    for method in LOSSES
    for seed in range(20)
    for kind in ("dense", "sparse")
    if method in METHODS and (kind == "dense" or METHODS[method].sparse)
]


def draw_matrix(seed, positive):
    """Counts around a few metagenes, with noise; at least 1 where zeros have no divergence."""
    random = np.random.default_rng(seed)
    n_samples, n_genes, rank = random.integers(20, 60), random.integers(40, 150), random.integers(2, 7)
    means = random.gamma(0.5, 1.0, (n_samples, rank)) @ random.gamma(0.5, 2.0, (rank, n_genes))
    return random.poisson(means + 0.1).astype(np.float64) + positive, int(rank)


@pytest.mark.parametrize(("method", "seed", "kind"), CASES)
def test_the_objective_is_at_most_scikit_learns(method, seed, kind):
    expression, rank = draw_matrix(seed, method == "itakura_saito")
    matrix = scipy.sparse.csr_matrix(expression) if kind == "sparse" else expression
    options = {"dtype": "float64", "tolerance": 1e-9, "max_iter": 20_000, "restarts": 1}
    ours, theirs = [], []
    for number in range(STARTS):
        random = np.random.default_rng((seed, number))
        start = random.uniform(0.1, 1, (expression.shape[0], rank)), random.uniform(0.1, 1, (rank, expression.shape[1]))
        ours.append(factorize(matrix, rank, method, seeding=start, **options).objective[0])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            usages, metagenes, _ = non_negative_factorization(
                matrix,
                *(factor.copy() for factor in start),
                n_components=rank,
                init="custom",
                solver="cd" if method == "frobenius" else "mu",
                beta_loss=LOSSES[method],
                max_iter=400,
            )
        theirs.append(METHODS[method].objective(expression, usages, metagenes, METHODS[method].options()))
    assert min(ours) <= min(theirs) * (1 + 1e-6)
