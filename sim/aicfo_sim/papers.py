"""A merchant's papers, kept up day by day, and the books of any day as a snapshot of them.

A snapshot copies references to records, so books cost microseconds per decision day; it holds
nothing of the days to come.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np

from aicfo_sdk.model import (
    Account,
    Bill,
    Counterparty,
    CreditLine,
    DailySales,
    DiscountQuote,
    District,
    FundPosition,
    Invoice,
    Loan,
    Merchant,
    Obligation,
    OverdueAcceptor,
    Record,
    Settlement,
    Site,
    StockLot,
    Store,
    Tender,
    Transaction,
    UntrustedText,
)
from aicfo_sdk.money import PPM

from . import bank, tables, wealth
from .bill_records import list_records
from .books import MerchantBooks, Snapshot
from .draws.block import Block
from .effects import places, records
from .fen import Ints
from .firm import firm_records, party_records, store_records
from .ledger import FUND
from .names import BANK, CHANNELS, FUND_ID, LENDERS, WALLETS, WEALTH_ID
from .quotes import quotes
from .scribe import Scribe
from .state import BANK_LINE, LINES, State
from .tables import SUPPLIER
from .tender_records import tender_record


class Papers(Scribe):
    """The records of one merchant of a block under one policy, and its books."""

    def __init__(self, block: Block, state: State, place: int) -> None:
        super().__init__(block, state, place)
        self._transit = _transit(block, place)
        self._figures = block.world.who(self.merchant, self.archetype).figures
        self._fixed = firm_records(self.identity, self.archetype, self._dates.at(-1))
        self._told: dict[int, tuple[tuple[int, int, int], Tender]] = {}
        """By row of Tenders how far it had come, who won at which price, and the notice then."""
        if self.stores.own:
            self._fixed[Store] = store_records(self.identity, self.stores, self._dates, {})

    def books(self, t: int) -> MerchantBooks:
        """Return the books at the end of day `t`; days may only go forward."""
        self.advance(t)
        state, place = self._state, self._place
        kinds: dict[type[Record], dict[str, Record]] = {
            Merchant: self._fixed[Merchant],
            Store: self._shops(),
            Account: self._fixed[Account],
            Counterparty: self._counterparties(t),
            Obligation: dict(self._obligations),
            Bill: dict(self._bills),
            Loan: dict(self._loans),
            CreditLine: self._lines(t),
            FundPosition: self._fund(t),
            Tender: self._notices(t),
        }
        balances = {BANK: int(state.ledger.cash[place])}
        for channel, name in enumerate(CHANNELS[self.archetype]):
            if name in WALLETS:
                more = records.in_transit(state.effects.firms.get(place), channel, t)
                balances[WALLETS[name]] = int(self._transit[channel, t]) + more
        grown: dict[type[Record], Snapshot[Any]] = {
            Transaction: self.transactions.snapshot(),
            Invoice: self.invoices.snapshot(),
            Settlement: self.settlements.snapshot(),
            DailySales: self.sales.snapshot(),
        }
        counter = int(self._block.traits.counter[place])
        held = records.held(state, place)
        opened = dict(records.opened_stores(state.effects.firms.get(place)))
        shown = bool(self.stores.own)
        return MerchantBooks(
            as_of=self._dates.at(t),
            key="/".join(str(part) for part in (self._hash.hexdigest(), t, *self._funds(place))),
            kinds=kinds,
            grown=grown,
            balances=balances,
            late={
                DiscountQuote: lambda: quotes(self._block.world, t, counter),
                OverdueAcceptor: lambda: list_records(self._block.world, t) if self._takes else {},
                StockLot: lambda: records.lots(self.stores, held, self._dates, t),
                Site: lambda: self._sites(opened),
                District: lambda: places.districts(self.stores, self._dates) if shown else {},
            },
            earlier={StockLot: lambda id: records.earlier_shelves(self.stores, self._dates, t, id)},
        )

    def _shops(self) -> dict[str, Record]:
        opened = records.opened_stores(self._state.effects.firms.get(self._place))
        if not opened:
            return self._fixed[Store]
        return store_records(self.identity, self.stores, self._dates, opened)

    def _sites(self, opened: dict[int, int]) -> dict[str, Record]:
        """Return the places of a chain's city; of what a site costs to run a part is rent."""
        if not self.stores.own:
            return {}
        rows = self._figures
        rent, *rest = (sum(rows.numbers(key)) for key in ("rent", "payroll", "services"))
        return places.sites(
            self.stores, self._dates, opened, round(rent / (rent + sum(rest)) * PPM)
        )

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

    def _counterparties(self, t: int) -> dict[str, Record]:
        known = self._fixed.get(Counterparty)
        if known is None:
            known = self._fixed[Counterparty] = dict(
                party_records(self.identity, self._takes, self._dates.at(-1))
            )
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

    def _lines(self, t: int) -> dict[str, Record]:
        state, place = self._state, self._place
        # What a lender refuses is shown as a limit that is used up.
        free = [int(bank.free(self._block, state, t, line)[place]) for line in range(2)]
        fee = (self._block.world.market.bank_fee, 0)
        expires = self._dates.at(self._dates.days) + timedelta(days=365)
        return {
            LINES[line]: CreditLine(
                id=LINES[line],
                updated=self._line_day[line],
                lender=LENDERS[line],
                limit=int(state.used[line, place]) + free[line],
                used=int(state.used[line, place]),
                rate_ppm=int(bank.rates(self._block, line, t)[place]),
                fee=fee[line] if line == BANK_LINE else 0,
                expires=expires,
            )
            for line in range(2)
        }

    def _funds(self, place: int) -> tuple[int, int]:
        """Return what can be taken out of the money fund and the wealth product, fen."""
        left = int(wealth.free(self._block, self._state)[place])
        return int(self._state.ledger.balances[FUND, place]), left

    def _fund(self, t: int) -> dict[str, Record]:
        market = self._block.world.market
        fund, left = self._funds(self._place)
        found: dict[str, Record] = {
            FUND_ID: FundPosition(
                id=FUND_ID,
                updated=self._dates.at(t),
                product="货币基金",
                amount=fund,
                rate_ppm=market.fund_rate(t),
                account=BANK,
            )
        }
        if market.wealth_days:
            found[WEALTH_ID] = FundPosition(
                id=WEALTH_ID,
                updated=self._dates.at(t),
                product="现金管理类理财",
                amount=left,
                rate_ppm=int(market.rates.wealth[t]),
                notice_days=market.wealth_days,
                account=BANK,
            )
        return found

    def _notices(self, t: int) -> dict[str, Record]:
        tenders, state = self._block.tenders, self._state
        out: dict[str, Record] = {}
        for number, row in enumerate(self._tenders.tolist()):
            if tenders.published[row] <= t:
                notice = self._notice(t, number, row, int(state.winner[row]))
                out[notice.id] = notice
        return out

    def _notice(self, t: int, number: int, row: int, won: int) -> Tender:
        """Return a notice as it stands on day `t`; a new one only where something happened."""
        tenders, price = self._block.tenders, int(self._state.bid_price[row])
        stage = int(t > tenders.deadline[row]) + int(t >= tenders.award[row])
        known = self._told.get(row)
        if known is not None and known[0] == (stage, won, price):
            return known[1]
        notice = tender_record(
            self._dates,
            tenders,
            row,
            t,
            id=self.tender_id(row),
            own=self.identity,
            archetype=self.archetype,
            number=number,
            won=won,
            price=price,
        )
        self._told[row] = (stage, won, price), notice
        return notice


def _transit(block: Block, place: int) -> Ints:
    """Return by channel and day what is sold but not settled at the end of the day."""
    takings = block.takings[place]
    flow = takings.gross - takings.refunds - takings.settled - takings.fee
    return takings.transit[:, None] + np.cumsum(flow, axis=1)
