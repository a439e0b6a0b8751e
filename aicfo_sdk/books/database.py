"""The connection to stored books: one SQLite file, or one PostgreSQL database by URL.

Writers take their lock when the transaction begins (`BEGIN IMMEDIATE`; on PostgreSQL the row of
heads, `FOR UPDATE`), so they run one after another and rows are numbered in commit order.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from shutil import disk_usage
from threading import RLock
from typing import Any, NamedTuple
from weakref import finalize

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    QueuePool,
    create_engine,
    event,
    inspect,
    make_url,
    select,
)
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DataError,
    DisconnectionError,
    NoSuchModuleError,
    OperationalError,
    SQLAlchemyError,
)

from ..errors import BooksError
from ..redaction import learn
from .guard import BESIDE, Guard, Told
from .raw import Raw, raw_file
from .schema import AUDIT, FORMAT, HEADS, META, VERSION

RESTORE = "restore them from a backup: aicfo books restore FILE --to BOOKS --replace"
"""The mend of damaged books."""

DRIVER_ERRORS = (SQLAlchemyError, sqlite3.Error, UnicodeDecodeError)
"""What a database raises; the last when SQLite's own message quotes damaged text."""

_NO_ROOM = 64 * 1024
_WAIT_SECONDS = 30.0
_URL = re.compile(r"[a-z][a-z0-9+]+://", re.IGNORECASE)
_SQLITE_MAGIC = b"SQLite format 3\x00"


class Database:
    """An engine with the two kinds of transaction that books know: reading and writing."""

    def __init__(self, engine: Engine, name: str, watch: Watch | None = None) -> None:
        """`name` is how errors call the books: the path, or the URL without its password."""
        self.engine, self.name, self.watch = engine, name, watch
        self._line = os.getpid(), RLock()
        # Also when nobody closes it: what was written is then brought into the file at the end.
        self._end = finalize(self, _end, engine, watch, os.getpid())

    @property
    def file(self) -> Path | None:
        """The SQLite file, None for a server."""
        name = self.engine.url.database
        return Path(name) if name and self.engine.dialect.name == "sqlite" else None

    @contextmanager
    def read(self) -> Generator[Connection]:
        """One consistent view. Raises: BooksError when the database fails."""
        with self.guarded(), self.engine.connect() as connection:
            if connection.dialect.name != "sqlite":
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextmanager
    def write(self) -> Generator[Connection]:
        """One durable transaction, all or nothing, alone. Raises: BooksError."""
        with self._turn(), self.guarded(), self.engine.connect() as connection:
            connection = connection.execution_options(aicfo_write=True)
            with connection.begin():
                yield connection
                guard = self.watch.guard if self.watch else None
                told = _head(connection) if guard else None
        if guard:
            if told:
                guard.acknowledge(told)
            guard.settle(long_only=True)

    @contextmanager
    def _turn(self) -> Generator[None]:
        """Writers of this process stand in line: those whom SQLite has wait sleep ever longer
        between two looks, and of thirty the last comes after more than a second."""
        if self.watch is None:
            yield
            return
        process, line = self._line
        if process != os.getpid():  # the child of a fork waits for no thread of its parent
            _, line = self._line = os.getpid(), RLock()
        taken = line.acquire(timeout=_WAIT_SECONDS)
        try:
            yield
        finally:
            if taken:
                line.release()

    def close(self) -> None:
        """Close every connection; what was written is then all in the one file."""
        if self._end() is None:
            _finish(self.engine, self.watch)

    @contextmanager
    def guarded(self) -> Generator[None]:
        """Whatever the database says in the block becomes a BooksError."""
        try:
            yield
        except DRIVER_ERRORS as error:
            raise self.failed(error) from error

    def failed(self, error: Exception) -> BooksError:
        """Return the one-line error for what the database said."""
        said = str(getattr(error, "orig", None) or error).strip().splitlines()
        reason = said[0] if said else type(error).__name__
        if "locked" in reason:
            what, mend = "the books are in use by another program", "try again when it is done"
        elif "full" in reason or "No space left" in reason or _no_room(error) or self._is_full():
            what, mend = "the disk is full; nothing was written", "free some space and try again"
        elif "readonly" in reason or "read-only" in reason or "unable to open" in reason:
            what, mend = "the books cannot be written", "check the rights of file and folder"
        elif "disk I/O error" in reason:
            what, mend = "the disk cannot be read or written", "check the disk, then the books"
        elif isinstance(error, OperationalError) and self.engine.dialect.name != "sqlite":
            what, mend = "the database cannot be reached", "check that it runs, and the URL"
        elif isinstance(error, DataError):
            what, mend = "a value that the database cannot hold", "correct the file it comes from"
        elif isinstance(error, (DatabaseError, sqlite3.DatabaseError, UnicodeDecodeError)):
            what, mend = "the books are damaged", RESTORE
        else:
            what, mend = "the database refused", "see the cause"
        return BooksError(what, value=self.name, where=reason, mend=mend)

    def _is_full(self) -> bool:
        """Whether the file's disk has no room: SQLite then has many things to say."""
        try:
            return self.file is not None and disk_usage(self.file.parent).free < _NO_ROOM
        except OSError:
            return False


