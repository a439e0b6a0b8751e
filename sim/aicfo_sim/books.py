"""The simulator's books: the port of `aicfo_sdk.books` over papers kept day by day."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Generic, TypeVar

import numpy as np

from aicfo_sdk import Books
from aicfo_sdk.books.port import not_a_column
from aicfo_sdk.model import Record, UntrustedText, digest

from .fen import Flags, Ints

R = TypeVar("R", bound=Record)
K = TypeVar("K", bound=Record)


class Growing(Generic[K]):
    """Records of one type that are only ever added, in the order of their ids.

    A record is built when somebody looks at it: plugins that read columns cost no record. Columns
    are extended by what is new, so that a year of daily snapshots reads each value once.
    """

    def __init__(self, table: type[K], letter: str) -> None:
        self.table, self._letter = table, letter
        self.ids: list[str] = []
        self._rows: list[dict[str, Any]] = []
        self._built: list[K | None] = []
        self._columns: dict[str, np.ndarray] = {}
        self._words: dict[str, dict[str, int]] = {}
        self._codes: dict[str, Ints] = {}

    @property
    def count(self) -> int:
        """Number of records so far."""
        return len(self.ids)

    def add(self, *, id: str = "", **values: Any) -> str:
        """Add a record, numbered in turn unless it has an id; return its id."""
        paper = id or f"{self._letter}{len(self.ids) + 1:07d}"
        self.ids.append(paper)
        self._rows.append(values)
        self._built.append(None)
        return paper

    def record(self, place: int) -> K:
        """Return the record at a place, built on first use."""
        found = self._built[place]
        if found is None:
            found = self._built[place] = self.table(id=self.ids[place], **self._rows[place])
        return found

    def snapshot(self) -> Snapshot[K]:
        """Return what is there now; later additions do not show in it."""
        return Snapshot(self, len(self.ids))

    def column(self, name: str, count: int) -> Ints:
        """Return the first `count` values of a field of whole numbers, days or flags.

        Raises: InputError for any other field.
        """
        known = self._columns.get(name)
        have = 0 if known is None else known.size
        if known is None or have < count:
            new = _column(self._values(name, have, count))
            if new is None:
                raise not_a_column(self.table, name, "integers")
            known = self._columns[name] = new if known is None else np.concatenate([known, new])
        return known[:count]

    def labels(self, name: str, count: int) -> tuple[Ints, tuple[str, ...]]:
        """Return the first `count` values of a text field as codes, and the words they stand for.

        Raises: InputError for any other field.
        """
        words = self._words.setdefault(name, {})
        known = self._codes.get(name)
        have = 0 if known is None else known.size
        if known is None or have < count:
            values = [value or "" for value in self._values(name, have, count)]
            if not all(isinstance(value, str) for value in values):
                raise not_a_column(self.table, name, "text")
            new = np.array([words.setdefault(v, len(words)) for v in values], dtype=np.int64)
            known = self._codes[name] = new if known is None else np.concatenate([known, new])
        codes = known[:count]
        shown = int(codes.max(initial=-1)) + 1
        return codes, tuple(words)[:shown]

    def _values(self, name: str, first: int, end: int) -> list[Any]:
        if name == "id":
            return self.ids[first:end]
        field = self.table.model_fields.get(name)
        if field is None:
            raise not_a_column(self.table, name, "integers or text")
        default = None if field.is_required() else field.get_default(call_default_factory=True)
        values = [row.get(name, default) for row in self._rows[first:end]]
        if field.annotation is UntrustedText:
            # As the record would hold it: without what cannot be seen.
            return [UntrustedText(value or "") for value in values]
        return values


class Snapshot(Mapping[str, K]):
    """The first so many records of a `Growing`, by id."""

    def __init__(self, source: Growing[K], count: int) -> None:
        self._source, self._count = source, count
        self._places: dict[str, int] | None = None

    def __getitem__(self, id: str) -> K:
        if self._places is None:
            self._places = {paper: place for place, paper in enumerate(self)}
        return self._source.record(self._places[id])

    def __iter__(self) -> Iterator[str]:
        return iter(self._source.ids[: self._count])

    def __len__(self) -> int:
        return self._count

    def column(self, name: str) -> Ints:
        """Return the values of a field of whole numbers, days or flags."""
        return self._source.column(name, self._count)

    def labels(self, name: str) -> tuple[Ints, tuple[str, ...]]:
        """Return a text field as codes and words."""
        return self._source.labels(name, self._count)

    def where(self, equal: Mapping[str, Any]) -> Flags:
        """Return which records have these values in these fields."""
        keep = np.ones(self._count, dtype=np.bool_)
        for name, value in equal.items():
            if isinstance(value, str):
                codes, words = self.labels(name)
                keep &= codes == (words.index(value) if value in words else -1)
            else:
                keep &= self.column(name) == _whole(value)
        return keep

    def chosen(self, rows: Flags) -> Iterator[K]:
        """Yield the chosen records; no other is built."""
        return map(self._source.record, np.flatnonzero(rows).tolist())


class MerchantBooks(Books):
    """One simulated merchant at the end of one day; a plugin cannot tell it from stored books."""

    def __init__(
        self,
        *,
        as_of: date,
        key: str,
        kinds: dict[type[Record], dict[str, Record]],
        grown: Mapping[type[Record], Snapshot[Any]],
        balances: dict[str, int],
        late: dict[type[Record], Callable[[], dict[str, Record]]],
        earlier: Mapping[type[Record], Callable[[str], tuple[Record, ...]]] | None = None,
    ) -> None:
        """`grown` are types whose records are never changed, `late` types made on first use.

        `earlier` gives states of a record before today's, of the types whose history is kept.
        """
        self._as_of, self._key = as_of, key
        self._kinds, self._grown, self._balances, self._late = kinds, grown, balances, late
        self._earlier = earlier or {}

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
            earlier=self._earlier,
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
            return grown
        if kind not in self._kinds and kind in self._late:
            self._kinds[kind] = self._late[kind]()
        return self._kinds.get(kind, {})  # pyright: ignore[reportReturnType]

    def states(self, kind: type[R], id: str) -> tuple[R, ...]:
        now = super().states(kind, id)
        before = self._earlier.get(kind)
        return now if before is None else (*before(id), *now)  # pyright: ignore[reportReturnType]

    def balance(self, account: str | None = None) -> int:
        if account is None:
            return sum(self._balances.values())
        return self._balances.get(account, 0)

    def all(self, kind: type[R], /, **equal: Any) -> Iterator[R]:
        grown = self._grown.get(kind)
        if grown is None or not equal:
            return super().all(kind, **equal)
        return grown.chosen(grown.where(equal))

    def _column(self, kind: type[Record], name: str) -> Ints:
        grown = self._grown.get(kind)
        return super()._column(kind, name) if grown is None else grown.column(name)

    def _labels(self, kind: type[Record], name: str) -> tuple[Ints, tuple[str, ...]]:
        grown = self._grown.get(kind)
        return super()._labels(kind, name) if grown is None else grown.labels(name)

    def series(self, kind: type[Record], field: str, /, *, days: int, **equal: Any) -> Ints:
        grown = self._grown.get(kind)
        if grown is None:
            return super().series(kind, field, days=days, **equal)
        out = np.zeros(days, dtype=np.int64)
        first = self._as_of - timedelta(days=days - 1)
        offset = grown.column(kind.KNOWN) - first.toordinal()
        keep = (offset >= 0) & (offset < days) & grown.where(equal)
        np.add.at(out, offset[keep], grown.column(field)[keep])
        out.flags.writeable = False
        return out


def _column(values: list[Any]) -> Ints | None:
    """Return dates as ordinals, flags as 0 or 1, missing values as 0; None where one is no number.

    Most columns hold values of one type, which is one pass in C.
    """
    kinds = set(map(type, values))
    if kinds <= {int, bool}:
        return np.array(values, dtype=np.int64)
    if kinds == {date}:
        return np.fromiter(map(date.toordinal, values), np.int64, len(values))
    numbers = [_whole(value) for value in values]
    return None if None in numbers else np.array(numbers, dtype=np.int64)


def _whole(value: Any) -> int | None:
    """Return a date as its ordinal, a flag as 0 or 1, a missing value as 0, no number as None."""
    if isinstance(value, date):
        return value.toordinal()
    if value is None:
        return 0
    return int(value) if isinstance(value, int) else None
