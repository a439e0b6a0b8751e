"""The merchant against its trade: the trend is Theil and Sen's, its money follows by hand."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from math import exp

import pytest
from aicfo_cash_brain import trade_gap, trade_watch
from aicfo_cash_brain.peers import trend
from hypothesis import given, settings
from hypothesis import strategies as st

from aicfo_sdk import Context, MemoryBooks
from aicfo_sdk.model import (
    DailySales,
    Invoice,
    PeerIndex,
    Record,
    SalesForecast,
    UntrustedText,
)

TODAY = date(2026, 6, 30)
MONTHS = [date(2025 + (5 + n) // 12, (5 + n) % 12 + 1, 1) for n in range(1, 13)]
"""July 2025 to June 2026."""


def own(change: float) -> list[Record]:
    """Sales whose month is 100,000 yuan times `change` for each month since the first."""
    out: list[Record] = []
    for step, month in enumerate(MONTHS):
        days = monthrange(month.year, month.month)[1]
        for n in range(days):
            day = month + timedelta(days=n)
            out.append(
                DailySales(
                    id=day.isoformat(),
                    day=day,
                    store="S",
                    amount=round(10_000_000 * exp(change * step) / days),
                )
            )
    return out


def index(values: Sequence[int], trade: str = "餐饮") -> list[Record]:
    return [
        PeerIndex(
            id=f"{trade}{month}",
            published=month.replace(day=monthrange(month.year, month.month)[1]),
            trade=UntrustedText(trade),
            month=month,
            index_milli=value,
        )
        for month, value in zip(MONTHS, values, strict=False)
    ]


def forecast(total: int = 30_000_000) -> SalesForecast:
    day = (total // 91,) * 91
    return SalesForecast(
        start=TODAY + timedelta(days=1), p10=day, p50=day, p90=day, sum_p10=total, sum_p50=total,
        sum_p90=total, method="given",
    )  # fmt: skip


def context(rows: Sequence[Record]) -> Context:
    return Context(MemoryBooks(rows, as_of=TODAY, balances={}))


def test_a_merchant_that_loses_three_per_cent_a_month_on_its_peers():
    # A year sold 10m·(1 − e^−0.36)/(1 − e^−0.03) = 102.3m: goods of half of it.
    goods = Invoice(
        id="I", updated=date(2026, 3, 1), number="1", direction="purchase", counterparty="S",
        issued=date(2026, 3, 1), net=51_150_000, total=51_150_000, tax=0,
    )  # fmt: skip
    ctx = context([*own(-0.03), *index([100_000] * 12), goods])
    found = trade_watch(ctx, sales=forecast())
    assert len(found.periods) == 11
    assert found.periods[6].months == 2
    assert found.trend_ppm == pytest.approx((exp(-0.09) - 1) * 1e6, abs=200)
    assert found.takings is not None
    assert found.takings.p50 == pytest.approx(30_000_000 * (exp(-0.045) - 1), rel=0.01)
    assert found.takings.p10 <= found.takings.p50 <= found.takings.p90 < 0
    assert found.cash is not None
    assert found.cash.p50 == pytest.approx(found.takings.p50 * 0.5, rel=0.02)
    (advice,) = trade_gap(ctx, watch=found)
    assert advice.kind == "risk"
    assert advice.money == abs(found.cash.p50)
    assert advice.title_zh
    assert advice.evidence


def test_what_the_whole_trade_does_is_no_gap():
    falling = [round(100_000 * exp(-0.05 * step)) for step in range(12)]
    found = trade_watch(context([*own(-0.05), *index(falling)]), sales=forecast())
    assert abs(found.trend_ppm or 0) < 100
    assert trade_gap(context([]), watch=found) == []


def test_a_festival_that_moves_between_january_and_february_is_no_gap():
    values = [100_000] * 12
    values[6], values[7] = 60_000, 140_000
    found = trade_watch(context([*own(0.0), *index(values)]), sales=forecast())
    assert abs(found.trend_ppm or 0) < 100


def test_without_peers_or_with_few_months_it_says_so():
    none = trade_watch(context(own(0.0)), sales=forecast())
    assert none.note.startswith("cannot say")
    assert none.takings is None
    few = trade_watch(context([*own(0.0), *index([100_000] * 4)]), sales=forecast())
    assert few.note.startswith("cannot say: 4 months")
    assert trade_gap(context([]), watch=few) == []


def test_an_index_of_later_months_is_not_seen_before_it_is_published():
    late = index([100_000] * 12)
    books = MemoryBooks([*own(0.0), *late], as_of=date(2026, 3, 31), balances={})
    found = trade_watch(Context(books), sales=forecast())
    assert found.periods[-1].first == date(2026, 3, 1)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(-1_000, 1_000), min_size=6, max_size=24),
    st.integers(-50, 50),
)
def test_the_trend_lies_within_its_interval_and_follows_a_tilt(values: list[int], tilt: int):
    points = [(float(x), float(y)) for x, y in enumerate(values)]
    low, middle, high = trend(points)
    assert low <= middle <= high
    tilted = trend([(x, y + tilt * x) for x, y in points])
    assert tilted == pytest.approx((low + tilt, middle + tilt, high + tilt), abs=1e-6)


def test_the_slopes_by_hand():
    # Slopes of the six pairs: 1, 1, 1, 2, 5/3, 3; the median lies between 1 and 5/3.
    low, middle, high = trend([(0.0, 0.0), (1.0, 1.0), (2.0, 2.0), (3.0, 5.0)])
    assert middle == pytest.approx((1 + 5 / 3) / 2)
    assert (low, high) == (1.0, 3.0)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 10**12), min_size=0, max_size=12))
def test_any_index_gives_whole_bounded_figures(values: list[int]):
    ctx = context([*own(0.01), *index(values), *index(values[:3], "其他")])
    found = trade_watch(ctx, sales=forecast())
    if found.takings is not None:
        assert found.takings.p10 <= found.takings.p50 <= found.takings.p90
        assert -750_000 <= (found.trend_ppm or 0) <= 3_000_000
    trade_gap(ctx, watch=found)
