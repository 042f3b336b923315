"""Legends laid out by hand: matplotlib's drop names with a leading underscore and may run off the figure."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from matplotlib.colors import Colormap

from nmfbio.plots.sheet import Sheet
from nmfbio.plots.style import HEADING, LABEL, SMALL, shorten, text_height, text_width, wrap

ROW = 3.4  # mm from one entry to the next
SWATCH = 2.4
GAP = 4.0  # mm between two legends
LONGEST = 24  # entries a legend lists before it says how many more there are
_ROWS = 8  # entries in a column of a legend below a figure
_COLUMN_GAP = 3.0  # mm
_HEADING_WEIGHT = "bold"


@dataclass(frozen=True)
class Legend:
    """Names and their colours under a heading, in ``columns`` columns.

    Parameters
    ----------
    heading
        What the colours mean; a user's column name or ours.
    names, colours
        The entries, already short enough to be drawn.
    columns
        Number of columns the entries are set in.
    """

    heading: list[str]
    names: list[str]
    colours: list[str]
    columns: int = 1

    @property
    def rows(self) -> int:
        """Number of rows of entries."""
        return -(-len(self.names) // self.columns)

    @property
    def column_width(self) -> float:
        """Width in mm of one column of entries."""
        return SWATCH + 1.2 + max((text_width(name, LABEL) for name in self.names), default=0)

    @property
    def width(self) -> float:
        """Width in mm."""
        heading = max(text_width(line, HEADING, _HEADING_WEIGHT) for line in self.heading)
        return max(heading, self.columns * self.column_width + (self.columns - 1) * _COLUMN_GAP)

    @property
    def height(self) -> float:
        """Height in mm."""
        return text_height(HEADING, len(self.heading)) + 0.8 + self.rows * ROW

    def draw(self, sheet: Sheet, left: float, top: float) -> None:
        """Draw the legend with its top left corner there."""
        sheet.lines(left, top, self.heading, HEADING, weight=_HEADING_WEIGHT)
        top += text_height(HEADING, len(self.heading)) + 0.8
        for i, (name, colour) in enumerate(zip(self.names, self.colours, strict=True)):
            column, row = divmod(i, self.rows)
            x, y = left + column * (self.column_width + _COLUMN_GAP), top + row * ROW
            if colour:
                sheet.swatch(x, y + (ROW - SWATCH) / 2, SWATCH, SWATCH, colour)
            sheet.text(x + SWATCH + 1.2, y + ROW / 2, name, LABEL, va="center_baseline")


@dataclass(frozen=True)
class ColourScale:
    """A horizontal colour bar with a heading.

    Parameters
    ----------
    heading
        What the colours mean.
    colours
        The colour map.
    ticks
        Tick labels and where they stand, from 0 (left end) to 1.
    """

    heading: list[str]
    colours: Colormap
    ticks: dict[str, float] = field(default_factory=lambda: {"0": 0.0, "0.5": 0.5, "1": 1.0})
    bar: float = 32.0

    @property
    def width(self) -> float:
        """Width in mm."""
        return max(self.bar + 3, *(text_width(line, HEADING, _HEADING_WEIGHT) for line in self.heading))

    @property
    def height(self) -> float:
        """Height in mm."""
        return text_height(HEADING, len(self.heading)) + 0.8 + 3.0 + 1.0 + text_height(LABEL)

    def draw(self, sheet: Sheet, left: float, top: float) -> None:
        """Draw the colour bar with its top left corner there."""
        sheet.lines(left, top, self.heading, HEADING, weight=_HEADING_WEIGHT)
        top += text_height(HEADING, len(self.heading)) + 0.8
        axes = sheet.axes(left + 1, top, self.bar, 3.0)
        axes.imshow(np.linspace(0, 1, 256)[None], cmap=self.colours, aspect="auto", extent=(0, 1, 0, 1))
        axes.set_xticks(list(self.ticks.values()), list(self.ticks), fontsize=SMALL, parse_math=False)
        axes.set_yticks([])
        axes.tick_params(pad=1, length=1.5)
        axes.spines[:].set_visible(False)


def category_legend(heading: str, names: Sequence[object], colours: Sequence[str], room: float) -> Legend:
    """Return a legend no wider than ``room`` mm; beyond ``LONGEST`` entries it counts the rest."""
    shown = [shorten(name, room - SWATCH - 1.2, LABEL) for name in names[:LONGEST]]
    shades = list(colours[:LONGEST])
    if len(names) > LONGEST:
        shown, shades = [*shown, f"and {len(names) - LONGEST} more"], [*shades, ""]
    return Legend([shorten(heading, room, HEADING, _HEADING_WEIGHT)], shown, shades)


def scale_legend(heading: str, colours: Colormap, ticks: dict[str, float], room: float) -> ColourScale:
    """Return a colour bar whose heading is wrapped to ``room`` mm."""
    return ColourScale(wrap(heading, room, HEADING, _HEADING_WEIGHT), colours, ticks, bar=min(32.0, room - 3))


@dataclass(frozen=True)
class Placement:
    """Where legends go: offsets in mm from a corner, and the size they take together."""

    items: list[Legend | ColourScale]
    offsets: list[tuple[float, float]]
    width: float
    height: float

    def draw(self, sheet: Sheet, left: float, top: float) -> None:
        """Draw all legends with the corner of the whole there."""
        for item, (x, y) in zip(self.items, self.offsets, strict=True):
            item.draw(sheet, left + x, top + y)


def stack_legends(items: list, height: float) -> Placement:
    """Place legends one below the other, in as many columns as ``height`` mm asks for."""
    offsets, x, y, column_width, tallest = [], 0.0, 0.0, 0.0, 0.0
    for item in items:
        if y and y + item.height > height:
            x, y, column_width = x + column_width + GAP, 0.0, 0.0
        offsets.append((x, y))
        y += item.height + GAP
        column_width, tallest = max(column_width, item.width), max(tallest, y - GAP)
    return Placement(items, offsets, x + column_width, tallest)


def flow_legends(items: list, width: float) -> Placement:
    """Place legends side by side, in as many rows as ``width`` mm asks for."""
    items = [_broadened(item, width) for item in items]
    offsets, x, y, row_height, widest = [], 0.0, 0.0, 0.0, 0.0
    for item in items:
        if x and x + item.width > width:
            x, y, row_height = 0.0, y + row_height + GAP, 0.0
        offsets.append((x, y))
        x += item.width + GAP * 1.5
        row_height, widest = max(row_height, item.height), max(widest, x - GAP * 1.5)
    return Placement(items, offsets, widest, y + row_height)


def _broadened(item: Legend | ColourScale, width: float) -> Legend | ColourScale:
    """Set a long legend in as many columns as ``width`` mm allows and its length asks for."""
    if not isinstance(item, Legend):
        return item
    possible = max(1, int((width + _COLUMN_GAP) / (item.column_width + _COLUMN_GAP)))
    return replace(item, columns=min(possible, -(-len(item.names) // _ROWS)))
