import io
import subprocess
import sys

import matplotlib
import pandas as pd
import pytest

from nmfbio import plots


def figures(results):
    measures = pd.DataFrame({"rank": [2, 3], "measure": "cophenetic", "value": [1.0, 0.9]})
    objectives = pd.DataFrame({"rank": 2, "restart": [0, 1], "objective": [1.0, 2.0], "converged": [True, False]})
    yield plots.draw_rank_survey(measures, {"status": "supported", "rank": 2})
    yield plots.draw_objectives(objectives)
    yield plots.draw_consensus(results.consensus, results.linkage, results.clusters, results.annotations)
    yield plots.draw_usages(results.usages, results.clusters, results.annotations)
    yield plots.draw_metagenes(
        results.metagenes, results.genes, results.expression, results.clusters, results.annotations
    )


def test_figures_change_no_settings_and_do_not_need_pyplot(make_results):
    before = dict(matplotlib.rcParams)
    for figure in figures(make_results(5)):
        assert figure.canvas.manager is None
    assert dict(matplotlib.rcParams) == before


def test_figures_do_not_depend_on_the_callers_settings(make_results):
    def pixels():
        images = []
        for figure in figures(make_results(5, odd=True)):
            image = io.BytesIO()
            figure.savefig(image, format="raw", dpi=60)
            images.append(image.getvalue())
        return images

    expected = pixels()
    with matplotlib.rc_context({"font.size": 20, "axes.grid": True, "lines.linewidth": 5, "font.family": "serif"}):
        assert pixels() == expected


@pytest.mark.parametrize("form", ["pdf", "svg", "png"])
def test_figures_are_saved_in_every_format(form, make_results):
    for figure in figures(make_results(5, odd=True)):
        image = io.BytesIO()
        figure.savefig(image, format=form)
        assert image.tell() > 1000


def test_every_text_is_at_least_six_points(make_results, texts_of):
    for figure in figures(make_results(10)):
        sizes = [text.get_fontsize() for text in figure.findobj(matplotlib.text.Text) if text.get_text()]
        assert min(sizes) >= 6


def test_inputs_are_left_as_they_were(make_results):
    results = make_results(6)
    tables = (results.consensus, results.usages, results.metagenes, results.genes, results.expression)
    before = [table.copy() for table in tables]
    list(figures(results))
    for table, copy in zip(tables, before, strict=True):
        pd.testing.assert_frame_equal(table, copy)


def test_importing_the_package_loads_no_matplotlib():
    code = "import sys, nmfbio.plots; print('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"


def test_drawing_loads_neither_pyplot_nor_seaborn():
    code = (
        "import sys; from nmfbio.plots import draw_rank_survey, draw_consensus, draw_metagenes, draw_usages, "
        "draw_objectives; print([m for m in ('matplotlib.pyplot', 'seaborn', 'sklearn') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"
