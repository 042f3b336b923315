"""Ranks that a matrix allows."""

from collections.abc import Iterable

from nmfbio.errors import InputError


def largest_rank(n_samples: int, n_genes: int) -> int:
    """Largest rank whose metagenes and groups say something of a matrix.

    Examples
    --------
    >>> largest_rank(38, 5000)
    36
    """
    return min(n_samples - 2, n_genes - 1)


def refuse_large_ranks(ranks: Iterable[int], n_samples: int, n_genes: int, place: str) -> None:
    """Refuse ranks that are too large for a matrix, which is named as ``place``.

    Raises
    ------
    InputError
        A rank k has fewer than k + 2 samples or k + 1 genes.
    """
    bound = largest_rank(n_samples, n_genes)
    too_large = [rank for rank in ranks if rank > bound]
    if not too_large:
        return
    found = f"rank {', '.join(map(str, too_large))} for {n_samples} samples and {n_genes} genes"
    if bound < 1:
        raise InputError(place, found, "at least 3 samples and 2 genes", "Add samples or genes.")
    cure = "Take the larger ranks out of `factorize.ranks`, or add samples."
    expected = f"ranks up to {bound}: a rank k needs at least k + 2 samples and k + 1 genes"
    raise InputError(f"factorize.ranks for {place}", found, expected, cure)
