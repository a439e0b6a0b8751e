"""Books as they stood on an earlier day, as far as the books of a later one show it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar, cast

import numpy as np

from aicfo_sdk import Books, InputError
from aicfo_sdk.model import Bill, FundPosition, Invoice, Loan, Obligation, Record, Transaction

from ..columns import among
from ..forecast.daykinds import Flags, Ints

R = TypeVar("R", bound=Record)
_CHANGING = (Bill, FundPosition, Loan, Obligation)
"""Types whose states follow one another, few records each; an Invoice changes when it is void."""


class EarlierBooks(Books):
    """What books show of an earlier day: nothing known later, later states taken back.

    Later books hold the last state of each record. Taken back are: an invoice made void (it
    stood), a bill passed on or paid (it was held), an obligation paid (it was open), a loan repaid
    (what statements show as repaid since is added to the one due first), money moved into a fund
    that pays at once.
    """

    def __init__(self, later: Books, day: date) -> None:
        """Raises: InputError where the day is after that of the books."""
        if day > later.as_of:
            raise InputError(
                "books cannot be seen as of a later day",
                value=day.isoformat(),
                where=f"books as of {later.as_of.isoformat()}",
                mend="ask for an earlier day",
            )
        self._later, self._day = later, day
        self._found: dict[type[Record], Mapping[str, Record]] = {}
        self._shown: dict[type[Record], Flags] = {}

    @property
    def as_of(self) -> date:
        return self._day

    @property
    def currency(self) -> str:
        return self._later.currency

    @property
    def key(self) -> str:
        return f"{self._later.key}<{self._day.isoformat()}"

    def balance(self, account: str | None = None) -> int:
        """Return today's cash less what moved since; an opening stated since was there before."""
        day, amount = self._later.columns(Transaction, "day", "amount")
        rows = (day > self._day.toordinal()) & ~among(self._later, Transaction, "kind", "opening")
        if account is not None:
            rows &= among(self._later, Transaction, "account", account)
        return self._later.balance(account) - int(amount[rows].sum())

    def records(self, kind: type[R]) -> Mapping[str, R]:
        found = self._found.get(kind)
        if found is None:
            found = self._found[kind] = self._read(kind)
        return cast("Mapping[str, R]", found)

    def columns(self, kind: type[Record], *names: str) -> tuple[Ints, ...]:
        if self._restated(kind):
            return super().columns(kind, *names)
        rows = self._rows(kind)
        return tuple(column[rows] for column in self._later.columns(kind, *names))

    def labels(self, kind: type[Record], name: str) -> tuple[Ints, tuple[str, ...]]:
        if self._restated(kind):
            return super().labels(kind, name)
        codes, words = self._later.labels(kind, name)
        codes = codes[self._rows(kind)]
        used, first = np.unique(codes, return_index=True)
        order = np.argsort(first)
        place = np.zeros(len(words), dtype=np.int64)
        place[used[order]] = np.arange(used.size)
        kept: list[int] = used[order].tolist()
        return place[codes], tuple(words[code] for code in kept)

    def _rows(self, kind: type[Record]) -> Flags:
        """Which records of the later books are known by the day."""
        rows = self._shown.get(kind)
        if rows is None:
            (known,) = self._later.columns(kind, kind.KNOWN)
            rows = self._shown[kind] = known <= self._day.toordinal()
        return rows

    def _restated(self, kind: type[Record]) -> bool:
        """Whether a record of the type may have stood otherwise on the day."""
        if kind is Invoice:
            issued, updated = self._later.columns(Invoice, "issued", "updated")
            day = self._day.toordinal()
            return bool(((issued <= day) & (updated > day)).any())
        return kind in _CHANGING

    def _read(self, kind: type[Record]) -> Mapping[str, Record]:
        records = self._later.records(kind)
        if not self._restated(kind):
            rows = self._rows(kind).tolist()
            return {id: records[id] for id, shown in zip(records, rows, strict=True) if shown}
        found = {id: self._then(record) for id, record in records.items()}
        out = {id: record for id, record in found.items() if record is not None}
        if kind is Loan:
            _add_to_first(out, records, "principal", -self._moved("loan", -1))
        if kind is FundPosition:
            _add_to_first(out, records, "amount", self._moved("transfer", 0))
        return out

    def _then(self, record: Record) -> Record | None:
        """Return a record as it stood on the day, none where it was not there."""
        if record.known <= self._day:
            return record
        match record:
            case Invoice(issued=first):
                back: dict[str, Any] = {"updated": first, "status": "normal"}
            case Bill():
                first = record.received or record.issued
                back = {"updated": first, "held": "held", "circulation": "transferable"}
            case Obligation(paid=True):
                # When it became known is not kept once it is paid.
                first, back = self._day, {"known_since": self._day, "paid": False}
            case Loan(drawn=first):
                back = {"updated": first}
            case FundPosition(notice_days=0):
                first, back = self._day, {"updated": self._day}
            case _:
                return None
        return record.model_copy(update=back) if first <= self._day else None

    def _moved(self, kind: str, sign: int) -> int:
        """Return the sum of statement lines of a kind since; with a sign, of those alone."""
        day, amount = self._later.columns(Transaction, "day", "amount")
        rows = (day > self._day.toordinal()) & among(self._later, Transaction, "kind", kind)
        if sign:
            rows &= amount * sign > 0
        return int(amount[rows].sum())


def _add_to_first(
    out: dict[str, Record], records: Mapping[str, Record], field: str, amount: int
) -> None:
    """Take back what moved since: to the restated record that falls due first."""
    changed = [id for id, record in out.items() if record is not records[id]]
    changed.sort(key=lambda id: (getattr(out[id], "due", date.max), id))
    for id in changed[:1]:
        value = max(getattr(out[id], field) + amount, 0)
        out[id] = out[id].model_copy(update={field: value})
