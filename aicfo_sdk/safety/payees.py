"""Who a payee is to the books: since when they know it, and whom its name may be taken for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

from ..books.port import Books
from ..model.merchant import Counterparty
from .likeness import Names

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from ..books.chain import Heads


class Seen(NamedTuple):
    """How long the books know a party; tuples compare, the older party first.

    `import_row` is the audit row that first named it: papers may claim any day, but they cannot
    have come in before they did. `account_since` is the day its account number last changed.
    """

    import_row: int
    since: date
    account_since: date | None = None

    @property
    def age(self) -> tuple[int, date]:
        """What tells the older of two parties: the lesser."""
        return self.import_row, self.since


Acquaintance = Callable[[str], Seen | None]
"""Says since when the books know a party, None when they do not."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """Older parties that a payee may be taken for: those it looks like, those it comes near."""

    older: tuple[str, ...] = ()
    """Whose names look the same, and who were there before."""
    undecided: tuple[str, ...] = ()
    """Whose names look the same, and who came on the same day."""
    near: tuple[tuple[str, str], ...] = ()
    """Older ones whose names are near, each with the reason."""


def likeness(payee: str, books: Books, seen: Acquaintance) -> Likeness:
    """Return whom a payee of the books may be taken for."""
    mine = seen(payee)
    if mine is None:
        return Likeness()
    same, close = _names(books.records(Counterparty)).like(payee)
    ages = {other: found.age for other in (*same, *close) if (found := seen(other)) is not None}
    return Likeness(
        older=tuple(other for other in same if other in ages and ages[other] < mine.age),
        undecided=tuple(other for other in same if ages.get(other) == mine.age),
        near=tuple(
            (other, reason)
            for other, reason in close.items()
            if other in ages and ages[other] < mine.age
        ),
    )


def seen_in(books: Books) -> Acquaintance:
    """Return what the records alone say: all came in together, each known since its day."""
    parties = books.records(Counterparty)

    def seen(party: str) -> Seen | None:
        found = parties.get(party)
        return None if found is None else Seen(0, found.known_since)

    return seen


def seen_by(connection: Connection, heads: Heads) -> Acquaintance:
    """Return what stored books say, by when each state of a party came in.

    A paper may carry any day, so a party is not older than the last day that was known before
    the import that first named it; those of the first import are as old as their papers say.
    Any account number that was not there in the import before counts as a change.
    """
    from ..books.memory import memory_of

    known: dict[str, Seen | None] = memory_of(connection.engine).about(heads).setdefault("seen", {})

    def seen(party: str) -> Seen | None:
        if party not in known:
            known[party] = _history(connection, party)
        return known[party]

    return seen


def _history(connection: Connection, party: str) -> Seen | None:
    from sqlalchemy import select

    from ..books.schema import RECORDS

    query = (
        select(RECORDS.c.body, RECORDS.c.source)
        .where(RECORDS.c.kind == Counterparty.__name__, RECORDS.c.id == party)
        .order_by(RECORDS.c.row)
    )
    rows = connection.execute(query).all()
    if not rows:
        return None
    first = int(rows[0][1])
    states = [(Counterparty.model_validate_json(body), int(source)) for body, source in rows]
    since = min(state.known_since for state, source in states if source == first)
    before = _day_before(connection, first)
    changed, account = None, states[0][0].payee_account
    for state, source in states:
        if state.payee_account not in (None, account):
            account = state.payee_account
            days = [day for day in (changed, _day_before(connection, source)) if day is not None]
            changed = max((state.known_since, *days))
    return Seen(first, since if before is None else max(since, before), changed)


_DAYS_BEFORE: WeakKeyDictionary[Engine, dict[int, date | None]] = WeakKeyDictionary()


def _day_before(connection: Connection, source: int) -> date | None:
    """Return the last day known before an audit row, None before the first import.

    Rows before a row never change, so the answer is kept.
    """
    kept = _DAYS_BEFORE.setdefault(connection.engine, {})
    if source not in kept:
        from sqlalchemy import func, select

        from ..books.schema import AUDIT

        query = select(func.max(AUDIT.c.day)).where(
            AUDIT.c.seq < source, AUDIT.c.kind == "imported"
        )
        day = connection.scalar(query)
        kept[source] = None if day is None else date.fromisoformat(day)
    return kept[source]


_kept: list[tuple[Mapping[str, Counterparty], Names]] = []
"""The names of the last books looked at; they are the same for every action of a group."""


def _names(parties: Mapping[str, Counterparty]) -> Names:
    for mapping, names in tuple(_kept):
        if mapping is parties:
            return names
    names = Names(parties)
    _kept.append((parties, names))
    del _kept[:-4]
    return names
