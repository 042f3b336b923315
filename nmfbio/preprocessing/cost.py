"""What a run will roughly cost: told before it starts, so that nobody learns it at hour nine."""

from collections.abc import Sequence
from dataclasses import dataclass

import psutil
import scipy.sparse
from anndata import AnnData

from nmfbio.config_methods import METHODS
from nmfbio.errors import InputError
from nmfbio.preprocessing.values import name_place

GIB = 2**30
UNITS = (("days", 86400), ("hours", 3600), ("minutes", 60))
PROCESS = 0.35 * GIB  # Python with the packages a job loads
COPIES = 3  # of the matrix, at the peak of a job: as read, as the method takes it, and what is computed from it
LABELS = 64  # bytes a sample and restart in the consensus: calls under both scales, matched, and as distinct profiles
PAIRS = 24  # bytes a pair of distinct profiles: how often they are called together, twice, and what is drawn
MOST_PROFILES = 4000  # more are not compared pair by pair, whatever the number of samples
METAGENES = 3  # copies of the restarts' metagenes in the consensus: as read, scaled, at length 1
COSINES = 12  # bytes a pair of metagenes of all restarts
# The evidence on the rank costs so many restarts at each rank, however many there are besides: for fits to a part of
# the samples, and for held-out, split and permuted values, which are dense whatever the matrix is. Together 125, as
# measured: with the default of 50 restarts, a run on a dense matrix takes 3.5 times the CPU time of its restarts.
SUBSAMPLE_FITS = 60
HELD_OUT_FITS = 65
MOST_SUBSAMPLED = 5000  # samples
MOST_HELD_OUT = 2_000_000  # entries, but not fewer samples than
FEWEST_HELD_OUT = 200
HELD_OUT = 80  # bytes an entry: as read, as counts, permuted, with hidden entries filled, and what a fit computes


@dataclass(frozen=True)
class Cost:
    """Roughly what a run takes.

    Parameters
    ----------
    cpu_seconds
        Of all restarts at all ranks, and of the evidence if there is any, on one core.
    fit_bytes, consensus_bytes, evidence_bytes
        Memory of a job that fits restarts, of one that combines those of a rank, and of one that gathers its evidence.
    """

    cpu_seconds: float
    fit_bytes: float
    consensus_bytes: float
    evidence_bytes: float = 0.0

    @property
    def peak_bytes(self) -> float:
        """Memory of the largest job."""
        return max(self.fit_bytes, self.consensus_bytes, self.evidence_bytes)


def estimate_cost(
    expression: AnnData, ranks: Sequence[int], restarts: int, method: str, evidence: bool = False
) -> Cost:
    """Estimate time and memory of a run from the size of the matrix.

    Parameters
    ----------
    expression
        Samples x genes, the matrix that is factorised.
    ranks, restarts, method
        Keys of `factorize`.
    evidence
        Whether evidence on the rank is gathered beyond the restarts.

    Returns
    -------
    Cost
        Time within a factor of three in most cases: how many iterations a fit takes depends on the data.

    Examples
    --------
    >>> import numpy as np
    >>> round(estimate_cost(AnnData(np.ones((100, 5000))), [2, 3], 50, "kl").cpu_seconds, 1)
    18.8
    """
    values = expression.X
    n_stored = values.nnz if scipy.sparse.issparse(values) else values.size
    matrix = n_stored * (8 if scipy.sparse.issparse(values) else 4)
    factors = 4 * restarts * max(ranks) * sum(expression.shape)
    fit = PROCESS + COPIES * matrix + 2 * factors
    metagenes = restarts * max(ranks)
    consensus = (
        PROCESS
        + COPIES * matrix
        + METAGENES * 4 * metagenes * expression.n_vars
        + COSINES * metagenes**2
        + LABELS * restarts * expression.n_obs
        + PAIRS * min(expression.n_obs, MOST_PROFILES) ** 2
    )
    held_out = min(expression.n_obs, max(FEWEST_HELD_OUT, MOST_HELD_OUT // expression.n_vars)) * expression.n_vars
    values = n_stored * restarts
    if evidence:
        values += SUBSAMPLE_FITS * n_stored * min(1, MOST_SUBSAMPLED / expression.n_obs) + HELD_OUT_FITS * held_out
    gathering = PROCESS + COPIES * matrix + HELD_OUT * held_out if evidence else 0.0
    return Cost(METHODS[method].cost * values * sum(ranks), fit, consensus, gathering)


def refuse_without_memory(expression: AnnData, cost: Cost) -> None:
    """Raise InputError if the largest job needs more memory than the machine has."""
    there = psutil.virtual_memory().total
    if cost.peak_bytes <= there:
        return
    jobs = {
        "fitting": cost.fit_bytes,
        f"the consensus of {expression.n_obs:,} samples": cost.consensus_bytes,
        "gathering evidence on the rank": cost.evidence_bytes,
    }
    what = max(jobs, key=jobs.get)
    found = f"a matrix for which {what} takes about {cost.peak_bytes / GIB:,.0f} GiB of memory"
    cure = "Take fewer samples, for example a random part of the cells, or run on a larger machine."
    raise InputError(name_place(expression), found, f"at most the {there / GIB:,.0f} GiB of this machine", cure)


def describe_cost(cost: Cost) -> str:
    """Say time and memory in words.

    Examples
    --------
    >>> describe_cost(Cost(5400.0, 2**31, 2**30))
    'about 1.5 hours of CPU time, up to 2.0 GiB a job'
    """
    return f"about {describe_seconds(cost.cpu_seconds)} of CPU time, up to {cost.peak_bytes / GIB:.1f} GiB a job"


def describe_seconds(seconds: float) -> str:
    """Give a time in the unit that suits it, to two digits."""
    if seconds < 90:
        return "a minute"
    unit, length = next(pair for pair in UNITS if seconds >= 1.5 * pair[1])
    return f"{seconds / length:.2g} {unit}"
