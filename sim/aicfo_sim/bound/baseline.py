"""What happens to each merchant whatever it does with its money: a run that is never short.

The baseline lives through the same days with the opening books, the compared policy's choices in
the groups that the bound does not cover (bids, prices, advertising, stores, stock), and money
without end: it pays when due, holds every bill to maturity, never borrows. What it receives and
pays on each day is what any other use of money has to live with, and its wealth is what the gains
and costs of money come on top of.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .. import bank
from ..dates import PAD
from ..draws.block import Block
from ..engine import Run
from ..engine import run as live
from ..fen import Ints, per_merchant
from ..ledger import BANK, CASH, EQUITY, FUND, INVESTED, LOANS, OWNERS
from ..outcome import wealth
from ..state import Loans, State
from ..tables import DUE_KINDS, SUPPLIER, WAGE
from ..tender_market import submit
from ..wealth_room import Redemptions
from .tape import Player, Taped

WAGES, OTHERS, GOODS = range(3)
"""Classes of payments: wages; rent, taxes, services, bonds; suppliers, who are paid last."""

CLASS = np.full(len(DUE_KINDS), OTHERS)
CLASS[[WAGE, SUPPLIER]] = WAGES, GOODS
"""Class of each kind of payment."""

PLENTY = 10**13
"""Cash that the baseline is given, fen: more than any firm pays, and interest on it fits."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """Days × merchants in fen, from day `first` to `last` − 1, unless said otherwise."""

    first: int
    last: int
    state: State
    """The baseline's state at the end."""
    held: Ints
    """What is on hand of each bill at the start, or comes in, fen by row of Bills."""
    owing: Ints
    """What is open of each row of Dues at the start, contracts at the price that won them, fen."""
    inflow: Ints
    """Money that comes in before payments are made: settlements, receipts, bonds given back."""
    falls: Ints
    """Classes × days × merchants: what falls due."""
    arrears: Ints
    """Classes × merchants: what was overdue at the start."""
    bonds: Ints
    """Bid bonds of the compared policy, at the last moment for the bid."""
    worth: Ints
    """Wealth on the books at each day's end, without the money given."""
    cash: Ints
    """Cash at each day's end, without the money given, drawings repaid at the start."""
    wealth: Ints
    """Wealth at the end as the judge sees it, by merchant."""
    accrued: Ints
    """Interest on drawings that was owed at the start, by merchant."""


def baseline(
    block: Block, opening: State, chosen: State, first: int, last: int, *, bids: bool = True
) -> Baseline:
    """Return the baseline of days `first` … `last` − 1 from the state at the start of `first`.

    `chosen` is the compared policy's state at the end: its `bids` are made again, unless the bound
    is free to make its own, and what its levers did is played from its tape.
    """
    state = opening.copy()
    state.journal = None
    ledger, size = state.ledger, block.size
    rows = np.flatnonzero(state.loans.open > 0)
    owed = bank.owed_interest(block, opening, rows, opening.loans.open[rows], first - 1)
    accrued = per_merchant(opening.loans.owner[rows], owed, size)
    # Drawings are repaid out of the plenty that follows; money put away lies in cash.
    repaid = -ledger.balances[LOANS]
    ledger.entry(BANK, (CASH, -repaid), (LOANS, repaid))
    state.loans, state.used = Loans.none(), np.zeros_like(state.used)
    for account in (FUND, INVESTED):
        away = ledger.balances[account].copy()
        ledger.entry(BANK, (CASH, away), (account, -away))
    state.wealth = Redemptions.none(size)
    state.fund_rest, state.deposit_rest = (np.zeros(size, dtype=np.int64) for _ in range(2))
    if isinstance(chosen.effects, Taped):
        state.effects = Player(chosen.effects.tape)
    given = np.full(size, PLENTY, dtype=np.int64)
    ledger.entry(OWNERS, (CASH, given), (EQUITY, -given))
    before = ledger.cash.copy()
    passive = _Passive(block, opening, chosen if bids else opening, first)
    run = _Watched(block, state, passive, first, last)
    live(run, first, last)
    interest = np.cumsum(run.bank, axis=0)
    moved = np.diff(run.cash, axis=0, prepend=before[None, :]) - run.bank
    held = _held(block, opening, state, first, last)
    inflow = moved + run.falls.sum(axis=0) + run.bonds - _matured(block, held, first, last)
    inflow[0] += run.arrears.sum(axis=0)
    return Baseline(
        first=first,
        last=last,
        state=state,
        held=held,
        owing=run.owing,
        inflow=inflow,
        falls=run.falls,
        arrears=run.arrears,
        bonds=run.bonds,
        worth=run.worth - PLENTY - interest,
        cash=run.cash - PLENTY - interest,
        wealth=wealth(block, state, last) - PLENTY - interest[-1],
        accrued=accrued,
    )


