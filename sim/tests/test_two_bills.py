"""Two bills as solved by hand: what holding, selling at once and selling when short bring."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from aicfo_sim import ledger, tables
from aicfo_sim.draws import block as block_module
from aicfo_sim.draws import draw_block, world
from aicfo_sim.draws.block import DRAWERS, Block
from aicfo_sim.draws.common import Drawn, Who, draw_nothing
from aicfo_sim.draws.group import Group, GroupDrawn, each
from aicfo_sim.engine import Run, run
from aicfo_sim.policies import policy
from aicfo_sim.scenario import load
from aicfo_sim.state import State
from aicfo_sim.tables import Bills, Dues, Receipts, columns

GOOD, BAD = 10_000_000, 3_600_000
"""Faces, fen: a bank's bill that is paid, a trader's that is not."""

BANKS, TRADERS = 0, 6
RECEIVED, MATURES = 2, (92, 62)
"""3 July; 1 October, a holiday until the 8th, so paid on the 9th (day 100); 1 September."""

CASH = 1_000_000


def _draw(who: Who) -> Drawn:
    none, faces = np.full(2, -1), np.array([GOOD, BAD])
    bills = columns(
        Bills,
        owner=0, received=RECEIVED, drawn=0, matures=np.array(MATURES), face=faces,
        code=np.array([BANKS, TRADERS]), acceptor=0, kind=np.array([0, 1]), start=0, whole=1,
        hops=1, fails=np.array([0, 1]), party=0, cond=none, recourse=np.array([-1, 0]),
    )  # fmt: skip
    receipts = columns(
        Receipts,
        owner=0, issued=1, due=RECEIVED, paid=RECEIVED, amount=faces, party=0, cond=none, bond=0,
        bill=np.arange(2), pair=-1,
    )  # fmt: skip
    # The claim on who passed the bad bill on; on 10 July an invoice of 50,000 yuan, if there is.
    dues = columns(
        Dues,
        owner=0, known=np.array([62, 2]), due=np.array([65, 9]), kind=tables.SUPPLIER,
        amount=np.array([0, 5_000_000 * (who.merchant == 1)]), party=0, cond=none,
        bill=np.array([1, -1]),
    )  # fmt: skip
    plain = draw_nothing(who, opening=CASH, payroll=0)
    plain.traits.counter[:] = 3_000
    return plain._replace(bills=bills, receipts=receipts, dues=dues)


def _block(monkeypatch: pytest.MonkeyPatch, *, invoice: bool) -> Block:
    """A firm with the two bills where money costs 2 % a year, 0.3 % more at the first counter,
    0.2 % at a city bank, 0.1 % and 50 yuan on the platform, and earns nothing."""

    def untaxed(drawn: GroupDrawn, _: Group) -> GroupDrawn:
        return drawn

    monkeypatch.setitem(DRAWERS, "contractor", each(_draw))
    monkeypatch.setattr(block_module, "levied", untaxed)
    scenario = replace(load("default"), warmup_days=0, start=date(2025, 7, 1))
    where = world(scenario, days=110, seed=1)
    usual = where.market
    market = replace(
        usual,
        curve=np.full_like(usual.curve, 20_000),
        spread=np.zeros_like(usual.spread),
        city_markup=2_000,
        platform_markup=1_000,
        platform_fee=5_000,
        rates=replace(usual.rates, deposit=np.zeros_like(usual.rates.deposit)),
    )
    where = replace(where, market=market)
    return draw_block(where, [where.who(int(invoice), "contractor")])


def _cash(block: Block, name: str, *days: int) -> list[int]:
    """Return cash at the close of some days."""
    state, total = State(block), block.world.total
    path = np.zeros((total, 2, 1), dtype=np.int64)
    run(Run(block, state, policy(name)), 0, total, path)
    assert not state.left.any()
    assert state.ledger.balances[ledger.PAYABLES, 0] == 0
    return path[list(days), 0, 0].tolist()


def test_held_bills_are_paid_on_the_first_working_day_and_the_bad_one_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cash = _cash(_block(monkeypatch, invoice=False), "hold_all", 2, 62, 65, 99, 100, 109)
    assert cash == [CASH] * 4 + [CASH + GOOD] * 2


def test_bills_sold_at_once_go_where_they_cost_least_and_the_bad_one_comes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cash = _cash(_block(monkeypatch, invoice=False), "always_discount", 1, 2, 64, 65, 109)
    # The bank's, 98 days: city bank 100,000 × 2.2 % × 98/360 = 598.89; platform 571.67 + 50;
    # counter 626.11. The trader's, 60 days, only at the counter: 36,000 × 2.3 % × 60/360 = 138.
    sold = CASH + GOOD - 59_889 + BAD - 13_800
    assert cash == [CASH, sold, sold, sold - BAD, sold - BAD]


def test_the_owner_sells_when_short_the_first_to_mature_first_at_the_first_counter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cash = _cash(_block(monkeypatch, invoice=True), "owner", 7, 8, 9, 65, 109)
    # 10,000 yuan in cash, 50,000 due on 10 July. On the 9th the trader's bill (54 days) brings
    # 36,000 − 124.20, too little; so the bank's goes too: 100,000 × 2.3 % × 92/360 = 587.78.
    sold = CASH + BAD - 12_420 + GOOD - 58_778
    assert cash == [CASH, sold, sold - 5_000_000, sold - 5_000_000 - BAD, sold - 5_000_000 - BAD]
