"""What must hold whatever is drawn and decided: money, bills and drawings are conserved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from aicfo_sim import journal as log
from aicfo_sim import ledger, money_fund, rng, tables
from aicfo_sim.dates import PAD
from aicfo_sim.desk import Desk
from aicfo_sim.draws import block as block_module
from aicfo_sim.draws import draw_block, world
from aicfo_sim.draws.block import DRAWERS, Block
from aicfo_sim.draws.common import LEAD, Drawn, Who, draw_nothing, settle
from aicfo_sim.draws.group import Group, GroupDrawn, each
from aicfo_sim.engine import Policy, Run, run
from aicfo_sim.fen import Ints
from aicfo_sim.papers import Papers
from aicfo_sim.policies import SIMPLE, HoldAll, policy
from aicfo_sim.scenario import load
from aicfo_sim.state import State
from aicfo_sim.tables import Dues, columns
from hypothesis import given, settings
from hypothesis import strategies as st

from aicfo_sdk.errors import Unbalanced
from aicfo_sdk.model import Bill, DiscountBill, EndorseBill, Invoice, Transaction

TRADE = ("advertise", "stock_up", "discounts", "expand")
PURSES = {"poor": (1, 20), "usual": (1, 1), "rich": (1_000, 1)}


def _block(
    seed: int,
    names: list[str],
    fidelity: str = "day",
    purse: str = "usual",
    *,
    detail: bool = False,
) -> Block:
    scenario = replace(load("default"), warmup_days=20, fidelity=fidelity)
    where = world(scenario, days=50, seed=seed)
    members = [where.who(number, name) for number, name in enumerate(names)]
    block = draw_block(where, members, detail=detail)
    times, parts = PURSES[purse]
    block.traits.opening = block.traits.opening * times // parts
    return block


def _kinds(name: str) -> st.SearchStrategy[list[str]]:
    """Some firms; for a rule of trade there is one that can follow it."""
    some = st.lists(st.sampled_from(sorted(DRAWERS)), min_size=1, max_size=3)
    return some.map(lambda kinds: [*kinds, "restaurant"]) if name in TRADE else some


@pytest.mark.parametrize("name", SIMPLE)
@settings(max_examples=2, deadline=None)
@given(data=st.data())
def test_money_bills_and_drawings_are_conserved_on_every_day(
    name: str, data: st.DataObject
) -> None:
    block = _block(
        data.draw(st.integers(0, 2**40)),
        data.draw(_kinds(name)),
        data.draw(st.sampled_from(["day", "order"])),
        data.draw(st.sampled_from(sorted(PURSES))),
    )
    state = State(block)
    lived = Run(block, state, policy(name))
    for t in range(block.world.total):
        lived.day(t)
        state.check(block)
    # Wealth is what the owner brought in and what was earned since: nothing else.
    earned = [ledger.EQUITY, ledger.INCOME, ledger.COSTS, ledger.FINANCE]
    assert np.array_equal(state.ledger.wealth(), -state.ledger.balances[earned].sum(axis=0))


def _says_what_cash_says(block: Block, chosen: Policy, first: int) -> None:
    """Live under the owner, from day `first` on under a policy, and compare with statements."""
    state = State(block, journal=True)
    path = np.zeros((block.world.total, 2, block.size), dtype=np.int64)
    run(Run(block, state, policy("owner")), 0, first, path[:first])
    run(Run(block, state, chosen), first, block.world.total, path[first:])
    last = block.world.total - 1
    for place in range(block.size):
        lines = Papers(block, state, place).books(last).all(Transaction, account="BANK")
        moved = np.zeros(block.world.total, dtype=np.int64)
        for line in lines:
            moved[max(0, block.world.dates.number(line.day))] += line.amount
        assert np.array_equal(np.cumsum(moved), path[:, 0, place])


@pytest.mark.parametrize("name", SIMPLE)
@settings(max_examples=2, deadline=None)
@given(data=st.data())
def test_cash_is_what_the_bank_statement_says_on_every_day(name: str, data: st.DataObject) -> None:
    seed, kinds = data.draw(st.integers(0, 2**40)), data.draw(_kinds(name))
    purse = data.draw(st.sampled_from(sorted(PURSES)))
    _says_what_cash_says(_block(seed, kinds, purse=purse, detail=True), policy(name), 0)


@pytest.mark.slow
def test_cash_is_what_the_bank_statement_says_under_the_cfo() -> None:
    block = _block(5, sorted(DRAWERS), detail=True)
    _says_what_cash_says(block, policy("cfo"), block.world.total - 10)


class _Divider(HoldAll):
    """Parts with bills piece by piece: discounts and endorses parts of them at random."""

    name = "divider"

    def __init__(self, seed: int) -> None:
        self.luck = rng.stream(seed, 0, rng.MARKET, "divider")
        self.parts = 0

    def decide(self, run: Run, t: int) -> None:
        """Offer a part of each bill on hand to a bank or to a supplier."""
        for place in range(run.block.size):
            papers = Papers(run.block, run.state, place)
            books = papers.books(t)
            owed = list(books.all(Invoice, direction="purchase"))
            for bill in books.all(Bill, held="held"):
                part = int(self.luck.integers(1, bill.face + 1))
                action: DiscountBill | EndorseBill = DiscountBill(
                    day=books.as_of, bill=bill.id, amount=part, account="BANK",
                    institution="counter", rate_ppm=10**6, days=1,
                )  # fmt: skip
                if owed and self.luck.random() < 0.7:
                    paper = owed[int(self.luck.integers(len(owed)))]
                    action = EndorseBill(
                        day=books.as_of, bill=bill.id, amount=part, range_start=bill.range_start,
                        range_end=bill.range_start + part - 1, payee=paper.counterparty,
                        settles=(paper.id,),
                    )  # fmt: skip
                done = Desk(run, papers, place, t).carry_out(action)
                self.parts += not done and part < bill.face


@settings(max_examples=2, deadline=None)
@given(seed=st.integers(0, 2**40), kind=st.sampled_from(["manufacturer", "contractor"]))
def test_the_face_of_every_bill_is_conserved_through_splits(seed: int, kind: str) -> None:
    block = _block(seed, [kind, "manufacturer"], purse="rich", detail=True)
    state, chosen = State(block, journal=True), _Divider(seed)
    lived, got = Run(block, state, chosen), np.where(block.bills.received < 0, block.bills.face, 0)
    seen, total = [0] * block.size, block.world.total
    for t in range(total):
        lived.open(t)
        if t % 9 == 0:
            lived.close(t)
        state.check(block)
        for place in range(block.size):
            assert state.journal is not None
            events = state.journal.events(place)
            for _, kind_of, row, amount, extra in events[seen[place] :]:
                if kind_of == log.BILL_IN:
                    got[row] += amount
                elif kind_of in (log.BILL_SOLD, log.BILL_ENDORSED):
                    got[row] -= amount
                elif kind_of == log.BILL_END:
                    got[row] -= extra
            seen[place] = len(events)
        assert np.array_equal(got, state.left)
    assert chosen.parts > 0


def _spoil_bill(block: Block, state: State) -> None:
    state.left[np.flatnonzero(state.left)[0]] += 1


def _spoil_line(block: Block, state: State) -> None:
    state.used[0, 0] += 1


def _spoil_money(block: Block, state: State) -> None:
    state.ledger.money[0, 0] += 1


def _overpay(block: Block, state: State) -> None:
    state.open[0] = -1


@pytest.mark.parametrize("spoil", [_spoil_bill, _spoil_line, _spoil_money, _overpay])
def test_what_is_not_conserved_is_found(
    block: Block, lived: Callable[..., State], spoil: Callable[[Block, State], None]
) -> None:
    state = lived("hold_all", 100)
    state.check(block)
    spoil(block, state)
    with pytest.raises(Unbalanced):
        state.check(block)


STEP, LOW, HIGH = 100_000, 4, 12
"""A day's net flow, and the point of return and upper limit in such steps."""


