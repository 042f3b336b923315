"""Samples along one axis: their order, the gaps between clusters, the coloured bars and names beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, to_rgba_array

from nmfbio.colours import metagene_colour, metagene_number
from nmfbio.plots.legends import Legend, category_legend
from nmfbio.plots.sheet import Sheet
from nmfbio.plots.style import (
    FAINT,
    LABEL,
    MISSING,
    SMALL,
    annotation_colours,
    contrasting_ink,
    metagene_title,
    plain_text,
    shorten,
    text_height,
    text_width,
)

BAR = 3.0  # mm, height of a coloured bar
BAR_STEP = 3.6  # mm from one bar to the next
CLOSEST = text_height(SMALL) * 0.98  # mm that a name of a sample or gene needs
_CELLS_PER_MM = 8  # 200 dots per inch
_PIXELS_PER_MM = 12  # 300 dots per inch
LONGEST_NAME = 26.0  # mm for the name of a sample or column
LEGEND_ROOM = 40.0  # mm


@dataclass(frozen=True)
class Blocks:
    """Cells along one axis in blocks with gaps between them.

    Parameters
    ----------
    edges
        For each block where its cells begin, and where the last one ends, mm.
    """

    edges: list[np.ndarray]

    @classmethod
    def of_labels(cls, labels: Sequence[object], length: float, gap: float = 0.0) -> "Blocks":
        """Split cells where their label changes, so that cells and gaps fill ``length`` mm."""
        names = np.asarray([str(label) for label in labels])
        breaks = [0, *(np.flatnonzero(names[1:] != names[:-1]) + 1).tolist(), len(names)]
        gap = min(gap, length / (4 * (len(breaks) - 1)))
        cell = (length - gap * (len(breaks) - 2)) / len(names)
        return cls([np.arange(first, stop + 1) * cell + i * gap for i, (first, stop) in enumerate(pairwise(breaks))])

    @classmethod
    def of_cells(cls, n_cells: int, length: float) -> "Blocks":
        """Return one block of equal cells that fill ``length`` mm."""
        return cls([np.linspace(0, length, n_cells + 1)])

    @property
    def cell(self) -> float:
        """Length of a cell, mm."""
        return float(self.edges[0][1] - self.edges[0][0])

    @property
    def length(self) -> float:
        """Length of all cells and gaps, mm."""
        return float(self.edges[-1][-1])

    @property
    def bounds(self) -> list[tuple[int, int]]:
        """First and one past the last cell of each block."""
        return list(pairwise([0, *np.cumsum([len(edges) - 1 for edges in self.edges]).tolist()]))

    @property
    def spans(self) -> list[tuple[float, float]]:
        """Where each block begins and ends, mm."""
        return [(float(edges[0]), float(edges[-1])) for edges in self.edges]

    @property
    def centres(self) -> np.ndarray:
        """Middle of each cell, mm."""
        return np.concatenate([(edges[:-1] + edges[1:]) / 2 for edges in self.edges])

    def pixels(self) -> np.ndarray:
        """Return which cell covers each pixel of an image of these blocks, -1 in a gap; without gaps a pixel a cell."""
        n_cells = self.bounds[-1][1]
        if len(self.edges) == 1:
            return np.arange(n_cells)
        ends = np.concatenate(self.edges)
        cells = np.full(len(ends) - 1, -1)
        cells[np.concatenate([np.arange(*bounds) + i for i, bounds in enumerate(self.bounds)])] = np.arange(n_cells)
        middles = (np.arange(int(self.length * _PIXELS_PER_MM)) + 0.5) / int(self.length * _PIXELS_PER_MM) * self.length
        return cells[np.searchsorted(ends, middles, side="right") - 1]


@dataclass(frozen=True)
class Track:
    """One coloured bar: its name, a colour for each sample, the legend, and words written on its blocks."""

    name: str
    colours: pd.Series
    legend: Legend
    marks: pd.Series | None = None


def paint(axes: Axes, colours: np.ndarray, rows: Blocks, columns: Blocks) -> None:
    """Paint cells on axes measured in mm, as one image in which the gaps between blocks are transparent.

    Parameters
    ----------
    axes
        Axes whose unit is 1 mm; their limits are set to what is painted.
    colours
        n_rows × n_columns × 4, RGBA bytes.
    rows, columns
        Where the cells lie.
    """
    down, across = rows.pixels(), columns.pixels()
    image = colours[np.ix_(down, across)]
    image[down < 0] = 0
    image[:, across < 0] = 0
    axes.imshow(image, aspect="auto", interpolation="nearest", extent=(0, columns.length, rows.length, 0))


def paint_numbers(
    axes: Axes, values: np.ndarray, rows: Blocks, columns: Blocks, shades: Colormap, limits: tuple[float, float]
) -> None:
    """Paint a matrix on axes measured in mm: the lower limit in the first of ``shades``, the upper in the last."""
    values, rows = coarsen(values, rows, 0)
    values, columns = coarsen(values, columns, 1)
    paint(axes, shades((values - limits[0]) / (limits[1] - limits[0]), bytes=True), rows, columns)


def coarsen(values: np.ndarray, cells: Blocks, axis: int) -> tuple[np.ndarray, Blocks]:
    """Average neighbouring cells that are finer than the print, instead of dropping some at random.

    Parameters
    ----------
    values
        Matrix to be drawn.
    cells
        Where the cells of ``axis`` lie.
    axis
        0 for rows, 1 for columns.

    Returns
    -------
    tuple
        The matrix and its cells; unchanged where they are large enough. Blocks are never mixed.
    """
    together = int(1 / (cells.cell * _CELLS_PER_MM))
    if together < 2:
        return values, cells
    starts = np.concatenate([np.arange(first, stop, together) for first, stop in cells.bounds])
    counts = np.diff(np.append(starts, values.shape[axis]))
    means = np.add.reduceat(values, starts, axis=axis) / np.expand_dims(counts, 1 - axis)
    return means, Blocks([np.append(edges[:-1][::together], edges[-1]) for edges in cells.edges])


def cluster_order(clusters: pd.Series, rank_within: pd.Series | None = None) -> list:
    """Return samples ordered by cluster, within a cluster by falling ``rank_within`` or as they came."""
    names = _cluster_names(clusters)
    place = clusters.astype(object).map({name: i for i, name in enumerate(names)}).fillna(len(names)).to_numpy()
    within = np.arange(len(clusters)) if rank_within is None else -rank_within.loc[clusters.index].to_numpy()
    return clusters.index[np.lexsort((np.arange(len(clusters)), within, place))].tolist()


def cluster_track(name: str, heading: str, clusters: pd.Series, room: float = LEGEND_ROOM) -> Track:
    """Return the bar of the samples' metagenes, numbered where there is room."""
    clusters, names = clusters.astype(object), _cluster_names(clusters)
    titles, shades = [metagene_title(label) for label in names], [metagene_colour(label) for label in names]
    if clusters.isna().any():
        titles, shades = [*titles, "none"], [*shades, MISSING]
    colours = clusters.map({label: metagene_colour(label) for label in names}).fillna(MISSING)
    marks = clusters.map({label: str(metagene_number(label) or "") for label in names}).fillna("")
    return Track(name, colours, category_legend(heading, titles, shades, room), marks)


