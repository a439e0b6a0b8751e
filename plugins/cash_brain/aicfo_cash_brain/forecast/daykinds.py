"""What kind of trading day each day is: its weekday, a holiday like a Sunday, Spring Festival."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np
from numpy.typing import NDArray

from aicfo_sdk import WorkCalendar

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

KINDS = 8
FESTIVAL = 7
"""The kind of the core days of Spring Festival; 0–6 are Monday–Sunday."""

_SUNDAY, _MIDWEEK = 6, 2
FIRST_OFFSET, LAST_OFFSET = -10, 13
CORE = range(-3, 7)
"""Days from the first day of Spring Festival on which the weekday no longer matters."""

OUTSIDE = LAST_OFFSET - FIRST_OFFSET + 1
"""Festival position of a day that is not near Spring Festival."""

# Median sales by day from Spring Festival over the level of the weeks before, measured on 425
# shops around 2016-02-08 and 102 firms in 2017–2019, in three groups by how weekends sell
# against weekdays (below a half, up to one, above one).
PRIOR_WEEKEND = np.array([0.25, 0.8, 1.15])
_CLOSING = "1 .95 .9 .9 .85 .8 .7 .4 .15 .05 .02 .02 .03 .03 .06 .1 .5 .75 .9 .95 1 1 1 1 1"
_MIXED = ".9 .85 .8 .8 .85 .8 .75 .65 .45 .2 .2 .2 .22 .25 .3 .4 .55 .72 .75 .75 .77 .8 .8 .82 1"
_LEISURE = (
    "1.2 1.25 1.3 1.2 1.2 1.3 1.25 1.3 1.2 .75 .8 .85 .9 .95 .95 1.05 1.2 1.1 1.1 1.1 1.1 1.1 1.1 "
    "1.05 1"
)
PRIOR_FACTORS: Floats = np.array(
    [[float(value) for value in row.split()] for row in (_CLOSING, _MIXED, _LEISURE)]
)


@dataclass(frozen=True, slots=True)
class Days:
    """Consecutive days.

    `kinds` 0…7 is how each may be expected to trade, `weekdays` 0…6 what it is called (0…7 and
    the same as `kinds` on the core days of Spring Festival), `festival` the position in the
    Spring Festival table.
    """

    first: date
    kinds: Ints
    weekdays: Ints
    festival: Ints

    def __len__(self) -> int:
        return len(self.kinds)

    def part(self, start: int, stop: int) -> Days:
        """Return the days from index `start` to before `stop`."""
        return Days(
            self.first + timedelta(days=start),
            self.kinds[start:stop],
            self.weekdays[start:stop],
            self.festival[start:stop],
        )


def trading_days(calendar: WorkCalendar, first: date, count: int) -> Days:
    """Return the kinds of `count` days from `first`.

    A weekday that is free trades like a Sunday and a weekend day that is worked like a weekday.
    Without Chinese festivals in the calendar, 24 December to 1 January counts like Sundays.
    """
    kinds = np.empty(count, dtype=np.int64)
    weekdays = np.empty(count, dtype=np.int64)
    festival = np.full(count, OUTSIDE, dtype=np.int64)
    offset = 0
    while offset < count:
        day = first + timedelta(days=offset)
        year_kinds, year_weekdays, year_festival = _year(calendar, day.year)
        start = day.timetuple().tm_yday - 1
        size = min(len(year_kinds) - start, count - offset)
        kinds[offset : offset + size] = year_kinds[start : start + size]
        weekdays[offset : offset + size] = year_weekdays[start : start + size]
        festival[offset : offset + size] = year_festival[start : start + size]
        offset += size
    return Days(first, kinds, weekdays, festival)


@cache
def _year(calendar: WorkCalendar, year: int) -> tuple[Ints, Ints, Ints]:
    first = date(year, 1, 1)
    count = (date(year, 12, 31) - first).days + 1
    spring = calendar.festival("spring_festival", year)
    kinds = np.empty(count, dtype=np.int64)
    weekdays = np.empty(count, dtype=np.int64)
    festival = np.full(count, OUTSIDE, dtype=np.int64)
    for index in range(count):
        day = first + timedelta(days=index)
        kind = weekday = day.weekday()
        quiet = index == 0 or (spring is None and (day.month, day.day) >= (12, 24))
        if quiet or (kind < 5 and not calendar.is_working(day)):
            kind = _SUNDAY
        elif kind >= 5 and calendar.is_working(day):
            kind = _MIDWEEK
        if spring is not None:
            distance = (day - spring).days
            if FIRST_OFFSET <= distance <= LAST_OFFSET:
                festival[index] = distance - FIRST_OFFSET
            if distance in CORE:
                kind = weekday = FESTIVAL
        kinds[index], weekdays[index] = kind, weekday
    return kinds, weekdays, festival
