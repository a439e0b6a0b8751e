"""The campaign of due dates can fail: its oracle agrees with the almanac, not with broken code."""

from __future__ import annotations

import sys
import time
from datetime import date, timedelta
from typing import Any

import pytest

from aicfo_sdk import WorkCalendar
from tests.faults import due_dates


def test_the_oracle_counts_days_as_the_almanac_does() -> None:
    first = date(1999, 12, 25)
    for step in range(40_000):
        day = first + timedelta(days=step)
        julian = due_dates.number((day.year, day.month, day.day))
        assert due_dates.civil(julian) == (day.year, day.month, day.day)
        assert julian % 7 == day.weekday()
        assert julian - day.toordinal() == 1_721_425


@pytest.mark.parametrize(
    ("day", "rolled"),
    [
        ((2026, 2, 16), (2026, 2, 24)),  # Spring Festival
        ((2026, 2, 28), (2026, 2, 28)),  # a Saturday that is worked
        ((2026, 10, 1), (2026, 10, 8)),
        ((2024, 2, 29), (2024, 2, 29)),
        ((2032, 1, 1), (2032, 1, 2)),  # estimated
    ],
)
def test_the_oracle_rolls_as_the_notices_say(day: due_dates.Day, rolled: due_dates.Day) -> None:
    assert due_dates.Oracle().rolled(day) == rolled


def test_the_oracle_knows_the_ends_of_months() -> None:
    assert due_dates.later((2024, 1, 31), 1) == (2024, 2, 29)
    assert due_dates.later((2023, 8, 31), 6) == (2024, 2, 29)
    assert due_dates.later((2100, 1, 31), 1) == (2100, 2, 28)
    assert due_dates.later((2026, 11, 30), 13) == (2027, 12, 30)


def test_a_calendar_that_is_wrong_by_a_day_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    right = WorkCalendar.next_working

    def late(self: WorkCalendar, day: date) -> date:
        found = right(self, day)
        return found + timedelta(days=1) if (day.month, day.day) == (2, 29) else found

    assert due_dates.compare(1, 5)[0] > 100
    monkeypatch.setattr(WorkCalendar, "next_working", late)
    with pytest.raises(AssertionError, match="the count says"):
        due_dates.compare(10_000, 5)


@pytest.mark.parametrize(
    "code",
    [
        "from datetime import date\nx = date.today()",
        "import datetime as dt\nx = dt.datetime.now()",
        "import time\nx = time.time()",
        "from time import time\nx = time()",
        "import os\nx = os.path.getmtime(name)",
        "x = stamp.astimezone()",
        "from datetime import datetime\nx = [datetime.utcnow]",
    ],
)
def test_a_clock_in_logic_is_found_however_it_is_called(code: str) -> None:
    assert list(due_dates.clock_names(code))


def test_days_of_books_and_class_names_are_no_clocks() -> None:
    for code in ("x = ctx.today", "from datetime import time", "x = today(connection)"):
        assert not list(due_dates.clock_names(code))


def test_no_file_of_logic_reads_a_clock_but_those_that_are_named() -> None:
    count, found = due_dates.clock_reads()
    assert count > 200
    assert found == due_dates.ALLOWED


def test_a_read_is_caught_as_it_happens() -> None:
    scope: dict[str, Any] = {"__name__": "aicfo_sdk.planted", "time": time, "date": date}
    for code in ("time.time()", "date.today()"):

        def run(code: str = code) -> None:
            sys.setprofile(due_dates.no_clock)
            try:
                exec(code, scope)
            finally:
                sys.setprofile(None)

        with pytest.raises(AssertionError, match=r"aicfo_sdk\.planted reads a clock"):
            run()
