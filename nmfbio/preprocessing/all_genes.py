"""Genes that were counted but not factorised, on the scale of those that were."""

from __future__ import annotations

import warnings

from anndata import AnnData

from nmfbio.config_preprocess import Preprocess
from nmfbio.errors import InputError
from nmfbio.preprocessing.presets import preprocess
from nmfbio.preprocessing.values import name_place


def scale_every_gene(expression: AnnData) -> AnnData:
    """Apply the preset of a preprocessed matrix to all genes in its `raw`, without filters and selection.

    Parameters
    ----------
    expression
        Result of `preprocess`.

    Returns
    -------
    AnnData
        The same samples × all genes with a value above 0, on the scale of `X`. The matrix itself where no gene was
        left out.

    Raises
    ------
    InputError
        There are more genes in `raw`, and no record of how `X` was preprocessed.

    Examples
    --------
    >>> counted = AnnData(np.random.default_rng(0).poisson(2.0, (50, 300)).astype("float32"))
    >>> chosen = preprocess(counted, Preprocess(preset="single_cell", top_genes=100))
    >>> chosen.shape, scale_every_gene(chosen).shape
    ((50, 100), (50, 300))
    """
    if expression.raw is None or expression.raw.n_vars == expression.n_vars:
        return expression
    if "preprocess" not in expression.uns:
        found = f"{expression.raw.n_vars} genes in `raw`, and no 'preprocess' in `uns`"
        raise InputError(name_place(expression), found, "the result of `preprocess`", "Preprocess the matrix by it.")
    record = expression.uns["preprocess"]
    kept = {name: record[name] for name in ("preset", "missing", "normalization", "batch_key") if name in record}
    limits = {name: record[name] for name in ("floor", "ceiling") if name in record}
    no_filter = {"min_genes": 0, "min_samples": 0, "top_genes": 0, "min_fold": 1.0, "min_difference": 0.0}
    counted = AnnData(expression.raw.X, obs=expression.obs, var=expression.raw.var)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the run has told all of it
        return preprocess(counted, Preprocess(**kept, **limits, **no_filter, zero_samples="drop"))
