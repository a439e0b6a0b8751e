"""Lenders: limits follow sales once a year, arrears are refused, early repayment may cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from aicfo_sim import bank, lenders
from aicfo_sim.draws import draw_block, world
from aicfo_sim.draws.block import Block
from aicfo_sim.draws.common import no_receipts
from aicfo_sim.engine import Run, run
from aicfo_sim.lenders import Lender
from aicfo_sim.policies import policy
from aicfo_sim.scenario import calibration, load
from aicfo_sim.state import BANK_LINE, QUICK_LINE, State
from hypothesis import given
from hypothesis import strategies as st

from aicfo_sdk.money import PPM


@pytest.fixture(scope="module")
def long() -> Block:
    """Twelve shops, one for each month of review, over a year and a half."""
    where = world(load("default"), days=300, seed=8)
    return draw_block(where, [where.who(n, "shop") for n in range(12)])


def test_the_first_review_needs_a_year_of_sales(long: Block) -> None:
    assert (long.reviews[: lenders.month_of(long.world.dates, 364) + 1] == PPM).all()
    assert (long.reviews[-1] != PPM).sum() >= 6


def test_a_review_sets_the_limit_by_the_sales_of_the_last_year(long: Block) -> None:
    days = long.world.dates
    low, high = (round(e * PPM) for e in calibration("market").numbers("review_bounds"))
    seen = 0
    for place in range(long.size):
        changes = np.flatnonzero(np.diff(long.reviews[:, place]))
        if not changes.size:
            continue
        month = int(changes[0]) + 1
        first = next(t for t in range(days.days) if lenders.month_of(days, t) == month)
        sales = int(long.sold[first - 365 : first, place].sum())
        wanted = sales * PPM // (int(long.traits.turnover[place]) * 12)
        assert long.reviews[month, place] == min(max(wanted, low), high)
        assert days.at(first).month == long.traits.merchant[place] % 12 + 1
        seen += 1
    assert seen >= 6


def test_reviews_of_a_longer_run_begin_as_those_of_a_shorter_one(long: Block) -> None:
    where = world(load("default"), days=200, seed=8)
    short = draw_block(where, [where.who(n, "shop") for n in range(12)])
    assert np.array_equal(short.reviews, long.reviews[: short.reviews.shape[0]])


def test_reviews_can_be_switched_off(long: Block) -> None:
    figures = calibration("market").with_values({"review_pass": 0.0})
    found = lenders.reviews(figures, long.world.dates, long.traits, long.sold, no_receipts())
    assert (found == PPM).all()


def _behind(block: Block, wait: int) -> tuple[State, int, int]:
    """A state in which the first due row of some merchant has waited; that merchant, that day."""
    state = State(block)
    row = int(np.flatnonzero((block.dues.due > 5) & (state.open > 0))[0])
    state.overdue = np.array([row])
    return state, int(block.dues.owner[row]), int(block.dues.due[row]) + wait


def _strict(block: Block, *, days: int = 1, chance: float = 1.0) -> Block:
    """The block with a bank that refuses for certain, and an online lender that never does."""
    rule = (Lender(days, chance, 0, 0), Lender(days, 0.0, 0, 0))
    return replace(
        block, world=replace(block.world, market=replace(block.world.market, lenders=rule))
    )


def test_the_bank_refuses_whoever_is_in_arrears_and_nobody_else(block: Block) -> None:
    strict = _strict(block)
    state, owner, t = _behind(strict, 1)
    free = bank.free(strict, state, t, BANK_LINE)
    others = np.arange(block.size) != owner
    assert block.traits.bank_limit[owner] > 0
    assert free[owner] == 0
    assert np.array_equal(free[others], block.traits.bank_limit[others])
    assert np.array_equal(bank.free(strict, state, t, QUICK_LINE), block.traits.quick_limit)
    # On the day itself, nothing has waited yet.
    state, owner, t = _behind(strict, 0)
    assert bank.free(strict, state, t, BANK_LINE)[owner] == block.traits.bank_limit[owner]


def test_what_one_line_refuses_is_sought_on_the_other(block: Block) -> None:
    strict = _strict(block)
    state, owner, t = _behind(strict, 3)
    short = np.zeros(block.size, dtype=np.int64)
    short[owner] = 50_000
    bank.cover(strict, state, t, short, (BANK_LINE, QUICK_LINE))
    assert state.used[BANK_LINE, owner] == 0
    assert state.used[QUICK_LINE, owner] == 50_000
    state.ledger.check()


@given(st.integers(-1, 90), st.floats(0.0, 1.0, exclude_max=True))
def test_a_refusal_needs_both_arrears_and_the_lot(wait: int, draw: float) -> None:
    lender = Lender(30, 0.5, 0, 0)
    found = lenders.refused(lender, np.array([wait]), np.array([draw]))
    assert bool(found[0]) == (wait >= 30 and draw < 0.5)


def test_a_refusal_stands_for_thirty_days_and_depends_on_no_other_merchant(block: Block) -> None:
    half = _strict(block, chance=0.5)
    state = State(half)
    first = [int(np.flatnonzero((half.dues.owner == n) & (state.open > 0))[0]) for n in range(12)]
    state.overdue = np.array(first)
    t = 300
    seen = bank.free(half, state, t, BANK_LINE) == 0
    assert np.array_equal(seen, bank.free(half, state, t + 29, BANK_LINE) == 0)
    later = [bank.free(half, state, t + 30 * n, BANK_LINE) == 0 for n in range(1, 8)]
    assert any((seen != other).any() for other in later)
    state.overdue = np.array(first[:1])
    assert (bank.free(half, state, t, BANK_LINE) == 0)[0] == seen[0]


def test_repaying_early_costs_the_fee_and_repaying_on_time_does_not(block: Block) -> None:
    rule = (Lender(1, 0.0, 90, 10_000), Lender(1, 0.0, 0, 0))
    dear = replace(
        block, world=replace(block.world, market=replace(block.world.market, lenders=rule))
    )
    amount = np.minimum(bank.limits(dear, BANK_LINE), 1_000_000)
    for after, fee in ((10, 10_000), (90, 0), (200, 0)):
        costs = []
        for chosen in (block, dear):
            state = State(chosen)
            bank.draw(chosen, state, 0, BANK_LINE, amount)
            rows = np.flatnonzero(state.loans.principal == 1_000_000)
            costs.append(
                bank.owed_interest(chosen, state, rows, amount[amount == 1_000_000], after)
            )
        assert rows.size
        # One per cent of 10,000 yuan, beside the interest.
        assert (costs[1] - costs[0] == fee).all()


@pytest.mark.parametrize("name", ["owner", "hold_all"])
def test_no_line_is_drawn_beyond_its_limit_and_money_is_conserved(long: Block, name: str) -> None:
    tight = replace(long.traits, opening=long.traits.opening // 8)
    poor = replace(long, traits=tight)
    state = State(poor)
    lived = Run(poor, state, policy(name))
    for t in range(420):
        run(lived, t, t + 1)
        state.ledger.check()
        for line in (BANK_LINE, QUICK_LINE):
            assert (state.used[line] <= bank.limits(poor, line)).all()
        owed = -state.ledger.balances[7]
        assert np.array_equal(owed, state.used.sum(axis=0))
    assert state.loans.open.size


def test_books_show_a_refused_line_as_used_up(block: Block, lived: Callable[..., State]) -> None:
    from aicfo_sim.papers import Papers

    from aicfo_sdk.model import CreditLine

    strict = _strict(block)
    state = lived("owner", 280, journal=True).copy()
    free = bank.free(strict, state, 279, BANK_LINE)
    rows = np.flatnonzero((block.dues.due < 270) & (block.dues.due > 200))
    row = next(
        int(r) for r in rows if state.alive[block.dues.owner[r]] and free[block.dues.owner[r]]
    )
    place = int(block.dues.owner[row])
    books = Papers(strict, state, place).books(279)
    line = books.get(CreditLine, "LINE-BANK")
    assert line.limit - line.used == free[place]
    state.overdue = np.append(state.overdue, row)
    line = Papers(strict, state, place).books(279).get(CreditLine, "LINE-BANK")
    assert line.limit == line.used
