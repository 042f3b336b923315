"""Log files of rules, and the progress of long work: a bar on a terminal, lines in a log file."""

from __future__ import annotations

import gc
import logging
import os
import shutil
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from nmfbio.errors import NmfbioError

if TYPE_CHECKING:
    from tqdm import tqdm

USER_ERROR_STATUS = 2
SECONDS_BETWEEN_LINES = 2.0
BAR = "{desc}: {percentage:3.0f}% |{bar}| {n_fmt} of {total_fmt}, {rate_noinv_fmt}, {remaining} to go"


@contextmanager
def rule_log(path: str | os.PathLike) -> Iterator[logging.Logger]:
    """Send the log of everything inside to stderr and to the log file of a rule.

    Messages of the `nmfbio` logger from INFO upwards and Python warnings go to both; where stderr is a terminal, a bar
    stands there in place of the lines that tell how far work has come. An error that the user can cure (NmfbioError)
    is shown as `error: <message>` alone and ends the process with status 2. The traceback of any other exception is
    written to the log file; the exception then propagates, so that the interpreter shows it on stderr.

    Parameters
    ----------
    path
        The log file; it is begun anew, and missing parent folders are created.

    Yields
    ------
    logging.Logger
        The `nmfbio` logger.

    Raises
    ------
    SystemExit
        With status 2, in place of an NmfbioError.

    Examples
    --------
    >>> with rule_log(snakemake.log[0]):  # doctest: +SKIP
    ...     preprocess(expression, settings)
    """
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="utf-8") as file, _handlers(file, sys.stderr) as logger, _no_cycle_search():
        try:
            yield logger
        except NmfbioError as error:
            for stream in (file, sys.stderr):
                write_line(f"error: {error}", stream)
            raise SystemExit(USER_ERROR_STATUS) from None
        except Exception:
            file.write(traceback.format_exc())
            raise


@contextmanager
def _no_cycle_search() -> Iterator[None]:
    """Leave cyclic garbage to the end of the job: looking for it takes a tenth of the time a figure does."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def _handlers(*streams: TextIO) -> Iterator[logging.Logger]:
    """Attach one handler a stream to the loggers of nmfbio and of Python's warnings, for as long as this lasts."""
    loggers = [logging.getLogger("nmfbio"), logging.getLogger("py.warnings")]
    formatter = logging.Formatter("{asctime} {levelname}: {message}", "%Y-%m-%d %H:%M:%S", style="{")
    handlers = [LineHandler(stream) for stream in streams]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.INFO)
        for handler in handlers:
            handler.setFormatter(formatter)
            logger.addHandler(handler)
    logging.captureWarnings(True)
    try:
        yield loggers[0]
    finally:
        logging.captureWarnings(False)
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
            for handler in handlers:
                logger.removeHandler(handler)


class LineHandler(logging.StreamHandler):
    """Writes log lines; on a terminal not those that a progress bar shows in their place."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        if is_terminal(self.stream) and getattr(record, "is_on_bar", False):
            return
        try:
            write_line(self.format(record), self.stream)
        except Exception:
            self.handleError(record)


def write_line(line: str, stream: TextIO) -> None:
    """Write a line at once; on a terminal above the bar, if there is one."""
    if not is_terminal(stream):
        print(line, file=stream, flush=True)
        return
    from tqdm import tqdm

    tqdm.write(line, file=stream)
    stream.flush()


def is_terminal(stream: TextIO) -> bool:
    """Whether a person looks at the stream as it is written."""
    return not stream.closed and stream.isatty()


class Progress:
    """Counts finished units of long work and tells how fast it goes; made by `progress`. Safe to use from threads."""

    def __init__(self, total: int, what: str, unit: str, clock: Callable[[], float]):
        self.total = total
        self.what = what
        self.unit = unit
        self.done = 0
        self._clock = clock
        self._start = self._last_line = clock()
        self._lock = threading.Lock()
        self._logger = logging.getLogger("nmfbio.progress")
        self._bar = open_bar(total, what, unit) if is_terminal(sys.stderr) else None

    def advance(self, count: int = 1) -> None:
        """Record that `count` more units are finished; move the bar, and log a line if one is due."""
        with self._lock:
            self.done += count
            now = self._clock()
            is_over = self.done >= self.total
            self._move_bar(count, is_over)
            if is_over or now - self._last_line >= SECONDS_BETWEEN_LINES:
                self._last_line = now
                self._logger.info(self._line(now - self._start), extra={"is_on_bar": not is_over})

    def _move_bar(self, count: int, is_over: bool) -> None:
        if self._bar is None:
            return
        self._bar.update(count)
        if is_over:
            self._bar.close()
            self._bar = None

    def _line(self, seconds: float) -> str:
        speed = self.done / max(seconds, 1e-3)
        counted = f"{self.what}: {self.done} of {self.total} {self.unit}, {speed:.1f} per second"
        if self.done >= self.total:
            return f"{counted}, done in {seconds:.1f} s"
        return f"{counted}, about {(self.total - self.done) / speed:.0f} s to go"


def progress(total: int, what: str, unit: str = "restarts", clock: Callable[[], float] = time.monotonic) -> Progress:
    """Follow long work with lines such as `k=3: 20 of 50 restarts, 14.2 per second, about 2 s to go`.

    Lines go to the logger `nmfbio.progress`, at most one every two seconds and one at the end. Where stderr is a
    terminal, a bar with the same numbers stands there until the work is done.

    Parameters
    ----------
    total
        Number of units of work.
    what
        The work, as the line's first words.
    unit
        What is counted, in the plural.
    clock
        Gives the time in seconds; tests pass their own.

    Returns
    -------
    Progress
        Call its `advance(count)` whenever units are finished, from any thread.

    Examples
    --------
    >>> followed = progress(50, "k=3")
    >>> followed.advance(20)
    """
    return Progress(total, what, unit, clock)


def open_bar(total: int, what: str, unit: str) -> tqdm:
    """A bar on stderr, cleared when it is closed: the last line of the log then stands in its place."""
    from tqdm import tqdm

    size = shutil.get_terminal_size()  # a usual one where a terminal tells none, for which tqdm would draw nothing
    return tqdm(
        total=total,
        desc=what,
        unit=f" {unit}",
        bar_format=BAR,
        leave=False,
        ncols=size.columns,
        nrows=size.lines,
        file=sys.stderr,
    )
