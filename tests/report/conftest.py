"""A small finished run, with names that try to break out of the page."""

import struct
import zlib
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from nmfbio.report import FigureContent, RankContent, ReportContent

GENES = 12
HOSTILE_SAMPLE = "<script>alert(1)</script>"
HOSTILE_GENE = "\"><img src=x onerror='alert(2)'>"


def make_png(width: int = 8, height: int = 4) -> bytes:
    """A valid grey PNG at 200 dots per inch."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = b"".join(b"\x00" + b"\x80" * width for _ in range(height))
    resolution = struct.pack(">IIB", 7874, 7874, 1)
    parts = (chunk(b"IHDR", header), chunk(b"pHYs", resolution), chunk(b"IDAT", zlib.compress(rows)))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + chunk(b"IEND", b"")


def make_figure(name: str) -> FigureContent:
    return FigureContent(make_png(), f"What {name} shows", f"Caption of {name}.", link=f"figures/{name}.pdf")


def make_genes(rank: int) -> pd.DataFrame:
    each = GENES // rank
    positions = np.tile(np.arange(1, each + 1), rank)
    return pd.DataFrame(
        {
            "metagene": np.repeat([f"metagene_{i + 1}" for i in range(rank)], each),
            "position": positions,
            "gene": [HOSTILE_GENE, *(f"GENE{i}" for i in range(1, GENES))],
            "description": ["tyrosine & <b>kinase</b>"] + [""] * (GENES - 1),
            "z": 1 / (1 + positions) if rank > 1 else np.nan,
            "fold": 1 + 1 / positions if rank > 1 else np.nan,
            "contribution": 1 / rank,
            "kim_park": 1 / (1 + positions) if rank > 1 else np.nan,
            "weight": 1 / positions,
            "stability": 0.75,
            "selected": (positions == 1) & (rank > 1),
        }
    )


def make_samples(rank: int) -> pd.DataFrame:
    names = [HOSTILE_SAMPLE, "AML_13", "ALL_7", "ALL_8"]
    clusters = [f"metagene_{i % rank + 1}" for i in range(4)]
    other = [f"metagene_{(i + 1) % rank + 1}" for i in range(4)]
    return pd.DataFrame(
        {
            "sample": names,
            "cluster": clusters,
            "usage_share": [0.52, 0.9, 0.8, 0.7] if rank > 1 else [1.0] * 4,
            "second": other if rank > 1 else [""] * 4,
            "margin": [0.04, 0.8, 0.6, 0.4] if rank > 1 else [np.nan] * 4,
            "agreement": [0.6, 1.0, 1.0, 0.95],
            "silhouette": [0.1, 0.9, 0.9, 0.8] if rank > 1 else [np.nan] * 4,
            "consensus_cluster": [other[0] if rank > 1 else clusters[0], *clusters[1:]],
            "scale_dependent": [False, rank > 1, False, False],
            "cluster_other_scale": [clusters[0], other[1], *clusters[2:]],
        }
    )


def make_programs(rank: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "signature": [f"metagene_{i + 1}" for i in range(rank)],
            "in_use": True,
            "silhouette": [0.98 - 0.3 * i for i in range(rank)] if rank > 1 else np.nan,
            "share_of_restarts": [1.0, *([0.8] * (rank - 1))],
            "mean_cosine": [0.9988, *([0.91] * (rank - 1))],
            "min_cosine": [0.97, *([0.42] * (rank - 1))],
        }
    )


def make_solutions(ranks: tuple[int, ...]) -> pd.DataFrame:
    rows = [
        (rank, name, factor * 1e7 / rank, name == "aligned_median")
        for rank in ranks
        for name, factor in (("aligned_median", 1.002), ("clustered", np.nan), ("best", 1.0))
    ]
    return pd.DataFrame(rows, columns=["rank", "solution", "objective", "of_record"])


def make_measures(ranks: tuple[int, ...]) -> pd.DataFrame:
    values = {
        "cophenetic": 0.99, "dispersion": 0.9, "pac": 0.04, "silhouette": 0.8,
        "explained_variance": 0.7, "objective": 1.6e7,
    }  # fmt: skip
    unknown = dict.fromkeys(("low", "high", "null_low", "null_high"), np.nan)
    return pd.DataFrame(
        {
            "rank": rank,
            "measure": name,
            "value": np.nan if rank == 1 and name in ("cophenetic", "silhouette") else value,
            **unknown,
        }
        for rank in ranks
        for name, value in values.items()
    )


def make_objectives(ranks: tuple[int, ...], restarts: int) -> pd.DataFrame:
    rows = [(rank, restart, 1e7 / rank + restart, 100 + restart, True) for rank in ranks for restart in range(restarts)]
    return pd.DataFrame(rows, columns=["rank", "restart", "objective", "iterations", "converged"])


def make_content(ranks: tuple[int, ...] = (2, 3), restarts: int = 5, **changes) -> ReportContent:
    """A run at these ranks; `changes` replaces whole fields."""
    content = ReportContent(
        dataset="leukemia",
        title="Signatures of leukemia & <i>friends</i>",
        summary={"samples": 4, "genes": GENES, "restarts": restarts},
        settings={
            "preprocess": {"preset": "none"},
            "factorize": {"method": "kl", "seeding": "random", "seed": 7, "max_iter": 2000, "tolerance": 1e-6},
            "consensus": {"scale": "max", "solution": "aligned_median"},
            "rank": {"rule": "cophenetic", "selected": None},
            "signatures": {"top_genes": 10},
        },
        preflight=pd.DataFrame(
            {
                "matrix": ["as read", "factorised"],
                "check": ["size", "constant genes"],
                "status": ["ok", "warning"],
                "found": ["4 samples", "2 genes"],
                "meaning": ["what is factorised", "kept"],
                "where": ["", np.nan],
            }
        ),
        measures=make_measures(ranks),
        verdict={
            "status": "supported", "rank": ranks[-1], "reproducible": None, "bound": None, "agreement": 0.5,
            "votes": {"cophenetic": ranks[-1], "pac": ranks[0]}, "why": "The curve falls after it.",
            "rule": "cophenetic",
        },
        objectives=make_objectives(ranks, restarts),
        solutions=make_solutions(ranks),
        ranks=tuple(
            RankContent(
                rank,
                make_genes(rank),
                make_samples(rank),
                make_programs(rank),
                {name: make_figure(f"{name}_k{rank}") for name in ("consensus", "metagenes", "usages")},
                genes_link=f"signatures/k{rank}/genes.tsv",
                samples_link=f"signatures/k{rank}/samples.tsv",
                programs_link=f"signatures/k{rank}/programs.tsv",
            )
            for rank in ranks
        ),
        figures={name: make_figure(name) for name in ("rank_survey", "objectives")},
        versions={"Python": "3.11.7", "nmfbio": "0.1.0", "numpy": "2.4.6"},
        provenance={"input": {"expression.tsv": "sha256 0f1e"}},
    )  # fmt: skip
    return replace(content, **changes)


@pytest.fixture
def content() -> ReportContent:
    return make_content()


@pytest.fixture
def build_content():
    return make_content


EVIDENCE = {
    "reproducibility": 0.9, "speckled_cv": 0.8, "count_splitting": np.nan, "bi_cv": 0.9, "gain": 0.1,
    "parallel_analysis": 2.0, "program_silhouette": 0.95, "inflection": 0.02,
}  # fmt: skip


def make_evidence(ranks: tuple[int, ...] = (2, 3), restarts: int = 5, **verdict) -> ReportContent:
    """A run with all the evidence on the rank, rank 1 among the measures; `verdict` replaces its keys."""
    content = make_content(ranks, restarts)
    every = sorted({1, *ranks})
    nowhere = dict.fromkeys(("low", "high", "null_low", "null_high"), np.nan)
    rows = [
        {"rank": rank, "measure": name, "value": value, **nowhere} for rank in every for name, value in EVIDENCE.items()
    ]
    measures = pd.concat([pd.DataFrame(rows), make_measures(tuple(every))], ignore_index=True)
    is_line = measures["measure"] == "reproducibility"
    measures.loc[is_line, ["low", "high"]] = [0.85, 0.95]
    settings = {**content.settings, "rank": {"rule": "finest_reproducible", "selected": None, "evidence": True}}
    full = {
        "status": "supported", "rank": ranks[-1], "rule": "finest_reproducible", "reproducible": list(ranks),
        "bound": 5, "bound_open": False, "bound_votes": {"speckled_cv": 5, "gain": 4, "parallel_analysis": 6},
        "gate": {"speckled_cv": 5, "count_splitting": None}, "threshold": 0.7,
        "distance": {str(rank): 0.2 - 0.18 * (rank == 2) for rank in ranks},
        "votes": {"gain": 4, "speckled_cv": 5, "parallel_analysis": 6, "program_silhouette": 3, "pac": 2},
        "vote": {
            "rank": 4, "interval": [3, 5], "agreement": 0.4,
            "voters": ["gain", "speckled_cv", "parallel_analysis", "program_silhouette", "pac"],
        },
        "agreement": 0.75, "agreement_means": "Three of four verdicts like this one were right in simulations.",
        "runner_up": 2, "cophenetic_reading": 3, "why": "Hidden values support it.",
        "disagreements": ["Parallel analysis prefers 6: weak patterns go on."],
    }  # fmt: skip
    return replace(content, measures=measures, settings=settings, verdict=full | verdict)


NO_STRUCTURE = {
    "status": "none", "rank": None, "reproducible": [], "bound": 1, "gate": {"speckled_cv": 1},
    "bound_votes": {"speckled_cv": 1, "gain": 1, "parallel_analysis": 1}, "disagreements": [],
    "distance": {"2": -0.5, "3": -0.6}, "vote": {"rank": 1, "interval": [1, 1], "agreement": 1.0, "voters": []},
}  # fmt: skip


@pytest.fixture
def build_evidence():
    return make_evidence


@pytest.fixture
def no_structure():
    return NO_STRUCTURE
