"""How well given factors fit by a method's own measure, and what they stand for: most fit by W H, some by more."""

import numpy as np

from .methods import METHODS
from .nsnmf import Smoothing
from .offset import best_offset
from .penalties import Penalties
from .restarts import make_options, take_expression
from .solver import Factors, Matrix


def smoothed_metagenes(expression: Matrix, usages: np.ndarray, metagenes: np.ndarray, smoothing: Smoothing) -> Factors:
    """The profiles of ``nsnmf``, W S, and no baseline."""
    return smoothing.of_metagenes(metagenes), np.zeros(metagenes.shape[1])


def metagenes_and_offset(expression: Matrix, usages: np.ndarray, metagenes: np.ndarray, options: Penalties) -> Factors:
    """The metagenes, and for a baseline the offset that fits best beside them."""
    return metagenes, best_offset(expression.mean(axis=0, dtype=np.float64), usages, metagenes)


MODELS = {"nsnmf": smoothed_metagenes, "offset": metagenes_and_offset}


def evaluate_objective(
    expression: Matrix, usages: np.ndarray, metagenes: np.ndarray, method: str = "kl", **options: object
) -> float:
    """What a method minimises, for given factors: penalties included, in float64.

    Parameters
    ----------
    expression
        n_samples × n_genes, dense or sparse as for `factorize`.
    usages, metagenes
        n_samples × rank and rank × n_genes.
    method
        Whose objective.
    **options
        Options of the method.

    Examples
    --------
    >>> evaluate_objective(np.array([[2.0, 1.0]]), np.array([[1.0]]), np.array([[1.0, 1.0]]), "frobenius")
    0.5
    """
    solver = METHODS[method]
    settings = make_options(solver, method, options)
    dtype = "float32" if getattr(expression, "dtype", None) == np.float32 else "float64"
    matrix = take_expression(expression, solver, settings, method, dtype)
    return solver.objective(matrix, usages, metagenes, settings)


def fitted_profiles(
    expression: Matrix, usages: np.ndarray, metagenes: np.ndarray, method: str = "kl", **options: object
) -> tuple[np.ndarray, np.ndarray]:
    """Profiles and baseline with which a matrix is fitted by usages @ profiles + baseline.

    Parameters
    ----------
    expression
        n_samples × n_genes, the matrix that was factorised.
    usages, metagenes
        n_samples × rank and rank × n_genes, as a restart or `fit_usages` gives them.
    method
        The method that gave them.
    **options
        Its options.

    Returns
    -------
    tuple of numpy.ndarray
        rank × n_genes, the metagenes but for ``nsnmf``, which fits with smoothed ones; and n_genes, zeros but for
        ``offset``.

    Examples
    --------
    >>> usages, metagenes = np.array([[2.0, 0.0]]), np.array([[1.0, 3.0], [5.0, 7.0]])
    >>> profiles, baseline = fitted_profiles(usages @ metagenes, usages, metagenes, "nsnmf", theta=0.5)
    >>> usages @ profiles + baseline
    array([[4., 8.]])
    """
    if method not in MODELS:
        return metagenes, np.zeros(metagenes.shape[1])
    return MODELS[method](expression, usages, metagenes, make_options(METHODS[method], method, options))
