"""Bringing books of an older version forward, with a copy kept of how they were.

Never done on opening: another program of the older version may be using the books, and on a
server its keeper picks the hour. A kill at any moment leaves the old books or the new ones,
whole; at most the copy is there as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, func, select, update

from ..errors import BooksError
from .audit import verified
from .chain import Head
from .copies import copy_into, free_name
from .database import RESTORE, Database, connect, read_meta
from .files import new_file
from .schema import AUDIT, META, VERSION, metadata
from .writer import Writer, read_heads


@dataclass(frozen=True, slots=True)
class Upgrade:
    """From which version to which, where the copy of the old books is, and the new head."""

    before: str
    after: str
    copy: Path | None
    head: Head


def upgrade(target: str | Path, *, copy: Path | None = None) -> Upgrade:
    """Bring books to the version of this program and return what was done.

    The old books are copied first: to `copy`, or beside the file as `NAME.version1`. Books in a
    server need `copy`: it is a SQLite books file of the old version. Books of this version are
    left as they are, without a copy.
    Raises: BooksError when they are damaged, newer or no books, or the copy cannot be written.
    """
    database = connect(target, create=False)
    try:
        with database.write() as connection:
            return _upgrade(database, connection, copy)
    finally:
        database.close()


def _upgrade(database: Database, connection: Connection, copy: Path | None) -> Upgrade:
    before = read_meta(connection, database.name).get("version", "")
    heads = read_heads(connection, lock=True)
    if before == VERSION:
        return Upgrade(before, before, None, Head(heads.audit_seq, heads.audit_hash))
    _check_known(before, database.name)
    if copy is None:
        if database.file is None:
            raise BooksError(
                "books in a server are copied to a file first",
                value=database.name,
                mend="give --copy FILE",
            )
        copy = free_name(database.file, f".version{before}")
    # Under the lock of all writers, so the copy is what the upgrade begins with.
    with new_file(copy) as part:
        copy_into(database, connection, part)
    head = migrate(connection, database.name)
    report = verified(connection)
    if not report.ok:
        raise BooksError(
            "the books are damaged; they stay as they were",
            value=report.problems[0],
            where=database.name,
            mend=RESTORE,
        )
    return Upgrade(before, VERSION, copy, head)


def migrate(connection: Connection, name: str) -> Head:
    """Do all steps from the version of the books to this program's, in the open transaction.

    Raises: BooksError for a version that has no step.
    """
    meta = read_meta(connection, name)
    before = meta.get("version", "")
    _check_known(before, name)
    for version in range(int(before), int(VERSION)):
        STEPS[version](connection)
    connection.execute(update(META).where(META.c.key == "version").values(value=VERSION))
    writer = Writer(connection)
    # There is no clock here: the upgrade is told on the day of the last event.
    day = connection.scalar(select(func.max(AUDIT.c.day))) or date.min.isoformat()
    head = writer.audit(
        date.fromisoformat(day),
        "upgraded",
        "",
        {"meta": {**meta, "version": VERSION}, "from": before},
    )
    writer.flush()
    return head


def _check_known(version: str, name: str) -> None:
    if not version.isdecimal() or int(version) not in STEPS:
        raise BooksError(
            "books of a version that this aicfo cannot bring forward",
            value=version,
            where=name,
            mend=f"this aicfo reads version {VERSION}: install a newer one",
        )


def _missing_tables(connection: Connection) -> None:
    """1 → 2 adds tables and changes none: pending commits, mandates, runs; commits by day."""
    metadata.create_all(connection)
    for table in metadata.sorted_tables:
        for index in table.indexes:
            index.create(connection, checkfirst=True)


STEPS: dict[int, Callable[[Connection], None]] = {1: _missing_tables}
"""Version → what brings books of it to the next one."""
