"""What is still open: invoices net of payments and red invoices, with the day each falls due."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

import numpy as np

from aicfo_sdk import Books
from aicfo_sdk.model import Counterparty, Invoice, Settlement, Transaction

from ..columns import among
from ..forecast.daykinds import Ints

NO_DAY = 0
"""How columns write a missing day."""


@dataclass(frozen=True, slots=True)
class OpenItem:
    """An invoice with what is left to pay on it."""

    invoice: Invoice
    left: int
    due: date


@dataclass(frozen=True, slots=True)
class Ledger:
    """Open invoices of both sides and how customers paid so far.

    `delays` maps a customer to the days from due to payment of its past invoices, oldest first.
    `assumed` is true when the books hold no payments at all, so that invoices past their due
    day are taken as paid.
    """

    receivables: tuple[OpenItem, ...]
    payables: tuple[OpenItem, ...]
    delays: dict[str, tuple[int, ...]]
    assumed: bool


def open_ledger(books: Books, default_days: int) -> Ledger:
    """Return the open items on the as-of day.

    An invoice falls due on its agreed day, else its counterparty's terms after issue, else the
    default. Red invoices first lower the one they reverse, else the customer's oldest; void
    invoices and those settled on the spot are never open.
    """
    known = (books.key, default_days)
    found = _recent.get(known)
    if found is None:
        found = _read(books, default_days)
        for old in list(_recent)[: len(_recent) - _KEPT + 1]:
            _recent.pop(old, None)
        _recent[known] = found
    return found


_KEPT = 128
_recent: dict[tuple[str, int], Ledger] = {}
"""Ledgers of the snapshots last asked about, which several tools read; a key names its contents."""


def _read(books: Books, default_days: int) -> Ledger:
    paid = _settled(books)
    ids = list(books.records(Invoice))
    issued, due, total, spot = books.columns(Invoice, "issued", "due", "total", "settled_at_sale")
    codes, parties = books.labels(Invoice, "counterparty")
    due = np.where(due == NO_DAY, issued + _terms(books, parties, default_days)[codes], due)
    stands = ~among(books, Invoice, "status", "void") & (spot == 0)
    assumed = not paid and not books.records(Transaction)
    sales = np.flatnonzero(stands & among(books, Invoice, "direction", "sales"))
    purchases = np.flatnonzero(stands & among(books, Invoice, "direction", "purchase"))

    delays: dict[str, list[tuple[int, int]]] = defaultdict(list)
    sold: list[int] = sales[total[sales] > 0].tolist() if paid else []
    for row in sold:
        amount, last = paid.get(ids[row], (0, 0))
        if last and total[row] <= amount:
            delays[parties[codes[row]]].append((last, last - int(due[row])))

    def items(rows: Ints) -> tuple[OpenItem, ...]:
        owed = _left(books, ids, rows, total, paid)
        found = [
            OpenItem(books.get(Invoice, ids[row]), left, date.fromordinal(int(due[row])))
            for row, left in owed.items()
            if left > 0 and not (assumed and due[row] <= books.as_of.toordinal())
        ]
        return tuple(sorted(found, key=lambda item: (item.due, item.invoice.id)))

    return Ledger(
        receivables=items(sales),
        payables=items(purchases),
        delays={party: tuple(late for _, late in sorted(found)) for party, found in delays.items()},
        assumed=assumed,
    )


def _settled(books: Books) -> dict[str, tuple[int, int]]:
    """Return by invoice what was paid on it and the last day on which something was."""
    codes, invoices = books.labels(Settlement, "invoice")
    amount, day = books.columns(Settlement, "amount", "day")
    sums, last = np.zeros((2, len(invoices)), dtype=np.int64)
    np.add.at(sums, codes, amount)
    np.maximum.at(last, codes, day)
    return dict(zip(invoices, zip(sums.tolist(), last.tolist(), strict=True), strict=True))


def _terms(books: Books, parties: tuple[str, ...], default_days: int) -> Ints:
    """Return the agreed days to pay of each party, the default where none are known."""
    known = books.records(Counterparty)
    days = [getattr(known.get(party), "terms_days", None) for party in parties]
    return np.array([default_days if found is None else found for found in days], dtype=np.int64)


def _left(
    books: Books, ids: list[str], rows: Ints, total: Ints, paid: dict[str, tuple[int, int]]
) -> dict[int, int]:
    """What is left on each positive invoice, by row, after payments and red invoices."""
    places: list[int] = rows.tolist()
    amounts: list[int] = total[rows].tolist()
    left = {
        row: amount - paid.get(ids[row], (0, 0))[0]
        for row, amount in zip(places, amounts, strict=True)
        if amount > 0
    }
    reds: list[int] = rows[total[rows] < 0].tolist()
    if not reds:
        return left
    (issued,) = books.columns(Invoice, "issued")
    codes, parties = books.labels(Invoice, "counterparty")
    by_number: dict[tuple[str, str], int] = {}
    by_party: dict[str, list[int]] = defaultdict(list)
    numbers, number = books.labels(Invoice, "number")
    for row in sorted(left, key=lambda row: (int(issued[row]), ids[row])):
        party = parties[int(codes[row])]
        by_number[party, number[numbers[row]]] = row
        by_party[party].append(row)
    for red in (books.get(Invoice, ids[row]) for row in reds):
        credit = -red.total
        first = by_number.get((red.counterparty, red.reverses)) if red.reverses else None
        for target in ([] if first is None else [first]) + by_party[red.counterparty]:
            used = min(credit, max(left[target], 0))
            left[target] -= used
            credit -= used
            if not credit:
                break
    return left
