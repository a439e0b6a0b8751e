"""Which pages SQLite's write-ahead log holds: the documented format, read without SQLite.

Used to carry page checksums along and to know which pages of the file are overridden. Whether a
frame is valid is SQLite's matter: here a frame counts by its salt, up to the last commit.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field
from pathlib import Path

_HEADER, _FRAME = 32, 24
_MAGICS = {0x377F0682: "<", 0x377F0683: ">"}


@dataclass(frozen=True, slots=True)
class Logged:
    """Page → CRC-32 of its latest committed content, and the database's size in pages after."""

    sums: dict[int, int] = field(default_factory=dict[int, int])
    pages: int = 0


def read_log(file: Path, page: int) -> Logged:
    """Return what a log holds; nothing when it is missing, or not of this page size.

    Raises: OSError.
    """
    try:
        source = file.open("rb")
    except FileNotFoundError:
        return Logged()
    with source:
        head = source.read(_HEADER)
        if len(head) < _HEADER or not _is_whole(head):
            return Logged()
        if int.from_bytes(head[8:12], "big") != page:
            return Logged()
        salt = head[16:24]
        sums: dict[int, int] = {}
        waiting: dict[int, int] = {}
        pages = 0
        while len(frame := source.read(_FRAME + page)) == _FRAME + page:
            if frame[8:16] != salt:
                break
            at, after = struct.unpack(">II", frame[:8])
            waiting[at] = zlib.crc32(memoryview(frame)[_FRAME:])
            if after:
                sums.update(waiting)
                waiting.clear()
                pages = after
    return Logged(sums, pages)


def _is_whole(head: bytes) -> bool:
    order = _MAGICS.get(int.from_bytes(head[:4], "big"))
    if order is None:
        return False
    first = second = 0
    for left, right in struct.iter_unpack(f"{order}II", head[:24]):
        first = (first + left + second) & 0xFFFFFFFF
        second = (second + right + first) & 0xFFFFFFFF
    return struct.pack(">II", first, second) == head[24:32]
