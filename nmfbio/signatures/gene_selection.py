"""Which genes make up a signature: rules that are given every gene's weights and scores."""

import numpy as np

from nmfbio.signatures.gene_scores import kim_park_scores

SELECTIONS = ("fold", "kim_park", "carmona_saez", "top")
# Median absolute deviation of a normal distribution times this is its standard deviation, as R's ``mad`` has it.
NORMAL_MAD = 1.4826


def select_genes(
    metagenes: np.ndarray,
    scores: np.ndarray,
    folds: np.ndarray,
    selection: str = "fold",
    least_fold: float = 1.5,
    number: int = 50,
) -> np.ndarray:
    """Genes of the signature of the metagene that they weigh most in.

    Parameters
    ----------
    metagenes
        rank × n_genes, as compared with one another: shares of their sums, or as they are.
    scores, folds
        rank × n_genes, of ``regression_scores`` and ``fold_over_next``.
    selection
        ``"fold"``: genes that weigh at least ``least_fold`` times as much as in any other metagene; ``"top"``: of each
        metagene the ``number`` genes with the highest scores, none below 0; ``"kim_park"`` and ``"carmona_saez"``: the
        published rules.
    least_fold, number
        Of ``"fold"`` and ``"top"``.

    Returns
    -------
    numpy.ndarray
        (n_genes,) booleans; none is selected where one metagene alone is in use.

    Raises
    ------
    ValueError
        The selection has another name.
    """
    if selection not in SELECTIONS:
        raise ValueError(f"selection is {selection!r}; expected one of {', '.join(SELECTIONS)}")
    in_use = metagenes.any(axis=1)
    if in_use.sum() < 2:
        return np.zeros(metagenes.shape[1], dtype=bool)
    if selection == "kim_park":
        return select_kim_park(metagenes[in_use])
    if selection == "carmona_saez":
        return select_carmona_saez(metagenes[in_use])
    if selection == "top":
        return select_top(metagenes, scores, number)
    return folds.max(axis=0) >= least_fold


def select_kim_park(metagenes: np.ndarray) -> np.ndarray:
    """Genes whose score exceeds the median of all by three deviations, and whose largest weight the median of all.

    Deviations are median absolute ones, made consistent with the normal distribution (Kim & Park 2007, as R's NMF).
    """
    scores = kim_park_scores(metagenes)
    middle = np.median(scores)
    spread = NORMAL_MAD * np.median(np.abs(scores - middle))
    return (scores > middle + 3 * spread) & (metagenes.max(axis=0) > np.median(metagenes))


def select_carmona_saez(metagenes: np.ndarray) -> np.ndarray:
    """Of each metagene the genes of the largest weights, as long as none of them weighs more in another one.

    Carmona-Saez et al. 2006, BMC Bioinformatics 7:78.
    """
    strongest = metagenes.argmax(axis=0)
    selected = np.zeros(metagenes.shape[1], dtype=bool)
    for number, weights in enumerate(metagenes):
        order = np.argsort(-weights, kind="stable")
        selected[order[np.logical_and.accumulate((strongest == number)[order])]] = True
    return selected


def select_top(metagenes: np.ndarray, scores: np.ndarray, number: int) -> np.ndarray:
    """Of each metagene the genes of the highest scores among those that weigh most in it, none below 0."""
    strongest = metagenes.argmax(axis=0)
    own = np.nan_to_num(scores[strongest, np.arange(len(strongest))], nan=-1.0)
    selected = np.zeros(len(strongest), dtype=bool)
    for metagene in range(len(metagenes)):
        candidates = np.flatnonzero((strongest == metagene) & (own > 0))
        selected[candidates[np.argsort(-own[candidates], kind="stable")[:number]]] = True
    return selected
