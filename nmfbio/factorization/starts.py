"""Where a factorisation starts: random factors, or NNDSVD (Boutsidis & Gallopoulos 2008)."""

import numpy as np


def restart_seed(seed: int, rank: int, restart: int) -> np.random.SeedSequence:
    """Seed of one restart: the same whatever other ranks, restarts, jobs or threads are in the run."""
    return np.random.SeedSequence(seed, spawn_key=(rank, restart))


def random_start(expression: np.ndarray, rank: int, seed: np.random.SeedSequence) -> tuple[np.ndarray, np.ndarray]:
    """Usages (n_samples × rank) and metagenes (rank × n_genes), uniform from 0 to the largest value, as in R's NMF."""
    random = np.random.default_rng(seed)
    largest = float(expression.max())
    usages = random.random((expression.shape[0], rank)) * largest
    metagenes = random.random((rank, expression.shape[1])) * largest
    return usages, metagenes


def nndsvd_start(expression: np.ndarray, rank: int) -> tuple[np.ndarray, np.ndarray]:
    """Non-negative double singular value decomposition, zeros kept.

    Each singular pair gives the larger of its positive and its negative part. Deterministic, so one restart is all
    there is.
    """
    left, values, right = np.linalg.svd(expression.astype(np.float64), full_matrices=False)
    usages, metagenes = np.zeros((expression.shape[0], rank)), np.zeros((rank, expression.shape[1]))
    usages[:, 0] = np.sqrt(values[0]) * np.abs(left[:, 0])
    metagenes[0] = np.sqrt(values[0]) * np.abs(right[0])
    for c in range(1, rank):
        usages[:, c], metagenes[c] = larger_part(left[:, c], right[c], values[c])
    return usages, metagenes


def larger_part(left: np.ndarray, right: np.ndarray, value: float) -> tuple[np.ndarray, np.ndarray]:
    """The positive or the negative part of a singular pair, whichever has the larger product of norms."""
    positive = np.maximum(left, 0), np.maximum(right, 0)
    negative = np.maximum(-left, 0), np.maximum(-right, 0)
    strengths = [np.linalg.norm(u) * np.linalg.norm(v) for u, v in (positive, negative)]
    u, v = positive if strengths[0] > strengths[1] else negative
    weight = np.sqrt(value * max(strengths))
    return weight * u / np.linalg.norm(u), weight * v / np.linalg.norm(v)
