"""Worker: cNMF's own steps on ``counts.h5ad`` in a folder, with its defaults. Knows nothing of nmfbio."""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
from cnmf import cNMF


def find_programs(folder: Path, rank: int, restarts: int, density_threshold: float) -> dict[str, np.ndarray]:
    """Spectra in TPM of all genes and usage shares, as cNMF writes them."""
    run = cNMF(output_dir=str(folder), name="cnmf")
    run.prepare(counts_fn=str(folder / "counts.h5ad"), components=[rank], n_iter=restarts, seed=0)
    run.factorize(worker_i=0, total_workers=1)
    run.combine()
    run.consensus(k=rank, density_threshold=density_threshold, show_clustering=False, build_ref=False)
    usages, _, spectra, _ = run.load_results(K=rank, density_threshold=density_threshold)
    return {"programs": spectra.to_numpy(np.float64).T, "usages": usages.to_numpy(np.float64)}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    folder = Path(sys.argv[1])
    found = find_programs(folder, **json.loads((folder / "settings.json").read_text()))
    np.savez(folder / "found.npz", **found)
