"""The notices of one snapshot as arrays, row by row: what a search filters by, and their words.

Building them costs a second for ten thousand notices, so what was built last is kept: the arrays
by snapshot, the index by what the notices say, for most snapshots differ in other records only.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

from aicfo_sdk.model import Tender

from .index import Index
from .reach import same_currency, same_region, yearly_value
from .words import normal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from aicfo_sdk import Books

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

_KEPT = 8
_FAR = np.iinfo(np.int64).max
_LARGEST = 10**18
"""Amounts above are taken for this one: they must fit into 64 bits."""

_V = TypeVar("_V")


class Kept(Generic[_V]):
    """What was built last, under a lock: a few values by key."""

    def __init__(self, most: int = _KEPT) -> None:
        self._values: OrderedDict[Hashable, _V] = OrderedDict()
        self._most, self._lock = most, Lock()

    def get(self, key: Hashable, build: Callable[[], _V]) -> _V:
        """Return the value of a key, built when it is not at hand."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        value = build()
        with self._lock:
            self._values[key] = value
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        return value


@dataclass(frozen=True, slots=True)
class Filters:
    """What a notice must be like to be looked at. One that does not say it is kept."""

    planning: bool = False
    region: str = ""
    value_from: int | None = None
    value_to: int | None = None
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Shelf:
    """Notices in order of id, as arrays; −1 where a value is not stated in the books' currency."""

    index: Index
    ids: tuple[str, ...]
    open: Flags
    planned: Flags
    deadline: Ints
    """Ordinal of the last day, far away when none is stated."""
    value: Ints
    yearly: Ints
    small: Flags
    """Marked as suitable for small firms."""
    regions: Mapping[str, Ints]
    placed: Flags
    """States at least one place of delivery."""
    buyers: Mapping[str, Ints]
    winners: Mapping[str, Ints]
    """Rows by name, in the form of `normal`."""

    def rows_in(self, region: str) -> Flags:
        """Return whether a place of delivery is in, or holds, a region."""
        return self._rows(rows for name, rows in self.regions.items() if same_region(region, name))

    def rows_of(self, buyers: Iterable[str]) -> Flags:
        """Return whether the buyer is one of these, names in the form of `normal`."""
        return self._rows(self.buyers[name] for name in buyers if name in self.buyers)

    def wanted(self, filters: Filters, today: int) -> Flags:
        """Return which notices one may still bid for that the filters let through."""
        stage = self.open | self.planned if filters.planning else self.open
        out = stage & (self.deadline >= today)
        if filters.days is not None:
            out &= (self.deadline <= today + filters.days) | (self.deadline == _FAR)
        if filters.region:
            out &= self.rows_in(filters.region) | ~self.placed
        if filters.value_from is not None:
            out &= (self.value >= min(filters.value_from, _LARGEST)) | (self.value < 0)
        if filters.value_to is not None:
            out &= self.value <= min(filters.value_to, _LARGEST)
        return out

    def _rows(self, found: Iterable[Ints]) -> Flags:
        out = np.zeros(len(self.ids), dtype=np.bool_)
        for rows in found:
            out[rows] = True
        return out


_shelves: Kept[Shelf] = Kept()
_indexes: Kept[Index] = Kept()


def shelf_of(books: Books) -> Shelf:
    """Return the notices of a snapshot as arrays, built once; the last 8 are kept."""
    return _shelves.get(books.key, lambda: _built(books))


def _built(books: Books) -> Shelf:
    tenders = tuple(books.records(Tender).values())
    regions, buyers, winners = (dict[str, list[int]]() for _ in range(3))
    for row, tender in enumerate(tenders):
        for name in dict.fromkeys(tender.regions):
            regions.setdefault(name, []).append(row)
        if tender.buyer:
            buyers.setdefault(normal(tender.buyer), []).append(row)
        if tender.status == "awarded":
            for name in {normal(supplier) for supplier in tender.suppliers}:
                winners.setdefault(name, []).append(row)
    comparable = [same_currency(tender, books.currency) for tender in tenders]
    return Shelf(
        index=_indexes.get(_said(tenders), lambda: Index(tenders)),
        ids=tuple(tender.id for tender in tenders),
        open=_flags(tender.status == "open" for tender in tenders),
        planned=_flags(tender.status == "planning" for tender in tenders),
        deadline=_ints(t.deadline.toordinal() if t.deadline else _FAR for t in tenders),
        value=_ints(
            _amount(tender.value, same) for tender, same in zip(tenders, comparable, strict=True)
        ),
        yearly=_ints(
            _amount(yearly_value(tender) or None, same)
            for tender, same in zip(tenders, comparable, strict=True)
        ),
        small=_flags(bool(tender.sme_suitable) for tender in tenders),
        regions={name: _ints(rows) for name, rows in regions.items()},
        placed=_flags(bool(tender.regions) for tender in tenders),
        buyers={name: _ints(rows) for name, rows in buyers.items()},
        winners={name: _ints(rows) for name, rows in winners.items()},
    )


def _amount(value: int | None, same: bool) -> int:
    return -1 if value is None or not same else min(value, _LARGEST)


def _ints(values: Iterable[int]) -> Ints:
    return np.fromiter(values, dtype=np.int64)


def _flags(values: Iterable[bool]) -> Flags:
    return np.fromiter(values, dtype=np.bool_)


def _said(tenders: Sequence[Tender]) -> bytes:
    """Return a digest of all that an index is made from."""
    said = hashlib.sha256()
    for tender in tenders:
        for text in (tender.id, tender.title, tender.buyer, tender.description, *tender.codes):
            body = text.encode("utf-8", "surrogatepass")
            said.update(len(body).to_bytes(8, "big") + body)
        said.update(b"\xff" * 8)
    return said.digest()
