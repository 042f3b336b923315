"""A map of the samples in two dimensions, in which those of like usages lie together (UMAP)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nmfbio.consensus import usage_shares
from nmfbio.errors import InputError

if TYPE_CHECKING:
    from anndata import AnnData

NEIGHBOURS = 15  # scanpy's default
FEWEST_SAMPLES = 5


def wants_umap(umap: str | bool, expression: AnnData) -> bool:
    """Whether a map is drawn: as asked, or by ``"auto"`` where the preset says that the samples are single cells.

    Parameters
    ----------
    umap
        ``"auto"``, True or False: the key ``figures.umap``.
    expression
        As ``preprocess`` gives it, with the preset in ``uns["preprocess"]``.

    Examples
    --------
    >>> from anndata import AnnData
    >>> wants_umap("auto", AnnData(np.ones((9, 2)), uns={"preprocess": {"preset": "single_cell"}}))
    True
    """
    if umap != "auto":
        return bool(umap)
    return expression.uns.get("preprocess", {}).get("preset") == "single_cell"


def embed_samples(usages: np.ndarray, seed: int = 0) -> np.ndarray:
    """Place samples by UMAP of their usage shares (McInnes et al. 2018), with scanpy's settings.

    Parameters
    ----------
    usages
        n_samples × rank, non-negative; at least 5 samples.
    seed
        Of the layout. The same seed gives the same places.

    Returns
    -------
    numpy.ndarray
        n_samples × 2, float32. Distances between far groups, and sizes of groups, mean nothing.

    Raises
    ------
    InputError
        There are fewer than 5 samples.

    Notes
    -----
    To import UMAP compiles code for some ten seconds.
    """
    if len(usages) < FEWEST_SAMPLES:
        found = f"{len(usages)} samples to place by UMAP"
        raise InputError("figures.umap", found, f"at least {FEWEST_SAMPLES}", "Set `figures.umap: false`.")
    import numba
    import scanpy
    from anndata import AnnData

    shares = usage_shares(usages)
    samples = AnnData(np.zeros((len(shares), 1), dtype=np.float32), obsm={"shares": shares})
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        neighbours = min(NEIGHBOURS, len(shares) - 1)
        scanpy.pp.neighbors(samples, n_neighbors=neighbours, use_rep="shares", random_state=seed)
        # Few samples have too few eigenvectors for the spectral start.
        start = "spectral" if len(shares) > 4 * NEIGHBOURS else "random"
        scanpy.tl.umap(samples, init_pos=start, random_state=seed)
    finally:
        numba.set_num_threads(before)
    return samples.obsm["X_umap"]


def add_umap(adata: AnnData, umap: str | bool = "auto", seed: int = 0) -> None:
    """Put the map into ``obsm["X_umap"]``, where one is wanted.

    Parameters
    ----------
    adata
        With usages in ``obsm["X_nmf"]``.
    umap
        As for ``wants_umap``.
    seed
        As for ``embed_samples``.
    """
    if wants_umap(umap, adata):
        adata.obsm["X_umap"] = embed_samples(adata.obsm["X_nmf"], seed)
