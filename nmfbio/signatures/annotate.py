"""The preprocessed matrix with the result at the chosen rank, ready for scanpy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from nmfbio.consensus import Consensus
from nmfbio.signatures.extract import Signatures

if TYPE_CHECKING:
    from anndata import AnnData


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
        With ``obsm["X_nmf"]`` (usages), ``varm["metagenes"]``, ``varm["nmf_z"]`` (score of every gene in every
        metagene), ``obs["nmf_cluster"]``, ``obs["nmf_usage_share"]``, ``obs["nmf_margin"]``, ``obs["nmf_agreement"]``,
        ``var["nmf_metagene"]``, ``var["nmf_z"]``, ``var["nmf_fold"]``, ``var["nmf_stability"]``,
        ``var["nmf_selected"]`` and ``uns["nmf"]`` (rank, whether the evidence chose it, verdict, why, objectives).
    """
    result = expression.copy()
    names = list(signatures.usages.columns)
    result.obsm["X_nmf"] = signatures.usages.to_numpy()
    result.varm["metagenes"] = signatures.metagenes.to_numpy()
    result.varm["nmf_z"] = signatures.scores.to_numpy()
    samples = signatures.samples.set_index("sample").loc[result.obs_names]
    genes = signatures.genes.set_index("gene").loc[result.var_names]
    result.obs["nmf_cluster"] = pd.Categorical(samples["cluster"], categories=names)
    for name in ("usage_share", "margin", "agreement"):
        result.obs[f"nmf_{name}"] = samples[name].to_numpy()
    result.var["nmf_metagene"] = pd.Categorical(genes["metagene"], categories=names)
    for name in ("z", "fold", "stability", "selected"):
        result.var[f"nmf_{name}"] = genes[name].to_numpy()
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
