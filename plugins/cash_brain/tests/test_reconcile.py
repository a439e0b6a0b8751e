"""Stores' forecasts add up to the merchant's, whatever opens, closes or is renamed."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from aicfo_cash_brain import sales_forecast
from hypothesis import given, settings
from hypothesis import strategies as st

from aicfo_sdk import Context, MemoryBooks
from aicfo_sdk.model import DailySales, Invoice, Store

MONDAY = date(2024, 3, 4)
LENGTH = 160
TODAY = MONDAY + timedelta(days=LENGTH - 1)


def sales(store, level, *, begins=0, ends=LENGTH, seed=1, channel="shop"):
    rng = np.random.default_rng(seed)
    week = np.array([1, 1, 1, 1.1, 1.3, 1.8, 1.6])
    return [
        DailySales(
            id=f"{store}{channel}{i:04}",
            day=MONDAY + timedelta(days=i),
            store=store,
            channel=channel,
            amount=int(level * week[i % 7] * rng.lognormal(0, 0.15)),
        )
        for i in range(begins, ends)
    ]


def store(name, opened=MONDAY, closed=None):
    return Store(id=name, opened=opened, closed=closed, name=name)


def forecast(rows, name=None, horizon=28):
    fact = sales_forecast(Context(MemoryBooks(rows, as_of=TODAY)), horizon_days=horizon, store=name)
    assert all(a <= b <= c for a, b, c in zip(fact.p10, fact.p50, fact.p90, strict=True))
    assert fact.sum_p10 <= fact.sum_p50 <= fact.sum_p90
    return fact


def adds_up(rows, names):
    whole = forecast(rows)
    parts = [forecast(rows, name) for name in names]
    assert tuple(map(sum, zip(*(p.p50 for p in parts), strict=True))) == whole.p50
    assert sum(p.sum_p50 for p in parts) == whole.sum_p50
    return whole, parts


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(3, 10**7), min_size=1, max_size=4), st.integers(0, 90))
def test_stores_add_up_to_the_merchant_to_the_unit(levels, late):
    rows = []
    for i, level in enumerate(levels):
        rows += sales(f"S{i}", level, seed=i, begins=late if i else 0)
        rows += sales(f"S{i}", level, seed=i + 50, channel="wechat")
    adds_up(rows, [f"S{i}" for i in range(len(levels))])


def test_an_only_store_is_the_merchant():
    whole, (part,) = adds_up(sales("S1", 10_000), ["S1"])
    assert part.model_copy(update={"store": None}) == whole


def test_credit_invoices_are_of_no_store():
    rows = [*sales("S1", 10_000), *sales("S2", 20_000)]
    rows += [
        Invoice(
            id=f"I{i}", updated=MONDAY + timedelta(days=i), number=f"I{i}",
            issued=MONDAY + timedelta(days=i), net=5_000, tax=0, total=5_000,
            direction="sales", counterparty="C",
        )
        for i in range(LENGTH)
    ]  # fmt: skip
    whole = forecast(rows)
    stores = forecast(rows, "S1").sum_p50 + forecast(rows, "S2").sum_p50
    assert whole.sum_p50 - stores == pytest.approx(28 * 5_000, rel=0.05)


def test_a_closed_store_sells_no_more_and_is_not_in_the_merchants_forecast():
    rows = [*sales("S1", 10_000), *sales("S2", 30_000, ends=150, seed=2)]
    gone = [store("S1"), store("S2", closed=MONDAY + timedelta(days=149))]
    whole, parts = adds_up([*rows, *gone], ["S1", "S2"])
    assert parts[1].sum_p90 == 0
    assert "closed on" in parts[1].note
    assert whole.sum_p50 == forecast(sales("S1", 10_000)).sum_p50


def test_a_store_that_will_close_sells_until_its_last_day():
    rows = [*sales("S1", 10_000), *sales("S2", 30_000, seed=2)]
    last = TODAY + timedelta(days=10)
    whole, parts = adds_up([*rows, store("S1"), store("S2", closed=last)], ["S1", "S2"])
    assert parts[1].p50[9] > 0
    assert parts[1].p90[10:] == (0,) * 18
    assert f"S2 closes on {last}" in whole.note
    assert whole.sum_p50 < 0.65 * forecast(rows).sum_p50


def test_a_new_store_is_forecast_from_its_few_days():
    rows = [*sales("S1", 10_000), *sales("S2", 30_000, begins=150, seed=2)]
    _, parts = adds_up(rows, ["S1", "S2"])
    assert "only 10 days" in parts[1].note
    assert parts[1].sum_p50 > 1.5 * parts[0].sum_p50


def test_a_store_under_a_new_id_goes_on_where_the_old_one_stopped():
    rows = [
        *sales("S1", 10_000),
        *sales("old", 30_000, ends=130, seed=2),
        *sales("new", 30_000, begins=131, seed=2),
    ]
    _, parts = adds_up(rows, ["S1", "new", "old"])
    assert parts[1].note.startswith("continues store old")
    assert parts[1].scores
    assert parts[2].sum_p50 == 0
    assert parts[1].sum_p50 == pytest.approx(3 * parts[0].sum_p50, rel=0.2)


def test_a_store_that_the_books_do_not_know_cannot_be_forecast():
    fact = forecast(sales("S1", 10_000), "elsewhere")
    assert fact.note.startswith("cannot say")
    assert fact.store == "elsewhere"
