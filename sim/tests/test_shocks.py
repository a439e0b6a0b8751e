"""Shocks: off they change nothing; on they reach linked sectors later and weaker."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from aicfo_sim import shocks as room
from aicfo_sim.dates import dates
from aicfo_sim.draws import World, draw_block, world
from aicfo_sim.draws.block import DRAWERS, Block
from aicfo_sim.engine import Run
from aicfo_sim.policies import policy
from aicfo_sim.scenario import Scenario, load
from aicfo_sim.shocks import DEMAND, LATE, PLATFORM, PRICE, Arrival, Event, ShockPlan, sectors
from aicfo_sim.state import State
from aicfo_sim.tables import ALWAYS, NEVER, SUPPLIER

from aicfo_sdk.errors import InputError
from aicfo_sdk.money import PPM

START = date(2025, 7, 1)
WARM = 60
TABLE = dates(START - timedelta(days=WARM), WARM + 200)


def _event(kind: room.Kind, sector: str, depth: float, days: int = 40, **more: Any) -> Event:
    return Event(
        kind=kind, sector=sector, start=START + timedelta(days=20), days=days, depth=depth, **more
    )


def _made(*events: Event, arrivals: tuple[Arrival, ...] = (), **more: Any) -> room.Shocks:
    plan = ShockPlan(events=list(events), arrivals=list(arrivals))
    keys: dict[str, Any] = {"seed": 3, "replication": 0, "days": TABLE, "start": WARM} | more
    return room.shocks(plan, keys["seed"], keys["replication"], keys["days"], keys["start"])


def _under(*events: Event, arrivals: tuple[Arrival, ...] = ()) -> Scenario:
    plan = ShockPlan(events=list(events), arrivals=list(arrivals))
    return replace(load("default"), warmup_days=WARM, sections={"shocks": plan})


def test_a_slump_reaches_suppliers_later_and_weaker() -> None:
    lost = _made(_event("demand", "online", 0.4)).table[DEMAND, :, 0]
    names = sectors()
    own, wholesale, plants, stone = (
        lost[names.index(name)] for name in ("online", "wholesale", "manufacturing", "materials")
    )
    begins = [int(np.flatnonzero(column)[0]) for column in (own, wholesale, plants, stone)]
    assert begins == [WARM + 20, WARM + 41, WARM + 41, WARM + 62]
    assert own.max() == 400_000
    # 20 % of wholesale's sales go online, 60 % of that is passed on; then on to its suppliers.
    assert wholesale.max() == round(400_000 * 0.20 * 0.6)
    assert 0 < stone.max() < plants.max() < own.max()
    assert not lost[names.index("catering")].any()


def test_a_price_rise_reaches_customers_and_no_supplier() -> None:
    dearer = _made(_event("price", "farming", 0.5)).table[PRICE, :, 0]
    names = sectors()
    catering, wholesale = (dearer[names.index(name)] for name in ("catering", "wholesale"))
    assert catering[WARM + 41] == round(500_000 * 0.40 * 0.6)
    assert 0 < wholesale.max() < catering.max()
    assert not dearer[names.index("materials")].any()


def test_what_platforms_hold_back_makes_suppliers_of_sellers_wait() -> None:
    found = _made(_event("platform", "online", 10.0)).table[:, :, 0]
    names = sectors()
    assert found[PLATFORM, names.index("online")].max() == 10
    # 10 days × 45 % of logistics' sales × 60 %, rounded.
    assert found[LATE, names.index("logistics")].max() == 3
    assert not found[LATE, names.index("online")].any()
    assert not found[PLATFORM, names.index("logistics")].any()


def test_a_regional_shock_leaves_other_regions_alone_and_merchants_live_in_all() -> None:
    made = _made(_event("demand", "retail", 0.4, region=2))
    assert [bool(made.table[DEMAND, :, region].any()) for region in range(4)] == [
        False,
        False,
        True,
        False,
    ]
    regions = made.regions(np.arange(400))
    assert set(regions.tolist()) == {0, 1, 2, 3}
    alone = made.regions(np.array([17]))
    assert alone[0] == regions[17]


_LOTS: tuple[tuple[room.Kind, list[float]], ...] = (
    ("demand", [0.1, 0.5]),
    ("price", [0.1, 0.4]),
    ("late", [5.0, 40.0]),
)
ALL = tuple(
    Arrival(kind=kind, regional=kind == "demand", per_year=12.0, days=[5, 30], depth=depth)
    for kind, depth in _LOTS
)


def test_arrivals_are_the_same_whatever_the_runs_length_and_another_in_each_replication() -> None:
    short = dates(TABLE.origin, WARM + 80)
    one, other = _made(arrivals=ALL, days=short), _made(arrivals=ALL)
    assert one.table.any()
    assert np.array_equal(one.table, other.table[..., : WARM + 80])
    assert not one.table[..., :WARM].any()
    again = _made(arrivals=ALL, replication=1)
    assert not np.array_equal(other.table, again.table)


def test_shocks_stay_within_their_bounds() -> None:
    hard = [_event("demand", "", 0.9), _event("demand", "", 0.8), _event("late", "", 300.0)]
    made = _made(*hard, _event("late", "", 300.0))
    for kind, most in enumerate(room.MOST):
        assert made.table[kind].min() >= 0
        assert made.table[kind].max() <= most


def _same(one: Block, other: Block) -> bool:
    tables = [(getattr(one, n), getattr(other, n)) for n in ("dues", "receipts", "bills", "traits")]
    rows = all(
        np.array_equal(getattr(a, item.name), getattr(b, item.name))
        for a, b in tables
        for item in fields(a)
    )
    return rows and all(
        np.array_equal(getattr(one, n), getattr(other, n)) for n in ("sold", "settled", "fee")
    )


def _block(scenario: Scenario, name: str, days: int = 60, detail: bool = False) -> Block:
    where = world(scenario, days=days, seed=4)
    return draw_block(where, [where.who(n, name) for n in range(6)], detail=detail)


@pytest.mark.parametrize("name", DRAWERS)
def test_a_shock_of_another_time_or_sector_leaves_a_merchant_as_it_was(name: str) -> None:
    """Off, or in a table that is zero where the merchant lives: the same bytes."""
    plain = _block(_under(), name)
    assert not plain.world.shocks.any
    far = Event(kind="demand", start=START + timedelta(days=900), days=5, depth=0.5)
    late = _block(_under(far), name)
    assert late.world.shocks.any
    assert _same(plain, late)


@pytest.mark.parametrize("name", DRAWERS)
def test_a_slump_takes_sales_from_its_first_day_on_and_none_before(name: str) -> None:
    plain, hit = (
        _block(scenario, name, days=120)
        for scenario in (_under(), _under(_event("demand", "", 0.5, days=60)))
    )
    day = WARM + 20
    assert np.array_equal(plain.sold[:day], hit.sold[:day])
    before, after = (_sales(block, day, day + 60) for block in (plain, hit))
    assert after < 0.75 * before
    assert _sales(plain, 0, day) == _sales(hit, 0, day)


def _sales(block: Block, first: int, end: int) -> int:
    rows = block.receipts
    mine = (rows.cond == ALWAYS) & (rows.issued >= first) & (rows.issued < end)
    return int(block.sold[first:end].sum() + rows.amount[mine].sum())


def test_bills_have_the_face_of_the_invoices_that_they_pay() -> None:
    hit = _block(_under(_event("demand", "construction", 0.5)), "contractor")
    rows = np.flatnonzero((hit.receipts.bill >= 0) & (hit.receipts.cond == ALWAYS))
    assert rows.size
    assert np.array_equal(hit.bills.face[hit.receipts.bill[rows]], hit.receipts.amount[rows])


def test_a_late_wave_moves_money_later_and_loses_none() -> None:
    plain, hit = (
        _block(scenario, "contractor", days=150)
        for scenario in (_under(), _under(_event("late", "construction", 30.0)))
    )
    one, other = plain.receipts, hit.receipts
    assert one.amount[one.paid < NEVER].sum() == other.amount[other.paid < NEVER].sum()
    arrived = [
        int(r.amount[(r.bill < 0) & (r.paid >= WARM + 20) & (r.paid < WARM + 45)].sum())
        for r in (one, other)
    ]
    assert arrived[1] < 0.3 * arrived[0]


def test_dearer_supplies_raise_purchases_while_the_shock_lasts() -> None:
    plain, hit = (
        _block(scenario, "shop", days=120)
        for scenario in (_under(), _under(_event("price", "retail", 0.2)))
    )
    ratio = []
    for first, end in ((WARM + 20, WARM + 60), (0, WARM + 20)):
        sums = []
        for block in (plain, hit):
            dues = block.dues
            mine = (dues.kind == SUPPLIER) & (dues.known >= first) & (dues.known < end)
            sums.append(int(dues.amount[mine].sum()))
        ratio.append(sums[1] / sums[0])
    assert ratio[0] == pytest.approx(1.2, abs=1e-4)
    assert ratio[1] == 1.0


def test_settlements_held_back_arrive_later_and_none_is_lost() -> None:
    plain, hit = (
        _block(scenario, "ecommerce", days=120, detail=True)
        for scenario in (_under(), _under(_event("platform", "online", 9.0, days=15)))
    )
    first, last = WARM + 20, WARM + 20 + 15 + 9
    assert np.array_equal(plain.settled[:first], hit.settled[:first])
    assert not hit.settled[first : first + 9].any()
    for one, other in ((plain.settled, hit.settled), (plain.fee, hit.fee)):
        assert np.array_equal(one[:last].sum(axis=0), other[:last].sum(axis=0))
        assert np.array_equal(one[last:], other[last:])
    for place, taken in enumerate(hit.takings):
        assert np.array_equal(taken.settled.sum(axis=0), hit.settled[:, place])


def test_money_balances_every_day_under_every_kind_of_shock() -> None:
    where = world(load("shocks"), days=60, seed=2)
    block = draw_block(where, [where.who(n) for n in range(8)])
    state = State(block)
    lived = Run(block, state, policy("owner"))
    for t in range(block.world.total):
        lived.day(t)
        state.ledger.check()


def test_another_future_of_shocks_changes_nothing_before_it() -> None:
    """Draws of days up to the shock are those without it: nobody can know it comes."""
    made = list[Block]()
    for depth in (0.2, 0.6):
        scenario = _under(_event("demand", "", depth, days=30))
        made.append(_block(scenario, "shop", days=60))
    day = WARM + 20
    assert np.array_equal(made[0].sold[:day], made[1].sold[:day])
    rows = [block.dues.known < day for block in made]
    assert np.array_equal(
        np.sort(made[0].dues.amount[rows[0]]), np.sort(made[1].dues.amount[rows[1]])
    )


def test_a_scenario_names_its_shocks_and_a_wrong_name_is_refused(tmp_path: Path) -> None:
    assert load("default").section(ShockPlan).events == []
    assert len(load("shocks").section(ShockPlan).arrivals) == 4
    text = "title: x\nstart: 2025-07-01\nmix: {shop: 1}\nshocks:\n  events:\n"
    row = "    - {kind: demand, sector: retial, start: 2025-08-01, days: 5, depth: 0.1}\n"
    path = tmp_path / "bad.yaml"
    path.write_text(text + row)
    with pytest.raises(InputError, match="retial"):
        load(path)
    path.write_text(text + row.replace("retial", "retail").replace("days: 5", "days: 0"))
    with pytest.raises(InputError):
        load(path)


def test_links_are_shares_and_every_archetype_has_a_sector() -> None:
    up, down = room.links()
    for weights in (up, down):
        assert (weights >= 0).all()
        assert (weights <= PPM).all()
    assert (up.sum(axis=1) <= PPM).all()
    assert (down.sum(axis=1) <= PPM).all()
    where: World = world(_under(), days=5, seed=1)
    assert where.shocks.table.size == 0
