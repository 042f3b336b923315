import matplotlib
import pytest
from matplotlib.patches import Rectangle

from nmfbio.plots.legends import LONGEST, category_legend, flow_legends, scale_legend, stack_legends
from nmfbio.plots.sheet import Sheet

BLUES = matplotlib.colormaps["Blues"]


def legends(odd_names):
    scale = scale_legend("A heading of several words that must be wrapped", BLUES, {"0": 0, "1": 1}, 40)
    many = category_legend("many", list(range(20)), ["#123456"] * 20, 40)
    return [scale, category_legend("$odd", odd_names, ["#654321"] * len(odd_names), 40), many]


@pytest.mark.parametrize("width", [60, 120, 170])
def test_legends_below_a_figure_keep_their_width_and_do_not_touch(width, odd_names, assert_text_is_clear):
    placement = flow_legends(legends(odd_names), width)
    assert placement.width <= width
    sheet = Sheet.of_size(placement.width + 2, placement.height + 2)
    placement.draw(sheet, 1, 1)
    assert_text_is_clear(sheet.figure)


def test_legends_beside_a_figure_break_into_columns(odd_names, assert_text_is_clear):
    placement = stack_legends(legends(odd_names), 60)
    assert len({x for x, _ in placement.offsets}) > 1
    sheet = Sheet.of_size(placement.width + 2, placement.height + 2)
    placement.draw(sheet, 1, 1)
    assert_text_is_clear(sheet.figure)


def test_names_with_dollar_signs_and_leading_underscores_stay_in_the_legend(odd_names):
    assert {"$x_1$", "_hidden", "<script>alert(1)</script>", "$"} <= set(legends(odd_names)[1].names)


def test_each_name_has_its_swatch(odd_names):
    legend = legends(odd_names)[1]
    sheet = Sheet.of_size(60, 60)
    legend.draw(sheet, 1, 1)
    assert len(
        sheet.figure.findobj(lambda artist: type(artist) is Rectangle and artist in sheet.figure.artists)
    ) == len(odd_names)


def test_too_many_names_are_counted():
    legend = category_legend("batch", list(range(LONGEST + 7)), ["#123456"] * (LONGEST + 7), 40)
    assert legend.names[-1] == "and 7 more"
