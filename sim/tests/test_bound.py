"""What the clairvoyant bound is: where a hand can solve the case, the hand's figure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from aicfo_sim.bound import GROUPS, MORE, NONE, bound
from aicfo_sim.bound.dual import Linear, certified, dual_bound
from aicfo_sim.bound.periods import Periods
from aicfo_sim.bound.program import Line, Match, Offers, Paper, Situation, program
from aicfo_sim.draws import draw_block, world
from aicfo_sim.draws.block import Block
from aicfo_sim.engine import Policy, Run, run
from aicfo_sim.fen import Ints
from aicfo_sim.outcome import wealth
from aicfo_sim.policies import Owner, policy
from aicfo_sim.scenario import load
from aicfo_sim.state import State
from aicfo_sim.tables import SUPPLIER
from hypothesis import given, settings
from hypothesis import strategies as st

WARM, DAYS = 60, 45


def _block(archetype: str, seed: int, merchants: int, *, days: int = DAYS) -> Block:
    scenario = replace(load("default"), mix={archetype: 1}, warmup_days=WARM)
    where = world(scenario, days=days, seed=seed)
    return draw_block(where, [where.who(merchant) for merchant in range(merchants)])


def _opening(block: Block) -> State:
    state = State(block)
    run(Run(block, state, Owner()), 0, block.world.scenario.warmup_days)
    return state


def _short_of(block: Block, opening: State, chosen: Policy) -> Ints:
    """By how much each merchant stays below its bound."""
    state, total = opening.copy(), block.world.total
    run(Run(block, state, chosen), WARM, total)
    return bound(block, opening, state, WARM, total) - wealth(block, state, total)


def test_levers_that_nobody_wrote_down_have_no_bound() -> None:
    block = _block("restaurant", 2, 2)
    opening, total = _opening(block), block.world.total
    state = opening.copy()
    run(Run(block, state, policy("discounts")), WARM, total)
    moved = sorted(state.effects.firms)
    assert moved
    assert (bound(block, opening, state, WARM, total)[moved] == NONE).all()


def test_where_only_idle_cash_can_earn_the_bound_is_a_rule_s_to_the_yuan() -> None:
    block = _block("shop", 5, 6)
    gap = _short_of(block, _opening(block), policy("all_t0"))
    # A shop that borrows nothing puts away what is not needed; a few yuan are left on the way.
    assert np.median(gap) < 5_000


def test_a_merchant_has_the_same_bound_in_any_company() -> None:
    block = _block("contractor", 7, 3)
    where = block.world
    opening, total = _opening(block), where.total
    together = bound(block, opening, _owner_run(block, opening), WARM, total)
    for place in range(3):
        alone = draw_block(where, [where.who(place)])
        start = _opening(alone)
        single = bound(alone, start, _owner_run(alone, start), WARM, total)
        assert single.tolist() == [int(together[place])]


def _owner_run(block: Block, opening: State) -> State:
    state = opening.copy()
    run(Run(block, state, Owner()), WARM, block.world.total)
    return state


def test_covering_more_groups_never_lowers_the_bound() -> None:
    block = _block("contractor", 1, 4, days=120)
    opening = _opening(block)
    final, total = _owner_run(block, opening), block.world.total
    usual = bound(block, opening, final, WARM, total)
    bids, closes = (
        bound(block, opening, final, WARM, total, groups=(*GROUPS, group)) for group in MORE
    )
    # Without contracts to be had a bound may be a thousandth of the gain above the program's.
    assert (bids >= usual - 10_000).all()
    assert (closes >= usual).all()
    assert (closes > usual).any()


def test_the_bound_does_not_touch_the_states_it_is_given() -> None:
    block = _block("contractor", 2, 2)
    opening = _opening(block)
    final, total = _owner_run(block, opening), block.world.total
    before = opening.ledger.balances.copy(), final.ledger.balances.copy()
    bound(block, opening, final, WARM, total)
    assert np.array_equal(opening.ledger.balances, before[0])
    assert np.array_equal(final.ledger.balances, before[1])
    opening.ledger.check()


def _periods(count: int, *, late: float) -> Periods:
    """One decision a day, neither fund nor deposit earns anything."""
    days, none = np.arange(count), np.zeros(count)
    nights = np.ones(count, dtype=np.int64)
    return Periods(0, count, days, nights, days, none, none, none, none, days + 1, late)


def _none_offered(count: int) -> Offers:
    none = np.zeros((0, count))
    return Offers(none[:, 0], none, np.zeros((3, 0, count), dtype=np.int64), none.astype(np.int64))


def _situation(
    *, cash: int = 0, inflow: list[int], falls: list[int], lines: tuple[Line, ...] = ()
) -> Situation:
    count, nothing = len(inflow), np.zeros(len(inflow), dtype=np.int64)
    goods = np.array([[0] * count, [0] * count, falls])
    none = np.zeros(0, dtype=np.int64)
    return Situation(
        cash=cash,
        fund=0,
        invested=None,
        inflow=np.array(inflow, dtype=np.float64),
        between=nothing,
        falls=goods,
        arrears=np.zeros(3, dtype=np.int64),
        bonds=nothing,
        late_wages=nothing,
        late_goods=np.cumsum(falls),
        lines=lines,
        papers=(),
        match=Match(none, none, none, none, none),
        offers=_none_offered(count),
        penalty=1.5,
    )


def _gain(span: Periods, of: Situation) -> float:
    return dual_bound(program(span, of).linear)


def _bill(cost: float) -> Paper:
    return Paper(face=100, first=0, last=3, costs=np.full(3, cost), pays=3, claim=-1, gain=0.0)


def test_two_bills_and_an_invoice_as_solved_by_hand() -> None:
    span = _periods(4, late=0.05)
    of = _situation(inflow=[0] * 4, falls=[0, 100, 0, 0])
    of = replace(of, papers=(_bill(0.01), _bill(0.02)))
    # The cheap bill brings 99, of the dear one 1 / 0.98 is sold for the last fen.
    assert _gain(span, of) == pytest.approx(-(1 + 0.02 / 0.98), abs=1e-6)
    # The supplier takes the dear bill at par: nothing is lost.
    one = np.array([0])
    takes = Match(
        paper=np.array([1]),
        invoice=one,
        counts=np.array([1]),
        room=np.array([100]),
        contract=np.array([-1]),
    )
    assert _gain(span, replace(of, match=takes)) == pytest.approx(0, abs=1e-6)
    # It takes 40 of it: 60 are found in the cheap one.
    some = replace(takes, room=np.array([40]))
    assert _gain(span, replace(of, match=some)) == pytest.approx(-0.6 / 0.99, abs=1e-6)
    # Lateness for two days is cheaper than either discount.
    patient = _periods(4, late=0.0005)
    assert _gain(patient, of) == pytest.approx(-0.1, abs=1e-6)


def test_a_line_that_bridges_two_days_as_solved_by_hand() -> None:
    span = _periods(4, late=0.05)
    night = np.full(4, 0.001)
    line = Line(limits=np.full(4, 5_000), used=0, nights=night, fee=0.0)
    of = _situation(inflow=[0, 0, 1_000, 0], falls=[0, 1_000, 0, 0], lines=(line,))
    # Drawn on day 0 for the payment of day 1, repaid from what day 2 brings: two nights.
    assert _gain(span, of) == pytest.approx(-2.0, abs=1e-6)
    # 600 at most: the other 400 wait until day 2, late for a day.
    tight = replace(of, lines=(replace(line, limits=np.full(4, 600)),))
    assert _gain(span, tight) == pytest.approx(-(1.2 + 400 * 0.05), abs=1e-6)
    # The fee for drawing counts by the share of the limit that is drawn.
    feed = replace(of, lines=(replace(line, fee=50 / 5_000),))
    assert _gain(span, feed) == pytest.approx(-(2.0 + 10), abs=1e-6)


@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_any_prices_bound_what_can_be_gained(data: st.DataObject) -> None:
    span, night = _periods(4, late=0.05), np.full(4, 0.001)
    line = Line(limits=np.full(4, 5_000), used=0, nights=night, fee=0.0)
    of = _situation(inflow=[0, 0, 1_000, 0], falls=[0, 1_000, 0, 0], lines=(line,))
    linear: Linear = program(span, of).linear
    size = linear.row_lower.size
    price = data.draw(st.lists(st.floats(-2, 2), min_size=size, max_size=size))
    assert certified(linear, np.array(price)) >= -2.0


def test_a_firm_that_its_owner_lets_close_stays_below_its_bound() -> None:
    scenario = replace(load("default"), mix={"shop": 1}, warmup_days=WARM)
    where = world(scenario, days=150, seed=4)
    block = draw_block(where, [where.who(merchant) for merchant in range(3)])
    # A landlord who wants half a year's sales in the run's second month closes anyone.
    row = np.flatnonzero((block.dues.due > WARM + 40) & (block.dues.kind == SUPPLIER))[:40]
    block.dues.amount[row] += block.sold.sum(axis=0)[block.dues.owner[row]] // 4
    opening = _opening(block)
    final = _owner_run(block, opening)
    closed = opening.alive & ~final.alive
    assert closed.any()
    gap = bound(block, opening, final, WARM, where.total) - wealth(block, final, where.total)
    assert (gap >= 0).all()
