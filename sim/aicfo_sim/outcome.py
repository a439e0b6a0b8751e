"""What became of each merchant under a policy: survival, wealth, cash, lateness, cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import bank
from .draws.block import Block
from .fen import Flags, Ints, interest, per_merchant
from .ledger import (
    CASH,
    DISCOUNT_COST,
    FINANCE,
    FUND,
    FUND_INCOME,
    LATE_COST,
    LOAN_COST,
)
from .state import State
from .tables import BOND, NEVER, SUPPLIER

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
    "unpaid_suppliers",
    "idle_cash",
    "finance_cost",
    "discount_cost",
    "loan_cost",
    "late_cost",
    "interest_owed",
    "fund_income",
    "actions",
    "refused",
    "tenders_won",
    "bound",
)
"""Columns of a result beside replication and policy, all int64; amounts in fen, days counted
over the run without warm-up; cash includes the money fund, which pays out at once; `closed_day`
is −1 for survivors. `unpaid_suppliers` is overdue at the end, and all that a closed firm left
owing; `idle_cash` the mean of cash in the bank beyond what falls due in the next 30 days. Of
`finance_cost` the discounts, loans and lateness are named; it is what was paid, so interest on
drawings that still run at the end is not in it but in `interest_owed`, which ends what the run cost
with one due date for all. `bound` is a clairvoyant upper bound
on `wealth`, −1 where none was asked for."""

IDLE_DAYS = 30
"""Days of payments that cash is held for; what lies above is idle."""

_SIDE = 128
"""Merchants whose days are sorted at a time."""


@dataclass(frozen=True, slots=True)
class Start:
    """Where the run began: taken from the state at the end of the warm-up."""

    wealth: Ints
    finance: Ints
    memo: Ints
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
            memo=state.ledger.memo.copy(),
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
    out = out - per_merchant(receipts.owner[rows], state.billed[rows], size)
    out = out - _interest_owed(block, state, t)
    rows = np.flatnonzero((receipts.cond >= 0) & (receipts.issued >= t) & (receipts.bond == 0))
    rows = rows[state.active(receipts.cond[rows]) & state.alive[receipts.owner[rows]]]
    out = out + per_merchant(receipts.owner[rows], state.billed[rows], size)
    rows = np.flatnonzero((dues.cond >= 0) & (dues.known >= t) & (dues.kind != BOND))
    rows = rows[state.active(dues.cond[rows]) & state.alive[dues.owner[rows]]]
    return out - per_merchant(dues.owner[rows], dues.amount[rows], size)


def outcome(block: Block, state: State, start: Start, path: Ints, t: int) -> dict[str, Ints]:
    """Return the columns of `COLUMNS`, one entry per merchant.

    `path` is days × (cash, money fund) × merchants.

    The 5 % quantile of cash is the lower order statistic: a real day's cash, not a blend.
    """
    least, low = _lowest(path)
    memo = state.ledger.memo - start.memo
    return {
        "merchant": block.traits.merchant,
        "archetype": block.traits.archetype,
        "survived": state.alive.astype(np.int64),
        "closed_day": np.where(state.alive, -1, state.closed),
        "wealth_start": start.wealth,
        "wealth": wealth(block, state, t),
        "cash_end": state.ledger.balances[CASH] + state.ledger.balances[FUND],
        "cash_min": least,
        "cash_p5": low,
        "wage_late_days": state.wage_late_days - start.wages,
        "supplier_late_days": state.supplier_late_days - start.suppliers,
        "unpaid_suppliers": _unpaid(block, state, t),
        "idle_cash": _idle(block, state, path[:, 0], t),
        "finance_cost": state.ledger.balances[FINANCE] - start.finance,
        "discount_cost": memo[DISCOUNT_COST],
        "loan_cost": memo[LOAN_COST],
        "late_cost": memo[LATE_COST],
        "interest_owed": _interest_owed(block, state, t),
        "fund_income": memo[FUND_INCOME],
        "actions": state.actions - start.actions,
        "refused": state.refused.copy(),
        "tenders_won": _won(block, state) - start.won,
        "bound": np.full(block.size, -1, dtype=np.int64),
    }


def _lowest(path: Ints) -> tuple[Ints, Ints]:
    """Return the least cash at hand by merchant, and its 5 % quantile.

    Some merchants at a time, with a merchant's days side by side: that stays in cache.
    """
    days, _, size = path.shape
    low = (days - 1) * 5 // 100
    least, quantile = np.empty(size, dtype=np.int64), np.empty(size, dtype=np.int64)
    fund = path[:, 1].any()
    for first in range(0, size, _SIDE):
        some = slice(first, min(first + _SIDE, size))
        at_hand = (path[:, 0, some] + path[:, 1, some] if fund else path[:, 0, some]).T.copy()
        at_hand.partition(low, axis=1)
        least[some], quantile[some] = at_hand[:, : low + 1].min(axis=1), at_hand[:, low]
    return least, quantile


def _interest_owed(block: Block, state: State, t: int) -> Ints:
    """Return the interest that drawings which still run have cost by the start of day `t`, fen."""
    loans = np.flatnonzero(state.loans.open > 0)
    accrued = bank.owed_interest(block, state, loans, state.loans.open[loans], t - 1)
    return per_merchant(state.loans.owner[loans], accrued, block.size)


def _unpaid(block: Block, state: State, t: int) -> Ints:
    """Return what suppliers were owed and did not get by the start of day `t`, fen."""
    dues = block.dues
    rows = np.flatnonzero((dues.kind == SUPPLIER) & (state.open > 0) & state.active(dues.cond))
    owners = dues.owner[rows]
    owed = np.where(
        state.alive[owners], dues.due[rows] < t, dues.known[rows] <= state.closed[owners]
    )
    return per_merchant(owners[owed], state.open[rows[owed]], block.size)


def _idle(block: Block, state: State, cash: Ints, t: int) -> Ints:
    """Return the mean over open days of cash (days × merchants) beyond the next 30 days' dues.

    The last 30 days of the run are left out, whose next dues lie behind it; of a run as short as
    that the first day alone counts.
    """
    dues, days, size = block.dues, cash.shape[0], block.size
    first, counted = t - days, max(days - IDLE_DAYS, 1)
    every: Ints = np.arange(first, t + 1, dtype=np.int64)
    starts = np.searchsorted(dues.due, every)  # dues lie in order of their day
    amount = dues.amount
    if block.tenders.owner.size:
        amount = np.where(state.active(dues.cond), amount, 0)

    def falls(day: int) -> Ints:
        rows = slice(int(starts[day]), int(starts[day + 1]))
        return per_merchant(dues.owner[rows], amount[rows], size)

    needs, idle = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    for day in range(1, min(IDLE_DAYS, days - 1) + 1):
        needs += falls(day)
    last = np.where(state.alive, t, state.closed) - first
    for day in range(counted):
        beyond = np.maximum(cash[day] - needs, 0)
        idle += beyond if state.all_alive else np.where(day <= last, beyond, 0)
        if day + 1 < counted:
            needs += falls(day + 1 + IDLE_DAYS)
            needs -= falls(day + 1)
    opened = np.clip(last + 1, 0, counted)
    return idle // np.maximum(opened, 1)


def _known_alive(block: Block, state: State, owners: Ints, day: Ints) -> Flags:
    """Return which rows were posted: those of firms that were open on the row's day."""
    return state.alive[owners] | (day <= state.closed[owners])


def _won(block: Block, state: State) -> Ints:
    return per_merchant(block.tenders.owner, state.won.astype(np.int64), block.size)
