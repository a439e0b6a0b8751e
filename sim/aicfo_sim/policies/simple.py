"""The owner without a CFO, and two rules that a careful owner could follow by hand."""

from __future__ import annotations

import numpy as np

from .. import bank
from ..engine import Run
from ..fen import Ints
from ..state import BANK_LINE, QUICK_LINE


class Owner:
    """Pays when due; when short, discounts bills at the first counter, then borrows fast and dear.

    Bills go whole, the first to mature first. Bids for every tender that promises a margin. Repays
    when the bank asks.
    """

    name = "owner"

    def decide(self, run: Run, t: int) -> None:
        """Act when what is due before the next decision exceeds cash."""
        short = run.short(t)
        if not short.any():
            return
        block, state = run.block, run.state
        rows = bank.sellable(block, state, t)
        rows = rows[short[block.bills.owner[rows]] > 0]
        if rows.size:
            rows = rows[np.lexsort((block.bills.matures[rows], block.bills.owner[rows]))]
            worth = state.left[rows] - bank.discount_cost(block, t, rows, state.left[rows], 0)
            chosen = rows[bank.first_until(block.bills.owner[rows], worth, short)]
            bank.discount(block, state, t, chosen, np.zeros_like(chosen))
            short = run.short(t)
        bank.cover(block, state, t, short, (QUICK_LINE, BANK_LINE))

    def bids(self, run: Run, t: int, rows: Ints) -> Ints:
        """Bid for all that promise a margin on paper."""
        return rows[run.block.tenders.cost_ppm[rows] < 1_000_000]


class HoldAll(Owner):
    """Holds every bill to maturity; when short, borrows, the cheaper line first."""

    name = "hold_all"

    def decide(self, run: Run, t: int) -> None:
        """Act when what is due before the next decision exceeds cash."""
        short = run.short(t)
        if short.any():
            bank.cover(run.block, run.state, t, short, (BANK_LINE, QUICK_LINE))


class AlwaysDiscount(HoldAll):
    """Discounts every bill on receipt where it is cheapest; when short, borrows as `HoldAll`."""

    name = "always_discount"

    def decide(self, run: Run, t: int) -> None:
        """Turn all bills on hand into money, then act as `HoldAll`."""
        rows = bank.sellable(run.block, run.state, t)
        if rows.size:
            bank.discount(
                run.block, run.state, t, rows, bank.cheapest(run.block, run.state, t, rows)
            )
        super().decide(run, t)
