"""No decision sees the future: change what lies ahead, and nothing done so far may change."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from aicfo_sim import scribe
from aicfo_sim.draws import block as block_module
from aicfo_sim.draws import draw_block, world
from aicfo_sim.draws.acceptors import Acceptors, acceptors
from aicfo_sim.draws.block import DRAWERS, Block, World
from aicfo_sim.draws.common import Drawn, Who
from aicfo_sim.draws.group import Group, GroupDrawn, alone, each
from aicfo_sim.draws.restaurant import stores_of
from aicfo_sim.effects import base
from aicfo_sim.effects.stores import Stores
from aicfo_sim.engine import Run, run
from aicfo_sim.fen import Ints
from aicfo_sim.market import Market
from aicfo_sim.papers import Papers
from aicfo_sim.policies import POLICIES, policy
from aicfo_sim.scenario import load
from aicfo_sim.state import State
from aicfo_sim.tables import NEVER

from aicfo_sdk.model import RECORDS, record_type

TODAY = 160
KINDS = (*DRAWERS, "restaurant")
"""One merchant of each kind, and a rich chain that can afford what the rules of trade do."""

START = {"nothing": 154, "cfo": 152, "cfo-light": 152}
"""First day of a policy; those that read books cost the most."""


def _other_future(drawn: Drawn) -> Drawn:
    """Return the merchant with all that nobody can know on TODAY doubled, cancelled or reversed."""
    takings, dues, receipts, bills, tenders = drawn[1:]
    takings.gross[:, TODAY + 1 :] *= 2
    takings.refunds[:, TODAY + 1 :] *= 2
    takings.orders[:, TODAY + 1 :] += 3
    for channel, lag in enumerate(takings.lag.tolist()):
        takings.settled[channel, TODAY + 1 + lag :] *= 2
        takings.fee[channel, TODAY + 1 + lag :] *= 2
    dues.amount[dues.known > TODAY] *= 2
    receipts.amount[receipts.issued > TODAY] *= 2
    bills.face[bills.received > TODAY] *= 2
    bills.fails[:] = np.where(bills.matures >= TODAY, 1 - bills.fails, bills.fails)
    money = (receipts.paid > TODAY) & (receipts.bill < 0)
    receipts.paid[money] = NEVER
    tenders.rival_price[tenders.award > TODAY] *= 2
    tenders.estimate[tenders.published > TODAY] *= 2
    return drawn


def _changed(usual: Callable[[Group], GroupDrawn]) -> Callable[[Who], Drawn]:
    return lambda who: _other_future(alone(usual(Group.of([who], detail=True))))


def _later(path: Ints, change: int) -> Ints:
    """Return a path by day (its last axis) that moves by `change` after TODAY."""
    out = path.copy()
    out[..., TODAY + 1 :] += change
    return out


def _other_market(usual: Market) -> Market:
    """Return the market with every rate moved after TODAY, each by another amount."""
    paths = {
        name: _later(getattr(usual.rates, name), 1_000 * n)
        for n, name in enumerate(type(usual.rates).__slots__, start=3)
    }
    return replace(
        usual,
        rates=replace(usual.rates, **paths),
        curve=_later(usual.curve, 20_000),
        bank_moves=_later(usual.bank_moves, -9_000),
    )


@cache
def _other_list(usual: Acceptors) -> Acceptors:
    """Return the bill market with every list that comes out after TODAY turned round."""
    later = (usual.published > TODAY)[:, None]
    listed, shunned = usual.listed ^ later, usual.shunned ^ later
    return replace(usual, listed=listed, shunned=shunned)


def _other_stores(who: Who) -> Stores:
    """Return the stores with other trade, prices and habits, and other faults, after TODAY."""
    usual = stores_of(who)
    later = usual.fault_first > TODAY
    lasting = usual.fault_end > TODAY
    paths = {
        name: _later(getattr(usual, name), 50_000)
        for name in ("gross", "orders", "price", "spend", "pressure", "uplift")
    }
    return replace(
        usual,
        **paths,
        fault_first=usual.fault_first + later,
        fault_end=usual.fault_end + 9 * lasting,
        fault_depth=np.where(later, usual.fault_depth // 2, usual.fault_depth),
    )


@contextmanager
def _patched() -> Generator[None]:
    """Draw and live with another future."""
    with pytest.MonkeyPatch.context() as patch:
        for name, usual in DRAWERS.copy().items():
            patch.setitem(DRAWERS, name, each(_changed(usual)))
        patch.setattr(block_module, "acceptors", lambda *key: _other_list(acceptors(*key)))
        for module in (base, scribe):
            patch.setattr(module, "stores_of", _other_stores)
        yield


def _drawn(where: World) -> Block:
    members = [where.who(n, kind) for n, kind in enumerate(KINDS)]
    block = draw_block(where, members, detail=True)
    block.traits.opening[-1] += 10**10
    return block


class Futures:
    """The same merchants in two worlds that part after TODAY, and what they did until then."""

    def __init__(self) -> None:
        self.where = world(replace(load("default"), warmup_days=60), days=180, seed=24)
        self.one = _drawn(self.where)
        with _patched():
            self.other = _drawn(replace(self.where, market=_other_market(self.where.market)))
        self._opened = dict[tuple[bool, int], State]()
        self._lived = dict[str, tuple[State, State]]()

    def until_today(self, name: str) -> tuple[State, State]:
        """Return the states at the close of TODAY in both worlds under a policy."""
        if name not in self._lived:
            one = self._live(self.one, name, changed=False)
            with _patched():
                self._lived[name] = one, self._live(self.other, name, changed=True)
        return self._lived[name]

    def _live(self, block: Block, name: str, *, changed: bool) -> State:
        start = START.get(name, 60)
        if (changed, start) not in self._opened:
            state = State(block, journal=True)
            run(Run(block, state, policy("owner")), 0, start)
            self._opened[changed, start] = state
        state = self._opened[changed, start].copy()
        run(Run(block, state, policy(name)), start, TODAY + 1)
        return state


@pytest.fixture(scope="module")
def futures() -> Futures:
    return Futures()


def _deeds(state: State, place: int) -> list[tuple[int, int, int, int]]:
    """What happened to a merchant; rows of tables may lie elsewhere in another future."""
    assert state.journal is not None
    return [(t, kind, amount, extra) for t, kind, _, amount, extra in state.journal.events(place)]


def _named(*without: str) -> list[Any]:
    """Return the policies, the CFO's marked slow."""
    return [
        pytest.param(name, marks=[pytest.mark.slow] * (name in START))
        for name in POLICIES
        if name not in without
    ]


