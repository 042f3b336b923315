"""Bayesian NMF with automatic relevance determination: an upper bound on the number of metagenes, and how sure each is.

V_ij / φ_j is Poisson with mean Σ_c u_ic m_cj. Usages and metagenes of component c have exponential priors of one common
mean λ_c, its relevance, as in ℓ1-ARD (Tan & Févotte 2013, section 4). Where they maximise the posterior over both
factors, here the factors are integrated out by independent gamma posteriors (Cemgil 2009),

    u_ic ~ Gamma(1 + Σ_j x̂_icj, 1/λ_c + Σ_j E m_cj),   x̂_icj = (V_ij/φ_j) ũ_ic m̃_cj / Σ_d ũ_id m̃_dj,   ũ = exp(E log u),

metagenes alike, and λ_c maximises the evidence, so no hyperprior has to be chosen. Each update raises a lower bound on
the log evidence. A component that explains little has ũ well below E u, explains less still, and dies out: once it
explains fewer than a hundredth of a count for each of its n + p entries it is switched off, if the bound does not fall
by that, and its usages and metagene are zeros. What is left is an upper bound on the number of metagenes: structure
that noise of this size could not explain, meaningful or not.

The dispersion φ_j = φ₀ + κ · mean_j is estimated from the residuals of the first, multiplicative updates at the
starting rank, and once more when the components have settled (`dispersion`). ``dispersion=1`` means Poisson counts.

Restarts.objective is D(V‖WH) of the posterior means, without φ or priors; it favours restarts that keep more
components, so compare restarts by their evidence. Restarts.details holds of each restart

- ``relevance`` (rank): share of Σ V/φ that each component explains, 0 where switched off;
- ``kept`` (rank): whether the component is switched on;
- ``usages_sd`` (samples × rank) and ``metagenes_sd`` (rank × genes): posterior standard deviations;
- ``dispersion`` (genes): φ;
- ``evidence``: lower bound on the log evidence, V/φ taken as counts.

The standard deviations belong to posteriors that are nearly gamma: `credible_interval` makes intervals of them. They
take components' coupling into account within and between samples and genes (`posterior`), and hold given the number of
components, the dispersion, the relevances and the optimum that the restart found; other optima, or noise whose size is
not φ times the mean, are not in them. In simulations from the model with five counts or more an entry, 90 % intervals
of metagenes scaled to sum 1, and of their usages, covered 86 to 92 % of all entries above a twentieth of the average
(single matrices 80 to 93 %). They are too narrow with two counts an entry (86 % of metagenes, 79 % of usages) and with
metagenes much sparser than exponential (gamma of shape 0.3: 85 and 80 %), where the prior pulls means together.
"""

from copy import copy
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy.sparse
from scipy.special import digamma, gammaln

from .arguments import check_number
from .balance import balance_scale
from .dispersion import gene_dispersions
from .kernels import TINY
from .kl import project_kl
from .multiplicative import metagene_numerators, update_metagenes, update_usages, usage_numerators
from .objectives import kl_constant, kl_divergence
from .penalties import Penalties
from .posterior import log_variances
from .solver import Factors, Fit, Matrix, Method, Solver, one_at_a_time
from .sparse import BothWays
from .stopping import Stopping, iterate

MULTIPLICATIVE_UPDATES = 20
# Counts explained per entry, where the prior stands for one, below which a component may be switched off.
SWITCH_OFF_COUNTS = 0.01


@dataclass(frozen=True)
class BayesianOptions:
    """Ratio of variance to mean: a number above 0, 1 for Poisson counts, or ``"auto"`` to estimate it gene by gene."""

    dispersion: str | float = "auto"

    def __post_init__(self):
        if isinstance(self.dispersion, str):
            if self.dispersion != "auto":
                raise ValueError(f"dispersion is {self.dispersion!r}; expected auto or a number above 0")
            return
        check_number(self.dispersion, "dispersion", 0)
        if self.dispersion == 0:
            raise ValueError("dispersion is 0; expected auto or a number above 0")


class Gamma(NamedTuple):
    """Independent gamma distributions of a factor's entries: mean, exp(E log x), shape and ψ(shape) of each."""

    mean: np.ndarray
    geometric: np.ndarray
    shape: np.ndarray
    digamma: np.ndarray

    def scaled(self, scale: np.ndarray) -> "Gamma":
        """Distributions of the entries times a scale."""
        return self._replace(mean=self.mean * scale, geometric=self.geometric * scale)

    def select(self, columns: np.ndarray) -> "Gamma":
        """Distributions of some of the components."""
        return Gamma(*(np.ascontiguousarray(part[:, columns]) for part in self))

    def divergence(self, prior_means: np.ndarray) -> float:
        """Kullback-Leibler divergence from exponential priors, summed over all entries."""
        log_rates_times_means = np.log(self.shape * (prior_means / self.mean))
        entropies = gammaln(self.shape) - (self.shape - 1) * self.digamma + self.shape
        return float(np.sum(log_rates_times_means - entropies + self.mean / prior_means))


