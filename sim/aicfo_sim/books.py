"""The simulator's books: the port of `aicfo_sdk.books` over papers kept day by day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, Generic, TypeVar

import numpy as np

from aicfo_sdk import Books, InputError
from aicfo_sdk.model import Record, digest

from .fen import Ints

R = TypeVar("R", bound=Record)
K = TypeVar("K", bound=Record)


class Growing(Generic[K]):
    """Records of one type that are only ever added, in the order of their ids.

    Columns are kept beside them and extended by what is new, so that a year of daily snapshots
    reads each field once.
    """

    def __init__(self, letter: str) -> None:
        self._letter = letter
        self.records: list[K] = []
        self._columns: dict[str, np.ndarray] = {}

    @property
    def count(self) -> int:
        """Number of records so far."""
        return len(self.records)

    def add(self, table: type[K], /, *, id: str = "", **values: Any) -> str:
        """Add a record, numbered in turn unless it has an id; return its id."""
        paper = id or f"{self._letter}{len(self.records) + 1:07d}"
        self.records.append(table(id=paper, **values))
        return paper

    def snapshot(self) -> Snapshot:
        """Return what is there now; later additions do not show in it."""
        return Snapshot(self, len(self.records))

    def column(self, name: str, count: int) -> np.ndarray:
        """Return the first `count` values of a field, as objects or whole numbers."""
        known = self._columns.get(name)
        have = 0 if known is None else known.size
        if have < count:
            values = [_plain(getattr(record, name)) for record in self.records[have:count]]
            whole = all(isinstance(value, int) for value in values)
            new = np.array(values, dtype=np.int64 if whole else object)
            known = new if known is None or not have else np.concatenate([known, new])
            self._columns[name] = known
        assert known is not None or count == 0
        return np.zeros(0, dtype=np.int64) if known is None else known[:count]


class Snapshot:
    """The first so many records of a `Growing`."""

    def __init__(self, source: Growing[Any], count: int) -> None:
        self._source, self._count = source, count
        self._mapping: dict[str, Record] | None = None

    def mapping(self) -> Mapping[str, Any]:
        """Return id → record; made on first use."""
        if self._mapping is None:
            self._mapping = {r.id: r for r in self._source.records[: self._count]}
        return self._mapping

    def column(self, name: str) -> np.ndarray:
        """Return the values of a field."""
        return self._source.column(name, self._count)

    @property
    def first(self) -> Record | None:
        """The first record, or None."""
        return self._source.records[0] if self._count else None


class MerchantBooks(Books):
    """One simulated merchant at the end of one day; a plugin cannot tell it from stored books."""

    def __init__(
        self,
        *,
        as_of: date,
        key: str,
        kinds: dict[type[Record], dict[str, Record]],
        grown: Mapping[type[Record], Snapshot],
        balances: dict[str, int],
        late: dict[type[Record], Callable[[], dict[str, Record]]],
    ) -> None:
        """`grown` are types whose records are never changed, `late` types made on first use."""
        self._as_of, self._key = as_of, key
        self._kinds, self._grown, self._balances, self._late = kinds, grown, balances, late

    def with_record(self, record: Record) -> MerchantBooks:
        """Return books with one record more, or a later state, of a type that may change."""
        kind = type(record)
        kinds = dict(self._kinds)
        kinds[kind] = dict(sorted({**self.records(kind), record.id: record}.items()))
        return MerchantBooks(
            as_of=self._as_of,
            key=f"{self._key}/{digest(record)}",
            kinds=kinds,
            grown=self._grown,
            balances=self._balances,
            late=self._late,
        )

    @property
    def as_of(self) -> date:
        return self._as_of

    @property
    def currency(self) -> str:
        return "CNY"

    @property
    def key(self) -> str:
        return self._key

    def records(self, kind: type[R]) -> Mapping[str, R]:
        grown = self._grown.get(kind)
        if grown is not None:
            return grown.mapping()
        if kind not in self._kinds and kind in self._late:
            self._kinds[kind] = self._late[kind]()
        return self._kinds.get(kind, {})  # pyright: ignore[reportReturnType]

    def balance(self, account: str | None = None) -> int:
        if account is None:
            return sum(self._balances.values())
        return self._balances.get(account, 0)

    def columns(self, kind: type[Record], *names: str) -> tuple[Ints, ...]:
        grown = self._grown.get(kind)
        if grown is None:
            return super().columns(kind, *names)
        return tuple(_whole(grown, kind, name) for name in names)

    def series(self, kind: type[Record], field: str, /, *, days: int, **equal: Any) -> Ints:
        grown = self._grown.get(kind)
        if grown is None:
            return super().series(kind, field, days=days, **equal)
        out = np.zeros(days, dtype=np.int64)
        if grown.first is not None:
            first = self._as_of - timedelta(days=days - 1)
            offset = _whole(grown, kind, kind.KNOWN) - first.toordinal()
            keep = (offset >= 0) & (offset < days)
            for name, value in equal.items():
                keep &= grown.column(name) == _plain(value)
            np.add.at(out, offset[keep], _whole(grown, kind, field)[keep])
        out.flags.writeable = False
        return out


def _whole(grown: Snapshot, kind: type[Record], name: str) -> Ints:
    if name not in kind.model_fields:
        raise InputError("not a column of integers", value=name, where=kind.__name__)
    column = grown.column(name)
    if column.dtype != np.int64:
        raise InputError("not a column of integers", value=name, where=kind.__name__)
    copy = column.copy()
    copy.flags.writeable = False
    return copy


def _plain(value: Any) -> Any:
    """Return a date as its ordinal, a flag as 0 or 1, a missing value as 0, others unchanged."""
    if isinstance(value, date):
        return value.toordinal()
    if value is None:
        return 0
    return int(value) if isinstance(value, int) else value
