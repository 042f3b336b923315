"""From the consensus at one rank to the tables people use."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nmfbio.consensus import Consensus, gene_folds, to_unit_sum, usage_shares
from nmfbio.factorization.solver import Matrix
from nmfbio.signatures.gene_scores import contributions, kim_park_scores, regression_scores
from nmfbio.signatures.gene_selection import select_genes

# Fewer restarts than this share agreeing on a sample's call mark it as unsteady.
STEADY = 0.9


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
        One row a gene, under the metagene it weighs most in, best first: metagene, position, gene, description, z (of
        ``scores``, in this metagene), fold (``gene_folds``), contribution (the share of its
        weight there), kim_park, weight, stability (share of restarts with a fold of at least 1.5 in the matched
        metagene), selected.
    scores
        Genes × metagenes, ``regression_scores``.
    samples
        One row a sample: cluster, usage_share, second (the metagene of the next largest share, empty at rank 1),
        margin, agreement (share of restarts with this call), silhouette, consensus_cluster, scale_dependent,
        cluster_other_scale, unsteady (agreement below 0.9).
    programs
        One row a metagene, how surely it recurs over restarts: signature (its name), in_use (whether any gene has
        weight in it), silhouette (of the metagenes matched to it), share_of_restarts (that contain it, with a cosine of
        at least 0.8), mean_cosine, min_cosine.
    """

    metagenes: pd.DataFrame
    usages: pd.DataFrame
    genes: pd.DataFrame
    scores: pd.DataFrame
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
            ``metagenes``, ``usages``, ``genes``, ``scores``, ``samples``, ``programs``.
        """
        usages = self.usages.reindex([*self.usages.index, *left_out]).rename_axis("sample")
        samples = self.samples.set_index("sample").reindex(usages.index).reset_index() if left_out else self.samples
        kept = {name: getattr(self, name) for name in ("metagenes", "genes", "scores", "programs")}
        return {**kept, "usages": usages, "samples": samples}


def extract_signatures(
    expression: Matrix,
    consensus: Consensus,
    samples: pd.Index,
    genes: pd.DataFrame,
    scale: str = "max",
    selection: str = "fold",
    least_fold: float = 1.5,
    number: int = 50,
) -> Signatures:
    """Score and rank genes, and tell which sample belongs to which metagene.

    Parameters
    ----------
    expression
        n_samples × n_genes, the matrix that was factorised, dense or sparse.
    consensus
        Result of ``build_consensus``.
    samples
        (n_samples,) sample names.
    genes
        Indexed by gene, with a text column ``description``.
    scale
        ``"max"``: weights of a gene are compared on metagenes scaled to sum 1, so that no metagene is favoured;
        ``"none"``: on the metagenes as they are, as R's NMF does.
    selection, least_fold, number
        Which genes are in a signature, see ``select_genes``.

    Returns
    -------
    Signatures

    Raises
    ------
    ValueError
        The selection has another name.
    """
    names = np.array([f"metagene_{number}" for number in range(1, consensus.rank + 1)])
    index = genes.index.rename("gene")
    compared = consensus.metagenes if scale == "none" else to_unit_sum(consensus.metagenes)
    scores, folds = regression_scores(expression, consensus.usages), gene_folds(compared, consensus.log_unit)
    selected = select_genes(compared, scores, folds, selection, least_fold, number)
    return Signatures(
        metagenes=pd.DataFrame(consensus.metagenes.T, index=index, columns=names),
        usages=pd.DataFrame(consensus.usages, index=samples.rename("sample"), columns=names),
        genes=rank_genes(consensus, compared, scores, folds, selected, genes),
        scores=pd.DataFrame(scores.T, index=index, columns=names),
        samples=describe_samples(consensus, samples, names, scale),
        programs=describe_programs(consensus, names),
    )


def rank_genes(
    consensus: Consensus,
    compared: np.ndarray,
    scores: np.ndarray,
    folds: np.ndarray,
    selected: np.ndarray,
    genes: pd.DataFrame,
) -> pd.DataFrame:
    """Tidy table of all genes, ordered by metagene, then selected genes first, then falling score and weight.

    Empty metagenes have no part in the scores.
    """
    metagene, every = compared.argmax(axis=0), np.arange(len(genes))
    in_use = compared[compared.any(axis=1)]
    table = pd.DataFrame(
        {
            "metagene": [f"metagene_{number}" for number in metagene + 1],
            "gene": genes.index.to_numpy(),
            "description": genes["description"].to_numpy(),
            "z": scores[metagene, every],
            "fold": folds[metagene, every],
            "contribution": contributions(compared)[metagene, every],
            "kim_park": kim_park_scores(in_use),
            "weight": consensus.metagenes[metagene, every],
            "stability": consensus.gene_recurrence[metagene, every],
            "selected": selected,
        }
    )
    falling = table["z"].fillna(-np.inf)
    table = table.iloc[np.lexsort((-table["weight"], -falling, ~selected, metagene))].reset_index(drop=True)
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
            "unsteady": consensus.agreement < STEADY,
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
