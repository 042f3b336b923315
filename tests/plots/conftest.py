"""Made-up results of any size, and what is asked of the text in every figure."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import squareform

ODD_NAMES = [
    "$x_1$",
    "_hidden",
    "<script>alert(1)</script>",
    "a\tb\nc",
    "$",
    "%d {0}",
    "\\frac{1}",
    "Größe Ω",
    "=1+1",
    "n" * 300,
]


@dataclass(frozen=True)
class Results:
    """The tables that the figures take."""

    consensus: pd.DataFrame
    linkage: np.ndarray
    clusters: pd.Series
    annotations: pd.DataFrame
    usages: pd.DataFrame
    metagenes: pd.DataFrame
    genes: pd.DataFrame
    expression: pd.DataFrame


def _genes(rank: int, per_metagene: int, names: list[str]) -> pd.DataFrame:
    rows = [
        (f"metagene_{k + 1}", position + 1, names[k * per_metagene + position], f"description of gene {position} " * 3)
        for k in range(rank)
        for position in range(per_metagene)
    ]
    return pd.DataFrame(rows, columns=["metagene", "position", "gene", "description"])


@cache
def _results(n_samples: int, rank: int = 3, per_metagene: int = 5, odd: bool = False) -> Results:
    random = np.random.default_rng(n_samples + rank)
    samples = [f"sample_{i}" for i in range(n_samples)]
    gene_names = [f"gene_{i}" for i in range(rank * per_metagene)]
    if odd:
        samples[: len(ODD_NAMES)] = ODD_NAMES[:n_samples]
        gene_names[: len(ODD_NAMES)] = ODD_NAMES[: len(gene_names)]
    labels = random.integers(0, rank, size=(20, n_samples))
    truth = np.arange(n_samples) % rank
    labels = np.where(random.random(labels.shape) < 0.85, truth, labels)
    consensus = np.mean([row[:, None] == row[None] for row in labels], axis=0)
    names = [f"metagene_{k + 1}" for k in range(rank)]
    usages = random.random((n_samples, rank)) + 3 * (truth[:, None] == np.arange(rank))
    expression = random.gamma(2, 50, (len(gene_names), n_samples))
    values = ODD_NAMES if odd else ["ALL", "AML", "CML"]
    annotations = {("_" if odd else "") + "lineage": [values[i % len(values)] for i in range(n_samples)]}
    annotations["$b$ " + "very long column name " * 9 if odd else "batch"] = random.integers(1, 3, n_samples)
    return Results(
        consensus=pd.DataFrame(consensus, samples, samples),
        linkage=linkage(squareform(1 - consensus, checks=False), "average"),
        clusters=pd.Series([names[i] for i in truth], samples),
        annotations=pd.DataFrame(annotations, samples),
        usages=pd.DataFrame(usages, samples, names),
        metagenes=pd.DataFrame(random.random((len(gene_names), rank)), gene_names, names),
        genes=_genes(rank, per_metagene, gene_names),
        expression=pd.DataFrame(expression, gene_names, samples),
    )


@pytest.fixture(scope="session")
def make_results():
    """Return a function from a number of samples, a rank and genes per metagene to made-up results."""
    return _results


@pytest.fixture(scope="session")
def odd_names():
    """Return names that break careless figures."""
    return ODD_NAMES


@pytest.fixture(scope="session")
def texts_of():
    """Return a function from a figure to the texts drawn and their boxes in pixels, each shrunk by half a pixel."""

    def collect(figure):
        renderer = FigureCanvasAgg(figure).get_renderer()
        drawn, draw_text = [], renderer.draw_text

        def record(*args, mtext=None, **kwargs):
            assert mtext is not None, "a text of several lines hides where its lines end"
            drawn.append(mtext)
            draw_text(*args, mtext=mtext, **kwargs)

        renderer.draw_text = record
        figure.draw(renderer)
        return [(text.get_text(), text.get_window_extent(renderer).padded(-0.5)) for text in drawn]

    return collect


@pytest.fixture(scope="session")
def assert_text_is_clear(texts_of):
    """Return a check that no text leaves the figure or touches another one."""

    def check(figure):
        canvas = figure.bbox
        texts = texts_of(figure)
        boxes = np.array([box.extents for _, box in texts])
        for text, box in texts:
            inside = box.x0 >= canvas.x0 and box.y0 >= canvas.y0 and box.x1 <= canvas.x1 and box.y1 <= canvas.y1
            assert inside, f"{text!r} leaves the figure"
        apart_x = (boxes[:, None, 2] <= boxes[None, :, 0]) | (boxes[None, :, 2] <= boxes[:, None, 0])
        apart_y = (boxes[:, None, 3] <= boxes[None, :, 1]) | (boxes[None, :, 3] <= boxes[:, None, 1])
        touching = np.argwhere(np.triu(~(apart_x | apart_y), 1))
        assert not len(touching), [(texts[i][0], texts[j][0]) for i, j in touching[:5]]

    return check


ALL_MEASURES = (
    "reproducibility", "speckled_cv", "count_splitting", "bi_cv", "gain", "parallel_analysis", "program_silhouette",
    "cophenetic", "dispersion", "pac", "silhouette", "explained_variance", "objective", "inflection",
)  # fmt: skip
DEFINED_AT_ONE = ("speckled_cv", "count_splitting", "bi_cv", "gain", "explained_variance", "objective")


def _survey(ranks=(2, 3, 4, 5, 6), counts: bool = False) -> tuple[pd.DataFrame, dict]:
    ranks = sorted({1, *ranks})
    random = np.random.default_rng(len(ranks))
    rows = []
    for measure in ALL_MEASURES:
        for rank in ranks:
            value = 547143.5 / rank if measure == "objective" else random.uniform(0.3, 1)
            is_undefined = (rank == 1 and measure not in DEFINED_AT_ONE) or (
                measure == "count_splitting" and not counts
            )
            is_undefined |= rank == ranks[-1] and measure in ("gain", "inflection")
            rows.append(
                (rank, measure, *((np.nan,) * 5 if is_undefined else (value, value - 0.1, value + 0.1, 0.2, 0.3)))
            )
    measures = pd.DataFrame(rows, columns=["rank", "measure", "value", "low", "high", "null_low", "null_high"])
    chosen, bound = ranks[len(ranks) // 2], ranks[-(len(ranks) // 4) - 1]
    voters = ["gain", "speckled_cv", "parallel_analysis", "program_silhouette", "pac"]
    verdict = {
        "status": "supported", "rank": chosen, "rule": "finest_reproducible",
        "reproducible": [rank for rank in ranks[1:] if rank <= chosen], "bound": bound, "bound_open": False,
        "bound_votes": {"speckled_cv": bound, "gain": bound, "parallel_analysis": ranks[-1]},
        "gate": {"speckled_cv": bound, "count_splitting": None}, "threshold": 0.7,
        "distance": {str(rank): 0.1 if rank <= chosen else -0.2 for rank in ranks[1:]},
        "votes": {**dict.fromkeys(voters, ranks[-1]), "cophenetic": ranks[0], "dispersion": None},
        "vote": {"rank": bound, "interval": [chosen, ranks[-1]], "agreement": 0.4, "voters": voters,
                 "calibration": "right in 21 of 27 simulated data sets"},
        "agreement": 0.75, "agreement_means": "How often such a verdict was right in simulations.",
        "runner_up": None, "cophenetic_reading": ranks[0], "why": "", "disagreements": [],
    }  # fmt: skip
    return measures, verdict


@pytest.fixture(scope="session")
def make_survey():
    """Return a function from ranks to measures and verdict as a run with all the evidence leaves them."""
    return _survey


@pytest.fixture(scope="session")
def no_structure():
    """Return what changes in a verdict where held-out data support no more than one metagene."""
    return {
        "status": "none", "rank": None, "reproducible": [], "bound": 1, "bound_votes": {"speckled_cv": 1, "gain": 1},
        "gate": {"speckled_cv": 1, "count_splitting": None}, "runner_up": None,
    }  # fmt: skip
