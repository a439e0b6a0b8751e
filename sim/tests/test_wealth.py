"""The wealth product: off by default; it locks money up, earns more, and loses none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from aicfo_sim import wealth
from aicfo_sim.desk import Desk
from aicfo_sim.draws import draw_block, world
from aicfo_sim.draws.block import Block
from aicfo_sim.engine import Run
from aicfo_sim.ledger import CASH, FUND_INCOME, INVESTED
from aicfo_sim.names import WEALTH_ID
from aicfo_sim.papers import Papers
from aicfo_sim.policies import Owner
from aicfo_sim.scenario import load
from aicfo_sim.state import State

from aicfo_sdk.model import BuyFund, FundPosition, RedeemFund

DAYS = 3


@pytest.fixture(scope="module")
def offered() -> Block:
    """Six merchants whose bank offers the product, paid out on the third working day."""
    scenario = replace(load("default"), override={"market": {"wealth_product_days": DAYS}})
    where = world(scenario, days=60, seed=11)
    return draw_block(where, [where.who(merchant) for merchant in range(6)], detail=True)


def test_it_is_not_offered_unless_the_scenario_says_so(
    block: Block, lived: Callable[..., State]
) -> None:
    papers = Papers(block, lived("owner", 280, journal=True).copy(), 0)
    assert set(papers.books(279).records(FundPosition)) == {"FUND-1"}


def test_money_asked_for_arrives_working_days_later_and_none_is_lost(offered: Block) -> None:
    state = State(offered)
    amount = np.full(6, 1_000_000)
    cash = state.ledger.cash.copy()
    wealth.buy(offered, state, 0, amount)
    assert np.array_equal(state.ledger.cash, cash - amount)
    wealth.redeem(offered, state, 4, amount // 2)
    assert np.array_equal(wealth.free(offered, state), amount // 2)
    last = wealth.pays_on(offered, 4)
    days = offered.world.dates
    assert sum(bool(days.working[t + 300]) for t in range(5, last + 1)) == DAYS
    for t in range(4, last):
        wealth.day(offered, state, t)
        state.ledger.check()
    assert np.array_equal(state.ledger.cash, cash - amount)
    wealth.day(offered, state, last)
    state.ledger.check()
    assert np.array_equal(state.ledger.cash, cash - amount // 2)
    assert not state.wealth.waiting(6).any()


def test_a_year_earns_the_path_of_its_rate_and_what_was_asked_for_earns_nothing(
    offered: Block,
) -> None:
    state = State(offered)
    whole = np.array([100_000_000] * 6)
    wealth.buy(offered, state, 0, whole)
    state.wealth = state.wealth.with_rows(10**6, np.array([5]), whole[5:])
    total = offered.world.total
    for t in range(total):
        wealth.day(offered, state, t)
    state.ledger.check()
    earned = state.ledger.balances[INVESTED] - whole
    rates = offered.world.market.rates.wealth[:total] / 1e6 / 365
    assert abs(earned[0] / whole[0] - (np.prod(1 + rates) - 1)) < 1e-7
    assert earned[5] == 0
    assert np.array_equal(state.ledger.memo[FUND_INCOME], earned)


def test_by_action_it_is_bought_locked_and_shown_in_the_books(offered: Block) -> None:
    state = State(offered, journal=True)
    run = Run(offered, state, Owner())
    papers = Papers(offered, state, 0)
    t = next(t for t in range(5, 30) if offered.world.dates.working[t + 300])
    papers.books(t)
    desk, day = Desk(run, papers, 0, t), offered.world.dates.at(t)
    plain = {"day": day, "account": "BANK", "fund": WEALTH_ID}
    cash = int(state.ledger.cash[0])
    assert desk.carry_out(BuyFund(**plain, amount=9_000)) == ""
    assert desk.carry_out(RedeemFund(**plain, amount=4_000)) == ""
    assert desk.carry_out(RedeemFund(**plain, amount=6_000)) == "the fund holds less"
    assert int(state.ledger.cash[0]) == cash - 9_000
    held = papers.books(t).get(FundPosition, WEALTH_ID)
    assert (held.amount, held.notice_days) == (5_000, DAYS)
    assert held.rate_ppm == offered.world.market.rates.wealth[t]
    state.ledger.check()
    assert state.ledger.balances[CASH, 0] + state.ledger.balances[INVESTED, 0] == cash


def test_a_copy_of_a_state_waits_on_its_own(offered: Block) -> None:
    state = State(offered)
    wealth.buy(offered, state, 0, np.full(6, 10_000))
    twin = state.copy()
    wealth.redeem(offered, twin, 0, np.full(6, 10_000))
    assert not state.wealth.waiting(6).any()
    assert twin.wealth.waiting(6).all()