@pytest.mark.parametrize("name", _named())
def test_another_future_changes_no_decision_so_far(futures: Futures, name: str) -> None:
    one, other = futures.until_today(name)
    for place in range(len(KINDS)):
        assert _deeds(one, place) == _deeds(other, place), KINDS[place]
    assert np.array_equal(one.ledger.balances, other.ledger.balances)
    assert np.array_equal(one.ledger.money, other.ledger.money)
    assert np.array_equal(one.actions, other.actions)
    assert np.array_equal(one.asked, other.asked)
    assert np.array_equal(one.refused, other.refused)
    assert one.bid.sum() == other.bid.sum()
    assert np.array_equal(np.sort(one.bid_price), np.sort(other.bid_price))


@pytest.mark.parametrize("name", _named("owner", "nothing"))
def test_each_policy_has_decided_something_by_then(futures: Futures, name: str) -> None:
    """Else the test above would show nothing of it."""
    (state, _), (owner, _) = (futures.until_today(one) for one in (name, "owner"))
    assert any(_deeds(state, place) != _deeds(owner, place) for place in range(len(KINDS)))


def test_the_books_of_a_day_hold_nothing_of_the_days_after(futures: Futures) -> None:
    one, other = futures.until_today("owner")
    with _patched():
        changed = [Papers(futures.other, other, place).books(TODAY) for place in range(len(KINDS))]
    for place, there in enumerate(changed):
        here = Papers(futures.one, one, place).books(TODAY)
        for name in RECORDS:
            kind = record_type(name)
            assert dict(here.records(kind)) == dict(there.records(kind)), (KINDS[place], name)
        assert here.balance() == there.balance()


def test_the_other_future_is_another_one_for_every_merchant(futures: Futures) -> None:
    one, other = (state.copy() for state in futures.until_today("owner"))
    assert one.alive.all()
    run(Run(futures.one, one, policy("owner")), TODAY + 1, futures.where.total)
    with _patched():
        run(Run(futures.other, other, policy("owner")), TODAY + 1, futures.where.total)
    assert (one.ledger.balances != other.ledger.balances).any(axis=0).all()
