"""The preprocessed matrix with the result at the chosen rank, ready for scanpy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from nmfbio.consensus import Consensus
from nmfbio.signatures.extract import extract_signatures

if TYPE_CHECKING:
    from anndata import AnnData


def annotate_expression(
    expression: AnnData, consensuses: Sequence[Consensus], verdict: dict, scale: str = "max"
) -> AnnData:
    """Copy of the matrix with factors, clusters and signatures at the verdict's rank.

    Parameters
    ----------
    expression
        Samples × genes.
    consensuses
        One a rank.
    verdict
        Plain values of ``Verdict``. Where it names no rank, the lowest rank is shown, and ``uns["nmf"]`` tells.
    scale
        As given to ``extract_signatures``.

    Returns
    -------
    anndata.AnnData
        With ``obsm["X_nmf"]`` (usages), ``varm["metagenes"]``, ``obs["nmf_cluster"]``, ``obs["nmf_margin"]``,
        ``obs["nmf_agreement"]``, ``var["nmf_metagene"]``, ``var["nmf_score"]``, ``var["nmf_selected"]`` and
        ``uns["nmf"]`` (rank, whether the evidence chose it, verdict, why, objectives).
    """
    lowest = min(consensus.rank for consensus in consensuses)
    shown = lowest if verdict["rank"] is None else verdict["rank"]
    consensus = next(consensus for consensus in consensuses if consensus.rank == shown)
    signatures = extract_signatures(consensus, expression.obs_names, expression.var, scale)
    result = expression.copy()
    names = list(signatures.usages.columns)
    result.obsm["X_nmf"] = signatures.usages.to_numpy()
    result.varm["metagenes"] = signatures.metagenes.to_numpy()
    samples = signatures.samples.set_index("sample").loc[result.obs_names]
    genes = signatures.genes.set_index("gene").loc[result.var_names]
    result.obs["nmf_cluster"] = pd.Categorical(samples["cluster"], categories=names)
    result.obs["nmf_margin"] = samples["margin"].to_numpy()
    result.obs["nmf_agreement"] = samples["agreement"].to_numpy()
    result.var["nmf_metagene"] = pd.Categorical(genes["metagene"], categories=names)
    result.var["nmf_score"] = genes["score"].to_numpy()
    result.var["nmf_selected"] = genes["selected"].to_numpy()
    result.uns["nmf"] = {
        "rank": consensus.rank,
        "chosen": verdict["rank"] is not None,
        "verdict": verdict["status"],
        "why": verdict["why"],
        "restarts": len(consensus.objective),
        "best_objective": consensus.best_objective,
        "solution_objective": consensus.solution_objective,
        "explained_variance": consensus.explained_variance,
    }
    return result
