"""Lines of text files, plain or gzipped; whatever makes a file unreadable becomes one InputError."""

import gzip
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO

from nmfbio.errors import InputError

_GZIP = b"\x1f\x8b"
_FOREIGN = {
    b"\x89HDF": "an HDF5 file (h5ad, loom)",
    b"PK\x03\x04": "a zip archive (xlsx, npz)",
    b"BZh": "a bzip2 file",
    b"\xfd7zXZ": "an xz file",
    b"\xff\xfe": "UTF-16 text",
    b"\xfe\xff": "UTF-16 text",
}
_EXPECTED = "UTF-8 text, plain or gzipped"


def read_lines(path: str | os.PathLike) -> Iterator[str]:
    """Yield the lines of a text file without their line ends.

    Gzip is recognised by its first bytes, whatever the name says. A byte order mark is dropped; LF, CRLF and CR all
    end a line. Empty lines at the end of the file are dropped.

    Parameters
    ----------
    path
        The file.

    Yields
    ------
    str
        One line after the other.

    Raises
    ------
    InputError
        If the file is missing, a folder, empty, cut short, not UTF-8 or not text.
    """
    empty_lines = 0
    number = 0
    with (
        _failures_named(path),
        open(path, "rb") as file,
        _decompressed(path, file) as content,
        TextIOWrapper(content, encoding="utf-8-sig") as lines,
    ):
        for number, line in enumerate(lines, start=1):
            stripped = line.rstrip("\n")
            if not stripped.strip(" "):
                empty_lines += 1
                continue
            if "\0" in stripped:
                raise _unreadable(path, f"a NUL byte in line {number}", "Export the file as plain text.")
            yield from [""] * empty_lines
            empty_lines = 0
            yield stripped
    if number == empty_lines:
        raise _unreadable(path, "an empty file", "Check that the export or download was complete.")


def _decompressed(path: str | os.PathLike, file: BinaryIO) -> BinaryIO:
    start = file.read(8)
    file.seek(0)
    if start.startswith(_GZIP):
        return gzip.GzipFile(fileobj=file)
    for signature, kind in _FOREIGN.items():
        if start.startswith(signature):
            raise _unreadable(path, kind, "Export the table as tab-separated UTF-8 text.")
    return file


@contextmanager
def _failures_named(path: str | os.PathLike) -> Iterator[None]:
    if Path(path).is_dir():
        raise _unreadable(path, "a folder", "Give the path of a file.")
    try:
        yield
    except FileNotFoundError as error:
        raise _unreadable(path, "no such file", "Correct the path; it is relative to the working directory.") from error
    except UnicodeDecodeError as error:
        cure = "Save the file with the encoding UTF-8 (it may be Latin-1 or Windows-1252)."
        raise _unreadable(path, f"the byte {error.object[error.start]:#04x}, which is not UTF-8", cure) from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        cure = "The file is cut short or damaged: copy or download it again."
        raise _unreadable(path, f"gzip data that end too early or are damaged ({error})", cure) from error
    except OSError as error:
        raise _unreadable(path, f"that it cannot be opened ({error.strerror})", "Check its permissions.") from error


def _unreadable(path: str | os.PathLike, found: str, cure: str) -> InputError:
    return InputError(str(path), found, _EXPECTED, cure)
