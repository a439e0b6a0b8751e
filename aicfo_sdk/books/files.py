"""New files that are there whole or not at all: written beside their place, then put there."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import BooksError, InputError

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def new_file(file: Path, *, replace: bool = False) -> Generator[Path]:
    """Yield a path beside `file` to write to; when the block ends it is durably `file`.

    When the block fails nothing is left. An existing file is kept unless `replace` is set.
    Raises: InputError when it is there already; BooksError when it cannot be written.
    """
    if not replace and file.exists():
        raise _there(file)
    try:
        number, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".part", dir=file.parent)
    except (OSError, ValueError) as error:
        raise unwritten(file, error) from None
    os.close(number)
    part = Path(name)
    try:
        yield part
        _give_rights(part)
        _sync(part)
        if replace:
            part.replace(file)
        else:
            _put(part, file)
        _sync(file.parent)
    except OSError as error:
        raise unwritten(file, error) from None
    finally:
        # SQLite may have left its own files beside the part.
        for ending in ("", "-journal", "-wal", "-shm"):
            with suppress(OSError):
                Path(f"{part}{ending}").unlink(missing_ok=True)


def unwritten(file: Path, error: OSError | ValueError) -> BooksError:
    """Return the one-line error for a file that could not be written."""
    full = isinstance(error, OSError) and error.errno in _FULL
    return BooksError(
        "the disk is full; nothing was written" if full else "the file cannot be written",
        value=str(file),
        where=(error.strerror if isinstance(error, OSError) else None) or str(error),
        mend="free some space and try again" if full else "check the rights of its folder",
    )


def _there(file: Path) -> InputError:
    return InputError("there is a file already", value=str(file), mend="give another name")


def _put(part: Path, file: Path) -> None:
    """Move without ever writing over a file that came in the meantime."""
    try:
        os.link(part, file)
    except FileExistsError:
        raise _there(file) from None
    except OSError:
        # A file system without links.
        if file.exists():
            raise _there(file) from None
        part.replace(file)


def _give_rights(part: Path) -> None:
    """A temporary file is for its maker alone; this one gets what new files get."""
    mask = os.umask(0o077)
    os.umask(mask)
    part.chmod(0o666 & ~mask)


def _sync(path: Path) -> None:
    try:
        number = os.open(path, os.O_RDONLY)
    except OSError:
        return  # Folders cannot be opened on every system.
    try:
        os.fsync(number)
    except OSError as error:
        if error.errno in _FULL or error.errno == errno.EIO:
            raise
    finally:
        os.close(number)
