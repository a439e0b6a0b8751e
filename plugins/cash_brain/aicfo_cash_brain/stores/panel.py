"""Takings and orders of each store and day, read by column."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from aicfo_sdk import Books
from aicfo_sdk.model import DailySales

from ..forecast.daykinds import Flags, Floats, Ints

_MOST = 10**10
"""Minor units of a line beyond which it is no day of a store, but a mistake."""


@dataclass(frozen=True, slots=True)
class Panel:
    """Sales from `first` through the as-of day; arrays are stores × days, `channels` × those."""

    first: date
    stores: tuple[str, ...]
    takings: Ints
    orders: Ints
    known: Flags
    """Where the books hold a line of that store and day."""
    channels: tuple[str, ...]
    by_channel: Ints
    counted: bool
    """Whether the books say how many orders there were."""
    aside: int
    """Lines that were not used."""

    def signals(self, days: int) -> tuple[Floats, Flags]:
        """Return log orders and log amount an order of the last days, and where they are known.

        Without orders the first signal is log takings. A day without takings counts as half an
        order; of a day with more refunds than sales nothing is known.
        """
        takings, orders = self.takings[:, -days:], self.orders[:, -days:]
        known = self.known[:, -days:] & (takings >= 0)
        amount = np.log(np.maximum(takings, 1.0))
        if not self.counted:
            usual = np.log(np.maximum(np.median(np.where(known, takings, 0), axis=1), 1.0))
            amount = np.maximum(amount, usual[:, None] - 4.0)
            none = np.zeros_like(known)
            return np.stack([amount, np.zeros_like(amount)]), np.stack([known, none])
        count = np.log(np.maximum(orders, 0.5))
        worth = known & (orders > 0) & (takings > 0)
        return np.stack([count, np.where(worth, amount - count, 0.0)]), np.stack([known, worth])


def read_panel(books: Books, days: int) -> Panel:
    """Return the last `days` days of all stores that the books hold takings of, by id."""
    day, amount, orders = books.columns(DailySales, "day", "amount", "orders")
    codes, names = books.labels(DailySales, "store")
    channel, channels = books.labels(DailySales, "channel")
    first = books.as_of.toordinal() - days + 1
    place = day - first
    near = (place >= 0) & (place < days)
    rows = np.flatnonzero(near & (np.abs(amount) < _MOST) & (orders < _MOST))
    used = np.unique(codes[rows])
    codes_used: list[int] = used.tolist()
    order = sorted(codes_used, key=names.__getitem__)
    rank = np.zeros(max(len(names), 1), dtype=np.int64)
    rank[order] = np.arange(len(order))
    shape = (len(order), days)
    cell = rank[codes[rows]] * days + place[rows]
    takings, counts = (np.zeros(shape[0] * days, dtype=np.int64) for _ in range(2))
    np.add.at(takings, cell, amount[rows])
    np.add.at(counts, cell, orders[rows])
    by = np.zeros((len(channels), shape[0] * days), dtype=np.int64)
    np.add.at(by, (channel[rows], cell), amount[rows])
    known = np.zeros(shape[0] * days, dtype=np.bool_)
    known[cell] = True
    return Panel(
        first=date.fromordinal(first),
        stores=tuple(names[code] for code in order),
        takings=takings.reshape(shape),
        orders=counts.reshape(shape),
        known=known.reshape(shape),
        channels=channels,
        by_channel=by.reshape(len(channels), *shape),
        counted=bool(counts.any()),
        aside=int(near.sum()) - rows.size,
    )
