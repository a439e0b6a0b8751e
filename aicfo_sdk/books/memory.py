"""What this process has read of stored books already, so that a commit reads only what is new.

Rows are only ever added and numbered in order, so what was read up to one audit row stays true;
the hash of that row, asked for again each time, proves that the books still contain it. Nothing
is remembered of a transaction before it is over: the memory moves on when the next one begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from threading import RLock
from types import MappingProxyType
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import BigInteger, Connection, Engine, Select, and_, bindparam, func, or_, select

from ..model.base import Record
from .chain import START, Heads
from .flags import DEFAULTS, PENDING, Flag, is_below
from .schema import AUDIT, COMMITS, ENTRIES, FLAGS, HOLDS, OUTCOMES, POSTINGS, RECORDS
from .states import shown

_VIEWS = 4
"""Days of which the records of a type are kept ready, per type."""

Sums = dict[str, dict[str, int]]
"""Account → day → sum of its postings."""


Stakes = dict[str, dict[tuple[str, str], int]]
"""Day → (kind, payee) → what actions put at stake, carried out or pending, minor units."""


class OpenHold(NamedTuple):
    """A pending commit."""

    key: str
    proposal: str
    day: str
    until: str
    entry: int
    reserves: str


class _Kind:
    """The states of one record type."""

    __slots__ = ("_states", "_views")

    def __init__(self) -> None:
        self._states: dict[str, list[tuple[str, int, Record]]] = {}
        self._views: dict[str, Mapping[str, Record]] = {}

    def add(self, day: str, row: int, record: Record) -> None:
        """Add a state; rows come in order, their days need not."""
        states = self._states.setdefault(record.id, [])
        states.append((day, row, record))
        if len(states) > 1:
            states.sort(key=lambda state: state[:2])
        self._views.clear()

    def view(self, day: str) -> Mapping[str, Record]:
        """Return id → what shows on a day, ordered by id."""
        found = self._views.get(day)
        if found is None:
            if len(self._views) >= _VIEWS:
                self._views.clear()
            records: dict[str, Record] = {}
            for id, states in sorted(self._states.items()):
                until = [record for known, _, record in states if known <= day]
                if until:
                    records[id] = shown(until)
            found = self._views[day] = MappingProxyType(records)
        return found


@dataclass(slots=True)
class _Known:
    """Everything read up to one audit row."""

    seq: int = 0
    hash: str = START
    row: int = 0
    row_chain: str = START
    entry: int = 0
    entry_chain: str = START
    imported: str = ""
    kinds: dict[type[Record], _Kind] = field(default_factory=dict[type[Record], _Kind])
    sums: dict[str, Sums] = field(default_factory=dict[str, Sums])
    holds: dict[str, OpenHold] | None = None
    flags: dict[str, Flag] | None = None
    stakes: Stakes | None = None
    about: dict[Any, Any] = field(default_factory=dict[Any, Any])


class Memory:
    """The memory of one database, shared by all threads."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._known = _Known()

    def advance(self, connection: Connection, heads: Heads) -> None:
        """Read what is new up to `heads`, at the beginning of a transaction."""
        with self._lock:
            known = self._trusted(connection, heads)
            if known is None or known.seq == heads.audit_seq:
                return
            try:
                self._read_on(connection, known, heads)
            except BaseException:
                # Sums that stand between two rows would count some changes twice.
                self._known = _Known()
                raise

    def seen(self, heads: Heads, kind: type[Record], as_of: date) -> Mapping[str, Record] | None:
        """Return id → record as stored up to `heads` without asking the database, or None."""
        with self._lock:
            found = self._known.kinds.get(kind) if self._has_records(heads) else None
            return None if found is None else found.view(as_of.isoformat())

    def records(
        self, connection: Connection, heads: Heads, kind: type[Record], as_of: date
    ) -> Mapping[str, Record] | None:
        """Return id → record as stored up to `heads`, or None when more was read since."""
        with self._lock:
            known = self._known
            if not self._has_records(heads):
                return None
            found = known.kinds.get(kind)
            if found is None:
                self._read_records(connection, known, [kind], 0, heads)
                found = known.kinds[kind]
            return found.view(as_of.isoformat())

    def sums(self, connection: Connection, heads: Heads, top: str) -> Sums:
        """Return the sums by day of an account and all below it, pending ones included."""
        with self._lock:
            known = self._known
            if (known.entry, known.entry_chain) != (heads.entry_id, heads.entry_chain):
                return _summed(_postings(connection, top, 0, heads.entry_id))
            if top not in known.sums:
                known.sums[top] = _summed(_postings(connection, top, 0, heads.entry_id))
            return {account: dict(days) for account, days in known.sums[top].items()}

    def holds(self, connection: Connection, heads: Heads) -> dict[str, OpenHold]:
        """Return the pending commits by key."""
        with self._lock:
            known = self._at(heads)
            if known is None:
                return _holds(connection, 0)
            if known.holds is None:
                known.holds = _holds(connection, 0)
            return dict(known.holds)

    def flags(self, connection: Connection, heads: Heads) -> dict[str, Flag]:
        """Return the flags of accounts, the shipped ones included."""
        with self._lock:
            known = self._at(heads)
            if known is None:
                return _flags(connection, 0)
            if known.flags is None:
                known.flags = _flags(connection, 0)
            return dict(known.flags)

    def stakes(
        self, connection: Connection, heads: Heads, first: date, last: date
    ) -> list[tuple[str, str, str, int]]:
        """Return (kind, payee, day, minor units) of what was put at stake on some days."""
        days = first.isoformat(), last.isoformat()
        with self._lock:
            known = self._known
            # Every commit, and every end of a pending one, comes with an entry of its own.
            if (known.entry, known.entry_chain) != (heads.entry_id, heads.entry_chain):
                asked = {"first": days[0], "last": days[1]}
                rows = connection.execute(_STAKES, asked).all()
                return [(kind, payee, day, int(amount)) for kind, payee, day, amount in rows]
            if known.stakes is None:
                asked = {"first": date.min.isoformat(), "last": date.max.isoformat()}
                stakes: Stakes = {}
                _count(stakes, connection.execute(_STAKES, asked))
                known.stakes = stakes
            return [
                (kind, payee, day, amount)
                for day, sums in known.stakes.items()
                if days[0] <= day <= days[1]
                for (kind, payee), amount in sums.items()
            ]

    def about(self, heads: Heads) -> dict[Any, Any]:
        """Return what was worked out from the records up to `heads`, to add to; then forgotten."""
        with self._lock:
            return self._known.about if self._has_records(heads) else {}

    def last_imported(self, connection: Connection, heads: Heads | None = None) -> date | None:
        """Return the latest known day of what was imported, as this transaction sees it.

        `heads`, those it sees, save asking when nothing was recorded since they were remembered.
        """
        with self._lock:
            known = self._known
            seq, link, row, day = known.seq, known.hash, known.row, known.imported
            if seq and heads is not None and self._has_records(heads):
                return date.fromisoformat(day) if day else None
        found, later = connection.execute(_LATER, {"seq": seq, "row": row}).one()
        if seq and found != link:
            _, later = connection.execute(_LATER, {"seq": 0, "row": 0}).one()
            day = ""
        day = max(day, later or "")
        return date.fromisoformat(day) if day else None

    def _has_records(self, heads: Heads) -> bool:
        known = self._known
        return (known.row, known.row_chain) == (heads.record_row, heads.record_chain)

    def _at(self, heads: Heads) -> _Known | None:
        known = self._known
        return known if (known.seq, known.hash) == (heads.audit_seq, heads.audit_hash) else None

    def _trusted(self, connection: Connection, heads: Heads) -> _Known | None:
        """Return what is known when the books still contain it, else a new beginning.

        None when a transaction that began before others sees less than is known.
        """
        known = self._known
        if known.seq == 0 or self._at(heads) is not None:
            return known
        if heads.audit_seq > known.seq:
            if _contains(connection, known.seq, known.hash):
                return known
        elif heads.audit_seq < known.seq:
            # An older view of the same books, or other books under the same name: either way
            # what is known does not serve it, and what is newer is checked again by its hash.
            return None
        self._known = _Known()
        return self._known

    def _read_on(self, connection: Connection, known: _Known, heads: Heads) -> None:
        if known.kinds and heads.record_row > known.row:
            self._read_records(connection, known, list(known.kinds), known.row, heads)
        if heads.record_row > known.row:
            _, later = connection.execute(_LATER, {"seq": 0, "row": known.row}).one()
            known.imported = max(known.imported, later or "")
            known.about = {}
        if known.sums and heads.entry_id > known.entry:
            for top in known.sums:
                _add(known.sums[top], _postings(connection, top, known.entry, heads.entry_id))
        if known.stakes is not None and heads.entry_id > known.entry:
            _count(known.stakes, connection.execute(_STAKED, {"entry": known.entry}))
            _count(known.stakes, connection.execute(_CHANGED, {"seq": known.seq}))
        news = set(connection.scalars(_KINDS, {"seq": known.seq}))
        if known.holds is not None and not news.isdisjoint(_HOLDING):
            known.holds.update(_holds(connection, known.seq))
            for key in connection.scalars(_ENDED, {"seq": known.seq}):
                known.holds.pop(key, None)
        if known.flags is not None and "flagged" in news:
            known.flags.update(_flags(connection, known.seq))
        known.seq, known.hash = heads.audit_seq, heads.audit_hash
        known.row, known.row_chain = heads.record_row, heads.record_chain
        known.entry, known.entry_chain = heads.entry_id, heads.entry_chain

    def _read_records(
        self, connection: Connection, known: _Known, kinds: list[type[Record]], row: int, to: Heads
    ) -> None:
        names = {kind.__name__: kind for kind in kinds}
        query = (
            select(RECORDS.c.kind, RECORDS.c.row, RECORDS.c.known, RECORDS.c.body)
            .where(RECORDS.c.row > row, RECORDS.c.row <= to.record_row)
            .order_by(RECORDS.c.row)
        )
        if row == 0:
            query = query.where(RECORDS.c.kind.in_(names))
        read = {kind: _Kind() for kind in kinds} if row == 0 else known.kinds
        for name, number, day, body in connection.execute(query):
            kind = names.get(name)
            if kind is not None:
                read[kind].add(day, number, kind.model_validate_json(body))
        known.kinds.update(read)


