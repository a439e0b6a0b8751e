"""The whole audit as a file of JSON Lines that anyone can verify without the books.

One line per row of every table, so that all chains can be recomputed; the last line states the
number of lines, their SHA-256 and the head. A line has one form only (sorted keys, no spaces),
so every changed, cut or added byte is found. Who rewrites the whole file, all hashes included,
is found by a head that was kept elsewhere.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, cast

from sqlalchemy import Connection, Integer, Table, insert, select

from ..errors import BooksError
from ..model.base import canonical
from .chain import START, Head
from .checks import Check, check_connection
from .database import Database, connect
from .files import new_file
from .schema import VERSION, metadata
from .writer import read_heads

_FORMAT = "aicfo-audit-1"
_PIECE = 2_000
_LONGEST = 50_000_000
_TABLES = {table.name: table for table in metadata.sorted_tables}


def export(database: Database, file: Path, *, replace: bool = False) -> tuple[Head, int]:
    """Write the audit as it is at one moment; return its head and the number of lines.

    Raises: InputError when the file is there and `replace` is not set; BooksError when the books
    cannot be read or the file not written.
    """
    with new_file(file, replace=replace) as part, part.open("wb") as out:
        seal, count = sha256(), 0
        with database.read() as connection:
            heads = read_heads(connection)
            for value in _lines(connection):
                line = _line(value)
                seal.update(line)
                count += 1
                out.write(line)
        end = {"head": f"{heads.audit_seq}:{heads.audit_hash}", "lines": count}
        out.write(_line({"end": {**end, "sha256": seal.hexdigest()}}))
    return Head(heads.audit_seq, heads.audit_hash), count + 1


def verify_export(file: Path, expected: Head | None = None) -> Check:
    """Return what is wrong with an exported audit; the books are not needed.

    `expected` is a head that was kept elsewhere: the chain must contain it.
    Raises: BooksError when the file cannot be read or is no exported audit.
    """
    with tempfile.TemporaryDirectory(prefix="aicfo-audit-") as folder:
        database = connect(Path(folder) / "audit.books", create=True, watched=False)
        try:
            with database.write() as connection:
                metadata.create_all(connection)
                try:
                    with file.open("rb") as source:
                        end = _take(source, connection, file)
                except OSError as error:
                    raise BooksError(
                        "the file cannot be read", value=str(file), mend=error.strerror or ""
                    ) from None
                except _NotAsWritten as wrong:
                    return _found(str(wrong))
                found = check_connection(connection, expected)
        finally:
            database.close()
    if found.ok and f"{found.head.seq}:{found.head.hash}" != end:
        return replace(found, problems=("the last line states another head than the rows have",))
    return found


class _NotAsWritten(Exception):
    """A line that is not as it was written."""


def _lines(connection: Connection) -> Iterator[dict[str, Any]]:
    yield {"format": _FORMAT, "version": VERSION}
    for table in metadata.sorted_tables:
        query = select(table).order_by(*table.primary_key.columns)
        for row in connection.execute(query.execution_options(yield_per=_PIECE)).mappings():
            yield {"row": dict(row), "table": table.name}


def _line(value: dict[str, Any]) -> bytes:
    return canonical(value).encode("utf-8") + b"\n"


def _take(source: BinaryIO, connection: Connection, file: Path) -> str:
    """Read every line into empty tables; return the head that the last one states."""
    seal, number = sha256(), 0
    end: dict[str, Any] | None = None
    rows: list[dict[str, Any]] = []
    last: Table | None = None
    while line := source.readline(_LONGEST):
        number += 1
        if number == 1:
            _check_first(line, file)
            seal.update(line)
            continue
        value = _value(line, number)
        if end is not None:
            raise _NotAsWritten(f"line {number} comes after the end")
        if "end" in value:
            end = value["end"]
            if end != {**_stated(end), "lines": number - 1, "sha256": seal.hexdigest()}:
                raise _NotAsWritten("the last line does not fit those before it")
        else:
            table, row = _row(value, number)
            if rows and (table is not last or len(rows) >= _PIECE):
                _write(connection, last, rows)
                rows = []
            last = table
            rows.append(row)
        seal.update(line)
    if end is None:
        raise _NotAsWritten(f"the end is missing after line {number}: the file was cut short")
    _write(connection, last, rows)
    return str(end["head"])


def _stated(end: Any) -> dict[str, Any]:
    """The head of the last line, which the rows are held against later."""
    if not isinstance(end, dict) or not isinstance(cast("dict[str, Any]", end).get("head"), str):
        raise _NotAsWritten("the last line states no head")
    return {"head": end["head"]}


def _value(line: bytes, number: int) -> dict[str, Any]:
    try:
        value = json.loads(line)
        whole = isinstance(value, dict) and _line(cast("dict[str, Any]", value)) == line
    except (ValueError, RecursionError):
        whole, value = False, None
    if not whole:
        raise _NotAsWritten(f"line {number} is not as it was written")
    return cast("dict[str, Any]", value)


def _check_first(line: bytes, file: Path) -> None:
    try:
        value = _value(line, 1)
    except _NotAsWritten:
        value = {}
    if value.get("format") != _FORMAT:
        raise BooksError(
            "this is no exported audit, or it is damaged",
            value=str(file),
            mend="write one: aicfo audit export FILE",
        )
    if value != {"format": _FORMAT, "version": VERSION}:
        raise BooksError(
            "an exported audit of another version",
            value=value.get("version"),
            where=str(file),
            mend=f"this aicfo reads version {VERSION}",
        )


def _row(value: dict[str, Any], number: int) -> tuple[Table, dict[str, Any]]:
    name, row = value.get("table"), value.get("row")
    table = _TABLES.get(name) if isinstance(name, str) else None
    if table is None or len(value) != 2 or not isinstance(row, dict):
        raise _NotAsWritten(f"line {number} is no row of books")
    values = cast("dict[str, Any]", row)
    if values.keys() != set(table.columns.keys()):
        raise _NotAsWritten(f"line {number} has other columns than {table.name}")
    for column in table.columns:
        given = values[column.name]
        if not (_fits(column.type, given) or (given is None and column.nullable)):
            raise _NotAsWritten(f"line {number} holds no value of {column.name}")
    return table, values


def _fits(kind: object, value: object) -> bool:
    if isinstance(kind, Integer):
        return type(value) is int and -(2**63) <= value < 2**63
    return isinstance(value, str)


def _write(connection: Connection, table: Table | None, rows: list[dict[str, Any]]) -> None:
    if table is None or not rows:
        return
    from sqlalchemy.exc import SQLAlchemyError

    try:
        connection.execute(insert(table), rows)
    except (SQLAlchemyError, ValueError) as error:
        said = str(getattr(error, "orig", error)).splitlines()[0]
        raise _NotAsWritten(f"rows of {table.name} are not as they were written: {said}") from None


def _found(problem: str) -> Check:
    return Check("", 0, 0, 0, Head(0, START), 0, (problem,))
