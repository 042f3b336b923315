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
    consensus
        n_samples × n_samples, share of restarts that call two samples together.
    linkage
        (n_samples − 1) × 4, average linkage on 1 − consensus.
    clusters
        (n_samples,) clusters of that tree, each numbered as the metagene its samples are called for most.
    silhouette
        (n_samples,) of the consensus clusters on 1 − consensus.
    restart, objective, n_iter, converged
        (R,) of every restart.
    best_objective, solution_objective
        Of the best restart and of the solution of record.
    cophenetic, dispersion, pac, mean_silhouette
        How sharp the consensus is; NaN for a single restart or rank 1, where it says nothing.
    explained_variance
        Of the solution of record, 1 − ‖V − WH‖² / ‖V‖².
    """

    usages: np.ndarray
    metagenes: np.ndarray
    calls: np.ndarray
    calls_max: np.ndarray
    calls_none: np.ndarray
    agreement: np.ndarray
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
    cophenetic: float
    dispersion: float
    pac: float
    mean_silhouette: float
    explained_variance: float

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
