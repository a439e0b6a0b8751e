"""The CFO policy: what a bid is worth, what its books show, and that it does no harm."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from aicfo_sim.desk import Desk
from aicfo_sim.draws import draw_block, world
from aicfo_sim.engine import Run
from aicfo_sim.engine import run as live
from aicfo_sim.outcome import Start, outcome
from aicfo_sim.papers import Papers
from aicfo_sim.policies import Owner, policy
from aicfo_sim.policies.bids import bid_worth
from aicfo_sim.scenario import drawn, load
from aicfo_sim.state import LINES, QUICK_LINE, State
from aicfo_sim.statistics import paired

from aicfo_sdk.model import CreditLine, DrawLoan, FundingNeed, FundingPlan, Loan, TenderId

START = date(2026, 3, 2)


def _need(short: int = 0, *, margin: int = 100_000, days: int = 73) -> FundingNeed:
    return FundingNeed(
        tender=TenderId("T"),
        price=1_000_000,
        need_p50=short,
        need_p95=short,
        short_p50=short // 2,
        short_p95=short,
        short_mean=short // 2,
        short_days=days,
        margin_mean=margin,
        by=START,
        until=START + timedelta(days=145),
    )


def _plan(*, uncovered: int = 0, cost: int = 0) -> FundingPlan:
    return FundingPlan(demand=uncovered, covered=0, uncovered=uncovered, cost=cost, pieces=())


def _worth(
    need: FundingNeed, alone: FundingPlan, with_it: FundingPlan, *, price: int = 1_000_000
) -> float:
    return bid_worth(need, alone, with_it, price=price, late_ppm=500)


def test_a_contract_that_own_cash_carries_is_worth_its_margin() -> None:
    assert _worth(_need(), _plan(), _plan()) == 100_000


def test_a_bid_below_the_published_value_takes_the_difference_off_the_margin() -> None:
    assert _worth(_need(), _plan(), _plan(), price=960_000) == 60_000
    assert _worth(_need(), _plan(), _plan(), price=880_000) < 0


def test_a_shortage_that_finds_no_money_costs_late_interest_while_it_lasts() -> None:
    # Half of 600,000 on average, 73 days late at 0.05 % a day.
    worth = _worth(_need(600_000), _plan(), _plan(uncovered=600_000))
    assert worth == pytest.approx(100_000 - 300_000 * 73 * 0.0005)


def test_what_was_uncovered_without_the_contract_is_not_its_cost() -> None:
    before, after = _plan(uncovered=9_000_000, cost=500), _plan(uncovered=9_000_000, cost=500)
    assert _worth(_need(600_000), before, after) == 100_000


def test_funding_made_for_the_bad_case_is_charged_as_far_as_it_will_be_used() -> None:
    # Half the amount for half of the 146 days that the plan borrows it.
    worth = _worth(_need(600_000), _plan(), _plan(cost=20_000))
    assert worth == pytest.approx(100_000 - 20_000 / 4)


def test_a_need_that_says_no_margin_is_no_reason_to_bid() -> None:
    need = _need().model_copy(update={"margin_mean": None})
    assert _worth(need, _plan(), _plan()) == 0


def test_a_second_look_on_one_day_shows_what_the_first_one_did() -> None:
    where = world(load("default"), days=30, seed=5)
    block = draw_block(where, [where.who(0, "shop")], detail=True)
    state = State(block, journal=True)
    run = Run(block, state, Owner())
    day = next(t for t in range(200, 210) if where.dates.at(t).weekday() == 2)
    live(run, 0, day + 1)
    papers = Papers(block, state, 0)
    before = papers.books(day)
    line = before.get(CreditLine, LINES[QUICK_LINE])
    draw = DrawLoan(
        day=before.as_of,
        line=line.id,
        account="BANK",
        amount=100_000,
        rate_ppm=line.rate_ppm,
        due=before.as_of + timedelta(days=30),
    )
    assert Desk(run, papers, 0, day).carry_out(draw) == ""
    after = papers.books(day)
    assert after.key != before.key
    assert len(after.records(Loan)) == len(before.records(Loan)) + 1
    assert after.balance() == before.balance() + 100_000


@pytest.mark.parametrize("archetype", drawn())
def test_the_cfo_leaves_no_kind_of_firm_worse_off_beyond_the_noise(archetype: str) -> None:
    days, count = 60, 4
    where = world(load("default"), days=days, seed=1000)
    block = draw_block(where, [where.who(n, archetype) for n in range(count)], detail=True)
    warm, total = where.scenario.warmup_days, where.total
    opening = State(block, journal=True)
    live(Run(block, opening, Owner()), 0, warm)
    start = Start.of(block, opening, warm)
    wealth: dict[str, np.ndarray] = {}
    for name in ("owner", "cfo"):
        state, path = opening.copy(), np.zeros((days, 2, count), dtype=np.int64)
        live(Run(block, state, policy(name)), warm, total, path)
        wealth[name] = outcome(block, state, start, path, total)["wealth"]
    assert (wealth["cfo"] != wealth["owner"]).any()
    assert paired(wealth["cfo"], wealth["owner"], seed=1000).high >= 0
