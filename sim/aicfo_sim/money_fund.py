"""Money into and out of the fund for whole columns of merchants."""

from __future__ import annotations

import numpy as np

from . import journal as log
from .draws.block import Block
from .fen import Ints
from .ledger import BANK, CASH, FUND
from .state import State


def redeem(block: Block, state: State, t: int, amount: Ints) -> None:
    """Redeem `amount` by merchant, fen; the money is there at once (T+0 redemption)."""
    _move(block, state, t, np.where(amount > 0, amount, 0))


def invest(block: Block, state: State, t: int, amount: Ints) -> None:
    """Put `amount` of cash by merchant into the fund, fen; the caller knows that it is there."""
    _move(block, state, t, np.where(amount > 0, -amount, 0))


def _move(block: Block, state: State, t: int, amount: Ints) -> None:
    """Move `amount` from the fund (+) or into it (−)."""
    owners = np.flatnonzero(amount)
    if not owners.size:
        return
    state.ledger.entry(BANK, (CASH, amount), (FUND, -amount))
    state.actions[owners] += 1
    if state.journal is not None:
        state.journal.add(t, log.FUND_MOVE, owners, owners * 0, amount[owners])
