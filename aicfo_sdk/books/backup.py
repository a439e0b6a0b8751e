"""Backups of stored books while they are in use, and bringing them back.

A backup is one SQLite books file, whatever it was taken from: so books move from a file to a
server and back. It is checked, whole, before it gets its name; what is restored as well.
"""

from __future__ import annotations

import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import inspect

from ..errors import BooksError, InputError
from .chain import Head
from .checks import Check, check_copy
from .copies import copy_into, copy_pages, copy_rows, end_log, free_name
from .database import check_format, connect, file_of, is_empty, is_server
from .files import new_file
from .guard import BESIDE
from .schema import META


@dataclass(frozen=True, slots=True)
class Copied:
    """What a backup or restored books hold, up to which head.

    `kept` is where the books are now that a restore replaced.
    """

    target: str
    version: str
    head: Head
    rows: int
    records: int
    entries: int
    kept: Path | None = None


def backup(target: str | Path, file: Path, *, replace: bool = False) -> Copied:
    """Write the books as they are at one moment to a file of their own, and return its head.

    Others may write meanwhile: what they commit after that moment is not in it.
    Raises: InputError when the file is there and `replace` is not set, or is the books
    themselves; BooksError when the books are damaged, or the file cannot be written.
    """
    database = connect(target, create=False)
    try:
        if database.file is not None and file.exists() and file.samefile(database.file):
            raise InputError("these are the books", value=str(file), mend="give another name")
        check_format(database)
        with new_file(file, replace=replace) as part:
            with database.read() as connection:
                copy_into(database, connection, part)
            found = _whole(part, database.name, "the books are damaged; no backup was made")
            end_log(part)
    finally:
        database.close()
    return _copied(str(file), found)


def restore(file: Path, target: str | Path, *, replace: bool = False) -> Copied:
    """Put the books of a backup in place, whole or not at all, and return what they hold.

    Books that are there already are only replaced when `replace` is set, and then kept beside
    as `NAME.replaced`; those in a server never. A backup of an older version stays one.
    Raises: BooksError when the backup is damaged or no books, when there are books already, when
    others use them, or the target cannot be written.
    """
    place = str(target)
    if is_server(place):
        return _into_server(file, place)
    into = file_of(place)
    if into.exists() and into.samefile(file):
        raise InputError("the backup is the books", value=place, mend="give another place")
    taken = _is_taken(into)
    if taken and not replace:
        raise BooksError(
            "there are books already",
            value=place,
            mend="give another place, or --replace to keep these beside the restored ones",
        )
    source = connect(file, create=False, watched=False)
    kept = None
    with new_file(into, replace=True) as part:
        try:
            with source.guarded():
                copy_pages(file_of(str(file)), part)
        finally:
            source.close()
        found = _whole(part, str(file), "the backup is damaged; nothing was restored")
        end_log(part)
        if taken:
            kept = _keep(into)
        for ending in ("-wal", "-shm", *BESIDE):
            Path(f"{into}{ending}").unlink(missing_ok=True)
    return _copied(place, found, kept)


def _into_server(file: Path, url: str) -> Copied:
    source, into = connect(file, create=False, watched=False), connect(url, create=False)
    try:
        with source.read() as read, into.write() as write:
            if inspect(write).has_table(META.name):
                raise BooksError(
                    "there are books already",
                    value=into.name,
                    mend="restore into an empty database",
                )
            copy_rows(read, write)
            # Not yet committed: a damaged backup leaves the database as empty as it was.
            found = _sound(
                check_copy(write, into.name),
                str(file),
                "the backup is damaged; nothing was restored",
            )
    finally:
        source.close()
        into.close()
    return _copied(into.name, found)


def _whole(part: Path, name: str, what: str) -> Check:
    copy = connect(part, create=False, watched=False)
    try:
        with copy.write() as connection:
            return _sound(check_copy(connection, name), name, what)
    finally:
        copy.close()


def _sound(found: Check, name: str, what: str) -> Check:
    if not found.ok:
        raise BooksError(
            what,
            value=found.problems[0],
            where=name,
            mend="aicfo books check says more; take an older backup",
        )
    return found


def _is_taken(file: Path) -> bool:
    """Whether something is there that must not be lost; damaged books are."""
    try:
        return not is_empty(file)
    except BooksError:
        return True


def _keep(file: Path) -> Path:
    """Copy the books in place to a name beside them, with their log in the copy or beside it.

    A copy, not a second name of the same file: a kill between two steps would leave both.
    Raises: BooksError when another program has them open: it would go on writing to them.
    """
    try:
        end_log(file)
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise BooksError(
                "the books are in use by another program",
                value=str(file),
                mend="end it, then restore",
            ) from None
    except sqlite3.DatabaseError:
        pass  # Damaged: kept as they are.
    kept = free_name(file, ".replaced")
    log = Path(f"{file}-wal")
    for source, to in ((log, Path(f"{kept}-wal")), (file, kept)):
        if source.exists():
            with new_file(to) as part:
                shutil.copyfile(source, part)
    return kept


def _copied(target: str, found: Check, kept: Path | None = None) -> Copied:
    return Copied(target, found.version, found.head, found.rows, found.records, found.entries, kept)
