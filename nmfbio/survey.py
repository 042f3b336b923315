"""What ``nb.tl.nmf`` computes and leaves in an AnnData, for the functions of ``nb.tl`` and ``nb.pl``."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from nmfbio.errors import InputError

if TYPE_CHECKING:
    from anndata import AnnData

    from nmfbio.config import DatasetSettings
    from nmfbio.consensus import Consensus
    from nmfbio.factorization.solver import Matrix
    from nmfbio.rank import Evidence, EvidenceBasis
    from nmfbio.signatures import Signatures


def check_settings(factorize: Mapping, consensus: Mapping, rank: Mapping) -> DatasetSettings:
    """Settings of a run, checked as those of a config file are."""
    from nmfbio.config import parse_config

    sections = {"factorize": dict(factorize), "consensus": dict(consensus), "rank": dict(rank)}
    return parse_config({"datasets": {"adata": {"expression": "in memory"}}, **sections}).dataset_settings("adata")


def survey_evidence(
    adata: AnnData, settings: DatasetSettings, threads: int | None, shown: bool
) -> tuple[EvidenceBasis, list[Evidence]]:
    """Evidence at every rank, and at rank 1, which stands for no structure."""
    from tqdm import tqdm

    from nmfbio.rank import count_pieces, gather_evidence, prepare_evidence

    factorize = settings.factorize
    basis = prepare_evidence(adata.X, find_counts(adata), factorize.seed)
    how = factorize.method, settings.consensus.scale, factorize.options, factorize.seed, threads
    ranks = sorted({1, *factorize.ranks})
    pieces = sum(count_pieces(rank, basis) for rank in ranks)
    with tqdm(total=pieces, desc="evidence on the rank", unit=" pieces", disable=not shown) as bar:
        return basis, [gather_evidence(adata.X, rank, basis, *how, on_piece=bar.update) for rank in ranks]


def survey_restarts(adata: AnnData, settings: DatasetSettings, threads: int | None, shown: bool) -> list[Consensus]:
    """What the restarts agree on at every rank."""
    from tqdm import tqdm

    from nmfbio.config_preprocess import LOG_BASES
    from nmfbio.consensus import build_consensus, summarize_restarts
    from nmfbio.factorization import factorize

    ranks, restarts = settings.factorize.ranks, settings.factorize.restarts
    combine = {"method": settings.factorize.method, "options": settings.factorize.options}
    combine |= {"log_base": LOG_BASES.get(adata.uns.get("preprocess", {}).get("preset"))}
    combine |= settings.consensus.model_dump()
    names, consensuses = adata.obs_names.to_numpy(str), []
    with tqdm(total=len(ranks) * restarts, desc="restarts", unit=" restarts", disable=not shown) as bar:
        for rank in ranks:
            arguments = {"restarts": restarts, "threads": threads, **settings.factorize.arguments}
            summary = summarize_restarts(factorize(adata.X, rank, on_restart=bar.update, **arguments))
            consensuses.append(build_consensus(adata.X, summary, names, **combine))
    return consensuses


def find_counts(adata: AnnData) -> Matrix | None:
    """The values that the matrix was made of: ``raw`` at its genes, else the matrix; None where ``raw`` lacks some."""
    if adata.raw is None:
        return adata.X
    places = adata.raw.var_names.get_indexer(adata.var_names)
    return None if (places < 0).any() else adata.raw.X[:, places]


def show_rank(adata: AnnData, survey: dict, rank: int | None) -> None:
    """Put the result at one of the surveyed ranks beside the matrix; without a rank, that at the lowest."""
    from nmfbio.signatures import add_result

    shown = min(map(int, survey["consensus"])) if rank is None else rank
    consensus = restore_consensus(adata, survey, shown)
    add_result(adata, consensus, tabulate(adata, consensus, survey["scale"]), json.loads(survey["verdict"]))
    adata.uns["nmf"]["survey"] = survey


def read_survey(adata: AnnData) -> dict:
    """What ``nb.tl.nmf`` has left for other functions.

    Raises
    ------
    InputError
        It has not run.
    """
    survey = adata.uns.get("nmf", {}).get("survey")
    if survey is None:
        found = f"no survey of ranks in adata.uns['nmf'] (there is: {', '.join(adata.uns) or 'nothing'} in uns)"
        raise InputError("adata", found, "the result of nb.tl.nmf", "Call nb.tl.nmf(adata) first.")
    return survey


def read_consensus(adata: AnnData, rank: int | None = None) -> Consensus:
    """The consensus at one rank, by default the one that is shown."""
    survey = read_survey(adata)
    return restore_consensus(adata, survey, int(adata.uns["nmf"]["rank"]) if rank is None else rank)


def read_consensuses(adata: AnnData) -> list[Consensus]:
    """The consensus at every rank, lowest first."""
    survey = read_survey(adata)
    return [restore_consensus(adata, survey, rank) for rank in sorted(map(int, survey["consensus"]))]


def find_signatures(signatures: AnnData | str | os.PathLike, rank: int | None) -> tuple[AnnData, Consensus]:
    """Matrix and consensus of a reference that was surveyed here, or that a folder of results holds."""
    from nmfbio.io import find_reference
    from nmfbio.signatures import read_reference

    if not isinstance(signatures, str | os.PathLike):
        return signatures, read_consensus(signatures, rank)
    files = find_reference(signatures, rank)
    return read_reference(files["reference"], files["consensus"], rank, files.get("verdict"))


def restore_consensus(adata: AnnData, survey: dict, rank: int) -> Consensus:
    """The consensus from its plain arrays; refused where it is not there, or not of this matrix."""
    from nmfbio.consensus import Consensus

    ranks = sorted(map(int, survey["consensus"]))
    if rank not in ranks:
        cure = f"Call nb.tl.nmf with {rank} among its ranks, or take one of these."
        raise InputError("rank", repr(rank), f"one of {', '.join(map(str, ranks))}, which nb.tl.nmf has tried", cure)
    arrays = {name: np.asarray(values) for name, values in survey["consensus"][str(rank)].items()}
    consensus = Consensus(**{name: each.item() if each.ndim == 0 else each for name, each in arrays.items()})
    shape = len(consensus.usages), consensus.metagenes.shape[1]
    if adata.shape != shape:
        found = "{} samples × {} genes".format(*adata.shape)
        expected = "the {} samples × {} genes that nb.tl.nmf has seen".format(*shape)
        raise InputError("adata", found, expected, "Call nb.tl.nmf(adata) again after taking a part of the matrix.")
    return consensus


def tabulate(adata: AnnData, consensus: Consensus, scale: str | None = None, **selection: object) -> Signatures:
    """All tables at one rank; the scale is that of the run unless one is given."""
    from nmfbio.signatures import extract_signatures

    scale = read_survey(adata)["scale"] if scale is None else scale
    genes = adata.var if "description" in adata.var else adata.var.assign(description="")
    return extract_signatures(adata.X, consensus, adata.obs_names, genes, scale, **selection)
