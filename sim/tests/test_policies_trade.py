"""Rules of thumb about trade, and that they do nothing where their effect is switched off."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from aicfo_sim import ledger
from aicfo_sim.draws import draw_block, world
from aicfo_sim.draws.block import Block
from aicfo_sim.engine import Run, run
from aicfo_sim.policies import Owner, policy
from aicfo_sim.scenario import load
from aicfo_sim.state import State

START, END = 100, 170
MIX = {"shop": 1, "farmer": 1, "restaurant": 2}


def _block(override: dict[str, dict[str, Any]] | None = None) -> Block:
    scenario = replace(load("default"), mix=MIX, warmup_days=60, override=override or {})
    where = world(scenario, days=END - 60, seed=31)
    block = draw_block(where, [where.who(merchant) for merchant in range(4)])
    block.traits.opening += 10**9
    return block


@pytest.fixture(scope="module")
def block() -> Block:
    return _block()


def _live(block: Block, name: str) -> State:
    state = State(block)
    run(Run(block, state, Owner()), 0, START)
    run(Run(block, state, policy(name)), START, END)
    state.ledger.check()
    return state


def _codes(block: Block, *codes: int) -> np.ndarray:
    return np.isin(block.traits.archetype, codes)


@pytest.mark.parametrize(
    ("name", "codes"),
    [("advertise", (0, 3)), ("discounts", (0, 3)), ("expand", (3,)), ("stock_up", (3,))],
)
def test_a_rule_moves_the_firms_that_can_and_no_other(
    block: Block, name: str, codes: tuple[int, ...]
) -> None:
    owner, state = _live(block, "owner"), _live(block, name)
    can = _codes(block, *codes)
    moved = (owner.ledger.balances != state.ledger.balances).any(axis=0)
    assert not moved[~can].any()
    # Not every price falls, not every chain can afford a store.
    assert moved[can].all() if name in ("advertise", "discounts") else moved[can].any()
    assert (state.actions[moved] > owner.actions[moved]).all()


def test_advertising_that_does_nothing_costs_what_is_spent() -> None:
    none = {"ads_top": [0.0, 0.0]}
    dull = _block({"shop": none, "restaurant": none})
    owner, state = _live(dull, "owner"), _live(dull, "advertise")
    gap = state.ledger.wealth() - owner.ledger.wealth()
    shops = _codes(dull, 0)
    for place in np.flatnonzero(shops).tolist():
        levers = state.effects.firms[place]
        assert not levers.extra.any()
        budgets = [budget for budget in levers.budgets if budget is not None]
        # Spent on each day after the first working day of the run; interest on it is cents.
        first = int(dull.world.dates.rolled[START + 300])
        assert -gap[place] == pytest.approx(sum(budgets) * (END - 1 - first), rel=0.01)


def test_discounts_that_bring_nobody_lose_the_discount() -> None:
    flat = {"elasticity": [0.0, 0.0]}
    dull = _block({"shop": flat, "restaurant": flat})
    owner, state = _live(dull, "owner"), _live(dull, "discounts")
    assert np.array_equal(owner.ledger.balances, state.ledger.balances)


def test_prices_that_never_move_are_never_locked() -> None:
    still = {"price_sd": [0.0, 0.0, 0.0], "price_jump": 0.0}
    calm = _block({"restaurant": still})
    owner, state = _live(calm, "owner"), _live(calm, "stock_up")
    assert np.array_equal(owner.ledger.balances[ledger.CASH], state.ledger.balances[ledger.CASH])
