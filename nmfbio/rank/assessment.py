"""The whole way from a matrix to a verdict on the rank, in one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from nmfbio.consensus import build_consensus, summarize_restarts
from nmfbio.factorization import factorize
from nmfbio.factorization.solver import Matrix
from nmfbio.rank.basis import prepare_evidence
from nmfbio.rank.evidence import gather_evidence
from nmfbio.rank.measures import collect_measures
from nmfbio.rank.verdict import Verdict, choose_rank


def assess_ranks(
    expression: Matrix,
    ranks: Sequence[int],
    method: str = "kl",
    restarts: int = 50,
    seed: int = 0,
    counts: Matrix | None = None,
    rule: str = "finest_reproducible",
    scale: str = "max",
    options: Mapping[str, object] | None = None,
    threads: int | None = None,
    on_rank: Callable[[], None] | None = None,
) -> tuple[pd.DataFrame, Verdict]:
    """Survey ranks and give the verdict on them, as the workflow does.

    Parameters
    ----------
    expression
        n_samples × n_genes, non-negative, dense or CSR.
    ranks
        Ranks to survey. Evidence is gathered at rank 1 too, which stands for no structure.
    method, restarts, seed, threads
        As for `factorize`.
    counts
        The counts that the matrix was made of, same shape; None if there are none.
    rule
        As for `choose_rank`.
    scale
        Of the metagenes before samples are called, as for `build_consensus`.
    options
        Options of the method, but no matrix of weights: evidence is gathered from parts of the data.
    on_rank
        Called after each rank.

    Returns
    -------
    tuple of pandas.DataFrame and Verdict
        The table of ``collect_measures``, and what ``choose_rank`` makes of it.

    Examples
    --------
    >>> expression = np.random.default_rng(0).random((30, 50))
    >>> measures, verdict = assess_ranks(expression, [2, 3], restarts=5)
    >>> verdict.status
    'none'
    """
    options = dict(options or {})
    names = np.array([f"{number:09d}" for number in range(expression.shape[0])])
    basis = prepare_evidence(expression, counts, seed)
    consensuses, evidence = [], []
    for rank in sorted({1, *ranks}):
        evidence.append(gather_evidence(expression, rank, basis, method, scale, options, seed, threads))
        if rank in ranks:
            found = factorize(expression, rank, method, restarts, seed=seed, threads=threads, **options)
            summary = summarize_restarts(found)
            consensuses.append(build_consensus(expression, summary, names, method, scale, options=options))
        if on_rank is not None:
            on_rank()
    measures = collect_measures(consensuses, evidence, basis)
    return measures, choose_rank(measures, rule)
