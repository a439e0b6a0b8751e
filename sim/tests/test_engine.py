from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from aicfo_sim import journal as log
from aicfo_sim import ledger, tables
from aicfo_sim.draws import block as block_module
from aicfo_sim.draws import draw_block, world
from aicfo_sim.draws.block import DRAWERS, Block
from aicfo_sim.draws.common import Drawn, Who, draw_nothing
from aicfo_sim.draws.group import Group, GroupDrawn, each
from aicfo_sim.engine import Run, run
from aicfo_sim.fen import per_merchant
from aicfo_sim.ledger import Ledger
from aicfo_sim.policies import Owner, policy
from aicfo_sim.scenario import load
from aicfo_sim.state import State
from aicfo_sim.tables import Dues, columns

from aicfo_sdk.errors import Unbalanced

RULES = ("owner", "hold_all", "always_discount")


@pytest.mark.parametrize("name", RULES)
def test_accounts_and_money_balance_at_the_end_of_every_day(block: Block, name: str) -> None:
    state = State(block)
    lived = Run(block, state, policy(name))
    for t in range(block.world.total):
        lived.day(t)
        state.ledger.check()


@pytest.mark.parametrize("name", RULES)
def test_each_party_got_what_the_events_say(
    block: Block, lived: Callable[..., State], name: str
) -> None:
    """The state's money is the tax that was paid, counted from the journal instead."""
    state = lived(name, block.world.total, journal=True)
    assert state.journal is not None
    for place in range(block.size):
        paid = dict.fromkeys(range(7), 0)
        for _, kind, row, amount, _ in state.journal.events(place):
            if kind == log.DUE_PAID:
                paid[int(block.dues.kind[row])] -= amount
        money = state.ledger.money[:, place]
        assert money[ledger.STATE] == paid[tables.TAX] + paid[tables.SOCIAL]
        assert money[ledger.STAFF] == paid[tables.WAGE]
        assert money[ledger.LANDLORD] == paid[tables.RENT]
        assert money[ledger.SUPPLIERS] == paid[tables.SUPPLIER] + paid[tables.SERVICE]


@pytest.mark.parametrize("name", RULES)
def test_the_face_of_bills_is_conserved(
    block: Block, lived: Callable[..., State], name: str
) -> None:
    total = block.world.total
    state, bills = lived(name, total, journal=True), block.bills
    got, ended = np.zeros(block.size, dtype=np.int64), np.zeros(block.size, dtype=np.int64)
    assert state.journal is not None
    for place in range(block.size):
        for _, kind, row, amount, extra in state.journal.events(place):
            got[place] += bills.face[row] if kind == log.BILL_IN else 0
            ended[place] += extra if kind == log.BILL_END else amount * (kind == log.BILL_SOLD)
    opening = bills.received < 0
    got += per_merchant(bills.owner[opening], bills.face[opening], block.size)
    held = per_merchant(bills.owner, state.left, block.size)
    assert got.sum() > 0
    assert np.array_equal(got, held + ended)
    assert np.array_equal(held, state.ledger.balances[ledger.BILLS])


def test_always_discount_holds_no_bill_overnight_and_hold_all_sells_none(
    block: Block, lived: Callable[..., State]
) -> None:
    always, never = lived("always_discount", 250), lived("hold_all", 250)
    working = block.world.dates.working
    assert working.any()
    assert never.moved.sum() == 0 < always.moved.sum()
    assert never.left.sum() > always.left.sum()


def test_an_entry_that_does_not_sum_to_nothing_is_found() -> None:
    books = Ledger(np.array([100, 200]))
    books.entry(None, (ledger.COSTS, np.array([5, 0])))
    with pytest.raises(Unbalanced):
        books.check()


def _one(monkeypatch: pytest.MonkeyPatch, opening: int, dues: Dues, days: int = 120) -> Block:
    """A world of one merchant that has some cash and these payments, and sells nothing."""

    def draw(who: Who) -> Drawn:
        return draw_nothing(who, opening=opening, payroll=1_000)._replace(dues=dues)

    def untaxed(drawn: GroupDrawn, _: Group) -> GroupDrawn:
        return drawn

    monkeypatch.setitem(DRAWERS, "shop", each(draw))
    monkeypatch.setattr(block_module, "levied", untaxed)
    where = world(load("default"), days=days, seed=1)
    return draw_block(where, [where.who(0, "shop")])


def _dues(**values: object) -> Dues:
    plain = {"owner": 0, "party": 0, "cond": tables.ALWAYS, "bill": -1}
    return columns(Dues, **(plain | values))


def test_wages_come_before_suppliers_when_cash_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    due = np.array([10, 10])
    kinds = np.array([tables.SUPPLIER, tables.WAGE])
    dues = _dues(known=due - 5, due=due, kind=kinds, amount=np.array([800, 700]))
    block = _one(monkeypatch, 1_000, dues)
    state = State(block)
    run(Run(block, state, Owner()), 0, 11)
    wages = block.dues.kind == tables.WAGE
    # 1,000 fen: 700 to staff, the remaining 300 to the supplier.
    assert state.open[wages].tolist() == [0]
    assert state.open[~wages].tolist() == [500]
    assert (state.wage_late_days[0], state.supplier_late_days[0]) == (0, 1)


def test_a_firm_that_owes_wages_too_long_closes_and_pays_severance(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    due = np.array([10])
    dues = _dues(known=due, due=due, kind=tables.WAGE, amount=np.array([1_500]))
    block = _one(monkeypatch, 500, dues)
    state = State(block)
    run(Run(block, state, Owner()), 0, 100)
    # Late from day 10 on; on day 10 + 46 it has been late for more than 45 days.
    assert state.closed.tolist() == [56]
    assert state.wage_late_days.tolist() == [47]
    # 500 less 1,500 less one month's wages of 1,000 less 47 days of late interest on 1,000.
    assert state.ledger.wealth().tolist() == [-2_023]


@pytest.mark.parametrize("kind", [tables.SUPPLIER, tables.TAX, tables.RENT, tables.WAGE])
def test_late_interest_runs_on_all_that_is_owed_at_half_a_permille_a_day(
    monkeypatch: pytest.MonkeyPatch, kind: int
) -> None:
    due = np.array([10])
    dues = _dues(known=due, due=due, kind=kind, amount=np.array([1_000_000]))
    block = _one(monkeypatch, 0, dues)
    state = State(block)
    run(Run(block, state, Owner()), 0, 20)
    # Ten days (10 … 19) at 0.05 % of 10,000 yuan: 50 yuan.
    assert state.ledger.balances[ledger.FINANCE].tolist() == [5_000]


def test_copies_of_a_state_live_apart(block: Block) -> None:
    state = State(block, journal=True)
    run(Run(block, state, Owner()), 0, 50)
    twin = state.copy()
    run(Run(block, twin, Owner()), 50, 100)
    again = state.copy()
    run(Run(block, again, Owner()), 50, 100)
    assert np.array_equal(twin.ledger.balances, again.ledger.balances)
    assert not np.array_equal(twin.ledger.balances, state.ledger.balances)
