"""One process at a time in a folder of results: a lock that ends with its process."""

from __future__ import annotations

import errno
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from aicfo_sdk.books.files import unwritten
from aicfo_sdk.errors import BooksError, InputError

LOCK = ".lock"

_BUSY = (errno.EAGAIN, errno.EACCES)
_UNKNOWN = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS)
"""A file system without locks: nothing is kept apart there."""


@contextmanager
def alone(folder: Path) -> Generator[None]:
    """Make a folder and keep other runs out of it; the system lets go when the process ends.

    Raises: BooksError while another run works in it, or when there is no room; InputError for a
    path that can be no folder.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise unwritten(folder, error) from None
        raise InputError("cannot write results here", value=str(folder), mend=str(error)) from None
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    try:
        number = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise unwritten(folder / LOCK, error) from None
    try:
        _lock(number, folder)
        yield
    finally:
        # Said aloud: a child of a fork may hold the same open file for as long as it lives.
        fcntl.flock(number, fcntl.LOCK_UN)
        os.close(number)


def _lock(number: int, folder: Path) -> None:
    import fcntl

    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _BUSY:
            raise BooksError(
                "another run is at work in this folder",
                value=str(folder),
                mend="wait for it, or give another --out",
            ) from None
        if error.errno not in _UNKNOWN:
            raise unwritten(folder / LOCK, error) from None
