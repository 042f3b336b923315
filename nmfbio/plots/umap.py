"""Map of the samples in two dimensions, coloured by cluster, metadata and usage."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap, to_rgba_array
from matplotlib.figure import Figure

from nmfbio.colours import metagene_colour
from nmfbio.plots.legends import Legend, flow_legends, scale_legend
from nmfbio.plots.sheet import MARGIN, USUAL_WIDTH, Sheet, title_height
from nmfbio.plots.style import HEADING, INK, PALE, POINTS_PER_MM, metagene_title, shorten, styled, text_height
from nmfbio.plots.tracks import LEGEND_ROOM, annotation_tracks, cluster_track

_TITLE = "Samples of like usages lie together (UMAP)"
_COLUMNS, _GAP = 4, 4.0  # panels side by side; mm between them
_PANEL = (USUAL_WIDTH - 2 * MARGIN - (_COLUMNS - 1) * _GAP) / _COLUMNS  # mm
_HEAD = text_height(HEADING) + 0.8  # mm above a panel
_MOST_ANNOTATIONS = 3
_COVERED = 0.3  # share of a panel that all points together would cover side by side
_SMALLEST, _LARGEST = 0.12, 14.0  # square points, area of a point
_GOLDEN = 0.6180339887498949  # its multiples put samples in an order without chance that mixes neighbours


@dataclass(frozen=True)
class Panel:
    """One map: its title, a colour for each sample, and the order in which they are drawn."""

    title: str
    colours: np.ndarray
    order: np.ndarray


@styled
def draw_umap(
    places: pd.DataFrame, shares: pd.DataFrame, clusters: pd.Series, annotations: pd.DataFrame | None = None
) -> Figure:
    """Draw samples at their places, once for the clusters, the first metadata columns and each metagene.

    Parameters
    ----------
    places
        n_samples × 2; index samples.
    shares
        n_samples × rank, usage shares from 0 to 1; columns metagenes.
    clusters
        Metagene name of each sample.
    annotations
        Categorical metadata columns by sample, of which the first three are drawn.

    Returns
    -------
    matplotlib.figure.Figure
        Points are an image inside the PDF too. Samples of a larger share lie on top.

    Examples
    --------
    >>> import pandas as pd
    >>> places = pd.DataFrame({"umap_1": [0.0, 1.0], "umap_2": [0.0, 1.0]}, index=["a", "b"])
    >>> shares = pd.DataFrame({"metagene_1": [1.0, 0.0], "metagene_2": [0.0, 1.0]}, index=["a", "b"])
    >>> figure = draw_umap(places, shares, pd.Series({"a": "metagene_1", "b": "metagene_2"}))
    """
    tracks = [cluster_track("Cluster", "Cluster", clusters.loc[places.index])]
    if annotations is not None:
        tracks += annotation_tracks(annotations.iloc[:, :_MOST_ANNOTATIONS], places.index)
    mixed = np.argsort((np.arange(len(places)) * _GOLDEN) % 1, kind="stable")
    panels = [Panel(track.name, to_rgba_array(track.colours.tolist()), mixed) for track in tracks]
    panels += [_share_panel(name, shares.loc[places.index, name].to_numpy()) for name in shares]
    scale = scale_legend(
        "Share of the sample's usage",
        LinearSegmentedColormap.from_list("share", [PALE, INK]),
        {"0": 0.0, "0.5": 0.5, "1": 1.0},
        LEGEND_ROOM,
    )
    return _lay_out(places.to_numpy(np.float64), panels, [*(track.legend for track in tracks), scale])


def _share_panel(name: str, shares: np.ndarray) -> Panel:
    ramp = LinearSegmentedColormap.from_list(name, [PALE, metagene_colour(name)])
    return Panel(metagene_title(name), ramp(shares), np.argsort(shares, kind="stable"))


def _lay_out(places: np.ndarray, panels: Sequence[Panel], legends: list[Legend]) -> Figure:
    flowed = flow_legends(legends, USUAL_WIDTH - 2 * MARGIN)
    top = title_height(_TITLE, USUAL_WIDTH)
    rows = -(-len(panels) // _COLUMNS)
    below = top + rows * (_HEAD + _PANEL + _GAP)
    sheet = Sheet.of_size(USUAL_WIDTH, below + flowed.height + MARGIN)
    sheet.title(_TITLE)
    middle, half = (places.max(axis=0) + places.min(axis=0)) / 2, np.ptp(places, axis=0).max() * 0.53 or 1.0
    limits = {"xlim": (middle[0] - half, middle[0] + half), "ylim": (middle[1] - half, middle[1] + half)}
    size = float(np.clip(_COVERED * (_PANEL * POINTS_PER_MM) ** 2 / len(places), _SMALLEST, _LARGEST))
    for number, panel in enumerate(panels):
        row, column = divmod(number, _COLUMNS)
        left, upper = MARGIN + column * (_PANEL + _GAP), top + row * (_HEAD + _PANEL + _GAP)
        sheet.text(left, upper, shorten(panel.title, _PANEL, HEADING, "bold"), HEADING, weight="bold")
        axes = sheet.axes(left, upper + _HEAD, _PANEL, _PANEL, **limits)
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set(visible=True, color=PALE)
        x, y = places[panel.order].T
        axes.scatter(x, y, s=size, c=panel.colours[panel.order], linewidths=0, rasterized=True)
    flowed.draw(sheet, MARGIN, below)
    return sheet.figure
