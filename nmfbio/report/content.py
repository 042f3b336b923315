"""What a report shows, as plain values."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
INCHES_PER_METRE_OF_DOTS = 0.0254
CSS_PIXELS_PER_INCH = 96
READING_ENLARGEMENT = 1.45
"""Figures are drawn for a printed column; on a screen they are shown this much larger."""


@dataclass(frozen=True)
class FigureContent:
    """One figure.

    Parameters
    ----------
    image
        Bytes of a PNG or SVG file, embedded as they are.
    alternative
        What a reader who cannot see the figure needs to know.
    caption
        Sentences below the figure.
    link
        Path of the PDF for print, relative to the report; none if None.
    """

    image: bytes
    alternative: str
    caption: str
    link: str | None = None

    @property
    def data_address(self) -> str:
        """The image as a `data:` address."""
        media_type = "image/png" if self.image.startswith(PNG_SIGNATURE) else "image/svg+xml"
        return f"data:{media_type};base64,{b64encode(self.image).decode('ascii')}"

    @property
    def display_size(self) -> tuple[int, int] | None:
        """Width and height in CSS pixels from a PNG's own resolution; None if the file does not say."""
        if not self.image.startswith(PNG_SIGNATURE):
            return None
        # PNG specification: width and height follow the signature, a length and "IHDR"; pHYs holds dots per metre.
        width, height = (int.from_bytes(self.image[start : start + 4], "big") for start in (16, 20))
        place = self.image.find(b"pHYs", 0, 4096)
        if place < 0:
            return width, height
        dots_per_metre = int.from_bytes(self.image[place + 4 : place + 8], "big")
        dots_per_inch = max(dots_per_metre * INCHES_PER_METRE_OF_DOTS, 1)
        ratio = CSS_PIXELS_PER_INCH * READING_ENLARGEMENT / dots_per_inch
        return round(width * ratio), round(height * ratio)


@dataclass(frozen=True)
class RankContent:
    """Signatures and samples at one rank.

    Parameters
    ----------
    rank
        Number of metagenes.
    genes
        Columns metagene, position, gene, description, z, fold, contribution, kim_park, weight, stability, selected:
        every gene once, under the metagene where its loading is largest.
    samples
        Columns sample, cluster, usage_share, second, margin, agreement, silhouette, consensus_cluster,
        scale_dependent, cluster_other_scale, unsteady.
    programs
        Columns signature, in_use, silhouette, share_of_restarts, mean_cosine, min_cosine: how surely each metagene
        recurs over restarts.
    figures
        Any of `consensus`, `metagenes`, `usages`.
    genes_link, samples_link, programs_link
        Paths of the whole tables, relative to the report.
    """

    rank: int
    genes: pd.DataFrame
    samples: pd.DataFrame
    programs: pd.DataFrame
    figures: Mapping[str, FigureContent] = field(default_factory=dict)
    genes_link: str | None = None
    samples_link: str | None = None
    programs_link: str | None = None

    @property
    def metagenes(self) -> list[str]:
        """Names of the metagenes, in their order."""
        return [f"metagene_{number}" for number in range(1, self.rank + 1)]

    def program(self, metagene: str) -> pd.Series:
        """The row of ``programs`` for a metagene."""
        return self.programs.set_index("signature").loc[metagene]

    @property
    def empty(self) -> tuple[str, ...]:
        """Names of the metagenes that the method left empty: no gene has weight in them."""
        return tuple(self.programs.loc[~self.programs["in_use"].astype(bool), "signature"])


@dataclass(frozen=True)
class ReportContent:
    """All a report shows.

    Parameters
    ----------
    dataset
        Name of the data set in the configuration.
    title
        Heading of the report.
    summary
        Numbers of the run: `samples`, `genes`, `restarts` (a rank).
    settings
        The settings the data set was run with, section by section.
    preflight
        Columns matrix (as read or factorised), check, status (ok, note or warning), found, meaning, where.
    measures
        Columns rank, measure, value, low, high, null_low, null_high; NaN where a measure is not defined.
    verdict
        Keys status (supported, weak or none), rank, rule, votes, why, reproducible, bound, bound_open, bound_votes,
        gate, threshold, distance, vote, agreement, agreement_means, cophenetic_reading, disagreements; all but the
        first may be None or missing.
    objectives
        Columns rank, restart, objective, iterations, converged.
    solutions
        Columns rank, solution (aligned_median, clustered or best), objective, of_record; NaN where one was refused.
    ranks
        One entry a rank, rising.
    figures
        `rank_survey`, `objectives` and `preprocessing`.
    versions
        Version of each program.
    provenance
        What else is needed to run it again: seed, digests of the input, in words the reader knows.
    preprocess
        What preprocessing did, as `uns["preprocess"]` of the matrix holds it; the preset `none` if empty.
    """

    dataset: str
    title: str
    summary: Mapping[str, int]
    settings: Mapping[str, Any]
    preflight: pd.DataFrame
    measures: pd.DataFrame
    verdict: Mapping[str, Any]
    objectives: pd.DataFrame
    solutions: pd.DataFrame
    ranks: tuple[RankContent, ...]
    figures: Mapping[str, FigureContent] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)
    preprocess: Mapping[str, Any] = field(default_factory=dict)

    @property
    def shown_rank(self) -> RankContent:
        """The rank the report opens at: the verdict's, or the smallest where it names none."""
        return next((entry for entry in self.ranks if entry.rank == self.verdict.get("rank")), self.ranks[0])

    def count_restarts(self, rank: int) -> int:
        """How many restarts there were at a rank."""
        return int((self.objectives["rank"] == rank).sum())

    @property
    def has_proposal(self) -> bool:
        """Whether the verdict names a rank of this run."""
        return any(entry.rank == self.verdict.get("rank") for entry in self.ranks)