def gamma_posterior(counts: np.ndarray, rates: np.ndarray) -> Gamma:
    """Posterior of an exponential prior's variable after some counts: shape 1 + counts."""
    shape = 1.0 + counts
    logs = digamma(shape)
    return Gamma(shape / rates, np.exp(logs) / rates, shape, logs)


class Posterior:
    """Posteriors of the components that are switched on, given counts V/φ; metagenes are held as genes × components."""

    def __init__(self, counts: Matrix, usages: Gamma, profiles: Gamma, components: np.ndarray):
        self.counts = counts
        self.matrix = BothWays(counts) if scipy.sparse.issparse(counts) else counts
        self.usages, self.profiles, self.components = usages, profiles, components
        self.set_relevances()

    def set_relevances(self) -> None:
        """Raise the bound over each component's λ and over the scale that its usages and metagene share.

        Nothing else depends on that scale. The bound is highest where both have the same mean, which then is λ; updates
        in turn would only crawl there.
        """
        usages, profiles = self.usages.mean.mean(axis=0), self.profiles.mean.mean(axis=0)
        scale = np.sqrt(profiles / usages)
        self.usages, self.profiles = self.usages.scaled(scale), self.profiles.scaled(1 / scale)
        self.relevances = np.sqrt(usages * profiles)

    def geometric_means(self) -> Factors:
        """exp(E log) of usages and metagenes, as the passes over the matrix take them."""
        dtype = self.counts.dtype
        return self.usages.geometric.astype(dtype), np.ascontiguousarray(self.profiles.geometric.T, dtype=dtype)

    def update(self) -> None:
        """Raise the bound over the usages, the metagenes, then the relevances."""
        counts = self.usages.geometric * usage_numerators(self.matrix, *self.geometric_means())
        self.usages = gamma_posterior(counts, 1 / self.relevances + self.profiles.mean.sum(axis=0))
        counts = self.profiles.geometric * metagene_numerators(self.matrix, *self.geometric_means()).T
        self.profiles = gamma_posterior(counts, 1 / self.relevances + self.usages.mean.sum(axis=0))
        self.set_relevances()

    def explained(self) -> np.ndarray:
        """Counts that each component explains, Σ x̂."""
        return np.sum(self.profiles.shape - 1, axis=0)

    def free_energy(self) -> float:
        """What is minimised: the bound on the log evidence, turned in sign, less what the counts alone decide."""
        usages, metagenes = self.usages.geometric, self.profiles.geometric.T
        means = self.usages.mean.sum(axis=0) @ self.profiles.mean.sum(axis=0)
        unexplained = kl_divergence(self.counts, usages, metagenes) + means - usages.sum(axis=0) @ metagenes.sum(axis=1)
        divergence = self.usages.divergence(self.relevances) + self.profiles.divergence(self.relevances)
        return float(unexplained + divergence)

    def switch_off(self) -> None:
        """Switch off the component that explains least if it explains next to nothing and the bound does not fall."""
        explained = self.explained()
        weakest, entries = explained.argmin(), sum(self.counts.shape)
        if len(explained) == 1 or explained[weakest] >= SWITCH_OFF_COUNTS * entries:
            return
        others = copy(self)
        others.select(np.arange(len(explained)) != weakest)
        if others.free_energy() <= self.free_energy():
            self.select(np.arange(len(explained)) != weakest)

    def select(self, columns: np.ndarray) -> None:
        """Go on with some of the components."""
        self.usages, self.profiles = self.usages.select(columns), self.profiles.select(columns)
        self.relevances, self.components = self.relevances[columns], self.components[columns]


def prepare_bayesian(expression: Matrix, options: BayesianOptions, stopping: Stopping) -> Solver:
    """Fits of method ``bayesian`` on one matrix."""
    matrix = BothWays(expression) if scipy.sparse.issparse(expression) else expression

    def fit(usages: np.ndarray, metagenes: np.ndarray) -> Fit:
        lift_zeros(usages)
        lift_zeros(metagenes)
        n_iter = min(MULTIPLICATIVE_UPDATES, stopping.max_iter - 1)
        for _ in range(n_iter):
            update_usages(matrix, usages, metagenes)
            update_metagenes(matrix, usages, metagenes)
        dispersions = first_dispersions(expression, usages, metagenes, options)
        posterior = begin(expression, dispersions, usages, metagenes)
        n_iter, converged = settle(posterior, usages, stopping, n_iter)
        if options.dispersion == "auto" and n_iter < stopping.max_iter:
            earlier, dispersions = dispersions, settled_dispersions(expression, dispersions, posterior)
            posterior = go_on(expression, dispersions, posterior, earlier)
            n_iter, converged = settle(posterior, usages, stopping, n_iter)
        return finish(expression, dispersions, posterior, usages, metagenes)._replace(
            n_iter=n_iter, converged=converged
        )

    return one_at_a_time(fit)


def lift_zeros(factor: np.ndarray) -> None:
    """Replace zeros by next to nothing, in place: multiplicative updates never leave them, no posterior mean is 0."""
    np.maximum(factor, factor.dtype.type(TINY * max(factor.max(), 1.0)), out=factor)


