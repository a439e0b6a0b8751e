"""Chains: who shops where, what stores sell, what their papers show."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from aicfo_sim.draws import World, draw_block, draw_merchant, world
from aicfo_sim.draws.block import Block
from aicfo_sim.draws.restaurant import stores_of
from aicfo_sim.effects.city import GRID, PPM, huff, kept, potential
from aicfo_sim.effects.stock import price
from aicfo_sim.effects.stores import site_name
from aicfo_sim.engine import Run, run
from aicfo_sim.papers import Papers
from aicfo_sim.policies import Owner
from aicfo_sim.scenario import load
from aicfo_sim.state import State
from hypothesis import given, settings
from hypothesis import strategies as st

from aicfo_sdk.model import DailySales, Invoice, StockLot, Store

MIX = {"restaurant": 1}


def _world(days: int, seed: int = 3) -> World:
    return world(replace(load("default"), mix=MIX, warmup_days=60), days=days, seed=seed)


@pytest.fixture(scope="module")
def block() -> Block:
    where = _world(60)
    return draw_block(where, [where.who(merchant) for merchant in range(3)], detail=True)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 6_400), st.integers(0, 6_400), st.integers(500_000, 4_000_000)),
        min_size=1,
        max_size=40,
    )
)
def test_huff_shares_of_every_cell_sum_to_one(sites: list[tuple[int, int, int]]) -> None:
    x, y, area = np.array(sites, dtype=np.int64).T
    shares = huff(x, y, area)
    assert shares.shape == (GRID * GRID, len(sites))
    assert (shares >= 0).all()
    assert (shares.sum(axis=1) == PPM).all()


def test_a_nearer_and_larger_store_draws_more() -> None:
    x, y = np.array([1_000, 1_000, 5_000]), np.array([1_000, 1_100, 5_000])
    shares = huff(x, y, np.array([1_000_000, 2_000_000, 1_000_000]))
    corner, far = shares[2 * GRID + 2], shares[12 * GRID + 12]
    assert corner[1] > corner[0] > corner[2]
    assert far[2] > far[0]


def test_a_new_store_takes_from_its_own_neighbours_and_from_rivals(block: Block) -> None:
    for merchant in range(3):
        stores = stores_of(block.world.who(merchant))
        own = np.arange(stores.own)
        before = potential(stores, own)
        after = kept(stores, np.array([stores.own]))
        assert (after[: stores.own] <= PPM).all()
        assert after[: stores.own].min() < PPM
        # Alone, it keeps all that was drawn for it; beside another new store, less.
        assert after[stores.own] == PPM
        assert after[stores.own + 1] == 0
        both = kept(stores, np.array([stores.own, stores.own + 1]))
        assert (both[: stores.own + 1] <= after[: stores.own + 1]).all()
        gained = potential(stores, np.append(own, stores.own))[-1]
        lost = before.sum() - potential(stores, np.append(own, stores.own))[:-1].sum()
        assert 0 < lost < gained


def test_the_firm_takes_what_its_stores_take(block: Block) -> None:
    for place, takings in enumerate(block.takings):
        stores = stores_of(block.world.who(place))
        assert 2 <= stores.own <= 8
        assert np.array_equal(stores.gross[: stores.own].sum(axis=0), takings.gross)
        assert np.array_equal(stores.orders[: stores.own].sum(axis=0), takings.orders)


def test_a_longer_run_changes_nothing_of_the_days_before() -> None:
    short, long = (stores_of(_world(days).who(1)) for days in (20, 90))
    days = short.gross.shape[2]
    assert np.array_equal(short.gross, long.gross[:, :, :days])
    assert np.array_equal(short.price, long.price[:, :days])
    early = long.fault_first < days
    assert np.array_equal(short.fault_first, long.fault_first[early])
    assert np.array_equal(short.fault_depth, long.fault_depth[early])
    assert np.array_equal(short.people, long.people)


@pytest.mark.parametrize("archetype", ["restaurant", "farmer"])
def test_rows_known_so_far_are_the_same_in_a_longer_run(archetype: str) -> None:
    short, long = (draw_merchant(_world(days).who(2, archetype)) for days in (40, 200))
    days = short.takings.gross.shape[1]
    assert np.array_equal(short.takings.gross, long.takings.gross[:, :days])
    known = [one.dues.known < days for one in (short, long)]
    for name in ("known", "due", "kind", "amount"):
        one, other = (
            np.sort(getattr(drawn.dues, name)[rows])
            for drawn, rows in zip((short, long), known, strict=True)
        )
        assert np.array_equal(one, other), name
    issued = [one.receipts.issued < days for one in (short, long)]
    one, other = (
        drawn.receipts.amount[rows] for drawn, rows in zip((short, long), issued, strict=True)
    )
    assert np.array_equal(one, other)


def test_books_show_each_store_with_its_area_staff_and_sales(block: Block) -> None:
    state = State(block, journal=True)
    run(Run(block, state, Owner()), 0, 40)
    papers = Papers(block, state, 1)
    books, stores = papers.books(39), papers.stores
    found = list(books.all(Store))
    assert [one.id for one in found] == [site_name(row) for row in range(stores.own)]
    assert all(one.area_cm2 >= 700_000 and one.staff >= 3 for one in found)
    day = block.world.dates.at(39)
    for row in range(stores.own):
        sold = sum(one.amount for one in books.all(DailySales, store=site_name(row), day=day))
        assert sold == stores.gross[row, :, 39].sum()
    texts = [one.text for one in books.all(Invoice, direction="purchase")]
    assert any("单价" in text for text in texts)


def test_an_empty_shelf_shows_on_the_days_of_a_stock_out_only(block: Block) -> None:
    where = _world(60, seed=8)
    for merchant in range(12):
        stores = stores_of(where.who(merchant))
        hit = np.flatnonzero((stores.fault_kind == 2) & (stores.fault_first > 5))
        hit = hit[stores.fault_first[hit] < 100]
        if hit.size:
            break
    else:
        pytest.fail("no stock-out among these chains")
    one = draw_block(where, [where.who(merchant)], detail=True)
    state = State(one, journal=True)
    first, store = int(stores.fault_first[hit[0]]), int(stores.fault_store[hit[0]])
    run(Run(one, state, Owner()), 0, first)
    papers, shelf = Papers(one, state, 0), f"{site_name(store)}:meat"
    before = papers.books(first - 1).get(StockLot, shelf)
    assert before.quantity_milli > 0
    # What the supplier asks stands in the books, so that a purchase can be explained by them.
    assert before.unit_cost == price(stores, 1, first - 1)
    run(Run(one, state, Owner()), first, first + 1)
    assert papers.books(first).get(StockLot, shelf).quantity_milli == 0
