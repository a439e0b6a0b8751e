"""The decision days of a run and what money earns and costs between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..dates import PAD
from ..draws.block import World
from ..fen import Floats, Ints

YEAR_PPM = 365e6
"""A rate of 1 ppm a year over one day, actual/365."""


@dataclass(frozen=True, slots=True)
class Periods:
    """Period `i` ends on decision day `days[i]`; all arrays have one entry per period.

    The last day of the run counts as a decision day even when it is a holiday: the bound may
    allow more than the engine does, never less.
    """

    first: int
    last: int
    days: Ints
    nights: Ints
    """Days from the decision before: as often does each balance earn and cost interest."""
    of: Ints
    """Period of each day of the run."""
    fund: Floats
    """What the money fund earns over a period, per fen, compounded daily."""
    deposit: Floats
    """What cash earns over a period; 0 once no interest is paid out before the end."""
    deposit_days: Floats
    """What cash earns from each day of the run to its period's end (days, not periods)."""
    product: Floats
    """What the wealth product earns over a period, per fen, compounded daily."""
    arrives: Ints
    """Period in which what is asked of it at a decision arrives (their number: after the end)."""
    late: float
    """Interest on overdue taxes and supplier invoices, per fen and day."""

    def period(self, t: Ints) -> Ints:
        """Return the first period whose decision is on day `t` or later (their number: none)."""
        return np.searchsorted(self.days, t)

    def total(self, by_day: Ints) -> Ints:
        """Return the sum by period of an array whose first axis is days of the run."""
        starts = np.concatenate([[0], self.days[:-1] + 1 - self.first])
        return np.add.reduceat(by_day, starts, axis=0)


def periods(where: World, first: int, last: int) -> Periods:
    """Return the periods of days `first` … `last` − 1."""
    table, market = where.dates, where.market
    run = np.arange(first, last)
    days = run[table.working[run + PAD]]
    if not days.size or days[-1] != last - 1:
        days = np.append(days, last - 1)
    nights = np.diff(days, prepend=first - 1)
    of = np.searchsorted(days, run)
    product = np.array([int(market.rates.wealth[t]) for t in run.tolist()]) / YEAR_PPM
    arrives = days.copy()
    for _ in range(market.wealth_days):
        arrives = table.rolled[arrives + 1 + PAD]
    starts = np.append(0, days[:-1] + 1 - first)
    fund = np.array([market.fund_rate(t) for t in run.tolist()]) / YEAR_PPM
    deposit = np.array([market.deposit_rate(t) for t in run.tolist()]) / YEAR_PPM
    paid = [t for t in run.tolist() if table.at(t).day == 21 and table.at(t).month % 3 == 0]
    deposit[run > max(paid, default=first - 1)] = 0.0
    until = np.array([deposit[t - first : days[of[t - first]] - first + 1].sum() for t in run])
    return Periods(
        first=first,
        last=last,
        days=days,
        nights=nights,
        of=of,
        fund=np.multiply.reduceat(1.0 + fund, starts) - 1.0,
        deposit=np.add.reduceat(deposit, starts),
        deposit_days=until,
        product=np.multiply.reduceat(1.0 + product, starts) - 1.0,
        arrives=np.searchsorted(days, arrives),
        late=market.late_rate / 1e6,
    )


def line_nights(where: World, span: Periods, rate: Ints, waits: int) -> Floats:
    """Return the least interest per fen of a drawing over each period, periods × merchants.

    `rate` (days from day 0 × merchants, ppm a year) is what a drawing of that day bears
    to its end; one that is still out on a day was drawn at most `waits` days before. Its rate is
    at least the lowest of those days. Entry `i` is for the nights before decision `i`.
    """
    lowest = rate.copy()
    for t in range(rate.shape[0]):
        lowest[t] = rate[max(0, t - waits) : t + 1].min(axis=0)
    before = lowest[np.maximum(np.arange(span.first - 1, span.last - 1), 0)]
    starts = np.append(0, span.days[:-1] + 1 - span.first)
    return np.add.reduceat(before, starts, axis=0) / YEAR_PPM
