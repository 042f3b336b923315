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


@dataclass(frozen=True)
class Cost:
    """Roughly what a run takes.

    Parameters
    ----------
    cpu_seconds
        Of all restarts at all ranks, on one core.
    fit_bytes, consensus_bytes
        Memory of a job that fits restarts, and of one that combines those of a rank.
    """

    cpu_seconds: float
    fit_bytes: float
    consensus_bytes: float

    @property
    def peak_bytes(self) -> float:
        """Memory of the largest job."""
        return max(self.fit_bytes, self.consensus_bytes)


def estimate_cost(expression: AnnData, ranks: Sequence[int], restarts: int, method: str) -> Cost:
    """Estimate time and memory of a run from the size of the matrix.

    Parameters
    ----------
    expression
        Samples x genes, the matrix that is factorised.
    ranks, restarts, method
        Keys of `factorize`.

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
    return Cost(METHODS[method].cost * n_stored * restarts * sum(ranks), fit, consensus)


def refuse_without_memory(expression: AnnData, cost: Cost) -> None:
    """Raise InputError if the largest job needs more memory than the machine has."""
    there = psutil.virtual_memory().total
    if cost.peak_bytes <= there:
        return
    what = "fitting" if cost.fit_bytes > cost.consensus_bytes else f"the consensus of {expression.n_obs:,} samples"
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
