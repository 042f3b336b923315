"""Results that several folders' tests look at: a small matrix, the leukemia matrix, and what R's NMF makes of it."""

import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from hypothesis import settings

from nmfbio.consensus import build_consensus, summarize_restarts
from nmfbio.factorization import factorize
from nmfbio.io import read_expression
from nmfbio.signatures import extract_signatures

ROOT = Path(__file__).resolve().parents[1]
LEUKEMIA = ROOT / "resources" / "leukemia"
GOLDEN = ROOT / "tests" / "data"

# The same examples on every machine, and no failure for a machine that is busy.
settings.register_profile("nmfbio", derandomize=True, deadline=None)
settings.load_profile("nmfbio")


@pytest.fixture(scope="session")
def golden_table():
    """Reader of a table that R's NMF wrote, its first column the index."""
    return lambda name: pd.read_csv(GOLDEN / "r_nmf" / name, sep="\t", index_col=0)


@pytest.fixture(scope="session")
def golden_numbers():
    """What else R's NMF prints of these tables."""
    return json.loads((GOLDEN / "r_nmf" / "reference.json").read_text())


@pytest.fixture(scope="session")
def leukemia_anchors():
    """Numbers that R's NMF package prints on the leukemia matrix."""
    return json.loads((GOLDEN / "anchors.json").read_text())


@pytest.fixture(scope="session")
def leukemia_expression():
    """38 samples × 5000 genes with their metadata."""
    return read_expression(*(LEUKEMIA / name for name in ("expression.tsv.gz", "samples.tsv", "genes.tsv")))


@pytest.fixture(scope="session")
def small_expression():
    """12 samples × 60 genes of counts, three groups of samples with six genes each and 42 genes alike in all."""
    random = np.random.default_rng(7)
    group = np.repeat(["red", "green", "blue"], 4)
    means = np.full((12, 60), 4.0)
    means[:, :18] = 1.0
    for place in range(3):
        means[4 * place : 4 * place + 4, 6 * place : 6 * place + 6] = 60.0
    samples = [f"sample_{number}" for number in random.permutation(12)]
    genes = [f"gene_{number:02}" for number in range(60)]
    return AnnData(
        random.poisson(means).astype(np.float32),
        obs=pd.DataFrame({"group": group, "ward": ["one"] * 12, "code": samples}, index=samples),
        var=pd.DataFrame({"description": [f"makes protein {number}" for number in range(60)]}, index=genes),
    )


@pytest.fixture(scope="session")
def small_restarts(small_expression):
    """Function from a rank and a number of restarts to their summary, on the small matrix."""

    @cache
    def fit(rank: int, restarts: int = 6):
        return summarize_restarts(factorize(small_expression.X, rank, restarts=restarts, dtype="float64"))

    return fit


@pytest.fixture(scope="session")
def small_consensus(small_expression, small_restarts):
    """Function from a rank, a number of restarts and a scale to their consensus, on the small matrix."""

    @cache
    def build(rank: int, restarts: int = 6, scale: str = "max"):
        samples = small_expression.obs_names.to_numpy()
        return build_consensus(small_expression.X, small_restarts(rank, restarts), samples, scale=scale)

    return build


@pytest.fixture(scope="session")
def extract(small_expression):
    """Function from a consensus of the small matrix, and how genes are selected, to its tables."""

    def tabulate(consensus, scale: str = "max", **cut):
        names = small_expression.obs_names, small_expression.var
        return extract_signatures(small_expression.X, consensus, *names, scale, **cut)

    return tabulate
