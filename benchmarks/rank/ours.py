"""nmfbio's side of the comparison, in one call."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix


def assess(
    expression: np.ndarray | csr_matrix,
    ranks: Sequence[int],
    method: str = "kl",
    restarts: int = 50,
    seed: int = 0,
    counts: np.ndarray | csr_matrix | None = None,
) -> tuple[pd.DataFrame, dict]:
    """Measures of every rank, and the verdict, as the workflow writes them to ``measures.tsv`` and ``verdict.json``.

    Parameters
    ----------
    expression
        n_samples × n_genes, the matrix that is factorised.
    ranks
        Numbers of metagenes to try; 1 is added where the measures need it.
    method, restarts, seed
        As in the section ``factorize`` of the config.
    counts
        n_samples × n_genes, the whole numbers that ``expression`` was made of; None where there are none.
    """
    from nmfbio.rank import assess_ranks

    measures, verdict = assess_ranks(expression, ranks, method=method, restarts=restarts, seed=seed, counts=counts)
    return measures, verdict.to_dict()
