"""Dot plot of gene sets: which of them each metagene is rich in."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, ListedColormap, to_rgba
from matplotlib.figure import Figure

from nmfbio.colours import metagene_colour, metagene_number
from nmfbio.plots.legends import flow_legends, scale_legend
from nmfbio.plots.sheet import MARGIN, USUAL_WIDTH, Sheet, title_height
from nmfbio.plots.style import (
    ACCENT,
    FAINT,
    HEADING,
    LABEL,
    MISSING,
    PALE,
    POINTS_PER_MM,
    SMALL,
    contrasting_ink,
    shorten,
    shorten_end,
    styled,
    text_height,
    text_width,
    wrap,
)
from nmfbio.plots.tracks import LEGEND_ROOM

LIMIT = 0.05  # q below which a set is shown
MOST_SETS = 30
_ROW = 4.6  # mm, height of a gene set
_WIDEST, _NARROWEST = 7.5, 4.6  # mm, width of a metagene
_COLUMNS = 100.0  # mm that the metagenes may take before they become narrow
_BAR = 3.4  # mm, the metagenes' colours above their columns
_NAME = 68.0  # mm for the name of a set at most
_GENES = (24.0, 60.0)  # mm for the genes beside a row: at least, at most
_SMALLEST_DOT = 0.9  # mm
_CLEAREST = 10.0  # −log10 q at which the colours end
_TITLE = "Gene sets that each metagene is rich in"
_SET = ["collection", "gene_set"]


def choose_enriched(enrichment: pd.DataFrame, most: int = MOST_SETS) -> pd.DataFrame:
    """Choose the gene sets to show: the best of each metagene among those with q < 0.05 in either test.

    Parameters
    ----------
    enrichment
        Table of ``enrich_signatures``.
    most
        Number of sets. Metagenes take turns, so each that has one shows its best, even where that makes it more.

    Returns
    -------
    pandas.DataFrame
        The rows of these sets in every metagene and test, sets ordered by the metagene they are clearest in, then by p.
    """
    found = enrichment[enrichment["q"] < LIMIT].sort_values(["p", "effect"], ascending=[True, False], kind="stable")
    found = found.drop_duplicates(["metagene", *_SET])
    by_metagene = [list(rows[_SET].itertuples(index=False, name=None)) for _, rows in found.groupby("metagene")]
    turns = [[key for key in turn if key is not None] for turn in zip_longest(*by_metagene)]
    chosen = dict.fromkeys(turns[0] if turns else [])
    for key in chain.from_iterable(turns[1:]):
        if len(chosen) < most:
            chosen.setdefault(key)
    clearest = found.drop_duplicates(_SET)
    number = clearest["metagene"].map(lambda name: metagene_number(name) or 0)
    ordered = clearest.iloc[np.lexsort((clearest["p"], number))][_SET].itertuples(index=False, name=None)
    place = {key: position for position, key in enumerate(key for key in ordered if key in chosen)}
    keys = pd.Series(list(enrichment[_SET].itertuples(index=False, name=None)), enrichment.index, dtype=object)
    position = keys.map(place)
    shown = enrichment[position.notna()]
    return shown.iloc[np.argsort(position[shown.index].to_numpy(float), kind="stable")].reset_index(drop=True)


@styled
def draw_enrichment(enrichment: pd.DataFrame, metagenes: Sequence[str]) -> Figure:
    """Draw a dot for each gene set and metagene.

    Colour tells the rank test of all genes (grey: q not below 0.05), size the share of the set's genes in the
    signature, a ring that these are more than expected (q < 0.05). Beside each set stand its genes in the signature of
    the metagene that it is clearest in.

    Parameters
    ----------
    enrichment
        Table of ``choose_enriched``; its sets are drawn in the order in which they first occur.
    metagenes
        Names of all metagenes, those without any set included.

    Returns
    -------
    matplotlib.figure.Figure
        Without any gene set the figure says so.

    Examples
    --------
    >>> row = {"collection": "mine", "gene_set": "T cells", "size": 20, "q": 0.001, "p": 0.001, "effect": 4.0}
    >>> rows = [{**row, "metagene": "metagene_1", "test": "over_representation", "overlap": 8, "genes": "CD3D,LCK"}]
    >>> figure = draw_enrichment(pd.DataFrame(rows), ["metagene_1", "metagene_2"])
    """
    if enrichment.empty:
        return _draw_nothing()
    parts = _Parts.of_table(enrichment, list(metagenes))
    left = MARGIN + max(text_width(name, LABEL) for name in parts.names) + 2
    width = len(metagenes) * parts.column
    genes_left = left + width + 2
    room = float(np.clip(USUAL_WIDTH - MARGIN - genes_left, *_GENES))
    genes = [shorten_end(text.replace(",", ", "), room, SMALL) if text else "" for text in parts.genes]
    total = genes_left + max(room, text_width("Metagene", LABEL)) + MARGIN
    legends = flow_legends(_legends(parts), total - 2 * MARGIN)
    top = title_height(_TITLE, total)
    body = top + _BAR + 1.5
    below = body + len(parts.names) * _ROW + 4
    sheet = Sheet.of_size(total, below + legends.height + MARGIN)
    sheet.title(_TITLE)
    _draw_metagenes(sheet, list(metagenes), parts.column, left, top)
    _draw_dots(sheet.bare_axes(left, body, width, len(parts.names) * _ROW), parts)
    for row, (name, text) in enumerate(zip(parts.names, genes, strict=True)):
        y = body + (row + 0.5) * _ROW
        sheet.text(left - 2, y, name, ha="right", va="center_baseline")
        if text:
            sheet.text(genes_left, y, text, SMALL, va="center_baseline", color=FAINT)
    legends.draw(sheet, MARGIN, below)
    return sheet.figure


@dataclass(frozen=True)
class _Parts:
    """Sets × metagenes: −log10 q of the ranks, share of the set in the signature and whether that is surely more."""

    names: list[str]
    genes: list[str]
    clearness: np.ndarray
    shares: np.ndarray
    rings: np.ndarray

    @classmethod
    def of_table(cls, table: pd.DataFrame, metagenes: list[str]) -> "_Parts":
        sets = table[_SET].drop_duplicates()
        keys = pd.MultiIndex.from_frame(sets)

        def spread(test: str, values: pd.Series) -> np.ndarray:
            rows = table["test"] == test
            spread = table[rows].assign(value=values[rows]).pivot(index=_SET, columns="metagene", values="value")
            return spread.reindex(index=keys, columns=metagenes).to_numpy(float)

        several = sets["collection"].nunique() > 1
        titles = sets["gene_set"] + (" (" + sets["collection"] + ")" if several else "")
        q = spread("over_representation", table["q"])
        return cls(
            names=[shorten(title, _NAME, LABEL) for title in titles],
            genes=_genes_beside(table, keys),
            clearness=-np.log10(np.clip(spread("rank", table["q"]), 10**-_CLEAREST, 1)),
            shares=np.nan_to_num(spread("over_representation", table["overlap"] / table["size"].clip(lower=1))),
            rings=np.nan_to_num(q, nan=1) < LIMIT,
        )

    @property
    def column(self) -> float:
        """Width in mm of a metagene."""
        return float(np.clip(_COLUMNS / self.shares.shape[1], _NARROWEST, _WIDEST))

    @property
    def largest(self) -> float:
        """Share of a set that is drawn as the largest dot: the largest there is, rounded up to tenths."""
        return max(0.1, float(np.ceil(self.shares.max() * 10 - 1e-9) / 10))

    def diameters(self, shares: np.ndarray) -> np.ndarray:
        """Diameters in mm, so that areas grow with the shares."""
        widest = min(self.column, _ROW) - 0.5
        return np.sqrt(_SMALLEST_DOT**2 + shares / self.largest * (widest**2 - _SMALLEST_DOT**2))


def _genes_beside(table: pd.DataFrame, keys: pd.MultiIndex) -> list[str]:
    """Genes of each set in the signature of the metagene that the set is clearest in."""
    clearest = table.sort_values("p", kind="stable").drop_duplicates(_SET)
    pairs = set(clearest[["metagene", *_SET]].itertuples(index=False, name=None))
    over = table[table["test"] == "over_representation"]
    known = over[["metagene", *_SET, "genes"]].itertuples(index=False, name=None)
    genes = {key: text for metagene, *key_, text in known if (metagene, *(key := tuple(key_))) in pairs}
    return [genes.get(key, "") for key in keys]


def _shades() -> Colormap:
    """Return colours from q = 0.05 to the clearest, none too pale for a small dot."""
    return ListedColormap(matplotlib.colormaps["YlGnBu"](np.linspace(0.3, 1, 256)))


def _on_scale(clearness: np.ndarray | float) -> np.ndarray | float:
    """Where −log10 q lies between the ends of the colours, 0 to 1."""
    return (clearness + np.log10(LIMIT)) / (_CLEAREST + np.log10(LIMIT))


def _draw_metagenes(sheet: Sheet, metagenes: list[str], column: float, left: float, top: float) -> None:
    sheet.text(left - 2, top + _BAR / 2, "Metagene", ha="right", va="center_baseline")
    for place, name in enumerate(metagenes):
        colour, x = metagene_colour(name), left + place * column
        sheet.swatch(x + 0.2, top, column - 0.4, _BAR, colour)
        style = {"ha": "center", "va": "center_baseline", "color": contrasting_ink(colour)}
        sheet.text(x + column / 2, top + _BAR / 2, str(metagene_number(name) or "?"), SMALL, **style)


def _draw_dots(axes: Axes, parts: _Parts) -> None:
    rows, columns = np.indices(parts.shares.shape)
    x, y = (columns.ravel() + 0.5) * parts.column, (rows.ravel() + 0.5) * _ROW
    axes.hlines(np.arange(1, len(parts.names)) * _ROW, 0, parts.shares.shape[1] * parts.column, PALE, linewidth=0.4)
    clearness = np.nan_to_num(parts.clearness.ravel())
    colours = _shades()(np.clip(_on_scale(clearness), 0, 1))
    colours[clearness <= -np.log10(LIMIT)] = to_rgba(MISSING)
    area = (parts.diameters(parts.shares.ravel()) * POINTS_PER_MM) ** 2
    edges = np.where(parts.rings.ravel()[:, None], to_rgba(ACCENT), (0, 0, 0, 0))
    axes.scatter(x, y, area, colours, edgecolors=edges, linewidths=1.0, clip_on=False)


def _legends(parts: _Parts) -> list:
    minus, at_most = "\N{MINUS SIGN}", "\N{LESS-THAN OR EQUAL TO}"
    ticks = {f"{LIMIT:g}": 0.0, f"1e{minus}5": _on_scale(5.0), f"{at_most}1e{minus}{_CLEAREST:g}": 1.0}
    heading = f"Do the set's genes rank above the others? q (grey: not below {LIMIT:g})"
    return [scale_legend(heading, _shades(), ticks, LEGEND_ROOM + 12), _DotLegend(parts)]


@dataclass(frozen=True)
class _DotLegend:
    """What sizes and rings mean."""

    parts: _Parts

    @property
    def heading(self) -> list[str]:
        """Lines above the dots."""
        return wrap("Share of the set in the signature", LEGEND_ROOM + 14, HEADING, "bold")

    @property
    def entries(self) -> list[tuple[str, float, bool]]:
        """Text, share and whether there is a ring."""
        largest = self.parts.largest
        shares = [(f"{share:.0%}", share, False) for share in (0.0, largest / 2, largest)]
        return [*shares, (f"more than expected, q < {LIMIT:g}", largest / 2, True)]

    @property
    def width(self) -> float:
        """Width in mm."""
        widths = [_ROW + 0.5 + text_width(text, LABEL) + 2.5 for text, *_ in self.entries]
        return max(sum(widths), *(text_width(line, HEADING, "bold") for line in self.heading))

    @property
    def height(self) -> float:
        """Height in mm."""
        return text_height(HEADING, len(self.heading)) + 0.8 + _ROW

    def draw(self, sheet: Sheet, left: float, top: float) -> None:
        """Draw the legend with its top left corner there."""
        sheet.lines(left, top, self.heading, HEADING, weight="bold")
        top += text_height(HEADING, len(self.heading)) + 0.8
        axes, x = sheet.bare_axes(left, top, self.width, _ROW), 0.0
        for text, share, ring in self.entries:
            area = (float(self.parts.diameters(np.array(share))) * POINTS_PER_MM) ** 2
            edge = ACCENT if ring else "none"
            axes.scatter([x + _ROW / 2], [_ROW / 2], area, MISSING, edgecolors=edge, linewidths=1.0)
            sheet.text(left + x + _ROW + 0.5, top + _ROW / 2, text, va="center_baseline")
            x += _ROW + 0.5 + text_width(text, LABEL) + 2.5


def _draw_nothing() -> Figure:
    sheet = Sheet.of_size(150, 30)
    sheet.title(_TITLE)
    text = f"No set reaches q < {LIMIT:g} in any metagene, in neither test."
    sheet.text(MARGIN, 18, text, color=FAINT)
    return sheet.figure
