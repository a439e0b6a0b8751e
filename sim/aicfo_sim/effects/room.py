"""The day of those merchants whose decisions move demand or goods; nobody else is touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aicfo_sdk.money import round_div as money_round

from .. import journal as log
from ..fen import Ints, round_div, share
from ..ledger import (
    CASH,
    COSTS,
    CUSTOMERS,
    FIXTURES,
    INCOME,
    PAYABLES,
    STAFF,
    STOCK,
    SUPPLIERS,
    TRANSIT,
)
from ..tables import SERVICE, SUPPLIER
from . import stock
from .ads import WEEK
from .base import FULL, base_of
from .levers import Levers

if TYPE_CHECKING:
    from ..draws.block import Block
    from ..state import State

LIFE = 5 * 365
"""Days over which the fitting-out of a store is written off."""


class Room:
    """Levers of the merchants of a block that have moved one, by place."""

    def __init__(self) -> None:
        self.firms: dict[int, Levers] = {}
        self.covered: dict[int, int] = {}
        """Row of Dues → what of its invoice goods from stock replaced, fen."""

    def copy(self) -> Room:
        """Return a room that moves on its own."""
        twin = Room()
        twin.firms = {place: levers.copy() for place, levers in self.firms.items()}
        twin.covered = dict(self.covered)
        return twin

    def levers(self, block: Block, place: int, t: int) -> Levers:
        """Return a merchant's levers at the close of day `t`, none moved if it never asked."""
        if place not in self.firms:
            self.firms[place] = Levers.of(base_of(block, place), t)
        return self.firms[place]

    def arriving(self, t: int, size: int) -> Ints:
        """Return by merchant what day `t` will settle more (or less) than drawn, its goods paid."""
        out = np.zeros(size, dtype=np.int64)
        for place, levers in self.firms.items():
            for channel in range(levers.goods.shape[0]):
                money, fee, goods = settles(levers, channel, t)
                out[place] += money - fee - goods
        return out

    def day(self, block: Block, state: State, t: int) -> None:
        """Move every merchant that has moved a lever through day `t`."""
        for place in sorted(self.firms):
            if state.alive[place]:
                self._day(block, state, place, t)

    def _day(self, block: Block, state: State, place: int, t: int) -> None:
        levers = self.firms[place]
        _settle(state, place, levers, t)
        _advertise(state, place, levers, t)
        if any(budget is not None for budget in levers.budgets):
            self._call_off(block, state, place, levers, t)
        _sell(state, place, levers, t)
        if levers.lots:
            self._keep(block, state, place, levers, t)
        upkeep = dict.fromkeys(levers.owed, 0)
        for row, opened in levers.opened.items():
            if t >= opened:
                upkeep[STAFF] = upkeep.get(STAFF, 0) + int(levers.base.stores.cost_day[row])
                worn = _worn(int(levers.base.stores.fitout[row]), t - opened)
                state.ledger.at(place, None, (COSTS, worn), (FIXTURES, -worn))
        if levers.lots:
            rent = stock.storage(levers.base.stores, levers.lots)
            upkeep[SUPPLIERS] = upkeep.get(SUPPLIERS, 0) + rent
        for party, cost in sorted(upkeep.items()):
            _pay_or_owe(state, place, levers, party, cost, t)

    def _call_off(self, block: Block, state: State, place: int, levers: Levers, t: int) -> None:
        """Take out of today's invoices for advertising what a budget has replaced of the habit."""
        dues = block.dues
        rows = block.known_order[block.known_from[t] : block.known_from[t + 1]]
        rows = rows[(dues.owner[rows] == place) & (dues.kind[rows] == SERVICE)]
        for row in rows[dues.party[rows] >= 0].tolist():
            channel = int(dues.party[row])
            if levers.budgets[channel] is None:
                continue
            first = max(t - WEEK, levers.since[channel])
            less = int(levers.base.habit[channel, first:t].sum())
            self.covered[row] = less
            state.open[row] -= less
            state.ledger.at(place, None, (COSTS, -less), (PAYABLES, less))

    def _keep(self, block: Block, state: State, place: int, levers: Levers, t: int) -> None:
        """Let goods perish, then cover the purchases that would be made today from what is left."""
        stores = levers.base.stores
        levers.lots, lost = stock.perish(stores, levers.lots, t)
        state.ledger.at(place, None, (COSTS, lost), (STOCK, -lost))
        dues = block.dues
        rows = block.known_order[block.known_from[t] : block.known_from[t + 1]]
        rows = rows[(dues.owner[rows] == place) & (dues.kind[rows] == SUPPLIER)]
        for row in rows.tolist():
            item, amount = int(dues.party[row]), int(state.open[row])
            levers.lots, saved, cost = stock.use(stores, levers.lots, item, t, amount)
            if not saved:
                continue
            self.covered[row] = saved
            state.open[row] -= saved
            state.ledger.at(place, None, (COSTS, cost - saved), (PAYABLES, saved), (STOCK, -cost))


