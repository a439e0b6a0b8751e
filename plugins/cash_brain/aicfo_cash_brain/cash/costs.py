"""What is paid: commitments on their days, and costs that come again, learnt from statements."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

import numpy as np

from aicfo_sdk import Books, WorkCalendar, interest
from aicfo_sdk.model import Bill, Invoice, Loan, Obligation, Transaction

from ..columns import among, bought
from ..forecast.daykinds import Floats, Ints
from .items import NO_DAY, Ledger

LOOK_BACK = 182
_REGULAR = ("payroll", "rent", "tax", "fee")
_LINE = {"social": "tax"}
"""Kind of an Obligation → kind of its line in a statement: the tax office collects for insurers."""
_PERIODIC_GAP = 20
_SAME_EVENT_DAYS = 15


@dataclass(frozen=True, slots=True)
class Commitment:
    """A payment that is known: on which day, how much, and the record that says so."""

    day: date
    amount: int
    ref: str
    kind: str


@dataclass(slots=True)
class Costs:
    """`fixed` (horizon,) is paid whatever is sold; `purchase_share` of sales goes to suppliers.

    `by_kind` are the parts of `fixed` by kind of Obligation or statement line, "bill" and "loan".

    `known_purchases` (horizon,) are the supplier invoices already in the books, which the share
    is measured against so that nothing is paid twice. Of purchases still to be invoiced,
    `purchase_terms[k]` are paid k days after the sale that they are for; empty where unknown.
    """

    fixed: Floats
    known_purchases: Floats
    purchase_share: float = 0.0
    purchase_terms: Floats = field(default_factory=lambda: np.zeros(0))
    assumptions: list[str] = field(default_factory=list[str])
    by_kind: dict[str, Floats] = field(default_factory=dict[str, Floats])

    def add(self, kind: str, days: int | slice, amount: float) -> None:
        """Add a fixed cost of a kind on one day or on several."""
        part = self.by_kind.setdefault(kind, np.zeros_like(self.fixed))
        part[days] += amount
        self.fixed[days] += amount


def commitments(
    books: Books, ledger: Ledger, calendar: WorkCalendar, horizon: int
) -> list[Commitment]:
    """Return all known payments of the next `horizon` days, soonest first.

    What is overdue is taken as paid tomorrow; a day without banks moves to the next working day.
    """
    today = books.as_of
    found: list[Commitment] = []

    def add(due: date, amount: int, ref: str, kind: str) -> None:
        day = calendar.next_working(max(due, today + timedelta(days=1)))
        if amount > 0 and (day - today).days <= horizon:
            found.append(Commitment(day, amount, ref, kind))

    for item in ledger.payables:
        add(item.due, item.left, item.invoice.ref, "supplier")
    for duty in books.records(Obligation).values():
        if not duty.paid:
            add(duty.due, duty.amount, duty.ref, duty.kind)
    for bill in books.records(Bill).values():
        if bill.side == "payable" and bill.held == "held" and not bill.over:
            add(bill.matures, bill.face, bill.ref, "bill")
    for loan in books.records(Loan).values():
        if loan.principal:
            days = max((loan.due - loan.drawn).days, 0)
            cost = interest(loan.principal, loan.rate_ppm, days, loan.day_basis)
            add(loan.due, loan.principal + max(cost, 0), loan.ref, "loan")
    return sorted(found, key=lambda payment: (payment.day, payment.ref))


def costs(
    books: Books,
    known: list[Commitment],
    sold: float,
    sold_days: int,
    horizon: int,
    terms_days: int,
) -> Costs:
    """Return the costs of the next `horizon` days.

    `sold` are the sales of the last `sold_days` days (at most `LOOK_BACK`), minor units.
    """
    today = books.as_of
    out = Costs(np.zeros(horizon), np.zeros(horizon))
    for payment in known:
        place = (payment.day - today).days - 1
        if payment.kind == "supplier":
            out.known_purchases[place] += payment.amount
        else:
            out.add(payment.kind, place, payment.amount)

    day, amount = books.columns(Transaction, "day", "amount")
    age = today.toordinal() - day
    fresh = (age >= 0) & (age < LOOK_BACK)
    rows = fresh & (age < sold_days) & among(books, Transaction, "kind", "purchase")
    purchased = -int(amount[rows].sum())
    _learn_purchases(books, out, purchased, sold, sold_days, terms_days)
    duties = [(duty.kind, duty.due) for duty in books.records(Obligation).values()]
    for kind in _REGULAR:
        rows = fresh & among(books, Transaction, "kind", kind)
        days = {day: paid for day, paid in _by_day(day[rows], -amount[rows]).items() if paid > 0}
        if days:
            taken = [due for other, due in duties if _LINE.get(other, other) == kind]
            _learn_regular(out, kind, days, taken, today)
    return out


def _learn_purchases(
    books: Books, out: Costs, purchased: int, sold: float, sold_days: int, terms_days: int
) -> None:
    source = "payments to suppliers"
    if purchased <= 0:
        source = "supplier invoices"
        last = books.as_of.toordinal()
        issued, total = books.columns(Invoice, "issued", "total")
        rows = bought(books) & (issued > last - sold_days) & (issued <= last)
        purchased = int(total[rows].sum())
    if purchased > 0 and sold > 0:
        out.purchase_share = min(purchased / sold, 2.0)
        out.purchase_terms = _supplier_terms(books, purchased)
        paid = (
            f"paid {np.arange(len(out.purchase_terms)) @ out.purchase_terms:.0f} days later, as "
            "suppliers' invoices ask"
            if out.purchase_terms.size
            else "invoices already known count first"
        )
        out.assumptions.append(
            f"Purchases go on at {out.purchase_share:.0%} of sales, as {source} of the last "
            f"{sold_days} days show; {paid}."
        )


def _supplier_terms(books: Books, purchased: int) -> Floats:
    """Return the share of purchases that is due k days after its invoice, half a year's money.

    What is bought from tomorrow on cannot fall due before. Empty where invoices with a due day
    stand behind less than half of what was `purchased`.
    """
    first = books.as_of.toordinal() - LOOK_BACK
    issued, due, total = books.columns(Invoice, "issued", "due", "total")
    rows = bought(books) & (due != NO_DAY) & (total > 0) & (issued > first)
    if not rows.any() or 2 * int(total[rows].sum()) < purchased:
        return np.zeros(0)
    shares = np.bincount(np.maximum(due - issued, 0)[rows], weights=total[rows])
    return shares / shares.sum()


def _by_day(days: Ints, amounts: Ints) -> dict[date, int]:
    """Return the sum of each day on which there was any."""
    different, place = np.unique(days, return_inverse=True)
    sums = np.zeros(different.size, dtype=np.int64)
    np.add.at(sums, place, amounts)
    return {date.fromordinal(d): s for d, s in zip(different.tolist(), sums.tolist(), strict=True)}


def _learn_regular(
    out: Costs, kind: str, events: dict[date, int], taken: list[date], today: date
) -> None:
    """Add a cost that comes again: on its own rhythm when rare, else spread over the days."""
    days = sorted(events)
    horizon = len(out.fixed)
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    gap = float(median(gaps)) if gaps else 30.0
    if gap < _PERIODIC_GAP:
        span = max((today - days[0]).days + 1, 28)
        rate = sum(events.values()) / span
        out.add(kind, slice(None), rate)
        out.assumptions.append(f"{kind}: {rate / 100:,.2f} a day, the average of {span} days.")
        return
    amount = float(median(events[day] for day in days[-3:]))
    monthly = 26 <= gap <= 35
    count = 0
    for step in range(1, horizon + 40):
        if monthly:
            due = _month_later(days[-1], step)
        else:
            due = days[-1] + timedelta(days=round(gap * step))
        place = (due - today).days - 1
        if place >= horizon:
            break
        if place < 0 or any(abs((due - other).days) <= _SAME_EVENT_DAYS for other in taken):
            continue
        out.add(kind, place, amount)
        count += 1
    if count:
        rhythm = "a month" if monthly else f"each {gap:.0f} days"
        out.assumptions.append(f"{kind}: {amount / 100:,.2f} {rhythm}, as before.")


def _month_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
