"""Usage heatmap: which metagenes make up each sample."""

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from nmfbio.colours import metagene_colour
from nmfbio.plots.legends import flow_legends, scale_legend
from nmfbio.plots.sheet import MARGIN, USUAL_WIDTH, Sheet, part_title, title_height
from nmfbio.plots.style import LABEL, metagene_title, shorten, styled, text_width
from nmfbio.plots.tracks import (
    CLOSEST,
    LEGEND_ROOM,
    LONGEST_NAME,
    Blocks,
    annotation_tracks,
    cluster_order,
    cluster_track,
    draw_sample_names,
    draw_tracks,
    paint_numbers,
    sample_names_height,
    track_names_width,
    tracks_height,
)

_ROW = 5.0  # mm, height of one metagene
_GAP = 1.2  # mm between clusters
_SMALLEST, _LARGEST = 130.0, 220.0  # mm, the figure's least width and the heatmap's greatest
_TITLE = "How much of each sample each metagene explains"


@styled
def draw_usages(
    usages: pd.DataFrame,
    clusters: pd.Series,
    annotations: pd.DataFrame | None = None,
    n_samples: int | None = None,
) -> Figure:
    """Draw the share of each metagene in each sample, samples ordered by cluster, then by their metagene's share.

    Parameters
    ----------
    usages
        n_samples × rank, not negative; index samples, columns metagenes. Drawn as shares of each sample's sum.
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
    >>> usages = pd.DataFrame({"metagene_1": [3.0, 1.0], "metagene_2": [1.0, 3.0]}, index=["a", "b"])
    >>> figure = draw_usages(usages, pd.Series({"a": "metagene_1", "b": "metagene_2"}))
    """
    shares = usage_shares(usages)
    clusters = clusters.loc[shares.index]
    order = cluster_order(clusters, _own_share(shares, clusters))
    tracks = [cluster_track("Cluster", "Cluster", clusters), *annotation_tracks(annotations, shares.index)]
    names = {name: shorten(metagene_title(name), LONGEST_NAME, LABEL) for name in shares.columns}
    left = MARGIN + max(track_names_width(tracks) + 1.5, max(text_width(name, LABEL) for name in names.values()) + 4)
    width = _heatmap_width(len(order), clusters.nunique(dropna=False), USUAL_WIDTH - left - MARGIN)
    columns = Blocks.of_labels(clusters.loc[order].tolist(), width, _GAP)
    title = part_title(_TITLE, len(order), n_samples)
    return _lay_out(title, shares.loc[order].T, names, tracks, columns, left)


def usage_shares(usages: pd.DataFrame) -> pd.DataFrame:
    """Return usages divided by each sample's sum; a sample without any usage keeps zeros."""
    total = usages.sum(axis=1)
    return usages.div(total.where(total > 0, 1.0), axis=0)


def _own_share(shares: pd.DataFrame, clusters: pd.Series) -> pd.Series:
    places = shares.columns.get_indexer(clusters)
    own = shares.to_numpy()[np.arange(len(shares)), places]
    return pd.Series(np.where(places < 0, 0.0, own), shares.index)


def _heatmap_width(n_samples: int, n_clusters: int, usual: float) -> float:
    """Return the heatmap's width in mm: as wide as the names need, where that is reasonable."""
    needed = n_samples * CLOSEST * 1.02 + n_clusters * _GAP
    return usual if needed > _LARGEST else float(np.clip(needed, min(usual, max(60.0, n_samples * 6)), _LARGEST))


def _lay_out(
    title: str, shares: pd.DataFrame, names: dict[str, str], tracks: list, columns: Blocks, left: float
) -> Figure:
    order = shares.columns.tolist()
    width, height = columns.length, len(shares) * _ROW
    total = max(left + width + MARGIN, _SMALLEST)
    colours = matplotlib.colormaps["Greys"]
    scale = scale_legend("Share of the sample's usage", colours, {"0": 0, "0.5": 0.5, "1": 1}, LEGEND_ROOM)
    legends = flow_legends([scale, *(track.legend for track in tracks)], total - left - MARGIN)
    top = title_height(title, total)
    body = top + tracks_height(tracks) + 1.5
    below = body + height + sample_names_height(order, columns) + 4
    sheet = Sheet.of_size(total, below + legends.height + MARGIN)
    sheet.title(title)
    draw_tracks(sheet, tracks, order, columns, left, top)
    axes = sheet.bare_axes(left, body, width, height)
    rows = Blocks.of_cells(len(shares), height)
    paint_numbers(axes, shares.to_numpy(), rows, columns, colours, (0, 1))
    for y, (name, title) in zip(rows.centres, names.items(), strict=True):
        sheet.swatch(left - 3, body + y - _ROW / 2 + 0.4, 1.8, _ROW - 0.8, metagene_colour(name))
        sheet.text(left - 4, body + y, title, ha="right", va="center_baseline")
    draw_sample_names(sheet, order, columns, left, body + height)
    legends.draw(sheet, left, below)
    return sheet.figure
