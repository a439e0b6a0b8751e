"""Decisions that move a lever of a merchant, each carried out or refused with a reason.

Those that plugins may propose come through the desk (`buy_stock`, `set_budget`); opening a store
and promotions, for which there is no such action, are moved by policies of the simulator.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aicfo_sdk.actions import postings
from aicfo_sdk.model import BuyStock, SetMarketingBudget

from .. import journal as log
from ..ledger import CASH, FIXTURES, SUPPLIERS
from . import stock
from .levers import ALL_STORES, Promotion

if TYPE_CHECKING:
    from ..draws.block import Block
    from ..state import State

MOST_DISCOUNT = 600_000


def buy_stock(block: Block, state: State, place: int, t: int, action: BuyStock) -> str:
    """Buy goods at the supplier's price of the day, or return why not."""
    if action.item not in stock.ITEMS:
        return f"no item {action.item}"
    item = stock.ITEMS.index(action.item)
    if action.payee != f"S{item + 1:02d}":
        return f"{action.payee} does not sell {action.item}"
    levers = state.effects.levers(block, place, t)
    stores = levers.base.stores
    if not stores.own:
        return "this firm keeps no stock"
    price = stock.asked(stores, item, t, action.quantity_milli)
    if action.amount < price:
        return f"{action.payee} asks {price} fen, not {action.amount}"
    room = stock.space(stores, item, levers.lots)
    if action.quantity_milli > room:
        return f"room for only {room} thousandths of {action.item}"
    if price > state.ledger.cash[place]:
        return "not enough cash"
    real = action.model_copy(update={"amount": price})
    state.ledger.post(place, SUPPLIERS, postings(real))
    lot = stock.Lot(
        item=item,
        quantity=action.quantity_milli,
        value=price,
        unit_cost=stock.price(stores, item, t),
        expires=t + int(stores.keeps[item]),
        touched=t,
    )
    levers.lots.append(lot)
    _write(state, place, t, log.STOCK_BOUGHT, item, -price)
    return ""


def set_budget(block: Block, state: State, place: int, t: int, action: SetMarketingBudget) -> str:
    """Set what a channel may spend a day from tomorrow on, or return why not."""
    levers = state.effects.levers(block, place, t)
    if action.channel not in levers.base.ads:
        return f"no advertising channel {action.channel}"
    channel = levers.base.ads.index(action.channel)
    if levers.budgets[channel] is None:
        levers.since[channel] = t + 1
    levers.budgets[channel] = action.amount
    return ""


def promote(
    block: Block,
    state: State,
    place: int,
    t: int,
    *,
    days: int,
    discount_ppm: int,
    store: int = ALL_STORES,
) -> str:
    """Sell at a discount for `days` days from tomorrow on, or return why not.

    `store` is an own store's row. A negative discount is a rise in prices.
    """
    levers = state.effects.levers(block, place, t)
    if not levers.base.elasticity:
        return "this firm sets no prices"
    if not -MOST_DISCOUNT <= discount_ppm <= MOST_DISCOUNT or days < 1:
        return f"a discount of {discount_ppm} ppm for {days} days"
    if not ALL_STORES <= store < levers.base.own:
        return f"no store {store}"
    levers.promotions.append(Promotion(store, t + 1, t + 1 + days, discount_ppm))
    _write(state, place, t, log.PROMOTION, store, discount_ppm)
    return ""


def open_store(block: Block, state: State, place: int, t: int, candidate: int) -> str:
    """Fit out a candidate site and trade there from tomorrow on, or return why not."""
    levers = state.effects.levers(block, place, t)
    stores = levers.base.stores
    row = stores.own + candidate
    if not 0 <= candidate < stores.candidates:
        return f"no site {candidate}"
    if row in levers.opened:
        return f"site {candidate} is open"
    cost = int(stores.fitout[row])
    if cost > state.ledger.cash[place]:
        return "not enough cash"
    state.ledger.at(place, SUPPLIERS, (FIXTURES, cost), (CASH, -cost))
    levers.opened[row] = t + 1
    _write(state, place, t, log.FITOUT, row, -cost)
    return ""


def _write(state: State, place: int, t: int, kind: int, row: int, amount: int) -> None:
    if state.journal is not None:
        columns = (np.array([value]) for value in (row, amount))
        state.journal.add(t, kind, np.array([place]), *columns)
