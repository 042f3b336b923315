"""The figures in a notebook: what ``nb.tl.nmf`` found goes in, a matplotlib ``Figure`` comes out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from nmfbio.errors import InputError
from nmfbio.survey import read_consensus, read_consensuses, read_survey, tabulate

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData
    from matplotlib.figure import Figure


def rank(adata: AnnData) -> Figure:
    """Draw which number of metagenes each measure prefers, and every measure over the ranks.

    Parameters
    ----------
    adata
        After ``nb.tl.nmf``.

    Returns
    -------
    matplotlib.figure.Figure
        docs/rank.md tells how to read it.

    Raises
    ------
    InputError
        ``nb.tl.nmf`` has not run.

    Examples
    --------
    >>> nb.pl.rank(adata).savefig("rank.pdf")  # doctest: +SKIP
    """
    from nmfbio.plots import draw_rank_survey

    survey = read_survey(adata)
    return draw_rank_survey(survey["measures"], json.loads(survey["verdict"]))


def objectives(adata: AnnData) -> Figure:
    """Draw how close the restarts come to the best one at each rank.

    Parameters
    ----------
    adata
        After ``nb.tl.nmf``.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        ``nb.tl.nmf`` has not run.
    """
    from nmfbio.plots import draw_objectives

    return draw_objectives(read_survey(adata)["objectives"])


def consensus(adata: AnnData, rank: int | None = None, annotations: list[str] | None = None) -> Figure:
    """Draw in how many restarts samples fall together.

    Parameters
    ----------
    adata
        After ``nb.tl.nmf``.
    rank
        One of its ranks; by default the one that is shown.
    annotations
        Columns of ``adata.obs`` drawn beside the samples; by default those with 2 to 12 different values.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        ``nb.tl.nmf`` has not run, or not at this rank, or a column is not there.
    """
    return draw(adata, "consensus", rank, annotations=annotations)


def usages(adata: AnnData, rank: int | None = None, annotations: list[str] | None = None) -> Figure:
    """Draw how much of each sample each metagene explains.

    Parameters
    ----------
    adata, rank, annotations
        As for ``nb.pl.consensus``.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        As ``nb.pl.consensus``.
    """
    return draw(adata, "usages", rank, annotations=annotations)


def metagenes(
    adata: AnnData, rank: int | None = None, top_genes: int = 10, annotations: list[str] | None = None
) -> Figure:
    """Draw the first genes of every signature: their weights, and their expression in the samples.

    Parameters
    ----------
    adata, rank, annotations
        As for ``nb.pl.consensus``.
    top_genes
        Genes of each metagene.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        As ``nb.pl.consensus``.
    """
    return draw(adata, "metagenes", rank, top_genes=top_genes, annotations=annotations)


def umap(adata: AnnData, annotations: list[str] | None = None) -> Figure:
    """Draw the map of the samples, coloured by cluster, by metadata and by the usage of each metagene.

    Parameters
    ----------
    adata
        After ``nb.tl.nmf`` and ``nb.tl.umap``, or any ``obsm["X_umap"]``.
    annotations
        Columns of ``adata.obs``, of which the first three are drawn; by default those with 2 to 12 different values.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        One of the two has not run, or a column is not there.
    """
    from nmfbio.plots import draw_umap_figures

    if "X_umap" not in adata.obsm or "nmf_cluster" not in adata.obs:
        found = f"{', '.join(adata.obsm) or 'nothing'} in obsm"
        raise InputError("adata", found, "X_nmf and X_umap", "Call nb.tl.nmf(adata), then nb.tl.umap(adata) first.")
    return draw_umap_figures(adata, annotations)["umap"][0]


def lineage(adata: AnnData) -> Figure:
    """Draw how metagenes split and merge from each rank to the next.

    Parameters
    ----------
    adata
        After ``nb.tl.nmf``.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        ``nb.tl.nmf`` has not run.
    """
    from nmfbio.plots import draw_lineage
    from nmfbio.signatures import trace_lineage

    chosen = json.loads(read_survey(adata)["verdict"])["rank"]
    return draw_lineage(trace_lineage(read_consensuses(adata)), chosen)


def association(table: pd.DataFrame) -> Figure:
    """Draw the effect of every test of usages and clusters against the metadata.

    Parameters
    ----------
    table
        Result of ``nb.tl.associate``.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> nb.pl.association(nb.tl.associate(adata))  # doctest: +SKIP
    """
    from nmfbio.plots import draw_association

    return draw_association(table, name_metagenes(table))


def enrichment(table: pd.DataFrame) -> Figure:
    """Draw the clearest gene sets of every metagene.

    Parameters
    ----------
    table
        Result of ``nb.tl.enrich``.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> nb.pl.enrichment(nb.tl.enrich(adata, "h.all.v2024.1.Hs.symbols.gmt"))  # doctest: +SKIP
    """
    from nmfbio.plots import choose_enriched, draw_enrichment

    return draw_enrichment(choose_enriched(table), name_metagenes(table))


def projection(adata: AnnData, annotations: list[str] | None = None) -> Figure:
    """Draw new samples on the metagenes of a reference: usages, explained variance, genes found.

    Parameters
    ----------
    adata
        After ``nb.tl.project``.
    annotations
        Columns of ``adata.obs`` drawn beside the samples; by default those with 2 to 12 different values.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        ``nb.tl.project`` has not run, or a column is not there.
    """
    import pandas as pd

    from nmfbio.plots import choose_annotations, draw_projection
    from nmfbio.signatures import metadata_columns

    if "nmf_projection" not in adata.uns:
        found = f"no projection in adata.uns (there is: {', '.join(adata.uns) or 'nothing'})"
        raise InputError("adata", found, "the result of nb.tl.project", "Call nb.tl.project(adata, signatures) first.")
    told = adata.uns["nmf_projection"]
    names = list(adata.obs["nmf_cluster"].cat.categories)
    usages = pd.DataFrame(adata.obsm["X_nmf"], adata.obs_names, names)
    samples = adata.obs[["nmf_cluster", "nmf_explained_variance", "nmf_fits"]].set_axis(
        ["cluster", "explained_variance", "fits"], axis=1
    )
    return draw_projection(
        usages,
        samples.astype({"cluster": object, "fits": object}),
        told["reference"]["explained_variance"],
        float(told["limit"]),
        pd.Series(told["coverage"], names),
        (int(told["genes_found"]), int(told["genes"])),
        choose_annotations(metadata_columns(adata), annotations),
    )


def name_metagenes(table: pd.DataFrame) -> list[str]:
    """Names of the metagenes in a table of tests, by their number."""
    names = {name for name in table["metagene"] if name.startswith("metagene_")}
    return sorted(names, key=lambda name: int(name.removeprefix("metagene_")))


def draw(adata: AnnData, name: str, rank: int | None, **choices: object) -> Figure:
    """One of the figures at a rank; columns that nmfbio has put beside the samples are no annotations."""
    from nmfbio.plots import draw_rank_figures
    from nmfbio.signatures import metadata_columns

    found = read_consensus(adata, rank)
    figures = draw_rank_figures(adata.X, metadata_columns(adata), found, tabulate(adata, found), **choices)
    return figures[f"{name}_k{found.rank}"][0]
