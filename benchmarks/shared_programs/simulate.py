"""Cohorts of bulk samples that share some programs, each with its own depth, composition and platform."""

from dataclasses import dataclass
from itertools import chain

import numpy as np
import pandas as pd
from anndata import AnnData

N_GENES, N_MARKERS = 600, 30
SAMPLES = (40, 60, 80)
MEDIAN_TOTALS = (20_000, 60_000, 300_000)
SPREAD_OF_TOTALS = 0.4
BASELINE_SPREAD, PLATFORM_SPREAD = 1.3, 0.3  # standard deviations of log means
FOLD = (3.0, 10.0)
DISPERSION = 0.1


@dataclass(frozen=True)
class Cohort:
    """Counts and what they were made of.

    Attributes
    ----------
    counts
        Samples × genes.
    programs
        Names of its programs; those of another cohort with the same name are the same.
    """

    counts: AnnData
    programs: tuple[str, ...]


def simulate_cohorts(seed: int, shared: int = 4, private: int = 1) -> tuple[list[Cohort], dict[str, set[str]]]:
    """Draw three cohorts of negative binomial counts (variance μ + φ μ²).

    A program raises 30 genes of a baseline that all cohorts have in common 3- to 10-fold. A cohort multiplies each gene
    by a factor of its own (platform), and its programs have abundances of their own. Samples mix programs.

    Parameters
    ----------
    seed
        Not negative; the same seed gives the same cohorts.
    shared, private
        Programs that all cohorts have, and that each has besides. Without any, samples differ by noise alone.

    Returns
    -------
    tuple
        The cohorts, and the marker genes of each program.
    """
    random = np.random.default_rng(seed)
    genes = np.array([f"gene_{number:04}" for number in range(N_GENES)])
    baseline = random.lognormal(0, BASELINE_SPREAD, N_GENES)
    names = [f"shared_{number}" for number in range(1, shared + 1)]
    own = [[f"private_{cohort}_{number}" for number in range(1, private + 1)] for cohort in range(1, len(SAMPLES) + 1)]
    places = {name: random.choice(N_GENES, N_MARKERS, replace=False) for name in [*names, *chain(*own)]}
    profiles = {name: raise_genes(baseline, markers, random) for name, markers in places.items()}
    cohorts = []
    for number, (n_samples, total) in enumerate(zip(SAMPLES, MEDIAN_TOTALS, strict=True)):
        programs = [*names, *own[number]]
        means = np.stack([profiles[name] for name in programs]) if programs else baseline[None]
        platform = random.lognormal(0, PLATFORM_SPREAD, N_GENES)
        cohorts.append(Cohort(draw_counts(means * platform, n_samples, total, genes, random), tuple(programs)))
    return cohorts, {name: set(genes[markers]) for name, markers in places.items()}


def raise_genes(baseline: np.ndarray, markers: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Baseline with the markers raised."""
    profile = baseline.copy()
    profile[markers] *= random.uniform(*FOLD, len(markers))
    return profile


def draw_counts(
    means: np.ndarray, n_samples: int, median_total: float, genes: np.ndarray, random: np.random.Generator
) -> AnnData:
    """Counts of samples that mix programs (n_programs × n_genes), the programs' abundances drawn first."""
    abundances = random.dirichlet(np.full(len(means), 4.0))
    usages = random.dirichlet(0.7 * len(means) * abundances + 0.05, n_samples)
    totals = random.lognormal(np.log(median_total), SPREAD_OF_TOTALS, n_samples)
    expected = usages @ (means / means.sum(axis=1, keepdims=True)) * totals[:, None]
    counts = random.poisson(random.gamma(1 / DISPERSION, expected * DISPERSION)).astype(np.float32)
    samples = [f"sample_{number}" for number in range(n_samples)]
    return AnnData(counts, pd.DataFrame(index=samples), pd.DataFrame({"description": ""}, index=genes))
