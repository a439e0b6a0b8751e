"""The chain and the farm as firms: what a year brings, what their books show."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from aicfo_sim.draws import World, draw_block, world
from aicfo_sim.draws.block import Block
from aicfo_sim.draws.restaurant import stores_of
from aicfo_sim.engine import Run, run
from aicfo_sim.papers import Papers
from aicfo_sim.policies import Owner
from aicfo_sim.scenario import load
from aicfo_sim.shocks import PRICE
from aicfo_sim.state import State
from aicfo_sim.tables import SUPPLIER

from aicfo_sdk.model import Account, Invoice, Transaction

FIRMS = 24


def _where(archetype: str, seed: int) -> World:
    scenario = replace(load("default"), mix={archetype: 1}, warmup_days=100)
    return world(scenario, days=365, seed=seed)


@pytest.fixture(scope="module", params=["restaurant", "farmer"])
def block(request: pytest.FixtureRequest) -> Block:
    where = _where(request.param, seed=2)
    return draw_block(where, [where.who(merchant) for merchant in range(FIRMS)])


def test_a_year_earns_a_margin_that_a_small_firm_can_have(block: Block) -> None:
    """Together, over a year of days: more than nothing, less than a fifth of sales."""
    first, last = 100, block.world.total
    receipts, dues = block.receipts, block.dues
    income = float((block.sold - block.fee)[first:last].sum())
    rows = (receipts.issued >= first) & (receipts.issued < last)
    income += float(receipts.amount[rows].sum())
    # What a day sold is bought about a month before it is paid.
    rows = (dues.due >= first + 15) & (dues.due < last + 15) & (dues.bill < 0)
    cost = float(dues.amount[rows].sum())
    assert 0.0 < 1 - cost / income < 0.2


def test_most_live_through_the_year_under_their_owner(block: Block) -> None:
    state = State(block)
    run(Run(block, state, Owner()), 0, block.world.total)
    assert state.alive.mean() > 0.8
    state.ledger.check()


def test_a_farm_is_paid_after_its_harvest_and_for_its_land() -> None:
    where = _where("farmer", seed=4)
    block = draw_block(where, [where.who(merchant) for merchant in range(FIRMS)])
    receipts = block.receipts
    inside = (receipts.issued >= 0) & (receipts.issued < where.total)
    months = np.array([where.dates.at(int(t)).month for t in receipts.issued[inside]])
    worth = receipts.amount[inside]
    subsidy = receipts.party[inside] == 2
    assert set(months[subsidy].tolist()) <= {5, 6, 7}
    sold = np.bincount(months[~subsidy], weights=worth[~subsidy], minlength=13)
    assert sold[[1, 2, 3, 4, 5]].sum() == 0
    assert sold[[6, 7, 9, 10, 11, 12]].sum() > 0.9 * sold.sum()
    # No tax on own produce.
    assert not (block.dues.kind == 1).any()


@pytest.mark.parametrize("name", ["default", "shocks"])
def test_what_a_chain_uses_costs_what_the_price_of_the_week_says(name: str) -> None:
    scenario = replace(load(name), mix={"restaurant": 1}, warmup_days=100)
    where = world(scenario, days=365, seed=5)
    block = draw_block(where, [where.who(0)])
    who, dues = where.who(0), block.dues
    stores, sold = stores_of(who), block.sold[:, 0]
    assert who.shocks.any == (name == "shocks")
    if who.shocks.any:
        dearer = who.shocks.of(PRICE, who.archetype, np.array([0]), np.arange(where.total))
        assert dearer.max() > 50_000
    for item in range(3):
        rows = (dues.kind == SUPPLIER) & (dues.party == item) & (dues.known >= 7)
        known = dues.known[rows]
        week = np.array([sold[t - 7 : t].sum() for t in known.tolist()])
        part = dues.amount[rows] / (week * (stores.price[item][known] / 1e6))
        # The same share of takings each week, once the price is taken out: what suppliers ask
        # (`stores.price`) is what they invoice, shocks to supplies included.
        assert part.std() / part.mean() < 1e-3
        assert 0.1 < part.mean() < 0.2


@pytest.mark.parametrize("archetype", ["restaurant", "farmer"])
def test_books_hold_together(archetype: str) -> None:
    where = _where(archetype, seed=9)
    block = draw_block(where, [where.who(3)], detail=True)
    state = State(block, journal=True)
    run(Run(block, state, Owner()), 0, 300)
    books = Papers(block, state, 0).books(299)
    for account in books.records(Account):
        lines = books.all(Transaction, account=account)
        assert books.balance(account) == sum(line.amount for line in lines)
    assert any(True for _ in books.all(Invoice, direction="purchase"))
    sales = any(True for _ in books.all(Invoice, direction="sales"))
    assert sales == (archetype == "farmer")


def test_orders_drawn_one_by_one_give_the_same_days_on_average() -> None:
    """The same orders; their value by day has the same mean and spread at both fidelities."""
    scenario = replace(load("default"), mix={"restaurant": 1}, warmup_days=100)
    by_day, by_order = (
        stores_of(world(replace(scenario, fidelity=name), days=300, seed=12).who(0))
        for name in ("day", "order")
    )
    assert np.array_equal(by_day.orders, by_order.orders)
    one, other = (stores.gross.sum(axis=1).astype(float) for stores in (by_day, by_order))
    assert not np.array_equal(one, other)
    for store in range(by_day.own):
        # Some 80 orders a day of cv 0.7: a day's mean ticket has a spread of 8 %; 400 days.
        ratio = other[store].sum() / one[store].sum()
        assert abs(ratio - 1) < 5 * 0.7 * (2 / by_day.orders[store].sum()) ** 0.5
        orders = np.maximum(by_day.orders[store].sum(axis=0), 1)
        spreads = [(sold[store] / orders).std() for sold in (one, other)]
        assert abs(spreads[1] / spreads[0] - 1) < 0.25
