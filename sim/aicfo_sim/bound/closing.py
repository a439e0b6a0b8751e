"""What a merchant can be worth that closes before the end of the run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from .. import bank
from ..draws.block import Block
from ..fen import Flags, Ints, interest
from ..market import Market
from ..state import State
from ..tables import NEVER
from .baseline import CLASS, GOODS, WAGES, Baseline
from .contracts import Contract
from .periods import YEAR_PPM


def closing(block: Block, opening: State, base: Baseline, offered: Sequence[Contract] = ()) -> Ints:
    """Return the most that each merchant can be worth at the end if it closes on a day of the run,
    days × merchants, fen.

    Closing ends what would still have come in and be owed, and costs severance. Up to then money
    can have earned the best rate there is on all that was ever at hand; nothing was paid for
    drawings, bills or lateness. Crude, but it only matters for firms that lose money by staying.
    Of the contracts `offered` it takes those that the books of the day show a profit on.
    """
    base = _with(base, offered)
    first, last = base.first, base.last
    world, size = block.world, block.size
    market, rules = world.market, world.scenario.rules
    run = np.arange(first, last)
    worth = base.worth - _never(block, base)
    rate = np.array([_best(market, t) for t in run.tolist()], dtype=np.float64)
    dearest = rate / YEAR_PPM
    late = np.zeros_like(base.cash)
    if (dearest > market.late_rate / 1e6).any():
        # Then it pays to pay nobody.
        late = (np.cumsum(base.falls, axis=1) + base.arrears[:, None]).sum(axis=0)
    money = base.cash + late + base.bonds + _unpaid_bills(block, base)
    lines = np.zeros((run.size, size))
    for line in range(2):
        room = np.maximum(bank.limits(block, line), opening.used[line])
        cost = np.stack([bank.rates(block, line, t) for t in run.tolist()]).min(axis=0)
        extra = np.maximum(
            rate[:, None] - np.minimum(cost, cost * market.penalty_factor // 10**6), 0
        )
        lines = lines + room * extra / YEAR_PPM
    growth = 1.0 + float(dearest.sum()) * 1.01
    earned = np.maximum(money, 0) * dearest[:, None] * growth + lines * growth
    arriving = np.maximum(base.inflow, 0) * dearest[:, None]
    best = worth + np.ceil(np.cumsum(earned + arriving, axis=0) * (1 + 1e-9)).astype(np.int64)
    best = best + _kept(block, base)
    severance = block.traits.payroll * rules.severance_months
    return best - severance - base.accrued


def may_close(
    block: Block, opening: State, base: Baseline, offered: Sequence[Contract] = ()
) -> Flags:
    """Return on which days of the run each merchant can close, days × merchants.

    It closes on the day on which wages, suppliers or a drawing have waited a day longer than the
    rules allow, so nobody closes sooner than that after the first payment that is not made; a
    drawing may fall due on any day after the first.
    """
    rules, first = block.world.scenario.rules, base.first
    falls, days = base.falls, base.falls.shape[1]
    out = np.zeros((days, block.size), dtype=np.bool_)
    if offered:
        falls = _with(base, offered).falls
    for kind, waits in ((WAGES, rules.wage_days), (GOODS, rules.supplier_days)):
        if days > waits + 1:
            out[waits + 1 :] |= falls[kind, : days - waits - 1] > 0
        late = opening.overdue[CLASS[block.dues.kind[opening.overdue]] == kind]
        _allow(out, block.dues.due[late] + waits + 1 - first, block.dues.owner[late])
    credit = np.max([bank.limits(block, line) for line in range(2)], axis=0) > 0
    out[rules.loan_days + 2 :] |= credit
    loans = opening.loans
    owed = loans.unpaid()
    _allow(out, loans.due[owed] + rules.loan_days + 1 - first, loans.owner[owed])
    return out


def _allow(out: Flags, steps: Ints, owners: Ints) -> None:
    within = steps < out.shape[0]
    out[np.maximum(steps[within], 0), owners[within]] = True


def _with(base: Baseline, offered: Sequence[Contract]) -> Baseline:
    """Return a baseline with what the contracts can add, whatever they cost later."""
    if not offered:
        return base
    worth, cash, inflow, falls = (
        part.copy() for part in (base.worth, base.cash, base.inflow, base.falls)
    )
    for one in offered:
        books = np.zeros(worth.shape[0], dtype=np.int64)
        np.add.at(books, one.issued, one.earned)
        np.subtract.at(books, one.known, one.charged)
        worth[:, one.owner] += np.maximum(np.cumsum(books), 0)
        paid = np.zeros_like(books)
        np.add.at(paid, one.days, one.money)
        inflow[:, one.owner] += paid
        cash[:, one.owner] += np.cumsum(paid)
        np.add.at(falls[:, :, one.owner], (one.classes, one.due), one.costs)
    return replace(base, worth=worth, cash=cash, inflow=inflow, falls=falls)


def _best(market: Market, t: int) -> int:
    """Return the best that money at hand can earn on a day, ppm a year."""
    product = int(market.rates.wealth[t]) if market.wealth_days else 0
    return max(market.fund_rate(t), market.deposit_rate(t), product)


def _never(block: Block, base: Baseline) -> Ints:
    """Return by day what the books hold of receivables that the judge knows to be worthless."""
    receipts = block.receipts
    bad = (receipts.paid == NEVER) & (receipts.issued >= 0) & (receipts.issued < base.last)
    rows = np.flatnonzero(bad & base.state.active(receipts.cond))
    rows = rows[base.state.alive[receipts.owner[rows]]]
    out = np.zeros_like(base.worth)
    step = np.maximum(receipts.issued[rows] - base.first, 0)
    np.add.at(out, (step, receipts.owner[rows]), base.state.billed[rows])
    return np.cumsum(out, axis=0)


def _unpaid_bills(block: Block, base: Baseline) -> Ints:
    """Return by day the face of bills on hand that have not matured: at best they are money."""
    bills = block.bills
    pays = block.world.dates.roll(bills.matures)
    rows = np.flatnonzero((base.held > 0) & (pays >= base.first) & (bills.received < base.last))
    out = np.zeros((base.last - base.first + 1, block.size), dtype=np.int64)
    begins = np.maximum(bills.received[rows] - base.first, 0)
    ends = np.minimum(pays[rows], base.last) - base.first
    np.add.at(out, (begins, bills.owner[rows]), base.held[rows])
    # A bill that fails may have been given away before: then its money stays.
    good = bills.fails[rows] == 0
    np.add.at(out, (ends[good], bills.owner[rows[good]]), -base.held[rows[good]])
    return np.cumsum(out, axis=0)[:-1]


def _kept(block: Block, base: Baseline) -> Ints:
    """Return by closing day what the judge adds to or takes from the books for bills.

    A bill on hand that closing leaves uncollected is worth its face less interest from the end of
    the run to maturity, which is negative once it has matured; one that fails is worth nothing,
    unless it was given away and failed after closing, when nobody is left to ask.
    """
    bills = block.bills
    pays = block.world.dates.roll(bills.matures)
    rows = np.flatnonzero((base.held > 0) & (pays >= base.first))
    held = base.held[rows]
    rate, days = bank.discount_terms(block, max(base.last - 1, 0), rows, 2)
    worth = held - interest(held, rate, days, bank.BILL_BASIS)
    beyond = (bills.fails[rows] != 0) & (pays[rows] >= base.last)
    extra = np.where(bills.fails[rows] != 0, 0, np.maximum(worth - held, 0))
    extra = np.where(beyond, -held, extra)
    out = np.zeros((base.last - base.first + 1, block.size), dtype=np.int64)
    begins = np.clip(bills.received[rows] - base.first, 0, base.last - base.first)
    ends = np.clip(pays[rows] - base.first, 0, base.last - base.first)
    np.add.at(out, (begins, bills.owner[rows]), extra)
    np.add.at(out, (ends, bills.owner[rows]), np.where(beyond, 0, -extra))
    return np.cumsum(out, axis=0)[:-1]
