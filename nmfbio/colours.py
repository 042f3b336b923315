"""The colour of each metagene, the same in every figure, file and run."""

import colorsys
import re

# The first seven are Okabe & Ito's (https://jfly.uni-koeln.de/color/). The others were chosen one by one, each the
# farthest in CIELAB from those before it under normal vision and Machado et al. (2009) protanopia, deuteranopia and
# tritanopia; no two are closer than 16.
METAGENE_COLOURS = (
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#F0E442", "#9326FF",
    "#4C2600", "#2A304C", "#B6E6AC", "#E6004D", "#4C0073", "#B1BF69", "#5843BF", "#8C8CFF",
)  # fmt: skip
UNKNOWN = "#c4c4c4"


def metagene_number(name: str) -> int | None:
    """Return the number at the end of a metagene's name, None where there is none.

    Examples
    --------
    >>> metagene_number("metagene_12")
    12
    """
    digits = re.search(r"(\d+)$", str(name))
    return int(digits.group(1)) if digits else None


def metagene_colour(name: str) -> str:
    """Return the colour of a metagene: the same in every figure and run, decided by its number alone.

    Sixteen colours are safe for colour-blind readers; beyond, they return darker.

    Parameters
    ----------
    name
        Name ending in the metagene's number, counted from 1.

    Returns
    -------
    str
        ``#rrggbb``; grey where the name holds no number.

    Examples
    --------
    >>> metagene_colour("metagene_1")
    '#0072b2'
    """
    number = metagene_number(name)
    if not number:
        return UNKNOWN
    turn, place = divmod(number - 1, len(METAGENE_COLOURS))
    return darken(METAGENE_COLOURS[place], 0.7**turn)


def darken(colour: str, factor: float) -> str:
    """Return a colour ``#rrggbb`` with its brightness multiplied by a factor from 0 to 1.

    Examples
    --------
    >>> darken("#8080FF", 0.5)
    '#404080'
    """
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    hue, saturation, value = colorsys.rgb_to_hsv(red, green, blue)
    parts = colorsys.hsv_to_rgb(hue, saturation, value * factor)
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)
