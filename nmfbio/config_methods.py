"""What the configuration knows of each factorisation method: its meaning, its options and its own defaults.

The configuration is read without importing a solver; a test holds this table and the solvers' own together.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

PENALTIES = dict.fromkeys(("l1_metagenes", "l2_metagenes", "l1_usages", "l2_usages"), 0.0)


class MethodSummary(NamedTuple):
    """A method in a line, the options it takes with their defaults, what `auto` means for it, and what it can take.

    `cost` is roughly the CPU seconds of one restart on one core, for each value of the matrix (of a sparse
    one: each that is stored) and each metagene.
    """

    meaning: str
    cost: float
    options: Mapping[str, Any] = MappingProxyType({})
    dtype: str = "float32"
    stop: str = "tolerance"
    sparse: bool = False
    positive: bool = False


LIKE_R = {"dtype": "float64", "stop": "connectivity"}
METHODS = {
    "kl": MethodSummary(
        "Kullback-Leibler divergence: multiplicative updates, finished by safeguarded Newton steps; fast",
        1.5e-7,
        PENALTIES,
        sparse=True,
    ),
    "brunet": MethodSummary(
        "Kullback-Leibler divergence by Brunet's updates and stop, agreeing with R's NMF (Brunet et al. 2004)",
        1e-6,
        PENALTIES,
        sparse=True,
        **LIKE_R,
    ),
    "frobenius": MethodSummary(
        "least squares by accelerated hierarchical alternating least squares (Gillis & Glineur 2012); fast",
        4e-8,
        PENALTIES,
        sparse=True,
    ),
    "lee": MethodSummary(
        "least squares by multiplicative updates, agreeing with R's NMF (Lee & Seung 2001)",
        1e-6,
        PENALTIES,
        sparse=True,
        **LIKE_R,
    ),
    "nsnmf": MethodSummary(
        "Kullback-Leibler divergence with smoothing between the factors, which makes them sparse, agreeing with R's "
        "NMF (Pascual-Montano et al. 2006)",
        2e-6,
        {"theta": 0.5},
        sparse=True,
        **LIKE_R,
    ),
    "itakura_saito": MethodSummary(
        "Itakura-Saito divergence, which counts errors as ratios: 10 % weigh the same in every gene; no zeros in the "
        "matrix (Févotte & Idier 2011)",
        2e-6,
        positive=True,
    ),
    "offset": MethodSummary(
        "least squares with an offset for each gene, which takes what all samples have in common (Badea 2008)",
        7e-7,
        PENALTIES,
    ),
    "snmf_r": MethodSummary(
        "least squares with sparse usages: samples use few metagenes (Kim & Park 2007)",
        2e-7,
        {"eta": None, "beta": 0.01},
        sparse=True,
    ),
    "snmf_l": MethodSummary(
        "least squares with sparse metagenes: genes belong to few metagenes (Kim & Park 2007)",
        2e-7,
        {"eta": None, "beta": 0.01},
        sparse=True,
    ),
    "weighted": MethodSummary(
        "Kullback-Leibler divergence or least squares with a weight for each value, 0 where it is missing (Wang et al. "
        "2006)",
        6e-7,
        PENALTIES | {"loss": "kl"},
    ),
    "online": MethodSummary(
        "Kullback-Leibler divergence or least squares in batches of samples, read from the disk as they are needed "
        "(Mairal et al. 2010; Lefèvre et al. 2011)",
        1e-7,
        PENALTIES | {"loss": "kl", "batch_size": 4096},
        sparse=True,
    ),
    "bayesian": MethodSummary(
        "gamma-Poisson model that switches off the metagenes that noise could explain: ranks are upper bounds (Tan & "
        "Févotte 2013; Cemgil 2009)",
        2e-6,
        {"dispersion": "auto"},
        dtype="float64",
        sparse=True,
    ),
}

ONE_START = ("nndsvd", "nndsvda")
"""Seedings that are the same in every restart."""


def methods_with(option: str) -> list[str]:
    """Names of the methods that take an option."""
    return [name for name, method in METHODS.items() if option in method.options]
