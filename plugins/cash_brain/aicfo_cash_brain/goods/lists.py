"""When a supplier's list of prices changes, as the shelf shows it day by day."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from aicfo_sdk import Books
from aicfo_sdk.model import StockLot

_LEAST_GAPS = 3
_REGULAR = 0.75
"""Share of the gaps between changes that must be alike before a rhythm is told."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A list that changes every so many days."""

    next_change: date
    """First day of the next list, after today."""
    every: int

    def changes(self, after: date, until: date) -> int:
        """Return how many lists begin after one day and by another."""
        first = self.next_change + timedelta(
            days=max(-(-((after - self.next_change).days + 1) // self.every), 0) * self.every
        )
        return max((until - first).days // self.every + 1, 0)


def rhythm(books: Books, lot: str) -> Rhythm | None:
    """Return in what rhythm the price on a shelf changes, None where the books do not show one.

    Only a price that differs from the day before tells its day.
    """
    seen = {state.updated: state.unit_cost for state in books.states(StockLot, lot)}
    days = sorted(seen)
    changed = [b for a, b in pairwise(days) if (b - a).days == 1 and seen[a] != seen[b]]
    gaps = Counter((b - a).days for a, b in pairwise(changed))
    if gaps.total() < _LEAST_GAPS:
        return None
    every, often = max(gaps.items(), key=lambda gap: (gap[1], -gap[0]))
    if often < _REGULAR * gaps.total():
        return None
    late = (books.as_of - changed[-1]).days
    return Rhythm(changed[-1] + timedelta(days=(late // every + 1) * every), every)
