"""Results at one rank as files: one array for each field of a dataclass."""

import os
from dataclasses import fields

import numpy as np

from nmfbio.errors import InputError
from nmfbio.io import load_arrays, save_arrays


def save_fields(result: object, path: str | os.PathLike) -> None:
    """Write a dataclass of arrays and numbers to an ``.npz`` file, atomically."""
    save_arrays(path, **{field.name: getattr(result, field.name) for field in fields(result)})


def load_fields(kind: type, path: str | os.PathLike) -> dict[str, np.ndarray]:
    """Read what ``save_fields`` wrote of a dataclass.

    Raises
    ------
    InputError
        The file is missing, torn, or holds something else.
    """
    arrays = load_arrays(path)
    names = [field.name for field in fields(kind)]
    if sorted(names) != sorted(arrays):
        raise InputError(
            str(path),
            f"the arrays {', '.join(sorted(arrays)) or '(none)'}",
            f"those of a {kind.__name__}: {', '.join(sorted(names))}",
            "Delete the file and run `snakemake` again: only what is missing is computed.",
        )
    return arrays
