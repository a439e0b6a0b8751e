"""The books port: what a tool sees of a merchant, as of one day, read only.

Stored books and simulated books both answer through `Books`; a plugin cannot tell which it has.
Nothing known only after `as_of` is ever visible.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, TypeVar, cast

from ..errors import BooksError, InputError, NotFound, UndeclaredRead
from ..model.base import Record, digest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

R = TypeVar("R", bound=Record)

NO_DAY = 0
"""How `columns` writes a missing date; days are proleptic ordinals, `date.toordinal()`."""


class Books(ABC):
    """One immutable snapshot of a merchant's records, safe across threads.

    Implementations provide `records(kind)`: id → latest state known on `as_of`, ordered by id.
    """

    @property
    @abstractmethod
    def as_of(self) -> date:
        """The day up to whose end everything known is visible."""

    @property
    @abstractmethod
    def currency(self) -> str:
        """ISO 4217 code of every amount in these books."""

    @property
    @abstractmethod
    def key(self) -> str:
        """Digest that names this snapshot: equal keys, equal contents."""

    @abstractmethod
    def records(self, kind: type[R]) -> Mapping[str, R]:
        """Return id → record of one type as known on `as_of`, ordered by id."""

    @abstractmethod
    def balance(self, account: str | None = None) -> int:
        """Return cash at the end of `as_of` in minor units: one own Account, or all of them."""

    def get(self, kind: type[R], id: str) -> R:
        """Return one record.

        Raises: NotFound when no such record is known on `as_of`.
        """
        found = self.records(kind).get(id)
        if found is None:
            near = ", ".join(list(self.records(kind))[:3])
            raise NotFound(
                f"no {kind.__name__} with this id",
                value=id,
                where=f"books as of {self.as_of.isoformat()}",
                mend=f"known ids begin: {near}" if near else f"these books hold no {kind.__name__}",
            )
        return found

    def states(self, kind: type[R], id: str) -> tuple[R, ...]:
        """Return what was known of one record day by day, oldest first, the last as it is now.

        Books that keep no history (a slice in another process; a simulated merchant, but for its
        shelves) return the last alone. Raises: NotFound as `get` does.
        """
        return (self.get(kind, id),)

    def all(self, kind: type[R], /, **equal: Any) -> Iterator[R]:
        """Yield records of one type ordered by id, those whose fields equal the given values."""
        for record in self.records(kind).values():
            if all(getattr(record, name) == value for name, value in equal.items()):
                yield record

    def columns(self, kind: type[Record], *names: str) -> tuple[Ints, ...]:
        """Return one read-only int64 array per field, ordered by id.

        Dates become ordinals (`NO_DAY` when missing), booleans 0 or 1, missing numbers 0.
        Raises: InputError for a field that is not a number, date or flag.
        """
        return tuple(_copy(self._column(kind, name)) for name in names)

    def labels(self, kind: type[Record], name: str) -> tuple[Ints, tuple[str, ...]]:
        """Return a text field as numbers: a read-only int64 array ordered by id, and the words.

        `words[codes[n]]` is the text of the n-th record ("" when missing); words come in the order
        of the first record that has them. Raises: InputError for a field that is no text.
        """
        codes, words = self._labels(kind, name)
        return _copy(codes), words

    def _column(self, kind: type[Record], name: str) -> Ints:
        """Return a column to be copied; worked out once, for a snapshot never changes."""
        known = self._worked_out()
        found = known.get((kind, name))
        if found is None:
            import numpy as np

            try:
                values = [_as_int(getattr(row, name)) for row in self.records(kind).values()]
                found = np.array(values, dtype=np.int64)
            except (AttributeError, TypeError):
                raise not_a_column(kind, name, "integers") from None
            known[kind, name] = found
        return found

    def _labels(self, kind: type[Record], name: str) -> tuple[Ints, tuple[str, ...]]:
        known = self._worked_out()
        found = known.get((kind, name, "words"))
        if found is None:
            import numpy as np

            place: dict[str, int] = {}
            codes: list[int] = []
            for row in self.records(kind).values():
                word = getattr(row, name, 0)
                if word is not None and not isinstance(word, str):
                    raise not_a_column(kind, name, "text")
                codes.append(place.setdefault(word or "", len(place)))
            if name not in kind.model_fields:
                raise not_a_column(kind, name, "text")
            found = np.array(codes, dtype=np.int64), tuple(place)
            known[kind, name, "words"] = found
        return found

    def _worked_out(self) -> dict[Any, Any]:
        return vars(self).setdefault("_columns_known", {})

    def series(self, kind: type[Record], field: str, /, *, days: int, **equal: Any) -> Ints:
        """Return daily sums of a field over the last `days` days, the last being `as_of`.

        The day of a record is its known day; `equal` keeps the records whose fields match.
        """
        import numpy as np

        out = np.zeros(days, dtype=np.int64)
        first = self.as_of - timedelta(days=days - 1)
        for record in self.all(kind, **equal):
            offset = (record.known - first).days
            if 0 <= offset < days:
                out[offset] += getattr(record, field)
        out.flags.writeable = False
        return out


class MemoryBooks(Books):
    """Books over records in memory: for tests, for the simulator, for a slice sent to a child."""

    def __init__(
        self,
        records: Iterable[Record],
        *,
        as_of: date,
        currency: str = "CNY",
        balances: Mapping[str, int] | None = None,
    ) -> None:
        """Keep the latest state of each record known on `as_of`.

        `balances` overrides the cash per own account; by default it is the sum of Transactions.
        Raises: BooksError when two states of one record carry the same day but differ.
        """
        self._as_of, self._currency = as_of, currency
        latest: dict[type[Record], dict[str, Record]] = {}
        self._earlier: dict[tuple[type[Record], str], dict[date, Record]] = {}
        for record in records:
            if record.known > as_of:
                continue
            by_id = latest.setdefault(type(record), {})
            old = by_id.get(record.id)
            if old is not None and old.known == record.known and old != record:
                raise BooksError("two states of one record on one day", value=record.ref)
            if old is not None and old.known != record.known:
                earlier = self._earlier.setdefault((type(record), record.id), {})
                first = min(old, record, key=lambda state: state.known)
                if earlier.setdefault(first.known, first) != first:
                    raise BooksError("two states of one record on one day", value=record.ref)
            if old is None or old.known <= record.known:
                by_id[record.id] = record
        self._records: dict[type[Record], dict[str, Record]] = {
            kind: dict(sorted(by_id.items())) for kind, by_id in latest.items()
        }
        self._balances = dict(balances) if balances is not None else None
        self._key = ""

    @property
    def as_of(self) -> date:
        return self._as_of

    @property
    def currency(self) -> str:
        return self._currency

    @property
    def key(self) -> str:
        if not self._key:
            self._key = self._digest()
        return self._key

    def _digest(self) -> str:
        rows = [
            [kind.__name__, record.model_dump(mode="json")]
            for kind, by_id in sorted(self._records.items(), key=lambda item: item[0].__name__)
            for record in by_id.values()
        ]
        known = [self._as_of.isoformat(), self._currency, self._balances, rows]
        if self._earlier:
            earlier = sorted((f"{kind.__name__}:{id}", kind, id) for kind, id in self._earlier)
            known.append(
                [
                    [state.model_dump(mode="json") for state in self.states(kind, id)[:-1]]
                    for _, kind, id in earlier
                ]
            )
        return digest(known)

    def states(self, kind: type[R], id: str) -> tuple[R, ...]:
        earlier = sorted(self._earlier.get((kind, id), {}).items())
        return (*(cast("R", state) for _, state in earlier), self.get(kind, id))

    def records(self, kind: type[R]) -> Mapping[str, R]:
        return self._records.get(kind, {})  # pyright: ignore[reportReturnType]

    def balance(self, account: str | None = None) -> int:
        if self._balances is not None:
            return sum(self._balances.values()) if account is None else self._balances[account]
        from ..model.invoice import Transaction

        lines = self.records(Transaction).values()
        return sum(line.amount for line in lines if account in (None, line.account))


class Declared(Books):
    """The books as one tool may see them: only the record types that it declared."""

    __slots__ = ("_books", "_kinds", "_tool")

    def __init__(self, books: Books, kinds: frozenset[type[Record]], tool: str) -> None:
        self._books, self._kinds, self._tool = books, kinds, tool

    @property
    def as_of(self) -> date:
        return self._books.as_of

    @property
    def currency(self) -> str:
        return self._books.currency

    @property
    def key(self) -> str:
        return self._books.key

    def records(self, kind: type[R]) -> Mapping[str, R]:
        self._check(kind)
        return self._books.records(kind)

    def states(self, kind: type[R], id: str) -> tuple[R, ...]:
        self._check(kind)
        return self._books.states(kind, id)

    def all(self, kind: type[R], /, **equal: Any) -> Iterator[R]:
        self._check(kind)
        return self._books.all(kind, **equal)

    def columns(self, kind: type[Record], *names: str) -> tuple[Ints, ...]:
        self._check(kind)
        return self._books.columns(kind, *names)

    def labels(self, kind: type[Record], name: str) -> tuple[Ints, tuple[str, ...]]:
        self._check(kind)
        return self._books.labels(kind, name)

    def series(self, kind: type[Record], field: str, /, *, days: int, **equal: Any) -> Ints:
        self._check(kind)
        return self._books.series(kind, field, days=days, **equal)

    def balance(self, account: str | None = None) -> int:
        from ..model.merchant import Account

        self._check(Account)
        return self._books.balance(account)

    def _check(self, kind: type[Record]) -> None:
        if kind not in self._kinds:
            declared = ", ".join(sorted(k.__name__ for k in self._kinds)) or "nothing"
            raise UndeclaredRead(
                "a tool read a record type that it does not declare",
                value=kind.__name__,
                where=f"tool {self._tool}, which declares {declared}",
                mend=f"add {kind.__name__} to reads=[…]",
            )


def not_a_column(kind: type[Record], name: str, of: str) -> InputError:
    """Return the error for a field that cannot be read as a column of integers or text."""
    return InputError(f"not a column of {of}", value=name, where=kind.__name__)


def _copy(column: Ints) -> Ints:
    """Return a copy that cannot be written: whoever lifts that changes nobody else's."""
    own = column.copy()
    own.flags.writeable = False
    return own


def _as_int(value: Any) -> int:
    if isinstance(value, date):
        return value.toordinal()
    if value is None:
        return 0
    if isinstance(value, int):
        return int(value)
    raise TypeError(type(value).__name__)
