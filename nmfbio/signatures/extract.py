"""From the consensus at one rank to the tables people use."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nmfbio.consensus import Consensus, usage_shares
from nmfbio.signatures.gene_scores import kim_park_scores, select_genes


@dataclass(frozen=True)
class Signatures:
    """Tables at one rank.

    Attributes
    ----------
    metagenes
        Genes × metagenes, scaled.
    usages
        Samples × metagenes, scaled.
    genes
        One row a gene, under the metagene it weighs most in: metagene, position, gene, description, score, weight,
        selected.
    samples
        One row a sample: cluster, usage_share, second (the metagene of the next largest share, empty at rank 1),
        margin, agreement, silhouette, consensus_cluster, scale_dependent, cluster_other_scale.
    programs
        One row a metagene, how surely it recurs over restarts: signature (its name), in_use (whether any gene has
        weight in it), silhouette (of the metagenes matched to it), share_of_restarts (that contain it, with a cosine of
        at least 0.8), mean_cosine, min_cosine.
    """

    metagenes: pd.DataFrame
    usages: pd.DataFrame
    genes: pd.DataFrame
    samples: pd.DataFrame
    programs: pd.DataFrame

    def tables(self, left_out: Sequence[str] = ()) -> dict[str, pd.DataFrame]:
        """Give all tables by name, as they are written.

        Parameters
        ----------
        left_out
            Samples that could not be factorised: they stand at the end of ``usages`` and ``samples``, without values.

        Returns
        -------
        dict
            ``metagenes``, ``usages``, ``genes``, ``samples``, ``programs``.
        """
        usages = self.usages.reindex([*self.usages.index, *left_out]).rename_axis("sample")
        samples = self.samples.set_index("sample").reindex(usages.index).reset_index() if left_out else self.samples
        kept = {name: getattr(self, name) for name in ("metagenes", "genes", "programs")}
        return {**kept, "usages": usages, "samples": samples}


def extract_signatures(consensus: Consensus, samples: pd.Index, genes: pd.DataFrame, scale: str = "max") -> Signatures:
    """Score and rank genes, and tell which sample belongs to which metagene.

    Parameters
    ----------
    consensus
        Result of ``build_consensus``.
    samples
        (n_samples,) sample names.
    genes
        Indexed by gene, with a text column ``description``.
    scale
        ``"max"``: genes are scored on metagenes scaled to sum 1, so that no metagene is favoured; ``"none"``: on the
        metagenes as they are, as R's NMF does.

    Returns
    -------
    Signatures
    """
    names = np.array([f"metagene_{number}" for number in range(1, consensus.rank + 1)])
    return Signatures(
        metagenes=pd.DataFrame(consensus.metagenes.T, index=genes.index.rename("gene"), columns=names),
        usages=pd.DataFrame(consensus.usages, index=samples.rename("sample"), columns=names),
        genes=rank_genes(consensus.metagenes, genes, names, scale),
        samples=describe_samples(consensus, samples, names, scale),
        programs=describe_programs(consensus, names),
    )


def rank_genes(metagenes: np.ndarray, genes: pd.DataFrame, names: np.ndarray, scale: str) -> pd.DataFrame:
    """Tidy table of all genes, ordered by metagene, then selected genes first, then falling score and weight.

    Empty metagenes have no part in scores and thresholds.
    """
    scored = metagenes if scale == "none" else metagenes / np.maximum(metagenes.sum(axis=1, keepdims=True), 1e-300)
    in_use = scored[scored.any(axis=1)]
    scores = kim_park_scores(in_use)
    metagene = scored.argmax(axis=0)
    table = pd.DataFrame(
        {
            "metagene": names[metagene],
            "gene": genes.index.to_numpy(),
            "description": genes["description"].to_numpy(),
            "score": scores,
            "weight": metagenes[metagene, np.arange(len(genes))],
            "selected": select_genes(in_use, scores),
        }
    )
    order = np.lexsort((-table["weight"], -table["score"].fillna(0), ~table["selected"], metagene))
    table = table.iloc[order].reset_index(drop=True)
    table.insert(1, "position", table.groupby("metagene", sort=False).cumcount() + 1)
    return table


def describe_samples(consensus: Consensus, samples: pd.Index, names: np.ndarray, scale: str) -> pd.DataFrame:
    """Membership of every sample, how clear it is, and whether it depends on the scale of the metagenes."""
    shares = usage_shares(consensus.usages)
    order = np.argsort(-shares, axis=1, kind="stable")
    ordered = np.take_along_axis(shares, order, axis=1)
    has_second = consensus.rank > 1
    own, other = (consensus.calls_max, consensus.calls_none)[:: 1 if scale == "max" else -1]
    depends = own != other
    # The solution may agree with the best restart's call under the other scale: then its own is the one that differs.
    other = np.where(depends & (other == consensus.calls), own, other)
    return pd.DataFrame(
        {
            "sample": samples.to_numpy(),
            "cluster": names[consensus.calls],
            "usage_share": ordered[:, 0],
            "second": names[order[:, 1]] if has_second else "",
            "margin": ordered[:, 0] - (ordered[:, 1] if has_second else 0.0),
            "agreement": consensus.agreement,
            "silhouette": consensus.silhouette,
            "consensus_cluster": names[consensus.clusters],
            "scale_dependent": depends,
            "cluster_other_scale": names[other],
        }
    )


def describe_programs(consensus: Consensus, names: np.ndarray) -> pd.DataFrame:
    """How surely every metagene recurs over restarts; an empty one is marked, and has no silhouette."""
    return pd.DataFrame(
        {
            "signature": names,
            "in_use": consensus.metagenes.any(axis=1),
            "silhouette": consensus.program_silhouette,
            "share_of_restarts": consensus.program_restarts,
            "mean_cosine": consensus.program_cosine_mean,
            "min_cosine": consensus.program_cosine_min,
        }
    )
