"""A figure measured in millimetres from its top left corner.

Explicit places instead of matplotlib's constrained layout: that takes several drawing passes over every label, which
costs more than the drawing itself at hundreds of labels.
"""

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from nmfbio.plots.style import INK, LABEL, TITLE, text_height, wrap

MARGIN = 4.0  # mm of white around a figure
USUAL_WIDTH = 180.0  # mm: two columns of most journals


@dataclass(frozen=True)
class Sheet:
    """A figure with its size in mm.

    Parameters
    ----------
    figure
        The matplotlib figure drawn on.
    width, height
        Its size in mm.
    """

    figure: Figure
    width: float
    height: float

    @classmethod
    def of_size(cls, width: float, height: float) -> "Sheet":
        """Return an empty sheet of ``width`` by ``height`` mm."""
        return cls(Figure(figsize=(width / 25.4, height / 25.4), dpi=100), width, height)

    def axes(self, left: float, top: float, width: float, height: float, **settings) -> Axes:
        """Add axes whose box lies ``left`` and ``top`` mm from the top left corner."""
        box = (left / self.width, 1 - (top + height) / self.height, width / self.width, height / self.height)
        return self.figure.add_axes(box, **settings)

    def bare_axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Add axes without frame and ticks whose data units are mm, growing to the right and downwards."""
        axes = self.axes(left, top, width, height, xlim=(0, width), ylim=(height, 0))
        axes.set_axis_off()
        return axes

    def text(self, x: float, y: float, text: str, size: float = LABEL, **settings) -> Text:
        """Write plain text at ``x``, ``y`` mm (its top left corner unless told otherwise)."""
        settings = {"ha": "left", "va": "top", "color": INK, "parse_math": False} | settings
        return self.figure.text(x / self.width, 1 - y / self.height, text, fontsize=size, **settings)

    def lines(self, x: float, y: float, lines: list[str], size: float = LABEL, **settings) -> None:
        """Write lines one below the other, each on its own baseline, from ``y`` mm downwards."""
        for i, line in enumerate(lines):
            self.text(x, y + text_height(size, i + 0.8), line, size, va="baseline", **settings)

    def swatch(self, left: float, top: float, width: float, height: float, colour: str) -> None:
        """Fill a rectangle."""
        corner = (left / self.width, 1 - (top + height) / self.height)
        size = (width / self.width, height / self.height)
        patch = Rectangle(corner, *size, facecolor=colour, edgecolor="none", transform=self.figure.transFigure)
        self.figure.add_artist(patch)

    def title(self, text: str) -> None:
        """Write the figure's title at the top left."""
        self.lines(MARGIN, MARGIN, _title_lines(text, self.width), TITLE, weight="bold")


def part_title(title: str, shown: int, n_samples: int | None) -> str:
    r"""Return a figure's title, with a second line that says so where only a part of the samples is drawn.

    Examples
    --------
    >>> part_title("Usages", 2000, 90_000)
    'Usages\n2,000 of 90,000 samples, each cluster with its share'
    >>> part_title("Usages", 38, None)
    'Usages'
    """
    if n_samples is None or shown == n_samples:
        return title
    return f"{title}\n{shown:,} of {n_samples:,} samples, each cluster with its share"


def title_height(text: str, width: float) -> float:
    """Return the room in mm that a title takes at the top of a sheet ``width`` mm wide, its margin included."""
    return MARGIN + text_height(TITLE, len(_title_lines(text, width))) + 2.5


def _title_lines(text: str, width: float) -> list[str]:
    return [line for part in text.split("\n") for line in wrap(part, width - 2 * MARGIN, TITLE, "bold")]
