"""Consensus heatmap: how often each pair of samples falls into one cluster (Monti et al. 2003; Brunet et al. 2004)."""

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from scipy.cluster.hierarchy import leaves_list

from nmfbio.plots.legends import scale_legend, stack_legends
from nmfbio.plots.sheet import MARGIN, USUAL_WIDTH, Sheet, part_title, title_height
from nmfbio.plots.style import FAINT, styled
from nmfbio.plots.tracks import (
    CLOSEST,
    LEGEND_ROOM,
    Blocks,
    annotation_tracks,
    cluster_track,
    draw_sample_names,
    draw_tracks,
    paint_numbers,
    sample_names_height,
    track_names_width,
    tracks_height,
)

_TREE = 14.0  # mm
_TITLE = "How often two samples fall into the same cluster, over all restarts"
_SMALLEST, _USUAL, _LARGEST = 60.0, 112.0, 172.0  # mm, side of the heatmap


@styled
def draw_consensus(
    consensus: pd.DataFrame,
    linkage: np.ndarray,
    clusters: pd.Series,
    annotations: pd.DataFrame | None = None,
    n_samples: int | None = None,
) -> Figure:
    """Draw the consensus matrix in the order of its tree, the tree, the clusters and the samples' metadata.

    Parameters
    ----------
    consensus
        n_samples × n_samples; share of restarts, 0 to 1, in which two samples have the same largest metagene. Index and
        columns are the samples.
    linkage
        ``(n_samples - 1, 4)`` as from `scipy.cluster.hierarchy.linkage`, over the samples in the matrix's order.
    clusters
        Metagene name of each sample, by sample.
    annotations
        Categorical metadata columns by sample, drawn as coloured bars.
    n_samples
        Number of samples that those drawn are a part of; by default they are all.

    Returns
    -------
    matplotlib.figure.Figure
        Names of samples are drawn where they fit without overlap, else their number.

    Examples
    --------
    >>> import pandas as pd
    >>> from scipy.cluster.hierarchy import linkage
    >>> consensus = pd.DataFrame([[1, 1, 0], [1, 1, 0], [0, 0, 1.0]], list("abc"), list("abc"))
    >>> tree = linkage([0.0, 1.0, 1.0], "average")
    >>> figure = draw_consensus(consensus, tree, pd.Series(["metagene_1", "metagene_1", "metagene_2"], list("abc")))
    """
    order = consensus.index[leaves_list(linkage)].tolist()
    tracks = [cluster_track("Cluster", "Cluster", clusters.loc[consensus.index])]
    tracks += annotation_tracks(annotations, consensus.index)
    columns = Blocks.of_cells(len(order), _side(len(order)))
    scale = scale_legend("Share of restarts", matplotlib.colormaps["Blues"], {"0": 0, "0.5": 0.5, "1": 1}, LEGEND_ROOM)
    title = part_title(_TITLE, len(order), n_samples)
    return _lay_out(title, consensus.loc[order, order].to_numpy(), linkage, order, tracks, columns, scale)


def _lay_out(title, values, linkage, order, tracks, columns, scale) -> Figure:
    side = columns.length
    left = MARGIN + max(track_names_width(tracks) + 1.5, 12.0)
    above = _TREE + 1 + tracks_height(tracks) + 1.5
    below = sample_names_height(order, columns)
    legends = stack_legends([scale, *(track.legend for track in tracks)], above + side + below - 3)
    width = left + side + 6 + legends.width + MARGIN
    if side >= _USUAL:
        width = max(width, USUAL_WIDTH)
    top = title_height(title, width)
    sheet = Sheet.of_size(width, top + max(above + side + below, legends.height) + MARGIN)
    sheet.title(title)
    _draw_tree(sheet, linkage, columns, left, top)
    draw_tracks(sheet, tracks, order, columns, left, top + _TREE + 1)
    axes = sheet.bare_axes(left, top + above, side, side)
    paint_numbers(axes, values, columns, columns, scale.colours, (0, 1))
    axes.plot([0, side, side, 0, 0], [0, 0, side, side, 0], color=FAINT, linewidth=0.6, clip_on=False)
    draw_sample_names(sheet, order, columns, left, top + above + side)
    legends.draw(sheet, left + side + 6, top)
    return sheet.figure


def _side(n_samples: int) -> float:
    """Return the heatmap's side in mm: as wide as the names need, where that is reasonable."""
    needed = n_samples * CLOSEST * 1.02
    if needed > _LARGEST:
        return _USUAL
    return float(np.clip(needed, min(_USUAL, max(_SMALLEST, n_samples * 6)), _LARGEST))


def _draw_tree(sheet: Sheet, linkage: np.ndarray, columns: Blocks, left: float, top: float) -> None:
    axes = sheet.bare_axes(left, top, columns.length, _TREE)
    lines = tree_lines(linkage, columns.centres)
    tallest = max(float(linkage[:, 2].max()), 1e-12)
    lines[:, :, 1] = _TREE - lines[:, :, 1] / tallest * (_TREE - 0.5)
    thickness = 0.6 if len(lines) < 200 else 0.3
    tree = LineCollection(lines, colors=FAINT, linewidths=thickness, capstyle="projecting")
    axes.add_collection(tree, autolim=False)


def tree_lines(linkage: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Return the dendrogram's brackets, without recursion: scipy's own overflows on long chains.

    Parameters
    ----------
    linkage
        ``(n - 1, 4)`` as from scipy.
    places
        Where the leaves stand, in the tree's order.

    Returns
    -------
    numpy.ndarray
        ``(n - 1, 4, 2)``: four corners of each merge, place and height.
    """
    n_leaves = len(linkage) + 1
    place, height = np.zeros(2 * n_leaves - 1), np.zeros(2 * n_leaves - 1)
    place[leaves_list(linkage)] = places
    height[n_leaves:] = linkage[:, 2]
    lines = np.empty((len(linkage), 4, 2))
    for i, (first, second) in enumerate(linkage[:, :2].astype(int)):
        place[n_leaves + i] = (place[first] + place[second]) / 2
        lines[i, :, 0] = place[[first, first, second, second]]
        lines[i, :, 1] = height[[first, n_leaves + i, n_leaves + i, second]]
    return lines
