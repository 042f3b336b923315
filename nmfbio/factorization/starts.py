"""Where a factorisation starts: random factors, NNDSVD (Boutsidis & Gallopoulos 2008) and its variants, given ones."""

from collections.abc import Callable

import numpy as np
import scipy.sparse
from scipy.sparse.linalg import svds

from .arguments import check_choice, check_start
from .solver import Factors, Matrix
from .sources import RowSource

# Share of the matrix's mean below which `nndsvdar` draws what stands for zeros.
SMALL_SHARE = 0.01


def restart_seed(seed: int, rank: int, restart: int) -> np.random.SeedSequence:
    """Seed of one restart: the same whatever other ranks, restarts, jobs or threads are in the run."""
    return np.random.SeedSequence(seed, spawn_key=(rank, restart))


def random_start(expression: Matrix, rank: int, seed: np.random.SeedSequence) -> Factors:
    """Usages (n_samples × rank) and metagenes (rank × n_genes), uniform from 0 to the largest value, as in R's NMF."""
    random = np.random.default_rng(seed)
    largest = float(np.nanmax(expression) if isinstance(expression, np.ndarray) else expression.max())
    usages = random.random((expression.shape[0], rank)) * largest
    metagenes = random.random((rank, expression.shape[1])) * largest
    return usages, metagenes


def nndsvd_start(expression: Matrix, rank: int) -> Factors:
    """Non-negative double singular value decomposition, zeros kept.

    Each singular pair gives the larger of its positive and its negative part. Deterministic, so one restart is all
    there is.
    """
    left, values, right = leading_singular_vectors(expression, rank)
    usages, metagenes = np.zeros((expression.shape[0], rank)), np.zeros((rank, expression.shape[1]))
    usages[:, 0] = np.sqrt(values[0]) * np.abs(left[:, 0])
    metagenes[0] = np.sqrt(values[0]) * np.abs(right[0])
    for c in range(1, rank):
        usages[:, c], metagenes[c] = larger_part(left[:, c], right[c], values[c])
    return usages, metagenes


def nndsvda_start(expression: Matrix, rank: int) -> Factors:
    """NNDSVD with the matrix's mean in place of zeros, which multiplicative updates could never leave."""
    mean = float(expression.mean())
    return tuple(np.where(factor == 0, mean, factor) for factor in nndsvd_start(expression, rank))


def nndsvdar_start(expression: Matrix, rank: int, seed: np.random.SeedSequence) -> Factors:
    """NNDSVD with small random values in place of zeros, up to a hundredth of the matrix's mean."""
    random, most = np.random.default_rng(seed), SMALL_SHARE * float(expression.mean())
    return tuple(
        np.where(factor == 0, most * random.random(factor.shape), factor) for factor in nndsvd_start(expression, rank)
    )


def plan_starts(
    expression: Matrix, rank: int, seeding: str | Factors, seed: int, restarts: int
) -> Callable[[int], Factors]:
    """A function from a restart's number to the usages and metagenes it starts from.

    Raises
    ------
    ValueError
        The seeding is unknown or does not fit the matrix, or all ``restarts`` would be the same.
    TypeError
        The seeding is neither a name nor a pair of factors.
    """
    if isinstance(seeding, str):
        check_choice(seeding, "seeding", SEEDINGS)
    else:
        check_start(seeding, expression.shape, rank)
    if seeding == "random":
        return lambda number: random_start(expression, rank, restart_seed(seed, rank, number))
    if isinstance(seeding, str) and isinstance(expression, RowSource):
        expression = expression.whole(f"seeding {seeding}")
    if isinstance(seeding, str) and np.isnan(expression.sum()):
        raise ValueError(f"seeding {seeding} needs every value, and some are NaN; use random")
    if seeding == "nndsvdar":
        return lambda number: nndsvdar_start(expression, rank, restart_seed(seed, rank, number))
    if restarts != 1:
        raise ValueError(f"this seeding is deterministic, so all {restarts} restarts would be the same; use restarts=1")
    if not isinstance(seeding, str):
        return lambda number: seeding
    fixed = {"nndsvd": nndsvd_start, "nndsvda": nndsvda_start}[seeding]
    return lambda number: fixed(expression, rank)


SEEDINGS = ("random", "nndsvd", "nndsvda", "nndsvdar")


def leading_singular_vectors(expression: Matrix, rank: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Left vectors (columns), values and right vectors (rows) of the largest singular values, in falling order."""
    if not scipy.sparse.issparse(expression):
        return np.linalg.svd(expression.astype(np.float64), full_matrices=False)
    side = np.ones(min(expression.shape))
    left, values, right = svds(expression.astype(np.float64), k=rank, v0=side, solver="arpack")
    order = np.argsort(-values)
    return left[:, order], values[order], right[order]


def larger_part(left: np.ndarray, right: np.ndarray, value: float) -> Factors:
    """The positive or the negative part of a singular pair, whichever has the larger product of norms."""
    positive = np.maximum(left, 0), np.maximum(right, 0)
    negative = np.maximum(-left, 0), np.maximum(-right, 0)
    strengths = [np.linalg.norm(u) * np.linalg.norm(v) for u, v in (positive, negative)]
    u, v = positive if strengths[0] > strengths[1] else negative
    weight = np.sqrt(value * max(strengths))
    return weight * u / np.linalg.norm(u), weight * v / np.linalg.norm(v)
