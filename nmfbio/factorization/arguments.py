"""What may be handed to a factorisation: checked before compiled code, which checks nothing, sees it."""

import math
from numbers import Integral, Real

import numpy as np
import scipy.sparse


def as_matrix(values: object, name: str, dtype: str, missing: bool = False) -> np.ndarray:
    """Values as a contiguous matrix of finite, non-negative numbers in the given precision; NaN too if ``missing``."""
    if scipy.sparse.issparse(values):
        raise TypeError(f"{name} is a sparse matrix; expected a dense array")
    matrix = np.asarray(values)
    check_kind(matrix, name)
    if matrix.ndim != 2 or matrix.size == 0:
        raise ValueError(f"{name} has shape {matrix.shape}; expected a matrix with at least one entry")
    with np.errstate(over="ignore"):
        matrix = np.ascontiguousarray(matrix, dtype=dtype)
    check_values(matrix, name, missing)
    return matrix


def as_sparse_matrix(values: object, name: str, dtype: str) -> scipy.sparse.csr_matrix:
    """A sparse matrix as CSR without duplicates or stored zeros; a new one unless it is that already."""
    check_kind(values, name)
    if values.ndim != 2 or 0 in values.shape:
        raise ValueError(f"{name} has shape {values.shape}; expected a matrix with at least one entry")
    with np.errstate(over="ignore"):
        matrix = scipy.sparse.csr_matrix(values, dtype=dtype)
    if not matrix.has_canonical_format or not matrix.data.all():
        matrix = matrix.copy()  # whose indices may still be the caller's
        matrix.sum_duplicates()
        matrix.eliminate_zeros()
    check_values(matrix.data, name)
    return matrix


def check_kind(values: object, name: str) -> None:
    """Refuse what holds no real numbers."""
    if values.dtype.kind not in "buif":
        raise TypeError(f"{name} holds {values.dtype}; expected numbers")


def check_values(values: np.ndarray, name: str, missing: bool = False) -> None:
    """Refuse infinite and negative values, and NaN unless ``missing`` values are allowed."""
    allowed = np.isfinite(values) | np.isnan(values) if missing else np.isfinite(values)
    if not allowed.all():
        what = "infinite" if missing else "NaN or infinite"
        raise ValueError(f"{name} holds {what} values, as {values.dtype}; expected finite numbers")
    if values.size and np.nanmin(values) < 0:
        raise ValueError(f"{name} holds negative values, the smallest {np.nanmin(values)}; expected none below 0")


def check_whole_number(value: object, name: str, least: int) -> None:
    """Refuse what is not a whole number from ``least`` on."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{name} is {value!r}; expected a whole number")
    if value < least:
        raise ValueError(f"{name} is {value}; expected at least {least}")


def check_number(value: object, name: str, least: float, most: float = math.inf) -> None:
    """Refuse what is not a finite number between two bounds."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} is {value!r}; expected a number")
    if not (least <= value <= most and math.isfinite(value)):
        bounds = f"at least {least}" if most == math.inf else f"{least} to {most}"
        raise ValueError(f"{name} is {value}; expected {bounds}")


def check_choice(value: object, name: str, allowed: tuple[str, ...]) -> None:
    """Refuse what is not among the allowed words."""
    if value not in allowed:
        raise ValueError(f"{name} is {value!r}; expected one of {', '.join(allowed)}")


def check_rank(rank: int, shape: tuple[int, int]) -> None:
    """Refuse a rank that does not compress the matrix."""
    check_whole_number(rank, "rank", 1)
    if rank >= min(shape):
        raise ValueError(f"rank is {rank}; expected 1 to {min(shape) - 1} for a matrix of {shape}")


def check_start(start: object, shape: tuple[int, int], rank: int) -> None:
    """Refuse given factors that do not fit the matrix."""
    if not isinstance(start, tuple | list) or len(start) != 2:
        raise TypeError("seeding is neither the name of one nor a pair of usages and metagenes")
    expected = (shape[0], rank), (rank, shape[1])
    for values, name, form in zip(start, ("usages", "metagenes"), expected, strict=True):
        found = as_matrix(values, f"seeding's {name}", "float64").shape
        if found != form:
            raise ValueError(f"seeding's {name} have shape {found}; expected {form}")
