"""The simulated bank: lines, discounting, funds. Whole columns for rules, one action for plugins.

Both roads post the same entries (`tests/test_bank.py` holds them against each other); the second
is `aicfo_sdk.actions.postings`, as every bank uses it.
"""

from __future__ import annotations

import numpy as np

from aicfo_sdk.money import PPM

from . import journal as log
from . import rng
from .draws.block import Block
from .fen import Flags, Ints, interest, per_merchant, round_div, share
from .ledger import BANK, CASH, FINANCE, LOANS
from .ledger import BILLS as BILLS_ACCOUNT
from .lenders import NAMES, month_of
from .lenders import refused as refused_by
from .market import INSTITUTIONS, takes
from .state import BANK_LINE, QUICK_LINE, State

BASIS = 365
BILL_BASIS = 360

TAKES = np.array([[takes(place, code) for code in range(7)] for place in range(len(INSTITUTIONS))])
"""Which institution discounts which class of acceptor."""


def limits(block: Block, line: int) -> Ints:
    """Return the highest limit that a line has in the run by merchant, fen."""
    return limit(block, line, block.reviews.max(axis=0))


def limit(block: Block, line: int, review: Ints, owners: Ints | None = None) -> Ints:
    """Return the limit of a line by merchant (or by those in `owners`), fen, after its lender's
    last review (ppm of the limit at the start); whole thousands of yuan."""
    granted = (block.traits.bank_limit, block.traits.quick_limit)[line]
    granted = granted if owners is None else granted[owners]
    return share(granted, review) // 100_000 * 100_000


