"""What the bill plugin asks funding for: the lack until money can be had again, no reserve."""

from __future__ import annotations

from datetime import date, timedelta

from aicfo_bill import bill_demand
from aicfo_bill.demand import ID

from aicfo_sdk import Context, MemoryBooks
from aicfo_sdk.model import CashForecast

TODAY = date(2026, 3, 2)


PIECE = 100_000


def forecast(
    path: list[int], bad: list[int] | None = None, *, start: int = 1, buffer: int = 0
) -> CashForecast:
    """`path` and `bad` are the median and the bad case, in pieces of 1,000 yuan."""
    levels = tuple(level * PIECE for level in path)
    return CashForecast(
        start=TODAY + timedelta(days=start),
        opening=0,
        p10=levels if bad is None else tuple(level * PIECE for level in bad),
        p50=levels,
        p90=levels,
        buffer=buffer,
    )


def asked(given: CashForecast, today: date = TODAY) -> list[tuple[str, int, int, int]]:
    ctx = Context(MemoryBooks([], as_of=today))
    return [
        (one.id, one.amount // PIECE, (one.by - today).days, (one.until - today).days)
        for one in bill_demand(ctx, forecast=given)
    ]


def test_the_deepest_lack_before_banks_open_is_asked_for_while_it_lasts_and_a_piece_more() -> None:
    # Friday; banks open on Monday, the third day.
    path = [50, -70, -60, -5, 5, -900, *[100] * 20]
    assert asked(forecast(path, start=5), date(2026, 3, 6)) == [(ID, 71, 2, 4)]


def test_part_of_a_piece_is_asked_for_as_a_whole_one() -> None:
    given = forecast([1]).model_copy(update={"p50": (-1,), "p10": (-1,)})
    ((_, pieces, _, _),) = asked(given)
    assert pieces == 2


def test_a_reserve_and_what_is_lacking_only_later_are_not_asked_for() -> None:
    assert asked(forecast([10, *[-500] * 9], buffer=5_000 * PIECE)) == []
    assert asked(forecast([0] * 30, buffer=5_000 * PIECE)) == []


def test_over_a_long_holiday_all_its_days_and_the_one_after_are_looked_at() -> None:
    # The National Day of 2025: after Tuesday 30 September banks open on 9 October, the ninth day.
    day = date(2025, 9, 30)
    given = forecast([40] * 20).model_copy(update={"start": day + timedelta(days=1)})
    path = tuple(level * PIECE for level in (*[40] * 8, -20, *[40] * 11))
    assert asked(given.model_copy(update={"p10": path}), day) == [(ID, 21, 9, 9)]
    later = tuple(level * PIECE for level in (*[40] * 9, -20, *[40] * 10))
    assert asked(given.model_copy(update={"p10": later}), day) == []


def test_until_the_next_working_day_the_bad_case_is_covered() -> None:
    assert asked(forecast([30] * 3, [-25, 9, -80])) == [(ID, 26, 1, 1)]
    friday = forecast([30] * 9, [9, 9, -40, *[9] * 6], start=5)
    assert asked(friday, date(2026, 3, 6)) == [(ID, 41, 3, 3)]


def test_money_is_asked_for_until_even_the_bad_case_lacks_nothing() -> None:
    path, bad = [-10, 5, 5, 5, 5], [-10, -3, -2, 0, 5]
    assert asked(forecast(path, bad)) == [(ID, 11, 1, 3)]


def test_a_forecast_that_ends_short_asks_for_the_money_for_a_quarter_more() -> None:
    assert asked(forecast([-10, -40, -30])) == [(ID, 11, 1, 3 + 91)]


def test_days_of_the_forecast_that_are_past_are_left_out() -> None:
    assert asked(forecast([-999, -999, -5, 8, 8], start=-1)) == [(ID, 6, 1, 1)]
    assert asked(forecast([-999, -999], start=-5)) == []


def test_an_invoice_that_may_be_paid_a_day_late_pays_nobody_until_the_next_working_day() -> None:
    """A receipt of 50 is expected with the 30 to be paid; 5 are on the account, 4 are takings."""
    given = forecast([20, 20, 20], [10, 10, 10]).model_copy(
        update={
            "opening": 5 * PIECE,
            "sales": (4 * PIECE, 0, 0),
            "receipts": (50 * PIECE, 0, 0),
            "payments": (30 * PIECE, 99 * PIECE, 0),
        }
    )
    # 30 − 5 − 4 are missing tomorrow, a Tuesday, in whole pieces and one more; later days count
    # what is expected.
    assert asked(given) == [(ID, 22, 1, 1)]


def test_days_without_banks_count_no_receipt_either() -> None:
    flows = {
        "opening": 5 * PIECE,
        "sales": (0,) * 9,
        "receipts": (0, 40 * PIECE, *(0,) * 7),
        "payments": (0, 2 * PIECE, 6 * PIECE, *(0,) * 6),
    }
    friday = date(2026, 3, 6)
    given = forecast([40] * 9, start=5).model_copy(update=flows)
    # Saturday to Monday: 8 are paid and 5 are there.
    assert asked(given, friday) == [(ID, 4, 3, 3)]
