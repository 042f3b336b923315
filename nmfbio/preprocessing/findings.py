"""What there is to say about a matrix that is about to be factorised: one small function a finding."""

from hashlib import blake2b
from typing import NamedTuple

import numpy as np
import pandas as pd
import scipy.sparse
from anndata import AnnData

from nmfbio.io.names import list_first
from nmfbio.preprocessing.matrix import Matrix, format_value, stored_values

SAFE_RANGE = (1e-30, 1e30)  # squares of values outside leave the range of float32


class Finding(NamedTuple):
    """One line of the preflight table; `status` is ok, note or warning."""

    check: str
    status: str
    found: str
    meaning: str
    where: str = ""


def find_all(expression: AnnData) -> list[Finding]:
    """Collect the findings on a matrix that has passed the checks, in the order a reader wants them."""
    checks = (
        _size, _values, _left_out, _zero_samples, _zero_genes, _constant_genes, _dominant_genes,
        _identical_samples, _precision,
    )  # fmt: skip
    found = [finding for check in checks if (finding := check(expression)) is not None]
    return [*_preprocessing(expression), *found]


def _preprocessing(expression: AnnData) -> list[Finding]:
    """The preset, and what each of its steps did."""
    record = expression.uns.get("preprocess")
    if record is None:
        return []
    chosen = f"{record['preset']}, chosen by auto" if record["asked"] == "auto" else record["preset"]
    steps = pd.DataFrame(record["steps"])
    return [Finding("preset", "ok", chosen, record["why"]), *(_step(step) for step in steps.itertuples())]


def _step(step: tuple) -> Finding:
    samples = _arrow(step.samples_in, step.samples_out)
    genes = _arrow(step.genes_in, step.genes_out)
    changed = f", {step.values_changed:,} values changed" if step.values_changed else ""
    return Finding("step", "ok", f"{samples} samples, {genes} genes{changed}", step.step)


def _arrow(before: int, after: int) -> str:
    return f"{after:,}" if before == after else f"{before:,} → {after:,}"


def _size(expression: AnnData) -> Finding:
    return Finding("size", "ok", f"{expression.n_obs:,} samples, {expression.n_vars:,} genes", "what is factorised")


def _values(expression: AnnData) -> Finding:
    stored, size = stored_values(expression.X), np.prod(expression.shape)
    finite = stored[np.isfinite(stored)]
    lowest = 0.0 if stored.size < size else finite.min()
    zeros = 1 - np.count_nonzero(stored) / size
    meaning = f"{100 * zeros:.1f} % of them exactly 0"
    return Finding("values", "ok", f"from {format_value(lowest)} to {format_value(finite.max())}", meaning)


def _left_out(expression: AnnData) -> Finding | None:
    meaning = "dropped: below the thresholds for samples in `preprocess`"
    return _dropped(expression, "dropped_samples_filter", "filtered samples", "note", meaning)


def _zero_samples(expression: AnnData) -> Finding | None:
    meaning = "dropped: 0 for every gene that is factorised; the tables of samples list them without values"
    return _dropped(expression, "dropped_samples_zero", "all-zero samples", "warning", meaning)


def _zero_genes(expression: AnnData) -> Finding | None:
    meaning = "dropped: 0 in every sample that is factorised"
    return _dropped(expression, "dropped_zero_genes", "all-zero genes", "note", meaning)


def _dropped(expression: AnnData, record: str, check: str, status: str, meaning: str) -> Finding | None:
    """Tell of the names that the record of preprocessing holds, if it holds any."""
    names = list(expression.uns.get("preprocess", {}).get(record, []))
    if not names:
        return None
    return Finding(check, status, f"{len(names):,} {check.split()[-1]}", meaning, list_first(names))


def _constant_genes(expression: AnnData) -> Finding | None:
    lowest, highest = (_flat(expression.X.min(axis=0)), _flat(expression.X.max(axis=0)))
    names = expression.var_names[lowest == highest]
    if len(names) == 0:
        return None
    meaning = "kept: the same value in every sample, so they tell no samples apart"
    return Finding("constant genes", "note", f"{len(names):,} genes", meaning, list_first(names))


def _dominant_genes(expression: AnnData) -> Finding | None:
    values = expression.X
    sums = _flat(values.sum(axis=0, dtype=np.float64) if scipy.sparse.issparse(values) else np.nansum(values, axis=0))
    share = sums.max() / sums.sum()
    if share <= 0.5:
        return None
    name = expression.var_names[int(sums.argmax())]
    meaning = "one gene outweighs all others together and will shape the metagenes"
    return Finding("dominant gene", "warning", f"{100 * share:.0f} % of the total", meaning, list_first([name]))


def _identical_samples(expression: AnnData) -> Finding | None:
    digests = [_digest_of_row(expression.X, i) for i in range(expression.n_obs)]
    names = expression.obs_names[pd.Series(digests).duplicated(keep=False).to_numpy()]
    if len(names) == 0:
        return None
    meaning = "samples with the same values for every gene: were they copied?"
    return Finding("identical samples", "warning", f"{len(names):,} samples", meaning, list_first(names))


def _digest_of_row(values: Matrix, i: int) -> bytes:
    if not scipy.sparse.issparse(values):
        return blake2b(values[i].tobytes(), digest_size=16).digest()
    part = slice(values.indptr[i], values.indptr[i + 1])
    return blake2b(values.indices[part].tobytes() + values.data[part].tobytes(), digest_size=16).digest()


def _precision(expression: AnnData) -> Finding | None:
    highest = np.nanmax(stored_values(expression.X))
    if SAFE_RANGE[0] < highest < SAFE_RANGE[1]:
        return None
    meaning = "beyond what float32 factors can hold: multiply or divide the matrix by a constant"
    return Finding("precision", "warning", f"largest value {highest:.3g}", meaning)


def _flat(values: np.ndarray | scipy.sparse.spmatrix) -> np.ndarray:
    return (values.toarray() if scipy.sparse.issparse(values) else np.asarray(values)).ravel()
