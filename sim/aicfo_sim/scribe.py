"""Writes down what happens to a merchant, event by event, as the records that plugins read.

Each record is made once, on the day it becomes known.
"""

from __future__ import annotations

from datetime import date
from hashlib import blake2b
from typing import Any

import numpy as np

from aicfo_sdk.model import (
    Bill,
    DailySales,
    Invoice,
    Loan,
    Obligation,
    Settlement,
    Transaction,
)
from aicfo_sdk.money import PPM, round_div

from . import journal as log
from .bill_records import bill_record, parted
from .books import Growing
from .draws.bills import takes_bills
from .draws.block import Block
from .draws.restaurant import stores_of
from .draws.taxing import invoice_ppm, is_general
from .effects import records
from .fen import Ints
from .identity import INVOICING, SOLD, Firm, identity
from .names import BANK, CHANNELS, LENDERS, STORE, WALLETS
from .scenario import ARCHETYPES
from .state import LINES, State
from .tables import BOND, DUE_KINDS, SUPPLIER
from .tender_market import contract_bond

_DUE_TRANSACTION: dict[str, Any] = {
    "payroll": "payroll",
    "tax": "tax",
    "social": "tax",
    "rent": "rent",
    "other": "purchase",
    "bond": "other",
    "supplier": "purchase",
}
_DUE_TEXT = {
    "payroll": "代发工资",
    "tax": "缴税",
    "social": "缴社保公积金",
    "rent": "房租",
    "other": "服务费",
    "bond": "履约保证金",
    "supplier": "货款",
}


