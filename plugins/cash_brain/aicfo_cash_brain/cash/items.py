"""What is still open: invoices net of payments and red invoices, with the day each falls due."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from aicfo_sdk import Books
from aicfo_sdk.model import Counterparty, Invoice, Settlement, Transaction


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


def due_day(invoice: Invoice, terms: dict[str, int], default_days: int) -> date:
    """Return the agreed day, else issue plus the counterparty's terms, else plus the default."""
    if invoice.due is not None:
        return invoice.due
    return invoice.issued + timedelta(days=terms.get(invoice.counterparty, default_days))


def open_ledger(books: Books, default_days: int) -> Ledger:
    """Return the open items on the as-of day.

    Red invoices first lower the one they reverse, else the customer's oldest; void invoices and
    those settled on the spot are never open.
    """
    terms = {
        party.id: party.terms_days
        for party in books.records(Counterparty).values()
        if party.terms_days is not None
    }
    settled: dict[str, int] = defaultdict(int)
    last_paid: dict[str, date] = {}
    for settlement in books.records(Settlement).values():
        settled[settlement.invoice] += settlement.amount
        last_paid[settlement.invoice] = max(
            settlement.day, last_paid.get(settlement.invoice, settlement.day)
        )
    assumed = not settled and not books.records(Transaction)
    sides: dict[str, list[Invoice]] = {"sales": [], "purchase": []}
    for invoice in books.records(Invoice).values():
        if invoice.status != "void" and not invoice.settled_at_sale:
            sides[invoice.direction].append(invoice)

    delays: dict[str, list[tuple[date, int]]] = defaultdict(list)
    for invoice in sides["sales"]:
        paid = last_paid.get(invoice.id)
        if paid is not None and 0 < invoice.total <= settled[invoice.id]:
            late = (paid - due_day(invoice, terms, default_days)).days
            delays[invoice.counterparty].append((paid, late))

    def items(side: Literal["sales", "purchase"]) -> tuple[OpenItem, ...]:
        left = _left(sides[side], settled)
        found = [
            OpenItem(invoice, left[invoice.id], due_day(invoice, terms, default_days))
            for invoice in sides[side]
            if left.get(invoice.id, 0) > 0
        ]
        if assumed:
            found = [item for item in found if item.due > books.as_of]
        return tuple(sorted(found, key=lambda item: (item.due, item.invoice.id)))

    return Ledger(
        receivables=items("sales"),
        payables=items("purchase"),
        delays={party: tuple(late for _, late in sorted(found)) for party, found in delays.items()},
        assumed=assumed,
    )


def _left(invoices: list[Invoice], settled: dict[str, int]) -> dict[str, int]:
    """What is left on each positive invoice after payments and red invoices."""
    positive = sorted((i for i in invoices if i.total > 0), key=lambda i: (i.issued, i.id))
    left = {invoice.id: invoice.total - settled.get(invoice.id, 0) for invoice in positive}
    by_number: dict[tuple[str, str], str] = {}
    by_party: dict[str, list[str]] = defaultdict(list)
    for invoice in positive:
        by_number[invoice.counterparty, invoice.number] = invoice.id
        by_party[invoice.counterparty].append(invoice.id)
    for red in (invoice for invoice in invoices if invoice.total < 0):
        credit = -red.total
        first = by_number.get((red.counterparty, red.reverses)) if red.reverses else None
        for target in ([first] if first else []) + by_party[red.counterparty]:
            used = min(credit, max(left[target], 0))
            left[target] -= used
            credit -= used
            if not credit:
                break
    return left
