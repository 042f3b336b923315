"""Worker: nmfbio. The variant is the method; several restarts of one plan line are run in one call."""

import numpy as np
from job import Job, Solve, run_job

from nmfbio.factorization import factorize


def warm_up(method: str, expression) -> None:
    """Compile or load all kernels on a corner of the matrix, from random and from given starts."""
    corner = expression[:300, :400] if expression.shape[0] > 300 else expression[:, :400]
    random = np.random.default_rng(0)
    start = random.random((corner.shape[0], 2)), random.random((2, corner.shape[1]))
    factorize(corner, 2, method, 1, start, threads=1, max_iter=40)
    factorize(corner, 2, method, 16, threads=1, max_iter=40)


def prepare(job: Job) -> Solve:
    """Read the matrix and warm up."""
    expression = job.expression()
    warm_up(job.variant, expression)

    def solve(fit, start):
        how = {"seeding": "random", "seed": 0} if fit.restarts > 1 else {"seeding": start}
        limits = fit.given(max_iter="max_iter", tolerance="tolerance")
        found = factorize(expression, job.rank, job.variant, fit.restarts, threads=1, **how, **limits)
        return found.usages, found.metagenes, found.n_iter

    return solve


run_job(prepare, ("nmfbio", "numpy", "numba", "scipy"))
