"""When customers pay: each by its own past delays, else by what customers do in general."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from aicfo_sdk import Books, WorkCalendar
from aicfo_sdk.model import Bill, Invoice, Settlement

from ..columns import among
from ..forecast.daykinds import Flags, Floats, Ints
from .items import Ledger, OpenItem

# Days after the due day, where the books show too few payments: most pay on time, some weeks late.
PRIOR_DELAYS = (0, 0, 1, 3, 7, 14, 30)
_OWN_ENOUGH, _OWN_LAST = 10, 20
_NEVER_DAYS, _NEVER_MOST = 180, 0.9
_DRAWN_ONE_BY_ONE = 200
_HABIT_DAYS = 182


def pooled_delays(ledger: Ledger) -> tuple[tuple[int, ...], bool]:
    """Return seven delays that stand for all customers, and whether they were measured."""
    seen = sorted(late for found in ledger.delays.values() for late in found)
    if len(seen) < 5:
        return PRIOR_DELAYS, False
    places = np.linspace(0.05, 0.95, len(PRIOR_DELAYS))
    return tuple(int(value) for value in np.quantile(np.array(seen), places)), True


def delays_of(customer: str, ledger: Ledger, pooled: tuple[int, ...]) -> tuple[int, ...]:
    """Return the delays a customer may take, each as likely as the others."""
    own = ledger.delays.get(customer, ())[-_OWN_LAST:]
    return own if len(own) >= _OWN_ENOUGH else own + pooled


def waits(item: OpenItem, delays: tuple[int, ...], today: date) -> tuple[Ints, float]:
    """Return possible days from today to payment, and the chance that none comes in sight.

    Only delays longer than the one already seen are possible. Later than any of them, the wait
    is taken as spread over as many days again, and paying at all becomes less likely, down to
    one in ten after 180 days.
    """
    ahead = (item.due - today).days
    possible = [ahead + delay for delay in delays if ahead + delay >= 1]
    if possible:
        return np.array(possible, dtype=np.int64), 0.0
    overdue = max(-ahead, 1)
    spread = np.linspace(1, max(overdue, 14), 8).astype(np.int64)
    return spread, min(overdue / _NEVER_DAYS, _NEVER_MOST)


def receipt_paths(
    ledger: Ledger,
    pooled: tuple[int, ...],
    today: date,
    horizon: int,
    paths: int,
    calendar: WorkCalendar,
    rng: np.random.Generator,
) -> Floats:
    """Return money from open invoices per path and day, (paths, horizon), minor units.

    The largest invoices are drawn one by one; the small rest arrives as its expectation.
    """
    out = np.zeros((paths, horizon + 1))
    landing = working_landing(today, horizon, calendar)
    rows = np.arange(paths)
    ranked = sorted(ledger.receivables, key=lambda item: (-item.left, item.invoice.id))
    for place, item in enumerate(ranked):
        days, never = waits(item, delays_of(item.invoice.counterparty, ledger, pooled), today)
        arrive = landing[np.minimum(days, horizon + 1) - 1]
        if place < _DRAWN_ONE_BY_ONE:
            drawn = arrive[rng.integers(0, len(arrive), paths)]
            if never:
                drawn = np.where(rng.random(paths) < never, horizon, drawn)
            out[rows, drawn] += item.left
        else:
            share = np.bincount(arrive, minlength=horizon + 1) / len(arrive)
            out += item.left * (1 - never) * share
    return out[:, :horizon]


def bill_habit(books: Books) -> Floats:
    """Return the share of what customers settle that comes by bill and is money k days later.

    Counted over the last half year's settlements of sales; `sum()` is the share by bill. Empty
    where no customer paid by bill.
    """
    day, amount = books.columns(Settlement, "day", "amount")
    recent = np.flatnonzero(day > (books.as_of - timedelta(days=_HABIT_DAYS)).toordinal())
    codes, invoices = books.labels(Settlement, "invoice")
    sold = set(map(list(books.records(Invoice)).__getitem__, np.flatnonzero(_sales(books))))
    ours = np.array([invoice in sold for invoice in invoices], dtype=np.bool_)
    recent = recent[ours[codes[recent]]] if recent.size else recent
    settled = int(amount[recent].sum())
    by_bill = recent[among(books, Settlement, "by", "bill")[recent]]
    codes, sources = books.labels(Settlement, "source")
    bills = books.records(Bill)
    days: list[int] = []
    amounts: list[int] = []
    for row in by_bill.tolist():
        bill = bills.get(sources[codes[row]].removeprefix("Bill:"))
        if bill is not None:
            days.append(max(bill.matures.toordinal() - int(day[row]), 0))
            amounts.append(int(amount[row]))
    if not days or settled <= 0:
        return np.zeros(0)
    return np.bincount(days, weights=amounts) / settled


def may_pay(bill: Bill) -> bool:
    """Whether a bill is on hand and brings its face at maturity."""
    # Of one that was refused, or not presented in time, nobody knows when it is paid.
    ours = bill.side == "receivable" and bill.held == "held"
    return ours and bill.circulation not in ("claimed", "ended")


def _sales(books: Books) -> Flags:
    return among(books, Invoice, "direction", "sales")


@lru_cache(maxsize=256)
def working_landing(today: date, horizon: int, calendar: WorkCalendar) -> Ints:
    """Return for each day from tomorrow the index of the working day on which money lands.

    Has horizon + 1 entries; `horizon` itself stands for "after the horizon".
    """
    out = np.full(horizon + 1, horizon, dtype=np.int64)
    following = horizon
    for index in range(horizon - 1, -1, -1):
        if calendar.is_working(today + timedelta(days=index + 1)):
            following = index
        out[index] = following
    out.flags.writeable = False
    return out


def payment_kernel(pooled: tuple[int, ...], terms_days: int, horizon: int) -> Floats:
    """Return the share of a new invoice that is paid k days after issue, k < horizon."""
    kernel = np.zeros(horizon)
    for delay in pooled:
        day = max(terms_days + delay, 0)
        if day < horizon:
            kernel[day] += 1 / len(pooled)
    return kernel
