"""Scores of every gene that was counted, whether it was factorised or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nmfbio.preprocessing import scale_every_gene
from nmfbio.signatures.gene_scores import regression_scores

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from anndata import AnnData


def score_every_gene(expression: AnnData, usages: np.ndarray, scores: pd.DataFrame) -> pd.DataFrame:
    """Score all genes of a matrix, also those that preprocessing has left out of the fit.

    The score of a gene needs the usages of the samples and its own values, and no weight in a metagene. So a marker
    that is not among the most variable genes can be looked up too.

    Parameters
    ----------
    expression
        Result of `preprocess`, with all genes in `raw`.
    usages
        n_samples × rank, on the scale that samples are called on.
    scores
        Genes × metagenes, `regression_scores` of the genes that were factorised.

    Returns
    -------
    pandas.DataFrame
        One row a gene, in the order of the input: `description`, `fitted` (whether it was factorised), and its z in
        every metagene. 0 for genes of a single value.

    Examples
    --------
    >>> from nmfbio.config import Preprocess
    >>> from nmfbio.preprocessing import preprocess
    >>> counts = AnnData(np.random.default_rng(0).poisson(2.0, (50, 300)).astype("float32"))
    >>> chosen = preprocess(counts, Preprocess(preset="single_cell", top_genes=100))
    >>> usages = np.eye(2)[np.arange(50) % 2]
    >>> scores = pd.DataFrame(regression_scores(chosen.X, usages).T, index=chosen.var_names, columns=["one", "two"])
    >>> score_every_gene(chosen, usages, scores)["fitted"].value_counts().to_dict()
    {False: 200, True: 100}
    """
    counted = (expression if expression.raw is None else expression.raw).var
    table = scores.reindex(counted.index.rename("gene"))
    table.insert(0, "fitted", table.index.isin(scores.index))
    table.insert(0, "description", counted.get("description", ""))
    others = table.index[~table["fitted"]]
    if len(others):
        every = scale_every_gene(expression)
        found = others.intersection(every.var_names)
        values = regression_scores(every[:, found].X, usages).T
        table.loc[others, scores.columns] = 0.0 * scores.iloc[0].to_numpy()  # NaN stays that of empty metagenes
        table.loc[found, scores.columns] = values
    return table
