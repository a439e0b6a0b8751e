"""A wealth product (理财) beside the money fund: it yields more and pays out working days later.

Off unless the scenario sets `market.wealth_product_days`. What is in it is the account INVESTED;
a redemption that was asked for earns nothing more and cannot be asked for again.
"""

from __future__ import annotations

import numpy as np

from . import journal as log
from .dates import PAD
from .draws.block import Block
from .fen import Ints, per_merchant
from .ledger import BANK, CASH, INCOME, INVESTED
from .state import State

_ACCRUAL = 365 * 1_000_000


def buy(block: Block, state: State, t: int, amount: Ints) -> None:
    """Put `amount` of cash by merchant into the product, fen; the caller knows that it is there."""
    owners = np.flatnonzero(amount)
    if owners.size:
        state.ledger.entry(BANK, (CASH, -amount), (INVESTED, amount))
        state.actions[owners] += 1
        write(state, t, owners, -amount[owners])


def redeem(block: Block, state: State, t: int, amount: Ints) -> None:
    """Ask for `amount` by merchant, at most what is `free`; it arrives working days later."""
    owners = np.flatnonzero(amount)
    if owners.size:
        state.wealth = state.wealth.with_rows(pays_on(block, t), owners, amount[owners])
        state.actions[owners] += 1


def pays_on(block: Block, t: int) -> int:
    """Return the day on which what is asked for on day `t` arrives."""
    days = block.world.dates
    for _ in range(block.world.market.wealth_days):
        t = int(days.rolled[t + 1 + PAD])
    return t


def free(block: Block, state: State) -> Ints:
    """Return what each merchant can still ask for, fen."""
    return state.ledger.balances[INVESTED] - state.wealth.waiting(block.size)


def day(block: Block, state: State, t: int) -> None:
    """Pay out what arrives on day `t` and let the rest earn a day's yield."""
    if not state.ledger.balances[INVESTED].any():
        return
    waiting = state.wealth
    ready = (waiting.due <= t) & state.alive[waiting.owner]
    if ready.any():
        paid = per_merchant(waiting.owner[ready], waiting.amount[ready], block.size)
        state.ledger.entry(BANK, (CASH, paid), (INVESTED, -paid))
        owners = np.flatnonzero(paid)
        write(state, t, owners, paid[owners])
        state.wealth = waiting.without(ready)
    rate = int(block.world.market.rates.wealth[t])
    earning = free(block, state) * rate * state.alive
    paid, rest = np.divmod(state.wealth.rest + earning, _ACCRUAL)
    state.ledger.entry(None, (INVESTED, paid), (INCOME, -paid))
    state.wealth = state.wealth.with_rest(rest)


def write(state: State, t: int, owners: Ints, amount: Ints) -> None:
    """Write down money that came out of the product (+) or went into it (−), for books."""
    if state.journal is not None:
        state.journal.add(t, log.FUND_MOVE, owners, owners * 0, amount)