class Scribe:
    """The records of one merchant of a block under one policy, up to the last day written."""

    def __init__(self, block: Block, state: State, place: int) -> None:
        self._block, self._state, self._place = block, state, place
        self._dates = block.world.dates
        traits = block.traits
        self.archetype = ARCHETYPES[int(traits.archetype[place])]
        self.merchant = int(traits.merchant[place])
        who = block.world.who(self.merchant, self.archetype)
        self._tenders = np.flatnonzero(block.tenders.owner == place)
        first = int(self._tenders[0]) if self._tenders.size else 0
        notices: list[int] = block.tenders.region[self._tenders].tolist()
        self.identity = identity(who, self.archetype, notices)
        self.stores = stores_of(who)
        self._general = is_general(who, int(traits.turnover[place]))
        self._sold = SOLD.get(self.archetype, "货款")
        self._bill_source = who.stream("bill_numbers")
        self._takes = takes_bills(who) if self.archetype in INVOICING else []
        self._first_tender = first
        self._dues = _rows_by_day(block.dues.owner, block.dues.known, place)
        self._issued = block.issued_order[block.receipts.owner[block.issued_order] == place]
        self._next_due = self._next_issued = self._next_event = 0
        self._day = -1
        self._hash = blake2b(
            f"{block.world.scenario.digest()}/{block.world.seed}/{block.world.replication}/"
            f"{self.merchant}/{block.world.days}".encode(),
            digest_size=16,
        )
        self.transactions = Growing(Transaction, "T")
        self.invoices = Growing(Invoice, "I")
        self.settlements = Growing(Settlement, "P")
        self.sales = Growing(DailySales, "D")
        self._obligations: dict[str, Obligation] = {}
        self._bills: dict[str, Bill] = {}
        self._loans: dict[str, Loan] = {}
        self.due_rows: dict[str, int] = {}
        """Row of Dues by id of Invoice or Obligation."""
        self.bill_rows: dict[str, int] = {}
        self.loan_rows: dict[str, int] = {}
        self._ids: dict[tuple[str, int], str] = {}
        self._behind: dict[str, str] = {}
        self._moved: dict[str, list[str]] = {}
        """Ids of the parts of a bill that moved, by its id."""
        self._numbers: dict[int, str] = {}
        """Number of the invoice that a red one takes back, by pair."""
        receipts = block.receipts
        red = np.flatnonzero((receipts.owner == place) & (receipts.amount < 0))
        self._red: dict[int, int] = dict(
            zip(receipts.pair[red].tolist(), red.tolist(), strict=True)
        )
        """Row of Receipts of the red invoice of a pair."""
        self._spoilt = who.stream("void")
        self._void = who.figures.number("void") if self.archetype in INVOICING else 0.0
        self._line_day = [self._dates.at(-1)] * 2
        self._openings()

    def advance(self, t: int) -> None:
        """Write all records up to the end of day `t` that are not written yet.

        Asked again on one day, it writes what was done since: a second question of that day sees
        what the first one led to.
        """
        if t < self._day:
            return
        closed = int(self._state.closed[self._place])
        stop = t if closed < 0 else min(t, closed)
        assert self._state.journal is not None
        events = self._state.journal.events(self._place)
        dues, receipts = self._block.dues, self._block.receipts
        for day in range(self._day + 1, stop + 1):
            self._takings(day)
            while self._next_due < self._dues.size:
                row = int(self._dues[self._next_due])
                if dues.known[row] > day:
                    break
                self._next_due += 1
                if self._happens(int(dues.cond[row])) and dues.bill[row] < 0:
                    self._owe(row, self._owed(row))
            while self._next_issued < self._issued.size:
                row = int(self._issued[self._next_issued])
                if receipts.issued[row] > day:
                    break
                self._next_issued += 1
                if self._happens(int(receipts.cond[row])) and not receipts.bond[row]:
                    self._invoice_out(row)
            while self._next_event < len(events) and events[self._next_event][0] <= day:
                self._event(events[self._next_event])
                self._next_event += 1
        while self._next_event < len(events) and events[self._next_event][0] <= t:
            self._event(events[self._next_event])
            self._next_event += 1
        self._day = t

    def _owed(self, row: int) -> int:
        """Return what a row of Dues is about: a bond follows the price that won the contract."""
        dues, tender = self._block.dues, int(self._block.dues.cond[row])
        if dues.kind[row] != BOND:
            return int(dues.amount[row])
        price = int(self._state.bid_price[tender])
        return contract_bond(self._block.tenders, tender, price)

    def _happens(self, cond: int) -> bool:
        return cond < 0 or bool(self._state.won[cond])

    def _takings(self, t: int) -> None:
        """The day's sales by channel, and what wallets and platforms pass on."""
        takings, day = self._block.takings[self._place], self._dates.at(t)
        levers = self._state.effects.firms.get(self._place)
        names = CHANNELS[self.archetype]
        for name, channel in sorted((name, n) for n, name in enumerate(names)):
            more, count = records.more_sold(levers, channel, t)
            gross, refunds = int(takings.gross[channel, t]) + more, int(takings.refunds[channel, t])
            orders = max(int(takings.orders[channel, t]) + count, 0)
            for tail, store, part, count in self._by_store(channel, t, gross - refunds, orders):
                if part or refunds:
                    self.sales.add(
                        id=f"D{day:%Y%m%d}-{name}{tail}",
                        day=day,
                        store=store,
                        channel=name,
                        amount=part,
                        orders=count,
                        refunds=refunds,
                    )
            more, extra_fee = records.more_settled(levers, channel, t)
            settled = int(takings.settled[channel, t]) + more
            fee = int(takings.fee[channel, t]) + extra_fee
            wallet = WALLETS.get(name)
            if wallet is None:
                self._move(day, settled + fee, "sale", f"{name}货款结算", name=name)
                self._move(day, -fee, "fee", f"{name}平台服务费", name=name)
                continue
            self._move(day, gross, "sale", "收款", account=wallet)
            self._move(day, -fee, "fee", "手续费", account=wallet)
            self._move(day, -settled, "transfer", "提现", account=wallet)
            self._move(day, settled, "transfer", f"{wallet}提现到账")

    def _by_store(
        self, channel: int, t: int, amount: int, orders: int
    ) -> list[tuple[str, str, int, int]]:
        """Return end of the id, store, takings less refunds and orders of one channel and day."""
        if not self.stores.own:
            return [("", STORE, amount, orders)]
        levers = self._state.effects.firms.get(self._place)
        return records.by_store(self.stores, levers, channel, t)

    def _owe(self, row: int, amount: int) -> None:
        """A purchase invoice comes in, or another payment becomes known."""
        dues = self._block.dues
        known, due = (self._dates.at(int(column[row])) for column in (dues.known, dues.due))
        kind = int(dues.kind[row])
        amount -= self._state.effects.covered.get(row, 0)
        if not amount:
            return
        if kind == SUPPLIER:
            party = f"S{int(dues.party[row]) + 1:02d}"
            item, at = int(dues.party[row]), int(dues.known[row])
            text = records.goods_text(self.stores, item, at, amount)
            paper = self._invoice("purchase", party, known, due, amount, text)
        else:
            paper = f"O{len(self._obligations) + 1:05d}"
            name: Any = DUE_KINDS[kind]
            self._obligations[paper] = Obligation(
                id=paper,
                known_since=known,
                kind=name,
                due=due,
                amount=amount,
                counterparty="LANDLORD" if name == "rent" else "",
            )
        self.due_rows[paper] = row
        self._ids["due", row] = paper

    def _invoice_out(self, row: int) -> None:
        receipts = self._block.receipts
        issued, due = (self._dates.at(int(c[row])) for c in (receipts.issued, receipts.due))
        party = self._debtor(int(receipts.party[row]))
        amount = int(self._state.billed[row])
        pair = int(receipts.pair[row])
        if amount < 0:
            self._ids["receipt", row] = self._invoice(
                "sales", party, issued, due, amount, "退货折让", reverses=self._numbers[pair]
            )
            return
        # Written wrong and written again: so that this share of all invoices is void.
        if self._void and self._spoilt.random() < self._void / (1.0 - self._void):
            self._invoice("sales", party, issued, due, amount, self._sold, status="void")
        if pair >= 0:
            self._numbers[pair] = self._number(issued)
        self._ids["receipt", row] = self._invoice("sales", party, issued, due, amount, self._sold)

    def _debtor(self, party: int) -> str:
        customers = len(self.identity.customers)
        return f"K{party + 1:02d}" if party < customers else f"G{party - customers + 1:02d}"

    def _invoice(
        self,
        direction: Any,
        party: str,
        issued: date,
        due: date,
        total: int,
        text: str,
        *,
        status: Any = "normal",
        reverses: str = "",
    ) -> str:
        """Write an invoice; one that reverses another is red."""
        rate = invoice_ppm(self.archetype, issued, general=self._general, own=direction == "sales")
        tax = round_div(total * rate, PPM + rate)
        return self.invoices.add(
            number=self._number(issued),
            direction=direction,
            counterparty=party,
            updated=issued,
            issued=issued,
            due=due,
            net=total - tax,
            tax=tax,
            total=total,
            status="red" if reverses else status,
            reverses=reverses,
            text=text,
        )

    def _number(self, day: date) -> str:
        """Return the number of the next invoice written."""
        return f"{day.year % 100:02d}{self.merchant % 10**8:08d}{self.invoices.count:010d}"

    def _event(self, event: log.Event) -> None:
        t, kind, row, amount, extra = event
        day = self._dates.at(t)
        match kind:
            case log.RECEIPT:
                self._receipt(day, row, amount, by_bill=bool(extra))
            case log.BILL_IN:
                self._bill_in(t, row)
            case log.BILL_SOLD:
                self._move(day, amount - extra, "bill", "票据贴现")
                self._bill_state(t, row, "discounted", amount)
            case log.BILL_ENDORSED:
                self._settle(day, self._ids["due", extra], amount, "bill", self._ids["bill", row])
                self._bill_state(t, row, "endorsed", amount)
            case log.BILL_END:
                self._bill_end(t, row, amount, extra)
            case log.DUE_PAID:
                self._due_paid(day, row, amount)
            case log.DRAWN | log.REPAID:
                self._loan(day, kind, row, amount, extra)
            case log.FUND_MOVE:
                self._move(day, amount, "transfer", "基金申购赎回")
            case log.BOND_OUT | log.BOND_BACK:
                buyer = f"G{row - self._first_tender + 1:02d}"
                self._move(day, amount, "other", "投标保证金", party=buyer)
            case log.DEPOSIT_INTEREST:
                self._move(day, amount, "interest", "结息")
            case _:
                line = records.line(self.archetype, kind, row, amount)
                if line is not None:
                    self._move(day, amount, line.kind, line.text, party=line.party, name=line.name)
        self._hash.update(f"{t},{kind},{self._about(kind, row, extra)},{amount};".encode())

    def _about(self, kind: int, row: int, extra: int) -> str:
        """Return what an event is about, by ids: rows lie elsewhere in other shards."""
        match kind:
            case log.RECEIPT:
                return self._ids.get(("receipt", row), "")
            case log.BILL_ENDORSED:
                return f"{self._ids['bill', row]}>{self._ids['due', extra]}"
            case log.BILL_IN | log.BILL_SOLD | log.BILL_END:
                return f"{self._ids['bill', row]}:{extra}"
            case log.DUE_PAID:
                return self._ids["due", row]
            case log.DRAWN | log.REPAID:
                return f"{self._ids['loan', row]}:{extra}"
            case log.BOND_OUT | log.BOND_BACK:
                return self.tender_id(row)
            case log.GOODS | log.ADVERTISING | log.UPKEEP:
                return str(row)
            case log.STOCK_BOUGHT | log.PROMOTION | log.FITOUT:
                return str(row)
            case _:
                return ""

    def _receipt(self, day: date, row: int, amount: int, *, by_bill: bool) -> None:
        receipts = self._block.receipts
        party = self._debtor(int(receipts.party[row]))
        if receipts.bond[row]:
            self._move(day, amount, "other", "退履约保证金", party=party)
            return
        if amount < 0:
            return  # a red invoice is set off against what it takes back
        paper = self._ids["receipt", row]
        red = self._red.get(int(receipts.pair[row]))
        if red is not None:
            amount += int(self._state.billed[red])
        if by_bill:
            source = self._bill_id(int(receipts.bill[row]))
            self._behind[source] = paper
            self._settle(day, paper, amount, "bill", source)
        else:
            source = self._move(day, amount, "receipt", self._sold, party=party)
            if source:
                self._settle(day, paper, amount, "money", source)

    def _settle(self, day: date, paper: str, amount: int, by: Any, source: str) -> None:
        self.settlements.add(day=day, invoice=paper, amount=amount, by=by, source=source)

    def _due_paid(self, day: date, row: int, amount: int) -> None:
        dues = self._block.dues
        kind, paper = DUE_KINDS[int(dues.kind[row])], self._ids["due", row]
        party = ""
        if kind == "supplier":
            party = f"S{int(dues.party[row]) + 1:02d}"
        elif kind == "rent":
            party = "LANDLORD"
        ads = records.ads_text(self.archetype, int(dues.kind[row]), int(dues.party[row]))
        if ads is not None:
            source = self._move(day, amount, ads.kind, ads.text, name=ads.name)
        else:
            source = self._move(day, amount, _DUE_TRANSACTION[kind], _DUE_TEXT[kind], party=party)
        if kind == "supplier":
            self._settle(day, paper, -amount, "money", source)
            return
        left = self._obligations[paper].amount + amount
        changes: dict[str, Any] = {"amount": left} if left else {"paid": True}
        self._obligations[paper] = self._obligations[paper].model_copy(
            update={"known_since": day, **changes}
        )

    def _bill_id(self, row: int) -> str:
        paper = self._ids.get(("bill", row))
        if paper is None:
            paper = self._ids["bill", row] = f"B{len(self.bill_rows) + 1:04d}"
            self.bill_rows[paper] = row
        return paper

    def _bill_in(self, t: int, row: int) -> None:
        party, paper = self._debtor(int(self._block.bills.party[row])), self._bill_id(row)
        self._bills[paper] = bill_record(
            self._block,
            row,
            self._dates.at(t),
            self._bill_source,
            id=paper,
            own=self.identity.own,
            customer=self._firm(party),
            party=party,
            invoices=(self._behind[paper],) if paper in self._behind else (),
        )

    def _bill_state(self, t: int, row: int, move: Any, amount: int) -> None:
        """Write down that a part of a bill moved: a record of its own, unless it is the whole."""
        paper = self._ids["bill", row]
        gone = self._moved.setdefault(paper, [])
        name = f"{paper}-{len(gone) + 1}"
        self._bills[paper], part = parted(self._bills[paper], amount, move, self._dates.at(t), name)
        if part is not None:
            gone.append(name)
            self._bills[name] = part

    def _bill_end(self, t: int, row: int, paid: int, held: int) -> None:
        """At maturity: collected, or refused; with recourse if it had been passed on."""
        bills, state = self._block.bills, self._state
        paper = self._ids["bill", row]
        self._move(self._dates.at(t), paid, "bill", "票据到期托收")
        changes: dict[str, Any] = {"updated": self._dates.at(t), "held": "settled"}
        changes |= {"status": "terminated", "circulation": "ended"}
        for part in (paper, *self._moved.get(paper, ())):
            self._bills[part] = self._bills[part].model_copy(update=changes)
        claim = int(bills.recourse[row])
        if bills.fails[row] and state.moved[row] and claim >= 0:
            self._owe(claim, int(state.moved[row]))

    def _loan(self, day: date, kind: int, row: int, amount: int, extra: int) -> None:
        loans = self._state.loans
        line = int(loans.line[row])
        self._line_day[line] = day
        if kind == log.DRAWN:
            paper = self._ids["loan", row] = f"L{len(self._loans) + 1:04d}"
            self.loan_rows[paper] = row
            self._move(day, amount, "loan", "借款发放")
            self._move(day, -extra, "fee", "借款手续费")
            self._loans[paper] = Loan(
                id=paper,
                updated=day,
                line=LINES[line],
                lender=LENDERS[line],
                principal=amount,
                rate_ppm=int(loans.rate[row]),
                drawn=day,
                due=self._dates.at(int(loans.due[row])),
            )
            return
        paper = self._ids["loan", row]
        self._move(day, -amount, "loan", "归还借款")
        self._move(day, -extra, "interest", "借款利息")
        left = self._loans[paper].principal - amount
        self._loans[paper] = self._loans[paper].model_copy(
            update={"updated": day, "principal": left}
        )

    def _move(
        self,
        day: date,
        amount: int,
        kind: Any,
        text: str,
        *,
        account: str = BANK,
        party: str = "",
        name: str = "",
    ) -> str:
        """Write a line of an own account; nothing for an amount of 0."""
        if not amount:
            return ""
        return self.transactions.add(
            day=day,
            account=account,
            amount=amount,
            kind=kind,
            counterparty=party,
            counterparty_name=self._party_name(party) if party else name,
            reference=f"{self.merchant:08d}{self.transactions.count:012d}",
            text=text,
        )

    def _party_name(self, party: str) -> str:
        return self._firm(party).name

    def _firm(self, party: str) -> Firm:
        if party == "LANDLORD":
            return self.identity.landlord
        groups = {"S": self.identity.suppliers, "K": self.identity.customers}
        group = groups.get(party[0], self.identity.buyers)
        return group[int(party[1:]) - 1]

    def _openings(self) -> None:
        """Balances of all accounts at the start of day 0, and bills already on hand."""
        day = self._dates.at(-1)
        opening = int(self._block.traits.opening[self._place])
        self._move(day, opening, "opening", "期初余额")
        takings = self._block.takings[self._place]
        for channel, name in enumerate(CHANNELS[self.archetype]):
            if name in WALLETS:
                amount = int(takings.transit[channel])
                self._move(day, amount, "opening", "期初余额", account=WALLETS[name])
        bills = self._block.bills
        for row in np.flatnonzero((bills.owner == self._place) & (bills.received < 0)).tolist():
            self._bill_in(int(bills.received[row]), row)

    def tender_id(self, row: int) -> str:
        """Return the id of a row of Tenders."""
        return f"T-{row - self._first_tender + 1001}"

    def tender_row(self, paper: str) -> int:
        """Return the row of Tenders of an id, −1 for one that is not the merchant's."""
        number = paper.removeprefix("T-")
        if not (number.isascii() and number.isdigit() and len(number) < 10):
            return -1
        place = int(number) - 1001
        return self._first_tender + place if 0 <= place < self._tenders.size else -1


def _rows_by_day(owner: Ints, day: Ints, place: int) -> Ints:
    rows = np.flatnonzero(owner == place)
    return rows[np.argsort(day[rows], kind="stable")]
