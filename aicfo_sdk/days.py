"""Working days: which days banks and courts count, and how sure that is.

A `WorkCalendar` answers from one data file per year (statutory holidays and 调休 make-up days,
as the State Council's yearly notice gives them). A year without a file is *estimated*: weekends
and the statutory dates themselves, no make-up days. Adding a year's notice is adding one file.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import Any, Literal

from .errors import InputError

Certainty = Literal["official", "estimated"]

_DAY = timedelta(days=1)


class WorkCalendar:
    """Working days of one country.

    `years` maps a year to its notice: `off` (weekdays that are free) and `work` (weekend days
    that are worked) as lists of dates. `festivals` maps a festival name to its date by year,
    `free` to the first and last statutory day off, counted from that date; `fixed` are the month
    and day of the other statutory days.
    """

    def __init__(
        self,
        country: str,
        years: dict[int, dict[str, Any]],
        festivals: dict[str, dict[int, date]] | None = None,
        fixed: tuple[tuple[int, int], ...] = (),
        free: dict[str, tuple[int, int]] | None = None,
    ) -> None:
        self.country = country
        self._off = {year: frozenset(notice["off"]) for year, notice in years.items()}
        self._work = {year: frozenset(notice["work"]) for year, notice in years.items()}
        self._festivals = festivals or {}
        self._fixed = fixed
        self._free = free or {}
        self._guessed: dict[int, frozenset[date]] = {}

    def is_working(self, day: date) -> bool:
        """Return whether banks work on `day`."""
        off = self._off.get(day.year)
        if off is None:
            return day.weekday() < 5 and day not in self._estimated(day.year)
        return day in self._work[day.year] or (day.weekday() < 5 and day not in off)

    def certainty(self, day: date) -> Certainty:
        """Return "official" when the year's notice is in the table, else "estimated"."""
        return "official" if day.year in self._off else "estimated"

    def next_working(self, day: date) -> date:
        """Return `day` itself when it is a working day, else the first one after it."""
        while not self.is_working(day):
            day += _DAY
        return day

    def add_working(self, day: date, count: int) -> date:
        """Return the working day `count` working days after `day` (before it when negative)."""
        step = _DAY if count >= 0 else -_DAY
        for _ in range(abs(count)):
            day += step
            while not self.is_working(day):
                day += step
        return day

    def festival(self, name: str, year: int) -> date | None:
        """Return the first day of a moving festival ("spring_festival"), or None if unknown."""
        return self._festivals.get(name, {}).get(year)

    def table(self) -> dict[str, Any]:
        """Return what this calendar was made from, by argument name."""
        return {
            "country": self.country,
            "years": {
                year: {"off": sorted(off), "work": sorted(self._work[year])}
                for year, off in self._off.items()
            },
            "festivals": self._festivals,
            "fixed": self._fixed,
            "free": self._free,
        }

    @property
    def official_years(self) -> tuple[int, ...]:
        """The years whose notice is in the table."""
        return tuple(sorted(self._off))

    def _estimated(self, year: int) -> frozenset[date]:
        known = self._guessed.get(year)
        if known is None:
            days = {date(year, month, day) for month, day in self._fixed}
            for name, by_year in self._festivals.items():
                if first := by_year.get(year):
                    start, end = self._free.get(name, (0, 0))
                    days.update(first + _DAY * step for step in range(start, end + 1))
            known = self._guessed[year] = frozenset(days)
        return known


@cache
def calendar(country: str = "CN") -> WorkCalendar:
    """Return the calendar of a country: "CN" from the shipped notices, others weekends only."""
    if country != "CN":
        return WorkCalendar(country, {})
    import tomllib
    from importlib.resources import files

    folder = files("aicfo_seeds") / "calendar" / "cn"
    years: dict[int, dict[str, Any]] = {}
    for entry in folder.iterdir():
        if entry.name.endswith(".toml") and entry.name[:4].isdigit():
            notice = tomllib.loads(entry.read_text("utf-8"))
            years[int(notice["year"])] = notice
    table = tomllib.loads((folder / "festivals.toml").read_text("utf-8"))
    festivals = {
        name: {int(year): day for year, day in by_year.items()}
        for name, by_year in table["moving"].items()
    }
    fixed = tuple((int(month), int(day)) for month, day in table["fixed"])
    free = {name: (int(start), int(end)) for name, (start, end) in table["free"].items()}
    return WorkCalendar(country, years, festivals, fixed, free)


def days(first: date, count: int) -> Iterator[date]:
    """Yield `count` consecutive days from `first`."""
    for step in range(count):
        yield first + _DAY * step


def parse_day(text: str, *, where: str = "") -> date:
    """Return the date of "2026-11-22", "2026/11/22", "20261122" or "2026年11月22日".

    A time after the date is dropped. Raises: InputError.
    """
    raw = text.strip()
    head = raw.replace("年", "-").replace("月", "-").replace("日", " ").replace("/", "-")
    head = head.replace(".", "-").replace("T", " ").split(" ")[0]
    compact = len(head) == 8 and head.isdigit()
    parts = [head[:4], head[4:6], head[6:8]] if compact else head.split("-")
    # Four digits of year: 01-02-26 could be any of three days.
    lengths = [len(part) for part in parts]
    if (
        len(parts) == 3
        and lengths[0] == 4
        and max(lengths[1:]) <= 2
        and all(part.isascii() and part.isdigit() for part in parts)
    ):
        try:
            return date(int(parts[0]), int(parts[1]), int(parts[2]))
        except ValueError:
            pass
    raise InputError("not a date", value=text, where=where, mend="write it like 2026-11-22")
