"""The figures at one rank with the table behind each, by file name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import scipy.sparse
from matplotlib.figure import Figure

from nmfbio.consensus import Consensus
from nmfbio.errors import InputError
from nmfbio.plots.consensus import draw_consensus
from nmfbio.plots.metagenes import draw_metagenes
from nmfbio.plots.umap import draw_umap
from nmfbio.plots.usages import draw_usages, usage_shares
from nmfbio.signatures import Signatures, metadata_columns, usage_columns

if TYPE_CHECKING:
    from anndata import AnnData

Drawings = dict[str, tuple[Figure, pd.DataFrame]]

# Metadata columns drawn when none are named: fewer values say nothing, more cannot be told apart by colour.
FEWEST_VALUES, MOST_VALUES = 2, 12


def draw_rank_figures(
    expression: np.ndarray | scipy.sparse.csr_matrix,
    metadata: pd.DataFrame,
    consensus: Consensus,
    signatures: Signatures,
    top_genes: int = 10,
    annotations: list[str] | None = None,
) -> Drawings:
    """Draw the figures at one rank.

    Parameters
    ----------
    expression
        Samples × genes, the matrix that was factorised, dense or sparse.
    metadata
        One row a sample of ``expression``, in its order.
    consensus
        Result of ``build_consensus``.
    signatures
        Result of ``extract_signatures``.
    top_genes
        Genes drawn for each metagene.
    annotations
        Metadata columns drawn beside the samples; by default those with 2 to 12 different values.

    Returns
    -------
    dict
        Figure and table for ``consensus_k{rank}``, ``usages_k{rank}`` and ``metagenes_k{rank}``, of the samples
        that the consensus names as drawn.
    """
    rank, n_samples = consensus.rank, len(signatures.usages)
    names = signatures.usages.index[consensus.drawn]
    beside = choose_annotations(metadata, annotations).iloc[consensus.drawn]
    by_sample = signatures.samples.set_index("sample").loc[names]
    together = pd.DataFrame(consensus.consensus, index=names, columns=names.rename(None))
    shares = usage_shares(signatures.usages.loc[names])
    shown = signatures.genes[signatures.genes["position"] <= top_genes]
    weights = signatures.metagenes.loc[shown["gene"]]
    of_shown = expression[:, signatures.metagenes.index.get_indexer(shown["gene"])][consensus.drawn]
    of_shown = of_shown.toarray() if scipy.sparse.issparse(of_shown) else of_shown
    values = pd.DataFrame(of_shown.T, index=weights.index, columns=names)
    return {
        f"consensus_k{rank}": (
            draw_consensus(together, consensus.linkage, by_sample["consensus_cluster"], beside, n_samples),
            together,
        ),
        f"usages_k{rank}": (draw_usages(shares, by_sample["cluster"], beside, n_samples), shares),
        f"metagenes_k{rank}": (
            draw_metagenes(weights, shown, values, by_sample["cluster"], beside, n_samples),
            weights.join(values),
        ),
    }


def draw_umap_figures(adata: AnnData, annotations: list[str] | None = None) -> Drawings:
    """Draw the map of the samples that the annotated matrix holds.

    Parameters
    ----------
    adata
        With the result at a rank, see ``add_result``, and places of the samples in ``obsm["X_umap"]``.
    annotations
        As for ``draw_rank_figures``.

    Returns
    -------
    dict
        Figure and table for ``umap``.
    """
    places = pd.DataFrame(adata.obsm["X_umap"], index=adata.obs_names, columns=["umap_1", "umap_2"])
    shares, clusters = usage_columns(adata), adata.obs["nmf_cluster"].astype(str)
    beside = choose_annotations(metadata_columns(adata), annotations)
    table = places.join(clusters.rename("cluster")).join(shares).join(beside, rsuffix=" (metadata)")
    return {"umap": (draw_umap(places, shares, clusters, beside), table.rename_axis("sample"))}


def choose_annotations(metadata: pd.DataFrame, names: list[str] | None) -> pd.DataFrame:
    """Metadata columns to draw beside samples: those named, or all with few enough different values.

    Raises
    ------
    InputError
        A named column is not in the metadata.
    """
    if names is None:
        return metadata.loc[:, metadata.nunique().between(FEWEST_VALUES, MOST_VALUES)]
    missing = [name for name in names if name not in metadata]
    if missing:
        raise InputError(
            "config key 'figures.annotations'",
            ", ".join(map(repr, missing)),
            f"columns of the metadata: {', '.join(metadata) or 'there are none'}",
            "Correct the names or give the data set a metadata table.",
        )
    return metadata[names]
