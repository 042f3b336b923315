"""The random parts of the evidence: hidden entries, permutations, subsamples.

They hang on the base seed and a number, never on the rank, so that all ranks are judged on the same data.
"""

import numpy as np
import scipy.sparse

from nmfbio.factorization import random_start
from nmfbio.factorization.solver import Factors, Matrix

PURPOSES = ("hide", "blocks", "split", "permute", "subsample", "samples", "parallel")
# Restarts take (rank, restart), and no rank is 0.
EVIDENCE = 0


def stream(seed: int, purpose: str, *numbers: int) -> np.random.SeedSequence:
    """Seed of one random part of the evidence."""
    return np.random.SeedSequence(seed, spawn_key=(EVIDENCE, PURPOSES.index(purpose), *numbers))


def fit_seed(seed: int, purpose: str, *numbers: int) -> int:
    """The same as a whole number, which `factorize` takes."""
    return int(stream(seed, purpose, *numbers).generate_state(1)[0])


def draw_starts(expression: Matrix, rank: int, starts: int, seed: int, purpose: str, *numbers: int) -> list[Factors]:
    """Random starts of fits at a rank. All starts of rank 1 lead to the same fit, so one is enough."""
    return [
        random_start(expression, rank, stream(seed, purpose, *numbers, rank, start))
        for start in range(starts if rank > 1 else 1)
    ]


def permute_genes(expression: Matrix, seed: int, number: int) -> Matrix:
    """The matrix with every gene's values shuffled over the samples: its distribution stays, all structure goes."""
    random = np.random.default_rng(stream(seed, "permute", number))
    permuted = random.permuted(as_dense(expression), axis=0)
    return scipy.sparse.csr_matrix(permuted) if scipy.sparse.issparse(expression) else permuted


def as_dense(matrix: Matrix) -> np.ndarray:
    """The matrix as an array."""
    return matrix.toarray() if scipy.sparse.issparse(matrix) else np.asarray(matrix)


def draw_samples(n_samples: int, wanted: int, seed: int, purpose: str, number: int = 0) -> np.ndarray:
    """Positions of so many samples, each once, in rising order."""
    random = np.random.default_rng(stream(seed, purpose, number))
    return np.sort(random.permutation(n_samples)[:wanted])
