"""Stored books with the record states that a transaction has so far, not written yet, on top."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, TypeVar, cast

from ..model.base import Record
from ..model.bill import Bill
from ..model.invoice import Invoice, Settlement, Transaction
from .derive import derived_settlements
from .port import Books
from .snapshot import Snapshot

_R = TypeVar("_R", bound=Record)

_SETTLING = (Settlement, Bill, Invoice, Transaction)
"""What derived settlements follow from."""


class Overlay(Books):
    """A snapshot and the states added since, answered as if they had been stored."""

    def __init__(self, base: Snapshot) -> None:
        self._base = base
        self._added: dict[type[Record], dict[str, Record]] = {}
        self._merged: dict[type[Record], Mapping[str, Record]] = {}
        self._settlements: dict[str, list[Settlement]] | None = None

    @property
    def as_of(self) -> date:
        return self._base.as_of

    @property
    def currency(self) -> str:
        return self._base.currency

    @property
    def key(self) -> str:
        return f"over {self._base.key}"

    def add(self, record: Record) -> None:
        """Add a state; one that is known only after the day of these books does not show."""
        kind = type(record)
        if record.known > self.as_of:
            return
        old = self.records(kind).get(record.id)
        if old is not None and old.known > record.known:
            return
        self._added.setdefault(kind, {})[record.id] = record
        self._merged.pop(kind, None)
        if kind in _SETTLING:
            self._merged.pop(Settlement, None)
            self._settlements = None

    def records(self, kind: type[_R]) -> Mapping[str, _R]:
        found = self._merged.get(kind)
        if found is None:
            found = self._merged[kind] = self._merge(kind)
        return cast("Mapping[str, _R]", found)

    def balance(self, account: str | None = None) -> int:
        """Return the cash of the snapshot: states on top move no money."""
        return self._base.balance(account)

    def all(self, kind: type[_R], /, **equal: Any) -> Iterator[_R]:
        # Asked once per invoice that a payment settles, over all settlements there are.
        if kind is Settlement and equal.keys() == {"invoice"}:
            if self._settlements is None:
                self._settlements = {}
                for part in self.records(Settlement).values():
                    self._settlements.setdefault(part.invoice, []).append(part)
            yield from cast("list[_R]", self._settlements.get(equal["invoice"], []))
        else:
            yield from super().all(kind, **equal)

    def _merge(self, kind: type[Record]) -> Mapping[str, Record]:
        if kind is Settlement and any(changed in self._added for changed in _SETTLING):
            added = cast("dict[str, Settlement]", self._added.get(Settlement, {}))
            given = {**self._base.stored(Settlement), **added}
            shown = self._base.matched_lines()
            derived = derived_settlements(self, given.values(), shown_already=shown)
            both: dict[str, Record] = {**given, **{part.id: part for part in derived}}
            return dict(sorted(both.items()))
        over = self._added.get(kind)
        return _Merged(self._base.records(kind), over) if over else self._base.records(kind)


class _Merged(Mapping[str, Record]):
    """Two mappings as one, ordered by id; looking one up copies nothing."""

    __slots__ = ("_over", "_under")

    def __init__(self, under: Mapping[str, Record], over: Mapping[str, Record]) -> None:
        self._under, self._over = under, over

    def __getitem__(self, id: str) -> Record:
        found = self._over.get(id)
        return self._under[id] if found is None else found

    def __iter__(self) -> Iterator[str]:
        return iter(sorted({*self._under, *self._over}))

    def __len__(self) -> int:
        return len({*self._under, *self._over})
