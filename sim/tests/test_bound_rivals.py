"""Nobody beats the clairvoyant bound: no rule, no lot, no firm closed on purpose."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from aicfo_sim.bound import GROUPS, MORE, Taped, bound
from aicfo_sim.bound.baseline import baseline
from aicfo_sim.bound.closing import may_close
from aicfo_sim.desk import Desk
from aicfo_sim.draws import draw_block, world
from aicfo_sim.draws.block import Block
from aicfo_sim.engine import Policy, Run, run
from aicfo_sim.fen import Ints
from aicfo_sim.gym import ACTIONS, MerchantEnv
from aicfo_sim.names import BANK
from aicfo_sim.outcome import wealth
from aicfo_sim.papers import Papers
from aicfo_sim.policies import Owner, policy
from aicfo_sim.scenario import ARCHETYPES, load
from aicfo_sim.state import State
from hypothesis import given, settings
from hypothesis import strategies as st

from aicfo_sdk.model import Pay
from benchmarks.wild import AtTheDesk, Foreseeing, Hoarder, Wild

WARM, DAYS = 60, 45

RULES = ("owner", "hold_all", "always_discount", "all_t0", "bank_first")


def _block(
    archetype: str,
    seed: int,
    merchants: int,
    *,
    days: int = DAYS,
    product: int = 0,
    warm: int = WARM,
    detail: bool = False,
    scenario: str = "default",
) -> Block:
    chosen = load(scenario)
    market = {**chosen.override.get("market", {}), "wealth_product_days": product}
    chosen = replace(
        chosen,
        mix={archetype: 1},
        warmup_days=warm,
        override={**chosen.override, "market": market},
    )
    where = world(chosen, days=days, seed=seed)
    members = [where.who(merchant) for merchant in range(merchants)]
    return draw_block(where, members, detail=detail)


def _opening(block: Block) -> State:
    state = State(block, journal=bool(block.takings))
    run(Run(block, state, Owner()), 0, block.world.scenario.warmup_days)
    return state


def _lived(block: Block, opening: State, chosen: Policy) -> State:
    state, where = opening.copy(), block.world
    state.effects = Taped(state.effects)
    run(Run(block, state, chosen), where.scenario.warmup_days, where.total)
    return state


def _room(block: Block, opening: State, final: State, *groups: str) -> Ints:
    """By how much each merchant stays below its bound, free besides in these groups."""
    first, last = block.world.scenario.warmup_days, block.world.total
    most = bound(block, opening, final, first, last, (*GROUPS, *groups))
    return most - wealth(block, final, last)


@pytest.mark.parametrize("archetype", ARCHETYPES)
def test_no_rule_beats_the_bound(archetype: str) -> None:
    block = _block(archetype, 3, 2)
    opening = _opening(block)
    for name in RULES:
        assert (_room(block, opening, _lived(block, opening, policy(name))) >= 0).all(), name


@pytest.mark.parametrize("name", ["discounts", "expand", "stock_up", "advertise"])
def test_a_policy_that_moves_levers_is_bounded_with_its_own_choices(name: str) -> None:
    block = _block("restaurant", 2, 2, warm=90)
    opening = _opening(block)
    final = _lived(block, opening, policy(name))
    assert final.effects.firms
    worth, gap = wealth(block, final, block.world.total), _room(block, opening, final)
    assert (gap >= 0).all()
    # What the levers did is in the bound: without them it would be another firm's.
    assert (gap < np.maximum(np.abs(worth) // 10, 1_000_000)).all()


@settings(max_examples=4, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    archetype=st.sampled_from(ARCHETYPES),
    eager=st.sampled_from([0.0, 0.2, 0.8]),
    product=st.sampled_from([0, 0, 1, 3]),
    days=st.sampled_from([10, 30, 60]),
)
def test_nothing_that_a_merchant_can_do_beats_the_bound(
    seed: int, archetype: str, eager: float, product: int, days: int
) -> None:
    block = _block(archetype, seed, 2, product=product, days=days)
    opening = _opening(block)
    final = _lived(block, opening, Wild(seed, eager=eager))
    assert (_room(block, opening, final) >= 0).all()
    assert (_room(block, opening, final, "tenders") >= 0).all()


def test_no_order_to_the_bank_beats_the_bound() -> None:
    block = _block("manufacturer", 5, 3, detail=True)
    opening = _opening(block)
    chosen = AtTheDesk(5, eager=0.1)
    final = _lived(block, opening, chosen)
    assert {"endorse_bill", "discount_bill", "pay", "draw_loan"} <= set(chosen.done)
    assert (_room(block, opening, final) >= 0).all()


def test_an_invoice_that_is_named_twice_is_owed_once() -> None:
    block = _block("manufacturer", 5, 1, detail=True)
    state = _opening(block)
    papers = Papers(block, state, 0)
    papers.advance(WARM - 1)
    turn = Run(block, state, Owner())
    desk, day = Desk(turn, papers, 0, WARM - 1), turn.dates.at(WARM - 1)
    name, row = next(
        (name, row)
        for name, row in papers.due_rows.items()
        if name.startswith("I") and 0 < 2 * state.open[row] < state.ledger.cash[0]
    )
    owed = int(state.open[row])
    twice = Pay(
        day=day, account=BANK, payee=papers.payee(row), amount=2 * owed, settles=(name, name)
    )
    assert desk.carry_out(twice).startswith("less than that is owed")
    assert desk.carry_out(twice.model_copy(update={"amount": owed})) == ""
    assert state.open[row] == 0


def test_a_firm_that_is_let_close_on_purpose_stays_below_its_bound() -> None:
    block = _block("farmer", 1, 3, days=150, scenario="heldout_tight")
    opening = _opening(block)
    final = _lived(block, opening, Hoarder(1, after=5))
    closed = opening.alive & ~final.alive
    assert closed.any()
    assert (_room(block, opening, final) >= 0).all()
    base = baseline(block, opening, final, WARM, block.world.total)
    allowed = may_close(block, opening, base)
    assert allowed[final.closed[closed] - WARM, np.flatnonzero(closed)].all()
    assert not allowed.all()
    # The bound holds for every day on which the firm could have closed, whoever is compared.
    total, other = block.world.total, _lived(block, opening, Owner())
    most = bound(block, opening, other, WARM, total, (*GROUPS, *MORE))
    assert (most + _granted(final) >= wealth(block, final, total)).all()


def _granted(final: State) -> Ints:
    """What the bound of another policy does not grant: a fen for each of this one's roundings."""
    return final.actions * 3


