"""How specific a gene is to one metagene (Kim & Park 2007, Bioinformatics 23:1495)."""

import numpy as np

# Median absolute deviation of a normal distribution times this is its standard deviation, as R's ``mad`` has it.
NORMAL_MAD = 1.4826


def kim_park_scores(metagenes: np.ndarray) -> np.ndarray:
    """Specificity of every gene, S = 1 + Σ_q p(q) log p(q) / log k with p(q) its share in metagene q.

    Parameters
    ----------
    metagenes
        rank × n_genes, non-negative. Their scale matters: unscaled metagenes favour the strongest one.

    Returns
    -------
    numpy.ndarray
        (n_genes,) from 0 (equal in all metagenes, or in none) to 1 (in one only); NaN for rank 1.

    Examples
    --------
    >>> kim_park_scores(np.array([[1.0, 2.0, 0.0], [1.0, 0.0, 0.0]]))
    array([0., 1., 0.])
    """
    rank, n_genes = metagenes.shape
    if rank == 1:
        return np.full(n_genes, np.nan)
    totals = metagenes.sum(axis=0)
    shares = np.where(totals > 0, metagenes / np.where(totals > 0, totals, 1), 1 / rank)
    logs = np.log2(np.where(shares > 0, shares, 1))
    return np.clip(1 + (shares * logs).sum(axis=0) / np.log2(rank), 0, 1)


def select_genes(metagenes: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Genes that characterise a metagene, by Kim & Park's rule.

    A gene is selected when its score exceeds the median plus three (normal-consistent) median absolute deviations of
    all scores, and its largest loading exceeds the median of all loadings.

    Parameters
    ----------
    metagenes
        rank × n_genes, as scored.
    scores
        (n_genes,) of ``kim_park_scores``.

    Returns
    -------
    numpy.ndarray
        (n_genes,) booleans; none is selected at rank 1.
    """
    if len(metagenes) == 1:
        return np.zeros(metagenes.shape[1], dtype=bool)
    middle = np.median(scores)
    spread = NORMAL_MAD * np.median(np.abs(scores - middle))
    return (scores > middle + 3 * spread) & (metagenes.max(axis=0) > np.median(metagenes))
