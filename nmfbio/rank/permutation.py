"""What the measures are on data without structure: every gene shuffled over the samples."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
import scipy.sparse

from nmfbio.consensus import summarize_restarts
from nmfbio.consensus.agreement import measure_agreement
from nmfbio.factorization import explained_variance, factorize
from nmfbio.factorization.solver import Matrix
from nmfbio.rank.basis import EvidenceBasis
from nmfbio.rank.draws import as_dense, fit_seed, permute_genes
from nmfbio.rank.held_out import block_deviance, loss_of, speckled_deviance
from nmfbio.rank.reproducibility import (
    count_subsample,
    fill_unobserved,
    fit_subsample,
    metagene_silhouettes,
    reached_in_most,
)
from nmfbio.rank.splitting import split_deviance

PERMUTATIONS = 3
STARTS = 8
NULL_SUBSAMPLES = 5
# Bands and curves that are compared with them need no fit closer to its limit.
TOLERANCE = 1e-3


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


COMPARED = tuple(field.name for field in fields(ComparedMeasures))
NULL = (*COMPARED, "speckled_cv", "bi_cv", "count_splitting", "reproducibility")


def measure_few(
    expression: Matrix, rank: int, method: str, options: Mapping[str, object], scale: str, seed: int
) -> tuple[ComparedMeasures, np.ndarray]:
    """Measures of eight restarts, and the metagenes of the best one."""
    starts = STARTS if rank > 1 else 1
    seen = fill_unobserved(expression)
    found = factorize(seen, rank, method, starts, seed=seed, threads=1, tolerance=TOLERANCE, **options)
    best = int(found.objective.argmin())
    labels = summarize_restarts(found).labels(scale)
    agreement = measure_agreement(labels, np.arange(expression.shape[0]), rank) if rank > 1 else None
    complete = expression if scipy.sparse.issparse(expression) else np.nan_to_num(expression)
    measures = ComparedMeasures(
        objective=float(found.objective[best]),
        explained_variance=explained_variance(complete, found.usages[best], found.metagenes[best]),
        program_silhouette=float(metagene_silhouettes(found.metagenes, found.metagenes[best]).mean(axis=0).min()),
        **{name: getattr(agreement, name, np.nan) for name in ("cophenetic", "dispersion", "pac", "mean_silhouette")},
    )
    return measures, found.metagenes[best]


def measure_null(
    expression: Matrix,
    basis: EvidenceBasis,
    rank: int,
    method: str,
    options: Mapping[str, object],
    scale: str,
    seed: int,
    number: int,
) -> dict[str, float]:
    """All measures where there is no structure: on a matrix whose genes are shuffled over the samples.

    Less is spent on each than on the data, whose rank hangs on it: fits end sooner, held-out data are one fold and one
    fit, and one permutation alone is fitted to parts of its samples.

    Parameters
    ----------
    expression
        n_samples × n_genes, dense or CSR, as it is; it is permuted here.
    basis
        Holds the counts, which are permuted alike.
    rank, method, options
        As for `factorize`.
    scale
        Of the metagenes before samples are called, as for `build_consensus`.
    seed, number
        Which permutation.

    Returns
    -------
    dict
        By the names in ``NULL``; NaN where a measure is not defined or was not taken.
    """
    null, loss = permute_genes(expression, seed, number), loss_of(method, options)
    dense = as_dense(null)
    solver = rank, method, options
    compared, reference = measure_few(null, *solver, scale, fit_seed(seed, "permute", 0, number))
    counts = permute_genes(basis.counts, seed, number) if basis.has_counts else None
    return {
        **vars(compared),
        "speckled_cv": speckled_deviance(dense, rank, loss, seed, fold=0, starts=1, tolerance=TOLERANCE),
        "bi_cv": block_deviance(np.nan_to_num(dense), rank, loss, seed, quarter=0, starts=1),
        "count_splitting": np.nan
        if counts is None
        else split_deviance(counts, basis.weights, basis.overdispersion, rank, loss, seed, repeat=0, starts=1),
        "reproducibility": null_reproducibility(null, *solver, seed, reference) if number == 0 else np.nan,
    }


def null_reproducibility(
    null: Matrix, rank: int, method: str, options: Mapping[str, object], seed: int, reference: np.ndarray
) -> float:
    """Reproducibility on a permuted matrix, from a few fits.

    NaN at rank 1 and where 80 % of the samples are too few for the rank.
    """
    if rank < 2 or rank >= count_subsample(null.shape[0]):
        return np.nan
    fits = np.array([fit_subsample(null, rank, method, options, seed, number) for number in range(NULL_SUBSAMPLES)])
    return reached_in_most(metagene_silhouettes(fits, reference))