def settles(levers: Levers, channel: int, t: int) -> tuple[int, int, int]:
    """Return of a channel what day `t` settles more than drawn, the fee on it, and the goods of
    that day's sales, fen. The fee is in proportion to that on what was drawn."""
    base = levers.base
    sold = t - int(base.lag[channel])
    if sold < 0 or t >= levers.goods.shape[1]:
        return 0, 0, 0
    money = int(levers.extra[:, channel, sold].sum())
    drawn, fee = int(base.arrives[channel, t]), int(base.fee[channel, t])
    cut = money_round(money * fee, drawn) if drawn > 0 else 0
    return money, cut, int(levers.goods[channel, sold])


def _settle(state: State, place: int, levers: Levers, t: int) -> None:
    bought = 0
    for channel in range(levers.goods.shape[0]):
        money, fee, goods = settles(levers, channel, t)
        state.ledger.at(place, CUSTOMERS, (CASH, money - fee), (COSTS, fee), (TRANSIT, -money))
        bought += goods
    state.ledger.at(place, SUPPLIERS, (CASH, -bought), (PAYABLES, bought))
    _write(state, place, t, log.GOODS, 0, -bought)


def _advertise(state: State, place: int, levers: Levers, t: int) -> None:
    """Spend each channel's budget as far as cash goes; what is done by habit is invoiced."""
    spent = list[int]()
    for channel, budget in enumerate(levers.budgets):
        if budget is None:
            spent.append(int(levers.base.habit[channel, t]))
            continue
        paid = min(budget, max(int(state.ledger.cash[place]), 0))
        state.ledger.at(place, SUPPLIERS, (COSTS, paid), (CASH, -paid))
        _write(state, place, t, log.ADVERTISING, channel, -paid)
        spent.append(paid)
    levers.spend(spent)


def _sell(state: State, place: int, levers: Levers, t: int) -> None:
    """Post what the day takes more (or less) than drawn, and the goods that this needs."""
    base = levers.base
    value, orders = levers.factors(t)
    usual = np.zeros(value.size, dtype=np.int64)
    usual[: base.own] = FULL
    if np.array_equal(value, usual) and np.array_equal(orders, usual):
        return
    drawn, counts = base.worth[:, :, t], base.orders[:, :, t]
    extra = share(drawn, (value - usual)[:, None])
    levers.extra[:, :, t] = extra
    levers.extra_orders[:, :, t] = round_div(counts * (orders - usual)[:, None], FULL)
    goods = share(share(drawn, (orders - usual)[:, None]).sum(axis=0), base.goods_ppm)
    levers.goods[:, t] = goods
    more, cost = int(extra.sum()), int(goods.sum())
    state.ledger.at(place, None, (TRANSIT, more), (INCOME, -more))
    state.ledger.at(place, None, (COSTS, cost), (PAYABLES, -cost))


def _worn(fitout: int, age: int) -> int:
    """Return what of a fitting-out is written off on a day; all of it over its life."""
    return fitout * (age + 1) // LIFE - fitout * age // LIFE if age < LIFE else 0


def _pay_or_owe(state: State, place: int, levers: Levers, party: int, cost: int, t: int) -> None:
    """Post a running cost, and pay it with what is owed from before as far as cash goes."""
    state.ledger.at(place, None, (COSTS, cost), (PAYABLES, -cost))
    owed = levers.owed.get(party, 0) + cost
    paid = min(owed, max(int(state.ledger.cash[place]), 0))
    state.ledger.at(place, party, (PAYABLES, paid), (CASH, -paid))
    levers.owed[party] = owed - paid
    _write(state, place, t, log.UPKEEP, party, -paid)


def _write(state: State, place: int, t: int, kind: int, row: int, amount: int) -> None:
    if state.journal is not None and amount:
        columns = (np.array([value]) for value in (row, amount))
        state.journal.add(t, kind, np.array([place]), *columns)
