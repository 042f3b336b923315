"""Colours, text and matplotlib settings that all figures share."""

from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path

import matplotlib
import pandas as pd
from matplotlib.colors import to_rgb
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font
from matplotlib.ft2font import FT2Font, LoadFlags

from nmfbio.colours import UNKNOWN, darken

POINTS_PER_MM = 72 / 25.4
TITLE, HEADING, LABEL, SMALL = 9.0, 7.5, 7.0, 6.0  # font sizes in points; journals ask for 5 to 7 at the least
LINE_HEIGHT = 1.2  # distance of two lines of text, in font sizes
INK, FAINT, PALE, MISSING = "#222222", "#6b6b6b", "#e8e8e8", UNKNOWN
ACCENT = "#D55E00"

# Paul Tol's light and muted schemes (https://sronpersonalpages.nl/~pault/), ColorBrewer's Set3 and Paired: one scheme a
# metadata column, so that one colour does not mean two things in one figure.
ANNOTATION_COLOURS = (
    ("#77AADD", "#EE8866", "#EEDD88", "#FFAABB", "#44BB99", "#AAAA00", "#99DDFF", "#BBCC33"),
    ("#882255", "#DDCC77", "#88CCEE", "#117733", "#CC6677", "#332288", "#999933", "#AA4499", "#44AA99"),
    ("#8DD3C7", "#BEBADA", "#FB8072", "#80B1D3", "#FDB462", "#B3DE69", "#FCCDE5", "#BC80BD", "#CCEBC5", "#FFED6F"),
    ("#A6CEE3", "#1F78B4", "#B2DF8A", "#33A02C", "#FB9A99", "#E31A1C", "#FDBF6F", "#FF7F00", "#CAB2D6", "#6A3D9A"),
)

# The same letters on every machine; matplotlib's own DejaVu Sans has those of scripts that the first one lacks.
FONTS = ["nmfbio Sans", "DejaVu Sans"]
for _file in sorted((Path(__file__).parent / "fonts").glob("*.ttf")):
    fontManager.addfont(_file)

_SETTINGS = {
    "font.family": FONTS,
    "font.size": LABEL,
    "text.parse_math": False,
    "text.usetex": False,
    "text.color": INK,
    "axes.edgecolor": FAINT,
    "axes.linewidth": 0.6,
    "axes.labelcolor": INK,
    "axes.labelsize": LABEL,
    "axes.titlesize": HEADING,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": False,
    "axes.unicode_minus": True,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "savefig.facecolor": "white",
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": LABEL,
    "ytick.labelsize": LABEL,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "xtick.minor.size": 1.5,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.minor.visible": False,
    "ytick.minor.visible": False,
    "figure.autolayout": False,
    "figure.constrained_layout.use": False,
    "image.interpolation": "nearest",
}


def styled(draw: Callable) -> Callable:
    """Run a drawing function under this module's settings and restore the caller's afterwards."""

    @wraps(draw)
    def wrapper(*args, **kwargs):
        with matplotlib.rc_context(_SETTINGS):
            figure = draw(*args, **kwargs)
            for axes in figure.axes:
                axes.get_xticklabels(), axes.get_yticklabels()  # else made while the figure is saved, in another style
            return figure

    return wrapper


def metagene_title(name: str) -> str:
    """Return how a metagene is called in a figure: ``metagene_1`` becomes ``Metagene 1``."""
    text = plain_text(name).replace("_", " ").strip()
    return text[:1].upper() + text[1:]


def annotation_colours(column: int, categories: list) -> list[str]:
    """Return one colour for each category of the ``column``-th metadata column (from 0)."""
    palette = ANNOTATION_COLOURS[column % len(ANNOTATION_COLOURS)]
    return [darken(palette[i % len(palette)], 0.7 ** (i // len(palette))) for i in range(len(categories))]


def contrasting_ink(colour: str) -> str:
    """Return black or white, whichever reads better on ``colour`` (relative luminance, ITU-R BT.709)."""
    red, green, blue = to_rgb(colour)
    return INK if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.45 else "white"


def plain_text(value: object) -> str:
    """Return a user's value as one line of text; control characters would break the line or the PDF."""
    if not isinstance(value, str) and pd.isna(value):
        return "not given"
    if isinstance(value, float) and value.is_integer():  # whole numbers of a column that lacks some
        value = int(value)
    text = " ".join(str(value).split())
    known = _letters()
    return "".join(letter if ord(letter) in known else "\N{REPLACEMENT CHARACTER}" for letter in text) or "(empty)"


@lru_cache(maxsize=1)
def _letters() -> frozenset[int]:
    """Return the code points that the figures' fonts can draw; matplotlib warns about each other one."""
    return frozenset(code for code in _widest_font("normal").get_charmap() if chr(code).isprintable())


def _widest_font(weight: str) -> FT2Font:
    """Return the last of the fonts: it has every letter of those before it, and equally wide."""
    return get_font(findfont(FontProperties(family=FONTS[-1], weight=weight)))


@lru_cache(maxsize=4096)
def _advance(letter: str, weight: str) -> float:
    """Return the width of one letter with the room to the next, in font sizes."""
    font = _widest_font(weight)
    return font.load_char(ord(letter), LoadFlags.NO_SCALE).horiAdvance / font.units_per_EM


def text_width(text: str, size: float, weight: str = "normal") -> float:
    """Return the width in mm of one line of plain text at ``size`` points, hardly more than it is once drawn.

    It adds up the letters. Having matplotlib lay the text out each time took a third of the time of a figure.
    """
    return sum(_advance(letter, weight) for letter in text) * size / POINTS_PER_MM


def text_height(size: float, lines: float = 1) -> float:
    """Return the height in mm of lines of text at ``size`` points."""
    return lines * size * LINE_HEIGHT / POINTS_PER_MM


def shorten(value: object, width: float, size: float, weight: str = "normal") -> str:
    """Return a user's value as text no wider than ``width`` mm, an ellipsis in its middle where letters had to go.

    Its first and last letter always stay.

    Examples
    --------
    >>> shorten("a", width=10, size=7)
    'a'
    """
    text = plain_text(value)
    if text_width(text, size, weight) <= width:
        return text
    kept = min(len(text) - 1, int(width / text_width(".", size, weight)))
    while kept > 2 and text_width(_cut(text, kept), size, weight) > width:
        kept -= 1
    return _cut(text, kept)


def shorten_end(value: object, width: float, size: float) -> str:
    """Return a user's value as text no wider than ``width`` mm, cut at its end: for descriptions."""
    text = plain_text(value)
    if text_width(text, size) <= width:
        return text
    kept = min(len(text) - 1, int(width / text_width(".", size)))
    while kept > 1 and text_width(text[:kept].rstrip() + "…", size) > width:
        kept -= 1
    return text[:kept].rstrip() + "…"


def wrap(text: str, width: float, size: float, weight: str = "normal") -> list[str]:
    """Break one of our own sentences into lines no wider than ``width`` mm."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, weight) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _cut(text: str, kept: int) -> str:
    head = (kept + 1) // 2
    return f"{text[:head]}…{text[len(text) - (kept - head) :]}"
