"""Records that follow from other records: daily sales from takings, settlements from payments.

Both are pure functions of what the books show on the day, so they need no storing, come out the
same whatever order the files came in, and never contradict what was given.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from ..model.base import digest
from ..model.bill import Bill
from ..model.invoice import Invoice, Settlement, Transaction
from ..model.merchant import Account, Merchant, Store
from ..model.sales import DailySales
from .port import Books

# Four characters at least: shorter ones are quantities and days.
_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z/_-]{3,}")
_LONGEST_ID = 200


def derived_sales(books: Books, given: Iterable[DailySales]) -> list[DailySales]:
    """Return takings per store, channel and day from sales and refunds on statements.

    Days from the first through the last given DailySales are covered by those and left out. The
    channel is the provider of the wallet ("wechat", "alipay") or "bank"; the store is the only
    one there is, else the merchant as a whole. Refunds lower the takings of their own day.
    """
    covered = [record.day for record in given]
    first, last = min(covered, default=date.max), max(covered, default=date.min)
    stores = list(books.records(Store))
    merchants = list(books.records(Merchant))
    store = stores[0] if len(stores) == 1 else (merchants or ["merchant"])[0]
    channels = {
        account.id: (account.provider or account.kind) if account.kind != "bank" else "bank"
        for account in books.records(Account).values()
    }
    sums: dict[tuple[date, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for line in books.records(Transaction).values():
        if line.kind not in ("sale", "refund") or first <= line.day <= last:
            continue
        row = sums[line.day, channels.get(line.account, "bank")]
        row[0] += line.amount
        row[1] += line.kind == "sale"
        row[2] -= line.amount if line.kind == "refund" else 0
    return [
        DailySales(
            id=f"{store}:{channel}:{day.isoformat()}",
            day=day,
            store=store,
            channel=channel,
            amount=amount,
            orders=orders,
            refunds=max(refunds, 0),
        )
        for (day, channel), (amount, orders, refunds) in sorted(sums.items())
    ]


def derived_settlements(
    books: Books, given: Iterable[Settlement], *, shown_already: frozenset[str] = frozenset()
) -> list[Settlement]:
    """Return which receipts, payments and bills paid which invoices.

    Day by day: a payment goes to the invoices whose number its text gives, else to one of the
    same party and amount, else to the oldest open ones of the party; what is left pays the
    party's later invoices, on their day. A payment that a given Settlement names as its source,
    or that showed a committed action (`shown_already`), is not used again. A red invoice lowers
    the one it reverses; invoices settled on the spot or void take no payment.
    """
    matcher = _Matcher()
    invoices = books.records(Invoice)
    used = {(source, side) for source in shown_already for side in ("sales", "purchase")}
    for settlement in given:
        invoice = invoices.get(settlement.invoice)
        if invoice is not None:
            # By side: a bill pays a customer's invoice, and then, endorsed, a supplier's.
            used.add((settlement.source, invoice.direction))
            matcher.settled[settlement.invoice] += settlement.amount
    events: list[tuple[date, int, str, Invoice | _Payment]] = [
        (invoice.updated, 0, invoice.id, invoice)
        for invoice in invoices.values()
        if invoice.status != "void" and not invoice.settled_at_sale
    ]
    events.extend(
        (payment.day, 1, payment.source, payment)
        for payment in (*_payments(books), *_bills(books))
        if (payment.source, payment.direction) not in used
    )
    for _, _, _, event in sorted(events, key=lambda event: event[:3]):
        if isinstance(event, Invoice):
            matcher.invoice(event)
        else:
            matcher.payment(event)
    return matcher.found


@dataclass(slots=True)
class _Payment:
    day: date
    source: str
    party: str
    direction: str
    left: int
    text: str
    by: Literal["money", "bill"]
    named: tuple[str, ...] = ()


@dataclass(slots=True)
class _Open:
    id: str
    number: str
    left: int


@dataclass(slots=True)
class _Matcher:
    """Open invoices and unused payments, as they stand while the days go by."""

    settled: dict[str, int] = field(default_factory=lambda: defaultdict[str, int](int))
    found: list[Settlement] = field(default_factory=list[Settlement])
    _open: dict[tuple[str, str], dict[str, _Open]] = field(
        default_factory=lambda: defaultdict[tuple[str, str], dict[str, _Open]](dict)
    )
    _numbers: dict[tuple[str, str], list[tuple[str, str]]] = field(
        default_factory=lambda: defaultdict[tuple[str, str], list[tuple[str, str]]](list)
    )
    _unused: dict[tuple[str, str], list[_Payment]] = field(
        default_factory=lambda: defaultdict[tuple[str, str], list[_Payment]](list)
    )

    def invoice(self, invoice: Invoice) -> None:
        """Open an invoice, or lower the one that a red invoice reverses."""
        side = (invoice.direction, invoice.counterparty)
        if invoice.total < 0:
            for party, id in self._numbers[invoice.direction, invoice.reverses]:
                target = self._open[invoice.direction, party].get(id)
                if target is not None and party == invoice.counterparty:
                    target.left = max(target.left + invoice.total, 0)
                    self._close(invoice.direction, party, target)
            return
        left = invoice.total - self.settled[invoice.id]
        if left <= 0:
            return
        opened = _Open(invoice.id, invoice.number, left)
        self._open[side][invoice.id] = opened
        for name in {invoice.number, invoice.id}:
            self._numbers[invoice.direction, name].append((invoice.counterparty, invoice.id))
        waiting = self._unused[side]
        while waiting and opened.left:
            self._settle(side, opened, waiting[0], day=invoice.updated)
            if not waiting[0].left:
                waiting.pop(0)

    def payment(self, payment: _Payment) -> None:
        """Spread a payment over the open invoices of its party."""
        side = (payment.direction, payment.party)
        for party, target in self._named(payment):
            self._settle((payment.direction, party), target, payment, day=payment.day)
        if not payment.party:
            return
        exact = [target for target in self._open[side].values() if target.left == payment.left]
        for target in (*exact[:1], *list(self._open[side].values())):
            if not payment.left:
                return
            self._settle(side, target, payment, day=payment.day)
        if payment.left:
            self._unused[side].append(payment)

    def _named(self, payment: _Payment) -> Iterator[tuple[str, _Open]]:
        """Yield the open invoices that the payment names, of its own party where it has one."""
        words = dict.fromkeys((*payment.named, *_NUMBER.findall(payment.text)))
        for word in words:
            homes = self._numbers.get((payment.direction, word), [])
            fitting = [home for home in homes if not payment.party or home[0] == payment.party]
            # The same number from two parties names neither.
            if len({party for party, _ in fitting}) == 1:
                for party, id in fitting:
                    target = self._open[payment.direction, party].get(id)
                    if target is not None:
                        yield party, target

    def _settle(
        self, side: tuple[str, str], target: _Open, payment: _Payment, *, day: date
    ) -> None:
        amount = min(target.left, payment.left)
        if amount <= 0:
            return
        target.left -= amount
        payment.left -= amount
        self._close(*side, target)
        id = f"{payment.source}>{target.id}"
        self.found.append(
            Settlement(
                id=id if len(id) <= _LONGEST_ID else digest(id),
                day=day,
                invoice=target.id,
                amount=amount,
                by=payment.by,
                source=payment.source,
            )
        )

    def _close(self, direction: str, party: str, target: _Open) -> None:
        if not target.left:
            self._open[direction, party].pop(target.id, None)


def _payments(books: Books) -> Iterator[_Payment]:
    for line in books.records(Transaction).values():
        if line.kind == "receipt" and line.amount > 0:
            side, amount = "sales", line.amount
        elif line.kind == "purchase" and line.amount < 0:
            side, amount = "purchase", -line.amount
        else:
            continue
        yield _Payment(line.day, line.id, line.counterparty, side, amount, line.text, "money")


def _bills(books: Books) -> Iterator[_Payment]:
    for bill in books.records(Bill).values():
        if bill.received_from and bill.side == "receivable":
            # Written as evidence, Invoice:id, or as the paper numbers it.
            named = tuple(ref.removeprefix("Invoice:") for ref in bill.invoices)
            day = bill.received or bill.issued
            yield _Payment(day, bill.id, bill.received_from, "sales", bill.face, "", "bill", named)
