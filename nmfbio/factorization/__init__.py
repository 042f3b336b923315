"""Non-negative matrix factorisation of plain arrays.

Knows numpy, scipy and numba, nothing of files, AnnData or configuration.
"""

from .fitted import evaluate_objective, fitted_profiles
from .methods import METHODS
from .objectives import explained_variance, explained_variance_of_samples, half_squared_error, kl_divergence
from .offset import fit_beside_offset
from .posterior import credible_interval
from .restarts import NotConvergedWarning, Restarts, factorize, factorize_ranks, fit_usages
from .starts import nndsvd_start, random_start, restart_seed

__all__ = [
    "METHODS",
    "NotConvergedWarning",
    "Restarts",
    "credible_interval",
    "evaluate_objective",
    "explained_variance",
    "explained_variance_of_samples",
    "factorize",
    "factorize_ranks",
    "fit_beside_offset",
    "fit_usages",
    "fitted_profiles",
    "half_squared_error",
    "kl_divergence",
    "nndsvd_start",
    "random_start",
    "restart_seed",
]
