"""What may be handed to a factorisation: checked before compiled code, which checks nothing, sees it."""

from numbers import Integral

import numpy as np


def as_matrix(values: object, name: str, dtype: str) -> np.ndarray:
    """Values as a contiguous matrix of finite, non-negative numbers in the given precision."""
    if hasattr(values, "tocsr"):
        raise TypeError(f"{name} is a sparse matrix; this version factorises dense arrays only")
    matrix = np.asarray(values)
    if matrix.dtype.kind not in "buif":
        raise TypeError(f"{name} holds {matrix.dtype}; expected numbers")
    if matrix.ndim != 2 or matrix.size == 0:
        raise ValueError(f"{name} has shape {matrix.shape}; expected a matrix with at least one entry")
    with np.errstate(over="ignore"):
        matrix = np.ascontiguousarray(matrix, dtype=dtype)
    if not np.isfinite(matrix).all():
        raise ValueError(f"{name} holds NaN or infinite values, as {dtype}; expected finite numbers")
    if matrix.min() < 0:
        raise ValueError(f"{name} holds negative values, the smallest {matrix.min()}; expected none below 0")
    return matrix


def check_whole_number(value: object, name: str, least: int) -> None:
    """Refuse what is not a whole number from ``least`` on."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{name} is {value!r}; expected a whole number")
    if value < least:
        raise ValueError(f"{name} is {value}; expected at least {least}")


def check_choice(value: object, name: str, allowed: tuple[str, ...]) -> None:
    """Refuse what is not among the allowed words."""
    if value not in allowed:
        raise ValueError(f"{name} is {value!r}; expected one of {', '.join(allowed)}")


def check_rank(rank: int, shape: tuple[int, int]) -> None:
    """Refuse a rank that does not compress the matrix."""
    check_whole_number(rank, "rank", 1)
    if rank >= min(shape):
        raise ValueError(f"rank is {rank}; expected 1 to {min(shape) - 1} for a matrix of {shape}")


def check_seeding(seeding: object, restarts: int, shape: tuple[int, int], rank: int) -> None:
    """Refuse an unknown seeding, given factors that do not fit the matrix, and restarts that would all be the same."""
    if isinstance(seeding, str):
        check_choice(seeding, "seeding", ("random", "nndsvd"))
    elif not isinstance(seeding, tuple | list) or len(seeding) != 2:
        raise TypeError("seeding is neither random, nor nndsvd, nor a pair of usages and metagenes")
    else:
        expected = (shape[0], rank), (rank, shape[1])
        for values, name, form in zip(seeding, ("usages", "metagenes"), expected, strict=True):
            found = as_matrix(values, f"seeding's {name}", "float64").shape
            if found != form:
                raise ValueError(f"seeding's {name} have shape {found}; expected {form}")
    if not (isinstance(seeding, str) and seeding == "random") and restarts != 1:
        raise ValueError(f"this seeding is deterministic, so all {restarts} restarts would be the same; use restarts=1")