_MEMORIES: WeakKeyDictionary[Engine, Memory] = WeakKeyDictionary()
_MAKING = RLock()


def memory_of(engine: Engine) -> Memory:
    """Return the memory of a database; it lives as long as the engine."""
    with _MAKING:
        found = _MEMORIES.get(engine)
        if found is None:
            found = _MEMORIES[engine] = Memory()
        return found


# Built once: putting a statement together costs as much as running it.
_HASH = select(AUDIT.c.hash).where(AUDIT.c.seq == bindparam("seq", type_=BigInteger()))
_KINDS = select(AUDIT.c.kind).where(AUDIT.c.seq > bindparam("seq", type_=BigInteger())).distinct()
_ENDED = select(OUTCOMES.c.commit_key).where(
    OUTCOMES.c.source > bindparam("seq", type_=BigInteger())
)

_HOLDING = ("pending", "posted", "voided")
"""Kinds of audit rows that come with a hold or an outcome."""


def _contains(connection: Connection, seq: int, link: str) -> bool:
    return connection.scalar(_HASH, {"seq": seq}) == link


_LATER = select(
    select(AUDIT.c.hash)
    .where(AUDIT.c.seq == bindparam("seq", type_=BigInteger()))
    .scalar_subquery(),
    select(func.max(RECORDS.c.known))
    .join(AUDIT, AUDIT.c.seq == RECORDS.c.source)
    .where(
        RECORDS.c.row > bindparam("row", type_=BigInteger()),
        AUDIT.c.kind == "imported",
        RECORDS.c.kind != "Merchant",
    )
    .scalar_subquery(),
)
"""The hash of an audit row, and the latest known day of what was imported after a record row."""


