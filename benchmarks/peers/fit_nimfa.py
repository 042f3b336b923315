"""Worker: nimfa, which wants genes × samples. Variants: nmf, lsnmf."""

import warnings

import numpy as np

warnings.simplefilter("ignore")

import nimfa  # noqa: E402
from job import Job, Solve, run_job  # noqa: E402

# Update and objective that belong together in nimfa.Nmf.
UPDATES = {
    "kl": {"update": "divergence", "objective": "div"},
    "frobenius": {"update": "euclidean", "objective": "fro"},
}


def as_array(factor) -> np.ndarray:
    """A factor that nimfa gives as a matrix, sparse where the expression was."""
    return factor.toarray() if hasattr(factor, "toarray") else np.asarray(factor)


def prepare(job: Job) -> Solve:
    """Read the matrix: as it is stored for lsnmf, dense for nmf, whose sparse way takes far longer."""
    expression = (job.expression() if job.variant == "lsnmf" else job.dense()).T
    expression = expression.tocsr() if hasattr(expression, "tocsr") else np.ascontiguousarray(expression)

    def solve(fit, start):
        how = {
            "W": np.ascontiguousarray(start[1].T),
            "H": np.ascontiguousarray(start[0].T),
            "rank": job.rank,
            **fit.given(max_iter="max_iter", tolerance="min_residuals"),
        }
        if job.variant == "lsnmf":
            model = nimfa.Lsnmf(expression, **how)
        else:
            model = nimfa.Nmf(expression, **how, **UPDATES[job.objective])
        fitted = model().fit
        return as_array(fitted.H).T, as_array(fitted.W).T, fitted.n_iter

    return solve


run_job(prepare, ("nimfa", "numpy", "scipy"))
