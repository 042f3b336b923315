"""What the evidence at all ranks shares: the samples it looks at, the counts it splits, the singular values."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np
import scipy.sparse

from nmfbio.consensus.files import load_fields, save_fields
from nmfbio.factorization.solver import Matrix
from nmfbio.rank.draws import as_dense, draw_samples
from nmfbio.rank.parallel_analysis import permuted_singular_values, singular_values
from nmfbio.rank.splitting import estimate_overdispersion

# Entries are hidden in a dense matrix, whatever the matrix is.
MOST_ENTRIES = 2_000_000
MOST_SAMPLES = 5_000
FEWEST_SAMPLES = 200
MOST_SINGULAR_VALUES = 100
ROUNDING = 1e-4


@dataclass(frozen=True)
class EvidenceBasis:
    """The part of the evidence that does not hang on a rank.

    Attributes
    ----------
    samples
        (m,) positions of the samples that are held out, permuted and split: all, or a random part of a large matrix.
    subsampled
        (m,) positions of the samples that fits to 80 % of the samples choose from.
    counts
        m × n_genes of ``samples``; 0 × n_genes where the data are not counts.
    weights
        (n_genes,) by which counts are multiplied to give the expression matrix.
    overdispersion
        φ of the counts, variance μ + φ μ²; NaN without counts.
    singular_values, permuted_singular_values
        Of log(1 + x) with each gene centred, falling; (10, as many) on permuted data.
    """

    samples: np.ndarray
    subsampled: np.ndarray
    counts: np.ndarray
    weights: np.ndarray
    overdispersion: float
    singular_values: np.ndarray
    permuted_singular_values: np.ndarray

    @property
    def has_counts(self) -> bool:
        """Whether count splitting is possible."""
        return len(self.counts) > 0

    def save(self, path: str | os.PathLike) -> None:
        """Write to an ``.npz`` file, atomically."""
        save_fields(self, path)

    @classmethod
    def load(cls, path: str | os.PathLike) -> EvidenceBasis:
        """Read what ``save`` wrote; raises InputError on a torn or foreign file."""
        fields = load_fields(cls, path)
        return cls(**{**fields, "overdispersion": float(fields["overdispersion"])})


def prepare_evidence(expression: Matrix, counts: Matrix | None = None, seed: int = 0) -> EvidenceBasis:
    """Compute what the evidence at all ranks shares.

    Parameters
    ----------
    expression
        n_samples × n_genes, the matrix that is factorised.
    counts
        The counts it was made of, same shape: each gene of the expression matrix has to be a multiple of its counts.
        None if there are none.
    seed
        Base seed.

    Returns
    -------
    EvidenceBasis
    """
    n_samples, n_genes = expression.shape
    held_out = min(n_samples, max(FEWEST_SAMPLES, MOST_ENTRIES // n_genes))
    samples = draw_samples(n_samples, held_out, seed, "samples", 0)
    values = as_dense(expression[samples])
    weights = None if counts is None else gene_weights(expression, counts)
    kept = np.empty((0, n_genes)) if weights is None else as_dense(counts[samples]).astype(np.float64)
    return EvidenceBasis(
        samples=samples,
        subsampled=draw_samples(n_samples, min(n_samples, MOST_SAMPLES), seed, "samples", 1),
        counts=kept,
        weights=np.ones(n_genes) if weights is None else weights,
        overdispersion=np.nan if weights is None else estimate_overdispersion(kept, seed),
        singular_values=singular_values(values, MOST_SINGULAR_VALUES),
        permuted_singular_values=permuted_singular_values(values, MOST_SINGULAR_VALUES, seed),
    )


def gene_weights(expression: Matrix, counts: Matrix) -> np.ndarray | None:
    """The number that each gene's counts were multiplied by; None where they are no such counts.

    Counts are whole numbers that go down to 0. Intensities of microarrays are often whole too, above a floor.
    """
    stored = counts.data if scipy.sparse.issparse(counts) else counts
    if counts.min() != 0 or not np.array_equal(stored, np.round(stored)):
        return None
    totals, sums = (np.asarray(matrix.sum(axis=0, dtype=np.float64)).ravel() for matrix in (counts, expression))
    weights = np.divide(sums, totals, out=np.ones_like(sums), where=totals > 0)
    difference = abs(expression - multiply_genes(counts, weights)).max()
    return weights if difference <= ROUNDING * expression.max() else None


def multiply_genes(counts: Matrix, weights: np.ndarray) -> Matrix:
    """Counts with every gene multiplied by its weight."""
    return counts @ scipy.sparse.diags_array(weights) if scipy.sparse.issparse(counts) else counts * weights