def _postings(
    connection: Connection, top: str, after: int, to: int
) -> Iterable[tuple[str, str, int]]:
    """Yield (account, day, sum) of an account, those below it, and their pending legs."""
    tops = _tops(top)
    found = connection.execute(_sums_below(top), {"after": after, "to": to})
    for account, day, amount in found:
        # SQLite compares LIKE without regard to case; and `assets:cashier` is not below.
        if any(is_below(account, name) for name in tops):
            yield account, day, int(amount)


def _tops(top: str) -> tuple[str, ...]:
    return top, f"{PENDING}:credits:{top}", f"{PENDING}:debits:{top}"


@lru_cache
def _sums_below(top: str) -> Select[Any, Any, Any]:
    like = [POSTINGS.c.account.startswith(name, autoescape=True) for name in _tops(top)]
    return (
        select(POSTINGS.c.account, POSTINGS.c.day, func.sum(POSTINGS.c.amount))
        .where(
            POSTINGS.c.entry > bindparam("after", type_=BigInteger()),
            POSTINGS.c.entry <= bindparam("to", type_=BigInteger()),
            or_(*like),
        )
        .group_by(POSTINGS.c.account, POSTINGS.c.day)
    )


def _summed(rows: Iterable[tuple[str, str, int]]) -> Sums:
    sums: Sums = {}
    _add(sums, rows)
    return sums


