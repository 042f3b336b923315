"""Lines of text files, plain or compressed; whatever makes a file unreadable becomes one InputError."""

import bz2
import gzip
import lzma
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader, RawIOBase, TextIOWrapper
from pathlib import Path
from typing import BinaryIO

from nmfbio.errors import InputError

LONGEST_LINE = 2**28  # characters; a file that unfolds to a longer one is damaged or a trap
_GZIP, _BZIP2, _XZ, _ZSTANDARD = b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd"
_FOREIGN = {
    b"\x89HDF": "an HDF5 file (h5ad, loom)",
    b"PK\x03\x04": "a zip archive (xlsx, npz)",
    b"\xd0\xcf\x11\xe0": "an old Excel file (xls)",
    b"\xff\xfe": "UTF-16 text",
    b"\xfe\xff": "UTF-16 text",
}
_EXPECTED = "UTF-8 text, plain or compressed (gzip, bzip2, xz, zstandard)"


def read_lines(path: str | os.PathLike) -> Iterator[str]:
    """Yield the lines of a text file without their line ends.

    Compression is recognised by the first bytes, whatever the name says. A byte order mark is dropped; LF, CRLF and CR
    all end a line. Empty lines at the end of the file are dropped.

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

    Examples
    --------
    >>> next(read_lines("resources/leukemia/samples.tsv"))  # doctest: +SKIP
    'sample\tsubtype\tlineage'
    """
    empty_lines = 0
    number = 0
    with open_decompressed(path) as content, TextIOWrapper(content, encoding="utf-8-sig") as lines:
        while line := lines.readline(LONGEST_LINE):
            number += 1
            stripped = line.rstrip("\n")
            if not stripped.strip(" "):
                empty_lines += 1
                continue
            if "\0" in stripped:
                raise _unreadable(path, f"a NUL byte in line {number}", "Export the file as plain text.")
            if len(line) == LONGEST_LINE:
                found = f"more than {LONGEST_LINE:,} characters in line {number}"
                raise _unreadable(path, found, "Check that this is a table with one row a line.")
            yield from [""] * empty_lines
            empty_lines = 0
            yield stripped
    if number == empty_lines:
        raise _unreadable(path, "an empty file", "Check that the export or download was complete.")


@contextmanager
def open_decompressed(path: str | os.PathLike) -> Iterator[BinaryIO]:
    """Open a text file for reading bytes, decompressed; what goes wrong while it is read becomes an InputError."""
    with _failures_named(path), open(path, "rb") as file:
        yield _decompressed(path, file)


def _decompressed(path: str | os.PathLike, file: BinaryIO) -> BinaryIO:
    start = file.read(8)
    file.seek(0)
    if start.startswith(_GZIP):
        return gzip.GzipFile(fileobj=file)
    if start.startswith(_BZIP2):
        return bz2.BZ2File(file)
    if start.startswith(_XZ):
        return lzma.LZMAFile(file)
    if start.startswith(_ZSTANDARD):
        return BufferedReader(_ZstandardFile(file), 2**17)
    for signature, kind in _FOREIGN.items():
        if start.startswith(signature):
            raise _unreadable(path, kind, "Export the table as tab-separated UTF-8 text.")
    return file


class _ZstandardFile(RawIOBase):
    """Decompressed bytes of a zstandard file. The library's own reader takes a file cut short for a complete one."""

    def __init__(self, file: BinaryIO):
        import zstandard

        self._file, self._frame, self._left = file, None, b""
        self._new_frame = zstandard.ZstdDecompressor().decompressobj
        self._error = zstandard.ZstdError

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:
        while not self._left:
            packed = self._frame.unused_data if self._frame is not None and self._frame.eof else b""
            packed = packed or self._file.read(2**14)
            if not packed:
                if self._frame is not None and not self._frame.eof:
                    raise EOFError("compressed file ended before its end was marked")
                return 0
            self._left = self._decompress(packed)
        part = self._left[: len(buffer)]
        buffer[: len(part)], self._left = part, self._left[len(part) :]
        return len(part)

    def _decompress(self, packed: bytes) -> bytes:
        if self._frame is None or self._frame.eof:
            self._frame = self._new_frame()
        try:
            return self._frame.decompress(packed)
        except self._error as error:
            raise EOFError(str(error)) from error


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
    except (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile) as error:
        raise _damaged(path, error) from error
    except OSError as error:
        if error.errno is None:  # bz2 tells of damaged data in this way
            raise _damaged(path, error) from error
        raise _unreadable(path, f"that it cannot be opened ({error.strerror})", "Check its permissions.") from error


def _damaged(path: str | os.PathLike, error: Exception) -> InputError:
    cure = "The file is cut short or damaged: copy or download it again."
    return _unreadable(path, f"compressed data that end too early or are damaged ({error})", cure)


def _unreadable(path: str | os.PathLike, found: str, cure: str) -> InputError:
    return InputError(str(path), found, _EXPECTED, cure)
