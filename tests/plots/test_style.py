import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from matplotlib.textpath import text_to_path

from nmfbio.plots.style import (
    FONTS,
    METAGENE_COLOURS,
    POINTS_PER_MM,
    annotation_colours,
    metagene_colour,
    metagene_title,
    plain_text,
    shorten,
    styled,
    text_width,
)

# Machado, Oliveira & Fernandes (2009), severity 1.0, on linear RGB
VISIONS = {
    "normal": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def cielab(linear_rgb):
    xyz = linear_rgb @ np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]).T
    x, y, z = np.cbrt(np.maximum(xyz / [0.9505, 1, 1.089], 1e-4)).T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=1)


@pytest.mark.parametrize("vision", VISIONS)
def test_metagene_colours_are_told_apart_by_colour_blind_readers(vision):
    rgb = np.array([to_rgb(colour) for colour in METAGENE_COLOURS])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    lab = cielab(np.clip(linear @ np.transpose(VISIONS[vision]), 0, 1))
    distance = np.linalg.norm(lab[:, None] - lab[None], axis=-1) + 1e9 * np.eye(len(lab))
    assert distance.min() > 15


def test_a_metagene_has_the_same_colour_whatever_the_rank():
    assert [metagene_colour(f"metagene_{i}") for i in (1, 2, 3)] == ["#0072b2", "#e69f00", "#009e73"]
    assert metagene_colour("Metagene 2") == metagene_colour("metagene_2")


def test_forty_metagenes_have_forty_colours():
    assert len({metagene_colour(f"metagene_{i}") for i in range(1, 41)}) == 40


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
