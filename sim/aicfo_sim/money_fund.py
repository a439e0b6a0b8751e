"""Taking money out of the fund for whole columns of merchants."""

from __future__ import annotations

import numpy as np

from . import journal as log
from .draws.block import Block
from .fen import Ints
from .ledger import BANK, CASH, FUND
from .state import State


def redeem(block: Block, state: State, t: int, amount: Ints) -> None:
    """Redeem `amount` by merchant, fen; the money is there at once (T+0 redemption)."""
    owners = np.flatnonzero(amount > 0)
    if not owners.size:
        return
    amount = np.where(amount > 0, amount, 0)
    state.ledger.entry(BANK, (CASH, amount), (FUND, -amount))
    state.actions[owners] += 1
    if state.journal is not None:
        state.journal.add(t, log.FUND_MOVE, owners, owners * 0, amount[owners])
