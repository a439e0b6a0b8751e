"""What became of each merchant under a policy: survival, wealth, cash, lateness, cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import bank
from .draws.block import Block
from .fen import Flags, Ints, interest, per_merchant
from .ledger import CASH, FINANCE, FUND
from .state import State
from .tables import BOND, NEVER

COLUMNS = (
    "merchant",
    "archetype",
    "survived",
    "closed_day",
    "wealth_start",
    "wealth",
    "cash_end",
    "cash_min",
    "cash_p5",
    "wage_late_days",
    "supplier_late_days",
    "finance_cost",
    "actions",
    "refused",
    "tenders_won",
)
"""Columns of a result beside replication and policy, all int64; amounts in fen, days counted
over the run without warm-up; cash includes the money fund, which pays out at once; `closed_day`
is −1 for survivors."""


@dataclass(frozen=True, slots=True)
class Start:
    """Where the run began: taken from the state at the end of the warm-up."""

    wealth: Ints
    finance: Ints
    wages: Ints
    suppliers: Ints
    actions: Ints
    won: Ints

    @classmethod
    def of(cls, block: Block, state: State, t: int) -> Start:
        """Return the starting point of a run whose first day is `t`."""
        return cls(
            wealth=wealth(block, state, t),
            finance=state.ledger.balances[FINANCE].copy(),
            wages=state.wage_late_days.copy(),
            suppliers=state.supplier_late_days.copy(),
            actions=state.actions.copy(),
            won=_won(block, state),
        )


def wealth(block: Block, state: State, t: int) -> Ints:
    """Return what each merchant is worth at the start of day `t`, judged with hindsight, fen.

    Assets less liabilities; bills on hand at the platform's rate of the day before, those that
    will fail at nothing; receivables that will never be paid at nothing; interest accrued on
    drawings deducted; contracts that were won at their whole margin, so that a contract half done
    is neither a windfall nor a loss. Hindsight is the judge's, never the policy's.
    """
    bills, receipts, dues, size = block.bills, block.receipts, block.dues, block.size
    out = state.ledger.wealth()
    rows = np.flatnonzero(state.left > 0)
    face = state.left[rows]
    rate, days = bank.discount_terms(block, max(t - 1, 0), rows, 2)
    worth = np.where(bills.fails[rows] != 0, 0, face - interest(face, rate, days, bank.BILL_BASIS))
    out = out - per_merchant(bills.owner[rows], face - worth, size)
    matures = block.world.dates.roll(bills.matures) if bills.matures.size else bills.matures
    rows = np.flatnonzero((state.moved > 0) & (bills.fails != 0) & (matures >= t))
    out = out - per_merchant(bills.owner[rows], state.moved[rows], size)
    bad = (receipts.paid == NEVER) & (receipts.issued < t) & (receipts.issued >= 0)
    rows = np.flatnonzero(bad & state.active(receipts.cond))
    rows = rows[_known_alive(block, state, receipts.owner[rows], receipts.issued[rows])]
    out = out - per_merchant(receipts.owner[rows], receipts.amount[rows], size)
    loans = np.flatnonzero(state.loans.open > 0)
    accrued = bank.owed_interest(block, state, loans, state.loans.open[loans], t - 1)
    out = out - per_merchant(state.loans.owner[loans], accrued, size)
    rows = np.flatnonzero((receipts.cond >= 0) & (receipts.issued >= t) & (receipts.bond == 0))
    rows = rows[state.active(receipts.cond[rows]) & state.alive[receipts.owner[rows]]]
    out = out + per_merchant(receipts.owner[rows], receipts.amount[rows], size)
    rows = np.flatnonzero((dues.cond >= 0) & (dues.known >= t) & (dues.kind != BOND))
    rows = rows[state.active(dues.cond[rows]) & state.alive[dues.owner[rows]]]
    return out - per_merchant(dues.owner[rows], dues.amount[rows], size)


def outcome(block: Block, state: State, start: Start, path: Ints, t: int) -> dict[str, Ints]:
    """Return the columns of `COLUMNS`, one entry per merchant.

    `path` is cash and money fund by day × merchant.

    The 5 % quantile of cash is the lower order statistic: a real day's cash, not a blend.
    """
    order = np.sort(path, axis=0)
    return {
        "merchant": block.traits.merchant,
        "archetype": block.traits.archetype,
        "survived": state.alive.astype(np.int64),
        "closed_day": np.where(state.alive, -1, state.closed),
        "wealth_start": start.wealth,
        "wealth": wealth(block, state, t),
        "cash_end": state.ledger.balances[CASH] + state.ledger.balances[FUND],
        "cash_min": order[0],
        "cash_p5": order[(path.shape[0] - 1) * 5 // 100],
        "wage_late_days": state.wage_late_days - start.wages,
        "supplier_late_days": state.supplier_late_days - start.suppliers,
        "finance_cost": state.ledger.balances[FINANCE] - start.finance,
        "actions": state.actions - start.actions,
        "refused": state.refused.copy(),
        "tenders_won": _won(block, state) - start.won,
    }


def _known_alive(block: Block, state: State, owners: Ints, day: Ints) -> Flags:
    """Return which rows were posted: those of firms that were open on the row's day."""
    return state.alive[owners] | (day <= state.closed[owners])


def _won(block: Block, state: State) -> Ints:
    return per_merchant(block.tenders.owner, state.won.astype(np.int64), block.size)
