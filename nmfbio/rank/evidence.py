"""All evidence at one rank beyond its restarts: held-out data, split counts, permuted data, subsamples."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from functools import partial

import numpy as np

from nmfbio.consensus.files import load_fields, save_fields
from nmfbio.factorization import NotConvergedWarning
from nmfbio.factorization.restarts import BLAS
from nmfbio.factorization.solver import Matrix
from nmfbio.rank.basis import EvidenceBasis
from nmfbio.rank.draws import as_dense
from nmfbio.rank.held_out import FOLDS, block_deviance, loss_of, speckled_deviance
from nmfbio.rank.permutation import COMPARED, NULL, PERMUTATIONS, measure_few, measure_null
from nmfbio.rank.reproducibility import count_subsample, fit_subsample, metagene_silhouettes
from nmfbio.rank.splitting import REPEATS, split_deviance

QUARTERS = 4
SUBSAMPLES = 30


@dataclass(frozen=True)
class Evidence:
    """Evidence at one rank.

    Attributes
    ----------
    rank
        Number of metagenes.
    speckled_cv
        (5,) mean deviance of held-out entries, one a fold.
    bi_cv
        (4,) mean deviance of held-out blocks; NaN where they are too small for the rank.
    count_splitting
        (4,) mean deviance of the other half of split counts; empty without counts.
    silhouettes
        (n_subsamples, rank) of each metagene of fits to 80 % of the samples; empty at rank 1 and where those samples
        are too few for the rank.
    unpermuted
        Measures of eight restarts on the samples that are permuted, by name.
    null
        Measures on permuted data by name, (3,) each.
    """

    rank: int
    speckled_cv: np.ndarray
    bi_cv: np.ndarray
    count_splitting: np.ndarray
    silhouettes: np.ndarray
    unpermuted: dict[str, float]
    null: dict[str, np.ndarray]

    def save(self, path: str | os.PathLike) -> None:
        """Write to an ``.npz`` file, atomically."""
        save_fields(flatten(self), path)

    @classmethod
    def load(cls, path: str | os.PathLike) -> Evidence:
        """Read what ``save`` wrote; raises InputError on a torn or foreign file."""
        return unflatten(load_fields(EvidenceArrays, path))


@dataclass(frozen=True)
class EvidenceArrays:
    """Evidence as arrays of a file; ``unpermuted`` has one for each of ``COMPARED``, ``null`` for each of ``NULL``."""

    rank: np.ndarray
    speckled_cv: np.ndarray
    bi_cv: np.ndarray
    count_splitting: np.ndarray
    silhouettes: np.ndarray
    unpermuted: np.ndarray
    null: np.ndarray


ROWS = {"unpermuted": COMPARED, "null": NULL}


def flatten(evidence: Evidence) -> EvidenceArrays:
    """Evidence as arrays."""
    arrays = {field.name: getattr(evidence, field.name) for field in fields(EvidenceArrays)}
    rows = {name: np.array([arrays[name][measure] for measure in measures]) for name, measures in ROWS.items()}
    return EvidenceArrays(**{**arrays, **rows})


def unflatten(arrays: Mapping[str, np.ndarray]) -> Evidence:
    """Evidence from its arrays."""
    rows = {name: dict(zip(measures, arrays[name], strict=True)) for name, measures in ROWS.items()}
    return Evidence(**{**arrays, **rows, "rank": int(arrays["rank"])})


def gather_evidence(
    expression: Matrix,
    rank: int,
    basis: EvidenceBasis,
    method: str = "kl",
    scale: str = "max",
    options: Mapping[str, object] | None = None,
    seed: int = 0,
    threads: int | None = None,
    on_piece: Callable[[], None] | None = None,
) -> Evidence:
    """Gather the evidence at one rank.

    Parameters
    ----------
    expression
        n_samples × n_genes, the matrix that is factorised; in memory or, as ``open_matrix`` gives it, on disk: only the
        samples that the basis names are read.
    rank
        Number of metagenes.
    basis
        What the ranks share, from ``prepare_evidence``.
    method, options
        As for `factorize`. Held-out entries and split counts are fitted with the loss of the method.
    scale
        Of the metagenes before samples are called, as for `build_consensus`.
    seed
        Base seed.
    threads
        Pieces of evidence computed at the same time; results do not depend on it.
    on_piece
        Called after each of the ``count_pieces`` pieces.

    Returns
    -------
    Evidence

    Examples
    --------
    >>> expression = np.random.default_rng(0).random((30, 50))
    >>> gather_evidence(expression, 2, prepare_evidence(expression)).silhouettes.shape
    (30, 2)
    """
    if rank >= min(len(basis.samples), expression.shape[1]):
        return undefined_evidence(rank, basis)
    options = dict(options or {})
    loss = loss_of(method, options)
    judged, part = expression[basis.samples], expression[basis.subsampled]
    held_out = as_dense(judged)
    complete = np.nan_to_num(held_out)
    counts = basis.counts, basis.weights, basis.overdispersion
    solver = rank, method, options
    pieces = {
        "speckled_cv": [partial(speckled_deviance, held_out, rank, loss, seed, fold) for fold in range(FOLDS)],
        "bi_cv": [partial(block_deviance, complete, rank, loss, seed, quarter) for quarter in range(QUARTERS)],
        "count_splitting": [
            partial(split_deviance, *counts, rank, loss, seed, repeat)
            for repeat in range(REPEATS if basis.has_counts else 0)
        ],
        "null": [partial(measure_null, judged, basis, *solver, scale, seed, number) for number in range(PERMUTATIONS)],
        "subsamples": [
            partial(fit_subsample, part, *solver, seed, number) for number in range(subsamples(rank, basis))
        ],
        "unpermuted": [partial(measure_few, judged, *solver, scale, seed)],
    }
    found = run_pieces(pieces, threads, on_piece)
    ((unpermuted, reference),) = found["unpermuted"]
    fits = found["subsamples"]
    return Evidence(
        rank=rank,
        **{name: np.array(found[name], dtype=np.float64) for name in ("speckled_cv", "bi_cv", "count_splitting")},
        silhouettes=metagene_silhouettes(np.array(fits), reference) if fits else np.empty((0, rank)),
        unpermuted=vars(unpermuted),
        null={name: np.array([each[name] for each in found["null"]]) for name in NULL},
    )


def undefined_evidence(rank: int, basis: EvidenceBasis) -> Evidence:
    """Evidence where the rank is too large for the samples looked at, or for the genes: none of it is defined."""
    return Evidence(
        rank=rank,
        speckled_cv=np.full(FOLDS, np.nan),
        bi_cv=np.full(QUARTERS, np.nan),
        count_splitting=np.full(REPEATS * basis.has_counts, np.nan),
        silhouettes=np.empty((0, rank)),
        unpermuted=dict.fromkeys(COMPARED, np.nan),
        null={name: np.full(PERMUTATIONS, np.nan) for name in NULL},
    )


def subsamples(rank: int, basis: EvidenceBasis) -> int:
    """Number of fits to a part of the samples: none at rank 1, which has one solution, and where they are too few."""
    return SUBSAMPLES if 1 < rank < count_subsample(len(basis.subsampled)) else 0


def count_pieces(rank: int, basis: EvidenceBasis) -> int:
    """Number of pieces that the evidence at a rank is gathered in, for progress."""
    return FOLDS + QUARTERS + REPEATS * basis.has_counts + PERMUTATIONS + subsamples(rank, basis) + 1


def run_pieces(
    pieces: Mapping[str, Sequence[Callable]], threads: int | None, on_piece: Callable[[], None] | None
) -> dict[str, list]:
    """Results of all pieces by name, in order, however many threads work on them."""

    def run(piece: Callable) -> object:
        result = piece()
        if on_piece is not None:
            on_piece()
        return result

    workers = threads or len(os.sched_getaffinity(0))
    # Limits of the pieces' own end with them, at different times: this one holds until the last has ended.
    # So do filters of warnings, which belong to all threads.
    with BLAS.limit(limits=1), warnings.catch_warnings(), ThreadPoolExecutor(workers) as pool:
        warnings.simplefilter("ignore", NotConvergedWarning)
        results = iter(list(pool.map(run, [piece for group in pieces.values() for piece in group])))
    return {name: [next(results) for _ in group] for name, group in pieces.items()}
