"""The result of an earlier run that new samples are projected on."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nmfbio.consensus import Consensus
from nmfbio.errors import InputError
from nmfbio.io import read_factorised, read_json

if TYPE_CHECKING:
    from anndata import AnnData


def read_reference(
    expression: str | os.PathLike,
    consensuses: Sequence[str | os.PathLike],
    rank: int | None = None,
    verdict: str | os.PathLike | None = None,
) -> tuple[AnnData, Consensus]:
    """Read what ``project_samples`` needs of a run.

    Parameters
    ----------
    expression
        `expression.h5ad` of the run.
    consensuses
        Its files `consensus/k{rank}.npz`.
    rank
        Which of them; by default the rank of the verdict.
    verdict
        Its `rank/verdict.json`, needed where no rank is given.

    Returns
    -------
    tuple
        Matrix and consensus.

    Raises
    ------
    InputError
        A file is torn or foreign, the verdict names no rank, or there is no consensus at the rank.
    """
    there = {Path(path).stem.removeprefix("k"): path for path in consensuses}
    if rank is None:
        rank = _read_rank(verdict, there)
    if str(rank) not in there:
        cure = "Take one of these, or add the rank to `factorize.ranks` of that run."
        raise InputError("config key 'projections'", f"rank {rank}", f"one of {', '.join(there)}", cure)
    return read_factorised(expression), Consensus.load(there[str(rank)])


def _read_rank(path: str | os.PathLike | None, there: dict) -> int:
    verdict = {} if path is None else read_json(path)
    if verdict.get("rank") is None:
        found = f"no rank (status {verdict.get('status', 'unknown')!r})"
        cure = f"Set `rank` of the projection to one of {', '.join(there)}."
        raise InputError(str(path), found, "a rank that metagenes can be taken from", cure)
    return int(verdict["rank"])
