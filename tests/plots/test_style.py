import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from matplotlib.textpath import text_to_path

from nmfbio.plots.style import (
    FONTS,
    POINTS_PER_MM,
    annotation_colours,
    metagene_title,
    plain_text,
    shorten,
    styled,
    text_width,
)


def test_colours_of_one_metadata_column_differ_up_to_twelve_categories():
    for column in range(5):
        assert len(set(annotation_colours(column, list(range(12))))) == 12


def test_metagene_titles_are_plain_words():
    assert metagene_title("metagene_12") == "Metagene 12"


@pytest.mark.parametrize("text", ["W" * 500, "$" * 80, "ALL_19769_B-cell", "μ" * 90])
@pytest.mark.parametrize("width", [8.0, 12.0, 40.0])
def test_shortened_text_fits_and_keeps_both_ends(text, width):
    short = shorten(text, width, 7)
    assert text_width(short, 7) <= width
    assert short == text or ("…" in short and short[0] == text[0])
    assert short[-1] == text[-1]


def test_plain_text_keeps_what_matplotlib_would_read_as_mathematics():
    assert plain_text("$x_1$") == "$x_1$"
    assert plain_text("_a") == "_a"


def test_plain_text_is_one_printable_line():
    assert plain_text("a\n\tb\x00") == "a b\N{REPLACEMENT CHARACTER}"
    assert plain_text("  ") == "(empty)"
    assert plain_text(np.nan) == plain_text(None) == "not given"


def test_styled_functions_restore_the_callers_settings():
    before = dict(matplotlib.rcParams)
    seen = []

    def draw():
        seen.append(matplotlib.rcParams["text.parse_math"])
        return Figure()

    styled(draw)()
    assert seen == [False]
    assert dict(matplotlib.rcParams) == before


def test_tick_labels_have_the_fonts_of_the_figure_when_it_is_saved_later():
    figure = Figure()
    styled(lambda: figure.subplots().plot([1, 2, 3]) and figure)()
    FigureCanvasAgg(figure).draw()
    texts = [text for text in figure.findobj(Text) if text.get_text()]
    assert len(texts) > 6
    assert all(text.get_fontfamily() == FONTS for text in texts)


@pytest.mark.parametrize("weight", ["normal", "bold"])
@pytest.mark.parametrize(
    "text", ["MPO myeloperoxidase", "AVATAR To We", "ALL_14749_B-cell…", "Ωβ Жя ½ ≤ 10⁷", "iiii llll"]
)
def test_text_is_hardly_narrower_than_measured_and_never_wider(text, weight):
    measured = text_width(text, 100, weight) * POINTS_PER_MM
    font = FontProperties(family=FONTS, size=100, weight=weight)
    drawn = text_to_path.get_text_width_height_descent(text, font, ismath=False)[0]
    assert 0.9 * measured <= drawn <= 1.01 * measured


def test_letters_that_the_small_fonts_lack_are_drawn_from_matplotlibs():
    assert plain_text("Ա ა") == "Ա ა"  # Armenian, Georgian