def first_dispersions(
    expression: Matrix, usages: np.ndarray, metagenes: np.ndarray, options: BayesianOptions
) -> np.ndarray:
    """Dispersion of every gene: as given, or estimated from a fit at the starting rank."""
    if options.dispersion != "auto":
        return np.full(expression.shape[1], float(options.dispersion))
    return gene_dispersions(expression, usages, metagenes, usages.shape[1])


def settled_dispersions(expression: Matrix, dispersions: np.ndarray, posterior: Posterior) -> np.ndarray:
    """Dispersion of every gene, estimated from the components that are left."""
    metagenes = posterior.profiles.mean.T * dispersions
    return gene_dispersions(expression, posterior.usages.mean, metagenes, len(posterior.components))


def begin(expression: Matrix, dispersions: np.ndarray, usages: np.ndarray, metagenes: np.ndarray) -> Posterior:
    """Posterior to start from, as narrow as the factors given; shapes come with the first update."""
    factors = usages.astype(np.float64), np.ascontiguousarray((metagenes / dispersions).T)
    for factor in factors:
        lift_zeros(factor)
    posteriors = (Gamma(factor, factor, factor, factor) for factor in factors)
    return Posterior(in_counts(expression, dispersions), *posteriors, np.arange(usages.shape[1]))


def go_on(expression: Matrix, dispersions: np.ndarray, posterior: Posterior, earlier: np.ndarray) -> Posterior:
    """The same posterior in counts of another size."""
    profiles = posterior.profiles.scaled((earlier / dispersions)[:, None])
    return Posterior(in_counts(expression, dispersions), posterior.usages, profiles, posterior.components)


def in_counts(expression: Matrix, dispersions: np.ndarray) -> Matrix:
    """V/φ in the precision of V."""
    if not scipy.sparse.issparse(expression):
        return expression / dispersions.astype(expression.dtype)
    values = expression.data / dispersions[expression.indices].astype(expression.dtype)
    return scipy.sparse.csr_matrix((values, expression.indices, expression.indptr), expression.shape)


def settle(posterior: Posterior, usages: np.ndarray, stopping: Stopping, n_iter: int) -> tuple[int, bool]:
    """Update until the bound stands still: the iterations so far, and whether it did. Means go to the usages given."""

    def step(_: int) -> None:
        posterior.update()
        posterior.switch_off()
        usages[:] = 0
        usages[:, posterior.components] = posterior.usages.mean

    left = stopping._replace(max_iter=stopping.max_iter - n_iter)
    taken, converged = iterate(step, posterior.free_energy, usages, left)
    return n_iter + taken, converged


def finish(
    expression: Matrix, dispersions: np.ndarray, posterior: Posterior, usages: np.ndarray, metagenes: np.ndarray
) -> Fit:
    """Posterior means, zero where switched off or nothing was observed, and all that is told besides."""
    components, counts = posterior.components, posterior.counts
    variances = log_variances(counts, posterior.usages.geometric, np.ascontiguousarray(posterior.profiles.geometric.T))
    samples, genes = (np.asarray(expression.sum(axis=axis)).ravel() > 0 for axis in (1, 0))
    usages[:], metagenes[:] = 0, 0
    usages[:, components] = posterior.usages.mean * samples[:, None]
    metagenes[components] = posterior.profiles.mean.T * (dispersions * genes)
    balance_scale(usages, metagenes)
    usages_sd, metagenes_sd = usages.copy(), metagenes.copy()
    usages_sd[:, components] *= np.sqrt(variances[0])
    metagenes_sd[components] *= np.sqrt(variances[1])
    explained = np.zeros(usages.shape[1])
    explained[components] = posterior.explained()
    values = (counts.data if scipy.sparse.issparse(counts) else counts).astype(np.float64)
    of_counts = kl_constant(counts) - gammaln(values + 1).sum() - len(usages) * np.log(dispersions).sum()
    details = {
        "relevance": explained / explained.sum(),
        "kept": np.isin(np.arange(usages.shape[1]), components),
        "usages_sd": usages_sd,
        "metagenes_sd": metagenes_sd,
        "dispersion": dispersions,
        "evidence": np.array(of_counts - posterior.free_energy()),
    }
    return Fit(usages, metagenes, 0, False, details)


def project_bayesian(expression: Matrix, usages: np.ndarray, metagenes: np.ndarray, options: BayesianOptions) -> None:
    """Usages of least Kullback-Leibler divergence with the metagenes fixed, in place; neither prior nor dispersion."""
    project_kl(expression, usages, metagenes, Penalties())


def divergence_of_means(
    expression: Matrix, usages: np.ndarray, metagenes: np.ndarray, options: BayesianOptions
) -> float:
    """D(V‖WH), of the posterior means at the end of a fit."""
    return kl_divergence(expression, usages, metagenes)


BAYESIAN = Method(
    prepare_bayesian, project_bayesian, divergence_of_means, BayesianOptions, dtype="float64", sparse=True
)
