"""Taxes of drawn merchants: what they owe follows from what they sold, bought and paid."""

from __future__ import annotations

import numpy as np
import pytest
from aicfo_sim import tables, taxes
from aicfo_sim.draws import World, world
from aicfo_sim.draws.block import DRAWERS
from aicfo_sim.draws.common import no_bills, no_receipts, no_tenders
from aicfo_sim.draws.costs import traits
from aicfo_sim.draws.group import Group, GroupDrawn
from aicfo_sim.draws.taxing import invoice_ppm, is_general, levied
from aicfo_sim.fen import Floats, Ints
from aicfo_sim.scenario import ARCHETYPES, load
from aicfo_sim.tables import ALWAYS, SOCIAL, TAX, WAGE, Dues, columns


@pytest.fixture(scope="module")
def where() -> World:
    """Days from 2024-10-04: the last quarter of 2024 begins before day 0."""
    return world(load("default"), days=30, seed=5)


def _plain(where: World, name: str, sold: Ints, dues: Dues | None = None) -> GroupDrawn:
    """Return members of an archetype that sell that much on each day, days × members."""
    group = Group.of([where.who(n, name) for n in range(sold.shape[1])], detail=False)
    month: Floats = sold.mean(axis=0) * 365 / 12 / 100
    firm = traits(group, month, month, np.full(group.size, 10**12))
    nothing = np.zeros_like(sold)
    drawn = GroupDrawn(
        traits=firm,
        sold=sold,
        settled=sold,
        fee=nothing,
        transit=nothing[0],
        takings=(),
        dues=dues or tables.none(Dues),
        receipts=no_receipts(),
        bills=no_bills(),
        tenders=no_tenders(),
    )
    return levied(drawn, group)


def _due(**values: object) -> Dues:
    return columns(Dues, **({"owner": 0, "party": 0, "cond": ALWAYS, "bill": -1} | values))


def _owed(drawn: GroupDrawn, kind: int, owner: int = 0) -> dict[int, int]:
    mine = (drawn.dues.kind == kind) & (drawn.dues.owner == owner)
    return dict(zip(drawn.dues.due[mine].tolist(), drawn.dues.amount[mine].tolist(), strict=True))


def _number(where: World, text: str) -> int:
    from datetime import date

    return where.dates.number(date.fromisoformat(text))


def test_a_small_shop_pays_nothing_until_a_quarter_exceeds_the_threshold(where: World) -> None:
    """First quarter of 2025, 90 days: 3,300 a day is 297,000; 4,000 is 360,000 yuan."""
    sold = np.empty((where.total, 2), dtype=np.int64)
    sold[:] = (330_000, 400_000)
    # Costs leave no profit, so that no income tax is due.
    months = np.array([_number(where, f"2025-0{n}-03") for n in (1, 2, 3)])
    costs = _due(
        owner=np.repeat([0, 1], 3),
        known=np.tile(months, 2),
        due=np.tile(months, 2) + 30,
        kind=tables.SUPPLIER,
        amount=20_000_000,
    )
    drawn = _plain(where, "shop", sold, costs)
    last = _number(where, "2025-04-18")
    assert last not in _owed(drawn, TAX, 0)
    # 360,000 / 1.01 leaves VAT of 3,564.36 and 6 % of it, 249.51 + 106.93 halved and rounded.
    vat = 36_000_000 - round(36_000_000 / 1.01)
    assert vat == 356_436
    city, school, local = round(vat * 0.07), round(vat * 0.03), round(vat * 0.02)
    assert _owed(drawn, TAX, 1)[last] == vat + sum(round(x / 2) for x in (city, school, local))


def test_a_general_seller_pays_output_less_input_each_month(where: World) -> None:
    """January 2025: 31 days of 22,600 yuan; goods of 500,000 yuan bought on the 10th."""
    sold = np.full((where.total, 1), 2_260_000, dtype=np.int64)
    known = np.array([_number(where, "2025-01-10"), _number(where, "2024-12-10")])
    goods = _due(
        known=known, due=known + 30, kind=tables.SUPPLIER, amount=np.array([50_000_000, 61_000_000])
    )
    drawn = _plain(where, "ecommerce", sold, goods)
    # Spring Festival lies between: January is paid by 20 February.
    output = round(22_600 * 31 * 100 * 13 / 113)
    paid = round(50_000_000 * 13 / 113)
    vat = output - paid
    # A small low-profit firm pays half the surcharges.
    part = sum(round(round(vat * r) / 2) for r in (0.07, 0.03, 0.02))
    assert _owed(drawn, TAX)[_number(where, "2025-02-20")] == vat + part


