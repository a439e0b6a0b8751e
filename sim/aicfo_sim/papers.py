"""A merchant's papers, kept up day by day: what happened, as the records that plugins read.

Each record is made once, on the day it becomes known; a snapshot copies references. So books cost
microseconds per decision day, and hold nothing of the days to come.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from hashlib import blake2b
from typing import Any

import numpy as np

from aicfo_sdk.model import (
    Account,
    Bill,
    Counterparty,
    CreditLine,
    DailySales,
    DiscountQuote,
    FundPosition,
    Invoice,
    Loan,
    Merchant,
    Obligation,
    Record,
    Settlement,
    StockLot,
    Store,
    Tender,
    Transaction,
    UntrustedText,
)

from . import journal as log
from . import tables
from .books import Growing, MerchantBooks, Snapshot
from .draws.block import Block
from .draws.contractor import takes_bills
from .fen import Ints
from .identity import INDUSTRY, PRODUCTS, Identity, bill_number, identity
from .ledger import FUND
from .market import BANK_CLASSES, CLASSES
from .quotes import quotes
from .scenario import ARCHETYPES
from .state import BANK_LINE, LINES, State
from .tables import DUE_KINDS, SUPPLIER
from .tender_records import WORKS, tender_record

CHANNELS = {
    "shop": ("wechat", "alipay"),
    "ecommerce": ("taobao", "douyin", "wechat"),
    "contractor": ("wechat",),
}
"""Sales channels in the order of the takings table."""

WALLETS = {"wechat": "WECHAT", "alipay": "ALIPAY"}
"""Channels that are wallets: takings are own money at once and reach the bank the next day."""

BANK = "BANK"
FUND_ID = "FUND-1"
STORE = "STORE-1"

_DUE_TRANSACTION: dict[str, Any] = {
    "payroll": "payroll",
    "tax": "tax",
    "rent": "rent",
    "other": "purchase",
    "bond": "other",
    "supplier": "purchase",
}
_DUE_TEXT = {
    "payroll": "代发工资",
    "tax": "缴税",
    "rent": "房租",
    "other": "服务费",
    "bond": "履约保证金",
    "supplier": "货款",
}


class Papers:
    """The records of one merchant of a block under one policy."""

    def __init__(self, block: Block, state: State, place: int) -> None:
        self._block, self._state, self._place = block, state, place
        self._dates = block.world.dates
        traits = block.traits
        self.archetype = ARCHETYPES[int(traits.archetype[place])]
        self.merchant = int(traits.merchant[place])
        who = block.world.who(self.merchant, self.archetype)
        self._tenders = np.flatnonzero(block.tenders.owner == place)
        first = int(self._tenders[0]) if self._tenders.size else 0
        self.identity = identity(who, self.archetype, self._tenders.size)
        self._bill_source = who.stream("bill_numbers")
        self._takes = takes_bills(who) if self.archetype == "contractor" else []
        self._first_tender = first
        self._transit = _transit(block, place)
        self._dues = _rows_by_day(block.dues.owner, block.dues.known, place)
        self._issued = _rows_by_day(block.receipts.owner, block.receipts.issued, place)
        self._next_due = self._next_issued = self._next_event = 0
        self._day = -1
        self._hash = blake2b(
            f"{block.world.scenario.digest()}/{block.world.seed}/{block.world.replication}/"
            f"{self.merchant}/{block.world.days}".encode(),
            digest_size=16,
        )
        self.transactions = Growing[Transaction]("T")
        self.invoices = Growing[Invoice]("I")
        self.settlements = Growing[Settlement]("P")
        self.sales = Growing[DailySales]("D")
        self._obligations: dict[str, Obligation] = {}
        self._bills: dict[str, Bill] = {}
        self._loans: dict[str, Loan] = {}
        self.due_rows: dict[str, int] = {}
        """Row of Dues by id of Invoice or Obligation."""
        self.bill_rows: dict[str, int] = {}
        self.loan_rows: dict[str, int] = {}
        self._ids: dict[tuple[str, int], str] = {}
        self._line_day = [self._dates.at(-1)] * 2
        self._fixed = self._firm()
        self._openings()

    def books(self, t: int) -> MerchantBooks:
        """Return the books at the end of day `t`; days may only go forward."""
        self._advance(t)
        state, place = self._state, self._place
        kinds: dict[type[Record], dict[str, Record]] = {
            Merchant: self._fixed[Merchant],
            Store: self._fixed[Store],
            Account: self._fixed[Account],
            Counterparty: self._counterparties(t),
            Obligation: dict(self._obligations),
            Bill: dict(self._bills),
            Loan: dict(self._loans),
            CreditLine: self._lines(),
            FundPosition: self._fund(t),
            Tender: self._notices(t),
            StockLot: {},
        }
        balances = {BANK: int(state.ledger.cash[place])}
        for channel, name in enumerate(CHANNELS[self.archetype]):
            if name in WALLETS:
                balances[WALLETS[name]] = int(self._transit[channel, t])
        grown: dict[type[Record], Snapshot] = {
            Transaction: self.transactions.snapshot(),
            Invoice: self.invoices.snapshot(),
            Settlement: self.settlements.snapshot(),
            DailySales: self.sales.snapshot(),
        }
        counter = int(self._block.traits.counter[place])
        return MerchantBooks(
            as_of=self._dates.at(t),
            key=f"{self._hash.hexdigest()}/{t}/{state.ledger.balances[FUND, place]}",
            kinds=kinds,
            grown=grown,
            balances=balances,
            late={DiscountQuote: lambda: quotes(self._block.world, t, counter)},
        )

    def _advance(self, t: int) -> None:
        """Write all records of the days after the last one seen, up to `t`."""
        if t <= self._day:
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
                    self._owe(row, int(dues.amount[row]))
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
        self._day = t

    def _happens(self, cond: int) -> bool:
        return cond < 0 or bool(self._state.won[cond])

    def _takings(self, t: int) -> None:
        """The day's sales by channel, and what wallets and platforms pass on."""
        takings, day = self._block.takings[self._place], self._dates.at(t)
        names = CHANNELS[self.archetype]
        for name, channel in sorted((name, n) for n, name in enumerate(names)):
            gross, refunds = int(takings.gross[channel, t]), int(takings.refunds[channel, t])
            orders = int(takings.orders[channel, t])
            if gross or refunds:
                self.sales.add(
                    DailySales,
                    id=f"D{day:%Y%m%d}-{name}",
                    day=day,
                    store=STORE,
                    channel=name,
                    amount=gross - refunds,
                    orders=orders,
                    refunds=refunds,
                )
            settled, fee = int(takings.settled[channel, t]), int(takings.fee[channel, t])
            wallet = WALLETS.get(name)
            if wallet is None:
                self._move(day, settled + fee, "sale", f"{name}货款结算", name=name)
                self._move(day, -fee, "fee", f"{name}平台服务费", name=name)
                continue
            self._move(day, gross, "sale", "收款", account=wallet)
            self._move(day, -fee, "fee", "手续费", account=wallet)
            self._move(day, -settled, "transfer", "提现", account=wallet)
            self._move(day, settled, "transfer", f"{wallet}提现到账")

    def _owe(self, row: int, amount: int) -> None:
        """A purchase invoice comes in, or another payment becomes known."""
        dues = self._block.dues
        known, due = (self._dates.at(int(column[row])) for column in (dues.known, dues.due))
        kind = int(dues.kind[row])
        if kind == SUPPLIER:
            party = f"S{int(dues.party[row]) + 1:02d}"
            paper = self._invoice("purchase", party, known, due, amount, "货款")
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
        paper = self._invoice("sales", party, issued, due, int(receipts.amount[row]), "工程款")
        self._ids["receipt", row] = paper

    def _debtor(self, party: int) -> str:
        customers = len(self.identity.customers)
        return f"K{party + 1:02d}" if party < customers else f"G{party - customers + 1:02d}"

    def _invoice(
        self, direction: Any, party: str, issued: date, due: date, total: int, text: str
    ) -> str:
        # Small-scale sellers invoice at 1 % VAT.
        tax = tables.vat_inside(total)
        number = f"{issued.year % 100:02d}{self.merchant % 10**8:08d}{self.invoices.count:010d}"
        return self.invoices.add(
            Invoice,
            number=number,
            direction=direction,
            counterparty=party,
            updated=issued,
            issued=issued,
            due=due,
            net=total - tax,
            tax=tax,
            total=total,
            text=UntrustedText(text),
        )

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
            case _:
                self._move(day, amount, "interest", "结息")
        self._hash.update(f"{t},{kind},{self._about(kind, row, extra)},{amount};".encode())

    def _about(self, kind: int, row: int, extra: int) -> str:
        """Return what an event is about by the ids of papers: rows lie elsewhere in other shards."""
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
            case _:
                return ""

    def _receipt(self, day: date, row: int, amount: int, *, by_bill: bool) -> None:
        receipts = self._block.receipts
        party = self._debtor(int(receipts.party[row]))
        if receipts.bond[row]:
            self._move(day, amount, "other", "退履约保证金", party=party)
            return
        paper = self._ids["receipt", row]
        if by_bill:
            source = self._bill_id(int(receipts.bill[row]))
            self._settle(day, paper, amount, "bill", source)
        else:
            source = self._move(day, amount, "receipt", "工程款", party=party)
            self._settle(day, paper, amount, "money", source)

    def _settle(self, day: date, paper: str, amount: int, by: Any, source: str) -> None:
        self.settlements.add(
            Settlement, day=day, invoice=paper, amount=amount, by=by, source=source
        )

    def _due_paid(self, day: date, row: int, amount: int) -> None:
        dues = self._block.dues
        kind, paper = DUE_KINDS[int(dues.kind[row])], self._ids["due", row]
        party = ""
        if kind == "supplier":
            party = f"S{int(dues.party[row]) + 1:02d}"
        elif kind == "rent":
            party = "LANDLORD"
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
        bills, paper = self._block.bills, self._bill_id(row)
        code, face = int(bills.code[row]), int(bills.face[row])
        bank = code < BANK_CLASSES
        customer = self._party_name(self._debtor(int(bills.party[row])))
        drawn, matures = (self._dates.at(int(c[row])) for c in (bills.drawn, bills.matures))
        whole = bool(bills.whole[row])
        self._bills[paper] = Bill(
            id=paper,
            updated=self._dates.at(t),
            number=bill_number(self._bill_source, "5" if bank else "6", drawn),
            kind="bank" if bank else "trade",
            range_start=0 if whole else 1,
            range_end=0 if whole else face,
            face=face,
            issued=drawn,
            matures=matures,
            drawer=UntrustedText(customer),
            acceptor=UntrustedText(ACCEPTORS[code] if bank else customer),
            acceptor_class=CLASSES[code],
            payee=UntrustedText(self.identity.own.name),
            received=self._dates.at(t),
            received_from=self._debtor(int(bills.party[row])),
        )

    def _bill_state(self, t: int, row: int, move: Any, amount: int) -> None:
        paper = self._ids["bill", row]
        bill = self._bills[paper]
        left = bill.face - amount
        changes: dict[str, Any] = {"updated": self._dates.at(t)}
        if left:
            changes |= {"face": left, "range_start": bill.range_start + amount}
        else:
            changes["held"] = move
        self._bills[paper] = bill.model_copy(update=changes)

    def _bill_end(self, t: int, row: int, paid: int, held: int) -> None:
        """At maturity: collected, or refused; with recourse if it had been passed on."""
        bills, state = self._block.bills, self._state
        paper = self._ids["bill", row]
        self._move(self._dates.at(t), paid, "bill", "票据到期托收")
        changes: dict[str, Any] = {"updated": self._dates.at(t), "held": "settled"}
        changes |= {"status": "terminated", "circulation": "ended"}
        self._bills[paper] = self._bills[paper].model_copy(update=changes)
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
            Transaction,
            day=day,
            account=account,
            amount=amount,
            kind=kind,
            counterparty=party,
            counterparty_name=UntrustedText(self._party_name(party) if party else name),
            reference=f"{self.merchant:08d}{self.transactions.count:012d}",
            text=UntrustedText(text),
        )

    def _party_name(self, party: str) -> str:
        if party == "LANDLORD":
            return self.identity.landlord.name
        groups = {"S": self.identity.suppliers, "K": self.identity.customers}
        group = groups.get(party[0], self.identity.buyers)
        return group[int(party[1:]) - 1].name

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

    def _firm(self) -> dict[type[Record], dict[str, Record]]:
        """The records that never change."""
        own, first = self.identity, self._dates.at(-1)
        who = Merchant(
            id="M",
            updated=first,
            name=UntrustedText(own.own.name),
            uscc=own.own.uscc,
            industry=INDUSTRY[self.archetype],
            region=own.region,
            employees=own.employees,
            products=PRODUCTS[self.archetype],
            qualifications=("建筑工程施工总承包三级",) if self.archetype == "contractor" else (),
        )
        store = Store(id=STORE, opened=first, name=own.own.name, staff=own.employees)
        accounts: dict[str, Record] = {}
        for name in ("alipay", "wechat"):
            if name in CHANNELS[self.archetype]:
                wallet = WALLETS[name]
                accounts[wallet] = Account(id=wallet, opened=first, kind="wallet", provider=name)
        accounts[BANK] = Account(
            id=BANK,
            opened=first,
            kind="bank",
            provider="ICBC",
            number=own.own.account,
            name=own.own.name,
        )
        return {
            Merchant: {"M": who},
            Store: {STORE: store},
            Account: dict(sorted(accounts.items())),
        }

    def _counterparties(self, t: int) -> dict[str, Record]:
        known = self._fixed.get(Counterparty)
        if known is None:
            known = self._fixed[Counterparty] = dict(self._parties(self._dates.at(-1)))
        if not self._tenders.size:
            return dict(known)
        out = dict(known)
        tenders = self._block.tenders
        for number, row in enumerate(self._tenders.tolist()):
            if tenders.published[row] <= t:
                day = self._dates.at(int(tenders.published[row]))
                firm = self.identity.buyers[number]
                paper = f"G{number + 1:02d}"
                out[paper] = Counterparty(
                    id=paper, known_since=day, name=UntrustedText(firm.name), uscc=firm.uscc
                )
        return dict(sorted(out.items()))

    def _parties(self, first: date) -> Iterator[tuple[str, Counterparty]]:
        own: Identity = self.identity
        for letter, group in (("K", own.customers), ("S", own.suppliers)):
            if letter == "S":
                firm = own.landlord
                yield (
                    "LANDLORD",
                    Counterparty(
                        id="LANDLORD",
                        known_since=first,
                        name=UntrustedText(firm.name),
                        uscc=firm.uscc,
                    ),
                )
            for number, firm in enumerate(group, 1):
                takes: Any = self._takes[number - 1] if letter == "S" and self._takes else ()
                paper = f"{letter}{number:02d}"
                yield (
                    paper,
                    Counterparty(
                        id=paper,
                        known_since=first,
                        name=UntrustedText(firm.name),
                        uscc=firm.uscc,
                        accepts_bills=takes,
                        payee_account=firm.account if letter == "S" else None,
                    ),
                )

    def _lines(self) -> dict[str, Record]:
        traits, state, place = self._block.traits, self._state, self._place
        limit = (traits.bank_limit, traits.quick_limit)
        rate = (traits.bank_rate, traits.quick_rate)
        fee = (self._block.world.market.bank_fee, 0)
        expires = self._dates.at(self._dates.days) + timedelta(days=365)
        return {
            LINES[line]: CreditLine(
                id=LINES[line],
                updated=self._line_day[line],
                lender=LENDERS[line],
                limit=int(limit[line][place]),
                used=int(state.used[line, place]),
                rate_ppm=int(rate[line][place]),
                fee=fee[line] if line == BANK_LINE else 0,
                expires=expires,
            )
            for line in range(2)
        }

    def _fund(self, t: int) -> dict[str, Record]:
        return {
            FUND_ID: FundPosition(
                id=FUND_ID,
                updated=self._dates.at(t),
                product="货币基金",
                amount=int(self._state.ledger.balances[FUND, self._place]),
                rate_ppm=self._block.world.market.fund_rate,
                account=BANK,
            )
        }

    def _notices(self, t: int) -> dict[str, Record]:
        tenders, state = self._block.tenders, self._state
        out: dict[str, Record] = {}
        for number, row in enumerate(self._tenders.tolist()):
            if tenders.published[row] <= t:
                own = self.identity.own.name if state.won[row] else ""
                paper = self.tender_id(row)
                out[paper] = tender_record(
                    self._dates,
                    tenders,
                    row,
                    t,
                    id=paper,
                    buyer=self.identity.buyers[number],
                    work=WORKS[number % len(WORKS)],
                    winner=own,
                    region=self.identity.region,
                )
        return out

    def accepted(self, supplier: str) -> tuple[str, ...]:
        """Return the kinds of bills that a supplier takes."""
        if not self._takes or not supplier.startswith("S"):
            return ()
        return self._takes[int(supplier[1:]) - 1]

    def payee(self, row: int) -> str:
        """Return the counterparty that a row of Dues is owed to, "" for staff and the state."""
        kind, party = int(self._block.dues.kind[row]), int(self._block.dues.party[row])
        if kind == SUPPLIER:
            return f"S{party + 1:02d}"
        return "LANDLORD" if kind == tables.RENT else ""

    def tender_id(self, row: int) -> str:
        """Return the id of a row of Tenders."""
        return f"T-{row - self._first_tender + 1001}"


LENDERS = ("城市商业银行", "网络小贷")

ACCEPTORS = (
    "中国工商银行股份有限公司",
    "招商银行股份有限公司",
    "杭州银行股份有限公司",
    "浙江农村商业银行股份有限公司",
    "国机财务有限责任公司",
)
"""Who accepts bank bills, by class."""


def _rows_by_day(owner: Ints, day: Ints, place: int) -> Ints:
    rows = np.flatnonzero(owner == place)
    return rows[np.argsort(day[rows], kind="stable")]


def _transit(block: Block, place: int) -> Ints:
    """Return by channel and day what is sold but not settled at the end of the day."""
    takings = block.takings[place]
    flow = takings.gross - takings.refunds - takings.settled - takings.fee
    return takings.transit[:, None] + np.cumsum(flow, axis=1)
