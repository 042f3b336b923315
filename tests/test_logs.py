"""nmfbio.logs: log files of rules, progress lines."""

import logging
import subprocess
import sys
import threading
import warnings

import pytest

from nmfbio.errors import InputError
from nmfbio.logs import progress, rule_log


def test_messages_and_warnings_go_to_the_file_and_to_stderr(tmp_path, capsys):
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        with rule_log(tmp_path / "new" / "rule.log"):
            logging.getLogger("nmfbio.consensus").info("12 restarts")
            warnings.warn("odd sample", stacklevel=1)
    logged = (tmp_path / "new" / "rule.log").read_text()
    shown = capsys.readouterr().err
    for text in (logged, shown):
        assert "INFO: 12 restarts" in text
        assert "UserWarning: odd sample" in text


def test_curable_error_is_one_block_without_traceback_and_status_2(tmp_path, capsys):
    with pytest.raises(SystemExit) as exit_info, rule_log(tmp_path / "rule.log"):
        raise InputError("a.tsv, line 4", "'n.d.'", "a number", "Correct the cell.")
    assert exit_info.value.code == 2
    expected = "error: a.tsv, line 4: found 'n.d.'; expected a number. Correct the cell.\n"
    assert (tmp_path / "rule.log").read_text() == expected
    assert capsys.readouterr().err == expected


def test_other_errors_propagate_with_their_traceback_in_the_log(tmp_path):
    with pytest.raises(ZeroDivisionError), rule_log(tmp_path / "rule.log"):
        1 / 0  # noqa: B018
    logged = (tmp_path / "rule.log").read_text()
    assert "Traceback" in logged
    assert "ZeroDivisionError" in logged


def test_process_shows_the_traceback_of_other_errors_once(tmp_path):
    code = f"from nmfbio.logs import rule_log\nwith rule_log({str(tmp_path / 'rule.log')!r}): 1 / 0"
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert process.returncode == 1
    assert process.stderr.count("Traceback") == 1


def test_loggers_are_as_before_afterwards(tmp_path):
    logger = logging.getLogger("nmfbio")
    before = (logger.level, list(logger.handlers), warnings.showwarning)
    with rule_log(tmp_path / "rule.log"):
        assert len(logger.handlers) == len(before[1]) + 2
    assert (logger.level, list(logger.handlers), warnings.showwarning) == before


def test_progress_lines_are_two_seconds_apart_and_the_last_is_always_shown(caplog):
    times = iter([0.0, 1.0, 2.0, 2.5, 4.5, 5.0])
    with caplog.at_level(logging.INFO, logger="nmfbio.progress"):
        followed = progress(50, "k=3", clock=lambda: next(times))
        for _ in range(5):
            followed.advance(10)
    assert caplog.messages == [
        "k=3: 20 of 50 restarts, 10.0 per second, about 3 s to go",
        "k=3: 40 of 50 restarts, 8.9 per second, about 1 s to go",
        "k=3: 50 of 50 restarts, 10.0 per second, done in 5.0 s",
    ]


def test_progress_counts_right_from_many_threads():
    followed = progress(4000, "k=2")
    threads = [threading.Thread(target=lambda: [followed.advance() for _ in range(1000)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert followed.done == 4000


def test_logs_imports_the_standard_library_alone():
    code = "import sys, nmfbio.logs; print({'numpy', 'pandas', 'pydantic'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"
