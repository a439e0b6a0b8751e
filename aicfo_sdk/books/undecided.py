"""Cash as it would have been without the decisions taken since a day.

A warning says what comes if nothing is done. So what was done since is taken back, by the
ledger: else every shortage that an owner prevented would count as a false alarm.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import accumulate
from typing import NamedTuple

from ..model.action import (
    BuyFund,
    BuyStock,
    DiscountBill,
    DrawLoan,
    EndorseBill,
    IssueGuarantee,
    RedeemFund,
    RepayLoan,
    SubmitBid,
)
from ..model.bill import Bill
from ..model.finance import Loan
from ..model.invoice import Invoice
from .carried import Carried
from .port import Books


class Effect(NamedTuple):
    """What a decision changes in own cash from a day on, minor units; until `end`, if it ends."""

    first: date
    end: date | None
    amount: int


class CashPath:
    """Own cash at each day's end, from its changes by day."""

    def __init__(self, changes: Mapping[date, int]) -> None:
        self._days = sorted(changes)
        self._sums = list(accumulate(changes[day] for day in self._days))

    def at(self, day: date, without: Iterable[Effect] = ()) -> int:
        """Return cash at a day's end, minor units, without some decisions' effects."""
        place = bisect_right(self._days, day)
        total = self._sums[place - 1] if place else 0
        return total - sum(
            effect.amount
            for effect in without
            if effect.first <= day and (effect.end is None or day < effect.end)
        )


def decided_since(
    carried: Sequence[Carried], made: date, source: int, books: Books
) -> list[Effect]:
    """Return the effects on cash of what was decided after a brief.

    The brief was made as of `made` and is audit row `source`: what was carried out on that very
    day counts as decided after it only where its own row is a later one. Paying what was owed
    and presenting a matured bill are no decisions: whoever forecasts cash counts on them.
    """
    return [
        effect
        for one in carried
        if one.day > made or (one.day == made and one.source > source)
        for effect in _effects(one, books)
    ]


def _effects(one: Carried, books: Books) -> Iterator[Effect]:
    action = one.action
    match action:
        case EndorseBill():
            # The bill paid what money would have paid on the invoice's day.
            invoices = books.records(Invoice)
            dues = [
                invoice.due
                for name in action.settles
                if (invoice := invoices.get(name.removeprefix("Invoice:"))) and invoice.due
            ]
            yield Effect(max([one.day, *dues]), None, action.amount)
        case DiscountBill():
            yield Effect(one.day, None, one.cash)
            bill = books.records(Bill).get(action.bill)
            if bill is not None:
                yield Effect(max(bill.matures, one.day), None, -action.amount)
        case DrawLoan():
            yield Effect(one.day, max(action.due, one.day), one.cash)
        case RepayLoan():
            loan = books.records(Loan).get(action.loan)
            yield Effect(one.day, max(loan.due, one.day) if loan else None, one.cash)
        case BuyFund() | RedeemFund() | BuyStock() | SubmitBid() | IssueGuarantee():
            yield Effect(one.day, None, one.cash)
        case _:
            pass
