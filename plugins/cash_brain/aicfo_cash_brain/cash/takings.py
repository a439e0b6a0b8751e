"""How takings become money: after how many days, and less which fee."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from aicfo_sdk import Books
from aicfo_sdk.model import DailySales, Record, Transaction

from ..columns import among
from ..forecast.daykinds import Flags, Floats

_DAYS, _MOST_LAG = 56, 21
# Statements that miss the daily sales by more than a quarter at every lag are about other money.
_MISFIT = 0.25


@dataclass(frozen=True, slots=True)
class Takings:
    """Days from sale to money, the share that arrives, and whether statements showed it."""

    lag: int
    share: float
    measured: bool


def takings_lag(books: Books, default_lag: int) -> Takings:
    """Return the lag at which statements follow daily sales best over the last eight weeks.

    Books whose statements do not follow their sales use `default_lag`; without DailySales the
    statement lines are the sales, so the lag is 0.
    """
    span = _DAYS + _MOST_LAG
    first = (books.as_of - timedelta(days=span - 1)).toordinal()

    def by_day(kind: type[Record], rows: Flags | None) -> Floats:
        days, amounts = books.columns(kind, "day", "amount")
        places = days - first
        chosen = (places >= 0) & (places < span) & (True if rows is None else rows)
        out = np.zeros(span)
        np.add.at(out, places[chosen], amounts[chosen])
        return out

    sold = by_day(DailySales, None)
    paid = by_day(Transaction, among(books, Transaction, "kind", "sale", "refund"))
    recent = paid[_MOST_LAG:]
    if not sold.any() and recent.any():
        return Takings(0, 1.0, True)
    if not recent.any() or not sold.any():
        return Takings(default_lag, 1.0, False)
    shifted = np.lib.stride_tricks.sliding_window_view(sold, _DAYS)[::-1]
    misses = np.abs(recent - shifted).sum(1)
    lag = int(np.argmin(misses))
    if misses[lag] > _MISFIT * float(np.abs(recent).sum()):
        return Takings(default_lag, 1.0, False)
    due = float(sold[_MOST_LAG - lag : span - lag].sum())
    share = min(max(float(recent.sum()) / due, 0.8), 1.0) if due > 0 else 1.0
    return Takings(lag, share, True)
