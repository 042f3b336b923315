"""Sizes that a file declares, held against the memory there is before anything of that size is allocated."""

import psutil

from nmfbio.errors import InputError


def refuse_if_too_large(place: str, n_bytes: int, content: str) -> None:
    """Raise InputError if that much memory is not available now.

    Parameters
    ----------
    place
        The file, for the message.
    n_bytes
        What reading it takes, in bytes.
    content
        What takes it, such as "a matrix of 100,000 samples x 20,000 genes".

    Examples
    --------
    >>> refuse_if_too_large("x.h5ad", 2**60, "a matrix of 2^30 samples x 2^28 genes")
    Traceback (most recent call last):
    ...
    nmfbio.errors.InputError: x.h5ad: found a matrix of 2^30 samples x 2^28 genes, which takes ...
    """
    available = psutil.virtual_memory().available
    if n_bytes > available:
        found = f"{content}, which takes {n_bytes / 2**30:,.1f} GiB of memory"
        cure = "Use a machine with more memory, or select genes or samples before."
        raise InputError(place, found, f"at most the {available / 2**30:,.1f} GiB that are available", cure)


def describe_matrix(n_samples: int, n_genes: int) -> str:
    """Say how large a matrix is, for `refuse_if_too_large`.

    Examples
    --------
    >>> describe_matrix(100_000, 20_000)
    'a matrix of 100,000 samples x 20,000 genes'
    """
    return f"a matrix of {n_samples:,} samples x {n_genes:,} genes"
