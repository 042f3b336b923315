"""Repeated factorisation: one fit from each start, restarts of all ranks side by side on threads."""

import os
import warnings
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, fields
from itertools import pairwise

import numpy as np
import scipy.sparse
from threadpoolctl import ThreadpoolController

from .arguments import (
    as_matrix,
    as_sparse_matrix,
    check_choice,
    check_number,
    check_rank,
    check_whole_number,
)
from .methods import METHODS
from .penalties import Penalties
from .solver import Factors, Fit, Matrix, Method
from .starts import plan_starts
from .stopping import RULES, Stopping

# NumPy and SciPy have brought their BLAS by now; to look for it again takes as long as a small fit.
BLAS = ThreadpoolController()


class NotConvergedWarning(UserWarning):
    """Restarts ended at ``max_iter`` before their method's stopping rule was met."""


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
        (R,) float64, recomputed from the factors, penalties included.
    n_iter
        (R,) iterations used.
    converged
        (R,) whether the stopping rule was met before ``max_iter``.
    first_restart
        Number of the first restart, so that seeds can be told.
    details
        What the method tells besides, by name, restarts first: ``offset`` and ``bayesian`` say what in their own
        documentation.
    """

    metagenes: np.ndarray
    usages: np.ndarray
    objective: np.ndarray
    n_iter: np.ndarray
    converged: np.ndarray
    first_restart: int = 0
    details: dict[str, np.ndarray] = field(default_factory=dict)


def factorize(
    expression: Matrix,
    rank: int,
    method: str = "kl",
    restarts: int = 50,
    seeding: str | Factors = "random",
    seed: int = 0,
    threads: int | None = None,
    *,
    first_restart: int = 0,
    stop: str = "auto",
    max_iter: int = 2000,
    tolerance: float = 1e-5,
    dtype: str = "auto",
    on_restart: Callable[[], None] | None = None,
    **options: object,
) -> Restarts:
    """Factorise a non-negative matrix several times from different starts: expression ≈ usages @ metagenes.

    Parameters
    ----------
    expression
        n_samples × n_genes, finite and non-negative; a dense array, or a sparse matrix, which stays sparse.
        ``weighted`` takes NaN for missing values.
    rank
        Number of metagenes, from 1 to below the smaller side of the matrix.
    method
        ``"kl"``, ``"brunet"``, ``"nsnmf"`` (Kullback-Leibler), ``"frobenius"``, ``"lee"``, ``"snmf_r"``, ``"snmf_l"``,
        ``"offset"`` (squared Euclidean), ``"itakura_saito"``, ``"weighted"``, ``"online"`` or ``"bayesian"``. Each is
        described in the module of its name.
    restarts
        Number of restarts, at least 1.
    seeding
        ``"random"``; ``"nndsvd"`` or ``"nndsvda"``, which are deterministic and so allow one restart; ``"nndsvdar"``;
        or a pair of usages (n_samples × rank) and metagenes (rank × n_genes) to start from, one restart as well.
    seed
        Base seed. Restart r at rank k starts from ``SeedSequence(seed, spawn_key=(k, r))``, whatever else is run.
    threads
        Restarts computed at the same time; all processors by default. Results do not depend on it.
    first_restart
        Number of the first restart: 50 restarts from 50 continue where 50 from 0 ended.
    stop
        ``"tolerance"``; ``"connectivity"``: once the samples' calls have put the same samples together in more than 40
        comparisons in a row, one every ten iterations (Brunet et al. 2004); or ``"auto"``, the method's own:
        connectivity for ``brunet``, ``lee`` and ``nsnmf``, tolerance for the others.
    max_iter
        Iterations after which a restart ends unconverged.
    tolerance
        Of ``stop="tolerance"``: a fit ends once its objective is estimated to lie within this share of its limit. Its
        last two falls, over five iterations each, are extrapolated as a geometric series (Aitken).
    dtype
        ``"float32"``, ``"float64"``, or ``"auto"``: float64 for ``brunet``, ``lee`` and ``nsnmf``, which then agree
        with R, and float32 for the others. Sums and objectives are float64.
    on_restart
        Called without arguments after each finished restart.
    **options
        What the method takes besides, such as ``theta`` of ``nsnmf`` or ``l1_usages`` of ``kl``.

    Returns
    -------
    Restarts
        Factors, objectives and convergence of each restart.

    Raises
    ------
    ValueError
        An argument is outside its range, or the matrix holds values that the method cannot take.
    TypeError
        The matrix holds no numbers or is sparse where the method needs a dense one, an argument is of another kind, or
        the method has no such option.

    Warns
    -----
    NotConvergedWarning
        A restart ended at ``max_iter``; ``converged`` tells which.

    Examples
    --------
    >>> import numpy as np, nmfbio
    >>> expression = np.random.default_rng(0).random((20, 100))
    >>> restarts = nmfbio.factorize(expression, rank=3, restarts=5)
    >>> restarts.metagenes.shape, restarts.usages.shape
    ((5, 3, 100), (5, 20, 3))
    """
    found = factorize_ranks(
        expression,
        [rank],
        method,
        restarts,
        seeding,
        seed,
        threads,
        first_restart=first_restart,
        stop=stop,
        max_iter=max_iter,
        tolerance=tolerance,
        dtype=dtype,
        on_restart=on_restart,
        **options,
    )
    return found[rank]


def factorize_ranks(
    expression: Matrix,
    ranks: Iterable[int],
    method: str = "kl",
    restarts: int = 50,
    seeding: str | Factors = "random",
    seed: int = 0,
    threads: int | None = None,
    *,
    first_restart: int = 0,
    stop: str = "auto",
    max_iter: int = 2000,
    tolerance: float = 1e-5,
    dtype: str = "auto",
    on_restart: Callable[[], None] | None = None,
    **options: object,
) -> dict[int, Restarts]:
    """Restarts at several ranks, worked off in one queue so that no thread waits for the end of a rank.

    Parameters are those of `factorize`, but for ``ranks``; each rank's result equals that of `factorize`.

    Returns
    -------
    dict of int to Restarts

    Examples
    --------
    >>> import numpy as np
    >>> found = factorize_ranks(np.random.default_rng(0).random((20, 100)), [2, 3], restarts=5)
    >>> found[3].usages.shape
    (5, 20, 3)
    """
    check_choice(method, "method", tuple(METHODS))
    check_choice(dtype, "dtype", ("auto", "float32", "float64"))
    check_choice(stop, "stop", ("auto", *RULES))
    check_plan(restarts, seed, threads, first_restart, max_iter)
    check_number(tolerance, "tolerance", 0)
    solver = METHODS[method]
    settings = make_options(solver, method, options)
    if isinstance(settings, Penalties):
        settings.refuse_one_sided()
    expression = take_expression(expression, solver, settings, method, solver.dtype if dtype == "auto" else dtype)
    ranks = list(ranks)
    for rank in ranks:
        check_rank(rank, expression.shape)
    starts = {rank: plan_starts(expression, rank, seeding, seed, restarts) for rank in ranks}
    bound = solver.prepare(expression, settings, Stopping(solver.stop if stop == "auto" else stop, tolerance, max_iter))

    def run(job: tuple[int, Sequence[int]]) -> list[tuple[Fit, float]]:
        rank, numbers = job
        pairs = [
            tuple(np.array(factor, dtype=expression.dtype, order="C") for factor in starts[rank](number))
            for number in numbers
        ]
        fits = bound.fit(pairs)
        return [(fit, solver.objective(expression, fit.usages, fit.metagenes, settings)) for fit in fits]

    workers = threads or len(os.sched_getaffinity(0))
    parts = split_restarts(range(first_restart, first_restart + restarts), bound.together, workers)
    jobs = [(rank, numbers) for rank in sorted(ranks, reverse=True) for numbers in parts]
    # One BLAS thread whatever the machine: sums that are split differently differ in their last digits.
    with BLAS.limit(limits=1):
        results = run_side_by_side(run, jobs, workers, on_restart)
    return {
        rank: collect([r for j, r in zip(jobs, results, strict=True) if j[0] == rank], first_restart) for rank in ranks
    }


def collect(results: list[list[tuple[Fit, float]]], first_restart: int) -> Restarts:
    """Restarts of one rank from the fits of its jobs, with a warning if some had not converged."""
    fits, objective = zip(*(pair for part in results for pair in part), strict=True)
    usages, metagenes, n_iter, converged = (
        np.array([getattr(fit, name) for fit in fits]) for name in ("usages", "metagenes", "n_iter", "converged")
    )
    details = {name: np.array([fit.details[name] for fit in fits]) for name in fits[0].details}
    if not converged.all():
        warnings.warn(
            f"rank {metagenes.shape[1]}: {np.count_nonzero(~converged)} of {len(fits)} restarts had not converged "
            f"after {n_iter.max()} iterations; raise max_iter, or leave them out by `converged`",
            NotConvergedWarning,
            stacklevel=4,
        )
    return Restarts(metagenes, usages, np.array(objective), n_iter, converged, first_restart, details)


def split_restarts(numbers: range, together: int, workers: int) -> list[range]:
    """Restarts of one rank as parts of similar length, at most ``together`` long, and enough for all workers."""
    n_parts = min(len(numbers), max(-(-len(numbers) // together), workers))
    ends = [len(numbers) * part // n_parts for part in range(n_parts + 1)]
    return [numbers[start:stop] for start, stop in pairwise(ends)]


def fit_usages(expression: Matrix, metagenes: np.ndarray, method: str = "kl", **options: object) -> np.ndarray:
    """Usages that fit an expression matrix best with given metagenes.

    Parameters
    ----------
    expression
        n_samples × n_genes, finite and non-negative, dense or sparse as for `factorize`.
    metagenes
        rank × n_genes, non-negative.
    method
        Whose objective is minimised, one of the methods of `factorize`.
    **options
        Options of the method, as for `factorize`.

    Returns
    -------
    numpy.ndarray
        n_samples × rank; float32 where the expression is, else float64.

    Raises
    ------
    ValueError
        The genes of the two matrices differ in number, or hold values that the method cannot take.
    TypeError
        A matrix holds no numbers, or is sparse where the method needs a dense one.

    Examples
    --------
    >>> import numpy as np
    >>> fit_usages(np.array([[2.0, 4.0, 0.0]]), np.array([[1.0, 2.0, 0.0]])).round(6)
    array([[2.]])
    """
    check_choice(method, "method", tuple(METHODS))
    solver = METHODS[method]
    settings = make_options(solver, method, options)
    dtype = "float32" if getattr(expression, "dtype", None) == np.float32 else "float64"
    expression = take_expression(expression, solver, settings, method, dtype)
    metagenes = as_matrix(metagenes, "metagenes", dtype)
    if expression.shape[1] != metagenes.shape[1]:
        raise ValueError(f"expression has {expression.shape[1]} genes, metagenes have {metagenes.shape[1]}")
    usages = even_usages(expression, metagenes)
    with BLAS.limit(limits=1):
        solver.project(expression, usages, metagenes, settings)
    return usages


def even_usages(expression: Matrix, metagenes: np.ndarray) -> np.ndarray:
    """Usages that are the same for every metagene and give each sample its total: where a projection starts.

    Zeros where all metagenes are zero, as strong penalties leave them.
    """
    whole = metagenes.sum(dtype=np.float64)
    if whole == 0:
        return np.zeros((expression.shape[0], metagenes.shape[0]), metagenes.dtype)
    sums = (
        np.nansum(expression, axis=1, dtype=np.float64)
        if isinstance(expression, np.ndarray)
        else expression.sum(axis=1, dtype=np.float64)
    )
    totals = np.asarray(sums).ravel() / whole
    return np.repeat(totals[:, None], metagenes.shape[0], axis=1).astype(metagenes.dtype)


def make_options(solver: Method, method: str, options: dict[str, object]) -> object:
    """The method's options, or an error that lists what it takes."""
    known = [entry.name for entry in fields(solver.options)]
    for name in options:
        if name not in known:
            raise TypeError(f"method {method} has no option {name!r}; it takes {', '.join(known) or 'none'}")
    return solver.options(**options)


