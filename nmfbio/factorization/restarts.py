"""Repeated factorisation: one fit from each start, restarts side by side on threads."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from .arguments import as_matrix, check_choice, check_rank, check_seeding, check_whole_number
from .methods import METHODS
from .starts import nndsvd_start, random_start, restart_seed

Factors = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Restarts:
    """Factors of every restart at one rank, in the order of the restarts.

    Attributes
    ----------
    metagenes
        (R, rank, n_genes), Brunet's W transposed.
    usages
        (R, n_samples, rank), Brunet's H transposed.
    objective
        (R,) float64, recomputed from the factors.
    n_iter
        (R,) iterations used.
    converged
        (R,) whether the method's stopping rule was met before ``max_iter``.
    first_restart
        Number of the first restart, so that seeds can be told.
    """

    metagenes: np.ndarray
    usages: np.ndarray
    objective: np.ndarray
    n_iter: np.ndarray
    converged: np.ndarray
    first_restart: int = 0


def factorize(
    expression: np.ndarray,
    rank: int,
    method: str = "kl",
    restarts: int = 50,
    seeding: str | Factors = "random",
    seed: int = 0,
    threads: int | None = None,
    *,
    first_restart: int = 0,
    max_iter: int = 2000,
    tolerance: float = 1e-5,
    dtype: str = "auto",
    on_restart: Callable[[], None] | None = None,
) -> Restarts:
    """Factorise a non-negative matrix several times from different starts: expression ≈ usages @ metagenes.

    Parameters
    ----------
    expression
        n_samples × n_genes, finite and non-negative.
    rank
        Number of metagenes, from 1 to below the smaller side of the matrix.
    method
        ``"kl"`` (Kullback-Leibler; multiplicative updates, then Newton), ``"brunet"`` (Kullback-Leibler with Brunet et
        al. 2004's updates and stop, as R's NMF) or ``"frobenius"`` (squared Euclidean; accelerated HALS).
    restarts
        Number of restarts, at least 1.
    seeding
        ``"random"``; ``"nndsvd"``, which is deterministic and so allows one restart; or a pair of usages (n_samples ×
        rank) and metagenes (rank × n_genes) to start from, one restart as well.
    seed
        Base seed. Restart r at rank k starts from ``SeedSequence(seed, spawn_key=(k, r))``, whatever else is run.
    threads
        Restarts computed at the same time; all processors by default. Results do not depend on it.
    first_restart
        Number of the first restart: 50 restarts from 50 continue where 50 from 0 ended.
    max_iter
        Iterations after which a restart ends unconverged.
    tolerance
        ``kl`` and ``frobenius`` stop once the objective is estimated to lie within this share of its limit: its last
        two falls, over five iterations each (``frobenius``: ten), are extrapolated as a geometric series (Aitken).
    dtype
        ``"float32"``, ``"float64"``, or ``"auto"``: float64 for ``brunet``, float32 for the others. Sums and objectives
        are float64.
    on_restart
        Called without arguments after each finished restart.

    Returns
    -------
    Restarts
        Factors, objectives and convergence of each restart.

    Raises
    ------
    ValueError
        An argument is outside its range, or the matrix holds negative or non-finite values.
    TypeError
        The matrix is sparse or holds no numbers, or an argument is of another kind.

    Examples
    --------
    >>> import numpy as np, nmfbio
    >>> expression = np.random.default_rng(0).random((20, 100))
    >>> restarts = nmfbio.factorize(expression, rank=3, restarts=5)
    >>> restarts.metagenes.shape, restarts.usages.shape
    ((5, 3, 100), (5, 20, 3))
    """
    check_choice(method, "method", tuple(METHODS))
    check_choice(dtype, "dtype", ("auto", "float32", "float64"))
    solver = METHODS[method]
    expression = as_matrix(expression, "expression", solver.dtype if dtype == "auto" else dtype)
    if not expression.any():
        raise ValueError("expression is zero everywhere")
    check_rank(rank, expression.shape)
    check_plan(restarts, seed, threads, first_restart, max_iter, tolerance)
    check_seeding(seeding, restarts, expression.shape, rank)
    fit = solver.prepare(expression, max_iter, tolerance)

    def run(number: int) -> tuple[np.ndarray, np.ndarray, float, int, bool]:
        start = start_factors(expression, rank, seeding, seed, number)
        usages, metagenes = (np.array(factor, dtype=expression.dtype, order="C") for factor in start)
        n_iter, converged = fit(expression, usages, metagenes)
        return metagenes, usages, solver.objective(expression, usages, metagenes), n_iter, converged

    # One BLAS thread whatever the machine: sums that are split differently differ in their last digits.
    with threadpool_limits(1):
        results = run_side_by_side(run, range(first_restart, first_restart + restarts), threads, on_restart)
    metagenes, usages, objective, n_iter, converged = (np.array(column) for column in zip(*results, strict=True))
    return Restarts(metagenes, usages, objective, n_iter, converged, first_restart)


def fit_usages(expression: np.ndarray, metagenes: np.ndarray, method: str = "kl") -> np.ndarray:
    """Usages that fit an expression matrix best with given metagenes.

    Parameters
    ----------
    expression
        n_samples × n_genes, finite and non-negative.
    metagenes
        rank × n_genes, non-negative.
    method
        Whose objective is minimised: ``"kl"``, ``"brunet"`` or ``"frobenius"``.

    Returns
    -------
    numpy.ndarray
        n_samples × rank; float32 where the expression is, else float64.

    Raises
    ------
    ValueError
        The genes of the two matrices differ in number, or hold negative or non-finite values.
    TypeError
        A matrix is sparse or holds no numbers.

    Examples
    --------
    >>> import numpy as np
    >>> fit_usages(np.array([[2.0, 4.0, 0.0]]), np.array([[1.0, 2.0, 0.0]])).round(6)
    array([[2.]])
    """
    check_choice(method, "method", tuple(METHODS))
    dtype = "float32" if getattr(expression, "dtype", None) == np.float32 else "float64"
    expression = as_matrix(expression, "expression", dtype)
    metagenes = as_matrix(metagenes, "metagenes", dtype)
    if expression.shape[1] != metagenes.shape[1]:
        raise ValueError(f"expression has {expression.shape[1]} genes, metagenes have {metagenes.shape[1]}")
    totals = expression.sum(axis=1, dtype=np.float64) / max(metagenes.sum(dtype=np.float64), np.finfo(np.float64).tiny)
    usages = np.repeat(totals[:, None], metagenes.shape[0], axis=1).astype(dtype)
    METHODS[method].project(expression, usages, metagenes)
    return usages


def run_side_by_side(
    run: Callable, numbers: range, threads: int | None, on_restart: Callable[[], None] | None
) -> list[tuple]:
    """Results of ``run`` for every number, in order, however many threads work on them."""
    workers = threads or len(os.sched_getaffinity(0))
    with ThreadPoolExecutor(max_workers=min(workers, len(numbers))) as pool:
        jobs = [pool.submit(run, number) for number in numbers]
        for job in as_completed(jobs):
            job.result()
            if on_restart is not None:
                on_restart()
    return [job.result() for job in jobs]


def start_factors(expression: np.ndarray, rank: int, seeding: str | Factors, seed: int, number: int) -> Factors:
    """Usages and metagenes that restart ``number`` starts from."""
    if seeding == "random":
        return random_start(expression, rank, restart_seed(seed, rank, number))
    if seeding == "nndsvd":
        return nndsvd_start(expression, rank)
    return seeding


def check_plan(
    restarts: int, seed: int, threads: int | None, first_restart: int, max_iter: int, tolerance: float
) -> None:
    """Refuse numbers that no run can be made of."""
    check_whole_number(restarts, "restarts", 1)
    check_whole_number(seed, "seed", 0)
    check_whole_number(first_restart, "first_restart", 0)
    check_whole_number(max_iter, "max_iter", 1)
    if threads is not None:
        check_whole_number(threads, "threads", 1)
    if not tolerance >= 0:
        raise ValueError(f"tolerance is {tolerance}; expected at least 0")
