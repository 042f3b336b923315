"""The analysis in a notebook: AnnData in, AnnData out, names and places as in ``nmf.h5ad`` of the workflow."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

from nmfbio.survey import (
    check_settings,
    read_consensus,
    read_consensuses,
    read_survey,
    show_rank,
    survey_evidence,
    survey_restarts,
    tabulate,
)

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData


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


def lineage(adata: AnnData) -> pd.DataFrame:
    """How metagenes split and merge from each rank to the next; ``nb.pl.lineage`` draws it.

    Parameters
    ----------
    adata
        After ``nb.tl.nmf`` with two ranks or more.

    Returns
    -------
    pandas.DataFrame
        ``lineage.tsv`` of the workflow: every metagene beside those of the next rank, see ``nb.trace_lineage``.

    Raises
    ------
    InputError
        ``nb.tl.nmf`` has not run.
    """
    from nmfbio.signatures import trace_lineage

    return trace_lineage(read_consensuses(adata))


def associate(
    adata: AnnData,
    columns: Sequence[str] | None = None,
    time: str | None = None,
    event: str | None = None,
    batch: str | None = None,
    rank: int | None = None,
) -> pd.DataFrame:
    """Test usage shares and clusters against the metadata in ``obs``; ``nb.pl.association`` draws the effects.

    Parameters
    ----------
    adata
        After ``nb.tl.nmf``.
    columns
        Columns of ``adata.obs`` to test; by default all but those that ``nb.tl.nmf`` has put there.
    time, event
        Columns of the survival: time, and whether the event was seen. Both or neither.
    batch
        Column of the batches, marked in the table.
    rank
        One of its ranks; by default the one that is shown.

    Returns
    -------
    pandas.DataFrame
        ``association.tsv`` of the workflow: test, effect, p, and q over all tests of the table.

    Raises
    ------
    InputError
        ``nb.tl.nmf`` has not run, or not at this rank, or a column is not there or is none of its kind.

    Examples
    --------
    >>> table = nb.tl.associate(adata, columns=["subtype"])  # doctest: +SKIP
    >>> table[table["q"] < 0.05]  # doctest: +SKIP
    """
    from nmfbio.signatures import associate_metadata, metadata_columns

    found = tabulate(adata, read_consensus(adata, rank))
    clusters = found.samples.set_index("sample")["cluster"]
    return associate_metadata(found.usages, clusters, metadata_columns(adata), time, event, columns, batch)


def enrich(
    adata: AnnData,
    gene_sets: str | os.PathLike | Sequence[str | os.PathLike],
    set_size: Sequence[int] = (10, 500),
    rank: int | None = None,
) -> pd.DataFrame:
    """Test the metagenes for the gene sets of GMT files; ``nb.pl.enrichment`` draws the clearest.

    Parameters
    ----------
    adata
        After ``nb.tl.nmf``. Gene names are to be those of the sets, or to stand so in a text column of ``var``.
    gene_sets
        One GMT file or several.
    set_size
        Least and largest number of tested genes of a set.
    rank
        One of its ranks; by default the one that is shown.

    Returns
    -------
    pandas.DataFrame
        ``enrichment.tsv`` of the workflow: two tests of every set and metagene, with effect, p and q.

    Raises
    ------
    InputError
        ``nb.tl.nmf`` has not run, or not at this rank; a file is no GMT, or its genes are not those of the matrix.

    Examples
    --------
    >>> nb.tl.enrich(adata, "h.all.v2024.1.Hs.symbols.gmt")  # doctest: +SKIP
    """
    import numpy as np

    from nmfbio.io import read_gene_sets
    from nmfbio.signatures import enrich_signatures, name_genes

    found = tabulate(adata, read_consensus(adata, rank))
    sets = read_gene_sets([gene_sets] if isinstance(gene_sets, str | os.PathLike) else gene_sets)
    names = name_genes(sets, adata.var, np.asarray(adata.X.mean(axis=0)).ravel())
    return enrich_signatures(found.genes, found.scores, sets, set_size, names)


def project(
    adata: AnnData, signatures: AnnData | str | os.PathLike, rank: int | None = None, copy: bool = False
) -> AnnData | None:
    """Describe new samples by metagenes that were found without them.

    Parameters
    ----------
    adata
        New samples × genes as they were read, as raw as those of the reference were: they are scaled by its numbers.
    signatures
        The reference: an AnnData after ``nb.pp.preprocess`` and ``nb.tl.nmf``, or the folder of a data set's results,
        such as ``results/leukemia``.
    rank
        One of its ranks; by default the one that is shown, or that the verdict names.
    copy
        Return a new AnnData instead of changing the given one.

    Returns
    -------
    AnnData or None
        With ``obsm["X_nmf"]`` (usages), ``obs["metagene_1"]``, ... (usage shares), ``obs["nmf_cluster"]``,
        ``obs["nmf_explained_variance"]``, ``obs["nmf_fits"]`` (whether as much is explained as of 99 % of the samples
        of the reference) and ``uns["nmf_projection"]``; NaN for samples without any expression. ``nb.pl.projection``
        draws it.

    Raises
    ------
    InputError
        Too few genes of the reference are found, or the values are on another scale; see ``nb.project_samples``.

    Examples
    --------
    >>> nb.tl.project(cohort, "results/leukemia")  # doctest: +SKIP
    >>> cohort.obs["nmf_fits"].mean()  # doctest: +SKIP
    """
    from nmfbio.signatures import add_projection, project_samples
    from nmfbio.survey import find_signatures

    projection = project_samples(adata, *find_signatures(signatures, rank))
    adata = adata.copy() if copy else adata
    add_projection(adata, projection)
    return adata if copy else None
