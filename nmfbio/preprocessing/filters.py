"""Which samples and genes are kept: thresholds like those of scanpy's filters, and what can never be kept."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

from nmfbio.config_preprocess import OWN_MIN_GENES, OWN_MIN_SAMPLES, WHOLE_TRANSCRIPTOME
from nmfbio.errors import InputError
from nmfbio.io.names import list_first
from nmfbio.preprocessing.matrix import count_genes_above_zero, count_samples_above_zero, sum_samples
from nmfbio.preprocessing.recorder import Recorder

if TYPE_CHECKING:
    from nmfbio.config_preprocess import Preprocess

MITOCHONDRIAL = "mt-"  # MT-CO1 in man, mt-Co1 in mouse


def filter_samples(recorder: Recorder, settings: Preprocess, preset: str) -> tuple[dict[str, float], list[str]]:
    """Drop samples with few genes, a small total, or a large mitochondrial share of it.

    Parameters
    ----------
    recorder
        The matrix, without negative values.
    settings
        Keys `min_genes`, `min_counts` and `max_mitochondrial`.
    preset
        Whose own `min_genes` holds where the key is not set.

    Returns
    -------
    used, dropped
        The thresholds in use, and the names of the samples that were dropped, of which a warning is given.

    Raises
    ------
    InputError
        If no sample is left, or there is no mitochondrial gene to apply a threshold to.
    """
    used = {"min_genes": _own_min_genes(recorder, settings, preset), "min_counts": settings.min_counts}
    kept, words = np.ones(recorder.values.shape[0], dtype=bool), []
    if used["min_genes"]:
        kept &= count_genes_above_zero(recorder.values) >= used["min_genes"]
        words.append(f"at least {used['min_genes']} genes")
    if used["min_counts"]:
        kept &= sum_samples(recorder.values) >= used["min_counts"]
        words.append(f"a total of at least {used['min_counts']:g}")
    if settings.max_mitochondrial is not None:
        used["max_mitochondrial"] = settings.max_mitochondrial
        kept &= _mitochondrial_percent(recorder) <= settings.max_mitochondrial
        words.append(f"at most {settings.max_mitochondrial:g} % mitochondrial")
    if not kept.any():
        raise _no_sample_left(recorder, used)
    dropped = recorder.keep_samples(f"keep samples with {', '.join(words)}", kept) if words else []
    if dropped:
        found = f"{len(dropped)} sample(s) without {', '.join(words)}"
        warnings.warn(f"{recorder.place}: {found} are dropped: {list_first(dropped)}", stacklevel=3)
    return used, dropped


def _own_min_genes(recorder: Recorder, settings: Preprocess, preset: str) -> int:
    if settings.min_genes is not None:
        return settings.min_genes
    return OWN_MIN_GENES.get(preset, 0) if recorder.values.shape[1] >= WHOLE_TRANSCRIPTOME else 0


def _mitochondrial_percent(recorder: Recorder) -> np.ndarray:
    is_mitochondrial = np.array([name.lower().startswith(MITOCHONDRIAL) for name in recorder.var.index])
    if not is_mitochondrial.any():
        found = f"no gene whose id begins with MT- or mt- (the first are {list_first(recorder.var.index, 3)})"
        cure = "Take the key out, or name genes by their symbols."
        raise InputError("preprocess.max_mitochondrial", found, "mitochondrial genes, named by symbol", cure)
    total = sum_samples(recorder.values)
    part = sum_samples(recorder.values[:, is_mitochondrial])
    return 100 * np.divide(part, total, out=np.zeros_like(total), where=total > 0)


def _no_sample_left(recorder: Recorder, used: dict[str, float]) -> InputError:
    how = ", ".join(f"{name} {value:g}" for name, value in used.items())
    cure = "Lower the thresholds in `preprocess`, or set them to 0."
    return InputError(recorder.place, f"none of {recorder.values.shape[0]} samples left ({how})", "some samples", cure)


def filter_genes(recorder: Recorder, settings: Preprocess, preset: str) -> dict[str, float]:
    """Drop genes that are above 0 in few samples; returns the threshold in use."""
    own = OWN_MIN_SAMPLES.get(preset, 0)
    min_samples = own if settings.min_samples is None else settings.min_samples
    if min_samples:
        kept = count_samples_above_zero(recorder.values) >= min_samples
        recorder.keep_genes(f"keep genes above 0 in at least {min_samples} samples", kept)
    return {"min_samples": min_samples}


def drop_zero_genes(recorder: Recorder) -> list[str]:
    """Drop genes without any value above 0: no factorisation can say anything of them."""
    return recorder.keep_genes("drop all-zero genes", count_samples_above_zero(recorder.values) > 0)


def cure_zero_samples(recorder: Recorder, zero_samples: str, when: str) -> list[str]:
    """Drop samples without any value above 0, or refuse them.

    Parameters
    ----------
    recorder
        The matrix.
    zero_samples
        `refuse` or `drop`.
    when
        Words for the message, such as "after genes were chosen".

    Returns
    -------
    list of str
        Names of the samples that were dropped, of which a warning is given.
    """
    kept = count_genes_above_zero(recorder.values) > 0
    if kept.all():
        return []
    names = recorder.obs.index[~kept]
    found = f"{len(names)} sample(s) with nothing but zeros{when}: {list_first(names)}"
    if not kept.any():
        cure = "Check the file: no value in it is above 0."
    elif zero_samples == "refuse":
        cure = "Leave these samples out, or set `preprocess.zero_samples: drop`, which drops and lists them."
    else:
        warnings.warn(f"{recorder.place}: {found}; they are dropped", stacklevel=3)
        return recorder.keep_samples(f"drop samples of zeros{when}", kept)
    raise InputError(recorder.place, found, "some expression in each sample", cure)
