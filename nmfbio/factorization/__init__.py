"""Non-negative matrix factorisation of plain arrays.

Knows numpy, scipy and numba, nothing of files, AnnData or configuration.
"""

from .methods import METHODS
from .objectives import explained_variance, half_squared_error, kl_divergence
from .restarts import Restarts, factorize, fit_usages
from .starts import nndsvd_start, random_start, restart_seed

__all__ = [
    "METHODS",
    "Restarts",
    "explained_variance",
    "factorize",
    "fit_usages",
    "half_squared_error",
    "kl_divergence",
    "nndsvd_start",
    "random_start",
    "restart_seed",
]
