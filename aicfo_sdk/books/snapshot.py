"""A snapshot of stored books: the port over what was known on a day, as it stood at one moment.

Bounded by the last record row and ledger entry of that moment, so nothing imported or committed
later ever shows. Each record type is read and parsed on first use, once, under a lock; what the
process remembers of the same rows (`memory`) is not read again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from threading import RLock
from types import MappingProxyType
from typing import Any, TypeVar

from sqlalchemy import Connection, func, select

from ..actions import cash
from ..model.base import Record, digest
from ..model.invoice import Settlement
from ..model.sales import DailySales
from .chain import Heads
from .database import Database
from .derive import derived_sales, derived_settlements
from .memory import memory_of
from .port import Books
from .schema import MATCHES, POSTINGS, RECORDS
from .states import shown

_R = TypeVar("_R", bound=Record)


class Snapshot(Books):
    """What stored books show as of one day; safe across threads."""

    def __init__(self, database: Database, heads: Heads, *, as_of: date, currency: str) -> None:
        self._database, self._heads = database, heads
        self._as_of, self._currency = as_of, currency
        self._key = digest(
            ["stored", currency, heads.record_chain, heads.entry_chain, as_of.isoformat()]
        )
        self._lock = RLock()
        self._records: dict[type[Record], Mapping[str, Record]] = {}
        self._balances: dict[str, int] | None = None

    @property
    def heads(self) -> Heads:
        """Where the chains of the books ended: with the day, all that this snapshot depends on."""
        return self._heads

    @property
    def as_of(self) -> date:
        return self._as_of

    @property
    def currency(self) -> str:
        return self._currency

    @property
    def key(self) -> str:
        return self._key

    def records(self, kind: type[_R]) -> Mapping[str, _R]:
        found = self._records.get(kind)
        if found is None:
            with self._lock:
                found = self._records.get(kind)
                if found is None:
                    found = self._records[kind] = self._complete(kind)
        return found  # pyright: ignore[reportReturnType]  # stored under its own type

    def states(self, kind: type[_R], id: str) -> tuple[_R, ...]:
        now = self.get(kind, id)
        query = (
            select(RECORDS.c.known, RECORDS.c.body)
            .where(
                RECORDS.c.kind == kind.__name__,
                RECORDS.c.id == id,
                RECORDS.c.known <= self._as_of.isoformat(),
                RECORDS.c.row <= self._heads.record_row,
            )
            .order_by(RECORDS.c.known, RECORDS.c.row)
        )
        with self._database.read() as connection:
            rows = [(known, body) for known, body in connection.execute(query)]
        states = [kind.model_validate_json(body) for _, body in rows]
        # The last of each day shows that day; what notices of one tender add up to by then.
        ends = [n for n in range(1, len(rows)) if rows[n][0] != rows[n - 1][0]]
        return (*(shown(states[:end]) for end in ends), now)

    def balance(self, account: str | None = None) -> int:
        if self._balances is None:
            with self._lock:
                self._balances = self._balances or self._cash()
        if account is None:
            return sum(self._balances.values())
        return self._balances.get(cash(account), 0)

    def _complete(self, kind: type[Record]) -> Mapping[str, Record]:
        """Return the stored records of a type with those that follow from other records."""
        stored = self._stored(kind)
        derive = _DERIVED.get(kind)
        if derive is None:
            return stored
        records = {**stored, **{record.id: record for record in derive(self, stored)}}
        return MappingProxyType(dict(sorted(records.items())))

    def stored(self, kind: type[_R]) -> Mapping[str, _R]:
        """Return id → record of one type without those that the books derive."""
        return self._stored(kind)

    def matched_lines(self) -> frozenset[str]:
        """Ids of the Transactions that showed an action these books had committed."""
        query = select(MATCHES.c.record).where(MATCHES.c.source <= self._heads.audit_seq)
        with self._database.read() as connection:
            return frozenset(connection.scalars(query))

    def _stored(self, kind: type[_R]) -> Mapping[str, _R]:
        memory = memory_of(self._database.engine)
        found = memory.seen(self._heads, kind, self._as_of)
        if found is None:
            with self._database.read() as connection:
                found = memory.records(connection, self._heads, kind, self._as_of)
                found = self._read(connection, kind) if found is None else found
        return found  # pyright: ignore[reportReturnType]  # stored under its own type

    def _read(self, connection: Connection, kind: type[_R]) -> Mapping[str, _R]:
        query = (
            select(RECORDS.c.id, RECORDS.c.body)
            .where(
                RECORDS.c.kind == kind.__name__,
                RECORDS.c.known <= self._as_of.isoformat(),
                RECORDS.c.row <= self._heads.record_row,
            )
            .order_by(RECORDS.c.known, RECORDS.c.row)
        )
        bodies: dict[str, list[str]] = {}
        for id, body in connection.execute(query):
            bodies.setdefault(id, []).append(body)
        parse = kind.model_validate_json
        found = {id: shown([parse(body) for body in states]) for id, states in bodies.items()}
        return MappingProxyType(dict(sorted(found.items())))

    def _cash(self) -> dict[str, int]:
        query = (
            select(POSTINGS.c.account, func.sum(POSTINGS.c.amount))
            .where(
                POSTINGS.c.account.like(cash("%")),
                POSTINGS.c.day <= self._as_of.isoformat(),
                POSTINGS.c.entry <= self._heads.entry_id,
            )
            .group_by(POSTINGS.c.account)
        )
        with self._database.read() as connection:
            return {account: int(amount) for account, amount in connection.execute(query)}


_Derive = Callable[[Snapshot, Mapping[str, Any]], "list[Any]"]

_DERIVED: dict[type[Record], _Derive] = {
    DailySales: lambda books, given: derived_sales(books, given.values()),
    Settlement: lambda books, given: derived_settlements(
        books, given.values(), shown_already=books.matched_lines()
    ),
}
