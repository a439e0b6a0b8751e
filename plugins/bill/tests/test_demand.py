"""What the bill plugin asks funding for: the forecast's lack within a week, and no reserve."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from aicfo_bill import bill_demand
from aicfo_bill.demand import ID, SOON

from aicfo_sdk import Context, MemoryBooks
from aicfo_sdk.model import CashForecast

TODAY = date(2026, 3, 2)


def forecast(
    path: list[int], *, start: int = 1, buffer: int = 0, bad: tuple[int, ...] = ()
) -> CashForecast:
    """Where `bad` ends the bad case is as the median on its first day, and far below it later."""
    levels = tuple(path)
    low = (*bad, *levels[len(bad) : 1], *(level - 1_000 for level in levels[max(len(bad), 1) :]))
    return CashForecast(
        start=TODAY + timedelta(days=start),
        opening=0,
        p10=low,
        p50=levels,
        p90=levels,
        buffer=buffer,
    )


def asked(given: CashForecast) -> list[tuple[str, int, int, int]]:
    ctx = Context(MemoryBooks([], as_of=TODAY))
    return [
        (one.id, one.amount, (one.by - TODAY).days, (one.until - TODAY).days)
        for one in bill_demand(ctx, forecast=given)
    ]


def test_the_deepest_lack_of_the_week_is_asked_for_while_it_lasts() -> None:
    path = [50, -20, 10, -70, -60, 5, 5, -900, *[100] * 20]
    assert asked(forecast(path)) == [(ID, 70, 2, 5)]


@pytest.mark.parametrize("path", [[0] * 30, [10, *[1] * SOON, -500, -500]])
def test_what_is_lacking_later_than_a_week_or_only_in_the_bad_case_is_not_asked_for(
    path: list[int],
) -> None:
    assert asked(forecast(path, buffer=5_000)) == []


def test_a_forecast_that_ends_short_asks_for_the_money_for_a_quarter_more() -> None:
    assert asked(forecast([-10, -40, -30])) == [(ID, 40, 1, 3 + 91)]


def test_until_the_next_working_day_the_bad_case_is_covered() -> None:
    assert asked(forecast([30, 30, 30], bad=(-25,))) == [(ID, 25, 1, 1)]
    friday = Context(MemoryBooks([], as_of=date(2026, 3, 6)))
    given = forecast([30] * 9, start=5, bad=(9, 9, -40))
    (one,) = bill_demand(friday, forecast=given)
    assert (one.amount, one.by) == (40, date(2026, 3, 9))


def test_days_of_the_forecast_that_are_past_are_left_out() -> None:
    past = forecast([-999, -999, -5, 8, 8], start=-1, bad=(-999, -999, -7))
    assert asked(past) == [(ID, 7, 1, 1)]
    assert asked(forecast([-999, -999], start=-5)) == []
