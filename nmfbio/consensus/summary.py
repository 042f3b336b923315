"""What is kept of every restart: metagenes, sample calls under each scale, and how the fit ended."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from nmfbio.consensus.files import load_fields, save_fields
from nmfbio.consensus.scaling import call_samples, scale_factors

if TYPE_CHECKING:
    from nmfbio.factorization import Restarts


@dataclass(frozen=True)
class RestartSummary:
    """Restarts at one rank without their usages, which are refitted where needed.

    Attributes
    ----------
    metagenes
        (R, rank, n_genes) float32, as the solver returned them.
    labels_max, labels_none
        (R, n_samples) int32, sample calls with metagenes scaled to maximum 1 and unscaled.
    objective
        (R,) float64.
    loss
        (R,) float64, what the best restart is lowest in: the objective, or where the method tells the log evidence of
        its fit, as ``bayesian`` does, the evidence with its sign turned.
    n_iter
        (R,) iterations.
    converged
        (R,) whether the stopping rule was met.
    restart
        (R,) numbers of the restarts.
    """

    metagenes: np.ndarray
    labels_max: np.ndarray
    labels_none: np.ndarray
    objective: np.ndarray
    loss: np.ndarray
    n_iter: np.ndarray
    converged: np.ndarray
    restart: np.ndarray

    def labels(self, scale: str) -> np.ndarray:
        """Sample calls (R, n_samples) under a scale."""
        return {"max": self.labels_max, "none": self.labels_none}[scale]

    def save(self, path: str | os.PathLike) -> None:
        """Write to an ``.npz`` file, atomically."""
        save_fields(self, path)

    @classmethod
    def load(cls, path: str | os.PathLike) -> RestartSummary:
        """Read what ``save`` wrote; raises InputError on a torn or foreign file."""
        return cls(**load_fields(cls, path))


def restart_losses(restarts: Restarts) -> np.ndarray:
    """What restarts are compared by (R,), the lower the better: see ``RestartSummary.loss``."""
    return -restarts.details["evidence"] if "evidence" in restarts.details else restarts.objective


def best_restart(losses: np.ndarray, converged: np.ndarray) -> int:
    """Place of the restart with the lowest loss among those that converged, or among all where none did.

    Examples
    --------
    >>> best_restart(np.array([9.0, 1.0, 4.0]), np.array([True, False, True]))
    2
    """
    allowed = converged if converged.any() else np.ones_like(converged)
    return int(np.where(allowed, losses, np.inf).argmin())


def summarize_restarts(restarts: Restarts) -> RestartSummary:
    """Keep of restarts what consensus and signatures need.

    Parameters
    ----------
    restarts
        Result of ``factorize``.

    Examples
    --------
    >>> from nmfbio.factorization import factorize
    >>> summarize_restarts(factorize(np.eye(6)[:, :5], rank=2, restarts=3)).labels_max.shape
    (3, 6)
    """
    labels = {
        scale: call_samples(scale_factors(restarts.usages, restarts.metagenes, scale)[0]).astype(np.int32)
        for scale in ("max", "none")
    }
    return RestartSummary(
        metagenes=restarts.metagenes.astype(np.float32),
        labels_max=labels["max"],
        labels_none=labels["none"],
        objective=restarts.objective,
        loss=restart_losses(restarts),
        n_iter=restarts.n_iter,
        converged=restarts.converged,
        restart=restarts.first_restart + np.arange(len(restarts.objective)),
    )


def join_summaries(parts: Sequence[RestartSummary]) -> RestartSummary:
    """One summary of the restarts of several jobs, in the order of their numbers."""
    order = np.argsort(np.concatenate([part.restart for part in parts]), kind="stable")
    return RestartSummary(
        **{
            field.name: np.concatenate([getattr(part, field.name) for part in parts])[order]
            for field in fields(RestartSummary)
        }
    )
