"""Small matrices with a known structure, for all tests of the rank."""

import numpy as np
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