def _cluster_names(clusters: pd.Series) -> list[str]:
    return sorted(clusters.dropna().unique(), key=lambda name: (metagene_number(name) or 0, str(name)))


def annotation_tracks(annotations: pd.DataFrame | None, samples: Sequence, room: float = LEGEND_ROOM) -> list[Track]:
    """Return one bar for each metadata column; samples without a value are grey."""
    if annotations is None:
        return []
    table = annotations.reindex(samples)
    return [_annotation_track(i, str(table.columns[i]), table.iloc[:, i], room) for i in range(table.shape[1])]


def _annotation_track(place: int, name: str, values: pd.Series, room: float) -> Track:
    if isinstance(values.dtype, pd.CategoricalDtype):
        categories = [value for value in values.cat.categories if (values == value).any()]
    else:
        present = values.dropna().unique()
        categories = sorted(present, key=_numbers_first)
    shades = annotation_colours(place, categories)
    colours = values.astype(object).map(dict(zip(categories, shades, strict=True))).fillna(MISSING)
    if values.isna().any():
        categories, shades = [*categories, "not given"], [*shades, MISSING]
    return Track(name, colours, category_legend(name, categories, shades, room))


def _numbers_first(value: object) -> tuple[bool, float, str]:
    number = isinstance(value, (int, float, np.number))
    return (not number, float(value) if number else 0.0, str(value))


def tracks_height(tracks: Sequence[Track]) -> float:
    """Return the height in mm of all bars."""
    return (len(tracks) - 1) * BAR_STEP + BAR if tracks else 0.0


def track_names_width(tracks: Sequence[Track]) -> float:
    """Return the room in mm that the bars' names need on the left."""
    return max((text_width(shorten(track.name, LONGEST_NAME, LABEL), LABEL) for track in tracks), default=0.0)


def draw_tracks(sheet: Sheet, tracks: Sequence[Track], order: list, columns: Blocks, left: float, top: float) -> None:
    """Draw the bars with their names on the left; the top left corner of the bars is given."""
    for i, track in enumerate(tracks):
        y = top + i * BAR_STEP
        axes = sheet.bare_axes(left, y, columns.length, BAR)
        colours = (to_rgba_array(track.colours.loc[order].tolist()) * 255).round().astype(np.uint8)
        paint(axes, colours[None], Blocks.of_cells(1, BAR), columns)
        sheet.text(left - 1.5, y + BAR / 2, shorten(track.name, LONGEST_NAME, LABEL), ha="right", va="center_baseline")
        if track.marks is not None:
            _write_marks(axes, track, order)


def _write_marks(axes: Axes, track: Track, order: list) -> None:
    marks, colours = track.marks.loc[order].to_numpy(), track.colours.loc[order].to_numpy()
    runs = Blocks.of_labels(marks, axes.get_xlim()[1])
    for (left, right), (first, _) in zip(runs.spans, runs.bounds, strict=True):
        if right - left > text_width(marks[first], SMALL) + 1:
            style = {"ha": "center", "va": "center_baseline", "color": contrasting_ink(colours[first])}
            axes.text((left + right) / 2, BAR / 2, marks[first], fontsize=SMALL, **style)


def sample_names_height(order: Sequence, columns: Blocks) -> float:
    """Return the room in mm below the samples: for their names, or for how many there are."""
    if columns.cell < CLOSEST:
        return text_height(LABEL) + 1.5
    return max(text_width(shorten(name, LONGEST_NAME, SMALL), SMALL) for name in order) + 1.5


def draw_sample_names(sheet: Sheet, order: Sequence, columns: Blocks, left: float, top: float) -> None:
    """Write the samples' names upright below them where they fit, else how many samples there are."""
    if columns.cell < CLOSEST:
        middle = left + columns.length / 2
        sheet.text(middle, top + 1.5, f"{len(order)} samples", ha="center", color=FAINT)
        return
    for name, x in zip(order, columns.centres, strict=True):
        text = shorten(plain_text(name), LONGEST_NAME, SMALL)
        sheet.text(left + x, top + 1, text, SMALL, ha="center", va="top", rotation=90, rotation_mode="default")
