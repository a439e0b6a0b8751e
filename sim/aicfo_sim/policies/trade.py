"""Rules of thumb about demand and goods: what advice on these must beat (docs/levers.md)."""

from __future__ import annotations

import numpy as np

from aicfo_sdk.model import BuyStock, SetMarketingBudget

from ..effects import moves, stock
from ..effects.ads import ADS
from ..effects.levers import Levers
from ..engine import Run
from ..ledger import CASH
from ..names import BANK
from ..scenario import ARCHETYPES
from .simple import Owner

MONTH_DAYS = 30


class Trader(Owner):
    """The owner, who also does one thing about trade, merchant by merchant."""

    archetypes: tuple[str, ...]
    """Kinds of firms that can."""

    def decide(self, run: Run, t: int) -> None:
        """Do what the owner does, then this, for every open firm of those kinds."""
        super().decide(run, t)
        codes = [ARCHETYPES.index(name) for name in self.archetypes]
        able = np.isin(run.block.traits.archetype, codes) & run.state.alive
        for place in np.flatnonzero(able).tolist():
            if not self.trade(run, t, place):
                run.state.actions[place] += 1

    def trade(self, run: Run, t: int, place: int) -> str:
        """Do it for one merchant; return why nothing was done, or "" when something was."""
        raise NotImplementedError


class Advertise(Trader):
    """Spends two per cent of expected takings on advertising, the same on each channel."""

    name = "advertise"
    archetypes = tuple(ADS)

    SHARE = 50
    """One fiftieth of takings."""

    def __init__(self) -> None:
        self._set = set[int]()

    def trade(self, run: Run, t: int, place: int) -> str:
        """Set all budgets once."""
        if place in self._set:
            return "set"
        self._set.add(place)
        names = ADS[ARCHETYPES[int(run.block.traits.archetype[place])]]
        day = int(run.block.traits.turnover[place]) // MONTH_DAYS // self.SHARE // len(names)
        for channel in names:
            action = SetMarketingBudget(day=run.dates.at(t), channel=channel, amount=day)
            reason = moves.set_budget(run.block, run.state, place, t, action)
            if reason:
                return reason
        return ""


class StockUp(Trader):
    """Buys a month's use of what keeps when it costs a twentieth less than its twelve-week mean.

    At most once a week, and only with cash that the next thirty days do not need.
    """

    name = "stock_up"
    archetypes = ("restaurant",)

    def trade(self, run: Run, t: int, place: int) -> str:
        """Look at prices on Mondays, and buy the items that are cheap."""
        if run.dates.at(t).weekday() or t < 12 * 7:
            return "not today"
        levers = run.state.effects.levers(run.block, place, t)
        bought = [self._buy(run, t, place, levers, item) for item in range(len(stock.ITEMS))]
        return "" if "" in bought else "nothing is cheap"

    def _buy(self, run: Run, t: int, place: int, levers: Levers, item: int) -> str:
        stores = levers.base.stores
        path = stores.price[item, t - 12 * 7 : t + 1]
        if stores.keeps[item] < MONTH_DAYS or path[-1] * 20 > path.mean() * 19:
            return "not cheap"
        wanted = int(stores.use_day[item]) * MONTH_DAYS
        quantity = min(wanted, stock.space(stores, item, levers.lots))
        price = stock.asked(stores, item, t, quantity)
        free = run.state.ledger.balances[CASH] - run.needs(t, t + MONTH_DAYS)
        if quantity <= 0 or price > free[place]:
            return "no room or no money"
        action = BuyStock(
            day=run.dates.at(t),
            account=BANK,
            payee=f"S{item + 1:02d}",
            item=stock.ITEMS[item],
            quantity_milli=quantity,
            amount=price,
        )
        return moves.buy_stock(run.block, run.state, place, t, action)


class Discounts(Trader):
    """Sells for a tenth less one week in four."""

    name = "discounts"
    archetypes = tuple(ADS)

    def __init__(self) -> None:
        self._next = dict[int, int]()

    def trade(self, run: Run, t: int, place: int) -> str:
        """Begin a week of it every four weeks."""
        if t < self._next.get(place, t):
            return "not today"
        self._next[place] = t + 28
        return moves.promote(run.block, run.state, place, t, days=7, discount_ppm=100_000)


class Expand(Trader):
    """Opens the site cheapest to fit out once cash beyond a quarter's needs is twice that."""

    name = "expand"
    archetypes = ("restaurant",)

    def trade(self, run: Run, t: int, place: int) -> str:
        """Look at cash on Mondays; open one site, once."""
        if run.dates.at(t).weekday():
            return "not today"
        levers = run.state.effects.levers(run.block, place, t)
        stores = levers.base.stores
        if levers.opened:
            return "has opened one"
        if not stores.candidates:
            return "no site on offer"
        site = int(np.argmin(stores.fitout[stores.own :]))
        free = run.state.ledger.balances[CASH] - run.needs(t, t + 3 * MONTH_DAYS)
        if free[place] < 2 * stores.fitout[stores.own + site]:
            return "not enough money"
        return moves.open_store(run.block, run.state, place, t, site)
