"""Checks before the work starts: what must stop the run, and what a reader should know."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse
from anndata import AnnData

from nmfbio.config_methods import METHODS
from nmfbio.config_ranks import largest_rank, refuse_large_ranks
from nmfbio.errors import InputError
from nmfbio.io.names import list_first, refuse_duplicates
from nmfbio.preprocessing.cost import describe_cost, estimate_cost, refuse_without_memory
from nmfbio.preprocessing.findings import Finding, find_all
from nmfbio.preprocessing.inputs import describe_input, list_findings
from nmfbio.preprocessing.values import (
    name_place,
    refuse_infinite,
    refuse_missing,
    refuse_negative,
    refuse_no_matrix,
    refuse_zeros,
)


@dataclass(frozen=True)
class Preflight:
    """What was found in a matrix that can be factorised.

    Parameters
    ----------
    findings
        Table with the columns matrix (as read, factorised), check, status (ok, note, warning), found, meaning, where.
    preprocess
        What preprocessing did: ``uns["preprocess"]`` of the matrix without its steps; empty if there was none.
    steps
        Table of the steps of preprocessing: step, genes_in, genes_out, samples_in, samples_out, values_changed.
    n_samples, n_genes
        Size of the matrix.
    kind
        What the values looked like as they were read: counts, whole numbers, linear, log or centred.
    rank_bound
        The largest rank that can be examined.
    """

    findings: pd.DataFrame
    preprocess: dict
    steps: pd.DataFrame
    n_samples: int
    n_genes: int
    kind: str
    rank_bound: int

    def warnings(self) -> list[str]:
        """Give the findings that are warnings as lines for a log."""
        rows = self.findings[self.findings["status"] == "warning"].itertuples()
        return [f"{row.check}: {row.found}, {row.meaning}" + (f": {row.where}" if row.where else "") for row in rows]

    def to_dict(self) -> dict:
        """Give everything as plain values, for JSON."""
        facts = {name: getattr(self, name) for name in ("n_samples", "n_genes", "kind", "rank_bound", "preprocess")}
        return {**facts, "findings": self.findings.to_dict("records"), "steps": self.steps.to_dict("records")}


def refuse_unusable(expression: AnnData, method: str = "kl") -> None:
    """Raise InputError if a matrix cannot be factorised by a method, whatever the rank.

    Parameters
    ----------
    expression
        Samples x genes, dense or sparse, after `preprocess`.
    method
        The factorisation method, since some cannot take every matrix.

    Raises
    ------
    InputError
        If there are missing, infinite or negative values, repeated ids, samples without any expression, values or a
        form of storage that the method cannot take, or not enough memory on this machine.
    """
    _refuse_values(expression, method)
    place = name_place(expression)
    refuse_duplicates(list(expression.obs_names), "sample", place, "Give each sample a name of its own.")
    refuse_duplicates(list(expression.var_names), "gene", place, "Keep one column of each gene.")
    _refuse_zero_samples(expression)
    _refuse_for_method(expression, method)
    refuse_without_memory(expression, estimate_cost(expression, [1], 1, method))


def check_expression(
    expression: AnnData, ranks: Iterable[int], method: str = "kl", restarts: int = 50, evidence: bool = True
) -> Preflight:
    """Check the matrix that is about to be factorised, thus after `preprocess`.

    Parameters
    ----------
    expression
        Samples x genes, dense or sparse. It is not modified.
    ranks
        The ranks to be examined.
    method
        The factorisation method, since some cannot take every matrix.
    restarts
        Restarts at each rank, for an estimate of the run's time.
    evidence
        Whether evidence on the rank is gathered beyond the restarts, for the same.

    Returns
    -------
    Preflight

    Raises
    ------
    InputError
        As `refuse_unusable`, and if ranks are too large for the matrix: a rank k needs at least k + 2 samples and
        k + 1 genes.

    Examples
    --------
    >>> expression = AnnData(np.array([[0.0, 2.0], [3.0, 1.0], [4.0, 5.0]], dtype=np.float32))
    >>> check_expression(expression, [1]).rank_bound
    1
    """
    refuse_unusable(expression, method)
    ranks = sorted(set(ranks))
    bound = largest_rank(*expression.shape)
    refuse_large_ranks(ranks, *expression.shape, name_place(expression))
    cost = estimate_cost(expression, ranks, restarts, method, evidence)
    refuse_without_memory(expression, cost)
    described = expression.uns.get("input") or describe_input(expression)
    found = [
        *find_all(expression),
        Finding("ranks", "ok", f"up to {bound:,} possible", "a rank k needs k + 2 samples and k + 1 genes"),
        Finding("cost", "ok", describe_cost(cost), "a rough estimate from the size of the matrix, all ranks together"),
    ]
    tables = {"as read": list_findings(described), "factorised": pd.DataFrame(found)}
    findings = pd.concat([table.assign(matrix=name) for name, table in tables.items()], ignore_index=True)
    findings.insert(0, "matrix", findings.pop("matrix"))
    record = dict(expression.uns.get("preprocess", {}))
    steps = pd.DataFrame(record.pop("steps", {}))
    return Preflight(findings, record, steps, expression.n_obs, expression.n_vars, described["kind"], bound)


def _refuse_values(expression: AnnData, method: str) -> None:
    """Refuse what is left after cures; missing values may be kept for the method that leaves them out of the fit."""
    refuse_no_matrix(expression)
    refuse_infinite(expression)
    if method != "weighted":
        refuse_missing(expression)
    refuse_negative(expression)


def _refuse_zero_samples(expression: AnnData) -> None:
    is_zero = np.asarray((expression.X != 0).sum(axis=1)).ravel() == 0
    if is_zero.any():
        names = expression.obs_names[is_zero]
        found = f"{len(names)} sample(s) with nothing but zeros: {list_first(names)}"
        raise InputError(name_place(expression), found, "some expression in each sample", "Leave these samples out.")


def _refuse_for_method(expression: AnnData, method: str) -> None:
    if scipy.sparse.issparse(expression.X) and not METHODS[method].sparse:
        able = ", ".join(name for name, other in METHODS.items() if other.sparse)
        cure = f"Choose one of these methods, which take sparse matrices: {able}."
        raise InputError(
            name_place(expression), "a sparse matrix", f"a dense one for `factorize.method: {method}`", cure
        )
    if METHODS[method].positive:
        refuse_zeros(expression, method)
