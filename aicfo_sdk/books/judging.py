"""Whether what a piece of advice expected came true, by what the books show later.

Nobody asks the plugin that said it. The books are read as of one day; what a claim's last day
needs and they do not reach yet is `open`, what they can never tell is `cannot_say`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from typing import Literal, NamedTuple, TypeVar

from ..model.action import PresentBill, SubmitBid
from ..model.base import Record
from ..model.bill import Bill
from ..model.expectation import (
    BillWaiting,
    CashAbove,
    CashBelow,
    Expectation,
    InvoicesOpen,
    NoBid,
    ReceiptMissing,
    SalesBelow,
)
from ..model.invoice import Invoice, Settlement, Transaction
from ..model.merchant import Merchant
from ..model.sales import DailySales
from ..model.tender import Tender
from .carried import Carried
from .port import Books
from .undecided import CashPath, decided_since

Outcome = Literal["came_true", "did_not_come", "averted", "open", "cannot_say"]

_R = TypeVar("_R", bound=Record)

_ONE = timedelta(days=1)
_MOVED = ("collecting", "claimed", "ended")


class Verdict(NamedTuple):
    """How a claim came out, and on which day that was clear (None: it is not).

    `seen` is the amount that decided it, minor units, where an amount did: the lowest cash, the
    takings, what was still open.
    """

    outcome: Outcome
    day: date | None = None
    seen: int | None = None


_OPEN = Verdict("open")
_UNKNOWN = Verdict("cannot_say")


class Judge:
    """Judges claims by books as of one day."""

    def __init__(
        self, books: Books, *, cash: Mapping[date, int], carried: Sequence[Carried], last: date
    ) -> None:
        """`cash` are the changes of own cash by day, `last` the last day that files told of."""
        self._books, self._path = books, CashPath(cash)
        self._carried, self._last = carried, min(last, books.as_of)

    def verdict(self, expects: Expectation, *, made: date, source: int) -> Verdict:
        """Return how a claim came out that the brief of audit row `source` made as of `made`."""
        match expects:
            case CashBelow() | CashAbove():
                return self._cash(expects, made, source)
            case SalesBelow():
                return self._sales(expects)
            case InvoicesOpen():
                return self._invoices(expects, made)
            case ReceiptMissing():
                return self._receipt(expects)
            case BillWaiting():
                return self._bill(expects)
            case NoBid():
                return self._bid(expects)

    def _cash(self, expects: CashBelow | CashAbove, made: date, source: int) -> Verdict:
        told = self._statements
        if told is None or expects.by <= made:
            return _UNKNOWN
        without = decided_since(self._carried, made, source, self._books)
        if isinstance(expects, CashBelow) and self._path.at(made, without) < expects.amount:
            # It was so already when it was said: that foretells nothing.
            return _UNKNOWN
        lowest: int | None = None
        prevented = False
        for day in _days(made + _ONE, min(expects.by, told)):
            undecided = self._path.at(day, without)
            lowest = undecided if lowest is None else min(lowest, undecided)
            if undecided >= expects.amount:
                continue
            if isinstance(expects, CashAbove):
                return Verdict("did_not_come", day, undecided)
            if self._path.at(day) < expects.amount:
                return Verdict("came_true", day, undecided)
            prevented = True
        if told < expects.by:
            return _OPEN
        if isinstance(expects, CashAbove):
            return Verdict("came_true", expects.by, lowest)
        return Verdict("averted" if prevented else "did_not_come", expects.by, lowest)

    def _sales(self, expects: SalesBelow) -> Verdict:
        days, amounts = self._takings.get(expects.store, ((), ()))
        if not self._sales_end or self._sales_end < expects.by:
            return _OPEN
        here = [
            amount
            for day, amount in zip(days, amounts, strict=True)
            if expects.first <= day <= expects.by
        ]
        if not here:
            return _UNKNOWN
        total = sum(here)
        outcome: Outcome = "came_true" if total < expects.amount else "did_not_come"
        return Verdict(outcome, expects.by, total)

    def _invoices(self, expects: InvoicesOpen, made: date) -> Verdict:
        told, invoices = self._statements, self._books.records(Invoice)
        found = [invoices.get(id) for id in expects.invoices]
        if told is None or any(
            one is None
            or one.status != "normal"
            or (one.counterparty, one.number) in self._reversed
            for one in found
        ):
            return _UNKNOWN
        left = sum(one.total for one in found if one is not None)
        paid = sorted(part for id in expects.invoices for part in self._settled.get(id, ()))
        for day, amount in paid:
            if day > expects.by:
                break
            left -= amount
            if left < expects.amount:
                return Verdict("did_not_come", max(day, made), left)
        return Verdict("came_true", expects.by, left) if told >= expects.by else _OPEN

    def _receipt(self, expects: ReceiptMissing) -> Verdict:
        told = self._statements
        if told is None:
            return _UNKNOWN
        came = [
            line.day
            for line in self._books.all(Transaction, amount=expects.amount)
            if expects.since <= line.day <= expects.by
        ]
        if came:
            return Verdict("did_not_come", min(came), expects.amount)
        return Verdict("came_true", expects.by, 0) if told >= expects.by else _OPEN

    def _bill(self, expects: BillWaiting) -> Verdict:
        states = self._states(Bill, expects.bill)
        if not states:
            return _UNKNOWN
        moved = next((state.updated for state in states if not _waits(state)), None)
        if moved is not None and moved <= expects.by:
            return Verdict("averted", moved)
        if self._last < expects.by:
            return _OPEN
        late = any(
            isinstance(one.action, PresentBill)
            and one.action.bill == expects.bill
            and one.day > expects.by
            for one in self._carried
        )
        # A list of bills that came later may show what happened in time.
        return Verdict("came_true", expects.by) if moved is None or late else _UNKNOWN

    def _bid(self, expects: NoBid) -> Verdict:
        states = self._states(Tender, expects.tender)
        if not states:
            return _UNKNOWN
        bids = [
            one.day
            for one in self._carried
            if isinstance(one.action, SubmitBid)
            and one.action.tender == expects.tender
            and one.day <= expects.by
        ]
        if bids:
            return Verdict("averted", min(bids))
        tender = states[-1]
        owners = {owner.name for owner in self._books.records(Merchant).values()}
        if owners & set(tender.suppliers):
            return Verdict("averted", min(tender.updated, expects.by))
        known = [state for state in states if state.updated <= expects.by]
        if known and (known[-1].status == "cancelled" or known[-1].deadline != expects.by):
            return Verdict("did_not_come", known[-1].updated)
        return Verdict("came_true", expects.by) if self._last >= expects.by else _OPEN

    def _states(self, kind: type[_R], id: str) -> tuple[_R, ...]:
        return self._books.states(kind, id) if id in self._books.records(kind) else ()

    @cached_property
    def _statements(self) -> date | None:
        """The last day of which a statement tells."""
        (days,) = self._books.columns(Transaction, "day")
        return min(date.fromordinal(int(days.max())), self._last) if len(days) else None

    @cached_property
    def _takings(self) -> dict[str, tuple[list[date], list[int]]]:
        found: dict[str, tuple[list[date], list[int]]] = defaultdict(lambda: ([], []))
        for row in self._books.records(DailySales).values():
            days, amounts = found[row.store]
            days.append(row.day)
            amounts.append(row.amount)
        return found

    @cached_property
    def _sales_end(self) -> date | None:
        """The last day of which any store's takings are known."""
        return max((max(days) for days, _ in self._takings.values()), default=None)

    @cached_property
    def _settled(self) -> dict[str, list[tuple[date, int]]]:
        found: dict[str, list[tuple[date, int]]] = defaultdict(list)
        for part in self._books.records(Settlement).values():
            found[part.invoice].append((part.day, part.amount))
        return found

    @cached_property
    def _reversed(self) -> set[tuple[str, str]]:
        """Party and number of invoices that a red one takes back: what is left is not told."""
        return {
            (one.counterparty, one.reverses)
            for one in self._books.records(Invoice).values()
            if one.status == "red" and one.direction == "sales"
        }


def _waits(bill: Bill) -> bool:
    return bill.held == "held" and bill.circulation not in _MOVED and not bill.over


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += _ONE
