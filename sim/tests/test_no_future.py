"""No decision sees the future: change what lies ahead, and nothing done so far may change."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from aicfo_sim.draws import draw_block, world
from aicfo_sim.draws.block import DRAWERS, Block
from aicfo_sim.draws.common import Drawn, Who
from aicfo_sim.draws.group import Group, GroupDrawn, alone, each
from aicfo_sim.engine import Run, run
from aicfo_sim.papers import Papers
from aicfo_sim.policies import policy
from aicfo_sim.scenario import load
from aicfo_sim.state import State
from aicfo_sim.tables import NEVER

from aicfo_sdk.model import RECORDS, record_type

TODAY = 300
MEMBERS = range(6)
"""One merchant of each kind."""


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


@pytest.fixture(scope="module")
def draw() -> Callable[..., Block]:
    where = world(load("default"), days=90, seed=23)

    def make() -> Block:
        names = tuple(DRAWERS)
        members = [where.who(n, names[n % len(names)]) for n in MEMBERS]
        return draw_block(where, members, detail=True)

    return make


@pytest.fixture
def futures(draw: Callable[..., Block], monkeypatch: pytest.MonkeyPatch) -> tuple[Block, Block]:
    """Two blocks of the same merchants that part after TODAY."""
    one = draw()
    for name, usual in DRAWERS.copy().items():
        monkeypatch.setitem(DRAWERS, name, each(_changed(usual)))
    return one, draw()


def _until_today(block: Block, name: str, start: int) -> State:
    state = State(block, journal=True)
    run(Run(block, state, policy("owner")), 0, start)
    run(Run(block, state, policy(name)), start, TODAY + 1)
    return state


def _deeds(state: State, place: int) -> list[tuple[int, int, int, int]]:
    """What happened to a merchant; rows of tables may lie elsewhere in another future."""
    assert state.journal is not None
    return [(t, kind, amount, extra) for t, kind, _, amount, extra in state.journal.events(place)]


@pytest.mark.parametrize(
    ("name", "start"), [("owner", 100), ("hold_all", 100), ("always_discount", 100), ("cfo", 290)]
)
def test_another_future_changes_no_decision_so_far(
    futures: tuple[Block, Block], name: str, start: int
) -> None:
    states = [_until_today(block, name, start) for block in futures]
    one, other = states
    for place in MEMBERS:
        assert _deeds(one, place) == _deeds(other, place)
    assert np.array_equal(one.ledger.balances[0], other.ledger.balances[0])
    assert np.array_equal(one.actions, other.actions)
    assert one.bid.sum() == other.bid.sum()


def test_the_books_of_a_day_hold_nothing_of_the_days_after(futures: tuple[Block, Block]) -> None:
    states = [_until_today(block, "owner", 100) for block in futures]
    for place in MEMBERS:
        one, other = (
            Papers(block, state, place).books(TODAY)
            for block, state in zip(futures, states, strict=True)
        )
        for name in RECORDS:
            kind = record_type(name)
            assert dict(one.records(kind)) == dict(other.records(kind)), name
        assert one.balance() == other.balance()


def test_the_other_future_is_another_one(futures: tuple[Block, Block]) -> None:
    later = []
    for block in futures:
        state = State(block)
        run(Run(block, state, policy("owner")), 0, block.world.total)
        later.append(state.ledger.balances)
    assert (later[0] != later[1]).any(axis=0).all()
