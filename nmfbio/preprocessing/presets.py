"""The presets: which steps are applied to a matrix, and the record of what each did."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse
from anndata import AnnData

from nmfbio.errors import InputError
from nmfbio.preprocessing.steps import has_difference, has_fold_change, lower_to_ceiling, raise_to_floor
from nmfbio.preprocessing.values import refuse_missing_and_infinite

if TYPE_CHECKING:
    from nmfbio.config import Preprocess


class _Recorder:
    """Applies steps to one AnnData and notes the genes before and after, and how many values changed."""

    def __init__(self, expression: AnnData):
        self.expression = expression
        self.steps: list[tuple[str, int, int, int]] = []

    def change(self, name: str, values: np.ndarray) -> None:
        n_changed = int(np.count_nonzero(values != self.expression.X))
        self.expression.X = values
        self.steps.append((name, self.expression.n_vars, self.expression.n_vars, n_changed))

    def keep(self, name: str, kept: np.ndarray) -> None:
        n_before = self.expression.n_vars
        if not kept.all():
            self.expression = self.expression[:, kept].copy()
        self.steps.append((name, n_before, self.expression.n_vars, 0))


def preprocess(expression: AnnData, settings: Preprocess) -> AnnData:
    """Apply a preset to a matrix.

    Genes that are zero in every sample are dropped after either preset: no factorisation can say anything of them.

    Parameters
    ----------
    expression
        Samples x genes, dense or sparse. It is not modified. `brunet` accepts negative values and raises them to the
        floor; `none` leaves them to `check_expression`.
    settings
        The `preprocess` section of the config.

    Returns
    -------
    AnnData
        A copy with the genes that are kept, `X` float32 (C-contiguous or CSR). `uns["preprocess"]` holds the preset,
        the settings it used, the ids of dropped all-zero genes, and `steps`: arrays `step`, `genes_in`, `genes_out`,
        `samples_in`, `samples_out` and `values_changed` with one entry a step.

    Raises
    ------
    InputError
        If a value is missing or infinite, or no gene is left.

    Examples
    --------
    >>> preprocess(expression, Preprocess(preset="brunet")).uns["preprocess"]["steps"]["genes_out"]  # doctest: +SKIP
    array([5000, 5000, 4309, 2302, 2302])
    """
    refuse_missing_and_infinite(expression)
    copy = _copy_as_float32(expression)
    refuse_missing_and_infinite(copy)  # again: a float64 value may not fit float32
    recorder = _Recorder(copy)
    used = _PRESETS[settings.preset](recorder, settings)
    is_zero = _is_zero_gene(recorder.expression)
    zero_genes = recorder.expression.var_names[is_zero]
    recorder.keep("drop all-zero genes", ~is_zero)
    result = recorder.expression
    if result.n_vars == 0:
        raise _no_gene_left(expression.n_vars, used)
    steps = _as_arrays(recorder.steps, expression.n_obs)
    record = {"preset": settings.preset, **used, "dropped_zero_genes": zero_genes.to_numpy(dtype=str), "steps": steps}
    result.uns["preprocess"] = record
    return result


def _take_as_it_is(recorder: _Recorder, settings: Preprocess) -> dict[str, float]:
    return {}


def _apply_brunet(recorder: _Recorder, settings: Preprocess) -> dict[str, float]:
    """Floor and ceiling, then fold change and difference (Brunet et al. 2004)."""
    if scipy.sparse.issparse(recorder.expression.X):
        recorder.expression.X = recorder.expression.X.toarray()
    recorder.change("raise to floor", raise_to_floor(recorder.expression.X, settings.floor))
    recorder.change("lower to ceiling", lower_to_ceiling(recorder.expression.X, settings.ceiling))
    recorder.keep("keep genes with fold change", has_fold_change(recorder.expression.X, settings.min_fold))
    recorder.keep("keep genes with difference", has_difference(recorder.expression.X, settings.min_difference))
    return {name: float(getattr(settings, name)) for name in ("floor", "ceiling", "min_fold", "min_difference")}


_PRESETS: dict[str, Callable[[_Recorder, Preprocess], dict[str, float]]] = {
    "none": _take_as_it_is,
    "brunet": _apply_brunet,
}


def _copy_as_float32(expression: AnnData) -> AnnData:
    copy = expression.copy()
    with np.errstate(over="ignore"):
        if scipy.sparse.issparse(copy.X):
            copy.X = copy.X.tocsr().astype(np.float32)
        else:
            copy.X = np.ascontiguousarray(copy.X, dtype=np.float32)
    return copy


def _is_zero_gene(expression: AnnData) -> np.ndarray:
    return np.asarray((expression.X != 0).sum(axis=0)).ravel() == 0


def _as_arrays(steps: list[tuple[str, int, int, int]], n_samples: int) -> dict[str, np.ndarray]:
    names, genes_in, genes_out, changed = zip(*steps, strict=True)
    return {
        "step": np.array(names),
        "genes_in": np.array(genes_in),
        "genes_out": np.array(genes_out),
        "samples_in": np.full(len(steps), n_samples),
        "samples_out": np.full(len(steps), n_samples),
        "values_changed": np.array(changed),
    }


def _no_gene_left(n_genes: int, used: dict[str, float]) -> InputError:
    how = ", ".join(f"{name} {value:g}" for name, value in used.items()) or "all values are 0"
    cure = "Log values need `preprocess.preset: none`; else lower `min_fold` and `min_difference`."
    return InputError(
        "preprocess", f"none of {n_genes} genes left ({how})", "at least one gene", cure or "Check the input."
    )
