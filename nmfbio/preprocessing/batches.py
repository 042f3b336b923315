"""Batches of samples, and what they add to log values."""

import numpy as np
import pandas as pd
from anndata import AnnData

from nmfbio.errors import InputError
from nmfbio.io.names import list_first
from nmfbio.preprocessing.matrix import as_dense
from nmfbio.preprocessing.recorder import Recorder


def correct_batches(recorder: Recorder, batch_key: str) -> dict[str, int]:
    """Correct log values for batches with ComBat (Johnson et al. 2007).

    Parameters
    ----------
    recorder
        Log values; a sparse matrix becomes dense.
    batch_key
        Column of the metadata.

    Returns
    -------
    dict
        `batches`, and `genes_not_corrected`, which are the same throughout a batch.

    Raises
    ------
    InputError
        If there is no such column, it lacks a sample, or it has one level only, or a level with one sample.
    """
    batches = _read_batches(recorder, batch_key)
    corrected, able = remove_batch_effects(as_dense(recorder.values), batches.to_numpy())
    recorder.change(f"correct for {batch_key} (ComBat)", corrected)
    return {"batches": batches.nunique(), "genes_not_corrected": int((~able).sum())}


def _read_batches(recorder: Recorder, batch_key: str) -> pd.Series:
    place, obs = "preprocess.batch_key", recorder.obs
    if batch_key not in obs:
        expected = f"a column of the metadata ({', '.join(map(str, obs.columns)) or 'there is none'})"
        raise InputError(place, repr(batch_key), expected, "Correct the key, or give metadata with this column.")
    unknown = obs.index[obs[batch_key].isna() | (obs[batch_key].astype(str) == "")]
    if len(unknown):
        found = f"no {batch_key} for {len(unknown)} sample(s): {list_first(unknown)}"
        raise InputError(place, found, "a batch for each sample", "Fill the column, or leave these samples out.")
    batches = obs[batch_key].astype(str)
    sizes = batches.value_counts(sort=False)
    if len(sizes) == 1:
        found = f"one level only in {batch_key}: {sizes.index[0]!r}"
        raise InputError(place, found, "two batches or more", "Take the key out: there is nothing to correct.")
    single = sorted(sizes.index[sizes == 1])
    if single:
        found = f"{len(single)} level(s) of {batch_key} with one sample: {list_first(single)}"
        cure = "Merge these levels with others, or leave their samples out."
        raise InputError(place, found, "at least two samples in each batch", cure)
    return batches


def remove_batch_effects(values: np.ndarray, batches: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Apply scanpy's ComBat to all genes that vary within each batch; the others stay as they are.

    Parameters
    ----------
    values
        Samples x genes, on a log scale; may become negative.
    batches
        One label for each sample.

    Returns
    -------
    corrected, able : ndarray
        Values of the shape and precision given, and which genes were corrected.
    """
    import scanpy

    able = np.ones(values.shape[1], dtype=bool)
    for batch in np.unique(batches):
        part = values[batches == batch]
        able &= part.min(axis=0) < part.max(axis=0)
    corrected = values.copy()
    if able.sum() > 1:  # the spread over genes is estimated
        obs = pd.DataFrame({"batch": pd.Categorical(batches)}, index=[str(i) for i in range(len(batches))])
        expression = AnnData(values[:, able].astype(np.float64), obs=obs)
        corrected[:, able] = scanpy.pp.combat(expression, key="batch", inplace=False)
    return corrected, able