def test_who_knows_what_rivals_ask_stays_below_the_bound_that_bids() -> None:
    block = _block("contractor", 5, 3, days=180, warm=100)
    opening, total = _opening(block), block.world.total
    owner = _lived(block, opening, policy("all_t0"))
    best = _lived(block, opening, Foreseeing())
    worth = wealth(block, best, total)
    gained = worth - wealth(block, owner, total)
    assert (best.won & ~opening.won).any()
    assert gained.sum() > 0
    # One bound holds for all, whatever the compared policy bid.
    most = bound(block, opening, owner, 100, total, (*GROUPS, "tenders"))
    assert (most + _granted(best) >= worth).all()
    assert (most >= bound(block, opening, owner, 100, total) - 10_000).all()
    # And it is not far off: most of what it says can be had is had.
    assert gained.sum() > 0.5 * (most - wealth(block, owner, total)).sum()


@pytest.mark.parametrize(("archetype", "seed"), [("shop", 4), ("contractor", 9)])
def test_no_episode_of_the_environment_beats_the_bound(archetype: str, seed: int) -> None:
    env = MerchantEnv("default", archetype=archetype, days=DAYS)
    state, info = env.reset(seed=seed)
    luck, sizes = np.random.default_rng(seed), [len(values) for values in ACTIONS.values()]
    steps, over = 0, False
    while not over:
        state, _, closed, ended, info = env.step(luck.integers(0, sizes))
        over, steps = closed or ended, steps + 1
    assert np.isfinite(state).all()
    warm = load("default").warmup_days
    block = _block(archetype, seed, 1, warm=warm)
    opening = _opening(block)
    final, total = _lived(block, opening, Owner()), block.world.total
    most = bound(block, opening, final, warm, total, (*GROUPS, *MORE))
    # A day of five choices is at most a dozen interest amounts rounded.
    assert most[0] + 12 * steps >= info["wealth"]
