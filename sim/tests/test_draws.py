from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

import numpy as np
import pytest
from aicfo_sim import rng
from aicfo_sim.draws import World, draw_block, draw_merchant, world
from aicfo_sim.draws.block import Block
from aicfo_sim.draws.common import Drawn, compound
from aicfo_sim.policies import POLICIES
from aicfo_sim.scenario import load
from aicfo_sim.state import State


@pytest.fixture(scope="module")
def where() -> World:
    return world(load("default"), days=30, seed=5)


def _same(one: Drawn, other: Drawn) -> bool:
    return all(
        np.array_equal(getattr(a, item.name), getattr(b, item.name))
        for a, b in zip(one, other, strict=True)
        for item in fields(type(a))
    )


def test_a_merchant_is_the_same_whoever_was_drawn_before(where: World) -> None:
    alone = draw_merchant(where.who(3))
    for merchant in (7, 1, 2):
        draw_merchant(where.who(merchant))
    assert _same(alone, draw_merchant(where.who(3)))


def test_seed_replication_and_merchant_each_change_the_draws(where: World) -> None:
    base = rng.stream(5, 0, 3, "sales").random(4).tolist()
    others = [(6, 0, 3, "sales"), (5, 1, 3, "sales"), (5, 0, 4, "sales"), (5, 0, 3, "level")]
    assert all(rng.stream(*key).random(4).tolist() != base for key in others)


def test_a_merchant_in_another_block_has_the_same_rows(where: World) -> None:
    small = draw_block(where, [where.who(3)])
    large = draw_block(where, [where.who(n) for n in range(6)])
    mine = large.dues.owner == 3
    assert np.array_equal(large.dues.amount[mine], small.dues.amount)
    assert np.array_equal(large.dues.due[mine], small.dues.due)
    assert np.array_equal(large.sold[:, 3], small.sold[:, 0])
    bills = large.bills.owner == 3
    assert np.array_equal(large.bills.face[bills], small.bills.face)


@pytest.mark.parametrize("name", [name for name in POLICIES if name != "cfo"])
def test_no_policy_changes_what_was_drawn(
    block: Block, lived: Callable[..., State], name: str
) -> None:
    tables = (block.dues, block.receipts, block.bills, block.tenders, block.traits)
    before = [getattr(t, f.name).tobytes() for t in tables for f in fields(type(t))]
    takings = [column.tobytes() for column in (block.sold, block.settled, block.fee)]
    lived(name, 300)
    assert before == [getattr(t, f.name).tobytes() for t in tables for f in fields(type(t))]
    assert takings == [column.tobytes() for column in (block.sold, block.settled, block.fee)]


@pytest.mark.parametrize("order_level", [False, True])
def test_daily_takings_have_the_moments_of_the_compound_sum(*, order_level: bool) -> None:
    """Poisson orders of mean m and coefficient of variation cv: mean λm, variance λm²(1 + cv²)."""
    source = np.random.Generator(np.random.Philox(key=9))
    rate, mean, cv, days = 40.0, 30.0, 0.9, 40_000
    orders = source.poisson(rate, days).astype(np.int64)
    amount = compound(source, orders, mean, cv, order_level) / 100
    expected, variance = rate * mean, rate * mean**2 * (1 + cv**2)
    # Four standard errors of the mean, and of the variance of a nearly normal sum.
    assert abs(amount.mean() - expected) < 4 * (variance / days) ** 0.5
    assert abs(amount.var() / variance - 1) < 4 * (2.3 / days) ** 0.5


def test_what_is_sold_is_settled_or_still_in_transit(block: Block) -> None:
    for takings in block.takings:
        sold = (takings.gross - takings.refunds).sum() + takings.transit.sum()
        left = sold - (takings.settled + takings.fee).sum()
        # Each channel's last `lag` days are on their way; nothing else is.
        pending = sum(
            int(takings.gross[channel, -int(lag) :].sum())
            for channel, lag in enumerate(takings.lag.tolist())
            if lag
        )
        assert 0 <= left <= pending


def test_online_sales_peak_on_the_eleventh_of_november() -> None:
    where = world(load("default"), days=200, seed=5)
    block = draw_block(where, [where.who(n, "ecommerce") for n in range(20)])
    total = block.sold.sum(axis=1)
    peak = where.dates.number(where.dates.origin.replace(year=2025, month=11, day=11))
    assert total[peak] > 2 * np.median(total)


def test_figures_of_a_year_lie_near_their_sources() -> None:
    """Takings of shops and net margins, within wide bands of the calibration's sources."""
    where = world(load("default"), days=365, seed=1)
    members = [where.who(n) for n in range(160)]
    block = draw_block(where, members)
    shops = block.traits.archetype == 0
    daily = np.median(block.sold[:, shops].mean(axis=0)) / 100
    assert 1_000 < daily < 2_200
    dues, receipts = block.dues, block.receipts
    days = where.total
    cost, income = np.zeros(block.size), (block.sold - block.fee).sum(axis=0).astype(float)
    rows = (dues.cond < 0) & (dues.due < days) & (dues.bill < 0)
    np.add.at(cost, dues.owner[rows], dues.amount[rows])
    rows = (receipts.cond < 0) & (receipts.issued >= 0) & (receipts.issued < days)
    np.add.at(income, receipts.owner[rows], receipts.amount[rows])
    for archetype in range(3):
        mine = block.traits.archetype == archetype
        margin = 1 - cost[mine].sum() / income[mine].sum()
        assert 0.0 < margin < 0.12
