"""Working days against an independent calendar, and what is said of years without a notice."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aicfo_sdk.days import WorkCalendar, calendar, days, parse_day
from aicfo_sdk.errors import InputError

CN = calendar("CN")


def test_every_day_since_2004_agrees_with_chinesecalendar() -> None:
    first, last = date(2004, 1, 1), date(2026, 12, 31)
    for day in days(first, (last - first).days + 1):
        assert CN.is_working(day) == chinese_calendar.is_workday(day), day
        assert CN.certainty(day) == "official"
    assert CN.official_years == tuple(range(2004, 2027))


def test_a_bill_due_on_national_day_2026_is_paid_on_the_eighth() -> None:
    assert CN.next_working(date(2026, 10, 1)) == date(2026, 10, 8)
    assert CN.next_working(date(2026, 9, 30)) == date(2026, 9, 30)
    assert CN.add_working(date(2026, 9, 30), 1) == date(2026, 10, 8)
    assert CN.add_working(date(2026, 10, 8), -1) == date(2026, 9, 30)
    # 2026-10-10 is a Saturday that is worked.
    assert CN.add_working(date(2026, 10, 9), 1) == date(2026, 10, 10)


def test_a_year_without_a_notice_is_estimated_from_the_statutory_days() -> None:
    assert CN.certainty(date(2027, 1, 1)) == "estimated"
    free = [day for day in days(date(2027, 1, 1), 365) if not CN.is_working(day)]
    weekdays = [day for day in free if day.weekday() < 5]
    # Spring Festival 2027 is Saturday 02-06: eve and the first three days are 02-05 … 02-08.
    assert weekdays == [
        date(2027, 1, 1),
        date(2027, 2, 5),
        date(2027, 2, 8),
        date(2027, 4, 5),
        date(2027, 6, 9),
        date(2027, 9, 15),
        date(2027, 10, 1),
    ]
    assert not any(day.weekday() >= 5 and CN.is_working(day) for day in days(date(2027, 1, 1), 365))


@pytest.mark.parametrize(
    ("year", "day"),
    [(2000, (2, 5)), (2016, (2, 8)), (2026, (2, 17)), (2033, (1, 31)), (2050, (1, 23))],
)
def test_spring_festival_is_known_for_half_a_century(year: int, day: tuple[int, int]) -> None:
    assert CN.festival("spring_festival", year) == date(year, *day)


def test_an_unknown_festival_is_none() -> None:
    assert CN.festival("spring_festival", 1900) is None
    assert CN.festival("diwali", 2026) is None


def test_another_country_has_weekends_and_says_it_guesses() -> None:
    uk = calendar("GB")
    assert not uk.is_working(date(2010, 12, 25))
    assert uk.is_working(date(2010, 12, 27))
    assert uk.certainty(date(2010, 12, 27)) == "estimated"


def test_a_notice_of_the_users_own_makes_a_year_official() -> None:
    own = WorkCalendar("CN", {2031: {"off": [date(2031, 1, 1)], "work": [date(2031, 1, 4)]}})
    assert own.certainty(date(2031, 6, 1)) == "official"
    assert not own.is_working(date(2031, 1, 1))
    assert own.is_working(date(2031, 1, 4))


@given(st.dates(date(2004, 2, 1), date(2026, 11, 1)), st.integers(-15, 15))
def test_moving_by_working_days_lands_on_one_and_counts_each(day: date, count: int) -> None:
    moved = CN.add_working(day, count)
    if count == 0:
        assert moved == day
        return
    assert CN.is_working(moved)
    low, high = min(day, moved), max(day, moved)
    between = [low + timedelta(days=n) for n in range((high - low).days + 1)]
    assert sum(CN.is_working(d) for d in between if d != day) == abs(count)


@pytest.mark.parametrize(
    "text",
    ["2026-11-22", "2026/11/22", "20261122", "2026年11月22日", " 2026-11-22 10:31:00 ",
     "2026-11-22T10:31:00Z", "2026.11.22"],
)  # fmt: skip
def test_the_usual_ways_of_writing_a_day_are_read(text: str) -> None:
    assert parse_day(text) == date(2026, 11, 22)


@pytest.mark.parametrize(
    "text",
    ["", "2026-13-01", "2026-02-30", "26-11-22", "22/11/2026", "99999999999999999999-1-1",
     "2026-99999999999999999999-1", "２０２６-11-22", "today", "2026-11"],
)  # fmt: skip
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="not a date"):
        parse_day(text)
