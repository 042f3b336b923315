"""Worker: nmfbio on ``counts.h5ad`` in a folder, from preset to programs of all genes in the units of cNMF's."""

import json
import sys
from pathlib import Path

import anndata
import numpy as np
from scipy.sparse import csr_matrix

from nmfbio.config import Preprocess
from nmfbio.consensus import build_consensus, summarize_restarts
from nmfbio.factorization import factorize, fit_usages
from nmfbio.io import save_arrays
from nmfbio.preprocessing import preprocess


def find_programs(
    counts: anndata.AnnData, rank: int, restarts: int, method: str, solution: str
) -> dict[str, np.ndarray]:
    """Programs over all genes and usage shares.

    As cNMF does: usages of programs of sum 1 are made shares, and profiles in counts per million are fitted to them by
    non-negative least squares.
    """
    expression = preprocess(counts, Preprocess(preset="single_cell"))
    found = summarize_restarts(factorize(expression.X, rank, method, restarts, threads=1))
    consensus = build_consensus(expression.X, found, np.array(expression.obs_names), method, solution=solution)
    usages = consensus.usages * consensus.metagenes.sum(axis=1)
    shares = usages / usages.sum(axis=1, keepdims=True)
    kept = csr_matrix(counts[expression.obs_names].X, dtype=np.float64)
    per_million = csr_matrix(kept.multiply(1e6 / kept.sum(axis=1)))
    programs = fit_usages(csr_matrix(per_million.T), np.ascontiguousarray(shares.T), "frobenius").T
    whole = np.zeros((counts.n_obs, rank))
    whole[counts.obs_names.get_indexer(expression.obs_names)] = shares
    return {"programs": np.asarray(programs, np.float64), "usages": whole}


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    settings = json.loads((folder / "settings.json").read_text())
    counts = anndata.read_h5ad(folder / "counts.h5ad")
    save_arrays(folder / "found.npz", **find_programs(counts, **settings))
