"""Copies of stored books: a SQLite file page by page, books in a server row by row.

A copy is a SQLite books file of its own, without a log beside it, whatever it was copied from.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, insert, inspect, select

from .database import Database, connect
from .schema import metadata

_PIECE = 2_000


def copy_into(database: Database, connection: Connection, part: Path) -> None:
    """Write what a connection sees of the books into an empty file, as SQLite books.

    The connection's transaction is one consistent view, whoever writes meanwhile.
    """
    if database.file is not None:
        # A connection of its own: what this transaction wrote itself is not committed yet.
        copy_pages(database.file, part)
        return
    copy = connect(part, create=True, watched=False)
    try:
        with copy.write() as into:
            copy_rows(connection, into)
    finally:
        copy.close()
    end_log(part)


def copy_pages(file: Path, part: Path) -> None:
    """Copy a whole SQLite database in one view of it, and leave no log beside the copy."""
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(part)) as made:
        source.backup(made)
    end_log(part)


def copy_rows(source: Connection, into: Connection) -> int:
    """Make the tables of the source where there are none and copy all rows; return how many."""
    there = set(inspect(source).get_table_names())
    tables = [table for table in metadata.sorted_tables if table.name in there]
    metadata.create_all(into, tables=tables)
    copied = 0
    for table in tables:
        rows = source.execute(select(table).execution_options(yield_per=_PIECE))
        for piece in rows.mappings().partitions():
            into.execute(insert(table), [dict(row) for row in piece])
            copied += len(piece)
    return copied


def end_log(file: Path) -> None:
    """Bring everything into the one file: no log is left beside it, and none is needed to read.

    Raises: sqlite3.OperationalError when another connection has it open.
    """
    with closing(sqlite3.connect(file, timeout=0)) as raw:
        raw.execute("PRAGMA journal_mode=DELETE")


def free_name(file: Path, ending: str) -> Path:
    """Return a name beside a file that is not taken: `NAMEending`, `NAMEending.2` …"""
    name, number = Path(f"{file}{ending}"), 1
    while name.exists():
        number += 1
        name = Path(f"{file}{ending}.{number}")
    return name
