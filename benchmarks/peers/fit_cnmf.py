"""Worker: cNMF's factorize step, that is its own parameters handed to its own function, from the given start."""

import tempfile
import warnings

from cnmf import cNMF
from job import Job, Solve, run_job

LOSSES = {"kl": "kullback-leibler", "frobenius": "frobenius"}


def prepare(job: Job) -> Solve:
    """Read the matrix and ask cNMF for its parameters."""
    warnings.simplefilter("ignore")
    expression = job.expression()
    pipeline = cNMF(output_dir=tempfile.mkdtemp(dir=job.folder), name="benchmark")
    _, parameters = pipeline.get_nmf_iter_params(
        job.rank, n_iter=1, random_state_seed=1, beta_loss=LOSSES[job.objective]
    )

    def solve(fit, start):
        given = {"init": "custom", "W": start[0], "H": start[1], "n_components": job.rank}
        metagenes, usages = pipeline._nmf(expression, {**parameters, **given, **fit.given(max_iter="max_iter")})
        # cNMF throws the number of iterations away.
        return usages, metagenes, 0

    return solve


run_job(prepare, ("cnmf", "scikit-learn", "numpy", "scipy"))
