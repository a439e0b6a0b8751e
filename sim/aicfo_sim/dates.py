"""The days of a run as arrays: weekday, month, working day, distance to Spring Festival."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np

from aicfo_sdk.days import calendar

from .fen import Flags, Ints

PAD = 300
"""Days before day 0 from which the opening ledger is drawn."""

TAIL = 800
"""Days after the last one: due days and maturities that lie beyond the run."""


@dataclass(frozen=True, slots=True, eq=False)
class Dates:
    """Day `t` of the run is `origin` + t days; arrays hold days −PAD … days + TAIL − 1."""

    origin: date
    days: int
    weekday: Ints
    month: Ints
    working: Flags
    rolled: Ints
    """The first working day on or after each day, as a day number."""
    spring: Ints
    """Days since the nearest Spring Festival's first day (negative: before)."""
    month_starts: Ints
    """Day numbers of all first days of a month."""

    def at(self, t: int) -> date:
        """Return the calendar date of day `t`."""
        return self.origin + timedelta(days=int(t))

    def number(self, day: date) -> int:
        """Return the day number of a date."""
        return (day - self.origin).days

    def roll(self, t: Ints) -> Ints:
        """Return for each day number the first working day on or after it."""
        return self.rolled[t + PAD]


@cache
def dates(origin: date, days: int) -> Dates:
    """Return the day table of a run that starts at `origin` and lasts `days` days."""
    count = PAD + days + TAIL
    table = [origin + timedelta(days=step - PAD) for step in range(count)]
    china = calendar("CN")
    working = np.array([china.is_working(day) for day in table], dtype=np.bool_)
    rolled = np.zeros(count, dtype=np.int64)
    following = count - 1
    for step in range(count - 1, -1, -1):
        following = step if working[step] else following
        rolled[step] = following - PAD
    festivals = [
        (first - origin).days
        for year in range(table[0].year - 1, table[-1].year + 2)
        if (first := china.festival("spring_festival", year))
    ]
    numbers = np.arange(count, dtype=np.int64) - PAD
    gaps = numbers[:, None] - np.array(festivals or [-(10**6)], dtype=np.int64)[None, :]
    nearest = np.abs(gaps).argmin(axis=1)
    return Dates(
        origin=origin,
        days=days,
        weekday=np.array([day.weekday() for day in table], dtype=np.int64),
        month=np.array([day.month for day in table], dtype=np.int64),
        working=working,
        rolled=rolled,
        spring=gaps[np.arange(count), nearest],
        month_starts=np.array([n - PAD for n, day in enumerate(table) if day.day == 1]),
    )
