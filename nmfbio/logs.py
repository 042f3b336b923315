"""Log files of rules, and progress lines of long work."""

import gc
import logging
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from nmfbio.errors import NmfbioError

USER_ERROR_STATUS = 2
SECONDS_BETWEEN_LINES = 2.0


@contextmanager
def rule_log(path: str | os.PathLike) -> Iterator[logging.Logger]:
    """Send the log of everything inside to stderr and to the log file of a rule.

    Messages of the `nmfbio` logger from INFO upwards and Python warnings go to both. An error that the user can cure
    (NmfbioError) is shown as `error: <message>` alone and ends the process with status 2. The traceback of any other
    exception is written to the log file; the exception then propagates, so that the interpreter shows it on stderr.

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
                print(f"error: {error}", file=stream, flush=True)
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
    handlers = [logging.StreamHandler(stream) for stream in streams]
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


class Progress:
    """Counts finished units of long work and logs how fast it goes; made by `progress`. Safe to use from threads."""

    def __init__(self, total: int, what: str, unit: str, clock: Callable[[], float]):
        self.total = total
        self.what = what
        self.unit = unit
        self.done = 0
        self._clock = clock
        self._start = self._last_line = clock()
        self._lock = threading.Lock()
        self._logger = logging.getLogger("nmfbio.progress")

    def advance(self, count: int = 1) -> None:
        """Record that `count` more units are finished; log a line if one is due."""
        with self._lock:
            self.done += count
            now = self._clock()
            is_due = now - self._last_line >= SECONDS_BETWEEN_LINES
            if is_due or self.done >= self.total:
                self._last_line = now
                self._logger.info(self._line(now - self._start))

    def _line(self, seconds: float) -> str:
        speed = self.done / max(seconds, 1e-3)
        counted = f"{self.what}: {self.done} of {self.total} {self.unit}, {speed:.1f} per second"
        if self.done >= self.total:
            return f"{counted}, done in {seconds:.1f} s"
        return f"{counted}, about {(self.total - self.done) / speed:.0f} s to go"


def progress(total: int, what: str, unit: str = "restarts", clock: Callable[[], float] = time.monotonic) -> Progress:
    """Follow long work with lines such as `k=3: 20 of 50 restarts, 14.2 per second, about 2 s to go`.

    Lines go to the logger `nmfbio.progress`, at most one every two seconds and one at the end.

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
