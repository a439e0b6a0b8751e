"""Dirty books: whatever they hold, a forecast comes, finite and in order, and says what it left."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from aicfo_cash_brain import sales_forecast
from hypothesis import given, settings
from hypothesis import strategies as st

from aicfo_sdk import Context, MemoryBooks
from aicfo_sdk.model import DailySales

MONDAY = date(2024, 3, 4)
LENGTH = 160


def sales(amounts, *, store="S1", channel="shop", first=MONDAY, prefix="D"):
    return [
        DailySales(
            id=f"{prefix}{store}{i:04}",
            day=first + timedelta(days=i),
            store=store,
            channel=channel,
            amount=int(amount),
        )
        for i, amount in enumerate(amounts)
        if amount is not None
    ]


def steady(length=LENGTH, seed=1):
    rng = np.random.default_rng(seed)
    week = np.array([100, 100, 100, 110, 130, 180, 160])
    return [int(v) for v in 1_000 * np.resize(week, length) * rng.lognormal(0, 0.1, length)]


def forecast(rows, as_of=MONDAY + timedelta(days=LENGTH - 1), horizon=28, store=None):
    fact = sales_forecast(
        Context(MemoryBooks(rows, as_of=as_of)), horizon_days=horizon, store=store
    )
    assert len(fact.p10) == len(fact.p50) == len(fact.p90) == horizon
    assert all(a <= b <= c for a, b, c in zip(fact.p10, fact.p50, fact.p90, strict=True))
    assert fact.sum_p10 <= fact.sum_p50 <= fact.sum_p90
    return fact


CLEAN = steady()
USUAL = forecast(sales(CLEAN)).sum_p50


def test_a_clean_history_sets_nothing_aside():
    assert forecast(sales(CLEAN)).note == ""


def test_a_gap_in_the_records_is_bridged_and_named():
    fact = forecast(sales([None if 130 <= i < 142 else v for i, v in enumerate(CLEAN)]))
    assert "gaps in the records, counted as usual days: 12 days" in fact.note
    assert fact.sum_p50 == pytest.approx(USUAL, rel=0.05)


def test_a_gap_that_reaches_today_is_not_bridged_but_named():
    fact = forecast(sales(CLEAN[:-9]))
    assert "no sales for the last 9 days" in fact.note
    assert fact.sum_p50 < 0.7 * USUAL


def test_a_repeated_record_counts_once():
    fact = forecast(sales(CLEAN) + sales(CLEAN, prefix="again"))
    assert fact.sum_p50 == USUAL
    assert f"records that repeat another left out: {LENGTH}" in fact.note


def test_two_tills_of_a_store_with_other_amounts_both_count():
    half = [v // 2 for v in CLEAN]
    other = [v // 2 + 1 for v in CLEAN]
    fact = forecast(sales(half) + sales(other, prefix="till2"))
    assert fact.note == ""
    assert fact.sum_p50 == pytest.approx(USUAL, rel=0.001)


def test_refunds_beyond_sales_on_a_few_days_are_set_aside_with_their_sum():
    dirty = [-(10**7) if i in (100, 150) else v for i, v in enumerate(CLEAN)]
    fact = forecast(sales(dirty))
    assert f"refunds beyond the day's sales set aside: {2 * 10**7} on 2 days" in fact.note
    assert fact.sum_p50 == pytest.approx(USUAL, rel=0.08)
    assert min(fact.p10) >= 0


def test_many_negative_days_are_counted_and_named():
    dirty = [-50_000 if i % 7 == 6 else v for i, v in enumerate(CLEAN)]
    fact = forecast(sales(dirty))
    assert "22 days with more refunds than sales counted as such" in fact.note
    first, second = fact.p50[:2]  # Sunday, on which refunds are the rule, and Monday
    assert first < 0.1 * second


def test_one_giant_order_does_not_move_the_forecast():
    dirty = [v * (80 if i == LENGTH - 5 else 1) for i, v in enumerate(CLEAN)]
    fact = forecast(sales(dirty))
    day = MONDAY + timedelta(days=LENGTH - 5)
    assert f"far above all other days, counted as usual ones: {day}" in fact.note
    assert fact.sum_p50 == pytest.approx(USUAL, rel=0.05)


def test_growth_is_no_giant_order():
    grown = [v * (12 if i >= 140 else 1) for i, v in enumerate(CLEAN)]
    fact = forecast(sales(grown))
    assert fact.note == ""
    assert fact.sum_p50 > 8 * USUAL


def test_a_clock_set_wrong_leaves_a_stray_day_that_is_named():
    stray = sales([500], first=MONDAY - timedelta(days=120), prefix="clock")
    fact = forecast(stray + sales(CLEAN))
    assert f"sales before {MONDAY} set aside" in fact.note
    assert fact.sum_p50 == pytest.approx(USUAL, rel=0.02)


def test_two_days_booked_on_one_change_little():
    shifted = list(CLEAN)
    shifted[150] += shifted[151]
    shifted[151] = 0
    assert forecast(sales(shifted)).sum_p50 == pytest.approx(USUAL, rel=0.05)


def test_all_zeros_are_an_honest_cannot_say():
    fact = forecast(sales([0] * LENGTH))
    assert fact.note.startswith("cannot say")
    assert fact.sum_p90 == 0


def test_three_days_of_history_are_an_honest_cannot_say():
    fact = forecast(sales(CLEAN[:3]), as_of=MONDAY + timedelta(days=2))
    assert fact.note.startswith("cannot say: 3 days")
    assert fact.sum_p10 < fact.sum_p50 < fact.sum_p90


record = st.tuples(
    st.integers(-500, 0),
    st.sampled_from(["S1", "S2"]),
    st.sampled_from(["shop", "wechat"]),
    st.one_of(st.just(0), st.integers(-(10**6), 10**6), st.integers(-(10**12), 10**12)),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(record, max_size=150), st.sampled_from([None, "S1"]), st.integers(1, 40))
def test_any_books_give_whole_numbers_in_order(records, store, horizon):
    rows = [
        DailySales(
            id=f"D{i}", day=MONDAY + timedelta(days=back), store=where, channel=how, amount=amount
        )
        for i, (back, where, how, amount) in enumerate(records)
    ]
    forecast(rows, as_of=MONDAY, horizon=horizon, store=store)
