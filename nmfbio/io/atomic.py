"""Files appear whole or not at all: written under a temporary name in the same folder, flushed, then renamed."""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from nmfbio.errors import InputError

_UNWRITABLE = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.ENOTDIR, errno.EEXIST}


@contextmanager
def atomic_path(path: str | os.PathLike) -> Iterator[Path]:
    """Give a temporary path to write to, and put the file in its place once it is complete.

    The temporary name is hidden, unique to this call (a process left over from a killed run cannot write into it) and
    ends in the name of the target, so that writers which look at the suffix see the real one. Missing parent folders
    are created.

    Parameters
    ----------
    path
        Where the finished file shall stand. An existing file stays untouched until the new one is complete.

    Yields
    ------
    Path
        The path to write to. It does not exist yet.

    Raises
    ------
    InputError
        If the folder cannot be written to or the disk is full.

    Examples
    --------
    >>> with atomic_path("results/notes.txt") as temporary:  # doctest: +SKIP
    ...     temporary.write_text("complete")
    """
    target = Path(path)
    temporary = target.with_name(f".{secrets.token_hex(4)}-{target.name}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        _flush_to_disk(temporary)
        os.replace(temporary, target)
    except OSError as error:
        if error.errno not in _UNWRITABLE:
            raise
        raise InputError(
            str(target),
            f"that it cannot be written ({error.strerror})",
            "a folder that can be written to and has room",
            "Free some space, correct the permissions, or set `output` to another folder.",
        ) from error
    finally:
        with suppress(OSError):
            temporary.unlink()


def _flush_to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
