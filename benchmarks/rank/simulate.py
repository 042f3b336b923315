"""Simulated count matrices whose number of programs is known.

Counts are negative binomial (variance μ + φ μ²) around μ = library size × usages @ programs. A program is a common
log-normal baseline with some genes of its own raised. Scenarios:

- ``balanced``: groups of equal size, each with a program of its own, and a little of the others in every sample;
- ``unbalanced``: the same with groups from 5 samples up;
- ``additive``: samples mix programs, one or two of which prevail;
- ``noisy``: balanced, with three times the overdispersion;
- ``nested``: two families of programs, which share more genes within a family than each has of its own;
- ``weak``: balanced, and six nuisances that raise and lower a tenth of the genes each by far less than programs do;
- ``sparse``: balanced, with so few counts that most are 0, as of single cells, and three times the samples;
- ``null`` and ``sparse_null``: one program, so nothing to find, in many and in few counts.

Everything is drawn in one fixed order from one generator: a scenario, rank and seed give the same matrix for ever.
"""

from dataclasses import dataclass

import numpy as np

SCENARIOS = ("balanced", "unbalanced", "additive", "noisy", "nested")
CONTROLS = ("weak", "null", "sparse", "sparse_null")
N_SAMPLES, N_GENES, MEAN_COUNT = 80, 200, 25
N_SPARSE_SAMPLES, SPARSE_MEAN_COUNT = 240, 0.4
MARKER_SHARE = 0.12
FOLD = (2.5, 8.0)
DISPERSION = {"noisy": 0.35}
USUAL_DISPERSION = 0.12
SMALLEST_GROUP = 5
OWN_SHARE = 0.88
NUISANCES, NUISANCE_FOLD = 6, 1.6


@dataclass(frozen=True)
class Simulated:
    """Counts and what they were made of.

    Attributes
    ----------
    counts
        n_samples × n_genes, whole numbers as float64; genes without any count are left out.
    usages, programs
        Shares of the true programs in each sample (n_samples × rank, rows sum to 1), and their profiles over the genes
        of ``counts`` (rank × n_genes, in shares of all genes drawn).
    rank
        Number of programs.
    scenario
        One of SCENARIOS or CONTROLS.
    """

    counts: np.ndarray
    usages: np.ndarray
    programs: np.ndarray
    rank: int
    scenario: str


def simulate(scenario: str, rank: int, seed: int, n_samples: int | None = None, n_genes: int = N_GENES) -> Simulated:
    """Draw one matrix of a scenario.

    Parameters
    ----------
    scenario
        One of SCENARIOS or CONTROLS.
    rank
        Number of programs, 1 or more. Under both nulls there is one whatever the rank, which then only seeds.
    seed
        Not negative.
    n_samples, n_genes
        Size of the matrix, of which genes without any count are left out; 80 samples where not given, 240 of the
        sparse scenarios.

    Raises
    ------
    ValueError
        The scenario has another name.

    Examples
    --------
    >>> simulate("nested", 4, seed=1).counts.shape
    (80, 200)
    """
    if scenario not in (*SCENARIOS, *CONTROLS):
        raise ValueError(f"scenario is {scenario!r}; expected one of {', '.join((*SCENARIOS, *CONTROLS))}")
    random = np.random.default_rng(np.random.SeedSequence([seed, rank, *scenario.encode()]))
    rank = 1 if scenario in ("null", "sparse_null") else rank
    sparse = scenario in ("sparse", "sparse_null")
    n_samples = n_samples or (N_SPARSE_SAMPLES if sparse else N_SAMPLES)
    programs = draw_programs(random, rank, n_genes, scenario)
    usages = draw_usages(random, rank, n_samples, scenario)
    depth = np.exp(random.normal(0, 0.25, n_samples)) * (SPARSE_MEAN_COUNT if sparse else MEAN_COUNT) * n_genes
    mean = depth[:, None] * (usages @ programs)
    if scenario == "weak":
        mean = mean * draw_nuisances(random, n_samples, n_genes)
    counts = draw_counts(random, mean, DISPERSION.get(scenario, USUAL_DISPERSION))
    seen = counts.any(axis=0)
    return Simulated(counts[:, seen], usages, programs[:, seen], rank, scenario)


def draw_programs(random: np.random.Generator, rank: int, n_genes: int, scenario: str) -> np.ndarray:
    """Programs (rank × n_genes), rows sum to 1."""
    baseline = np.exp(random.normal(0, 1, n_genes))
    programs = np.tile(baseline, (rank, 1))
    if scenario == "nested" and rank > 2:
        parents = np.arange(rank) * 2 // rank
        for parent in (0, 1):
            raise_genes(random, programs, np.flatnonzero(parents == parent), MARKER_SHARE)
        for child in range(rank):
            raise_genes(random, programs, [child], MARKER_SHARE / 2)
    elif scenario not in ("null", "sparse_null"):
        for program in range(rank):
            raise_genes(random, programs, [program], MARKER_SHARE)
    return programs / programs.sum(axis=1, keepdims=True)


def raise_genes(random: np.random.Generator, programs: np.ndarray, which: list[int] | np.ndarray, share: float) -> None:
    """Raise a random share of the genes in some programs, in place, by the same folds in each."""
    genes = random.choice(programs.shape[1], int(share * programs.shape[1]), replace=False)
    programs[np.ix_(which, genes)] *= np.exp(random.uniform(*np.log(FOLD), len(genes)))


def draw_usages(random: np.random.Generator, rank: int, n_samples: int, scenario: str) -> np.ndarray:
    """Usages (n_samples × rank), rows sum to 1."""
    if scenario == "additive":
        return random.dirichlet(np.full(rank, 0.35), n_samples)
    sizes = np.full(rank, n_samples // rank)
    if scenario == "unbalanced":
        spare = n_samples - SMALLEST_GROUP * rank
        sizes = SMALLEST_GROUP + np.floor(random.dirichlet(np.ones(rank)) * spare).astype(int)
    group = np.repeat(np.arange(rank), sizes)
    group = np.concatenate([group, random.integers(0, rank, n_samples - len(group))])
    return OWN_SHARE * np.eye(rank)[group] + (1 - OWN_SHARE) * random.dirichlet(np.ones(rank), n_samples)


def draw_nuisances(random: np.random.Generator, n_samples: int, n_genes: int) -> np.ndarray:
    """Factors near 1 (n_samples × n_genes) by which nuisances, each on a tenth of the genes, multiply the means."""
    logarithm = np.zeros((n_samples, n_genes))
    for _ in range(NUISANCES):
        genes = random.choice(n_genes, n_genes // 10, replace=False)
        logarithm[:, genes] += random.normal(0, 0.5 * np.log(NUISANCE_FOLD), n_samples)[:, None]
    return np.exp(logarithm)


def draw_counts(random: np.random.Generator, mean: np.ndarray, dispersion: float) -> np.ndarray:
    """Negative binomial counts of these means, as Poisson counts of gamma-distributed rates."""
    return random.poisson(mean * random.gamma(1 / dispersion, dispersion, mean.shape)).astype(float)
