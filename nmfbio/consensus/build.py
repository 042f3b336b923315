"""The consensus of all restarts at one rank: sample clusters, how sharp they are, and the solution of record."""

import json
import warnings
from collections.abc import Mapping

import numpy as np
from scipy.sparse import csr_matrix

from nmfbio.consensus.programs import program_fields, row_cosines, unit_metagenes, warn_of_empty
from nmfbio.consensus.recurrence import gene_recurrence, measure_log_unit
from nmfbio.consensus.result import Consensus
from nmfbio.consensus.samples import cluster_samples
from nmfbio.consensus.scaling import SCALES, call_samples, scale_factors, usage_shares
from nmfbio.consensus.solution import (
    SOLUTIONS,
    Factors,
    Model,
    align_metagenes,
    aligned_median,
    clustered,
    clustered_or_nothing,
)
from nmfbio.consensus.summary import RestartSummary, best_restart
from nmfbio.errors import InputError
from nmfbio.factorization import NotConvergedWarning, explained_variance, fitted_profiles

NUMBERS_IN_A_WARNING = 20


def build_consensus(
    expression: np.ndarray | csr_matrix,
    restarts: RestartSummary,
    samples: np.ndarray,
    method: str = "kl",
    scale: str = "max",
    solution: str = "aligned_median",
    options: Mapping[str, object] | None = None,
    density_threshold: float = 0.5,
    neighbourhood: float = 0.3,
    log_base: float | None = None,
) -> Consensus:
    """Combine the restarts at one rank.

    Parameters
    ----------
    expression
        n_samples × n_genes, the matrix that was factorised, dense or sparse.
    restarts
        All restarts at one rank. Those that did not converge count in the consensus too, since leaving them out would
        favour easy solutions; the best restart is one that converged, if any did.
    samples
        (n_samples,) sample names, each once.
    method
        The factorisation method, whose objective the refitted usages minimise.
    scale
        ``"max"`` or ``"none"``, see ``scale_factors``.
    solution
        ``"aligned_median"``: metagenes of all restarts matched to the best restart, their median, usages refitted;
        ``"clustered"``: metagenes of all restarts clustered after those without near neighbours were dropped, their
        medians, usages and metagenes refitted (consensus NMF, Kotliar et al. 2019); ``"best"``: the restart with the
        lowest objective (Brunet et al. 2004).
    options
        Options of the method that the restarts were made with.
    density_threshold, neighbourhood
        Of ``"clustered"``: the largest mean distance, 0 to √2, of a metagene to its nearest neighbours, and how many
        neighbours, as share of the restarts.
    log_base
        Base of the logarithms that the matrix holds; None where it is linear. Folds of genes are taken accordingly.

    Returns
    -------
    Consensus

    Raises
    ------
    ValueError
        The scale or the solution has another name.
    InputError
        Penalties have made all metagenes or all usages zero; or the solution is ``"clustered"`` and too few metagenes
        have near neighbours.

    Warns
    -----
    NotConvergedWarning
        Restarts did not converge; the message names them.
    UserWarning
        Metagenes of the solution are empty; the message names them.
    """
    if solution not in SOLUTIONS:
        raise ValueError(f"solution is {solution!r}; expected one of {', '.join(SOLUTIONS)}")
    warn_of_unconverged(restarts)
    best = best_restart(restarts.loss, restarts.converged)
    model = Model(expression, method, options or {})
    orders = align_metagenes(restarts.metagenes, restarts.metagenes[best])
    rows = unit_metagenes(restarts.metagenes)
    cosines = row_cosines(rows)
    # The first two are compared in every run, whichever is kept.
    found = {
        "aligned_median": with_usages(model, aligned_median(restarts.metagenes, orders, best, scale)),
        "clustered": (clustered if solution == "clustered" else clustered_or_nothing)(
            model, restarts.metagenes[best], rows, cosines, len(orders), neighbourhood, density_threshold
        ),
        "best": with_usages(model, restarts.metagenes[best].astype(np.float64)) if solution == "best" else None,
    }
    objectives = {name: model.objective(*each) if each else np.nan for name, each in found.items()}
    usages, metagenes = found[solution]
    refuse_zeros(usages, metagenes)
    explained = judge_fit(model, usages, metagenes)
    largest = metagenes.max(axis=1)
    usages, metagenes = scale_factors(usages, metagenes, scale)
    if solution == "clustered":
        orders = align_metagenes(restarts.metagenes, metagenes)
    by_share = np.argsort(-usage_shares(usages).sum(axis=0), kind="stable")
    usages, metagenes, orders = usages[:, by_share], metagenes[by_share], orders[:, by_share]
    warn_of_empty(metagenes)
    calls = call_samples(usages)
    aligned = {name: align_labels(restarts.labels(name), orders) for name in SCALES}
    in_use = max(1, np.count_nonzero(metagenes.any(axis=1)))
    log_unit = measure_log_unit(expression, log_base)
    return Consensus(
        usages=usages,
        metagenes=metagenes,
        calls=calls,
        calls_max=aligned["max"][best],
        calls_none=aligned["none"][best],
        agreement=(aligned[scale] == calls).mean(axis=0),
        restart=restarts.restart,
        objective=restarts.objective,
        n_iter=restarts.n_iter,
        converged=restarts.converged,
        best_objective=float(restarts.objective[best]),
        solution_objective=objectives[solution],
        aligned_median_objective=objectives["aligned_median"],
        clustered_objective=objectives["clustered"],
        gene_recurrence=gene_recurrence(restarts.metagenes, orders, log_unit),
        log_unit=log_unit,
        explained_variance=explained,
        method=method,
        options=json.dumps({name: value for name, value in model.options.items() if np.ndim(value) == 0}),
        divisors=np.where(largest > 0, largest, 1)[by_share] if scale == "max" else np.ones(len(metagenes)),
        **program_fields(rows, cosines, orders, metagenes),
        **cluster_samples(restarts.labels(scale), samples, calls, in_use, len(metagenes)),
    )


