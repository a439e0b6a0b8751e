"""Is everything in the books as it was written? The database's own check, then all chains.

SQLite checks the structure of the file (every page reached once, every index agreeing with its
table); the audit chain vouches for every row; the ledger must sum to zero.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError

from ..errors import AicfoError, BooksError
from .audit import AuditReport, verified
from .chain import START, Head
from .database import RESTORE, Database, check_version, connect, read_meta
from .guard import HEAD_FILE
from .migrations import migrate
from .schema import AUDIT, POSTINGS, VERSION

_MOST = 20
_WAIT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Check:
    """What checking found: `problems` is empty when the books are whole."""

    version: str
    rows: int
    records: int
    entries: int
    head: Head
    trial_balance: int
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.problems


def check(target: str | Path, expected: Head | None = None) -> Check:
    """Return what is wrong with books, every table and index read.

    `expected` is a head that was kept elsewhere: the chain must contain it.
    Raises: BooksError when there are no books, of another version, or they cannot be reached.
    """
    database = connect(target, create=False)
    try:
        found = check_database(database, expected)
        if found.version:
            check_version(found.version, database.name)
        lost = lost_tail(database) if found.ok else ""
        return replace(found, problems=(lost,)) if lost else found
    finally:
        database.close()


def check_opening(database: Database) -> None:
    """Make sure that nothing damaged is read from books that are being opened.

    When every page is as it was last known to be right, that is all; else every row is verified.
    Books in a server are left to it. Raises: BooksError, naming the mend.
    """
    guard, raw = database.watch or (None, None)
    if guard is None or raw is None:
        return
    if not guard.matches(raw):
        # Another program may just have been bringing its log into the file: once more, alone.
        with guard.alone(_WAIT_SECONDS) as alone:
            if not (alone and guard.matches(raw)):
                _verify_all(database)
                if alone:
                    guard.vouch(raw)
    lost = lost_tail(database)
    if lost:
        raise BooksError(
            lost,
            where=database.name,
            mend=f"{RESTORE}; if you put older books here on purpose, remove "
            f"{database.name}{HEAD_FILE}",
        )


def lost_tail(database: Database) -> str:
    """Return what is missing of what was acknowledged as written, "" when nothing is."""
    guard = database.watch.guard if database.watch else None
    told = guard.told() if guard else None
    if told is None:
        return ""
    links = select(AUDIT.c.seq, AUDIT.c.hash).where(AUDIT.c.seq.in_((1, told.seq)))
    with database.read() as connection:
        found = dict(tuple(row) for row in connection.execute(links).all())
        last = connection.scalar(select(func.max(AUDIT.c.seq))) or 0
    if found.get(1) != told.origin or found.get(told.seq) == told.hash:
        return ""
    if last < told.seq:
        return f"the books end with audit row {last}, but {told.seq} were written"
    return f"audit row {told.seq} is not the one that was written"


def _verify_all(database: Database) -> None:
    with database.read() as connection:
        found = check_connection(connection)
    if found.version:
        check_version(found.version, database.name)
    if not found.ok:
        raise BooksError(
            "the books are damaged", value=found.problems[0], where=database.name, mend=RESTORE
        )


def check_database(database: Database, expected: Head | None = None) -> Check:
    """As `check`, of books already connected to. Raises: BooksError when it cannot begin."""
    with database.read() as connection:
        return check_connection(connection, expected)


def check_copy(connection: Connection, name: str) -> Check:
    """As `check`, in a write transaction, of books that may be of an older version.

    They are brought forward, checked, and put back as they were.
    Raises: BooksError when these are no books, or of a version that cannot be brought forward.
    """
    version = read_meta(connection, name).get("version", "")
    if version == VERSION:
        return check_connection(connection)
    before = connection.begin_nested()
    migrate(connection, name)
    found = check_connection(connection)
    before.rollback()
    return replace(found, version=version)


def check_connection(connection: Connection, expected: Head | None = None) -> Check:
    """Return what is wrong with the books that a connection sees. Never raises for damage."""
    problems: list[str] = []
    version, total = "", 0
    report = AuditReport(False, 0, 0, 0, Head(0, START), ())
    try:
        version = read_meta(connection, "").get("version", "")
        problems += _structure(connection)
        # A broken structure gives wrong rows, or no end of them.
        if not problems:
            report = verified(connection, expected)
            problems += report.problems
            total = int(connection.scalar(select(func.sum(POSTINGS.c.amount))) or 0)
            if total:
                problems.append(f"the ledger does not sum to zero but to {total}")
    except AicfoError as error:
        problems.append(str(error))
    except (SQLAlchemyError, sqlite3.Error) as error:
        said = str(getattr(error, "orig", None) or error).splitlines()
        problems.append(f"the database cannot be read: {said[0] if said else type(error).__name__}")
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError) as error:
        # A value of another type than its column: only damage puts one there.
        problems.append(f"a row cannot be read: {type(error).__name__} {error}")
    return Check(
        version,
        report.rows,
        report.records,
        report.entries,
        report.head,
        total,
        tuple(problems[:_MOST]),
    )


def _structure(connection: Connection) -> Iterator[str]:
    if connection.dialect.name != "sqlite":
        return
    for (said,) in connection.exec_driver_sql(f"PRAGMA integrity_check({_MOST})"):
        if said != "ok":
            yield f"the file is damaged: {said}"
