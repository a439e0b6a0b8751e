"""The CFO policy: how it bids, what its books show, and that it does no harm."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from aicfo_sim.desk import Desk
from aicfo_sim.draws import draw_block, world
from aicfo_sim.engine import Run
from aicfo_sim.engine import run as live
from aicfo_sim.outcome import Start, outcome
from aicfo_sim.papers import Papers
from aicfo_sim.policies import Owner, policy
from aicfo_sim.scenario import drawn, load
from aicfo_sim.state import LINES, QUICK_LINE, State
from aicfo_sim.statistics import paired
from aicfo_sim.tender_market import cost_plus

from aicfo_sdk.model import CreditLine, DrawLoan, Loan


def test_a_bid_goes_in_at_the_price_of_the_decision_and_not_at_the_owners() -> None:
    where = world(load("contractor"), days=120, seed=5)
    block = draw_block(where, [where.who(n, "contractor") for n in range(3)], detail=True)
    state = State(block, journal=True)
    live(Run(block, state, Owner()), 0, where.scenario.warmup_days)
    already = state.bid.copy()
    chosen = policy("cfo:tender")
    live(Run(block, state, chosen), where.scenario.warmup_days, where.total)
    rows = np.flatnonzero(state.bid & ~already)
    tenders = block.tenders
    assert rows.size > 2
    assert (state.bid_price[rows] != cost_plus(block, rows)).any()
    assert (state.bid_price[rows] <= tenders.estimate[rows]).all()
    assert (state.bid_price[rows] * 10**6 > tenders.estimate[rows] * tenders.cost_ppm[rows]).all()
    assert chosen.notes["submit_bid"] == rows.size  # pyright: ignore[reportAttributeAccessIssue]


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
