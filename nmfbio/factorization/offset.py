"""Squared Euclidean NMF with an offset for every gene (Badea 2008; R NMF's ``offset``).

Minimises ½‖V − WH − o 1ᵀ‖², o ≥ 0 one value a gene: what all samples have in common goes to the offset and leaves
the metagenes to what differs. One iteration is Lee & Seung's (2001) update of H, then of W, with W H + o 1ᵀ as the fit;
then o is set to its optimum, which has a closed form: the gene's mean residual, or 0 where that is below. (Badea
multiplies o as well. The closed form makes the objective a function of W and H alone, which never rises, and fits of
leukemia ended lower.)

Each restart tells its offset, one float64 value a gene, as detail ``offset``. Penalties l1 Σ x + ½ l2 Σ x² of a factor
x add l1 + l2 x to its denominator; the offset is not penalised.
"""

import numpy as np

from .entrywise import drop_denormals
from .kernels import TINY
from .least_squares import SWEEPS, coordinate_descent
from .objectives import gene_blocks
from .penalties import FactorPenalty, Penalties
from .products import Products, gram_of_rows, solve_nonnegative
from .solver import Fit, Method, Solver, one_at_a_time
from .stopping import Stopping, iterate, settle

# Steps of a projection cost no pass over the matrix.
MAX_PROJECTION_STEPS = 10_000


def best_offset(gene_means: np.ndarray, usages: np.ndarray, metagenes: np.ndarray) -> np.ndarray:
    """The offset that fits best beside W H, in float64: max(0, mean residual) of every gene."""
    return np.maximum(gene_means - usages.mean(axis=0, dtype=np.float64) @ metagenes, 0.0)


def offset_error(expression: np.ndarray, usages: np.ndarray, metagenes: np.ndarray, penalties: Penalties) -> float:
    """½‖V − WH − o 1ᵀ‖² with the best offset, and the penalties, in float64."""
    total = 0.0
    for observed, fitted in gene_blocks(expression, usages, metagenes):
        residual = observed - fitted
        residual -= np.maximum(residual.mean(axis=0), 0.0)
        total += float(np.sum(np.square(residual, out=residual)))
    return 0.5 * total + penalties.of(usages, metagenes)


def update(factor: np.ndarray, products: np.ndarray, fitted: np.ndarray, penalty: FactorPenalty) -> None:
    """One multiplicative update in place: ``products`` are those of the expression, ``fitted`` those of W H + o 1ᵀ."""
    factor *= products / (fitted + penalty.l1 + penalty.l2 * factor + TINY)
    drop_denormals(factor)


def prepare_offset(expression: np.ndarray, penalties: Penalties, stopping: Stopping) -> Solver:
    """Fits of method ``offset`` on one matrix, sharing its genes' means."""
    products, gene_means = Products(expression), expression.mean(axis=0, dtype=np.float64)
    for_usages, for_metagenes = penalties.scaled(expression.shape)

    def fit(usages: np.ndarray, metagenes: np.ndarray) -> Fit:
        def step(iteration: int) -> None:
            offset = best_offset(gene_means, usages, metagenes)
            fitted = usages @ gram_of_rows(metagenes) + metagenes @ offset
            update(usages, products.with_metagenes(metagenes), fitted, for_usages)
            fitted = gram_of_rows(usages.T) @ metagenes + np.outer(usages.sum(axis=0, dtype=np.float64), offset)
            update(metagenes, products.with_usages(usages), fitted, for_metagenes)
            if not penalties.none:
                penalties.share_scale(usages, metagenes)

        outcome = iterate(step, lambda: offset_error(expression, usages, metagenes, penalties), usages, stopping)
        return Fit(usages, metagenes, *outcome, {"offset": best_offset(gene_means, usages, metagenes)})

    return one_at_a_time(fit)


def project_offset(expression: np.ndarray, usages: np.ndarray, metagenes: np.ndarray, penalties: Penalties) -> None:
    """Usages that fit best with the metagenes fixed and the best offset for them, in place.

    Usages and offset in turn to convergence. The offset is that of the samples given, so they should be many.
    """
    for_usages, _ = penalties.scaled(expression.shape)
    loads, n_samples = np.ascontiguousarray(usages.T), len(usages)
    products = (expression @ metagenes.T).T.astype(np.float64) - for_usages.l1
    gram = gram_of_rows(metagenes) + for_usages.l2 * np.eye(len(loads))
    gene_means, slope = expression.mean(axis=0, dtype=np.float64), np.empty_like(loads[0])

    def step() -> None:
        of_offset = metagenes @ best_offset(gene_means, loads.T, metagenes)
        coordinate_descent(loads, 0, n_samples, products - of_offset[:, None], gram, SWEEPS, slope)

    settle(step, loads, max_steps=MAX_PROJECTION_STEPS)
    usages[:] = loads.T


def fit_beside_offset(
    expression: np.ndarray, metagenes: np.ndarray, offset: np.ndarray, **options: float
) -> np.ndarray:
    """Usages that fit best beside an offset that other samples had.

    Parameters
    ----------
    expression
        n_samples × n_genes, dense.
    metagenes
        rank × n_genes.
    offset
        (n_genes,) which stays as it is.
    **options
        Penalties.

    Returns
    -------
    numpy.ndarray
        n_samples × rank, float64.

    Examples
    --------
    >>> fit_beside_offset(np.array([[3.0, 5.0]]), np.array([[1.0, 2.0]]), np.array([1.0, 1.0]))
    array([[2.]])
    """
    for_usages, _ = Penalties(**options).scaled(expression.shape)
    metagenes = metagenes.astype(np.float64)
    loads = np.zeros((len(metagenes), len(expression)))
    products = np.ascontiguousarray(metagenes @ (expression - offset).T - for_usages.l1)
    solve_nonnegative(loads, products, gram_of_rows(metagenes) + for_usages.l2 * np.eye(len(loads)))
    return np.ascontiguousarray(loads.T)


OFFSET = Method(prepare_offset, project_offset, offset_error, Penalties)
