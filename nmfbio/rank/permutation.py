"""What the measures are on data without structure: every gene shuffled over the samples."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nmfbio.consensus import summarize_restarts
from nmfbio.consensus.agreement import measure_agreement
from nmfbio.factorization import explained_variance, factorize
from nmfbio.rank.draws import fit_seed, permute_genes
from nmfbio.rank.held_out import TOLERANCE
from nmfbio.rank.reproducibility import metagene_silhouettes

PERMUTATIONS = 3
STARTS = 8


@dataclass(frozen=True)
class ComparedMeasures:
    """Measures of eight restarts on one matrix; those that compare restarts are NaN at rank 1."""

    objective: float
    explained_variance: float
    cophenetic: float
    dispersion: float
    pac: float
    mean_silhouette: float
    program_silhouette: float


def measure_permuted(
    expression: np.ndarray, rank: int, method: str, options: Mapping[str, object], scale: str, seed: int, number: int
) -> ComparedMeasures:
    """Measures on a matrix whose genes are shuffled over the samples.

    Parameters
    ----------
    expression
        n_samples × n_genes, dense, as it is; it is permuted here.
    rank, method, options
        As for `factorize`.
    scale
        Of the metagenes before samples are called, as for `build_consensus`.
    seed, number
        Which permutation.
    """
    return measure_few(
        permute_genes(expression, seed, number), rank, method, options, scale, fit_seed(seed, "permute", 0, number)
    )[0]


def measure_few(
    expression: np.ndarray, rank: int, method: str, options: Mapping[str, object], scale: str, seed: int
) -> tuple[ComparedMeasures, np.ndarray]:
    """Measures of eight restarts, and the metagenes of the best one."""
    starts = STARTS if rank > 1 else 1
    found = factorize(expression, rank, method, starts, seed=seed, threads=1, tolerance=TOLERANCE, **options)
    best = int(found.objective.argmin())
    labels = summarize_restarts(found).labels(scale)
    agreement = measure_agreement(labels, np.arange(len(expression)), rank) if rank > 1 else None
    measures = ComparedMeasures(
        objective=float(found.objective[best]),
        explained_variance=explained_variance(np.nan_to_num(expression), found.usages[best], found.metagenes[best]),
        program_silhouette=float(metagene_silhouettes(found.metagenes, found.metagenes[best]).mean(axis=0).min()),
        **{name: getattr(agreement, name, np.nan) for name in ("cophenetic", "dispersion", "pac", "mean_silhouette")},
    )
    return measures, found.metagenes[best]
