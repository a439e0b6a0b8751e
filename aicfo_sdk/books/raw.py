"""The bytes of a SQLite file, read beside SQLite without taking its locks away.

POSIX gives up all locks of a process on a file when any descriptor of it is closed. So there is
one descriptor per file and process, shared by all who have it connected, and closed after the
last of them has closed its connections.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path


class Raw:
    """One file; `close` it as often as `raw_file` gave it."""

    def __init__(self, numbers: list[int], key: tuple[int, int]) -> None:
        self._numbers, self._key = numbers, key
        self.users = 0

    def size(self) -> int:
        """Return the length of the file in bytes."""
        return os.fstat(self._numbers[0]).st_size

    def read(self, start: int, length: int) -> bytes:
        """Return bytes from a place on, fewer only at the end of the file. Raises: OSError."""
        parts: list[bytes] = []
        while length > 0:
            part = _read_at(self._numbers[0], length, start)
            if not part:
                break
            parts.append(part)
            start += len(part)
            length -= len(part)
        return b"".join(parts)

    def page(self) -> int:
        """Return the page size that the header states."""
        size = int.from_bytes(self.read(16, 2), "big")
        return 65536 if size == 1 else size

    def close(self) -> None:
        """Say that one user is done."""
        with _LOCK:
            self.users -= 1
            if self.users == 0:
                _OPEN.pop(self._key, None)
                for number in self._numbers:
                    os.close(number)

    def _also(self, number: int) -> None:
        self._numbers.append(number)


def raw_file(path: Path) -> Raw:
    """Return the bytes of a file. Raises: OSError, ValueError."""
    with _LOCK:
        about = path.stat()
        raw = _OPEN.get((about.st_dev, about.st_ino))
        if raw is None:
            number = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
            about = os.fstat(number)
            key = about.st_dev, about.st_ino
            raw = _OPEN.get(key)
            if raw is None:
                raw = _OPEN[key] = Raw([number], key)
            else:
                # Another file took the name in between: this descriptor may not be closed yet.
                raw._also(number)  # pyright: ignore[reportPrivateUsage]
        raw.users += 1
        return raw


_LOCK = threading.Lock()
_OPEN: dict[tuple[int, int], Raw] = {}


def _read_at(number: int, length: int, start: int) -> bytes:
    if hasattr(os, "pread"):
        return os.pread(number, length, start)
    with _LOCK:
        os.lseek(number, start, os.SEEK_SET)
        return os.read(number, length)
