"""The objectives that every solver is judged by: in float64, by blocks of samples, and independent of any solver."""

import numpy as np
from scipy.sparse import csr_matrix

SAMPLES_AT_ONCE = 500
TINY = np.finfo(np.float64).tiny


def objective(matrix: np.ndarray | csr_matrix, usages: np.ndarray, metagenes: np.ndarray, name: str) -> float:
    """Kullback-Leibler divergence Σ V log(V/WH) − V + WH (``"kl"``), or ½‖V − WH‖² (``"frobenius"``)."""
    measure = kl_of_block if name == "kl" else half_squares_of_block
    blocks = (slice(i, i + SAMPLES_AT_ONCE) for i in range(0, matrix.shape[0], SAMPLES_AT_ONCE))
    return sum(measure(as_dense(matrix[block]), usages[block] @ metagenes) for block in blocks)


def as_dense(block: np.ndarray | csr_matrix) -> np.ndarray:
    """A block as an array."""
    return block if isinstance(block, np.ndarray) else block.toarray()


def kl_of_block(observed: np.ndarray, fitted: np.ndarray) -> float:
    """Divergence of a block, with 0 log 0 = 0. A fit of 0 to a positive value costs what the smallest number would."""
    positive = observed > 0
    seen = observed[positive]
    return float(np.sum(seen * np.log(seen / np.maximum(fitted[positive], TINY))) - seen.sum() + fitted.sum())


def half_squares_of_block(observed: np.ndarray, fitted: np.ndarray) -> float:
    """Half the squared error of a block."""
    difference = (observed - fitted).ravel()
    return 0.5 * float(difference @ difference)