class _MillerOrr:
    """Keeps cash between 0 and a limit: at either, it goes back to the point of return."""

    name = "miller_orr"

    def __init__(self) -> None:
        self.transfers = 0

    def decide(self, run: Run, t: int) -> None:
        """Move cash that has reached a limit into the fund or out of it."""
        cash = run.state.ledger.cash
        high, low = cash >= HIGH * STEP, cash < STEP
        money_fund.invest(run.block, run.state, t, np.where(high, cash - LOW * STEP, 0))
        money_fund.redeem(run.block, run.state, t, np.where(low, LOW * STEP - cash, 0))
        self.transfers += int(high.sum() + low.sum())

    def bids(self, run: Run, t: int, rows: Ints) -> Ints:
        """Bid for nothing."""
        return rows[:0]


def _walk(who: Who) -> Drawn:
    """A merchant that on each working day gets or pays the same sum, by the toss of a coin."""
    days = who.dates.days
    working = who.dates.working[PAD : PAD + days]
    up = who.stream("coin").random(days) < 0.5
    gets = np.zeros((1, days + LEAD), dtype=np.int64)
    gets[0, LEAD:] = np.where(working & up, STEP, 0)
    nothing = np.zeros_like(gets)
    at_once = np.zeros(1, dtype=np.int64)
    when = np.flatnonzero(working & ~up)
    dues = columns(
        Dues,
        owner=0,
        known=np.maximum(when - 1, 0),
        due=when,
        kind=tables.SUPPLIER,
        amount=np.full(when.size, STEP),
        party=0,
        cond=tables.ALWAYS,
        bill=-1,
    )
    plain = draw_nothing(who, opening=LOW * STEP, payroll=0)
    takings = settle(who, gets, nothing, nothing, nothing, at_once, at_once)
    return plain._replace(takings=takings, dues=dues)


def test_a_two_limit_policy_has_the_mean_cash_and_transfers_of_miller_and_orr(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """For steps of ±m, limits 0 and h and the point of return z, cash is (h + z) / 3 on average
    and moves to or from the fund every z (h − z) / m² steps (Miller and Orr 1966)."""

    def untaxed(drawn: GroupDrawn, _: Group) -> GroupDrawn:
        return drawn

    monkeypatch.setitem(DRAWERS, "shop", each(_walk))
    monkeypatch.setattr(block_module, "levied", untaxed)
    where = world(replace(load("default"), warmup_days=0), days=900, seed=3)
    block = draw_block(where, [where.who(number, "shop") for number in range(60)])
    state, chosen = State(block), _MillerOrr()
    # The owner brings in a fund that outlasts every walk.
    fund = np.full(block.size, 10_000 * STEP, dtype=np.int64)
    state.ledger.entry(ledger.OWNERS, (ledger.CASH, fund), (ledger.EQUITY, -fund))
    money_fund.invest(block, state, 0, fund)
    path = np.zeros((where.total, 2, block.size), dtype=np.int64)
    run(Run(block, state, chosen), 0, where.total, path)
    decided = where.dates.working[PAD : PAD + where.total]
    steps = int(decided.sum()) * block.size
    mean = path[decided, 0].mean() / STEP
    transfers = steps / (LOW * (HIGH - LOW))
    assert abs(chosen.transfers - transfers) < 4 * transfers**0.5
    assert abs(mean - (HIGH + LOW) / 3) < 0.35
