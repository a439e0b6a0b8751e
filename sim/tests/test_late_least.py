"""The fewest late days there can have been (`benchmarks.late_least`): a bound, and a tight one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from aicfo_sim.bound.baseline import WAGES, baseline
from aicfo_sim.bound.periods import Periods, periods
from aicfo_sim.bound.program import Match, Situation
from aicfo_sim.bound.situations import Situations
from aicfo_sim.draws import draw_block, world
from aicfo_sim.engine import Run, run
from aicfo_sim.policies import policy
from aicfo_sim.scenario import load
from aicfo_sim.state import Loans, State

from benchmarks.late_least import Least, late

_NONE = np.zeros(0, dtype=np.int64)


@pytest.fixture(scope="module")
def firm() -> tuple[Periods, Situation, int]:
    """A contractor's situation over 40 days, and the last of them."""
    where = world(load("contractor"), days=40, seed=12)
    block = draw_block(where, [where.who(16)])
    first, last = where.scenario.warmup_days, where.total
    opening = State(block)
    run(Run(block, opening, policy("owner")), 0, first)
    final = opening.copy()
    run(Run(block, final, policy("owner")), first, last)
    base, span = baseline(block, opening, final, first, last), periods(where, first, last)
    return span, Situations(block, opening, base, span).of(0), last


def test_nobody_is_late_on_fewer_days_than_the_least() -> None:
    rows = late("contractor", merchants=17, days=60, seed=12, nodes=1)
    assert rows.shape[0] >= 3
    _, owner, rule, kept, none, _, _ = rows.T
    assert (kept <= np.minimum(owner, rule)).all()
    assert (kept <= none).all()
    assert kept.sum() > 0


def test_a_firm_with_plenty_of_money_need_never_be_late(
    firm: tuple[Periods, Situation, int],
) -> None:
    span, of, last = firm
    rich = replace(of, cash=10**11)
    assert Least(span, rich, Loans.none(), 0).days(last, 50) == (0, True)


def test_a_firm_without_a_fen_is_late_with_wages_from_their_day_on(
    firm: tuple[Periods, Situation, int],
) -> None:
    span, of, last = firm
    falls = np.zeros_like(of.falls)
    falls[WAGES, 10] = 50_000_00
    poor = replace(
        of,
        cash=0,
        fund=0,
        inflow=np.zeros_like(of.inflow),
        between=np.zeros_like(of.between),
        falls=falls,
        arrears=np.zeros_like(of.arrears),
        bonds=np.zeros_like(of.bonds),
        lines=(),
        papers=(),
        match=Match(_NONE, _NONE, _NONE, _NONE, _NONE),
    )
    days = int(span.days[-1] - span.days[10]) + 1
    assert Least(span, poor, Loans.none(), 0).days(last, 50) == (days, True)
