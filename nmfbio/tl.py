"""The analysis in a notebook: AnnData in, AnnData out, names and places as in ``nmf.h5ad`` of the workflow."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np

from nmfbio.errors import InputError

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData

    from nmfbio.config import DatasetSettings
    from nmfbio.consensus import Consensus
    from nmfbio.factorization.solver import Matrix
    from nmfbio.rank import Evidence, EvidenceBasis
    from nmfbio.signatures import Signatures


def nmf(
    adata: AnnData,
    ranks: Iterable[int] = range(2, 7),
    restarts: int = 50,
    method: str = "kl",
    seed: int = 0,
    evidence: bool = True,
    rank: int | None = None,
    *,
    rule: str = "finest_reproducible",
    scale: str = "max",
    solution: str = "aligned_median",
    threads: int | None = None,
    progress: bool = True,
    copy: bool = False,
    **options: object,
) -> AnnData | None:
    """Find metagenes at several ranks, choose a rank, and put the result beside the matrix.

    Parameters
    ----------
    adata
        Samples × genes, non-negative, as ``nb.pp.preprocess`` leaves it.
    ranks
        Numbers of metagenes to try.
    restarts
        Factorisations from different starts at every rank.
    method
        What is minimised and how: ``"kl"``, ``"frobenius"``, ``"brunet"``, ...; see ``nb.factorize``.
    seed
        Base of all random numbers: the same seed gives the same results, whatever the number of threads.
    evidence
        Gather evidence on the rank beyond the restarts: held-out and permuted data, fits to a part of the samples. It
        takes about as long as 125 restarts a rank.
    rank
        Take this one of the ranks, whatever the rule says.
    rule, scale, solution
        Keys ``rank.rule``, ``consensus.scale`` and ``consensus.solution`` of config/README.md.
    threads
        Fits computed at the same time; all processors by default.
    progress
        Show a bar on stderr.
    copy
        Return a new AnnData instead of changing the given one.
    **options
        Other keys of the section ``factorize``, such as ``max_iter`` or ``theta``.

    Returns
    -------
    AnnData or None
        With ``obsm["X_nmf"]`` (usages), ``obs["metagene_1"]``, ... (usage shares), ``obs["nmf_cluster"]``,
        ``varm["metagenes"]``, ``uns["nmf"]`` (rank, verdict, why) and the rest of ``nmf.h5ad``, at the verdict's rank,
        or at the lowest one where it names none. ``uns["nmf"]["survey"]`` holds the consensus at all ranks, which the
        other functions of ``nb.tl`` and ``nb.pl`` read. All of it survives ``write_h5ad``.

    Raises
    ------
    ConfigError
        An argument is unknown or outside its range.
    InputError
        The matrix cannot be factorised, or a rank is too large for it.

    Examples
    --------
    >>> nb.tl.nmf(adata, ranks=range(2, 6), restarts=30)  # doctest: +SKIP
    >>> adata.uns["nmf"]["why"]  # doctest: +SKIP
    """
    from nmfbio.preprocessing import check_expression
    from nmfbio.rank import choose_rank, collect_measures, collect_objectives

    chosen = {"rule": rule, "evidence": evidence, "selected": rank}
    factors = {"ranks": [int(each) for each in ranks], "restarts": restarts, "method": method, "seed": seed, **options}
    settings = check_settings(factors, {"scale": scale, "solution": solution}, chosen)
    if copy:
        adata = adata.copy()
    check_expression(adata, settings.factorize.ranks, method, restarts, evidence)
    consensuses = survey_restarts(adata, settings, threads, progress)
    basis, gathered = survey_evidence(adata, settings, threads, progress) if evidence else (None, [])
    measures = collect_measures(consensuses, gathered, basis)
    verdict = choose_rank(measures, rule, rank).to_dict()
    survey = {
        "verdict": json.dumps(verdict),
        "scale": scale,
        "measures": measures,
        "objectives": collect_objectives(consensuses),
        "consensus": {str(each.rank): {f.name: getattr(each, f.name) for f in fields(each)} for each in consensuses},
    }
    show_rank(adata, survey, verdict["rank"])
    return adata if copy else None


def select_rank(adata: AnnData, rank: int, copy: bool = False) -> AnnData | None:
    """Show another rank of those that ``nb.tl.nmf`` has tried; nothing is fitted anew.

    Parameters
    ----------
    adata
        After ``nb.tl.nmf``.
    rank
        One of its ranks.
    copy
        Return a new AnnData instead of changing the given one.

    Returns
    -------
    AnnData or None
        The same places as after ``nb.tl.nmf`` hold the result at this rank. ``uns["nmf"]["chosen"]`` tells whether the
        verdict names it.

    Raises
    ------
    InputError
        ``nb.tl.nmf`` has not run, or not at this rank.
    """
    adata = adata.copy() if copy else adata
    show_rank(adata, read_survey(adata), rank)
    return adata if copy else None


def signatures(adata: AnnData, rank: int | None = None, **selection: object) -> pd.DataFrame:
    """Every gene under the metagene it weighs most in, best first.

    Parameters
    ----------
    adata
        After ``nb.tl.nmf``.
    rank
        One of its ranks; by default the one that is shown.
    **selection
        Which genes are selected: keys ``selection``, ``least_fold`` and ``number``, see ``nb.extract_signatures``.

    Returns
    -------
    pandas.DataFrame
        ``genes.tsv`` of the workflow: metagene, position, gene, description, z, fold, contribution, kim_park, weight,
        stability, selected.

    Raises
    ------
    InputError
        ``nb.tl.nmf`` has not run, or not at this rank.

    Examples
    --------
    >>> genes = nb.tl.signatures(adata)  # doctest: +SKIP
    >>> genes[genes["position"] <= 10]  # doctest: +SKIP
    """
    return tabulate(adata, read_consensus(adata, rank), **selection).genes


def every_gene(adata: AnnData, rank: int | None = None) -> pd.DataFrame:
    """Score of every gene in every metagene, also of genes that ``nb.pp.preprocess`` has left out.

    Parameters
    ----------
    adata
        After ``nb.pp.preprocess`` and ``nb.tl.nmf``.
    rank
        One of its ranks; by default the one that is shown.

    Returns
    -------
    pandas.DataFrame
        ``gene_scores.tsv`` of the workflow: description, whether the gene was fitted, and z in every metagene.

    Raises
    ------
    InputError
        ``nb.tl.nmf`` has not run, or not at this rank; or the matrix has genes in ``raw`` and no record of how they
        were preprocessed.

    Examples
    --------
    >>> nb.tl.every_gene(adata).loc["CD8A"]  # doctest: +SKIP
    """
    from nmfbio.signatures import score_every_gene

    consensus = read_consensus(adata, rank)
    return score_every_gene(adata, consensus.usages, tabulate(adata, consensus).scores)


def umap(adata: AnnData, seed: int = 0, copy: bool = False) -> AnnData | None:
    """Place samples in two dimensions by UMAP of their usage shares, with scanpy.

    Parameters
    ----------
    adata
        After ``nb.tl.nmf``, with at least 5 samples.
    seed
        Of the layout.
    copy
        Return a new AnnData instead of changing the given one.

    Returns
    -------
    AnnData or None
        With ``obsm["X_umap"]``, n_samples × 2.

    Raises
    ------
    InputError
        ``nb.tl.nmf`` has not run, or there are too few samples.
    """
    from nmfbio.signatures import embed_samples

    usages = read_consensus(adata).usages
    adata = adata.copy() if copy else adata
    adata.obsm["X_umap"] = embed_samples(usages, seed)
    return adata if copy else None


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

    from nmfbio.consensus import build_consensus, summarize_restarts
    from nmfbio.factorization import factorize

    ranks, restarts = settings.factorize.ranks, settings.factorize.restarts
    combine = {"method": settings.factorize.method, "options": settings.factorize.options}
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
