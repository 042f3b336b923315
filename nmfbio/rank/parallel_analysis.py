"""How many singular values are larger than those of permuted data (Horn 1965; Buja & Eyuboglu 1992)."""

import numpy as np

from nmfbio.rank.draws import stream

PERMUTATIONS = 10


def singular_values(expression: np.ndarray, most: int) -> np.ndarray:
    """The largest singular values of log(1 + x), each gene centred; missing values stand at their gene's mean."""
    logs = np.log1p(expression.astype(np.float64))
    known = np.isfinite(logs)
    means = np.where(known, logs, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    centred = np.where(known, logs - means, 0)
    gram = centred @ centred.T if len(centred) <= centred.shape[1] else centred.T @ centred
    return np.sqrt(np.maximum(np.linalg.eigvalsh(gram)[::-1][:most], 0))


def permuted_singular_values(expression: np.ndarray, most: int, seed: int) -> np.ndarray:
    """The same of data whose genes are shuffled over the samples, one row a permutation."""
    random = (np.random.default_rng(stream(seed, "parallel", number)) for number in range(PERMUTATIONS))
    return np.array([singular_values(each.permuted(expression, axis=0), most) for each in random])