def with_usages(model: Model, metagenes: np.ndarray) -> Factors:
    """Metagenes with the usages that fit best beside them, which come first."""
    return model.fit_usages(metagenes), metagenes


def refuse_zeros(usages: np.ndarray, metagenes: np.ndarray) -> None:
    """Refuse a solution that explains nothing."""
    for factor, name, other in ((metagenes, "metagenes", "gene"), (usages, "usages", "sample")):
        if not factor.any():
            raise InputError(
                f"solution of rank {len(metagenes)}",
                f"{name} that are 0 for every {other}",
                "some above 0",
                "The penalties outweigh the matrix: lower them (keys l1_..., l2_..., eta or beta of factorize).",
            )


def warn_of_unconverged(restarts: RestartSummary) -> None:
    """Name the restarts that did not converge, and say what becomes of them."""
    failed = restarts.restart[~restarts.converged]
    if not len(failed):
        return
    numbers = ", ".join(map(str, failed[:NUMBERS_IN_A_WARNING])) + (
        ", ..." if len(failed) > NUMBERS_IN_A_WARNING else ""
    )
    best = "the best restart is one that had" if restarts.converged.any() else "so has the best restart not"
    warnings.warn(
        f"rank {restarts.metagenes.shape[1]}: {len(failed)} of {len(restarts.restart)} restarts had not converged "
        f"(numbers {numbers}); they count in the consensus all the same; {best}",
        NotConvergedWarning,
        stacklevel=3,
    )


def judge_fit(model: Model, usages: np.ndarray, metagenes: np.ndarray) -> float:
    """Explained variance of unscaled factors."""
    profiles, baseline = fitted_profiles(model.expression, usages, metagenes, model.method, **model.options)
    whole = np.column_stack([usages, np.ones(len(usages))]), np.vstack([profiles, baseline])
    return explained_variance(model.expression, *whole)


def align_labels(labels: np.ndarray, orders: np.ndarray) -> np.ndarray:
    """Rename each restart's labels: its metagene ``orders[r, c]`` becomes c."""
    return np.take_along_axis(np.argsort(orders, axis=1), labels.astype(np.int64), axis=1)
