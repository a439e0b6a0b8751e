"""Two small files beside a SQLite books file, so that damage is named when it is opened.

SQLite has no checksum of its pages, and takes a damaged log for a short one. So

- `NAME-sums` has a CRC-32 of every page as it was last known to be right, and
- `NAME-head` has the last audit row whose commit was acknowledged.

Neither is needed and neither is trusted to say that books are right: without them, or when a page
differs, everything is verified from the rows. Pages that the log (`NAME-wal`) holds are not held
against their sums: SQLite's own checksums stand over them, and the head over its end.

Sums move on before the log is brought into the file (a checkpoint), under the lock of writers,
and only by what the log says: a page that rotted keeps its old sum. A kill at any moment leaves
sums that fit, or ones that make the next opening verify everything.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import zlib
from array import array
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from .raw import Raw
from .wal import Logged, read_log

HEAD_FILE, SUMS_FILE = "-head", "-sums"
BESIDE = (HEAD_FILE, SUMS_FILE)
"""Endings of the two files."""

_LONG_LOG = 4_000_000
_CHUNK = 1 << 20
# The second when SQLite's own message quotes damaged text.
_ERRORS = (sqlite3.Error, UnicodeDecodeError)
_MAGIC = b"aicfo sums 1\n"


class Told(NamedTuple):
    """The last acknowledged audit row, and the first row of the books it is of."""

    seq: int
    hash: str
    origin: str


class Guard:
    """What watches over one SQLite books file, for one connected program."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._head, self._sums, self._log = (Path(f"{file}{end}") for end in (*BESIDE, "-wal"))
        self._lock = threading.Lock()
        self._told: Told | None = None

    def forget(self) -> None:
        """Remove both files: the books they were of are gone."""
        for file in (self._head, self._sums):
            with suppress(OSError):
                file.unlink()

    def told(self) -> Told | None:
        """Return the last acknowledged row, None when it is not known."""
        with suppress(OSError, ValueError):
            words = self._head.read_text("ascii").split()
            if len(words) == 5 and _head_line(Told(int(words[1]), words[2], words[3])) == (
                " ".join(words) + "\n"
            ):
                return Told(int(words[1]), words[2], words[3])
        return None

    def acknowledge(self, head: Told) -> None:
        """Keep the head of a commit that is durable; an older one never replaces a newer.

        Not synced: it must survive a killed program, and after a power cut may lag behind.
        """
        with self._lock:
            if head == self._told:
                return
            with suppress(OSError), _locked(self._head):
                known = self.told()
                if known is None or known.origin != head.origin or known.seq < head.seq:
                    line = _head_line(head).encode("ascii")
                    number = os.open(self._head, os.O_WRONLY | os.O_CREAT, 0o666)
                    try:
                        os.write(number, line)
                    finally:
                        os.close(number)
                self._told = head

    def matches(self, raw: Raw) -> bool:
        """Return whether every page is as it was when it was last known to be right."""
        known = self._known()
        if known is None:
            return False
        page, sums = known
        try:
            logged = read_log(self._log, page)
            size = raw.size()
            whole, rest = divmod(size, page)
            if rest or raw.page() != page:
                return False
            last = logged.pages or len(sums)
            found = _sums(raw, page, whole)
        except OSError:
            return False
        if not logged.sums and whole != len(sums):
            return False
        fit = min(whole, len(sums))
        return all(
            at in logged.sums or (at <= fit and found[at - 1] == sums[at - 1])
            for at in range(1, last + 1)
        )

    def settle(self, *, long_only: bool = False) -> None:
        """Bring the log into the file, its pages' sums first. Does nothing while others write."""
        try:
            length = self._log.stat().st_size
        except OSError:
            return
        if not length or (long_only and length < _LONG_LOG):
            return
        with suppress(*_ERRORS, OSError), self._alone(0.2) as raw:
            page = int(raw.execute("PRAGMA page_size").fetchone()[0])
            logged = read_log(self._log, page)
            if logged.sums:
                self._move_on(page, logged)
            with closing(sqlite3.connect(self.file, timeout=0.2)) as other:
                other.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def vouch(self, raw: Raw) -> None:
        """Write the sums of books that were just verified, while the caller keeps writers out."""
        with suppress(OSError):
            page = raw.page()
            logged = read_log(self._log, page)
            whole = raw.size() // page
            sums = _sums(raw, page, whole)
            last = logged.pages or whole
            for at in range(1, last + 1):
                if at in logged.sums:
                    while len(sums) < at:
                        sums.append(0)
                    sums[at - 1] = logged.sums[at]
            self._write(page, sums[:last])

    @contextmanager
    def _alone(self, seconds: float) -> Generator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.file, timeout=seconds, isolation_level=None)) as raw:
            # Of a copy that has no log yet, while nobody else can have it open.
            raw.execute("PRAGMA journal_mode=WAL")
            raw.execute("PRAGMA wal_autocheckpoint=0")
            raw.execute("BEGIN IMMEDIATE")
            try:
                yield raw
            finally:
                raw.execute("ROLLBACK")

    @contextmanager
    def alone(self, seconds: float) -> Generator[bool]:
        """Keep writers out during the block; yield whether that was possible."""
        stack = self._alone(seconds)
        try:
            stack.__enter__()
        except _ERRORS:
            yield False
            return
        try:
            yield True
        finally:
            with suppress(*_ERRORS):
                stack.__exit__(None, None, None)

    def _move_on(self, page: int, logged: Logged) -> None:
        """Take the sums of the log's pages; without all others there are no sums any more."""
        known = self._known()
        old = known[1] if known is not None and known[0] == page else array("I")
        sums = array("I", bytes(4 * logged.pages))
        for at in range(1, logged.pages + 1):
            found = logged.sums.get(at)
            if found is None:
                if at > len(old):
                    self._sums.unlink(missing_ok=True)
                    return
                found = old[at - 1]
            sums[at - 1] = found
        self._write(page, sums)

    def _known(self) -> tuple[int, array[int]] | None:
        """Return page size and sums, None when the file is missing or not as it was written."""
        try:
            data = self._sums.read_bytes()
        except OSError:
            return None
        if len(data) < len(_MAGIC) + 8 or not data.startswith(_MAGIC) or len(data) % 4 != 1:
            return None
        if zlib.crc32(data[:-4]) != int.from_bytes(data[-4:], "little"):
            return None
        body = data[len(_MAGIC) : -4]
        sums = array("I")
        sums.frombytes(body[4:])
        return int.from_bytes(body[:4], "little"), sums

    def _write(self, page: int, sums: array[int]) -> None:
        body = _MAGIC + page.to_bytes(4, "little") + sums.tobytes()
        part = Path(f"{self._sums}.{os.getpid()}.{threading.get_ident()}")
        try:
            part.write_bytes(body + zlib.crc32(body).to_bytes(4, "little"))
            part.replace(self._sums)
        except OSError:
            # No room: without sums the next opening verifies everything.
            part.unlink(missing_ok=True)
            self._sums.unlink(missing_ok=True)


def _sums(raw: Raw, page: int, pages: int) -> array[int]:
    sums = array("I")
    step = max(1, _CHUNK // page) * page
    for start in range(0, pages * page, step):
        data = memoryview(raw.read(start, min(step, pages * page - start)))
        sums.extend(zlib.crc32(data[at : at + page]) for at in range(0, len(data), page))
    return sums


def _head_line(head: Told) -> str:
    text = f"aicfo-head {head.seq:020d} {head.hash} {head.origin}"
    return f"{text} {zlib.crc32(text.encode('ascii')):08x}\n"


@contextmanager
def _locked(file: Path) -> Generator[None]:
    """Keep other processes from writing the head meanwhile, where the system can."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    number = os.open(file, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        fcntl.flock(number, fcntl.LOCK_EX)
        yield
    finally:
        os.close(number)
