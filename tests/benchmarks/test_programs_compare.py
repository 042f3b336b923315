"""benchmarks.programs: the cells, how near programs are to the truth, and what a process is measured to take."""

import ast
import sys

import numpy as np
import pytest

from benchmarks.environments import Unavailable
from benchmarks.programs.compare import compare_programs
from benchmarks.programs.report import write_report
from benchmarks.programs.run_nmfbio import find_programs
from benchmarks.programs.simulate import (
    ACTIVE_IDENTITIES,
    ACTIVE_SHARE,
    DISPERSION,
    IDENTITY_SHARES,
    N_PROGRAMS,
    draw_usages,
    simulate_cells,
)
from benchmarks.programs.tools import HERE, TOOLS, run_measured, write_counts
from nmfbio.io import read_expression


@pytest.fixture(scope="module")
def cells():
    return simulate_cells(3, n_cells=400, n_genes=500)


def test_the_same_seed_gives_the_same_cells(cells):
    assert (simulate_cells(3, 400, 500).counts != cells.counts).nnz == 0
    assert (simulate_cells(4, 400, 500).counts[:, :450] != cells.counts[:, :450]).nnz > 0


def test_identities_have_their_shares_and_activity_is_in_three_of_ten_cells_of_some():
    usages = draw_usages(np.random.default_rng(0), 50_000)
    np.testing.assert_allclose(usages.sum(axis=1), 1)
    identity, active = usages[:, :-1].argmax(axis=1), usages[:, -1] > 0
    np.testing.assert_allclose(np.bincount(identity) / len(usages), IDENTITY_SHARES, atol=0.01)
    shares = [active[identity == place].mean() for place in range(N_PROGRAMS - 1)]
    expected = [ACTIVE_SHARE if place in ACTIVE_IDENTITIES else 0 for place in range(N_PROGRAMS - 1)]
    np.testing.assert_allclose(shares, expected, atol=0.02)


def test_counts_have_the_means_and_the_overdispersion_that_were_asked_for():
    cells = simulate_cells(1, n_cells=3000, n_genes=200)
    counts = cells.counts.toarray()
    shares = cells.usages @ cells.programs
    mean = shares * (counts.sum(axis=1) / shares.sum(axis=1))[:, None]
    high = mean.mean(axis=0) > 5
    np.testing.assert_allclose(counts.mean(axis=0)[high], mean.mean(axis=0)[high], rtol=0.05)
    estimated = ((counts - mean) ** 2 - mean)[:, high].sum() / (mean[:, high] ** 2).sum()
    assert estimated == pytest.approx(DISPERSION, rel=0.15)


def test_programs_in_another_order_and_scale_are_the_truth(cells):
    order = np.random.default_rng(0).permutation(N_PROGRAMS)
    programs = cells.programs[order] * np.linspace(1, 50, N_PROGRAMS)[:, None]
    nearness = compare_programs(cells, programs, cells.usages[:, order])
    np.testing.assert_allclose(nearness, 1)


def test_a_program_that_was_not_found_lowers_its_own_line_alone(cells):
    programs, usages = cells.programs.copy(), cells.usages.copy()
    programs[-1], usages[:, -1] = programs[:-1].mean(axis=0), 0
    nearness = compare_programs(cells, programs, usages)
    np.testing.assert_allclose(nearness.iloc[:-1], 1)
    assert nearness["profile"].iloc[-1] < 0.95
    assert nearness["usage"].iloc[-1] == 0
    assert compare_programs(cells, programs[:-1], usages[:, :-1]).iloc[-1].tolist() == [0, 0, 0]


def test_scaled_cosines_are_those_of_genes_divided_by_their_deviation(cells):
    random = np.random.default_rng(1)
    programs = cells.programs * random.uniform(0.8, 1.2, cells.programs.shape)
    counts = cells.counts.toarray()
    deviation = np.std(1e6 * counts / counts.sum(axis=1, keepdims=True), axis=0)
    nearness = compare_programs(cells, programs, cells.usages)
    for place in range(N_PROGRAMS):
        a, b = cells.programs[place] / deviation, programs[place] / deviation
        assert nearness["scaled"][place] == pytest.approx(a @ b / np.sqrt((a @ a) * (b @ b)))


def test_nmfbio_finds_the_programs_of_easy_cells(cells, tmp_path):
    write_counts(cells, tmp_path / "counts.h5ad")
    counts = read_expression(tmp_path / "counts.h5ad")
    found = find_programs(counts, N_PROGRAMS, restarts=5, method="kl", solution="aligned_median")
    assert found["programs"].shape == cells.programs.shape
    np.testing.assert_allclose(found["usages"].sum(axis=1), 1, atol=1e-6)
    nearness = compare_programs(cells, **found)
    assert nearness["profile"].min() > 0.9
    assert nearness["usage"].min() > 0.9


def test_a_process_is_measured_by_its_own_seconds_and_memory(tmp_path):
    work = "import numpy; a = numpy.ones(2**25); sum(range(10**7))"
    seconds, peak = run_measured([sys.executable, "-c", work], tmp_path)
    assert seconds > 0
    assert 256 < peak < 1024


def test_a_process_that_fails_tells_its_last_line(tmp_path):
    with pytest.raises(Unavailable, match="ValueError: no such thing"):
        run_measured([sys.executable, "-c", "raise ValueError('no such thing')"], tmp_path)


def test_the_worker_of_cnmf_imports_nothing_of_the_project():
    tree = ast.parse((HERE / "run_cnmf.py").read_text(encoding="utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {getattr(node, "module", None) or node.names[0].name for node in imports}
    assert {name.partition(".")[0] for name in names} == {"cnmf", "json", "numpy", "pathlib", "sys", "warnings"}


def test_the_report_tells_means_and_the_worst_and_who_could_not_run():
    nearness = {"profile": [1.0, 0.9], "scaled": [0.8, 0.6], "usage": [0.7, 0.5]}
    run = {"seed": 0, "shape": [2000, 3000], "restarts": 100, "seconds": 61.2, "peak": 512.3, "nearness": nearness}
    text = write_report(
        [
            {**run, "tool": TOOLS[1].name},
            {**run, "tool": TOOLS[1].name, "seed": 1, "seconds": 20.8, "nearness": {**nearness, "usage": [0.9, 0.1]}},
            {"seed": 0, "shape": [2000, 3000], "restarts": 100, "tool": "cNMF", "reason": "pip could not install cnmf"},
        ],
        "A machine.",
    )
    line = "| 2 | 0.9500 (0.9000) | 0.7000 (0.6000) | 0.6000 | 0.5500 (0.1000) | 0.3000 | 41 | 512 |"
    assert f"| {TOOLS[1].name} {line}" in text
    assert "- cNMF: pip could not install cnmf" in text