def _no_room(error: Exception) -> bool:
    """Whether SQLite could not lengthen the file beside the log: an I/O error by its words."""
    cause = getattr(error, "orig", None) or error
    return getattr(cause, "sqlite_errorname", "") == "SQLITE_IOERR_SHMSIZE"


class Watch(NamedTuple):
    """What a SQLite file has besides its engine.

    No guard for a copy in the making, no bytes for a file that was not there.
    """

    guard: Guard | None
    raw: Raw | None


def _end(engine: Engine, watch: Watch | None, process: int) -> bool:
    if os.getpid() == process:
        _finish(engine, watch)
        if watch and watch.raw:
            # Last: see there what closing it earlier would do to SQLite's locks.
            watch.raw.close()
    return True


def _finish(engine: Engine, watch: Watch | None) -> None:
    if watch and watch.guard:
        watch.guard.settle()
    engine.dispose()


def _head(connection: Connection) -> Told | None:
    """Return the head of what this transaction is about to commit, None before there is one."""
    try:
        row = connection.exec_driver_sql(_HEAD).first()
    except OperationalError:
        return None
    return None if row is None or row[2] is None else Told(*row)


_HEAD = f"""
    SELECT audit_seq, audit_hash, (SELECT hash FROM {AUDIT.name} WHERE seq = 1) FROM {HEADS.name}
"""


@contextmanager
def closed_on_error(database: Database) -> Generator[None]:
    """Close the database when the block fails."""
    try:
        yield
    except BaseException:
        database.close()
        raise


@contextmanager
def removed_on_error(database: Database) -> Generator[None]:
    """Close the database when the block fails, and remove the file it made for nothing."""
    file = database.file
    made = file is not None and not file.exists()
    try:
        with closed_on_error(database):
            yield
    except BaseException:
        if file is not None and made and _has_no_table(file):
            for ending in ("", "-wal", "-shm", *BESIDE):
                Path(f"{file}{ending}").unlink(missing_ok=True)
        raise


def _has_no_table(file: Path) -> bool:
    """Whether a file holds nothing, told without SQLite: on a full disk that cannot open it."""
    try:
        log = Path(f"{file}-wal")
        if log.exists() and log.stat().st_size:
            return False
        with closing(raw_file(file)) as raw:
            # Of the first page's tree: a leaf, with no row in it.
            return raw.size() == 0 or (raw.read(100, 1), raw.read(103, 2)) == (b"\r", b"\0\0")
    except OSError:
        return False


