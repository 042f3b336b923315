"""The leukemia matrix and what R's NMF package makes of it."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "data"


@pytest.fixture(scope="session")
def leukemia_table():
    """Genes × samples, as published."""
    return pd.read_csv(ROOT / "resources" / "leukemia" / "expression.tsv.gz", sep="\t", index_col=0)


@pytest.fixture(scope="session")
def leukemia(leukemia_table):
    """38 samples × 5000 genes."""
    return np.ascontiguousarray(leukemia_table.to_numpy(np.float64).T)


@pytest.fixture(scope="session")
def anchors():
    """Numbers that R's NMF package prints on the leukemia matrix."""
    return json.loads((GOLDEN / "anchors.json").read_text())


@pytest.fixture(scope="session")
def golden_factors():
    """Reader of a pair of golden factors, turned to samples × rank and rank × genes."""

    def read(usages: str, metagenes: str, index_col: int | None = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
        return tuple(pd.read_csv(GOLDEN / name, sep="\t", index_col=index_col).T for name in (usages, metagenes))

    return read


@pytest.fixture
def expression():
    """12 samples × 40 genes of counts around three metagenes."""
    random = np.random.default_rng(7)
    return random.poisson(random.gamma(1.0, 2.0, (12, 3)) @ random.gamma(0.5, 4.0, (3, 40)) + 0.3).astype(np.float64)


@pytest.fixture
def start(expression):
    """Usages and metagenes to start from at rank 3, all above zero."""
    random = np.random.default_rng(8)
    return random.uniform(0.1, 1.0, (expression.shape[0], 3)), random.uniform(0.1, 1.0, (3, expression.shape[1]))
