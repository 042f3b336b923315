"""Small matrices with a known structure, for all tests of the rank."""

import numpy as np
import pandas as pd
import pytest

# Nothing of the evidence may warn of numbers that are not numbers.
WARNINGS = "error::RuntimeWarning"


def pytest_collection_modifyitems(items):
    for item in items:
        if "/rank/" in item.nodeid.replace("\\", "/"):
            item.add_marker(pytest.mark.filterwarnings(WARNINGS))


@pytest.fixture(scope="session")
def negative_binomial():
    """Function that draws counts of an overdispersion around two groups of samples: n_samples × n_genes."""

    def draw(overdispersion: float, n_samples: int = 40, n_genes: int = 100, seed: int = 0) -> np.ndarray:
        random = np.random.default_rng(seed)
        programs = random.gamma(1.0, 15.0, (2, n_genes)) + 5
        mean = programs[np.arange(n_samples) % 2] * np.exp(random.normal(0, 0.2, (n_samples, 1)))
        if overdispersion > 0:
            mean = mean * random.gamma(1 / overdispersion, overdispersion, mean.shape)
        return random.poisson(mean).astype(np.float64)

    return draw


@pytest.fixture(scope="session")
def low_rank():
    """24 samples × 40 genes of rank 2 without noise."""
    random = np.random.default_rng(3)
    return random.gamma(1.0, 1.0, (24, 2)) @ random.gamma(0.5, 4.0, (2, 40)) + 0.0


@pytest.fixture(scope="session")
def tiny_counts(negative_binomial):
    """16 samples × 30 genes of counts."""
    return negative_binomial(0.1, 16, 30, seed=2)


@pytest.fixture(scope="session")
def make_measures():
    """Function that makes a table of measures from curves over ranks 1, 2, ...; by default three programs."""
    usual = {
        "reproducibility": [np.nan, 0.95, 0.9, 0.5, 0.3],
        "speckled_cv": [1.0, 0.8, 0.7, 0.69, 0.72],
        "gain": [0.3, 0.2, 0.01, 0.01, np.nan],
        "parallel_analysis": [np.nan, 3.0, 2.0, 0.9, 0.8],
        "program_silhouette": [np.nan, 1.0, 0.9, 0.4, 0.1],
        "cophenetic": [np.nan, 1.0, 1.0, 0.95, 0.9],
        "dispersion": [np.nan, 0.9, 0.95, 0.8, 0.7],
        "pac": [np.nan, 0.1, 0.05, 0.2, 0.3],
        "silhouette": [np.nan, 0.9, 0.95, 0.6, 0.5],
    }

    def make(ranks: range = range(1, 6), **curves: list[float] | None) -> pd.DataFrame:
        rows = [
            (rank, measure, value, 0.05 if measure == "gain" else np.nan)
            for measure, curve in (usual | curves).items()
            if curve is not None
            for rank, value in zip(ranks, curve, strict=True)
        ]
        return pd.DataFrame(rows, columns=["rank", "measure", "value", "null_high"])

    return make


@pytest.fixture(scope="session")
def restarts_only(make_measures):
    """The same of what restarts say, from rank 2 on: no evidence beyond them."""
    gone = dict.fromkeys(["reproducibility", "speckled_cv", "gain", "parallel_analysis"])

    def make(ranks: range | list[int], **curves: list[float]) -> pd.DataFrame:
        left = dict.fromkeys(["program_silhouette", "cophenetic", "dispersion", "pac", "silhouette"])
        return make_measures(ranks, **gone | left | curves)

    return make
