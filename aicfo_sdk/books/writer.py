"""One write transaction on stored books: adds records, entries and audit rows, keeps the heads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table, bindparam, insert, select, update

from ..actions import Posting
from ..errors import BooksError, Unbalanced
from ..model.base import Record, canonical
from ..model.bill import Bill
from ..model.invoice import Settlement, Transaction
from ..money import checked
from ..redaction import redact, redacted, refresh
from .chain import Head, Heads
from .memory import memory_of
from .schema import AUDIT, ENTRIES, HEADS, POSTINGS, RECORDS

_PIECE = 5_000

_VERBATIM = frozenset(
    ("commit", "hold", "outcome", "flag", "mandate", "use", "matched", "meta", "action", "proposal")
)
"""What of an audit body repeats or seals rows of other tables, which verifying holds to it."""


class Writer:
    """Collects rows and writes them on `flush`; the heads follow every row."""

    def __init__(self, connection: Connection) -> None:
        """Take the lock of all writers; `start` are the heads then.

        Raises: BooksError when the heads are missing.
        """
        refresh()
        self.connection = connection
        self._heads = self._written = self.start = read_heads(connection, lock=True)
        memory_of(connection.engine).advance(connection, self.start)
        self._rows: dict[Table, list[dict[str, Any]]] = {}
        self._changes: dict[tuple[Table, tuple[str, ...]], list[dict[str, Any]]] = {}
        self._clean: set[str] = set()

    @property
    def source(self) -> int:
        """Number that the next audit row will have; rows written before it carry it."""
        return self._heads.audit_seq + 1

    @property
    def heads(self) -> Heads:
        """The heads as they are written so far: those that this transaction's queries see."""
        return self._written

    def record(self, record: Record) -> int:
        """Add one state of a record and return its row number."""
        kind, known, tag = type(record).__name__, record.known.isoformat(), tag_of(record)
        body = canonical(record)
        self._heads = self._heads.with_record(kind, record.id, known, tag, body, self.source)
        self.add(
            RECORDS,
            row=self._heads.record_row,
            kind=kind,
            id=record.id,
            known=known,
            tag=tag,
            body=body,
            source=self.source,
        )
        return self._heads.record_row

    def entry(
        self, day: date, ref: str, text: str, legs: tuple[Posting, ...], key: str | None = None
    ) -> int:
        """Add one ledger entry and return its number.

        Raises: Unbalanced when the legs do not sum to 0; AmountError beyond the bounds of money.
        """
        if left := sum(leg.amount for leg in legs):
            raise Unbalanced("postings do not sum to zero", value=left, where=ref)
        iso = day.isoformat()
        self._heads = self._heads.with_entry(iso, ref, text, key, self.source, legs)
        entry = self._heads.entry_id
        self.add(ENTRIES, id=entry, day=iso, ref=ref, text=text, key=key, source=self.source)
        for number, leg in enumerate(legs):
            self.add(
                POSTINGS,
                entry=entry,
                leg=number,
                account=leg.account,
                day=iso,
                amount=checked(leg.amount, where=ref),
            )
        return entry

    def audit(self, day: date, kind: str, subject: str, body: Mapping[str, Any]) -> Head:
        """Add one audit row and return the new head.

        The row also states the heads of records and entries, and so seals all rows before it.
        """
        heads = self._heads
        subject = redact(subject, anew=False)
        sealed = canonical(
            {
                **self._without_secrets(body),
                "records": [heads.record_row, heads.record_chain],
                "entries": [heads.entry_id, heads.entry_chain],
            }
        )
        iso, prev = day.isoformat(), heads.audit_hash
        self._heads = heads.with_audit(iso, kind, subject, sealed)
        self.add(
            AUDIT,
            seq=self._heads.audit_seq,
            prev=prev,
            day=iso,
            kind=kind,
            subject=subject,
            body=sealed,
            hash=self._heads.audit_hash,
        )
        return Head(self._heads.audit_seq, self._heads.audit_hash)

    def add(self, table: Table, **values: Any) -> None:
        """Add a row of any table at the next flush."""
        self._rows.setdefault(table, []).append(values)

    def change(self, table: Table, id: str, **values: Any) -> None:
        """Change the row of a table without history (the desk) at the next flush."""
        names = tuple(sorted(values))
        row = {"changed_id": id, **{f"new_{name}": values[name] for name in names}}
        self._changes.setdefault((table, names), []).append(row)

    def flush(self) -> None:
        """Write what was added, then what was changed, and the heads."""
        run, dialect = self.connection.exec_driver_sql, self.connection.dialect
        for table, rows in self._rows.items():
            for start in range(0, len(rows), _PIECE):
                run(_inserting(dialect, table), rows[start : start + _PIECE])
        self._rows.clear()
        for (table, names), rows in self._changes.items():
            run(_changing(dialect, table, names), rows)
        self._changes.clear()
        if self._heads != self._written:
            run(_moving(dialect), self._heads._asdict())
            self._written = self._heads

    def _without_secrets(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what an audit row says, redacted: a chain keeps what it holds for ever."""
        said = {name: value for name, value in body.items() if name not in _VERBATIM}
        text = canonical(said)
        if text not in self._clean:
            if redact(text, anew=False) != text:
                return {**body, **redacted(said)}
            # The rows of a group say the same over and over.
            self._clean.add(text)
        return body


# Statements as the driver takes them: their rows are texts and numbers, which need no conversion,
# and putting a row through the statement would cost more than writing it.


@lru_cache(maxsize=256)
def _inserting(dialect: Dialect, table: Table) -> str:
    return str(insert(table).compile(dialect=dialect))


@lru_cache(maxsize=64)
def _changing(dialect: Dialect, table: Table, names: tuple[str, ...]) -> str:
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
    query = update(table).where(table.c.id == bindparam("changed_id")).values(values)
    return str(query.compile(dialect=dialect))


@lru_cache(maxsize=16)
def _moving(dialect: Dialect) -> str:
    return str(update(HEADS).compile(dialect=dialect, column_keys=list(Heads._fields)))


def read_heads(connection: Connection, *, lock: bool = False) -> Heads:
    """Return the heads of the chains; `lock` makes other writers wait.

    Raises: BooksError when they are missing.
    """
    row = connection.execute(_LOCKED_HEADS if lock else _HEADS).first()
    if row is None:
        raise BooksError("the books are damaged: they have no heads", mend="restore a copy")
    return Heads(*row)


_HEADS = select(*(HEADS.c[name] for name in Heads._fields))
_LOCKED_HEADS = _HEADS.with_for_update()


def tag_of(record: Record) -> str:
    """Return the text by which a record is found besides its id, or ""."""
    match record:
        case Settlement():
            return record.invoice
        case Bill():
            return record.number
        case Transaction(kind="opening"):
            return record.account
        case _:
            return ""