class _Passive:
    """Does nothing but bid what the compared policy bid, as late as the deadline lets it."""

    name = "passive"

    def __init__(self, block: Block, opening: State, chosen: State, first: int) -> None:
        working, deadline = block.world.dates.working, block.tenders.deadline
        self._rows = dict[int, list[int]]()
        self._price = chosen.bid_price
        for row in np.flatnonzero(chosen.bid & ~opening.bid).tolist():
            day = int(deadline[row])
            while not working[day + PAD]:
                day -= 1
            self._rows.setdefault(max(day, first), []).append(row)

    def decide(self, run: Run, t: int) -> None:
        for row in self._rows.get(t, []):
            submit(run.block, run.state, t, row, int(self._price[row]))

    def bids(self, run: Run, t: int, rows: Ints) -> Ints:
        del run, t
        return rows[:0]


class _Watched(Run):
    """A run that writes down what falls due and what money does."""

    def __init__(self, block: Block, state: State, policy: _Passive, first: int, last: int) -> None:
        super().__init__(block, state, policy)
        self._first = first
        shape = (last - first, block.size)
        self.falls = np.zeros((3, *shape), dtype=np.int64)
        self.arrears = np.zeros((3, block.size), dtype=np.int64)
        self.bank, self.cash, self.worth, self.bonds = (
            np.zeros(shape, dtype=np.int64) for _ in range(4)
        )
        self.owing = state.open.copy()
        self._add(self.arrears, state.overdue)

    def day(self, t: int) -> None:
        step, ledger = t - self._first, self.state.ledger
        paid_in, bids = ledger.money[BANK].copy(), self.state.bid.copy()
        super().day(t)
        self.bank[step] = paid_in - ledger.money[BANK]
        self.cash[step], self.worth[step] = ledger.cash, ledger.wealth()
        rows = np.flatnonzero(self.state.bid & ~bids)
        tenders = self.block.tenders
        self.bonds[step] = per_merchant(tenders.owner[rows], tenders.bond[rows], self.block.size)

    def _pay(self, t: int) -> None:
        self._add(self.falls[:, t - self._first], self.due_rows(t, t + 1))
        super()._pay(t)

    def _add(self, into: Ints, rows: Ints) -> None:
        dues = self.block.dues
        self.owing[rows] = self.state.open[rows]
        np.add.at(into, (CLASS[dues.kind[rows]], dues.owner[rows]), self.state.open[rows])


def _held(block: Block, opening: State, state: State, first: int, last: int) -> Ints:
    """Return what is to be disposed of each bill: on hand at the start or received in the run."""
    bills = block.bills
    comes = (bills.received >= first) & (bills.received < last) & state.active(bills.cond)
    comes &= state.alive[bills.owner]
    return np.where(comes, bills.face, opening.left * state.alive[bills.owner])


def _matured(block: Block, held: Ints, first: int, last: int) -> Ints:
    """Return the money that held bills bring at maturity by day × merchant, fen."""
    bills = block.bills
    pays = block.world.dates.roll(bills.matures)
    rows = np.flatnonzero((pays >= first) & (pays < last) & (bills.fails == 0))
    out = np.zeros((last - first, block.size), dtype=np.int64)
    np.add.at(out, (pays[rows] - first, bills.owner[rows]), held[rows])
    return out
