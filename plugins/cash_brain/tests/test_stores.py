"""Stores: a drop of one is found and named, one of all is none, figures are right to the fen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pytest
from aicfo_cash_brain import slipping_stores, store_diagnosis
from aicfo_cash_brain.stores.diagnosis import diagnose_many
from aicfo_cash_brain.stores.figures import year_before

from aicfo_sdk import Context, MemoryBooks, calendar
from aicfo_sdk.model import DailySales, Record, StockLot, Store

TODAY = date(2026, 6, 30)
SPAN = 300


def chain(
    *,
    stores: int = 4,
    span: int = SPAN,
    orders: np.ndarray | None = None,
    ticket: np.ndarray | None = None,
    seed: int = 5,
    today: date = TODAY,
) -> list[Record]:
    """Stores whose orders and tickets are multiplied by factors, days × stores."""
    rng = np.random.default_rng(seed)
    season = 1 + 0.2 * np.sin(np.arange(span) / 30)[:, None]
    made = rng.poisson(80 * season * (1 if orders is None else orders), (span, stores))
    worth = (
        50 * (1 if ticket is None else ticket) * (1 + 0.06 * rng.standard_normal((span, stores)))
    )
    out: list[Record] = [
        Store(id=f"S{n}", opened=date(2020, 1, 1), area_cm2=1_000_000, staff=5)
        for n in range(stores)
    ]
    for t in range(span):
        day = today - timedelta(days=span - 1 - t)
        for n in range(stores):
            amount = round(float(made[t, n] * worth[t, n]) * 100)
            out.append(
                DailySales(
                    id=f"{day}-{n}", day=day, store=f"S{n}", amount=amount, orders=int(made[t, n])
                )
            )
    return out


def factors(**drops: float) -> np.ndarray:
    """All ones, but for `S1=0.7`: from 20 days before the end."""
    out = np.ones((SPAN, 4))
    for name, left in drops.items():
        out[-20:, int(name[1:])] = left
    return out


def context(rows: Sequence[Record], today: date = TODAY) -> Context:
    return Context(MemoryBooks(rows, as_of=today, balances={}))


def test_a_loss_of_orders_is_named_with_its_day_depth_and_money():
    found = store_diagnosis(context(chain(orders=factors(S2=0.65))))
    (drop,) = found.drops
    assert (drop.store, drop.cause) == ("S2", "traffic")
    assert abs((drop.first - (TODAY - timedelta(days=19))).days) <= 2
    assert drop.depth_ppm == pytest.approx(350_000, abs=80_000)
    # 80 orders of 50 yuan, a third of them missing for twenty days.
    assert drop.lost == pytest.approx(20 * 80 * 0.35 * 5000 * 0.95, rel=0.35)
    assert drop.confidence_ppm > 900_000
    assert drop.evidence
    (advice,) = slipping_stores(context([]), diagnosis=found)
    assert advice.confidence_ppm == drop.confidence_ppm
    assert advice.ignored
    assert advice.ignored_zh
    assert advice.money <= drop.lost_day * 28
    assert "S2" in advice.title
    assert advice.title_zh


def test_smaller_orders_are_another_cause():
    (drop,) = store_diagnosis(context(chain(ticket=factors(S0=0.75)))).drops
    assert (drop.store, drop.cause) == ("S0", "basket")


def test_an_empty_shelf_is_said_on_its_first_day():
    shelf = [
        StockLot(id=f"S3:{item}", updated=TODAY, item=item, store="S3", quantity_milli=0,
                 unit_cost=500)
        for item in ("meat", "rice")
    ]  # fmt: skip
    (drop,) = store_diagnosis(context([*chain(), *shelf])).drops
    assert (drop.store, drop.cause, drop.first) == ("S3", "stock_out", TODAY)
    assert "StockLot:S3:meat" in drop.evidence


@pytest.mark.parametrize("seed", range(4))
def test_what_hits_all_stores_is_no_fault_of_one(seed: int):
    every = np.ones((SPAN, 4))
    every[-20:] = 0.6
    assert store_diagnosis(context(chain(orders=every, seed=seed))).drops == ()


def test_a_store_that_recovers_is_no_longer_said():
    back = np.ones((SPAN, 4))
    back[-60:-25, 1] = 0.6
    assert store_diagnosis(context(chain(orders=back))).drops == ()


def test_orders_that_fall_over_two_weeks_name_a_rival_mostly():
    slow = np.ones((SPAN, 4))
    slow[-25:, 1] = 1 - 0.4 * np.minimum(np.arange(1, 26) / 14, 1)
    causes = [
        drop.cause
        for seed in range(6)
        for drop in store_diagnosis(context(chain(orders=slow, seed=seed))).drops
        if drop.store == "S1"
    ]
    assert causes.count("competitor") >= 4


@pytest.mark.parametrize("seed", range(4))
def test_one_good_day_does_not_end_a_drop(seed: int):
    orders = factors(S2=0.65)
    orders[-5, 2] = 1.0
    found = store_diagnosis(context(chain(orders=orders, seed=seed))).drops
    days = {drop.store: drop.days for drop in found}
    assert days.get("S2", 0) > 10


def test_a_drop_in_a_chain_of_two_is_the_one_stores():
    two = np.ones((SPAN, 2))
    two[-20:, 1] = 0.6
    found = store_diagnosis(context(chain(stores=2, orders=two))).drops
    assert [drop.store for drop in found] == ["S1"]


def test_a_store_that_opens_is_watched_once_its_level_is_known():
    orders = np.ones((SPAN, 4))
    orders[-20:, 3] = 0.6
    rows = [
        row
        for row in chain(orders=orders)
        if not isinstance(row, DailySales)
        or row.store != "S3"
        or row.day > TODAY - timedelta(days=90)
    ]
    found = store_diagnosis(context(rows))
    assert [drop.store for drop in found.drops] == ["S3"]
    day = TODAY - timedelta(days=70)
    soon = [row for row in rows if not isinstance(row, DailySales) or row.day <= day]
    early = store_diagnosis(context(soon, today=day))
    (new,) = [store for store in early.stores if store.store == "S3"]
    assert new.detectable_ppm is None


def test_figures_are_exact():
    rows: list[Record] = [
        Store(id="A", opened=date(2020, 1, 1), area_cm2=500_000, staff=4),
        Store(id="B", opened=TODAY - timedelta(days=400)),
    ]
    for step in range(400):
        day = TODAY - timedelta(days=step)
        takings = 10_000 if step < 28 else 8_000
        rows.append(DailySales(id=f"A{step}", day=day, store="A", amount=takings, orders=5))
        rows.append(DailySales(id=f"B{step}", day=day, store="B", amount=takings, orders=5))
    found = store_diagnosis(context(rows))
    first, second = found.stores
    assert (first.takings, first.per_area, first.per_staff) == (280_000, 200, 2_500)
    assert first.growth_ppm == found.growth_ppm == 250_000
    assert second.per_area is None
    assert second.growth_ppm is None
    assert "twelve months" in second.note
    assert "坪效" in second.note


def test_the_year_before_keeps_the_festival_or_the_weekday():
    cn = calendar("CN")
    assert year_before(cn, date(2026, 6, 3), date(2026, 6, 30)) == 364
    spring = date(2026, 2, 17) - date(2025, 1, 29)
    assert year_before(cn, date(2026, 2, 1), date(2026, 2, 28)) == spring.days
    # A year before lies in that year's festival, although these days do not.
    assert year_before(cn, date(2026, 1, 3), date(2026, 1, 30)) == spring.days


def test_dirty_sales_never_break_it():
    rows = chain(span=40)
    some = [DailySales(id="x", day=TODAY, store="S0", amount=-50_000_000, orders=0)]
    giant = [DailySales(id="y", day=TODAY, store="S1", amount=10**13, orders=1)]
    found = store_diagnosis(context([*rows, *some, *giant]))
    assert "set aside" in found.note
    assert len(found.stores) == 4
    assert store_diagnosis(context([])).stores == ()
    zeros = [
        DailySales(id=f"{n}{t}", day=TODAY - timedelta(days=t), store=f"S{n}", amount=0, orders=0)
        for n in range(2)
        for t in range(300)
    ]
    assert store_diagnosis(context(zeros)).drops == ()
    assert "without another one" in store_diagnosis(context(chain(stores=1))).note


def test_books_without_orders_say_that_the_cause_is_unknown():
    rows: list[Record] = [
        row.model_copy(update={"orders": 0}) if isinstance(row, DailySales) else row
        for row in chain(orders=factors(S1=0.6))
    ]
    found = store_diagnosis(context(rows))
    assert [(drop.store, drop.cause) for drop in found.drops] == [("S1", "unknown")]
    assert "no orders" in found.note


def test_a_batch_says_what_each_alone_says():
    contexts = [
        context(chain(orders=factors(S2=0.65))),
        context(chain(stores=2, seed=8)),
        context(chain(stores=1)),
    ]
    assert diagnose_many(contexts, days=28) == [store_diagnosis(one) for one in contexts]
