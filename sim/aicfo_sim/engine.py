"""The clock: SimPy ticks the days, numpy moves every merchant of a block through each.

Within a day: settlements, receipts and maturing bills come in; drawings and other payments that
fall due are made as far as cash goes, in the order wages, tax, rent, services, bonds, suppliers
(drawings first: the bank debits them); lateness is counted and firms that have failed close; then,
on working days, the policy looks at the books of that day and acts before the next one.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Protocol

import numpy as np
import simpy

from . import bank, tender_market, wealth
from . import journal as log
from .dates import PAD
from .draws.block import Block
from .fen import Ints, per_merchant
from .ledger import (
    BANK,
    BILLS,
    CASH,
    COSTS,
    CUSTOMERS,
    DEPOSITS,
    FINANCE,
    FUND,
    INCOME,
    LANDLORD,
    PAYABLES,
    RECEIVABLES,
    STAFF,
    STATE,
    SUPPLIERS,
)
from .state import State
from .tables import BOND, SUPPLIER, WAGE

PARTY = np.array([STAFF, STATE, STATE, LANDLORD, SUPPLIERS, CUSTOMERS, SUPPLIERS])
"""Who gets each kind of payment (a bond goes to the buyer)."""

_ACCRUAL = 365 * 1_000_000


class Policy(Protocol):
    """Decides at the close of a working day; acts through `bank`."""

    @property
    def name(self) -> str:
        """Name in results."""
        ...

    def decide(self, run: Run, t: int) -> None:
        """Act on the books of day `t`."""
        ...

    def bids(self, run: Run, t: int, rows: Ints) -> Ints:
        """Return those of the tenders in `rows`, whose deadline comes before the next working day
        after `t`, that the merchant bids for at its usual price (`tender_market.cost_plus`).

        A bid at another price is made by `tender_market.submit`, here or in `decide`.
        """
        ...


class Run:
    """One block under one policy."""

    def __init__(self, block: Block, state: State, policy: Policy) -> None:
        self.block, self.state, self.policy = block, state, policy
        self.dates, self.market = block.world.dates, block.world.market
        self.rules = block.world.scenario.rules
        self._has_tenders = block.tenders.owner.size > 0
        self._party = PARTY[block.dues.kind] * block.size + block.dues.owner
        """Where each payment's money goes: the place in `ledger.money` as one row."""

    def live(
        self, env: simpy.Environment, first: int, last: int, path: Ints | None = None
    ) -> Generator[simpy.Event, None, None]:
        """Live through days `first` … `last` − 1, one tick each.

        `path` (days × 2 × merchants, zeros) takes cash and money fund at the end of each day.
        """
        for t in range(first, last):
            self.day(t)
            if path is not None:
                balances = self.state.ledger.balances
                path[t - first, 0] = balances[CASH]
                if balances[FUND].any():
                    path[t - first, 1] = balances[FUND]
            yield env.timeout(1)
        self.state.check(self.block)

    def day(self, t: int) -> None:
        """Move all merchants through day `t`."""
        self.open(t)
        self.close(t)

    def open(self, t: int) -> None:
        """Let all of day `t` happen but what merchants decide at its close."""
        if self._has_tenders:
            tender_market.awards(self.block, self.state, t)
        self._receive(t)
        self.state.effects.day(self.block, self.state, t)
        self._accrue(t)
        if self.market.wealth_days:
            wealth.day(self.block, self.state, t)
        bank.collect_due(self.block, self.state, t)
        self._pay(t)
        self._judge(t)

    def close(self, t: int) -> None:
        """Let the policy decide at the close of day `t`, where it is a working day."""
        if self.dates.working[t + PAD]:
            if self._has_tenders:
                self._tenders(t)
            self.policy.decide(self, t)

    def next_decision(self, t: int) -> int:
        """Return the next working day after `t`."""
        return int(self.dates.rolled[t + 1 + PAD])

    def needs(self, t: int, until: int) -> Ints:
        """Return what must be paid from tomorrow to `until`, arrears included, as known on `t`."""
        block, state = self.block, self.state
        dues, span = block.dues, self._span(t + 1, until + 1)
        open_now = self._open(span)
        known = dues.known[span] <= t
        if not known.all():
            open_now = np.where(known, open_now, 0)
        owed = per_merchant(dues.owner[span], open_now, block.size)
        if state.overdue.size:
            np.add.at(owed, dues.owner[state.overdue], state.open[state.overdue])
        if state.loans.unpaid().size:
            owed += bank.loans_due(block, state, t, until)
        return owed if state.all_alive else np.where(state.alive, owed, 0)

    def arriving(self, t: int) -> Ints:
        """Return what platforms and wallets will settle tomorrow: sold before today's end."""
        settled = self.block.settled
        drawn = settled[t + 1] if t + 1 < settled.shape[0] else np.zeros_like(settled[t])
        effects = self.state.effects
        return drawn + effects.arriving(t + 1, self.block.size) if effects.firms else drawn

    def short(self, t: int) -> Ints:
        """Return what cash and tomorrow's settlements lack for the payments up to the next
        decision, by merchant, fen."""
        need = self.needs(t, self.next_decision(t))
        short = need - self.state.ledger.cash
        short -= self.arriving(t)
        np.maximum(short, 0, out=short)
        return short if self.state.all_alive else np.where(self.state.alive, short, 0)

    def _receive(self, t: int) -> None:
        block, state = self.block, self.state
        ledger, alive = state.ledger, state.alive
        taken = block.settled[t], block.fee[t], block.sold[t]
        ledger.trade(*(taken if state.all_alive else (column * alive for column in taken)))
        receipts = block.receipts
        if receipts.owner.size:
            rows = block.issued_order[block.issued_from[t] : block.issued_from[t + 1]]
            rows = self._live(rows, receipts.owner, receipts.cond)
            rows = rows[receipts.bond[rows] == 0]
            if rows.size:
                amount = state.billed[rows]
                ledger.some(None, receipts.owner[rows], (RECEIVABLES, amount), (INCOME, -amount))
            rows = _span(block.receipts_from, t, t + 1)
            rows = self._live(rows, receipts.owner, receipts.cond)
            if rows.size:
                self._paid_to_us(t, rows)
        if block.bills.owner.size:
            rows = block.matures_order[block.matures_from[t] : block.matures_from[t + 1]]
            rows = rows[(state.left[rows] > 0) | (state.moved[rows] > 0)]
            rows = rows[alive[block.bills.owner[rows]]]
            if rows.size:
                self._mature(t, rows)
        dues = block.dues
        rows = block.known_order[block.known_from[t] : block.known_from[t + 1]]
        rows = self._live(rows, dues.owner, dues.cond)
        if rows.size:
            if self._has_tenders:
                bonds = rows[dues.kind[rows] == BOND]
                rows, bond = rows[dues.kind[rows] != BOND], state.open[bonds]
                ledger.some(None, dues.owner[bonds], (DEPOSITS, bond), (PAYABLES, -bond))
            cost = dues.amount[rows]
            ledger.some(None, dues.owner[rows], (COSTS, cost), (PAYABLES, -cost))

    def _paid_to_us(self, t: int, rows: Ints) -> None:
        block, state, receipts = self.block, self.state, self.block.receipts
        by_bill = receipts.bill[rows] >= 0
        bills = receipts.bill[rows[by_bill]]
        face = per_merchant(block.bills.owner[bills], block.bills.face[bills], block.size)
        state.left[bills] = block.bills.face[bills]
        state.touched[bills] = t
        money = rows[~by_bill]
        if state.journal is not None:
            owners = receipts.owner[rows]
            state.journal.add(
                t, log.RECEIPT, owners, rows, state.billed[rows], by_bill.astype(np.int64)
            )
            owners = block.bills.owner[bills]
            state.journal.add(t, log.BILL_IN, owners, bills, block.bills.face[bills])
        total = per_merchant(receipts.owner[money], state.billed[money], block.size)
        bonds = money[receipts.bond[money] != 0]
        bond = per_merchant(receipts.owner[bonds], state.billed[bonds], block.size)
        state.ledger.entry(
            CUSTOMERS,
            (CASH, total),
            (BILLS, face),
            (DEPOSITS, -bond),
            (RECEIVABLES, bond - total - face),
        )

    def _mature(self, t: int, rows: Ints) -> None:
        """Collect bills at maturity; a failing acceptor costs the holder, or who passed it on."""
        state, bills, size = self.state, self.block.bills, self.block.size
        held = state.left[rows]
        fails = bills.fails[rows] != 0
        good = per_merchant(bills.owner[rows], np.where(fails, 0, held), size)
        lost = per_merchant(bills.owner[rows], np.where(fails, held, 0), size)
        state.ledger.entry(CUSTOMERS, (CASH, good), (COSTS, lost), (BILLS, -good - lost))
        if state.journal is not None:
            paid = np.where(fails, 0, held)
            state.journal.add(t, log.BILL_END, bills.owner[rows], rows, paid, held)
        state.left[rows] = 0
        state.touched[rows] = np.where(held > 0, t, state.touched[rows])
        claim = rows[fails & (state.moved[rows] > 0) & (bills.recourse[rows] >= 0)]
        if claim.size:
            state.open[bills.recourse[claim]] = state.moved[claim]
            owed = per_merchant(bills.owner[claim], state.moved[claim], size)
            state.ledger.entry(None, (COSTS, owed), (PAYABLES, -owed))

    def _accrue(self, t: int) -> None:
        state, ledger = self.state, self.state.ledger
        fund = ledger.balances[FUND]
        if fund.any():
            paid, state.fund_rest = np.divmod(
                state.fund_rest + fund * self.market.fund_rate(t) * state.alive, _ACCRUAL
            )
            ledger.entry(None, (FUND, paid), (INCOME, -paid))
        earning = ledger.cash * self.market.deposit_rate(t)
        state.deposit_rest += earning if state.all_alive else earning * state.alive
        # Demand deposits pay interest on the 21st of each quarter's last month (结息日次日).
        day = self.dates.at(t)
        if day.day == 21 and day.month % 3 == 0:
            paid, state.deposit_rest = np.divmod(state.deposit_rest, _ACCRUAL)
            paid = paid * state.alive
            ledger.entry(BANK, (CASH, paid), (INCOME, -paid))
            if state.journal is not None:
                owners = np.flatnonzero(paid)
                state.journal.add(t, log.DEPOSIT_INTEREST, owners, owners, paid[owners])

    def _pay(self, t: int) -> None:
        """Pay what is due or overdue, as far as each merchant's cash goes."""
        block, state, dues = self.block, self.state, self.block.dues
        span = self._span(t, t + 1)
        owners, amount = dues.owner[span], self._open(span)
        if not owners.size and not state.overdue.size:
            return
        owed = per_merchant(owners, amount, block.size)
        tight = owed > np.maximum(state.ledger.cash, 0)
        tight[dues.owner[state.overdue]] = True
        if tight.any():
            # Those who cannot pay all pay in order, as far as their cash goes.
            short = tight[owners]
            rows = np.flatnonzero(short & (amount > 0)) + span.start
            rows = np.concatenate([state.overdue, rows])
            rows = rows[np.lexsort((dues.due[rows], dues.kind[rows], dues.owner[rows]))]
            amount = np.where(short, 0, amount)
            owed[tight] = 0
            gets = self._affordable(rows, np.maximum(state.ledger.cash, 0))
            self._pay_rows(t, rows, gets)
            state.overdue = rows[state.open[rows] > 0]
        state.ledger.pay(owed, self._party[span], amount)
        self._write_paid(t, np.arange(span.start, span.stop, dtype=np.int64), amount)
        state.open[span] -= amount  # last: `amount` may be that very part of the column

    def _affordable(self, rows: Ints, cash: Ints) -> Ints:
        """Return what each row gets, rows in the order in which their owner pays them."""
        owners, owed = self.block.dues.owner[rows], self.state.open[rows]
        before = np.cumsum(owed) - owed
        before -= before[np.searchsorted(owners, owners)]
        return np.clip(cash[owners] - before, 0, owed)

    def _pay_rows(self, t: int, rows: Ints, amount: Ints) -> None:
        if not rows.size:
            return
        state = self.state
        state.open[rows] -= amount
        owed = per_merchant(self.block.dues.owner[rows], amount, self.block.size)
        state.ledger.pay(owed, self._party[rows], amount)
        self._write_paid(t, rows, amount)

    def _write_paid(self, t: int, rows: Ints, amount: Ints) -> None:
        journal = self.state.journal
        if journal is not None:
            paid = np.flatnonzero(amount)
            owners = self.block.dues.owner[rows[paid]]
            journal.add(t, log.DUE_PAID, owners, rows[paid], -amount[paid])

    def _judge(self, t: int) -> None:
        """Count late days, charge late interest, close firms that have failed."""
        block, state, dues = self.block, self.state, self.block.dues
        size, rows = block.size, state.overdue
        loans = state.loans.unpaid()
        behind = loans[state.loans.due[loans] < t - self.rules.loan_days]
        if not rows.size and not behind.size:
            return
        failed = np.zeros(size, dtype=np.bool_)
        failed[state.loans.owner[behind]] = True
        if rows.size:
            owners, kind, wait = dues.owner[rows], dues.kind[rows], t - dues.due[rows]
            wages, suppliers = kind == WAGE, kind == SUPPLIER
            state.wage_late_days[np.unique(owners[wages])] += 1
            state.supplier_late_days[np.unique(owners[suppliers])] += 1
            # Whatever is late costs interest: else rent and wages that wait were credit for free.
            charge = state.open[rows] * self.market.late_rate
            np.add.at(state.late_rest, owners, charge)
            late = np.unique(owners)
            cost, state.late_rest[late] = np.divmod(state.late_rest[late], 1_000_000)
            state.ledger.some(None, late, (FINANCE, cost), (PAYABLES, -cost))
            failed[owners[wages & (wait > self.rules.wage_days)]] = True
            failed[owners[suppliers & (wait > self.rules.supplier_days)]] = True
        failed &= state.alive
        if failed.any():
            state.alive &= ~failed
            state.all_alive = False
            state.closed[failed] = t
            cost = np.where(failed, block.traits.payroll * self.rules.severance_months, 0)
            state.ledger.entry(None, (COSTS, cost), (PAYABLES, -cost))
            state.overdue = rows[state.alive[dues.owner[rows]]]

    def _tenders(self, t: int) -> None:
        """Let the policy bid for tenders that close before it is asked again."""
        rows = tender_market.closing(self.block, self.state, t, self.next_decision(t))
        if not rows.size:
            return
        chosen = self.policy.bids(self, t, rows)
        prices = tender_market.cost_plus(self.block, chosen)
        for row, price in zip(chosen.tolist(), prices.tolist(), strict=True):
            if not tender_market.submit(self.block, self.state, t, row, price):
                self.state.actions[self.block.tenders.owner[row]] += 1

    def due_rows(self, first: int, end: int) -> Ints:
        """Return open rows of Dues that happen and fall due on days `first` … `end` − 1."""
        span = self._span(first, end)
        return np.flatnonzero(self._open(span)) + span.start

    def _span(self, first: int, end: int) -> slice:
        """Return the rows of Dues that fall due on days `first` … `end` − 1."""
        starts = self.block.dues_from
        last = starts.size - 1
        return slice(int(starts[min(first, last)]), int(starts[min(end, last)]))

    def _open(self, span: slice) -> Ints:
        """Return what is still to be paid of rows of Dues, 0 where they do not happen."""
        dues, state = self.block.dues, self.state
        out = state.open[span]
        if state.won.size:
            out = np.where(state.active(dues.cond[span]), out, 0)
        return out if state.all_alive else np.where(state.alive[dues.owner[span]], out, 0)

    def _live(self, rows: Ints, owner: Ints, cond: Ints) -> Ints:
        if not rows.size:
            return rows
        state = self.state
        if state.won.size:
            rows = rows[state.active(cond[rows])]
        return rows if state.all_alive else rows[state.alive[owner[rows]]]


def _span(starts: Ints, first: int, end: int) -> Ints:
    """Return the rows of days `first` … `end` − 1 of a table sorted by day."""
    return np.arange(int(starts[first]), int(starts[end]), dtype=np.int64)


def run(policy_run: Run, first: int, last: int, path: Ints | None = None) -> None:
    """Run one block over days `first` … `last` − 1 on a SimPy clock."""
    env = simpy.Environment(initial_time=first)
    env.process(policy_run.live(env, first, last, path))
    env.run()
