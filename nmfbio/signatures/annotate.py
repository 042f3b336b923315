"""The preprocessed matrix with the result at the chosen rank, ready for scanpy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from nmfbio.colours import metagene_colour
from nmfbio.consensus import Consensus, usage_shares
from nmfbio.signatures.extract import Signatures

if TYPE_CHECKING:
    from anndata import AnnData

    from nmfbio.signatures.projection import Projection


USAGE_COLUMN = r"metagene_\d+"


def shown_rank(verdict: dict, ranks: Sequence[int]) -> int:
    """Rank of the verdict (plain values of ``Verdict``); where it names none, the lowest one.

    Examples
    --------
    >>> shown_rank({"rank": None}, [2, 3])
    2
    """
    return min(ranks) if verdict["rank"] is None else verdict["rank"]


def annotate_expression(expression: AnnData, consensus: Consensus, signatures: Signatures, verdict: dict) -> AnnData:
    """Copy of the matrix with factors, clusters and signatures at one rank.

    Parameters
    ----------
    expression
        Samples × genes.
    consensus, signatures
        At the rank that is shown, see ``shown_rank``.
    verdict
        Plain values of ``Verdict``.

    Returns
    -------
    anndata.AnnData
        With what ``add_result`` adds.
    """
    result = expression.copy()
    add_result(result, consensus, signatures, verdict)
    return result


def add_result(adata: AnnData, consensus: Consensus, signatures: Signatures, verdict: dict) -> None:
    """Put factors, clusters and signatures at one rank into a matrix, in place of those of another rank.

    Parameters
    ----------
    adata
        Samples × genes. It is given ``obsm["X_nmf"]`` (usages), ``varm["metagenes"]``, ``varm["nmf_z"]`` (score of
        every gene in every metagene), ``obs["metagene_1"]`` and so on (usage shares), ``obs["nmf_cluster"]``,
        ``obs["nmf_usage_share"]``, ``obs["nmf_margin"]``, ``obs["nmf_agreement"]``, ``var["nmf_metagene"]``,
        ``var["nmf_z"]``, ``var["nmf_fold"]``, ``var["nmf_stability"]``, ``var["nmf_selected"]``,
        ``uns["nmf_cluster_colors"]`` (those of the figures) and ``uns["nmf"]`` (rank, whether the verdict names it,
        verdict, why, objectives).
    consensus, signatures, verdict
        As for ``annotate_expression``.
    """
    names = list(signatures.usages.columns)
    adata.obsm["X_nmf"] = signatures.usages.to_numpy()
    adata.varm["metagenes"] = signatures.metagenes.to_numpy()
    adata.varm["nmf_z"] = signatures.scores.to_numpy()
    put_shares(adata, names)
    samples = signatures.samples.set_index("sample").loc[adata.obs_names]
    genes = signatures.genes.set_index("gene").loc[adata.var_names]
    adata.obs["nmf_cluster"] = pd.Categorical(samples["cluster"], categories=names)
    for name in ("usage_share", "margin", "agreement"):
        adata.obs[f"nmf_{name}"] = samples[name].to_numpy()
    adata.var["nmf_metagene"] = pd.Categorical(genes["metagene"], categories=names)
    for name in ("z", "fold", "stability", "selected"):
        adata.var[f"nmf_{name}"] = genes[name].to_numpy()
    adata.uns["nmf_cluster_colors"] = [metagene_colour(name) for name in names]
    adata.uns["nmf"] = {
        "rank": consensus.rank,
        "chosen": verdict["rank"] == consensus.rank,
        "verdict": verdict["status"],
        "why": verdict["why"],
        "restarts": len(consensus.objective),
        "best_objective": consensus.best_objective,
        "solution_objective": consensus.solution_objective,
        "explained_variance": consensus.explained_variance,
    }


def add_projection(adata: AnnData, projection: Projection) -> None:
    """Put usages and calls of new samples beside their matrix.

    Parameters
    ----------
    adata
        The new samples. It is given ``obsm["X_nmf"]``, ``obs["metagene_1"]`` and so on (usage shares),
        ``obs["nmf_cluster"]``, ``obs["nmf_usage_share"]``, ``obs["nmf_margin"]``, ``obs["nmf_explained_variance"]``,
        ``obs["nmf_fits"]``, ``uns["nmf_cluster_colors"]`` and ``uns["nmf_projection"]`` (coverage of each metagene, the
        reference's samples, the limit below which a sample does not fit, how many genes were found).
    projection
        Of these samples.
    """
    names = list(projection.usages.columns)
    adata.obsm["X_nmf"] = projection.usages.to_numpy()
    put_shares(adata, names)
    samples = projection.samples.set_index("sample").loc[adata.obs_names]
    adata.obs["nmf_cluster"] = pd.Categorical(samples["cluster"], categories=names)
    adata.obs["nmf_fits"] = samples["fits"].astype("boolean")
    for name in ("usage_share", "margin", "explained_variance"):
        adata.obs[f"nmf_{name}"] = samples[name].to_numpy(float)
    adata.uns["nmf_cluster_colors"] = [metagene_colour(name) for name in names]
    adata.uns["nmf_projection"] = {
        "coverage": projection.coverage.to_numpy(),
        "reference": projection.reference,
        "limit": projection.limit,
        "genes_found": int(projection.genes["found"].sum()),
        "genes": len(projection.genes),
    }


def put_shares(adata: AnnData, names: list[str]) -> None:
    """Put the usage shares into ``obs``, in place of those at another rank."""
    shares = pd.DataFrame(usage_shares(adata.obsm["X_nmf"]), index=adata.obs_names, columns=names)
    adata.obs = pd.concat([adata.obs.loc[:, ~adata.obs.columns.str.fullmatch(USAGE_COLUMN)], shares], axis=1)


def usage_columns(adata: AnnData) -> pd.DataFrame:
    """Usage shares of the samples, as ``add_result`` has put them into ``obs``: n_samples × rank."""
    return adata.obs.loc[:, adata.obs.columns.str.fullmatch(USAGE_COLUMN)]


def metadata_columns(adata: AnnData) -> pd.DataFrame:
    """Columns of ``obs`` that ``add_result`` has not put there."""
    return adata.obs.loc[:, ~adata.obs.columns.str.fullmatch(rf"{USAGE_COLUMN}|nmf_\w+")]
