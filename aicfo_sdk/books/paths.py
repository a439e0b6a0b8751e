"""A balance day by day: its level on a day, and the lowest or highest it has from there on."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from itertools import accumulate


class Path:
    """End-of-day levels of a sum of postings; days are ISO text. A day without one has the last."""

    __slots__ = ("_days", "_levels")

    def __init__(self, *changes: Mapping[str, int]) -> None:
        """Take sums by day; several add up."""
        sums: dict[str, int] = {}
        for change in changes:
            for day, amount in change.items():
                sums[day] = sums.get(day, 0) + amount
        self._days = sorted(sums)
        self._levels = list(accumulate(sums[day] for day in self._days))

    def add(self, day: str, amount: int) -> None:
        """Move every level from a day on."""
        at = bisect_left(self._days, day)
        if at == len(self._days) or self._days[at] != day:
            self._days.insert(at, day)
            self._levels.insert(at, self._levels[at - 1] if at else 0)
        self._levels[at:] = [level + amount for level in self._levels[at:]]

    def at(self, day: str) -> int:
        """Return the level at the end of a day."""
        after = bisect_right(self._days, day)
        return self._levels[after - 1] if after else 0

    def lowest(self, since: str) -> int:
        """Return the lowest level at the end of `since` or any later day."""
        return min(self._ahead(since))

    def highest(self, since: str) -> int:
        """Return the highest level at the end of `since` or any later day."""
        return max(self._ahead(since))

    def days(self, since: str) -> tuple[str, ...]:
        """Return `since` and the later days on which the level moves."""
        return (since, *self._days[bisect_right(self._days, since) :])

    def _ahead(self, since: str) -> Iterable[int]:
        after = bisect_right(self._days, since)
        return (self.at(since), *self._levels[after:])
