"""A sound bill among the books of its holder: what the forgeries start from."""

from __future__ import annotations

import random
from calendar import monthrange
from datetime import date, timedelta
from typing import Any

from aicfo_sdk.model import (
    Bill,
    Counterparty,
    Endorsement,
    Invoice,
    Merchant,
    OverdueAcceptor,
    Record,
    UntrustedText,
)

from .words import BIG_BANKS, CITY_BANKS, FINANCE, branch, firm, uscc

DAY = timedelta(days=1)
DIGITS = {"bank": "5", "trade": "6", "supply_chain_trade": "7", "supply_chain_bank": "8"}


def months_on(day: date, months: int) -> date:
    """Return the same day `months` later, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


class Scene:
    """One case while it is made: `bill` is sound until something alters it."""

    def __init__(self, rng: random.Random) -> None:
        """Draw the merchant, whom it knows, a sound bill, its invoice and other bills on hand."""
        self.rng = rng
        self.today = date(2023, 7, 1) + DAY * rng.randrange(1_200)
        self._codes: dict[str, str] = {}
        self.merchant = firm(rng)
        self.known: list[str] = []
        while len(self.known) < 8:
            if (name := firm(rng)) not in (self.merchant, *self.known):
                self.known.append(name)
        self.extra: list[Record] = []
        self.overdue: list[OverdueAcceptor] = []
        self.invoices: list[Invoice] = []
        self.others: list[Bill] = []
        self._draw_bill()
        self._draw_others()
        self._draw_list()

    def code(self, name: str) -> str:
        """Return the one 统一社会信用代码 of a name in this case."""
        if name not in self._codes:
            self._codes[name] = uscc(self.rng)
        return self._codes[name]

    def change(self, **changes: Any) -> None:
        """Alter the bill."""
        self.bill = self.bill.model_copy(update=changes)

    def accept_by(self, name: str, code: str | None = None) -> None:
        """Put another acceptor on the bill; `code` None draws whether and which code it shows."""
        if code is None:
            code = self.code(name) if self.rng.random() < 0.6 else ""
        self.change(acceptor=UntrustedText(name), acceptor_uscc=code)

    def make_trade(self, acceptor: str) -> None:
        """Turn the bill into one that a firm accepts, with or without a supply chain."""
        kind = self.rng.choice(["trade", "trade", "supply_chain_trade"])
        self.change(kind=kind, number=DIGITS[kind] + self.bill.number[1:], acceptor_class=None)
        self.accept_by(acceptor)

    def make_bank(self, acceptor: str) -> None:
        """Turn the bill into one that a bank accepts."""
        kind = self.rng.choice(["bank", "bank", "supply_chain_bank"])
        self.change(kind=kind, number=DIGITS[kind] + self.bill.number[1:], acceptor_class=None)
        self.accept_by(acceptor)

    def know(self, name: str, code: str | None = None) -> Counterparty:
        """Enter a firm in the books, with its code unless told another."""
        one = Counterparty(
            id=f"K{len(self.extra):02d}x",
            known_since=self.today - 400 * DAY,
            name=UntrustedText(name),
            uscc=self.code(name) if code is None else code,
        )
        self.extra.append(one)
        return one

    def carry(self, holders: list[str], first: date | None = None) -> None:
        """Give the bill a chain through `holders`; the first is the payee, the last has it."""
        start = first or self.bill.issued
        room = max(((self.bill.received or self.today) - start).days, 0)
        days = sorted(self.rng.randint(0, room) for _ in holders[1:])
        self.change(
            payee=UntrustedText(holders[0]),
            endorsements=tuple(
                Endorsement(
                    day=start + DAY * day, endorser=UntrustedText(a), endorsee=UntrustedText(b)
                )
                for a, b, day in zip(holders, holders[1:], days, strict=False)
            ),
        )

    def bill_for(self, invoices: list[int], giver: str) -> None:
        """Back the bill with sales invoices of these totals to who gave it."""
        ids: list[str] = []
        for total in invoices:
            tax = total * 13 // 113
            one = Invoice(
                id=f"S{len(self.invoices) + 1}",
                updated=self.bill.updated,
                number=f"{self.rng.randrange(10**20):020d}",
                direction="sales",
                counterparty=giver,
                issued=max(self.bill.updated - DAY * self.rng.randint(0, 90), date(2023, 1, 1)),
                net=total - tax,
                tax=tax,
                total=total,
            )
            self.invoices.append(one)
            ids.append(one.ref)
        self.change(invoices=tuple(ids))

    def hold(self, **changes: Any) -> Bill:
        """Put another bill of the same package on hand."""
        one = self.bill.model_copy(update={"id": f"O{len(self.others) + 1}", **changes})
        self.others.append(one)
        return one

    def when(self, issued: date, matures: date) -> None:
        """Give the bill other dates, and its number and chain with them."""
        number = self.bill.number
        holders = [str(self.bill.payee), *(str(one.endorsee) for one in self.bill.endorsements)]
        received = max(issued, min(self.bill.received or self.today, self.today))
        self.change(
            issued=issued,
            matures=matures,
            number=f"{number[:13]}{issued:%Y%m%d}{number[21:]}",
            received=received,
            updated=min(received, self.today),
        )
        self.carry(holders)

    def id_of(self, name: str) -> str:
        """Return the id of a firm in the books."""
        return f"C{self.known.index(name)}"

    def records(self) -> tuple[Record, ...]:
        """Return the books."""
        start = self.today - 500 * DAY
        merchant = Merchant(
            id="us",
            updated=start,
            name=UntrustedText(self.merchant),
            uscc=self.code(self.merchant),
        )
        parties = [
            Counterparty(
                id=self.id_of(name),
                known_since=start,
                name=UntrustedText(name),
                uscc=self.code(name) if index % 4 else "",
            )
            for index, name in enumerate(self.known)
        ]
        return (
            merchant,
            *parties,
            *self.extra,
            *self.overdue,
            *self.invoices,
            *self.others,
            self.bill,
        )

    def _draw_bill(self) -> None:
        rng = self.rng
        kind: Any = rng.choice(["bank", "bank", "bank", "trade", "supply_chain_trade"])
        back = rng.randint(0, 120)
        issued = self.today - DAY * back
        matures = months_on(issued, rng.randint(back // 28 + 2, 7) - 1)
        matures = max(min(matures - DAY * rng.randint(0, 9), months_on(issued, 6)), issued + DAY)
        if matures <= self.today:
            matures = months_on(issued, 6)
        face = rng.choice([rng.randint(10_000, 90_000_000), rng.randint(1, 500) * 1_000_000])
        start = rng.choice([0, 1, 1, rng.randint(2, 10**10)])
        received = issued + DAY * rng.randint(0, back)
        middle = rng.sample(self.known[1:6], rng.randint(0, 3))
        giver, drawer = self.known[0], self.known[6]
        bank = kind == "bank"
        acceptor = (
            rng.choice(FINANCE)
            if bank and rng.random() < 0.15
            else branch(rng, rng.choice([*BIG_BANKS, *CITY_BANKS]))
            if bank
            else rng.choice([drawer, self.known[7]])
        )
        serial = f"{rng.randrange(10**12):012d}{issued:%Y%m%d}{rng.randrange(1, 10**8):08d}"
        self.bill = Bill(
            id="B1",
            updated=received,
            number=f"{DIGITS[kind]}{serial}{rng.randrange(10)}",
            kind=kind,
            range_start=start,
            range_end=start + face - 1 if start else 0,
            face=face,
            issued=issued,
            matures=matures,
            drawer=UntrustedText(drawer),
            acceptor=UntrustedText(acceptor),
            acceptor_uscc=self.code(acceptor) if rng.random() < 0.6 else "",
            received=received,
            received_from=rng.choice([self.id_of(giver), ""]),
        )
        self.carry([*middle, giver, self.merchant])
        self.bill_for([face + rng.choice([0, 0, rng.randint(1, face)])], self.id_of(giver))

    def _draw_others(self) -> None:
        for _ in range(self.rng.randint(0, 4)):
            number = self.bill.number
            serial = f"{self.rng.randrange(1, 10**8):08d}"
            bank = branch(self.rng, self.rng.choice([*BIG_BANKS, *CITY_BANKS]))
            self.hold(
                number="5" + number[1:21] + serial + number[29:],
                kind="bank",
                acceptor=UntrustedText(bank),
                acceptor_uscc=self.code(bank) if self.rng.random() < 0.6 else "",
            )

    def _draw_list(self) -> None:
        for index in range(self.rng.randint(1, 4)):
            name = firm(self.rng)
            if name not in (self.merchant, *self.known):
                self.overdue.append(self.listing(name, id=f"L{index}"))

    def listing(self, name: str, **changes: Any) -> OverdueAcceptor:
        """Return an entry of the overdue list, published before today."""
        plain = OverdueAcceptor(
            id="L9",
            published=self.today - DAY * self.rng.randint(1, 200),
            name=UntrustedText(name),
        )
        return plain.model_copy(update=changes)
