"""What a run has left in the folder of a data set, found without opening a file."""

import os
import re
from pathlib import Path

from nmfbio.errors import InputError


def find_reference(folder: str | os.PathLike, rank: int | None, key: str | None = None) -> dict[str, str | list[str]]:
    """Find the files of a data set's results that new samples are projected on.

    Parameters
    ----------
    folder
        Of the data set, such as `results/leukemia`.
    rank
        The rank to project on; None for the one that the verdict names.
    key
        Config key of the projection, for messages; by default they name the arguments of a function.

    Returns
    -------
    dict
        ``reference`` (`expression.h5ad`) and ``consensus`` (`consensus/k{rank}.npz`); where no rank is given those of
        all ranks, and ``verdict`` (`rank/verdict.json`).

    Raises
    ------
    InputError
        The folder holds no results, or none at the rank.

    Examples
    --------
    >>> find_reference("results/leukemia", 3, "projections.cohort2")  # doctest: +SKIP
    {'reference': 'results/leukemia/expression.h5ad', 'consensus': ['results/leukemia/consensus/k3.npz']}
    """
    place = "argument '{}'" if key is None else f"config key '{key}.{{}}'"
    path = Path(folder)
    expected = "the folder of a data set's results, such as results/leukemia, or the name of a data set of this config"
    if not (path / "expression.h5ad").is_file():
        found = f"no expression.h5ad in {str(folder)!r}" if path.is_dir() else f"no folder or data set {str(folder)!r}"
        raise InputError(place.format("signatures"), found, expected, "Correct the path or the name.")
    there = sorted(path.glob("consensus/k*.npz"), key=_rank_of)
    wanted = [file for file in there if rank in (None, _rank_of(file))]
    if not wanted:
        ranks = ", ".join(str(_rank_of(file)) for file in there)
        found = f"rank {rank}, while {str(folder)!r} has {ranks}" if there else f"no consensus in {str(folder)!r}"
        cure = "Take one of the ranks it has, or run it with this one."
        raise InputError(place.format("rank"), found, "a rank that was factorised", cure)
    files = {"reference": str(path / "expression.h5ad"), "consensus": [str(file) for file in wanted]}
    verdict = path / "rank" / "verdict.json"
    if rank is not None:
        return files
    if not verdict.is_file():
        found = f"none, and no rank/verdict.json in {str(folder)!r}"
        raise InputError(place.format("rank"), found, "a rank", "Set it, or let the run of that folder finish.")
    return {**files, "verdict": str(verdict)}


def _rank_of(file: Path) -> int:
    digits = re.fullmatch(r"k(\d+)", file.stem)
    return int(digits[1]) if digits else 0
