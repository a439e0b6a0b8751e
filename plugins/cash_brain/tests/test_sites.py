"""Sites: the model by hand, the plan's money to the fen, and what it does not say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from xml.etree import ElementTree

import numpy as np
import pytest
from aicfo_cash_brain import site_map, site_plan, where_to_expand
from aicfo_cash_brain.sites.city import City, read_city
from aicfo_cash_brain.sites.huff import fit, flags, quantiles
from hypothesis import given, settings
from hypothesis import strategies as st

from aicfo_sdk import Context, MemoryBooks
from aicfo_sdk.model import (
    CashForecast,
    DailySales,
    District,
    Invoice,
    Record,
    Site,
    SitePlan,
    Store,
    Transaction,
)

TODAY = date(2026, 6, 30)
DAYS = 364
METRE = 1e6 / 111_320
"""Millionths of a degree on the equator."""


def place(kind: str, id: str, x: float, y: float, **more: object) -> Site:
    fields = {"store": id, "area_cm2": 1_000_000} if kind == "own" else {"area_cm2": 1_000_000}
    return Site.model_validate(
        {
            "id": id,
            "updated": date(2024, 1, 1),
            "kind": kind,
            "east_e6": round(x * METRE),
            "north_e6": round(y * METRE),
            **fields,
            **more,
        }
    )


def town(
    *, stores: int = 4, takings: int = 400_000, rent: int = 500_000, more: Sequence[Record] = ()
) -> list[Record]:
    """Four quarters of equal people with a store and a rival each, and a fifth with none."""
    out: list[Record] = []
    for n in range(5):
        x = n * 2_000.0
        out.append(
            District(
                id=f"D{n}", updated=date(2024, 1, 1), people=10_000,
                east_e6=round(x * METRE), north_e6=0,
            )
        )  # fmt: skip
        out.append(place("rival", f"R{n}", x, 300.0))
        if n < stores:
            out.append(place("own", f"S{n}", x, -300.0))
            out.append(Store(id=f"S{n}", opened=date(2020, 1, 1), area_cm2=1_000_000))
    out.append(
        place("candidate", "C", 8_000.0, -300.0, rent_month=rent, running_month=1_000_000,
              fitout=20_000_000, deposit=1_000_000)
    )  # fmt: skip
    for step in range(DAYS):
        day = TODAY - timedelta(days=step)
        out.extend(
            DailySales(id=f"{day}{n}", day=day, store=f"S{n}", amount=takings)
            for n in range(stores)
        )
    sold = takings * stores * DAYS
    out.append(
        Invoice(
            id="I", updated=TODAY, number="1", direction="purchase", counterparty="G",
            issued=date(2026, 3, 1), net=sold // 2, total=sold // 2, tax=0,
        )
    )  # fmt: skip
    return [*out, *more]


def context(rows: Sequence[Record]) -> Context:
    return Context(MemoryBooks(rows, as_of=TODAY, balances={}))


def city(rows: Sequence[Record]) -> City:
    found = read_city(MemoryBooks(rows, as_of=TODAY, balances={}))
    assert isinstance(found, City)
    return found


def cash(low: int) -> CashForecast:
    days = (low,) * 91
    return CashForecast(
        start=TODAY + timedelta(days=1), opening=low, p10=days, p50=days, p90=days, buffer=1_000_000
    )


def test_shares_are_huffs_by_hand():
    """Two stores of a district, one twice as near and one four times as large: 4 : 4."""
    rows: list[Record] = [
        District(id="D", updated=date(2024, 1, 1), east_e6=0, north_e6=0, people=900),
        place("own", "A", 1_000.0, 0.0),
        place("rival", "R", 2_000.0, 0.0, area_cm2=4_000_000),
    ]
    here = city(rows)
    fitted = fit(here, np.array([0]), np.array([1_000.0]))
    assert fitted is not None
    (usual,) = [
        one for one in fitted.shapes if (one.size, one.distance) == (1.0, 2.0)
    ][:1]  # fmt: skip
    near = 1_000.0**2 / 6
    own, other = 100 / (1e6 + near), 400 / (4e6 + near)
    drawn = usual.drawn(here.people, flags(here))
    # 1,000 m is counted in whole millionths of a degree: a thousandth of it is lost.
    assert drawn[0] == pytest.approx(900 * own / (own + other), rel=2e-3)
    assert drawn.sum() == pytest.approx(900)


def test_a_free_quarter_is_worth_what_the_others_bring():
    found = site_plan(context(town()))
    (site,) = found.sites
    year = 400_000 * 365
    # At the end of the row it draws somewhat less than the own stores' mean, three of them inside.
    assert site.takings_year.p50 == pytest.approx(0.91 * year, rel=0.03)
    assert site.takings_year.p10 < year < site.takings_year.p90
    # By hand with exponents 1 and 2 and a sixth of the spacing squared: a fifth of a store's year.
    assert site.lost_year.p50 == pytest.approx(0.2 * year, rel=0.2)
    assert found.margin_ppm == 500_000
    # Half of what is taken more, less 15,000 yuan a month.
    more = site.takings_year.p50 - site.lost_year.p50
    assert site.profit_year.p50 == pytest.approx(more / 2 - 12 * 1_500_000, rel=0.05)
    assert site.upfront == 21_000_000
    ramp = site.takings_year.p50 / 2 * 90 / 730
    assert site.payback_months == pytest.approx(
        (20_000_000 + ramp) * 12 / site.profit_year.p50, abs=1
    )
    assert site.payback_early is not None
    assert site.payback_early <= (site.payback_months or 0)
    even = (12 * 1_500_000 + 4_000_000) / 0.5 + site.lost_year.p50
    assert site.break_even_day == round(even / 365)
    assert found.shortlist == ("C",)
    assert found.closings == ()


def test_a_place_that_is_too_dear_is_not_on_the_list():
    found = site_plan(context(town(rent=8_000_000)))
    (site,) = found.sites
    assert site.gain_ppm < 100_000
    assert site.payback_months is None
    assert found.shortlist == ()


def test_a_second_site_beside_the_first_is_judged_with_it_open():
    twin = place("candidate", "C2", 8_000.0, -310.0, rent_month=500_000, running_month=1_000_000,
                 fitout=20_000_000)  # fmt: skip
    found = site_plan(context(town(rent=1_500_000, more=[twin])))
    assert {one.site for one in found.sites} == {"C", "C2"}
    assert all(one.value.p50 > 0 for one in found.sites)
    assert found.shortlist[0] == "C2"


def test_advice_only_when_cash_can_pay():
    ctx = context(town())
    found = site_plan(ctx)
    (advice,) = where_to_expand(ctx, plan=found, forecast=cash(40_000_000))
    assert advice.id == "open_site:C"
    assert advice.money == found.sites[0].value.p50
    assert advice.proposals == ()
    assert advice.title_zh
    assert advice.ignored_zh
    # 21m at once, 3 × 1.5m while it grows, 1m of buffer: 26.5m.
    assert where_to_expand(ctx, plan=found, forecast=cash(26_500_000))
    assert where_to_expand(ctx, plan=found, forecast=cash(26_499_999)) == []


def test_no_second_opening_while_a_new_store_grows():
    young = Store(id="NEW", opened=TODAY - timedelta(days=20))
    ctx = context(town(more=[young]))
    assert where_to_expand(ctx, plan=site_plan(ctx), forecast=cash(90_000_000)) == []


def test_a_store_whose_customers_go_next_door_pays_more_closed():
    rows = town()
    beside = [
        place("own", "T", 0.0, -310.0, rent_month=4_000_000, running_month=3_000_000),
        Store(id="T", opened=date(2020, 1, 1), area_cm2=1_000_000),
        *(
            DailySales(id=f"T{n}", day=TODAY - timedelta(days=n), store="T", amount=200_000)
            for n in range(DAYS)
        ),
        Transaction(id="W", day=TODAY, account="A", amount=-400_000_00, kind="payroll"),
    ]
    found = site_plan(context([*rows, *beside]))
    (closing,) = found.closings
    assert closing.store == "T"
    assert closing.costs_year == 12 * 7_000_000
    assert closing.takings_year == pytest.approx(200_000 * 365, rel=1e-6)
    assert 0 < closing.kept_year.p50 < closing.takings_year
    lost = closing.takings_year - closing.kept_year.p50
    margin = found.margin_ppm / 1e6
    assert closing.gain_year.p50 == pytest.approx(closing.costs_year - margin * lost, rel=0.05)
    ctx = context([*rows, *beside])
    assert where_to_expand(ctx, plan=found, forecast=cash(0))[-1].id == "close_store:T"


@pytest.mark.parametrize(
    ("left_out", "why"),
    [
        ((Site,), "the books know no places"),
        ((District,), "no districts"),
        ((DailySales,), "no takings by store"),
        ((Invoice,), "the books show no purchases"),
    ],
)
def test_it_says_what_is_missing(left_out: tuple[type[Record], ...], why: str):
    found = site_plan(context([row for row in town() if not isinstance(row, left_out)]))
    assert found.note.startswith("cannot say: ")
    assert why in found.note
    assert found.sites == ()
    assert where_to_expand(context([]), plan=found, forecast=cash(10**9)) == []


def test_two_stores_are_too_few():
    assert "2 own stores" in site_plan(context(town(stores=2))).note


def test_rivals_must_be_known():
    rows = [row for row in town() if not (isinstance(row, Site) and row.kind == "rival")]
    assert "no rival" in site_plan(context(rows)).note


def test_the_map_is_one_picture_and_the_same_each_time():
    ctx = context(town(more=[place("rival", "RX", 100.0, 100.0, name='<script>"&')]))
    found = site_plan(ctx)
    first, again = (site_map(ctx, plan=found) for _ in range(2))
    assert first == again
    root = ElementTree.fromstring(first.svg)
    texts = [one.text for one in root.iter() if one.tag.endswith("text")]
    assert "#1 C" in texts
    assert "S0" in texts
    assert "<script" not in first.svg
    empty = SitePlan(first=TODAY, last=TODAY)
    assert site_map(context([]), plan=empty).svg == ""


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["own", "candidate", "rival"]),
            st.integers(-6_000, 6_000),
            st.integers(-6_000, 6_000),
            st.integers(0, 10**8),
        ),
        max_size=12,
    ),
    st.lists(st.integers(0, 10**9), max_size=6),
    st.integers(1, 10**9),
)
def test_any_town_gives_whole_ordered_figures(
    sites: list[tuple[str, int, int, int]], people: list[int], takings: int
):
    rows: list[Record] = [
        place(kind, f"{kind}{n}", float(x), float(y), area_cm2=area, rent_month=1_000_000)
        for n, (kind, x, y, area) in enumerate(sites)
    ]
    rows += [
        District(id=f"D{n}", updated=date(2024, 1, 1), east_e6=n * 9_000, north_e6=0, people=count)
        for n, count in enumerate(people)
    ]
    for one in list(rows):
        if isinstance(one, Site) and one.kind == "own":
            rows += [
                DailySales(
                    id=f"{one.id}{n}", day=TODAY - timedelta(days=n), store=one.store,
                    amount=takings * (n % 3),
                )
                for n in range(130)
            ]  # fmt: skip
    rows.append(Transaction(id="P", day=TODAY, account="A", amount=-10_000, kind="payroll"))
    rows.append(Transaction(id="G", day=TODAY, account="A", amount=-takings, kind="purchase"))
    found = site_plan(context(rows))
    for one in found.sites:
        for span in (one.takings_year, one.lost_year, one.profit_year, one.value):
            assert span.p10 <= span.p50 <= span.p90
        assert one.takings_year.p10 >= 0
        assert one.lost_year.p10 >= 0
    assert set(found.shortlist) <= {one.site for one in found.sites}
    site_map(context(rows), plan=found)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(-(10**6), 10**6), st.integers(1, 100)), min_size=1))
def test_quantiles_are_among_the_values(pairs: list[tuple[int, int]]):
    values, weights = (np.array(part, dtype=np.float64) for part in zip(*pairs, strict=True))
    low, middle, high = quantiles(values, weights)
    assert low <= middle <= high
    assert {low, middle, high} <= {int(value) for value, _ in pairs}


def test_more_stores_pull_the_exponents_to_their_own():
    """Takings made with floor area to the 1.6 and distance to the 3 move both upwards."""
    rng = np.random.default_rng(3)
    rows: list[Record] = [
        District(
            id=f"D{n:03d}", updated=date(2024, 1, 1), people=int(rng.integers(1_000, 9_000)),
            east_e6=round(n % 10 * 500 * METRE), north_e6=round(n // 10 * 500 * METRE),
        )
        for n in range(100)
    ]  # fmt: skip
    for n in range(40):
        kind = "own" if n < 25 else "rival"
        x, y = rng.uniform(0, 4_500, 2)
        rows.append(
            place(kind, f"P{n:02d}", float(x), float(y), area_cm2=int(rng.integers(5, 40)) * 10**5)
        )
    here = city(rows)
    pull = here.area**1.6 * (here.squares() + 500.0**2 / 6) ** -1.5
    drawn = ((here.people / pull.sum(axis=1)) @ pull)[:25]
    found = fit(here, np.arange(25), drawn * 10.0)
    assert found is not None
    assert found.size > 1.4
    assert found.distance > 2.7
    assert found.spread < 0.12