def take_expression(expression: object, solver: Method, settings: object, method: str, dtype: str) -> Matrix:
    """The expression as the method's kernels take it."""
    if solver.take:
        matrix = solver.take(expression, dtype, settings)
        is_empty = not matrix.sum() > 0
    elif not scipy.sparse.issparse(expression):
        matrix = as_matrix(expression, "expression", dtype, solver.missing)
        matrix = solver.visible(matrix, settings) if solver.visible else matrix
        is_empty = not (matrix > 0).any()
    elif solver.sparse:
        matrix = as_sparse_matrix(expression, "expression", dtype)
        is_empty = matrix.nnz == 0
    else:
        able = ", ".join(name for name, other in METHODS.items() if other.sparse)
        raise TypeError(f"expression is a sparse matrix, which method {method} does not take; these do: {able}")
    if is_empty:
        raise ValueError("expression is zero everywhere")
    return matrix


def run_side_by_side(run: Callable, jobs: Sequence, workers: int, on_restart: Callable[[], None] | None) -> list:
    """Results of ``run`` for every job, in order, however many threads work on them."""

    def report(fits: list) -> None:
        for _ in fits:
            if on_restart is not None:
                on_restart()

    results = []
    if min(workers, len(jobs)) == 1:
        for job in jobs:
            results.append(run(job))
            report(results[-1])
        return results
    with ThreadPoolExecutor(max_workers=min(workers, len(jobs))) as pool:
        futures = [pool.submit(run, job) for job in jobs]
        for future in as_completed(futures):
            report(future.result())
    return [future.result() for future in futures]


def check_plan(restarts: int, seed: int, threads: int | None, first_restart: int, max_iter: int) -> None:
    """Refuse numbers that no run can be made of."""
    check_whole_number(restarts, "restarts", 1)
    check_whole_number(seed, "seed", 0)
    check_whole_number(first_restart, "first_restart", 0)
    check_whole_number(max_iter, "max_iter", 1)
    if threads is not None:
        check_whole_number(threads, "threads", 1)