def _add(sums: Sums, rows: Iterable[tuple[str, str, int]]) -> None:
    for account, day, amount in rows:
        days = sums.setdefault(account, {})
        days[day] = days.get(day, 0) + amount


AT_STAKE = func.sum(func.coalesce(OUTCOMES.c.stake, COMMITS.c.stake))
"""What a pending action put at stake is known better once it ended: 0 when voided."""

_STAKES = (
    select(COMMITS.c.kind, COMMITS.c.payee, COMMITS.c.day, AT_STAKE)
    .outerjoin(OUTCOMES, OUTCOMES.c.commit_key == COMMITS.c.key)
    .where(COMMITS.c.day.between(bindparam("first"), bindparam("last")))
    .group_by(COMMITS.c.kind, COMMITS.c.payee, COMMITS.c.day)
)
_STAKED = (
    select(COMMITS.c.kind, COMMITS.c.payee, COMMITS.c.day, COMMITS.c.stake)
    .join(ENTRIES, and_(ENTRIES.c.key == COMMITS.c.key, ENTRIES.c.id == COMMITS.c.entry))
    .where(ENTRIES.c.id > bindparam("entry", type_=BigInteger()))
)
_CHANGED = (
    select(COMMITS.c.kind, COMMITS.c.payee, COMMITS.c.day, OUTCOMES.c.stake - COMMITS.c.stake)
    .join(OUTCOMES, OUTCOMES.c.commit_key == COMMITS.c.key)
    .where(OUTCOMES.c.source > bindparam("seq", type_=BigInteger()))
)


def _count(stakes: Stakes, rows: Iterable[Any]) -> None:
    for kind, payee, day, amount in rows:
        sums = stakes.setdefault(day, {})
        sums[kind, payee] = sums.get((kind, payee), 0) + int(amount)


def _holds(connection: Connection, after: int) -> dict[str, OpenHold]:
    query = (
        select(
            HOLDS.c.commit_key,
            COMMITS.c.proposal,
            COMMITS.c.day,
            HOLDS.c.until,
            HOLDS.c.entry,
            HOLDS.c.reserves,
        )
        .join(COMMITS, COMMITS.c.key == HOLDS.c.commit_key)
        .outerjoin(OUTCOMES, OUTCOMES.c.commit_key == HOLDS.c.commit_key)
        .where(OUTCOMES.c.outcome.is_(None), HOLDS.c.source > after)
        .order_by(HOLDS.c.entry)
    )
    return {row[0]: OpenHold(*row) for row in connection.execute(query)}


def _flags(connection: Connection, after: int) -> dict[str, Flag]:
    flags: dict[str, Flag] = {} if after else {flag.account: flag for flag in DEFAULTS}
    query = select(FLAGS.c.account, FLAGS.c.rule, FLAGS.c.allowance).where(FLAGS.c.source > after)
    row: tuple[Any, ...]
    for row in connection.execute(query.order_by(FLAGS.c.source)):
        account, rule, allowance = row
        flags[account] = Flag(account=account, rule=rule, allowance=allowance)
    return flags
