"""Worker: nmf-rs, which wants a dense array of genes × samples, as R does. The variant is the method."""

import numpy as np
from job import Job, Solve, run_job
from nmf_rs import nmf


def prepare(job: Job) -> Solve:
    """Read the matrix."""
    expression = np.ascontiguousarray(job.dense().T)

    def solve(fit, start):
        metagenes, usages = (np.ascontiguousarray(factor.T) for factor in (start[1], start[0]))
        # It stops at max_iter alone by default; there is no tolerance to set.
        found = nmf(
            expression,
            job.rank,
            job.variant,
            W0=metagenes,
            H0=usages,
            num_threads=1,
            **fit.given(max_iter="max_iter"),
        )
        return found.H.T, found.W.T, found.n_iter

    return solve


run_job(prepare, ("nmf-rs", "numpy"))
