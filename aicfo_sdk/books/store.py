"""Stored books: one merchant's records, ledger, approval desk and audit chain in one database.

`create_books` makes them, `open_books` opens them: a path is a SQLite file, a `postgresql://`
URL a PostgreSQL database. SQLAlchemy is loaded with this module, so import it where it is used.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from datetime import date
from functools import cached_property
from pathlib import Path
from types import TracebackType

from sqlalchemy import Connection, func, insert, inspect, select

from ..errors import AmountError, BooksError
from ..model.merchant import Merchant
from .audit import Audit
from .batch import Batch
from .chain import Heads
from .checks import check_opening
from .database import Database, check_format, closed_on_error, connect, removed_on_error
from .intake import ImportResult, take_in
from .ledger import Ledger
from .memory import memory_of
from .proposals import Desk
from .runs import Runs
from .schema import FORMAT, HEADS, META, RECORDS, VERSION, metadata
from .snapshot import Snapshot
from .writer import Writer, read_heads


class StoredBooks:
    """Books that last: reads are snapshots, a write is one transaction with its audit row."""

    def __init__(self, database: Database, meta: dict[str, str]) -> None:
        """Use `open_books` or `create_books`."""
        self._database = database
        self.currency = meta["currency"]
        self.merchant = meta["merchant"]

    def __repr__(self) -> str:
        return f"StoredBooks({self.location!r})"

    def __enter__(self) -> StoredBooks:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def location(self) -> str:
        """The path, or the URL without its password."""
        return self._database.name

    @property
    def file(self) -> Path | None:
        """The SQLite file, None in a database server."""
        return self._database.file

    @cached_property
    def ledger(self) -> Ledger:
        """The double-entry ledger."""
        return Ledger(self._database)

    @cached_property
    def proposals(self) -> Desk:
        """The approval desk."""
        return Desk(self._database)

    @cached_property
    def runs(self) -> Runs:
        """The recorded runs."""
        return Runs(self._database)

    @cached_property
    def audit(self) -> Audit:
        """The audit chain."""
        return Audit(self._database)

    def snapshot(self, as_of: date | None = None) -> Snapshot:
        """Return what the books show as of a day, the last known one by default.

        Raises: BooksError when no day is given and nothing was imported.
        """
        with self._database.read() as connection:
            heads = read_heads(connection)
            last = as_of or last_imported(connection, heads)
        return self.snapshot_at(heads, self._day(last))

    def snapshot_at(self, heads: Heads, as_of: date) -> Snapshot:
        """Return what the books showed as of a day when their chains ended at `heads`."""
        return Snapshot(self._database, heads, as_of=as_of, currency=self.currency)

    def last_day(self) -> date:
        """Return the latest known day of what was imported, the merchant's own record aside.

        Raises: BooksError when nothing was imported.
        """
        with self._database.read() as connection:
            last = last_imported(connection)
        return self._day(last)

    def _day(self, last: date | None) -> date:
        if last is None:
            raise BooksError(
                "the books are empty", value=self.location, mend="import a file, or give the day"
            )
        return last

    def first_day(self) -> date | None:
        """Return the first known day of any record, the merchant's own aside; None if empty."""
        query = select(func.min(RECORDS.c.known)).where(RECORDS.c.kind != Merchant.__name__)
        with self._database.read() as connection:
            first = connection.scalar(query)
        return date.fromisoformat(first) if first else None

    def import_batches(self, batches: Iterable[Batch]) -> ImportResult:
        """Take the records of files, all or none; a file taken twice changes nothing.

        Raises: AmountError for another currency, RecordError when a file contradicts what is
        known (it names file and record), BooksError when the database fails.
        """
        with self.transaction() as writer:
            return take_in(writer, tuple(batches), currency=self.currency, merchant=self.merchant)

    @contextmanager
    def reading(self) -> Generator[Connection]:
        """One consistent view of all tables, for the layers above."""
        with self._database.read() as connection:
            yield connection

    @contextmanager
    def transaction(self) -> Generator[Writer]:
        """One write transaction, alone and durable; what was added is written at its end."""
        with self._database.write() as connection:
            writer = Writer(connection)
            yield writer
            writer.flush()

    def close(self) -> None:
        """Close every connection."""
        self._database.close()


def last_imported(connection: Connection, heads: Heads | None = None) -> date | None:
    """Return the latest known day of what was imported, the merchant's own record aside.

    What a commit wrote does not count: it may lie ahead of everything else. `heads`, where the
    connection sees the chains end, mostly save asking the database.
    """
    return memory_of(connection.engine).last_imported(connection, heads)


def create_books(target: str | Path, *, merchant: Merchant, currency: str = "CNY") -> StoredBooks:
    """Make empty books of one merchant in one currency, and return them.

    Raises: BooksError when something is there already or cannot be written; AmountError when
    the currency is no ISO 4217 code.
    """
    return create_with((), target, merchant=merchant, currency=currency)[0]


def create_with(
    batches: Iterable[Batch], target: str | Path, *, merchant: Merchant, currency: str = "CNY"
) -> tuple[StoredBooks, ImportResult]:
    """Make books that hold these files, in one transaction: there are none when a file fails.

    Raises: as `create_books` and `StoredBooks.import_batches`.
    """
    if not re.fullmatch(r"[A-Z]{3}", currency, re.ASCII):
        raise AmountError("not a currency", value=currency, mend="an ISO 4217 code, like CNY")
    database = connect(target, create=True)
    meta = {"format": FORMAT, "version": VERSION, "currency": currency, "merchant": merchant.id}
    with removed_on_error(database), database.write() as connection:
        if inspect(connection).has_table(META.name):
            raise BooksError(
                "there are books already", value=database.name, mend="open them, or give another"
            )
        metadata.create_all(connection)
        connection.execute(
            insert(META), [{"key": key, "value": value} for key, value in meta.items()]
        )
        connection.execute(insert(HEADS).values(id=1, **Heads()._asdict()))
        writer = Writer(connection)
        writer.record(merchant)
        writer.audit(merchant.known, "created", "", {"meta": meta})
        writer.flush()
        result = take_in(writer, tuple(batches), currency=currency, merchant=merchant.id)
        writer.flush()
    return StoredBooks(database, meta), result


def open_books(target: str | Path, *, checked: bool = True) -> StoredBooks:
    """Open books by path or URL.

    A file is checked first, so that nothing damaged is read from it; without `checked` it is
    opened as it is, to find out what is wrong with it.
    Raises: BooksError when they are missing, damaged, of another version, or no books.
    """
    database = connect(target, create=False)
    with closed_on_error(database):
        if checked:
            check_opening(database)
        return StoredBooks(database, check_format(database))
