"""The sales forecast: right where the answer is known, honest about what it cannot say."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from aicfo_cash_brain import sales_forecast
from aicfo_cash_brain.forecast.backtest import ENOUGH, forecast_scored
from aicfo_cash_brain.forecast.contest import NAIVE, PROFILE, contest, contests
from aicfo_cash_brain.forecast.daykinds import FESTIVAL, trading_days
from aicfo_cash_brain.forecast.profile import forecast_bands
from aicfo_cash_brain.history import sales_history
from hypothesis import given, settings
from hypothesis import strategies as st

from aicfo_sdk import Context, MemoryBooks, calendar
from aicfo_sdk.model import DailySales, Invoice, Transaction, TransactionKind

CN = calendar("CN")
MONDAY = date(2024, 3, 4)


def bands(history, first=MONDAY, horizon=28, country=CN):
    history = np.atleast_2d(np.asarray(history, dtype=float))
    past = trading_days(country, first, history.shape[1])
    ahead = trading_days(country, first + timedelta(days=history.shape[1]), horizon)
    rows = len(history)
    return forecast_bands(history, [past] * rows, [ahead] * rows)


def shop(days, rng, level=1000.0, first=MONDAY):
    shape = np.array([1, 1, 1, 1, 1.2, 1.6, 1.4])
    weekday = [(first + timedelta(days=i)).weekday() for i in range(days)]
    return level * shape[weekday] * rng.lognormal(-0.02, 0.2, days)


def books(series, first=MONDAY, currency="CNY"):
    rows = [
        DailySales(id=f"D{i}", day=first + timedelta(days=i), store="S1", amount=int(amount))
        for i, amount in enumerate(series)
    ]
    return MemoryBooks(
        rows, as_of=first + timedelta(days=len(series) - 1), currency=currency, balances={}
    )


def credit_sale(number, day, total, **changes):
    known = {"direction": "sales", "counterparty": "C", **changes}
    return Invoice(
        id=number, updated=day, number=number, issued=day, net=total, tax=0, total=total, **known
    )


def test_a_steady_week_is_forecast_as_itself():
    week = [100, 110, 120, 130, 140, 300, 0]
    found = bands(week * 20, first=date(2024, 6, 17), horizon=14).days[0, :, 4]
    assert found == pytest.approx(week * 2, rel=0.05, abs=8)


def test_the_band_holds_eight_days_of_ten_and_the_sum_too():
    rng = np.random.default_rng(3)
    history = np.stack([shop(180, rng) for _ in range(200)])
    truth = np.stack([shop(28, rng, first=MONDAY + timedelta(days=180)) for _ in range(200)])
    found = bands(history)
    inside = ((truth >= found.days[:, :, 0]) & (truth <= found.days[:, :, 8])).mean()
    assert 0.75 < inside < 0.87
    total = truth.sum(1)
    assert ((total >= found.sums[:, 0]) & (total <= found.sums[:, 8])).mean() > 0.75


def test_it_beats_seasonal_naive_on_noisy_shops():
    rng = np.random.default_rng(4)
    history = np.stack([shop(180, rng) for _ in range(50)])
    truth = np.stack([shop(28, rng, first=MONDAY + timedelta(days=180)) for _ in range(50)])
    ours = np.abs(truth - bands(history).days[:, :, 4]).sum()
    naive = np.abs(truth - np.tile(history[:, -7:], (1, 4))).sum()
    assert ours < 0.85 * naive


def test_a_series_is_forecast_alike_alone_and_in_a_batch():
    rng = np.random.default_rng(5)
    history = np.stack([shop(150, rng, level) for level in (10.0, 1e6)])
    together = bands(history)
    alone = bands(history[1])
    assert together.days[1] == pytest.approx(alone.days[0])
    assert together.sums[1] == pytest.approx(alone.sums[0])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.one_of(st.just(0), st.integers(-(10**6), 10**9)), min_size=1, max_size=120),
    st.integers(1, 60),
)
def test_any_history_gives_finite_ordered_quantiles(values, horizon):
    found = bands(values, horizon=horizon)
    assert np.isfinite(found.days).all()
    assert np.isfinite(found.sums).all()
    assert (np.diff(found.sums, axis=1) >= -1e-6 * max(map(abs, values))).all()
    if min(values) >= 0:
        assert (found.days >= 0).all()


@settings(max_examples=15, deadline=None)
@given(st.integers(2, 1000))
def test_the_forecast_scales_with_the_currency_unit(factor):
    series = shop(120, np.random.default_rng(6))
    assert bands(series * factor).days == pytest.approx(bands(series).days * factor)


def test_a_past_forecast_never_sees_what_came_after_it():
    rng = np.random.default_rng(7)
    series = shop(200, rng)
    first, end = MONDAY, len(series)
    past = trading_days(CN, first, end)
    ahead = trading_days(CN, first + timedelta(days=end), 28)
    score = forecast_scored(series[None], past, ahead).own[0]
    missed = 0.0
    for stop in (172, 144, 116, 88):
        # Each origin is given as many days as the earliest has: 88.
        start = stop - 88
        guess = bands(series[start:stop], first + timedelta(days=start)).days[0, :, 4]
        missed += np.abs(series[stop : stop + 28] - guess).sum()
    assert score.origins == 4
    assert score.wape == pytest.approx(missed / series[-112:].sum())


def test_a_shop_that_opened_last_week_is_forecast_from_that_week():
    trial = [0.0] * 60 + [3.0] + [0.0] * 90
    found = bands(trial + [100.0] * 7)
    assert found.days[0, :, 4] == pytest.approx([100.0] * 28, rel=0.1)
    assert found.sums[0, 4] == pytest.approx(2_800, rel=0.1)


def test_a_firm_that_always_sells_now_and_then_keeps_its_long_past():
    now_and_then = ([0.0] * 29 + [3_000.0]) * 7
    assert bands(now_and_then, horizon=30).sums[0].mean() == pytest.approx(3_000, rel=0.3)


def test_a_free_weekday_trades_like_a_sunday_and_a_worked_saturday_like_a_weekday():
    days = trading_days(CN, date(2026, 9, 28), 14)
    # Thursday 10-01 to Wednesday 10-07 are free; Saturday 10-10 is worked.
    assert days.kinds.tolist() == [0, 1, 2, 6, 6, 5, 6, 6, 6, 6, 3, 4, 2, 6]


def test_a_shop_that_closes_for_spring_festival_is_forecast_near_zero_then():
    first = date(2025, 8, 4)
    week = [100, 100, 100, 100, 100, 10, 10]
    series = np.array(week * 27)  # through 2026-02-08; the festival begins on 2026-02-17
    found = bands(series, first=first, horizon=28).days[0, :, 4]
    start = first + timedelta(days=len(series))
    core = [(date(2026, 2, 17) - start).days + offset for offset in range(-1, 5)]
    assert found[core].max() < 15
    assert found[-1] > 60 or found[-3] > 60


def test_what_the_last_festival_did_moves_the_next():
    first = date(2024, 12, 2)
    length = (date(2026, 2, 8) - first).days
    quiet = np.full(length, 100.0)
    busy = quiet.copy()
    kinds = trading_days(CN, first, length).kinds
    quiet[kinds == FESTIVAL] = 0
    busy[kinds == FESTIVAL] = 300
    after = trading_days(CN, first + timedelta(days=length), 28).kinds == FESTIVAL
    low = bands(quiet, first=first).days[0, after, 4].sum()
    high = bands(busy, first=first).days[0, after, 4].sum()
    assert high > 1.5 * low


def test_british_books_rest_over_christmas():
    days = trading_days(calendar(""), date(2010, 12, 20), 14)
    assert days.kinds.tolist() == [0, 1, 2, 3, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6]


def test_the_fact_holds_whole_units_from_tomorrow_with_scores_beside_naive():
    series = shop(200, np.random.default_rng(8)) * 100
    fact = sales_forecast(Context(books(series)), horizon_days=28)
    assert fact.start == MONDAY + timedelta(days=200)
    assert len(fact.p10) == len(fact.p50) == len(fact.p90) == 28
    assert all(a <= b <= c for a, b, c in zip(fact.p10, fact.p50, fact.p90, strict=True))
    assert fact.sum_p10 < fact.sum_p50 < fact.sum_p90
    assert fact.scores[0].method == fact.method
    assert fact.scores[0].origins == 4
    assert fact.scores[1].method == NAIVE
    assert fact.scores[0].wape_ppm < fact.scores[1].wape_ppm
    assert 700_000 < fact.scores[0].coverage_ppm <= 1_000_000
    assert fact.note == ""
    assert set(fact.evidence) <= {f"DailySales:D{i}" for i in range(200)}
    assert fact.evidence[-1] == "DailySales:D199"


@pytest.mark.parametrize(
    ("length", "words"), [(3, "cannot say"), (20, "wide bands"), (40, "error")]
)
def test_little_history_is_admitted(length, words):
    series = shop(length, np.random.default_rng(9)) * 100
    fact = sales_forecast(Context(books(series)), horizon_days=28)
    assert words in fact.note
    assert fact.scores == ()
    assert fact.p10[0] < fact.p50[0] < fact.p90[0]


def test_a_shorter_history_gives_a_wider_band():
    series = shop(200, np.random.default_rng(10)) * 100
    long = sales_forecast(Context(books(series)), horizon_days=28)
    short = sales_forecast(
        Context(books(series[-20:], MONDAY + timedelta(days=180))), horizon_days=28
    )

    def width(fact):
        return (fact.sum_p90 - fact.sum_p10) / fact.sum_p50

    assert width(short) > 1.3 * width(long)


def test_books_without_sales_say_that_they_cannot_say():
    fact = sales_forecast(Context(MemoryBooks([], as_of=MONDAY)), horizon_days=7)
    assert fact.p50 == (0,) * 7
    assert fact.method == "none"
    assert fact.note.startswith("cannot say")


def test_statement_lines_stand_in_for_daily_sales_and_refunds_lower_them():
    kinds: list[tuple[TransactionKind, int]] = [
        ("sale", 10_000), ("refund", -1_000), ("transfer", 77_777),
    ]  # fmt: skip
    rows = [
        Transaction(id=f"{kind}{i}", day=day, account="A", amount=amount, kind=kind)
        for i in range(60)
        for day in [MONDAY + timedelta(days=i)]
        for kind, amount in kinds
    ]
    fact = sales_forecast(
        Context(MemoryBooks(rows, as_of=MONDAY + timedelta(days=59))), horizon_days=7
    )
    assert fact.p50 == pytest.approx([9_000] * 7, abs=1)


def test_void_invoices_are_not_sales_and_red_ones_lower_them():
    rows = []
    for i in range(60):
        day = MONDAY + timedelta(days=i)
        rows += [
            credit_sale(f"N{i}", day, 5_000),
            credit_sale(f"V{i}", day, 9_999, status="void"),
            credit_sale(f"R{i}", day, -1_000, status="red"),
            credit_sale(f"P{i}", day, 8_888, direction="purchase"),
        ]
    found = sales_history(MemoryBooks(rows, as_of=MONDAY + timedelta(days=59)))
    assert found.total.tolist() == [4_000] * 60
    assert found.credit_share() == 1.0


def test_daily_sales_that_repeat_the_credit_invoices_are_counted_once():
    rows = []
    for i in range(60):
        day = MONDAY + timedelta(days=i)
        rows.append(credit_sale(f"N{i}", day, 5_000))
        for name, amount in (("wholesale", 5_000), ("shop", 700)):
            rows.append(
                DailySales(id=f"{name}{i}", day=day, store="S", channel=name, amount=amount)
            )
    held = MemoryBooks(rows, as_of=MONDAY + timedelta(days=59))
    assert sales_history(held).total.tolist() == [5_700] * 60
    assert sales_history(held).credit_share() == pytest.approx(5_000 / 5_700)


def test_invoices_settled_on_the_spot_are_takings_where_nothing_else_shows_them():
    rows = [
        credit_sale(f"N{i}", MONDAY + timedelta(days=i), 5_000, settled_at_sale=i % 2 == 0)
        for i in range(60)
    ]
    found = sales_history(MemoryBooks(rows, as_of=MONDAY + timedelta(days=59)))
    assert found.total.tolist() == [5_000] * 60
    assert found.credit_share() == pytest.approx(0.5)


def test_the_fast_way_is_one_method_scored_beside_seasonal_naive():
    series = shop(200, np.random.default_rng(11))
    past = trading_days(CN, MONDAY, 200)
    chosen = contest(series, past, trading_days(CN, MONDAY + timedelta(days=200), 28))
    assert chosen.method == PROFILE
    assert set(chosen.scores) == {PROFILE, NAIVE}
    assert chosen.scores[PROFILE].wape < chosen.scores[NAIVE].wape


@pytest.mark.slow
def test_the_thorough_contest_scores_the_library_methods_too():
    series = shop(200, np.random.default_rng(12)) * 100
    fact = sales_forecast(Context(books(series)), horizon_days=35, effort="thorough")
    names = {score.method for score in fact.scores}
    assert {"AutoCES", "theta", "gradient boosting", NAIVE, PROFILE} <= names
    assert fact.scores[0].wape_ppm < fact.scores[1].wape_ppm
    assert len(fact.p50) == 35


def test_histories_that_began_on_different_days_are_forecast_together_as_each_alone():
    rng = np.random.default_rng(5)
    first, longest = date(2024, 6, 3), ENOUGH + 84
    lengths = (longest, ENOUGH + 30, ENOUGH, longest)
    sold = np.rint(rng.gamma(2.0, 40_000.0, (4, longest)) * (rng.random((4, longest)) < 0.6))
    sold[3] *= -1
    for row, length in zip(sold, lengths, strict=True):
        row[: longest - length] = np.nan
    past = trading_days(CN, first, longest)
    ahead = trading_days(CN, first + timedelta(days=longest), 91)
    for row, length, found in zip(sold, lengths, contests(sold, past, ahead), strict=True):
        start = longest - length
        alone = contest(row[start:], past.part(start, longest), ahead)
        assert found.method == alone.method
        assert found.scores == alone.scores
        assert np.array_equal(found.bands.days, alone.bands.days)
        assert np.array_equal(found.bands.sums, alone.bands.sums)
