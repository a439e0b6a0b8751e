from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from aicfo_sim import rng
from aicfo_sim.draws import World, draw_block, draw_merchant, world
from aicfo_sim.draws.block import DRAWERS, Block
from aicfo_sim.draws.common import Drawn, Who
from aicfo_sim.draws.demand import sold
from aicfo_sim.draws.group import Group
from aicfo_sim.policies import SIMPLE
from aicfo_sim.scenario import load
from aicfo_sim.state import State
from aicfo_sim.tables import Traits


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


@pytest.mark.parametrize("name", SIMPLE)
def test_no_policy_changes_what_was_drawn(
    block: Block, lived: Callable[..., State], name: str
) -> None:
    tables = (block.dues, block.receipts, block.bills, block.tenders, block.traits)
    before = [getattr(t, f.name).tobytes() for t in tables for f in fields(type(t))]
    takings = [column.tobytes() for column in (block.sold, block.settled, block.fee)]
    lived(name, 300)
    assert before == [getattr(t, f.name).tobytes() for t in tables for f in fields(type(t))]
    assert takings == [column.tobytes() for column in (block.sold, block.settled, block.fee)]


def _group(name: str, size: int, *, order_level: bool = False, detail: bool = True) -> Group:
    scenario = replace(load("default"), fidelity="order" if order_level else "day")
    where = world(scenario, days=30, seed=9)
    return Group.of(_members(where, name, size), detail=detail)


@pytest.mark.parametrize("weather", [0.0, 0.12])
@pytest.mark.parametrize("order_level", [False, True])
def test_daily_takings_have_the_moments_of_the_compound_sum(
    *, order_level: bool, weather: float
) -> None:
    """Poisson orders at rate λW of mean m and coefficient of variation c, where W has mean 1 and
    coefficient of variation w: value of mean λm and variance λm²(1 + c²) + (λmw)², orders of mean
    λ and variance λ + (λw)², covariance m(λ + (λw)²)."""
    group = _group("shop", 200, order_level=order_level)
    group = replace(group, figures=group.figures.with_values({"weather_cv": weather}))
    rate, mean, cv, days = 40.0, 30.0, group.figures.number("ticket_cv"), 200
    expected = np.full((days, group.size), rate * mean)
    orders, fen = sold(group, expected, np.full(group.size, mean))
    amount = fen / 100
    errors = 4 / amount.size**0.5
    common = rate + (rate * weather) ** 2
    variance = mean**2 * (common + rate * cv**2)
    assert abs(amount.mean() - rate * mean) < errors * variance**0.5
    assert abs(orders.mean() - rate) < errors * common**0.5
    # A nearly normal variable: its variance has a relative standard error of √(2/n), here with
    # room for the skewness.
    assert abs(amount.var() / variance - 1) < errors * 1.6
    assert abs(orders.var() / common - 1) < errors * 1.6
    linked = np.cov(amount.ravel(), orders.ravel())[0, 1]
    assert abs(linked / (mean * common) - 1) < errors * 2.2


@pytest.mark.parametrize("name", ["shop", "ecommerce"])
def test_both_fidelities_have_the_same_moments_by_day(name: str) -> None:
    """Mean and standard deviation over merchants of a day's sales, given the same traits and
    levels, agree over 50 days × 150 merchants."""
    blocks = []
    for fidelity in ("day", "order"):
        where = world(replace(load("default"), fidelity=fidelity), days=30, seed=4)
        blocks.append(draw_block(where, _members(where, name, 150)))
    day, order = (block.sold[:50].astype(float) for block in blocks)
    assert (day != order).mean() > 0.9
    assert np.array_equal(blocks[0].traits.opening, blocks[1].traits.opening)
    usual = (day.mean(axis=0) + order.mean(axis=0)) / 2
    gap = (day - order).mean() / usual.mean()
    noise = ((day - order) / usual).std() / day.size**0.5
    assert abs(gap) < 6 * noise
    spread = [(one / usual - np.median(one / usual, axis=1)[:, None]).var() for one in (day, order)]
    assert abs(spread[0] / spread[1] - 1) < 0.12


