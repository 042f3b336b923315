"""benchmarks.rank.records and tasks: what is run, and that a run which was killed goes on as if it had not been."""

import os
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from benchmarks.rank.__main__ import MODES, plan, read_arguments, write_results
from benchmarks.rank.labelled import LABELLED, find_folder, read_labelled
from benchmarks.rank.records import digest_sources, has_record, read_records, record_path, run_tasks
from benchmarks.rank.rules import measure_program_stability
from benchmarks.rank.simulate import SCENARIOS, simulate
from benchmarks.rank.tasks import Settings, plan_hits, plan_permuted, plan_ranges, plan_real, plan_seeds
from nmfbio.errors import InputError
from nmfbio.factorization import factorize

ROOT = Path(__file__).resolve().parents[2]
QUICK = Settings(ranks=(2, 3), restarts=2)


def plan_quick(sets):
    """Simulated sets without the rivals' rules that factorise anything."""
    return [replace(task, rivals=False) for task in plan_hits(sets, 0, QUICK)]


def snapshot(folder):
    """Records without the seconds they took."""
    return [{key: value for key, value in record.items() if key != "seconds"} for record in read_records(folder)]


def test_sixty_sets_are_spread_evenly_with_controls_in_between():
    tasks = plan_hits(60, 1000, QUICK)
    groups = Counter(task.group for task in tasks)
    assert groups == dict.fromkeys((*SCENARIOS, "weak", "null"), 12) | dict.fromkeys(("sparse", "sparse_null"), 6)
    ranks = Counter(task.truth[0] for task in tasks if task.group in SCENARIOS)
    assert set(ranks) == set(range(2, 9))
    assert max(ranks.values()) - min(ranks.values()) <= 1
    assert {task.truth for task in tasks if "null" in task.group} == {(1,)}
    assert len({task.name for task in tasks}) == len(tasks) == 96


def test_more_sets_begin_with_the_same_ones():
    names = [task.name for task in plan_hits(20, 5, QUICK)]
    assert [task.name for task in plan_hits(30, 5, QUICK)][: len(names)] == names


def test_a_simulated_task_loads_the_matrix_of_its_name():
    task = plan_hits(5, 40, QUICK)[3]
    assert task.name == "noisy-k5-s43"
    expression, counts = task.load()
    np.testing.assert_array_equal(expression, simulate("noisy", 5, 43).counts)
    np.testing.assert_array_equal(counts, expression)


def test_ranges_and_seeds_take_the_same_matrices_several_times():
    ranges, seeds = plan_ranges(0, QUICK), plan_seeds(0, QUICK)
    assert {task.settings.ranks for task in ranges} == {tuple(range(2, 7)), tuple(range(2, 11)), tuple(range(1, 13))}
    assert {task.settings.seed for task in seeds} == set(range(5))
    for tasks, runs in ((ranges, 3), (seeds, 5)):
        datasets = Counter(task.dataset for task in tasks)
        assert len(datasets) == 11
        assert set(datasets.values()) == {runs}
        assert max(max(task.truth) for task in tasks) == 5
        assert len({task.name for task in tasks}) == len(tasks)


def test_every_mode_has_a_plan():
    arguments = read_arguments(["--sets", "5"])
    assert all(plan(mode, arguments) for mode in MODES)
    assert plan("report", arguments) == []


def test_real_data_are_taken_where_they_lie(tmp_path):
    assert [task.name for task in plan_real(None, QUICK)] == ["leukemia"]
    (tmp_path / "tissue7").mkdir()
    (tmp_path / "tissue7" / "expression.tsv.gz").touch()
    assert [task.name for task in plan_real(tmp_path, QUICK)] == ["leukemia", "tissue7"]


def test_embedded_leukemia_is_read_whole(leukemia_expression):
    expression, counts = read_labelled(LABELLED[0], find_folder(LABELLED[0], None))
    np.testing.assert_array_equal(expression, leukemia_expression.X)
    assert counts is None


def test_counts_of_the_genes_that_are_kept_come_with_a_matrix_made_of_them(tmp_path):
    counts = simulate("balanced", 3, 0).counts.astype(int)
    folder = tmp_path / "cells"
    folder.mkdir()
    lines = [["gene", *(f"s{i}" for i in range(80))]]
    lines += [[f"GENE{g}", *row] for g, row in enumerate(counts.T)]
    (folder / "expression.tsv").write_text("".join("\t".join(map(str, line)) + "\n" for line in lines))
    labelled = type(LABELLED[0])("cells", ("expression.tsv",), (3,), "", preset="single_cell")
    expression, found = read_labelled(labelled, find_folder(labelled, tmp_path))
    assert type(found) in (np.ndarray, csr_matrix)
    assert found.shape == expression.shape
    found, expression = (each.toarray() if hasattr(each, "toarray") else each for each in (found, expression))
    np.testing.assert_array_equal(found, counts)
    np.testing.assert_allclose(expression * found.std(axis=0, ddof=1), found, rtol=1e-4)


def test_permuted_leukemia_keeps_each_gene_s_values_and_no_sample_s():
    expression, counts = plan_permuted(QUICK)[0].load()
    original, _ = plan_real(None, QUICK)[0].load()
    np.testing.assert_array_equal(np.sort(expression, axis=0), np.sort(original, axis=0))
    assert (expression.sum(axis=1) != original.sum(axis=1)).all()
    assert counts is None


