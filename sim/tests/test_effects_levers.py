"""What decisions do to demand and goods, and what they leave alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from aicfo_sim import ledger
from aicfo_sim.desk import Desk
from aicfo_sim.draws import draw_block, world
from aicfo_sim.draws.block import Block
from aicfo_sim.effects import moves, stock
from aicfo_sim.effects.ads import FULL, Response, pressure, uplift
from aicfo_sim.effects.base import base_of
from aicfo_sim.effects.levers import Levers, Promotion
from aicfo_sim.effects.stock import Lot
from aicfo_sim.effects.stores import Stores
from aicfo_sim.engine import Run
from aicfo_sim.papers import Papers
from aicfo_sim.policies import Owner
from aicfo_sim.scenario import load
from aicfo_sim.state import State
from aicfo_sim.tables import SUPPLIER
from hypothesis import given, settings
from hypothesis import strategies as st

from aicfo_sdk.model import (
    Account,
    BuyStock,
    DailySales,
    Invoice,
    SetMarketingBudget,
    StockLot,
    Store,
    Transaction,
)

START, END = 30, 75
RICH = 10**9
"""Fen that every merchant has more, so that no decision fails for want of cash."""

Deed = Callable[[Block, State, int], None]


@pytest.fixture(scope="module")
def block() -> Block:
    """Two chains, a shop, an online seller."""
    scenario = replace(
        load("default"), mix={"shop": 1, "ecommerce": 1, "restaurant": 2}, warmup_days=60
    )
    where = world(scenario, days=30, seed=17)
    block = draw_block(where, [where.who(merchant) for merchant in range(4)], detail=True)
    block.traits.opening += RICH
    return block


@pytest.fixture(scope="module")
def goods(block: Block) -> Stores:
    return base_of(block, CHAIN).stores


CHAIN = 2
"""Place of the first chain: shops and online sellers come before."""


def _live(block: Block, deed: Deed | None, end: int = END) -> State:
    """Live to `end` under the owner; `deed` is done at the close of START."""
    state = State(block, journal=True)
    run = Run(block, state, Owner())
    for t in range(end):
        run.day(t)
        state.ledger.check()
        if t == START and deed is not None:
            deed(block, state, t)
    return state


@pytest.fixture(scope="module")
def plain(block: Block) -> State:
    return _live(block, None)


def _everything(block: Block, state: State, t: int) -> None:
    """Pull every lever of every merchant that has it."""
    day = block.world.dates.at(t)
    for place in range(block.size):
        levers = state.effects.levers(block, place, t)
        for channel in levers.base.ads:
            action = SetMarketingBudget(day=day, channel=channel, amount=20_000)
            assert not moves.set_budget(block, state, place, t, action)
        assert not moves.promote(block, state, place, t, days=10, discount_ppm=100_000)
        if levers.base.stores.own:
            assert not moves.open_store(block, state, place, t, 0)
            assert not moves.buy_stock(block, state, place, t, _order(block, place, t, 1, days=10))
            assert not moves.buy_stock(block, state, place, t, _order(block, place, t, 0, days=4))


def _order(block: Block, place: int, t: int, item: int, *, days: int) -> BuyStock:
    stores = base_of(block, place).stores
    quantity = int(stores.use_day[item]) * days
    return BuyStock(
        day=block.world.dates.at(t),
        account="BANK",
        payee=f"S{item + 1:02d}",
        item=stock.ITEMS[item],
        quantity_milli=quantity,
        amount=stock.asked(stores, item, t, quantity),
    )


def _same(one: State, other: State) -> None:
    assert np.array_equal(one.ledger.balances, other.ledger.balances)
    assert np.array_equal(one.ledger.money, other.ledger.money)
    assert np.array_equal(one.open, other.open)
    assert one.journal is not None
    assert other.journal is not None
    for place in range(one.alive.size):
        assert one.journal.events(place) == other.journal.events(place)


def test_levers_that_are_not_moved_change_no_byte(block: Block, plain: State) -> None:
    def nothing(block: Block, state: State, t: int) -> None:
        day = block.world.dates.at(t)
        for place in range(block.size):
            levers = state.effects.levers(block, place, t)
            value, orders = levers.factors(t)
            own = levers.base.own
            assert value[:own].tolist() == orders[:own].tolist() == [FULL] * own
            # A shop spends nothing by habit: a budget of nothing is what it does anyway.
            for channel in levers.base.ads if not levers.base.habit.any() else ():
                action = SetMarketingBudget(day=day, channel=channel, amount=0)
                assert not moves.set_budget(block, state, place, t, action)

    _same(plain, _live(block, nothing))


def test_a_decision_leaves_every_other_merchant_and_every_day_before_as_they_were(
    block: Block, plain: State
) -> None:
    def promote(block: Block, state: State, t: int) -> None:
        moves.promote(block, state, CHAIN, t, days=60, discount_ppm=150_000)

    state = _live(block, promote)
    others = [place for place in range(block.size) if place != CHAIN]
    assert np.array_equal(plain.ledger.balances[:, others], state.ledger.balances[:, others])
    assert plain.ledger.wealth()[CHAIN] != state.ledger.wealth()[CHAIN]
    extra = state.effects.firms[CHAIN].extra
    assert not extra[:, :, : START + 1].any()
    # The same luck: what differs is the factor times what was drawn, to the fen.
    stores = state.effects.firms[CHAIN].base.stores
    value, _ = state.effects.firms[CHAIN].factors(END - 1)
    drawn = stores.gross[: stores.own, :, END - 1]
    moved = drawn * (value[: stores.own, None] - FULL)
    assert np.abs(extra[: stores.own, :, END - 1] * FULL - moved).max() <= FULL // 2


def test_all_that_is_sold_more_is_income_and_arrives_less_its_fee(block: Block) -> None:
    def promote(block: Block, state: State, t: int) -> None:
        moves.promote(block, state, CHAIN, t, days=5, discount_ppm=150_000)

    # Five days, five that pay for them, a week until the last are settled; before the 21st of the
    # quarter's last month, when deposits bear interest.
    end = START + 19
    state, other = _live(block, promote, end), _live(block, None, end)
    levers = state.effects.firms[CHAIN]
    gap = state.ledger.balances[:, CHAIN] - other.ledger.balances[:, CHAIN]
    more, goods = levers.extra.sum(), levers.goods.sum()
    assert gap[ledger.INCOME] == -more
    assert gap[ledger.TRANSIT] == gap[ledger.PAYABLES] == 0
    fee = gap[ledger.COSTS] - goods
    assert gap[ledger.CASH] == more - goods - fee
    platform = levers.extra[:, 2].sum()
    assert 0 < fee / platform < 0.25
    paid = state.ledger.money[ledger.SUPPLIERS, CHAIN] - other.ledger.money[ledger.SUPPLIERS, CHAIN]
    assert paid == goods


def test_books_with_every_lever_pulled_hold_together(block: Block) -> None:
    state = _live(block, _everything)
    for place in range(block.size):
        books = Papers(block, state, place).books(END - 1)
        for account in books.records(Account):
            lines = books.all(Transaction, account=account)
            assert books.balance(account) == sum(line.amount for line in lines)
        assert books.balance("BANK") == state.ledger.cash[place]
        levers, day = state.effects.firms[place], block.world.dates.at(START + 5)
        sold = sum(row.amount for row in books.all(DailySales, day=day))
        takings = block.takings[place]
        drawn = (takings.gross - takings.refunds)[:, START + 5].sum()
        assert sold == drawn + levers.extra[:, :, START + 5].sum()
        spent = sum(
            -line.amount for line in books.all(Transaction) if line.text.startswith("推广费")
        )
        # Budgets are spent from the day after on; what was by habit before is paid a week later.
        by_habit = levers.base.habit[:, : START + 1].sum() // 1 if levers.base.stores.own else 0
        weeks = levers.base.habit[:, : (START + 1) // 7 * 7].sum()
        budgets = 20_000 * len(levers.base.ads) * (END - 1 - START)
        assert budgets + weeks <= spent <= budgets + by_habit
    stores = state.effects.firms[CHAIN].base.stores
    books = Papers(block, state, CHAIN).books(END - 1)
    opened = list(books.all(Store))[-1]
    assert len(list(books.all(Store))) == stores.own + 1
    assert opened.opened == block.world.dates.at(START + 1)
    assert sum(row.amount for row in books.all(DailySales, store=opened.id)) > 0


def test_copies_of_a_state_pull_their_own_levers(block: Block) -> None:
    state = State(block)
    moves.promote(block, state, CHAIN, 0, days=3, discount_ppm=100_000)
    twin = state.copy()
    moves.promote(block, twin, CHAIN, 0, days=3, discount_ppm=100_000)
    twin.effects.firms[CHAIN].extra[:] = 1
    assert len(state.effects.firms[CHAIN].promotions) == 1
    assert not state.effects.firms[CHAIN].extra.any()


def test_no_factor_knows_the_days_to_come(block: Block) -> None:
    """Another future of takings and prices: the same state at the end of today."""

    def live(*, other: bool) -> State:
        state = State(block, journal=True)
        run = Run(block, state, Owner())
        for t in range(START + 20):
            run.day(t)
            if t == START:
                _everything(block, state, t)
                for levers in state.effects.firms.values() if other else ():
                    base = levers.base
                    worth, orders = base.worth.copy(), base.orders.copy()
                    worth[:, :, START + 20 :] *= 3
                    orders[:, :, START + 20 :] = 0
                    stores = replace(base.stores, price=base.stores.price.copy())
                    stores.price[..., START + 20 :] *= 2
                    levers.base = replace(base, worth=worth, orders=orders, stores=stores)
        return state

    _same(live(other=False), live(other=True))


def test_the_desk_refuses_with_a_reason_and_changes_nothing(block: Block) -> None:
    state = _live(block, None, START + 1)
    run = Run(block, state, Owner())
    papers, day = Papers(block, state, CHAIN), block.world.dates.at(START)
    desk, before = Desk(run, papers, CHAIN, START), state.ledger.balances.copy()
    good = _order(block, CHAIN, START, 1, days=10)
    refused = [
        (good.model_copy(update={"amount": good.amount - 1}), "asks"),
        (good.model_copy(update={"payee": "S01"}), "does not sell"),
        (good.model_copy(update={"item": "gold"}), "no item"),
        (_order(block, CHAIN, START, 1, days=1_000), "room for only"),
        (SetMarketingBudget(day=day, channel="tv", amount=1), "no advertising channel"),
    ]
    for action, reason in refused:
        assert reason in desk.carry_out(action)
    shop = Desk(run, Papers(block, state, 0), 0, START)
    assert "keeps no stock" in shop.carry_out(good)
    assert np.array_equal(before, state.ledger.balances)
    poor = state.copy()
    poor.ledger.balances[ledger.CASH, CHAIN] = good.amount - 1
    assert "cash" in Desk(Run(block, poor, Owner()), papers, CHAIN, START).carry_out(good)
    assert desk.carry_out(good) == ""
    assert state.ledger.balances[ledger.STOCK, CHAIN] == good.amount
    state.ledger.check()


def test_levers_of_the_simulator_refuse_what_makes_no_sense(block: Block) -> None:
    state = State(block)
    assert moves.promote(block, state, CHAIN, 0, days=0, discount_ppm=100_000)
    assert moves.promote(block, state, CHAIN, 0, days=3, discount_ppm=900_000)
    assert moves.promote(block, state, CHAIN, 0, days=3, discount_ppm=1, store=99)
    assert moves.open_store(block, state, CHAIN, 0, 99)
    assert moves.open_store(block, state, 0, 0, 0)
    assert not moves.open_store(block, state, CHAIN, 0, 1)
    assert moves.open_store(block, state, CHAIN, 0, 1)


def test_a_budget_takes_the_place_of_the_habit(block: Block, plain: State) -> None:
    def stop(block: Block, state: State, t: int) -> None:
        day = block.world.dates.at(t)
        for channel in state.effects.levers(block, CHAIN, t).base.ads:
            action = SetMarketingBudget(day=day, channel=channel, amount=0)
            assert not moves.set_budget(block, state, CHAIN, t, action)

    def go_on(block: Block, state: State, t: int) -> None:
        day = block.world.dates.at(t)
        levers = state.effects.levers(block, CHAIN, t)
        for channel, name in enumerate(levers.base.ads):
            usual = int(levers.base.habit[channel, t + 1])
            action = SetMarketingBudget(day=day, channel=name, amount=usual)
            assert not moves.set_budget(block, state, CHAIN, t, action)

    state = _live(block, stop)
    levers = state.effects.firms[CHAIN]
    assert levers.base.habit[:, START:END].any()
    # Without advertising demand falls, and the invoices for it fall away.
    assert levers.extra[:, :, START + 2 :].sum() < 0
    known = block.dues.known[list(state.effects.covered)]
    assert ((known > START) & (known < END)).all()
    saved = sum(state.effects.covered.values())
    last = int(known.max())
    assert saved == levers.base.habit[:, START + 1 : last].sum()
    # The same spend as by habit brings the same demand, for as long as the habit stays.
    same = _live(block, go_on, START + 5).effects.firms[CHAIN]
    changes = np.diff(same.base.habit[:, START + 1 : START + 5], axis=1).any()
    assert same.extra.any() == changes


def test_where_advertising_does_nothing_it_only_costs(block: Block) -> None:
    base = base_of(block, 0)
    dull = tuple(one._replace(top=0) for one in base.responses)
    levers = Levers.of(replace(base, responses=dull), START)
    levers.spend([10**6] * len(dull))
    value, orders = levers.factors(START + 1)
    assert value.tolist() == orders.tolist() == [FULL]


def test_levers_need_no_channels_kept_by_the_block(block: Block) -> None:
    where = block.world
    small = draw_block(where, [where.who(CHAIN)])
    small.traits.opening += RICH
    one, other = _live(block, _everything), _live(small, _everything)
    assert np.array_equal(one.ledger.balances[:, CHAIN], other.ledger.balances[:, 0])


def test_a_new_store_grows_and_takes_from_the_old_ones(block: Block) -> None:
    quiet = np.zeros(300, dtype=np.int64)
    base = base_of(block, CHAIN)
    levers = Levers.of(replace(base, uplift=quiet, pressure=base.pressure * 0), 0)
    row, own = levers.base.own, levers.base.own
    levers.opened[row] = 10
    first, later = levers.factors(10)[0], levers.factors(200)[0]
    assert 0 < first[row] < later[row] == FULL
    assert (later[:own] <= first[:own]).all()
    assert later[:own].min() < FULL


def test_a_promotion_brings_orders_and_borrows_some_from_the_days_after(block: Block) -> None:
    levers = Levers.of(base_of(block, 0), 0)
    levers.promotions.append(Promotion(-1, 10, 15, 200_000))
    before, during, after, later = (levers.factors(t) for t in (9, 12, 16, 20))
    assert before[1][0] == later[1][0] == FULL
    assert during[1][0] == FULL + levers.base.elasticity * 200_000 // FULL
    assert during[0][0] == round(during[1][0] * 0.8)
    assert after[1][0] < FULL
    dearer = Levers.of(levers.base, 0)
    dearer.promotions.append(Promotion(-1, 10, 15, -100_000))
    value, orders = dearer.factors(12)
    assert orders[0] < FULL
    assert value[0] > orders[0]
    assert dearer.factors(16)[1][0] == FULL


def test_forward_purchases_replace_later_ones_at_the_price_of_their_day(block: Block) -> None:
    def buy(block: Block, state: State, t: int) -> None:
        assert not moves.buy_stock(block, state, CHAIN, t, _order(block, CHAIN, t, 1, days=10))

    state = _live(block, buy)
    room, dues = state.effects, block.dues
    assert room.covered
    for row, saved in room.covered.items():
        assert dues.owner[row] == CHAIN
        assert 0 < saved <= dues.amount[row]
        assert START < dues.known[row] < END
    books = Papers(block, state, CHAIN).books(END - 1)
    day = block.world.dates.at(START)
    meat = [one for one in books.all(Invoice, counterparty="S02") if one.issued > day]
    rows = (dues.owner == CHAIN) & (dues.kind == SUPPLIER) & (dues.party == 1)
    drawn = dues.amount[rows & (dues.known > START) & (dues.known < END)].sum()
    assert sum(one.total for one in meat) == drawn - sum(room.covered.values())
    lot = books.get(StockLot, "LOT-0001")
    assert lot.item == "meat"
    assert lot.quantity_milli == room.firms[CHAIN].lots[0].quantity


def test_books_show_on_which_day_a_shelfs_price_changed(block: Block) -> None:
    state = _live(block, lambda block, state, t: None)
    books = Papers(block, state, CHAIN).books(END - 1)
    states = books.states(StockLot, "STORE-1:meat")
    stores, dates = base_of(block, CHAIN).stores, block.world.dates
    assert [one.updated for one in states] == [dates.at(t) for t in range(END - 43, END)]
    asked = [stock.price(stores, 1, t) for t in range(END - 43, END)]
    assert [one.unit_cost for one in states] == asked
    assert len(set(asked)) > 4
    assert states[-1] == books.get(StockLot, "STORE-1:meat")


LOTS = st.lists(
    st.builds(
        Lot,
        item=st.integers(0, 2),
        quantity=st.integers(0, 10**8),
        value=st.integers(0, 10**9),
        unit_cost=st.just(0),
        expires=st.integers(0, 40),
        touched=st.just(0),
    ),
    max_size=5,
)


@settings(max_examples=100, deadline=None)
@given(lots=LOTS, t=st.integers(0, 50), item=st.integers(0, 2), amount=st.integers(0, 10**9))
def test_neither_time_nor_use_makes_goods(
    goods: Stores, lots: list[Lot], t: int, item: int, amount: int
) -> None:
    left, lost = stock.perish(goods, lots, t)
    used, saved, cost = stock.use(goods, left, item, t, amount)
    for before, after in ((lots, left), (left, used)):
        for one, other in zip(before, after, strict=True):
            assert 0 <= other.quantity <= one.quantity
            assert 0 <= other.value <= one.value
            assert (other.value == 0) or other.quantity > 0 or one.quantity == 0
    assert sum(lot.value for lot in lots) == lost + cost + sum(lot.value for lot in used)
    assert 0 <= saved <= amount
    assert all(lot.quantity == 0 for lot in left if t > lot.expires)


@given(
    half=st.integers(1, 10**7),
    top=st.integers(0, 300_000),
    power=st.integers(1, 2),
    stocks=st.lists(st.integers(0, 10**9), min_size=2, max_size=2),
)
def test_more_advertising_never_brings_less_and_never_more_than_its_most(
    half: int, top: int, power: int, stocks: list[int]
) -> None:
    response = Response(half, top, 700_000, power)
    less, more = (uplift(response, one) for one in sorted(stocks))
    assert 0 <= less <= more <= top
    assert uplift(response, half) == top // 2
    assert pressure(response, 1_000, 0) == 700
