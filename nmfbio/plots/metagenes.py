"""Metagene heatmap: the signature genes, their weights in the metagenes and their expression in the samples."""

from dataclasses import dataclass

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from nmfbio.colours import metagene_colour, metagene_number
from nmfbio.plots.legends import flow_legends, scale_legend
from nmfbio.plots.sheet import MARGIN, USUAL_WIDTH, Sheet, part_title, title_height
from nmfbio.plots.style import (
    FAINT,
    MISSING,
    PALE,
    SMALL,
    contrasting_ink,
    metagene_title,
    plain_text,
    shorten,
    shorten_end,
    styled,
    text_height,
    text_width,
)
from nmfbio.plots.tracks import (
    CLOSEST,
    LEGEND_ROOM,
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

CLIP = 2.5  # standard deviations at which the colours end
_GAP = 1.2  # mm between clusters and between metagenes
_NAMED_ROWS = 160  # genes that are named; more would make the figure longer than a poster
_NAMES = (40.0, 60.0)  # mm for a gene's id and description: at least, at most
_SMALLEST = 150.0  # mm, the figure's least width
_STRIP = 3.0  # mm, the metagene's colour beside its genes
_TITLE = "Signature genes of each metagene: weight in the metagenes and expression in the samples"


@dataclass(frozen=True)
class _Parts:
    """Title, and in order genes × metagenes weights, genes × samples z-scores, the genes' table, cells in mm."""

    title: str
    weights: pd.DataFrame
    scores: pd.DataFrame
    genes: pd.DataFrame
    rows: Blocks
    narrow: Blocks
    columns: Blocks
    tracks: list[Track]

    @property
    def named(self) -> bool:
        return len(self.genes) <= _NAMED_ROWS


@styled
def draw_metagenes(
    metagenes: pd.DataFrame,
    genes: pd.DataFrame,
    expression: pd.DataFrame,
    clusters: pd.Series,
    annotations: pd.DataFrame | None = None,
    n_samples: int | None = None,
) -> Figure:
    """Draw signature genes grouped by metagene: their weights on the left, their expression on the right.

    Parameters
    ----------
    metagenes
        n_signature_genes × rank weights, not negative. Each gene is drawn relative to its largest weight.
    genes
        Table with the columns ``gene``, ``metagene``, ``position`` and ``description``; it may hold more genes.
    expression
        n_signature_genes × n_samples. Each gene is drawn as z-score over the samples, clipped at ±2.5.
    clusters
        Metagene name of each sample, by sample.
    annotations
        Categorical metadata columns by sample, drawn as coloured bars.
    n_samples
        Number of samples that those drawn are a part of; by default they are all.

    Returns
    -------
    matplotlib.figure.Figure
        Up to 160 genes are named. Without any gene the figure says so.

    Examples
    --------
    >>> import pandas as pd
    >>> metagenes = pd.DataFrame({"metagene_1": [2.0, 0.0], "metagene_2": [0.0, 3.0]}, ["CD19", "MPO"])
    >>> genes = pd.DataFrame({"gene": ["CD19", "MPO"], "metagene": ["metagene_1", "metagene_2"], "position": [1, 1],
    ...                       "description": ["B-lymphocyte antigen", "myeloperoxidase"]})
    >>> expression = pd.DataFrame({"a": [9.0, 1.0], "b": [2.0, 7.0]}, ["CD19", "MPO"])
    >>> figure = draw_metagenes(metagenes, genes, expression, pd.Series({"a": "metagene_1", "b": "metagene_2"}))
    """
    if metagenes.empty:
        return _draw_nothing()
    table = _grouped_genes(genes, metagenes.index)
    clusters = clusters.loc[expression.columns]
    scores = standardise_genes(expression.loc[table.index])
    order = cluster_order(clusters, _own_signature(scores, table, clusters))
    width = _heatmap_width(len(order), clusters.nunique(dropna=False))
    n_groups, rank = table["metagene"].nunique(), metagenes.shape[1]
    cell = CLOSEST * 1.04 if len(table) <= _NAMED_ROWS else 300 / len(table)
    parts = _Parts(
        title=part_title(_TITLE, len(order), n_samples),
        weights=relative_weights(metagenes.loc[table.index]),
        scores=scores[order],
        genes=table,
        rows=Blocks.of_labels(table["metagene"].tolist(), len(table) * cell + (n_groups - 1) * _GAP, _GAP),
        narrow=Blocks.of_cells(rank, rank * 3.4),
        columns=Blocks.of_labels(clusters.loc[order].tolist(), width, _GAP),
        tracks=[cluster_track("Cluster", "Cluster", clusters), *annotation_tracks(annotations, expression.columns)],
    )
    return _lay_out(parts)


def standardise_genes(expression: pd.DataFrame) -> pd.DataFrame:
    """Return the z-score of each gene (row) over the samples that have it, 0 throughout for a constant gene.

    Examples
    --------
    >>> import pandas as pd
    >>> standardise_genes(pd.DataFrame([[1.0, 3.0], [2.0, 2.0]])).to_numpy().tolist()
    [[-1.0, 1.0], [0.0, 0.0]]
    """
    values = expression.to_numpy(dtype=np.float64)
    constant = np.nanmax(values, axis=1) == np.nanmin(values, axis=1)
    centred = np.where(constant[:, None], 0.0 * values, values - np.nanmean(values, axis=1, keepdims=True))
    deviation = np.where(constant, 1.0, np.nanstd(values, axis=1))
    return pd.DataFrame(centred / deviation[:, None], expression.index, expression.columns)


def relative_weights(metagenes: pd.DataFrame) -> pd.DataFrame:
    """Return each gene's weights divided by its largest, 0 to 1."""
    largest = metagenes.max(axis=1)
    return metagenes.div(largest.where(largest > 0, 1.0), axis=0)


def _grouped_genes(genes: pd.DataFrame, wanted: pd.Index) -> pd.DataFrame:
    table = genes[genes["gene"].isin(wanted)]
    names = table["metagene"].astype(str)
    table = table.assign(metagene=names, number=names.map(metagene_number).fillna(0))
    return table.sort_values(["number", "position"], kind="stable").set_index("gene")


def _own_signature(scores: pd.DataFrame, table: pd.DataFrame, clusters: pd.Series) -> pd.Series:
    """Return the mean z-score of its own metagene's genes for each sample: a smooth order within clusters."""
    means = scores.clip(-CLIP, CLIP).groupby(table["metagene"]).mean()
    own = [means.at[name, sample] if name in means.index else 0.0 for sample, name in clusters.items()]
    return pd.Series(own, clusters.index, dtype=float)


def _heatmap_width(n_samples: int, n_clusters: int) -> float:
    needed = n_samples * CLOSEST * 1.02 + n_clusters * _GAP
    return 92.0 if needed > 180 else float(np.clip(needed, min(92.0, max(40.0, n_samples * 6)), 180))


def _lay_out(parts: _Parts) -> Figure:
    left_parts = _STRIP + 0.8 + parts.narrow.length + 4
    wide_left = MARGIN + max(left_parts, track_names_width(parts.tracks) + 2)
    group_left = wide_left - left_parts
    narrow_left = group_left + _STRIP + 0.8
    width, height = parts.columns.length, parts.rows.length
    names_left = wide_left + width + 1.5
    labels = _gene_labels(parts, float(np.clip(USUAL_WIDTH - MARGIN - names_left, *_NAMES)))
    total = max(names_left + _labels_width(labels) + MARGIN, _SMALLEST)
    legends = flow_legends(_legends(parts), total - narrow_left - MARGIN)
    top = title_height(parts.title, total)
    body = top + tracks_height(parts.tracks) + text_height(SMALL) + 1.5
    below = body + height + sample_names_height(parts.scores.columns, parts.columns) + 4
    sheet = Sheet.of_size(total, below + legends.height + MARGIN)
    sheet.title(parts.title)
    draw_tracks(sheet, parts.tracks, list(parts.scores.columns), parts.columns, wide_left, top)
    _draw_weights(sheet, parts, narrow_left, body, height)
    _draw_groups(sheet, parts, group_left, body)
    axes = sheet.bare_axes(wide_left, body, width, height)
    shades = matplotlib.colormaps["RdBu_r"].with_extremes(bad=MISSING)
    paint_numbers(axes, parts.scores.to_numpy(), parts.rows, parts.columns, shades, (-CLIP, CLIP))
    _draw_gene_names(sheet, parts, labels, names_left, body)
    draw_sample_names(sheet, list(parts.scores.columns), parts.columns, wide_left, body + height)
    legends.draw(sheet, narrow_left, below)
    return sheet.figure


def _legends(parts: _Parts) -> list:
    greys, diverging = matplotlib.colormaps["Greys"], matplotlib.colormaps["RdBu_r"]
    ends = {f"\N{MINUS SIGN}{CLIP:g}": 0.0, "0": 0.5, f"{CLIP:g}": 1.0}
    z_score = "Expression, z-score of the gene" + (" (grey: missing)" if parts.scores.isna().any(axis=None) else "")
    return [
        scale_legend("Weight, relative to the gene's largest", greys, {"0": 0.0, "0.5": 0.5, "1": 1.0}, LEGEND_ROOM),
        scale_legend(z_score, diverging, ends, LEGEND_ROOM),
        *(track.legend for track in parts.tracks),
    ]


def _draw_weights(sheet: Sheet, parts: _Parts, left: float, top: float, height: float) -> None:
    width = parts.narrow.length
    axes = sheet.bare_axes(left, top, width, height)
    paint_numbers(axes, parts.weights.to_numpy(), parts.rows, parts.narrow, matplotlib.colormaps["Greys"], (0, 1))
    for start, stop in parts.rows.spans:
        axes.plot([0, width, width, 0, 0], [start, start, stop, stop, start], color=PALE, linewidth=0.5, clip_on=False)
    for name, x in zip(parts.weights.columns, parts.narrow.centres, strict=True):
        sheet.text(left + x, top - 0.8, str(metagene_number(name) or "?"), SMALL, ha="center", va="bottom")


def _draw_groups(sheet: Sheet, parts: _Parts, left: float, top: float) -> None:
    for (start, stop), (first, _) in zip(parts.rows.spans, parts.rows.bounds, strict=True):
        name = parts.genes["metagene"].iloc[first]
        colour, title, middle = metagene_colour(name), metagene_title(name), top + (start + stop) / 2
        sheet.swatch(left, top + start, _STRIP, stop - start, colour)
        if text_width(title, SMALL) > stop - start - 0.5:
            title = str(metagene_number(name) or "")
        if stop - start > text_height(SMALL):
            turned = text_width(title, SMALL) > _STRIP - 0.4
            style = {"ha": "center", "va": "center", "rotation": 90 * turned, "color": contrasting_ink(colour)}
            sheet.text(left + _STRIP / 2, middle, title, SMALL, **style)


def _gene_labels(parts: _Parts, width: float) -> list[tuple[str, str]]:
    """Return each gene's id and, where there is room beside it, its description; nothing where genes are too many."""
    labels: list[tuple[str, str]] = []
    if not parts.named:
        return labels
    for gene, description in zip(parts.genes.index, parts.genes["description"].fillna(""), strict=True):
        name = shorten(gene, width, SMALL)
        room = width - text_width(name, SMALL) - 1.5
        shown = shorten_end(description, room, SMALL) if str(description).strip() and room > 10 else ""
        labels.append((name, shown if plain_text(gene) != plain_text(description) else ""))
    return labels


def _labels_width(labels: list[tuple[str, str]]) -> float:
    widths = [text_width(gene, SMALL) + (1.5 + text_width(text, SMALL) if text else 0) for gene, text in labels]
    return max(widths, default=24.0)


def _draw_gene_names(sheet: Sheet, parts: _Parts, labels: list[tuple[str, str]], left: float, top: float) -> None:
    if not labels:
        sheet.text(left, top + parts.rows.length / 2, f"{len(parts.genes)} genes", color=FAINT, va="center")
        return
    for (name, description), y in zip(labels, parts.rows.centres, strict=True):
        sheet.text(left, top + y, name, SMALL, va="center_baseline")
        if description:
            x = left + text_width(name, SMALL) + 1.5
            sheet.text(x, top + y, description, SMALL, va="center_baseline", color=FAINT)


def _draw_nothing() -> Figure:
    sheet = Sheet.of_size(150, 30)
    sheet.title(_TITLE)
    sheet.text(MARGIN, 18, "No gene passes the signature thresholds at this rank.", color=FAINT)
    return sheet.figure
