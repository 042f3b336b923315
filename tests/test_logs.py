"""nmfbio.logs: log files of rules, progress as a bar on a terminal and as lines elsewhere."""

import io
import logging
import os
import pty
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


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


def pieces_of(screen):
    """What was written between one return of the cursor to the line's begin and the next."""
    return [piece for line in screen.split("\n") for piece in line.split("\r") if piece.strip()]


@pytest.fixture
def terminal(monkeypatch):
    """Function that makes stderr a terminal from here on: pytest sets stderr anew after fixtures have run."""

    def turn_on():
        screen = Terminal()
        monkeypatch.setattr(sys, "stderr", screen)
        return screen

    return turn_on


def test_a_terminal_shows_a_bar_with_count_rate_and_time_left_and_the_file_gets_lines(terminal, tmp_path):
    screen = terminal()
    times = iter([0.0, 1.0, 3.0, 4.0, 5.0])
    with rule_log(tmp_path / "rule.log"):
        followed = progress(40, "leukemia, k=3", clock=lambda: next(times))
        for _ in range(4):
            followed.advance(10)
    shown = pieces_of(screen.getvalue())
    bars = [piece for piece in shown if piece.startswith("leukemia, k=3:")]
    assert any("0 of 40" in bar and "|" in bar and "to go" in bar for bar in bars)
    assert any("restarts/s" in bar for bar in bars)
    assert shown[-1].endswith("INFO: leukemia, k=3: 40 of 40 restarts, 8.0 per second, done in 5.0 s")
    assert not [piece for piece in shown if "INFO" in piece and "to go" in piece]
    logged = (tmp_path / "rule.log").read_text().splitlines()
    assert [line.partition("INFO: ")[2] for line in logged] == [
        "leukemia, k=3: 20 of 40 restarts, 6.7 per second, about 3 s to go",
        "leukemia, k=3: 40 of 40 restarts, 8.0 per second, done in 5.0 s",
    ]


def test_a_line_on_a_terminal_stands_alone_and_the_bar_goes_on_below_it(terminal, tmp_path):
    screen = terminal()
    with rule_log(tmp_path / "rule.log") as logger:
        followed = progress(2, "k=2")
        followed.advance()
        logger.warning("one restart had not converged")
        followed.advance()
    lines = [line.rpartition("\r")[2] for line in screen.getvalue().split("\n")]
    assert [line for line in lines if "WARNING: one restart had not converged" in line and "|" not in line]
    assert pieces_of(screen.getvalue())[-1].count("2 of 2 restarts") == 1


def test_a_curable_error_on_a_terminal_is_a_line_of_its_own_below_an_unfinished_bar(terminal, tmp_path):
    screen = terminal()
    followed = progress(2, "k=2")
    followed.advance()
    with pytest.raises(SystemExit), rule_log(tmp_path / "rule.log"):
        raise InputError("a.tsv", "nothing", "numbers", "Add some.")
    lines = [line.rpartition("\r")[2] for line in screen.getvalue().split("\n")]
    assert "error: a.tsv: found nothing; expected numbers. Add some." in lines


def test_a_real_terminal_shows_the_bar_while_the_work_goes_on():
    code = (
        "import logging, time; from nmfbio.logs import progress; followed = progress(3, 'k=2')\n"
        "for _ in range(3): time.sleep(0.15); followed.advance()"
    )
    ours, theirs = pty.openpty()
    process = subprocess.Popen([sys.executable, "-c", code], stderr=theirs)
    os.close(theirs)
    screen = b""
    try:
        while chunk := os.read(ours, 4096):
            screen += chunk
    except OSError:  # what Linux gives at the end of a terminal
        pass
    os.close(ours)
    assert process.wait() == 0
    assert any("2 of 3" in piece and "|" in piece for piece in pieces_of(screen.decode()))


def test_a_pipe_gets_lines_and_no_bar(tmp_path):
    code = (
        "from nmfbio.logs import progress, rule_log\n"
        f"with rule_log({str(tmp_path / 'rule.log')!r}): progress(3, 'k=2').advance(3)"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stderr
    assert "\r" not in shown
    assert shown.splitlines() == (tmp_path / "rule.log").read_text().splitlines()
    assert "k=2: 3 of 3 restarts" in shown


def test_logs_imports_the_standard_library_alone():
    code = "import sys, nmfbio.logs; print({'numpy', 'pandas', 'pydantic', 'tqdm'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"
