"""What a factorisation method is made of: the words that all methods and their caller share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse

from .stopping import Stopping

Matrix = np.ndarray | scipy.sparse.csr_matrix
Factors = tuple[np.ndarray, np.ndarray]


class Fit(NamedTuple):
    """One restart's factors, how it ended, and what its method tells besides (arrays by name)."""

    usages: np.ndarray
    metagenes: np.ndarray
    n_iter: int
    converged: bool
    details: dict[str, np.ndarray] = {}  # noqa: RUF012 (never changed)


@dataclass(frozen=True)
class Solver:
    """A method bound to one matrix.

    ``fit`` takes usages and metagenes of several starts, which it may overwrite, and returns one Fit for each; what it
    returns for a start does not depend on the others. ``together`` is the number of starts that it fits fastest.
    """

    fit: Callable[[list[Factors]], list[Fit]]
    together: int = 1


def one_at_a_time(fit: Callable[[np.ndarray, np.ndarray], Fit]) -> Solver:
    """Solver of a method that fits each start by itself."""
    return Solver(lambda starts: [fit(usages, metagenes) for usages, metagenes in starts])


@dataclass(frozen=True)
class NoOptions:
    """Options of a method that has none."""


@dataclass(frozen=True)
class Method:
    """A way to factorise and the objective it minimises.

    Attributes
    ----------
    prepare
        Takes the expression, the method's options and the stopping rule; computes once what all restarts on one matrix
        share.
    project
        Fills usages (samples × rank) in place, the metagenes held fixed; takes expression, usages, metagenes, options.
    objective
        Takes expression, usages, metagenes and options; float64, with all penalties.
    options
        Frozen dataclass of what the user may set besides; it refuses bad values itself.
    dtype
        Precision of the factors where the user leaves it to the method.
    stop
        Stopping rule where the user leaves it to the method.
    sparse
        Whether CSR matrices are taken; they are never made dense.
    missing
        Whether NaN is taken, as a value to be left out.
    visible
        Takes the expression and the method's options; the expression with NaN in place of all that the options hide,
        which then has no part in random starts either.
    take
        Takes what the caller gave for the expression, a precision and the method's options; gives what the other
        functions take for the expression. Only for a method that does not need the matrix in memory.
    """

    prepare: Callable[[Matrix, Any, Stopping], Solver]
    project: Callable[[Matrix, np.ndarray, np.ndarray, Any], None]
    objective: Callable[[Matrix, np.ndarray, np.ndarray, Any], float]
    options: type = field(default=NoOptions)
    dtype: str = "float32"
    stop: str = "tolerance"
    sparse: bool = False
    missing: bool = False
    visible: Callable[[Matrix, Any], Matrix] | None = None
    take: Callable[[object, str, Any], Any] | None = None
