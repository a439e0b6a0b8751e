"""The owner without a CFO, and rules that a careful owner could follow (docs/policies.md)."""

from __future__ import annotations

import numpy as np

from .. import bank
from ..engine import Run
from ..fen import Ints, per_merchant
from ..ledger import CASH, FUND
from ..money_fund import invest, redeem
from ..state import BANK_LINE, QUICK_LINE


class Owner:
    """Pays when due; when short, discounts bills at the first counter, then borrows fast and dear.

    Bills go whole, the first to mature first. Bids for every tender that promises a margin. Repays
    when the bank asks. Frozen: docs/policies.md names each habit and where it is known from.
    """

    name = "owner"

    def decide(self, run: Run, t: int) -> None:
        """Act when what is due before the next decision exceeds cash."""
        short = run.short(t)
        if not short.any():
            return
        sell_bills(run, t, short, cheapest=False)
        bank.cover(run.block, run.state, t, run.short(t), (QUICK_LINE, BANK_LINE))

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


class AllT0(Owner):
    """Keeps in the money fund all that is not to be paid before the next decision; else the owner.

    The fund pays out at once (T+0), so that only what is due before the owner looks again has to
    lie on the account.
    """

    name = "all_t0"

    def decide(self, run: Run, t: int) -> None:
        """Take from the fund what is short, act as the owner, put away what is left over."""
        block, state = run.block, run.state
        need = run.needs(t, run.next_decision(t))
        short = run.short(t)
        redeem(block, state, t, np.minimum(short, state.ledger.balances[FUND]))
        super().decide(run, t)
        spare = state.ledger.balances[CASH] - need
        invest(block, state, t, np.where(state.alive, np.maximum(spare, 0), 0))

    def bids(self, run: Run, t: int, rows: Ints) -> Ints:
        """Bid as the owner; the bonds come out of the fund where cash lacks them."""
        rows = super().bids(run, t, rows)
        redeem_bonds(run, t, rows)
        return rows


class BankFirst(Owner):
    """When short, takes the cheapest first: the bank's line, bills where they cost least, the rest.

    Bills go whole, the first to mature first.
    """

    name = "bank_first"

    def decide(self, run: Run, t: int) -> None:
        """Act when what is due before the next decision exceeds cash."""
        short = run.short(t)
        if not short.any():
            return
        short = bank.cover(run.block, run.state, t, short, (BANK_LINE,))
        sell_bills(run, t, short, cheapest=True)
        bank.cover(run.block, run.state, t, run.short(t), (QUICK_LINE,))


def redeem_bonds(run: Run, t: int, rows: Ints) -> None:
    """Take from the fund what cash lacks for the bid bonds of the tenders in `rows`."""
    block, balances = run.block, run.state.ledger.balances
    bonds = per_merchant(block.tenders.owner[rows], block.tenders.bond[rows], block.size)
    lacking = np.maximum(bonds - balances[CASH], 0)
    redeem(block, run.state, t, np.minimum(lacking, balances[FUND]))


def sell_bills(run: Run, t: int, short: Ints, *, cheapest: bool) -> None:
    """Discount whole bills, the first to mature first, until each merchant has `short`, fen.

    At the first counter, or where each bill is `cheapest` to sell.
    """
    block, state = run.block, run.state
    rows = bank.sellable(block, state, t)
    rows = rows[short[block.bills.owner[rows]] > 0]
    if not rows.size:
        return
    rows = rows[np.lexsort((block.bills.matures[rows], block.bills.owner[rows]))]
    where = bank.cheapest(block, state, t, rows) if cheapest else np.zeros_like(rows)
    cost = np.zeros_like(rows)
    for place in np.unique(where).tolist():
        chosen = where == place
        face = state.left[rows[chosen]]
        cost[chosen] = bank.discount_cost(block, t, rows[chosen], face, place)
    chosen = bank.first_until(block.bills.owner[rows], state.left[rows] - cost, short)
    bank.discount(block, state, t, rows[chosen], where[chosen])