@pytest.mark.parametrize("name", DRAWERS)
def test_a_longer_run_begins_as_the_shorter_one(name: str) -> None:
    """What is drawn for a day is the same whatever the run's length: takings, dues and receipts
    known by then, bills, tenders and every trait."""
    scenario = load("default")
    short, long = (world(scenario, days=days, seed=3) for days in (20, 150))
    blocks = [draw_block(where, _members(where, name, 4)) for where in (short, long)]
    one, other = blocks
    end = short.total
    for item in fields(Traits):
        assert np.array_equal(getattr(one.traits, item.name), getattr(other.traits, item.name))
    for column in ("sold", "settled", "fee"):
        assert np.array_equal(getattr(one, column), getattr(other, column)[:end]), column
    assert np.array_equal(one.transit, other.transit)
    for table, day in (("dues", "known"), ("receipts", "issued"), ("bills", "received")):
        parts = [getattr(block, table) for block in blocks]
        rows = [_seen(part, day, end) for part in parts]
        assert rows[0] == rows[1], table
    rows = [_seen(block.tenders, "published", end) for block in blocks]
    assert rows[0] == rows[1]


def _seen(table: Any, day: str, end: int) -> list[tuple[int, ...]]:
    """The rows of a table up to day `end`, sorted; numbers of rows elsewhere are left out."""
    names = [f.name for f in fields(table) if f.name not in ("cond", "bill", "recourse")]
    chosen = getattr(table, day) < end
    if hasattr(table, "cond"):
        chosen &= table.cond < 0
    columns = [getattr(table, name)[chosen] for name in names]
    rows = np.concatenate([c if c.ndim > 1 else c[:, None] for c in columns], axis=1)
    return sorted(map(tuple, rows.tolist()))


@pytest.mark.parametrize("name", DRAWERS)
def test_a_merchant_is_the_same_in_any_block(name: str) -> None:
    where = world(load("default"), days=15, seed=6)
    members = _members(where, name, 5)
    whole = draw_block(where, members)
    for place, who in enumerate(members):
        alone = draw_block(where, [who])
        assert np.array_equal(whole.sold[:, place], alone.sold[:, 0])
        assert np.array_equal(whole.settled[:, place], alone.settled[:, 0])
        for table in ("dues", "receipts", "bills", "tenders"):
            mine = getattr(whole, table).owner == place
            for item in fields(getattr(whole, table)):
                if item.name in ("owner", "cond", "bill", "recourse"):
                    continue
                column = getattr(getattr(whole, table), item.name)[mine]
                assert np.array_equal(column, getattr(getattr(alone, table), item.name))


def test_detail_changes_no_sum() -> None:
    """Takings by channel are the same money as their sums, which are all that is kept else."""
    where = world(load("default"), days=20, seed=6)
    members = [where.who(number) for number in range(8)]
    plain, rich = draw_block(where, members), draw_block(where, members, detail=True)
    assert plain.takings == ()
    for column in ("sold", "settled", "fee", "transit"):
        assert np.array_equal(getattr(plain, column), getattr(rich, column))
    for place, takings in enumerate(rich.takings):
        net = (takings.gross - takings.refunds).sum(axis=0)
        assert np.array_equal(net, rich.sold[:, place])
        assert np.array_equal(takings.settled.sum(axis=0), rich.settled[:, place])
        assert np.array_equal(takings.fee.sum(axis=0), rich.fee[:, place])
        assert takings.transit.sum() == rich.transit[place]
        assert (takings.orders >= 0).all()


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


def _members(where: World, name: str, count: int) -> list[Who]:
    return [where.who(number, name) for number in range(count)]


@pytest.mark.parametrize(("name", "count"), [("shop", 400), ("ecommerce", 400), ("contractor", 40)])
def test_margins_of_a_year_lie_near_their_sources(name: str, count: int) -> None:
    """The median merchant's net margin, within a wide band of the calibration's sources."""
    where = world(load("default"), days=365, seed=1)
    block = draw_block(where, _members(where, name, count))
    dues, receipts = block.dues, block.receipts
    days = where.total
    cost, income = np.zeros(block.size), (block.sold - block.fee).sum(axis=0).astype(float)
    rows = (dues.cond < 0) & (dues.due < days) & (dues.bill < 0)
    np.add.at(cost, dues.owner[rows], dues.amount[rows])
    rows = (receipts.cond < 0) & (receipts.issued >= 0) & (receipts.issued < days)
    np.add.at(income, receipts.owner[rows], receipts.amount[rows])
    assert 0.0 < np.median(1 - cost / income) < 0.12


def test_takings_of_shops_lie_near_their_source() -> None:
    where = world(load("default"), days=365, seed=1)
    block = draw_block(where, _members(where, "shop", 400))
    assert 1_200 < np.median(block.sold.mean(axis=0)) / 100 < 1_800
