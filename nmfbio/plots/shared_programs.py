"""Programs across data sets: how alike the metagenes of all data sets and ranks are, program by program."""

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from nmfbio.plots.legends import category_legend, scale_legend, stack_legends
from nmfbio.plots.sheet import MARGIN, USUAL_WIDTH, Sheet, title_height
from nmfbio.plots.style import (
    FAINT,
    INK,
    LABEL,
    metagene_title,
    shorten,
    styled,
    text_height,
    text_width,
    wrap,
)
from nmfbio.plots.tracks import (
    LEGEND_ROOM,
    Blocks,
    Track,
    annotation_tracks,
    draw_tracks,
    paint_numbers,
    track_names_width,
    tracks_height,
)

_TITLE = "Programs that recur over data sets"
_NONE_SHARED = "No program is seen in enough data sets."
_OTHERS = "in too few data sets"
_SIDE = 110.0  # mm
_GAP = 1.0  # mm between programs
_LONGEST = 46.0  # mm for the name and first genes of a program
_LONGEST_GENE = 20.0  # mm
_LINE = 3.2  # mm from one name to the next
_LEADER = 5.0  # mm from the heatmap to the names
_GENES = 3
_SHARED_LINE = 0.9  # points


@styled
def draw_shared_programs(cosines: np.ndarray, members: pd.DataFrame, programs: pd.DataFrame, note: str = "") -> Figure:
    """Draw the cosines of all metagenes, ordered by program, with the data set and rank of each.

    Parameters
    ----------
    cosines
        Members × members, 0 to 1.
    members
        One row a metagene, in the order of ``cosines``: program, data_set, rank.
    programs
        One row a program, in the order of ``members``: program, shared, data_sets, top_genes.
    note
        What is missing, drawn instead where there are no members.

    Returns
    -------
    matplotlib.figure.Figure
        Programs that are not shared stand together at the end.

    Examples
    --------
    >>> figure = draw_shared_programs(found.cosines, found.members, found.programs)  # doctest: +SKIP
    """
    if members.empty:
        return _draw_nothing(note)
    named = programs.set_index("program")
    labels = [name if named.at[name, "shared"] else _OTHERS for name in members["program"]]
    side = max(_SIDE, _LINE * len(set(labels)))
    columns = Blocks.of_labels(labels, side, _GAP)
    tracks = _tracks(members)
    names = [_name(labels[first], named) for first, _ in columns.bounds]
    left = MARGIN + max([text_width(name, LABEL) for name in names] + [track_names_width(tracks)]) + _LEADER + 1.5
    scale = scale_legend(
        "Cosine of the genes that mark them", matplotlib.colormaps["Blues"], {"0": 0, "0.5": 0.5, "1": 1}, LEGEND_ROOM
    )
    above = tracks_height(tracks) + 1.5
    legends = stack_legends([scale, *(track.legend for track in tracks)], above + side)
    width = max(left + side + 6 + legends.width + MARGIN, USUAL_WIDTH)
    title = _TITLE if programs["shared"].any() else f"{_TITLE}\n{_NONE_SHARED}"
    top = title_height(title, width)
    below = top + above + side + 1.5
    sheet = Sheet.of_size(width, max(below + text_height(LABEL), top + legends.height) + MARGIN)
    sheet.title(title)
    draw_tracks(sheet, tracks, list(members.index), columns, left, top)
    axes = sheet.bare_axes(left, top + above, side, side)
    paint_numbers(axes, cosines, columns, columns, scale.colours, (0, 1))
    for (first, last), name in zip(columns.spans, names, strict=True):
        edge = FAINT if name == metagene_title(_OTHERS) else INK
        axes.add_patch(
            Rectangle((first, first), last - first, last - first, fill=False, edgecolor=edge, linewidth=_SHARED_LINE)
        )
    _write_names(sheet, names, columns, left, top + above)
    counted = f"{len(members)} metagenes of {members['data_set'].nunique()} data sets"
    sheet.text(left + side / 2, below, counted, ha="center", color=FAINT)
    legends.draw(sheet, left + side + 6, top)
    return sheet.figure


def _draw_nothing(note: str) -> Figure:
    lines = wrap(note, 0.97 * (120.0 - 2 * MARGIN), LABEL)
    top = title_height(_TITLE, 120.0)
    sheet = Sheet.of_size(120.0, top + text_height(LABEL, len(lines)) + MARGIN)
    sheet.title(_TITLE)
    sheet.lines(MARGIN, top, lines, LABEL, color=FAINT)
    return sheet.figure


def _name(label: str, programs: pd.DataFrame) -> str:
    """Name of a block: the program's number and first genes, where it has any."""
    if label == _OTHERS:
        return metagene_title(_OTHERS)
    name = metagene_title(label)
    for i, gene in enumerate(str(programs.at[label, "top_genes"]).split(", ")[:_GENES]):
        longer = f"{name}{', ' if i else ': '}{shorten(gene, _LONGEST_GENE, LABEL)}" if gene else name
        if text_width(longer, LABEL) > _LONGEST:
            break
        name = longer
    return name


def _tracks(members: pd.DataFrame) -> list[Track]:
    """Bars of data set and rank; ranks go from light to dark."""
    by_data_set = pd.DataFrame({"Data set": pd.Categorical(members["data_set"], sorted(members["data_set"].unique()))})
    ranks = sorted(members["rank"].unique())
    shades = [matplotlib.colors.to_hex(matplotlib.colormaps["YlGnBu"](0.15 + 0.8 * i / max(len(ranks) - 1, 1)))
              for i in range(len(ranks))]  # fmt: skip
    colours = members["rank"].map(dict(zip(ranks, shades, strict=True)))
    rank = Track("Rank", colours, category_legend("Rank", ranks, shades, LEGEND_ROOM))
    return [*annotation_tracks(by_data_set.set_index(members.index), members.index), rank]


def spread(places: list[float], step: float, length: float) -> list[float]:
    """Move names apart as little as needed: at least ``step`` from one to the next, none beyond ``length``.

    Examples
    --------
    >>> spread([1.0, 1.5, 9.0], 2.0, 10.0)
    [1.0, 3.0, 9.0]
    """
    spread_out, last = [], -np.inf
    for place in places:
        last = max(place, last + step)
        spread_out.append(last)
    limit = length
    for i in range(len(places) - 1, -1, -1):
        spread_out[i] = min(spread_out[i], limit)
        limit = spread_out[i] - step
    return spread_out


def _write_names(sheet: Sheet, names: list[str], blocks: Blocks, left: float, top: float) -> None:
    """Write the programs' names at the left, each joined to its block by a line."""
    axes = sheet.bare_axes(left - _LEADER, top, _LEADER, blocks.length)
    centres = [sum(span) / 2 for span in blocks.spans]
    for name, centre, place in zip(names, centres, spread(centres, _LINE, blocks.length), strict=True):
        axes.plot([0.5, 1.5, _LEADER - 1.2, _LEADER - 0.5], [place, place, centre, centre], color=FAINT, linewidth=0.6)
        sheet.text(left - _LEADER, top + place, name, ha="right", va="center_baseline")
