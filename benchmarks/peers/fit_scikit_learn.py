"""Worker: scikit-learn. Variants: cd, mu, cd-float32, mu-float32, minibatch."""

import warnings

import numpy as np
from job import Job, Solve, run_job
from sklearn.decomposition import NMF, MiniBatchNMF

LOSSES = {"kl": "kullback-leibler", "frobenius": "frobenius"}


def make_model(job: Job, limits: dict):
    """The estimator with its defaults, apart from start, objective and what the plan sets."""
    common = {
        "n_components": job.rank,
        "init": "custom",
        "beta_loss": LOSSES[job.objective],
        "random_state": 0,
        **limits,
    }
    if job.variant == "minibatch":
        # Without an end at a tolerance, none at a lack of improvement either.
        unending = {"max_no_improvement": None} if limits.get("tol") == 0 else {}
        return MiniBatchNMF(**common, **unending)
    return NMF(solver=job.variant.split("-")[0], **common)


def prepare(job: Job) -> Solve:
    """Read the matrix in the variant's precision."""
    warnings.simplefilter("ignore")
    dtype = np.float32 if job.variant.endswith("float32") else np.float64
    expression = job.expression().astype(dtype)

    def solve(fit, start):
        model = make_model(job, fit.given(max_iter="max_iter", tolerance="tol"))
        usages, metagenes = (factor.astype(dtype) for factor in start)
        usages = model.fit_transform(expression, W=usages, H=metagenes)
        return usages, model.components_, model.n_iter_

    return solve


run_job(prepare, ("scikit-learn", "numpy", "scipy"))
