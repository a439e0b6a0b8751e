"""The states that the books already hold of the records at hand, and those just added."""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import Connection, func, select

from ..model import record_type
from ..model.base import Record
from ..model.bill import Bill
from ..model.invoice import Transaction
from .openings import opening_id
from .schema import AUDIT, RECORDS

_R = TypeVar("_R", bound=Record)

_PIECE = 500
"""Ids asked for at once: databases limit the variables of one statement."""


@dataclass(slots=True, order=True)
class State:
    """One stored state; `imported` tells papers from what a commit or reconciliation wrote."""

    known: date
    row: int
    imported: bool = field(compare=False)
    value: Record | str = field(compare=False)

    def record(self, kind: type[_R]) -> _R:
        """Return the record of this state."""
        if isinstance(self.value, kind):
            return self.value
        record = kind.model_validate_json(str(self.value))
        self.value = record
        return record


class History:
    """States by type and id, ordered by known day and row."""

    def __init__(self, connection: Connection, records: Sequence[Record]) -> None:
        """Load the states of `records` and, for bills, of all holdings of the same packages."""
        self._connection = connection
        self._states: dict[tuple[str, str], list[State]] = {}
        self._holdings: dict[tuple[str, int, int], str] = {}
        self._own = frozenset(
            connection.scalars(select(AUDIT.c.seq).where(AUDIT.c.kind != "imported"))
        )
        wanted: dict[str, set[str]] = {}
        for record in records:
            opening = isinstance(record, Transaction) and record.kind == "opening"
            id = opening_id(record) if opening else record.id
            wanted.setdefault(type(record).__name__, set()).add(id)
        for kind, ids in wanted.items():
            self._load(kind, "id", sorted(ids))
        numbers = {record.number for record in records if isinstance(record, Bill)}
        self._load("Bill", "tag", sorted(numbers))

    def states(self, record: Record) -> Sequence[State]:
        """Return the known states of the same thing, by known day and row."""
        return self._states.get((type(record).__name__, record.id), ())

    def around(self, record: Record) -> tuple[Record | None, Record | None]:
        """Return the records just before and just after the known day of a new one."""
        before, after = self.neighbours(record)
        kind = type(record)
        return (
            before.record(kind) if before else None,
            after.record(kind) if after else None,
        )

    def neighbours(self, record: Record) -> tuple[State | None, State | None]:
        """Return the states just before and just after the known day of a new one."""
        before = after = None
        for state in self.states(record):
            if state.known <= record.known:
                before = state
            else:
                after = state
                break
        return before, after

    def add(self, record: Record, row: int) -> None:
        """Add a state that was just written."""
        self._insert(type(record), record.id, State(record.known, row, True, record))

    def holding(self, bill: Bill) -> str | None:
        """Return the id by which the same holding (number and range) is known, if it is."""
        return self._holdings.get((bill.number, bill.range_start, bill.range_end))

    def last_day(self) -> date:
        """Return the last known day of the whole books, for an import that brings no record."""
        last = self._connection.scalar(select(func.max(RECORDS.c.known)))
        return date.fromisoformat(last) if last else date.min

    def _load(self, kind: str, column: str, values: Sequence[str]) -> None:
        for start in range(0, len(values), _PIECE):
            query = select(
                RECORDS.c.row, RECORDS.c.id, RECORDS.c.known, RECORDS.c.source, RECORDS.c.body
            ).where(RECORDS.c.kind == kind, RECORDS.c[column].in_(values[start : start + _PIECE]))
            for row in self._connection.execute(query.order_by(RECORDS.c.row)):
                self._take(kind, tuple(row))

    def _take(self, kind: str, row: tuple[Any, ...]) -> None:
        number, id, known, source, body = row
        imported = source not in self._own
        state = State(date.fromisoformat(known), number, imported, body)
        if state not in self._states.get((kind, id), ()):
            self._insert(record_type(kind), id, state)

    def _insert(self, kind: type[Record], id: str, state: State) -> None:
        states = self._states.setdefault((kind.__name__, id), [])
        insort(states, state)
        if kind is Bill:
            bill = state.record(Bill)
            self._holdings[bill.number, bill.range_start, bill.range_end] = id