def test_wages_are_split_into_staff_and_insurers_and_nothing_is_lost(where: World) -> None:
    sold = np.full((where.total, 1), 100_000, dtype=np.int64)
    due = np.array([_number(where, "2025-01-08"), _number(where, "2025-02-10")])
    wages = _due(known=due - 35, due=due, kind=WAGE, amount=11_854_000)
    drawn = _plain(where, "shop", sold, wages)
    assert _owed(drawn, WAGE) == dict.fromkeys(due.tolist(), 9_070_000)
    last = [_number(where, day) for day in ("2025-01-15", "2025-02-20")]
    assert _owed(drawn, SOCIAL) == dict.fromkeys(last, 2_784_000)


def test_farm_produce_bears_no_tax(where: World) -> None:
    sold = np.full((where.total, 1), 9_000_000, dtype=np.int64)
    assert _owed(_plain(where, "farmer", sold), TAX) == {}


def test_whether_a_firm_is_general_does_not_depend_on_what_the_run_brings(where: World) -> None:
    """Two sellers of equal expectations; one sells next to nothing for a month."""
    sold = np.full((where.total, 2), 1_500_000, dtype=np.int64)
    sold[100:130, 1] = 100
    group = Group.of([where.who(n, "ecommerce") for n in range(2)], detail=False)
    month: Floats = np.full(2, 450_000.0)
    firm = traits(group, month, month, np.zeros(2, dtype=np.int64))
    drawn = levied(
        _plain(where, "ecommerce", sold)._replace(traits=firm, dues=tables.none(Dues)), group
    )
    counts = [len(_owed(drawn, TAX, place)) for place in range(2)]
    assert counts[0] == counts[1] > 6


@pytest.mark.parametrize("name", DRAWERS)
def test_taxes_of_a_longer_run_begin_as_those_of_a_shorter_one(name: str) -> None:
    scenario = load("default")
    seen = list[list[tuple[int, ...]]]()
    for days in (20, 110):
        longer = world(scenario, days=days, seed=3)
        group = Group.of([longer.who(n, name) for n in range(3)], detail=False)
        sold = np.full((longer.total, 3), 900_000, dtype=np.int64)
        dues = _plain(longer, name, sold).dues
        early = np.flatnonzero(dues.known < 20 + scenario.warmup_days)
        table = tables.take(dues, early)
        rows = zip(table.known, table.due, table.owner, table.kind, table.amount, strict=True)
        seen.append(sorted(tuple(int(value) for value in row) for row in rows))
        assert group.archetype == ARCHETYPES.index(name)
    assert seen[0] == seen[1]
    assert seen[0] or name == "farmer"


def test_no_tax_is_known_before_its_period_is_over(where: World) -> None:
    sold = np.full((where.total, 2), 3_000_000, dtype=np.int64)
    dues = _plain(where, "restaurant", sold).dues
    mine = dues.kind == TAX
    assert set(dues.known[mine].tolist()) <= set(where.dates.month_starts.tolist())
    assert (dues.due[mine] - dues.known[mine] >= 14).all()
    assert taxes.QUARTER * 4 == taxes.YEAR


def test_invoices_bear_the_vat_of_who_writes_them(where: World) -> None:
    from datetime import date

    day = date(2025, 3, 3)
    rates = {
        (name, general, own): invoice_ppm(name, day, general=general, own=own)
        for name in ARCHETYPES
        for general in (False, True)
        for own in (False, True)
    }
    assert rates["contractor", True, True] == 90_000
    assert rates["ecommerce", True, True] == 130_000
    assert rates["restaurant", True, True] == 60_000
    assert rates["contractor", True, False] == 130_000
    assert rates["contractor", False, True] == rates["contractor", False, False] == 10_000
    assert rates["farmer", False, True] == 0
    assert is_general(where.who(0, "shop"), 50_000_000)
    assert not is_general(where.who(0, "shop"), 4_000_000)
