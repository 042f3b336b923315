"""New samples on metagenes of an earlier run: their usages, how well they fit, how many of its genes they have."""

import matplotlib
import matplotlib.ticker
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nmfbio.colours import metagene_colour
from nmfbio.plots.legends import category_legend, flow_legends, scale_legend
from nmfbio.plots.sheet import MARGIN, USUAL_WIDTH, Sheet, title_height
from nmfbio.plots.style import (
    FAINT,
    HEADING,
    INK,
    LABEL,
    MISSING,
    PALE,
    SMALL,
    metagene_title,
    shorten,
    styled,
    text_height,
    text_width,
)
from nmfbio.plots.tracks import (
    LEGEND_ROOM,
    LONGEST_NAME,
    Blocks,
    Track,
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
from nmfbio.plots.usages import usage_shares

_TITLE = "New samples on the metagenes of the reference"
_ROW = 5.0  # mm, height of one metagene
_STRIP = 9.0  # mm, height of one row of points
_GOLDEN = 0.6180339887498949  # multiples of the golden ratio spread evenly: a jitter without chance
_MANY = 1000  # points that are drawn as an image
_GAP = 7.0  # mm between two parts


@styled
def draw_projection(
    usages: pd.DataFrame,
    samples: pd.DataFrame,
    reference: pd.Series,
    limit: float,
    coverage: pd.Series,
    genes: tuple[int, int],
    annotations: pd.DataFrame | None = None,
) -> Figure:
    """Draw usages of new samples, their explained variance beside that of the reference's samples, and the gene cover.

    Parameters
    ----------
    usages
        n_samples × rank; index samples, columns metagenes; NaN for samples that could not be projected, which are
        counted, not drawn. Drawn as shares of each sample's sum.
    samples
        Indexed by sample: ``cluster``, ``explained_variance``, ``fits``.
    reference
        Explained variance of each sample of the reference.
    limit
        Explained variance below which a sample does not fit.
    coverage
        Share of each metagene's weight in the genes found, by metagene; NaN for an empty one.
    genes
        How many genes of the reference were found, and how many it has.
    annotations
        Categorical metadata columns by sample, drawn as coloured bars.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> import pandas as pd
    >>> usages = pd.DataFrame({"metagene_1": [3.0, 1.0], "metagene_2": [1.0, 3.0]}, index=["a", "b"])
    >>> samples = pd.DataFrame({"cluster": ["metagene_1", "metagene_2"], "explained_variance": [0.9, 0.5],
    ...                         "fits": [True, False]}, index=["a", "b"])
    >>> coverage = pd.Series({"metagene_1": 1.0, "metagene_2": 0.8})
    >>> figure = draw_projection(usages, samples, pd.Series([0.8, 0.95]), 0.8, coverage, (9, 10))
    """
    projected = samples["explained_variance"].notna()
    shares, drawn = usage_shares(usages[projected]), samples[projected]
    tracks = [
        cluster_track("Call", "Call", drawn["cluster"]),
        _fit_track(drawn["fits"]),
        *annotation_tracks(annotations, shares.index),
    ]
    names = {name: shorten(metagene_title(name), LONGEST_NAME, LABEL) for name in shares.columns}
    labels = [*names.values(), _strip_label("Reference", reference), _strip_label("New", drawn)]
    left = MARGIN + max(track_names_width(tracks) + 1.5, max(text_width(label, LABEL) for label in labels) + 4)
    own = pd.Series(shares.to_numpy().max(axis=1), shares.index)
    order = cluster_order(drawn["cluster"], own)
    columns = Blocks.of_labels(drawn["cluster"].loc[order].tolist(), USUAL_WIDTH - left - MARGIN, 1.2)
    scale = scale_legend(
        "Share of the sample's usage", matplotlib.colormaps["Greys"], {"0": 0, "0.5": 0.5, "1": 1}, LEGEND_ROOM
    )
    legends = flow_legends([scale, *(track.legend for track in tracks)], USUAL_WIDTH - left - MARGIN)
    title = _title(len(samples), int(projected.sum()))
    heat = title_height(title, USUAL_WIDTH)
    body = heat + tracks_height(tracks) + 1.5
    below = body + len(names) * _ROW + sample_names_height(order, columns) + 4
    strips = below + legends.height + _GAP
    bars = strips + _strips_height() + _GAP
    sheet = Sheet.of_size(USUAL_WIDTH, bars + _bars_height(len(names)) + MARGIN)
    sheet.title(title)
    draw_tracks(sheet, tracks, order, columns, left, heat)
    _draw_shares(sheet, shares.loc[order].T, names, columns, left, body)
    draw_sample_names(sheet, order, columns, left, body + len(names) * _ROW)
    legends.draw(sheet, left, below)
    _draw_strips(sheet, reference, drawn, limit, left, strips)
    _draw_coverage(sheet, coverage, names, genes, left, bars)
    return sheet.figure


def _title(n_samples: int, projected: int) -> str:
    missing = n_samples - projected
    return f"{_TITLE}\n{missing:,} of {n_samples:,} samples have no expression and are left out" if missing else _TITLE


def _fit_track(fits: pd.Series) -> Track:
    fits = fits.astype(bool)
    legend = category_legend("Fit", ["fits", "does not fit"], [PALE, INK], LEGEND_ROOM)
    return Track("Fit", fits.map({True: PALE, False: INK}), legend)


def _draw_shares(
    sheet: Sheet, shares: pd.DataFrame, names: dict[str, str], columns: Blocks, left: float, top: float
) -> None:
    axes = sheet.bare_axes(left, top, columns.length, len(names) * _ROW)
    rows = Blocks.of_cells(len(names), len(names) * _ROW)
    paint_numbers(axes, shares.to_numpy(), rows, columns, matplotlib.colormaps["Greys"], (0, 1))
    for y, (name, text) in zip(rows.centres, names.items(), strict=True):
        _name_row(sheet, name, text, left, top + y)


def _name_row(sheet: Sheet, name: str, text: str, left: float, y: float) -> None:
    sheet.swatch(left - 3, y - _ROW / 2 + 0.4, 1.8, _ROW - 0.8, metagene_colour(name))
    sheet.text(left - 4, y, text, ha="right", va="center_baseline")


def _strip_label(name: str, samples: pd.Series | pd.DataFrame) -> str:
    return f"{name}, {len(samples):,}"


def _strips_height() -> float:
    return text_height(HEADING) + 2 + 2 * _STRIP + 3 + 3 * text_height(LABEL)


def _draw_strips(
    sheet: Sheet, reference: pd.Series, drawn: pd.DataFrame, limit: float, left: float, top: float
) -> None:
    """Draw a point a sample, those of the reference above the new ones, over the variance that is explained."""
    sheet.text(left, top, "Explained variance of each sample", HEADING, weight="bold")
    top += text_height(HEADING) + 2
    width = USUAL_WIDTH - left - MARGIN
    values = np.concatenate([reference.to_numpy(), drawn["explained_variance"].to_numpy(), [limit]])
    low = max(float(values.min()), -1.0)  # a fit may be arbitrarily bad
    low -= 0.04 * (1 - low) + 1e-3
    axes = sheet.axes(left, top, width, 2 * _STRIP, xlim=(low, 1 + 0.02 * (1 - low)), ylim=(1.5, -0.5))
    axes.axvline(limit, color=INK, linewidth=0.8, linestyle=(0, (4, 2)), zorder=1, gid="limit")
    fits, explained = drawn["fits"].astype(bool).to_numpy(), drawn["explained_variance"].clip(lower=-1).to_numpy()
    _draw_points(axes, 0, reference.to_numpy(), "o", MISSING)
    _draw_points(axes, 1, np.where(fits, explained, np.nan), "o", FAINT)
    _draw_points(axes, 1, np.where(fits, np.nan, explained), "v", INK)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(matplotlib.ticker.FuncFormatter(lambda value, _: f"{100 * value:.4g} %"))
    for row, label in enumerate([_strip_label("Reference", reference), _strip_label("New", drawn)]):
        sheet.text(left - 4, top + (row + 0.5) * _STRIP, label, ha="right", va="center_baseline")
    said = [f"Dashed: {100 * limit:.3g} %, the first percentile of the reference.", _count_misfits(fits)]
    sheet.lines(left, top + 2 * _STRIP + text_height(LABEL) + 3, said, LABEL, color=FAINT)


def _count_misfits(fits: np.ndarray) -> str:
    below = int((~fits).sum())
    return (
        f"{below:,} of {len(fits):,} new samples lie below (triangles): they do not fit."
        if below
        else "All new samples fit."
    )


def _draw_points(axes: Axes, row: int, values: np.ndarray, marker: str, colour: str) -> None:
    jitter = ((np.arange(len(values)) * _GOLDEN + 0.5) % 1 - 0.5) * 0.66
    size, alpha = (9, 0.8) if len(values) <= _MANY else (2, 0.4)
    axes.scatter(
        values, row + jitter, s=size, marker=marker, color=colour, alpha=alpha, linewidths=0, zorder=2,
        rasterized=len(values) > _MANY,
    )  # fmt: skip


def _bars_height(n_metagenes: int) -> float:
    return text_height(HEADING) + text_height(LABEL) + 3 + n_metagenes * _ROW


def _draw_coverage(
    sheet: Sheet, coverage: pd.Series, names: dict[str, str], genes: tuple[int, int], left: float, top: float
) -> None:
    """Draw for each metagene how much of its weight lies in the genes that were found."""
    found, total = genes
    sheet.text(left, top, "Weight of each metagene in the genes found", HEADING, weight="bold")
    top += text_height(HEADING)
    sheet.text(left, top, f"{found:,} of {total:,} genes of the reference were found by name", LABEL, color=FAINT)
    top += text_height(LABEL) + 3
    width = 60.0
    for row, (name, text) in enumerate(names.items()):
        y, share = top + row * _ROW, coverage[name]
        _name_row(sheet, name, text, left, y + _ROW / 2)
        sheet.swatch(left, y + 0.8, width, _ROW - 1.6, PALE)
        if share > 0:
            sheet.swatch(left, y + 0.8, width * share, _ROW - 1.6, metagene_colour(name))
        value = "empty metagene" if np.isnan(share) else f"{100 * share:.3g} %"
        sheet.text(left + width + 2, y + _ROW / 2, value, SMALL, va="center_baseline")
