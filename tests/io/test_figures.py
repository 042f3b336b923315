"""nmfbio.io.figures: figures on disk."""

import pytest
from matplotlib.figure import Figure

from nmfbio.io import write_figure


@pytest.fixture
def figure() -> Figure:
    figure = Figure(figsize=(2, 1.5))
    figure.subplots().set_title("usage of metagene_1")
    return figure


def test_same_figure_gives_the_same_bytes_in_every_format(figure, tmp_path):
    first = write_figure(figure, tmp_path / "a", ["pdf", "png", "svg"], dpi=50)
    second = write_figure(figure, tmp_path / "b", ["pdf", "png", "svg"], dpi=50)
    assert [path.name for path in first] == ["a.pdf", "a.png", "a.svg"]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_files_hold_no_date(figure, tmp_path):
    pdf, svg = write_figure(figure, tmp_path / "a", ["pdf", "svg"])
    assert b"CreationDate" not in pdf.read_bytes()
    assert b"dc:date" not in svg.read_bytes()


def test_text_of_an_svg_stays_text(figure, tmp_path):
    (svg,) = write_figure(figure, tmp_path / "a", ["svg"])
    assert "usage of metagene_1" in svg.read_text()


def test_stem_with_a_point_keeps_it(figure, tmp_path):
    assert write_figure(figure, tmp_path / "k3.v1", ["png"])[0].name == "k3.v1.png"