def free(block: Block, state: State, t: int, line: int, owners: Ints | None = None) -> Ints:
    """Return what can still be drawn on a line on day `t` by merchant (or by those in `owners`),
    fen.

    A lender may refuse whoever is in arrears with wages, tax, suppliers or loans.
    """
    world, chosen = block.world, slice(None) if owners is None else owners
    review = block.reviews[month_of(world.dates, t)][chosen]
    left = np.maximum(limit(block, line, review, owners) - state.used[line][chosen], 0)
    waits = arrears(block, state, t)[chosen]
    lender = world.market.lenders[line]
    if (waits < lender.arrears_days).all():
        return left
    name, who = f"refusal/{NAMES[line]}", block.traits.merchant[chosen]
    draws = rng.grid(world.seed, world.replication, name, who, t // 30, 1)[0]
    return np.where(refused_by(lender, waits, draws), 0, left)


def arrears(block: Block, state: State, t: int) -> Ints:
    """Return for how many days each merchant's oldest arrears have waited on day `t`, −1: none."""
    waits = np.full(block.size, -1, dtype=np.int64)
    rows, loans = state.overdue, state.loans
    np.maximum.at(waits, block.dues.owner[rows], t - block.dues.due[rows])
    behind = loans.unpaid()
    behind = behind[loans.due[behind] < t]
    np.maximum.at(waits, loans.owner[behind], t - loans.due[behind])
    return waits


def rates(block: Block, line: int, t: int) -> Ints:
    """Return the rate of a drawing on day `t` by merchant, ppm a year; it holds to its end.

    The bank's line moves with the LPR, the online line does not.
    """
    if line == QUICK_LINE:
        return block.traits.quick_rate
    return np.maximum(block.traits.bank_rate + block.world.market.bank_moves[t], 0)


def fee(block: Block, line: int) -> int:
    """Return the fee of a drawing on a line, fen."""
    return block.world.market.bank_fee if line == BANK_LINE else 0


def draw(block: Block, state: State, t: int, line: int, amount: Ints) -> None:
    """Draw `amount` of principal by merchant (0: none) on a line; the fee comes off it."""
    owners = np.flatnonzero(amount)
    if owners.size:
        _draw(block, state, t, line, owners, amount[owners])


def _draw(block: Block, state: State, t: int, line: int, owners: Ints, amount: Ints) -> None:
    cost = np.full(owners.size, fee(block, line), dtype=np.int64)
    state.ledger.some(BANK, owners, (CASH, amount - cost), (FINANCE, cost), (LOANS, -amount))
    state.used[line][owners] += amount
    add_loans(block, state, t, line, owners, amount)
    state.actions[owners] += 1


def add_loans(
    block: Block,
    state: State,
    t: int,
    line: int,
    owners: Ints,
    principal: Ints,
    *,
    due: int | None = None,
) -> None:
    """Write down drawings that the ledger already holds; `due` may end them before their term."""
    when = np.full(owners.size, t, dtype=np.int64)
    if state.journal is not None:
        rows = np.arange(owners.size) + state.loans.owner.size
        cost = np.full(owners.size, fee(block, line), dtype=np.int64)
        state.journal.add(t, log.DRAWN, owners, rows, principal, cost)
    last = t + block.world.market.loan_days if due is None else due
    state.loans.add(
        owner=owners,
        line=np.full(owners.size, line, dtype=np.int64),
        drawn=when,
        due=block.world.dates.roll(when - t + last),
        principal=principal,
        rate=rates(block, line, t)[owners],
        open=principal,
        touched=when,
        since=when,
    )


def cover(block: Block, state: State, t: int, short: Ints, order: tuple[int, ...]) -> Ints:
    """Draw on lines in that order to get `short` by merchant; return what is still missing, fen.

    Drawings are whole hundreds of yuan, up, within the limit.
    """
    missing = short.copy()
    for line in order:
        owners = np.flatnonzero(missing > 0)
        if not owners.size:
            break
        cost = fee(block, line)
        wanted = missing[owners] + cost
        amount = np.minimum(-(-wanted // 10_000) * 10_000, free(block, state, t, line, owners))
        owners, amount = owners[amount > cost], amount[amount > cost]
        if owners.size:
            _draw(block, state, t, line, owners, amount)
            missing[owners] = np.maximum(missing[owners] - (amount - cost), 0)
    return missing


def owed_interest(block: Block, state: State, rows: Ints, amount: Ints, t: int) -> Ints:
    """Return what repaying `amount` of drawings on day `t` costs: interest, dearer once overdue,
    and the lender's fee where it is early."""
    loans = state.loans
    since, due, rate = loans.since[rows], loans.due[rows], loans.rate[rows]
    usual = interest(amount, rate, np.maximum(np.minimum(t, due) - since, 0), BASIS)
    dearer = round_div(rate * block.world.market.penalty_factor, PPM)
    late = interest(amount, dearer, np.maximum(t - np.maximum(due, since), 0), BASIS)
    return usual + late + _early(block, loans.line[rows], t - loans.drawn[rows], amount, t >= due)


def _early(block: Block, line: Ints, age: Ints, amount: Ints, due: Flags) -> Ints:
    """Return the fee for repaying drawings of that age in days before they are due."""
    lenders = block.world.market.lenders
    days = np.array([lender.early_days for lender in lenders])[line]
    fees = np.array([lender.early_ppm for lender in lenders])[line]
    return np.where((age < days) & ~due, share(amount, fees), 0)


def repay(block: Block, state: State, t: int, rows: Ints, amount: Ints) -> None:
    """Repay principal of drawings with the interest on it; the caller knows that cash suffices."""
    cost = owed_interest(block, state, rows, amount, t)
    owners = state.loans.owner[rows]
    state.ledger.some(BANK, owners, (LOANS, amount), (FINANCE, cost), (CASH, -amount - cost))
    settle_loans(state, t, rows, amount, cost)


def settle_loans(state: State, t: int, rows: Ints, amount: Ints, cost: Ints) -> None:
    """Write down repayments that the ledger already holds."""
    loans = state.loans
    owners = loans.owner[rows]
    if state.journal is not None:
        state.journal.add(t, log.REPAID, owners, rows, amount, cost)
    loans.pay(rows, amount, t)
    np.subtract.at(state.used, (loans.line[rows], owners), amount)


def collect_due(block: Block, state: State, t: int) -> None:
    """Debit drawings that are due, oldest first, as far as cash goes: interest with principal."""
    loans = state.loans
    rows = loans.unpaid()
    if not rows.size:
        return
    rows = rows[loans.due[rows] <= t]
    rows = rows[state.alive[loans.owner[rows]]]
    if not rows.size:
        return
    owed = loans.open[rows] + owed_interest(block, state, rows, loans.open[rows], t)
    part = loans.open[rows]
    owners, cash = loans.owner[rows], state.ledger.cash
    if (cash[owners] < per_merchant(owners, owed, block.size)[owners]).any():
        order = np.argsort(owners, kind="stable")
        rows, owners, owed, part = rows[order], owners[order], owed[order], part[order]
        before = np.cumsum(owed) - owed
        have = np.maximum(cash[owners] - (before - before[np.searchsorted(owners, owners)]), 0)
        # The share of principal whose interest is still covered, rounded down to be safe; of
        # what comes after a row that was not paid in full, nothing is paid.
        part = np.where(have >= owed, part, part * (have * PPM // owed) // PPM - 2)
        rows, part = rows[part > 0], part[part > 0]
    if rows.size:
        repay(block, state, t, rows, part)


def loans_due(block: Block, state: State, t: int, until: int) -> Ints:
    """Return principal and interest that will be debited by day `until`, by merchant."""
    loans = state.loans
    rows = loans.unpaid()
    rows = rows[loans.due[rows] <= until]
    when = np.maximum(loans.due[rows], t)
    since, rate, amount = loans.since[rows], loans.rate[rows], loans.open[rows]
    late = np.maximum(t - loans.due[rows], 0)
    dearer = round_div(rate * block.world.market.penalty_factor, PPM)
    cost = interest(amount, rate, np.maximum(when - late - since, 0), BASIS)
    return per_merchant(
        loans.owner[rows], amount + cost + interest(amount, dearer, late, BASIS), block.size
    )


def discount_terms(block: Block, t: int, rows: Ints, institution: int) -> tuple[Ints, Ints]:
    """Return rate (ppm) and days charged for discounting bills on day `t` at an institution."""
    bills, world = block.bills, block.world
    days = world.dates.roll(bills.matures[rows]) - t
    counter = block.traits.counter[bills.owner[rows]]
    return world.market.rate(
        t, institution, bills.code[rows], bills.matures[rows] - t, counter
    ), days


def discount_cost(block: Block, t: int, rows: Ints, face: Ints, institution: int) -> Ints:
    """Return interest and fee of discounting `face` of each bill."""
    rate, days = discount_terms(block, t, rows, institution)
    return interest(face, rate, days, BILL_BASIS) + block.world.market.fee(institution)


def discount(block: Block, state: State, t: int, rows: Ints, institutions: Ints) -> None:
    """Discount all that is held of the bills in `rows`, each at its institution."""
    for place in range(len(INSTITUTIONS)):
        chosen = rows[institutions == place]
        if not chosen.size:
            continue
        face, owners = state.left[chosen], block.bills.owner[chosen]
        cost = discount_cost(block, t, chosen, face, place)
        gone, charge = (per_merchant(owners, part, block.size) for part in (face, cost))
        state.ledger.entry(BANK, (CASH, gone - charge), (FINANCE, charge), (BILLS_ACCOUNT, -gone))
        if state.journal is not None:
            state.journal.add(t, log.BILL_SOLD, owners, chosen, face, cost)
        give_up(state, t, chosen, face)
        np.add.at(state.actions, owners, 1)


def give_up(state: State, t: int, rows: Ints, face: Ints) -> None:
    """Write down that `face` of bills left the firm."""
    state.left[rows] -= face
    state.moved[rows] += face
    state.touched[rows] = t


def cheapest(block: Block, state: State, t: int, rows: Ints) -> Ints:
    """Return for each bill the institution that charges least for all that is held of it."""
    costs = np.stack(
        [
            np.where(
                TAKES[place][block.bills.code[rows]],
                discount_cost(block, t, rows, state.left[rows], place),
                np.int64(2**62),
            )
            for place in range(len(INSTITUTIONS))
        ]
    )
    return costs.argmin(axis=0)


def sellable(block: Block, state: State, t: int) -> Ints:
    """Return the bills that can be discounted on day `t`: held, not yet at maturity, and not of an
    acceptor whom the official list of late payers keeps from it."""
    held = (state.left > 0) & (block.bills.matures > t)
    rows = np.flatnonzero(held)
    rows = rows[state.alive[block.bills.owner[rows]]]
    return rows[~refused(block, t, rows)]


def refused(block: Block, t: int, rows: Ints) -> Flags:
    """Return which bills nobody takes on day `t`: their acceptor is listed, or barred for long."""
    return block.world.acceptors.is_refused(t, block.bills.acceptor[rows])


def first_until(owners: Ints, worth: Ints, wanted: Ints) -> Flags:
    """Return which rows to take, in order, until each owner has `wanted` (whole rows).

    `owners` is sorted.
    """
    before = np.cumsum(worth) - worth
    starts = np.searchsorted(owners, owners)
    return before - before[starts] < wanted[owners] if owners.size else np.zeros(0, dtype=np.bool_)
