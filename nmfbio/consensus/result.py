"""What is known at one rank once its restarts are combined."""

import os
from dataclasses import dataclass

import numpy as np

from nmfbio.consensus.files import load_fields, save_fields


@dataclass(frozen=True)
class Consensus:
    """What the restarts at one rank agree on. Metagenes are numbered 0, 1, ... by falling share of total usage.

    Attributes
    ----------
    usages, metagenes
        Solution of record, scaled: n_samples × rank and rank × n_genes, float64.
    calls
        (n_samples,) metagene with the largest usage in the solution.
    calls_max, calls_none
        (n_samples,) calls of the best restart with metagenes scaled to maximum 1 and unscaled.
    agreement
        (n_samples,) share of restarts whose call corresponds to ``calls``.
    drawn
        (m,) positions, rising, of the samples in ``consensus`` and ``linkage``: all of them up to 2,000, else 2,000 in
        which each cluster keeps its share.
    consensus
        m × m, share of restarts that call two samples together.
    linkage
        (m − 1) × 4, average linkage on 1 − consensus.
    clusters
        (n_samples,) clusters of the tree of all samples, each numbered as the metagene its samples are called for most.
        Where samples have more than 4,000 distinct rows of calls, the tree is that of 2,000 samples, and each other
        sample is put to the cluster that is nearest in the mean.
    silhouette
        (n_samples,) of the consensus clusters on 1 − consensus.
    restart, objective, n_iter, converged
        (R,) of every restart.
    best_objective, solution_objective
        Of the best restart and of the solution of record.
    aligned_median_objective, clustered_objective
        Of two solutions, whichever is that of record; NaN where the clustered one was refused.
    cophenetic, dispersion, pac, mean_silhouette
        How sharp the consensus is; NaN for a single restart or rank 1, where it says nothing. Those of more than 4,000
        distinct rows of calls are those of 2,000 samples, but for the silhouette, which is that of all.
    cophenetic_low, cophenetic_high, dispersion_low, ..., silhouette_low, silhouette_high
        Ends of 95 % intervals, from resampled restarts and, where a part stands for all samples, other parts.
    program_silhouette
        (rank,) mean silhouette, on cosine distance, of the metagenes of all restarts that are matched to one of the
        solution; NaN for an empty metagene, for a single restart, and where one metagene alone is in use.
    program_silhouette_low, program_silhouette_high
        Ends of the 95 % interval of the smallest of them, from resampled restarts.
    program_restarts
        (rank,) share of restarts that contain the metagene: the one matched to it has a cosine of at least 0.8.
    program_cosine_mean, program_cosine_min
        (rank,) mean and smallest of these cosines over the restarts; 0 for an empty metagene.
    gene_recurrence
        (rank, n_genes) share of restarts in which a gene has a fold (``gene_folds``) of at least 1.5 in the metagene,
        metagenes compared as shares of their sums.
    log_unit
        Mean total of a sample in natural logarithms if the matrix holds logarithms, else 0.
    explained_variance
        Of the solution of record, 1 − ‖V − WH‖² / ‖V‖².
    method, options
        How usages were fitted: the method, and its options as JSON; those that are matrices are left out.
    divisors
        (rank,) what metagenes were divided by, and usages multiplied with, once they were fitted.
    """

    usages: np.ndarray
    metagenes: np.ndarray
    calls: np.ndarray
    calls_max: np.ndarray
    calls_none: np.ndarray
    agreement: np.ndarray
    drawn: np.ndarray
    consensus: np.ndarray
    linkage: np.ndarray
    clusters: np.ndarray
    silhouette: np.ndarray
    restart: np.ndarray
    objective: np.ndarray
    n_iter: np.ndarray
    converged: np.ndarray
    best_objective: float
    solution_objective: float
    aligned_median_objective: float
    clustered_objective: float
    cophenetic: float
    cophenetic_low: float
    cophenetic_high: float
    dispersion: float
    dispersion_low: float
    dispersion_high: float
    pac: float
    pac_low: float
    pac_high: float
    mean_silhouette: float
    silhouette_low: float
    silhouette_high: float
    program_silhouette: np.ndarray
    program_silhouette_low: float
    program_silhouette_high: float
    program_restarts: np.ndarray
    program_cosine_mean: np.ndarray
    program_cosine_min: np.ndarray
    gene_recurrence: np.ndarray
    log_unit: float
    explained_variance: float
    method: str
    options: str
    divisors: np.ndarray

    @property
    def rank(self) -> int:
        """Number of metagenes."""
        return len(self.metagenes)

    def save(self, path: str | os.PathLike) -> None:
        """Write to an ``.npz`` file, atomically."""
        save_fields(self, path)

    @classmethod
    def load(cls, path: str | os.PathLike) -> "Consensus":
        """Read what ``save`` wrote; raises InputError on a torn or foreign file."""
        arrays = load_fields(cls, path)
        return cls(**{name: values.item() if values.ndim == 0 else values for name, values in arrays.items()})