def test_a_run_that_stopped_half_way_goes_on_and_ends_with_the_same_records(tmp_path, assess):
    tasks = plan_quick(5)
    run_tasks(tasks, tmp_path / "whole", assess, lambda line: None)
    calls = []

    def fail_at_the_fourth(*arguments, **keywords):
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return assess(*arguments, **keywords)

    with pytest.raises(KeyboardInterrupt):
        run_tasks(tasks, tmp_path / "cut", fail_at_the_fourth, lambda line: None)
    assert len(read_records(tmp_path / "cut")) == 3
    lines = []
    run_tasks(tasks, tmp_path / "cut", assess, lines.append)
    assert len(lines) == len(tasks) - 3
    assert snapshot(tmp_path / "cut") == snapshot(tmp_path / "whole")
    run_tasks(tasks, tmp_path / "cut", None, lines.append)
    assert len(lines) == len(tasks) - 3


KILLED = """
import sys
from dataclasses import replace
from pathlib import Path
sys.path[:0] = [sys.argv[2], sys.argv[2] + "/tests/benchmarks"]
from conftest import assess_stub
from benchmarks.rank.records import run_tasks
from benchmarks.rank.tasks import Settings, plan_hits
tasks = [replace(task, rivals=False) for task in plan_hits(200, 0, Settings(ranks=(2, 3), restarts=2))]
run_tasks(tasks, Path(sys.argv[1]), assess_stub, lambda line: print(line, flush=True))
"""


def test_a_killed_run_leaves_whole_records_only(tmp_path, assess):
    command = [sys.executable, "-c", KILLED, str(tmp_path / "killed"), str(ROOT)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        for _ in range(4):
            run.stdout.readline()
        os.kill(run.pid, signal.SIGKILL)
    assert 4 <= len(read_records(tmp_path / "killed")) < 280
    # What a writer leaves that is killed between writing and renaming.
    (tmp_path / "killed" / "hits" / ".0a1b2c3d-nested-k2-s4.json").write_text("{")
    tasks = plan_quick(20)
    for folder in ("killed", "whole"):
        run_tasks(tasks, tmp_path / folder, assess, lambda line: None)
    names = {task.name for task in tasks}
    killed = [record for record in snapshot(tmp_path / "killed") if record["name"] in names]
    assert killed == snapshot(tmp_path / "whole")


def test_rivals_that_need_restarts_get_those_of_the_settings(tmp_path, assess):
    task = plan_hits(1, 0, Settings(ranks=(1, 2, 3), restarts=4))[0]
    run_tasks([task], tmp_path, assess, lambda line: None)
    (record,) = read_records(tmp_path)
    expected = measure_program_stability(factorize(task.load()[0], 2, restarts=4).metagenes)
    assert record["stability"] == {"2": pytest.approx(expected, abs=1e-6), "3": pytest.approx(0.9, abs=0.3)}
    assert record["rules"]["cnmf"] in (2, 3)


def test_records_of_other_settings_are_not_taken_and_not_overwritten(tmp_path, assess):
    run_tasks(plan_hits(1, 0, QUICK), tmp_path, assess, lambda line: None)
    other = plan_hits(1, 0, Settings(ranks=(2, 3), restarts=3))
    before = record_path(other[0], tmp_path).read_text()
    with pytest.raises(
        InputError, match=r"balanced-k2-s0\.json: found settings .*'restarts': 2.*Give another --output"
    ):
        has_record(other[0], tmp_path)
    assert record_path(other[0], tmp_path).read_text() == before


def test_the_digest_follows_the_code_that_verdicts_rest_on(tmp_path):
    for folder in ("nmfbio/factorization", "nmfbio/consensus", "nmfbio/rank", "benchmarks/rank", "nmfbio/plots"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "benchmarks/rank/simulate.py").write_text("a = 1")
    first = digest_sources(tmp_path)
    (tmp_path / "nmfbio/plots/rank.py").write_text("b = 1")
    assert digest_sources(tmp_path) == first
    (tmp_path / "nmfbio/rank/verdict.py").write_text("b = 1")
    assert digest_sources(tmp_path) != first


def test_results_are_written_of_whatever_is_there(tmp_path, assess):
    write_results(tmp_path, "A machine.")
    assert "Which rank" in (tmp_path / "rank.md").read_text(encoding="utf-8")
    tasks = [*plan_quick(10), *plan_seeds(0, QUICK)[:10], *plan_permuted(QUICK), *plan_real(None, QUICK)]
    run_tasks([replace(task, rivals=False) for task in tasks], tmp_path / "sets", assess, lambda line: None)
    write_results(tmp_path, "A machine.")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "answers.tsv",
        "rank.md",
        "rank.png",
        "sets",
        "summary.json",
    ]
    first = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    write_results(tmp_path, "A machine.")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == first


@pytest.mark.parametrize("words", [["--ranks", "5-2"], ["--ranks", "2"], ["--ranks", "0-4"], ["everything"]])
def test_a_command_line_that_means_nothing_is_refused(words, capsys):
    with pytest.raises(SystemExit):
        read_arguments(words)
    assert "expected" in capsys.readouterr().err