def connect(target: str | Path, *, create: bool, watched: bool = True) -> Database:
    """Return the database behind a path or URL, not yet checked to hold books.

    A plain path is a SQLite file; `postgresql://` is read as `postgresql+psycopg://`. A file that
    is not `watched` (a copy in the making) gets no files beside it.
    Raises: BooksError when it is missing, damaged or cannot be reached, or when `create` is set
    and something is there already.
    """
    text = str(target)
    if is_server(text):
        return _server(text)
    path = file_of(text)
    raw = _check_path(path, create=create)
    if create and watched:
        Guard(path).forget()
    engine = create_engine(
        # Not as text: a file's name may hold a question mark.
        URL.create("sqlite", database=str(path)),
        # Connections stay open between transactions, or each one would empty the log at its end.
        poolclass=QueuePool,
        max_overflow=-1,
        # Rows are named on every server: the writer then hands them to the driver as they are.
        paramstyle="named",
        connect_args={"timeout": _WAIT_SECONDS, "check_same_thread": False},
    )
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "checkout", _leave_to_parent)
    event.listen(engine, "begin", _begin_sqlite)
    return Database(engine, text, Watch(Guard(path) if watched else None, raw))


def is_empty(target: str | Path) -> bool:
    """Return whether books may be made there: no file, an empty one, a database without books.

    An empty file, or one without a table, is what a killed creation leaves.
    Raises: BooksError when the database cannot be reached or read.
    """
    text = str(target)
    server = is_server(text)
    if not server:
        path = file_of(text)
        try:
            if not path.exists() or path.stat().st_size == 0:
                return True
            with closing(raw_file(path)) as raw:
                if raw.read(0, 16) != _SQLITE_MAGIC:
                    return False
        except (OSError, ValueError):
            return False
    database = connect(text, create=False)
    try:
        with database.read() as connection:
            found = inspect(connection)
            return not (found.has_table(META.name) if server else found.get_table_names())
    finally:
        database.close()


def is_server(text: str) -> bool:
    """Return whether books are named by the URL of a server, not by a path."""
    return bool(_URL.match(text)) and not text.lower().startswith("sqlite")


def file_of(text: str) -> Path:
    """Return the path that names a SQLite file. Raises: BooksError for a URL without one."""
    name = re.sub(r"^sqlite(\+\w+)?:///", "", text, flags=re.IGNORECASE)
    if not name or _URL.match(name):
        raise BooksError("a URL without a file", value=text, mend="write it like sqlite:///me.db")
    return Path(name)


def check_format(database: Database) -> dict[str, str]:
    """Return the meta table of the books.

    Raises: BooksError when there are none, or they are of another version.
    """
    with database.read() as connection:
        meta = read_meta(connection, database.name)
    check_version(meta.get("version", ""), database.name)
    return meta


def check_version(version: str, name: str) -> None:
    """Raises: BooksError, naming the mend, for books of another version than this program's."""
    if version != VERSION:
        if version.isdecimal() and int(version) < int(VERSION):
            raise BooksError(
                "books of an older version",
                value=version,
                where=name,
                mend="aicfo books upgrade BOOKS keeps a copy and brings them to version " + VERSION,
            )
        raise BooksError(
            "books of a newer version",
            value=version,
            where=name,
            mend=f"this aicfo reads version {VERSION}: install a newer one",
        )


def read_meta(connection: Connection, name: str) -> dict[str, str]:
    """Return the meta table of books of any version. Raises: BooksError when there are none."""
    found = inspect(connection).has_table(META.name)
    query = select(META.c.key, META.c.value)
    rows = list(connection.execute(query)) if found else []
    meta = {str(key): str(value) for key, value in rows}
    if meta.get("format") != FORMAT:
        raise BooksError(
            "this is no aicfo books",
            value=name,
            mend="give books that aicfo made, or import files into new ones",
        )
    return meta


