"""Named arrays in `.npz` files: no pickle, a format version, the same bytes for the same arrays."""

import os
import zipfile
import zlib

import numpy as np

from nmfbio.errors import InputError
from nmfbio.io.atomic import atomic_path

FORMAT_VERSION = 1
_VERSION_KEY = "format_version"


def save_arrays(path: str | os.PathLike, **arrays: np.ndarray) -> None:
    """Save named arrays to one `.npz` file, atomically.

    Parameters
    ----------
    path
        The file to write; its name should end in `.npz`.
    **arrays
        Arrays (or scalars, lists) of numbers, booleans or fixed-width text, of any shape.

    Raises
    ------
    TypeError
        If an array holds Python objects, which only pickle could store.

    Examples
    --------
    >>> save_arrays("k3.npz", objective=np.array([547143.5]), labels=np.zeros((1, 38), np.int16))  # doctest: +SKIP
    """
    plain = {name: np.asarray(values) for name, values in arrays.items()}
    for name, values in plain.items():
        if values.dtype.hasobject:
            raise TypeError(f"array {name!r} holds Python objects; convert it to numbers or fixed-width text first")
    plain[_VERSION_KEY] = np.array(FORMAT_VERSION)
    with atomic_path(path) as temporary, open(temporary, "wb") as file:
        np.savez(file, **plain)


def load_arrays(path: str | os.PathLike) -> dict[str, np.ndarray]:
    """Load every array that `save_arrays` wrote.

    Parameters
    ----------
    path
        A `.npz` file written by `save_arrays`.

    Returns
    -------
    dict of str to ndarray
        The arrays by name, without the format version.

    Raises
    ------
    InputError
        If the file is missing, truncated, of another origin or of another format version. Pickled content is refused.
    """
    if not os.path.isfile(path):
        raise _unusable(path, "no such file")
    try:
        arrays = _read_npz(path)
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise _unusable(path, f"a file that cannot be read ({error})") from error
    version = arrays.pop(_VERSION_KEY, None)
    if version is None or version.shape != () or version.item() != FORMAT_VERSION:
        raise _unusable(path, f"format version {version}")
    return arrays


def _read_npz(path: str | os.PathLike) -> dict[str, np.ndarray]:
    with open(path, "rb") as file:
        if not zipfile.is_zipfile(file):
            raise ValueError("not an archive of arrays")
        file.seek(0)
        archive = np.load(file, allow_pickle=False)
        return {name: archive[name] for name in archive.files}


def _unusable(path: str | os.PathLike, found: str) -> InputError:
    return InputError(
        str(path),
        found,
        f"a complete .npz file of format version {FORMAT_VERSION}, written by nmfbio",
        "Delete the file and run `snakemake` again: only what is missing is computed.",
    )
