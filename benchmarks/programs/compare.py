"""How near programs that were found are to the true ones."""

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from benchmarks.programs.simulate import Cells


def compare_programs(cells: Cells, programs: np.ndarray, usages: np.ndarray) -> pd.DataFrame:
    """Match programs one to one to the true ones, by the sum of cosines of their profiles, and tell how near each is.

    Parameters
    ----------
    cells
        The truth.
    programs
        k × n_genes, profiles over the genes of ``cells.counts``; their scale does not matter.
    usages
        n_cells × k, shares.

    Returns
    -------
    pandas.DataFrame
        One row a true program, the activity program last: ``profile``, cosine of the profiles; ``scaled``, the same
        with each gene divided by its standard deviation in counts per million, so that it is not the highly expressed
        genes alone that count; ``usage``, Pearson correlation of the usages over cells. A program that has no partner
        is 0 in all.
    """
    deviation = gene_deviations(cells)
    profile = cosines(cells.programs, programs)
    scaled = cosines(cells.programs / deviation, programs / deviation)
    truth, found = linear_sum_assignment(-scaled)
    nearness = pd.DataFrame(0.0, index=range(len(cells.programs)), columns=["profile", "scaled", "usage"])
    nearness.loc[truth, "profile"] = profile[truth, found]
    nearness.loc[truth, "scaled"] = scaled[truth, found]
    nearness.loc[truth, "usage"] = [
        correlate(cells.usages[:, one], usages[:, other]) for one, other in zip(truth, found, strict=True)
    ]
    return nearness


def gene_deviations(cells: Cells) -> np.ndarray:
    """Standard deviation of each gene's counts per million, (n_genes,)."""
    totals = np.asarray(cells.counts.sum(axis=1)).ravel()
    return (cells.counts.toarray() / totals[:, None] * 1e6).std(axis=0)


def cosines(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Cosine of each row with each other row; that of a row of zeros is 0."""
    unit = [each / np.maximum(np.linalg.norm(each, axis=1, keepdims=True), 1e-300) for each in (rows, others)]
    return unit[0] @ unit[1].T


def correlate(first: np.ndarray, second: np.ndarray) -> float:
    """Pearson correlation; 0 where one is constant."""
    return float(np.corrcoef(first, second)[0, 1]) if np.ptp(first) > 0 and np.ptp(second) > 0 else 0.0