def _server(text: str) -> Database:
    try:
        url = make_url(text)
        if url.drivername in ("postgresql", "postgres"):
            url = url.set(drivername="postgresql+psycopg")
        learn(url.password or "", str(url.query.get("password", "")))
        if not url.drivername.startswith("postgresql"):
            raise BooksError(
                "books are kept in SQLite or PostgreSQL",
                value=url.drivername,
                mend="give a path or a postgresql:// URL",
            )
        # Read committed: after waiting for the lock of heads, a writer sees what the one
        # before it wrote.
        engine = create_engine(
            url,
            isolation_level="READ COMMITTED",
            pool_pre_ping=True,
            # A database of another encoding then refuses what it cannot hold.
            connect_args={"client_encoding": "utf8"},
        )
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise BooksError(
            "not a database URL", value=text.split("@")[-1], mend="postgresql://user@host/name"
        ) from None
    except ModuleNotFoundError as error:
        raise BooksError(
            "the PostgreSQL driver is not installed",
            value=error.name,
            mend="pip install 'aicfo-sdk[postgres]'",
        ) from None
    return Database(engine, url.render_as_string(hide_password=True))


def _check_path(path: Path, *, create: bool) -> Raw | None:
    """Return the file's bytes to read, None when it is yet to be made. Raises: BooksError."""
    name = str(path)
    try:
        if path.is_dir():
            raise BooksError("a folder, not books", value=name, mend="name the file inside it")
        exists = path.exists()
        if create:
            if exists and not is_empty(path):
                raise BooksError(
                    "there is a file already", value=name, mend="give another name, or open it"
                )
            if not path.parent.is_dir():
                raise BooksError("no such folder", value=str(path.parent), mend="create it first")
            return None
        if not exists:
            raise BooksError(
                "no such books", value=name, mend="create them with aicfo import FILE --into BOOKS"
            )
        raw = raw_file(path)
    except (OSError, ValueError) as error:
        raise BooksError("the books cannot be read", value=name, mend=str(error)) from None
    try:
        _check_head(path, raw)
    except BaseException:
        raw.close()
        raise
    return raw


def _check_head(path: Path, raw: Raw) -> None:
    name, head, size = str(path), raw.read(0, 100), raw.size()
    if head[:16] != _SQLITE_MAGIC or len(head) < 100:
        raise BooksError(
            "this is no aicfo books, or they are damaged",
            value=name,
            mend=f"give books that aicfo made, or {RESTORE}",
        )
    page = int.from_bytes(head[16:18], "big")
    whole = int.from_bytes(head[28:32], "big") * (65536 if page == 1 else page)
    # With a log beside it the file may be behind its header: SQLite completes it on opening.
    log = path.with_name(path.name + "-wal")
    if size < whole and not (log.exists() and log.stat().st_size):
        raise BooksError(
            "the books are cut short",
            value=f"{size} bytes of {whole}",
            where=name,
            mend=RESTORE,
        )


def _set_up_sqlite(connection: Any, record: Any) -> None:
    record.info["process"] = os.getpid()
    # Transactions are begun below: the driver's own begin would come too late for the lock.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    # A thousand commits change more pages than the 2 MB that a connection keeps by itself: they
    # would go to the log in the midst of the transaction and be read back from there.
    cursor.execute("PRAGMA cache_size=-16000")
    # The log is brought into the file by the guard, which first moves the checksums on.
    cursor.execute("PRAGMA wal_autocheckpoint=0")
    # A log that begins anew is cut, so that its length says how much waits to be brought in:
    # one that keeps its old length would have the guard at work after every commit.
    cursor.execute("PRAGMA journal_size_limit=0")
    cursor.close()


def _leave_to_parent(_connection: object, record: Any, proxy: Any) -> None:
    """A connection must not be used, nor closed, by the child of a fork: it gets its own."""
    if record.info["process"] != os.getpid():
        _INHERITED.append(record.dbapi_connection)
        record.dbapi_connection = proxy.dbapi_connection = None
        raise DisconnectionError("inherited from the parent process")


_INHERITED: list[object] = []


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("aicfo_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
