"""The table of solvers: nmfbio and its peers. Adding a peer touches this table and a worker under ``peers/``."""

from dataclasses import dataclass, field

from cases import Case


@dataclass(frozen=True)
class Solver:
    """One way of factorising, run by a worker of its own.

    Attributes
    ----------
    name
        As in tables and figure.
    package
        Whose it is; solvers of one package share a colour.
    worker
        File under ``peers/``.
    environment
        ``"project"``, ``"r"``, or the name of a file of requirements.
    objective
        What it minimises.
    variant
        Handed to the worker.
    together
        Whether all restarts are run in one call.
    given_starts
        Whether it accepts a start.
    has_curve
        Whether the number of iterations can be set.
    limits
        By matrix name: iterations to stop at where the default stop is out of reach, and why.
    """

    name: str
    package: str
    worker: str
    environment: str
    objective: str
    variant: str
    together: bool = False
    given_starts: bool = True
    has_curve: bool = True
    limits: dict[str, tuple[int, str]] = field(default_factory=dict)

    def limit(self, case: Case) -> tuple[int, str] | None:
        """Where to stop instead of the default, and why."""
        return self.limits.get(case.name.split()[0])


# R's stop compares all pairs of samples: a matrix of 20,000 × 20,000 doubles is 3.2 GB, of which it makes several.
NO_PAIRS = {"simulated": (10, "its own stop compares all pairs of samples, too many here: 10 updates instead")}
NO_STOP = {"simulated": (50, "stops at 2,000 updates by default, however good the fit: 50 instead")}


def nmfbio(objective: str, variant: str, together: bool = False) -> Solver:
    """nmfbio's methods."""
    name = f"nmfbio {variant}{', together' if together else ''}"
    return Solver(name, "nmfbio", "fit_nmfbio.py", "project", objective, variant, together)


def scikit_learn(objective: str, variant: str) -> Solver:
    """scikit-learn's solvers."""
    name = "MiniBatchNMF" if variant == "minibatch" else variant.replace("-", " ")
    return Solver(f"scikit-learn {name}", "scikit-learn", "fit_scikit_learn.py", "project", objective, variant)


def nimfa(objective: str, variant: str) -> Solver:
    """nimfa's methods."""
    return Solver(f"nimfa {variant}", "nimfa", "fit_nimfa.py", "nimfa", objective, variant)


def nmf_rs(objective: str, variant: str) -> Solver:
    """nmf-rs' methods."""
    return Solver(f"nmf-rs {variant}", "nmf-rs", "fit_nmf_rs.py", "nmf_rs", objective, variant, limits=NO_STOP)


def r_nmf(objective: str, variant: str) -> Solver:
    """R NMF's methods."""
    return Solver(f"R NMF {variant}", "R NMF", "fit_r_nmf.R", "r", objective, variant, limits=NO_PAIRS)


SOLVERS = (
    nmfbio("kl", "kl"),
    nmfbio("kl", "kl", together=True),
    nmfbio("kl", "brunet"),
    r_nmf("kl", "brunet"),
    nmf_rs("kl", "brunet"),
    nimfa("kl", "nmf"),
    scikit_learn("kl", "mu"),
    scikit_learn("kl", "mu-float32"),
    scikit_learn("kl", "minibatch"),
    Solver("cNMF", "cNMF", "fit_cnmf.py", "cnmf", "kl", "defaults", has_curve=False),
    nmfbio("frobenius", "frobenius"),
    nmfbio("frobenius", "frobenius", together=True),
    nmfbio("frobenius", "lee"),
    r_nmf("frobenius", "lee"),
    Solver("RcppML", "RcppML", "fit_rcppml.R", "r", "frobenius", "nmf", given_starts=False),
    nmf_rs("frobenius", "lee"),
    nmf_rs("frobenius", "hals"),
    nmf_rs("frobenius", "ehals"),
    nimfa("frobenius", "nmf"),
    nimfa("frobenius", "lsnmf"),
    scikit_learn("frobenius", "cd"),
    scikit_learn("frobenius", "cd-float32"),
    scikit_learn("frobenius", "mu"),
    scikit_learn("frobenius", "mu-float32"),
    scikit_learn("frobenius", "minibatch"),
    Solver("cNMF", "cNMF", "fit_cnmf.py", "cnmf", "frobenius", "defaults", has_curve=False),
)

# nmfbio's solver that each peer is compared with, by objective.
RIVALS = {"kl": "nmfbio kl", "frobenius": "nmfbio frobenius"}
# Peers that make the same updates and stop by the same rule as a method of nmfbio.
TWINS = {"R NMF brunet": "nmfbio brunet", "R NMF lee": "nmfbio lee"}
