"""What all archetypes draw alike: demand by day, wages, rent, services, tax, lines, cash."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from .. import rng, tables
from ..dates import PAD, TAIL, Dates
from ..fen import Floats, Ints, round_div, to_fen
from ..scenario import Figures
from ..shocks import Shocks
from ..tables import ALWAYS, Bills, Dues, Receipts, Takings, Tenders, Traits, columns

LEAD = 20
"""Days before day 0 from which takings are drawn, so that some are still unsettled then."""

CHANNELS = 3
"""Rows of every takings table; unused channels are zero."""

YEAR = 365.0


class Who(NamedTuple):
    """A merchant of a replication, the figures of its archetype and the days of the run."""

    seed: int
    replication: int
    merchant: int
    archetype: int
    figures: Figures
    market: Figures
    dates: Dates
    order_level: bool
    shocks: Shocks

    def stream(self, name: str) -> np.random.Generator:
        """Return this merchant's random stream of that name."""
        return rng.stream(self.seed, self.replication, self.merchant, name)


class Drawn(NamedTuple):
    """Everything that one merchant's run holds before any decision."""

    traits: Traits
    takings: Takings
    dues: Dues
    receipts: Receipts
    bills: Bills
    tenders: Tenders


def uniform(source: np.random.Generator, who: Who, key: str) -> float:
    """Return a uniform draw between the two ends of a figure."""
    low, high = who.figures.numbers(key)
    return low + (high - low) * float(source.random())


def median(source: np.random.Generator, who: Who, key: str) -> float:
    """Return a lognormal draw around a figure's median with its spread."""
    return float(source.lognormal(math.log(who.figures.number(key)), who.figures.spread(key)))


def pick(source: np.random.Generator, values: tuple[float, ...]) -> int:
    """Return one of the values, each equally likely."""
    return int(values[int(source.integers(len(values)))])


@lru_cache(maxsize=16)
def season(figures: Figures, days: Dates, first: int, count: int) -> Floats:
    """Return the calendar's factor on demand for `count` days from `first`: no randomness."""
    part = slice(first + PAD, first + PAD + count)
    weekday = days.weekday[part]
    out = np.array(figures.numbers("month"))[days.month[part] - 1]
    if "weekday" in figures.rows:
        out = out * np.array(figures.numbers("weekday"))[weekday]
        spring = days.spring[part]
        out = np.where((spring >= -7) & (spring < 0), out * figures.number("spring_before"), out)
        quiet = (spring >= 0) & (spring < 6)
        free = ~days.working[part] & (weekday < 5) & ~quiet
        out = np.where(free, out * figures.number("holiday"), out)
        return np.where(quiet, out * figures.number("spring_during"), out)
    return np.where(days.working[part], out, out * figures.number("weekend"))


def compound(
    source: np.random.Generator, orders: Ints, mean: float, cv: float, order_level: bool
) -> Ints:
    """Return the value of each day's orders, fen.

    Order by order each is lognormal with that mean and coefficient of variation; by day the sum
    of N orders is drawn at once as gamma with the same mean N·m and variance N·(cv·m)². Both
    have the first two moments of the compound sum.
    """
    if not order_level:
        return to_fen(source.gamma(orders / cv**2, mean * cv**2))
    sd = math.sqrt(math.log1p(cv**2))
    worth = to_fen(source.lognormal(math.log(mean) - sd**2 / 2, sd, int(orders.sum())))
    ends = np.concatenate([[0], np.cumsum(worth)])
    last = np.cumsum(orders)
    return ends[last] - ends[last - orders]


def sold(
    source: np.random.Generator, who: Who, expected: Floats, ticket: float
) -> tuple[Ints, Ints]:
    """Return orders and their value by day for expected takings in yuan by day."""
    figures = who.figures
    rate = expected / ticket
    if "weather_cv" in figures.rows:
        shape = 1.0 / figures.number("weather_cv") ** 2
        rate = rate * who.stream("weather").gamma(shape, 1.0 / shape, expected.size)
    orders = source.poisson(rate).astype(np.int64)
    worth = who.stream("worth")
    return orders, compound(worth, orders, ticket, figures.number("ticket_cv"), who.order_level)


def settle(
    who: Who, gross: Ints, refunds: Ints, cohort: Ints, orders: Ints, lag: Ints, fee_ppm: Ints
) -> Takings:
    """Return the takings table of channels × days from −LEAD on.

    `refunds` fall on their day, `cohort` is the same refunds by day of sale; a day's sale less
    its refunds, less the fee, arrives `lag` days later.
    """
    days = who.dates.days
    size = (CHANNELS, days)
    settled, fee = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    transit = np.zeros(CHANNELS, dtype=np.int64)
    worth = gross - cohort
    for channel in range(gross.shape[0]):
        wait = int(lag[channel])
        arriving = worth[channel, LEAD - wait : LEAD - wait + days]
        fee[channel] = round_div(arriving * fee_ppm[channel], 1_000_000)
        settled[channel] = arriving - fee[channel]
        before = gross[channel, :LEAD].sum() - worth[channel, : LEAD - wait].sum()
        transit[channel] = before - refunds[channel, :LEAD].sum()
    spare = [(0, CHANNELS - gross.shape[0]), (0, 0)]
    cut = slice(LEAD, LEAD + days)
    return Takings(
        gross=np.pad(gross[:, cut], spare),
        refunds=np.pad(refunds[:, cut], spare),
        orders=np.pad(orders[:, cut], spare),
        settled=settled,
        fee=fee,
        transit=transit,
        lag=np.pad(lag, (0, CHANNELS - gross.shape[0])),
    )


def fixed_costs(who: Who, source: np.random.Generator, month: float) -> tuple[list[Dues], int]:
    """Return wages, rent and services on their dates, and the monthly wages in fen.

    `month` is the expected sales of a month in yuan. All are known 35 days ahead.
    """
    days, figures = who.dates, who.figures
    starts = days.month_starts[days.month_starts < days.days + 60]
    payroll = _fen(month * uniform(source, who, "payroll"))
    payday = int(source.integers(5, 16))
    due = days.roll(starts + payday - 1)
    january = days.month[starts + PAD] == 1
    wages = np.where(january, round(payroll * figures.number("bonus")), payroll)
    rows = [_known(due, tables.WAGE, wages)]
    every = pick(source, figures.numbers("rent_months"))
    rent = _fen(month * uniform(source, who, "rent")) * every
    leased = starts[int(source.integers(every)) :: every]
    rows.append(_known(leased, tables.RENT, np.full(leased.size, rent)))
    base = month * uniform(source, who, "services")
    noise = who.stream("services").gamma(25.0, 1 / 25.0, starts.size)
    rows.append(_known(days.roll(starts + 19), tables.SERVICE, to_fen(base * noise)))
    return rows, payroll


def supplier_dues(known: Ints, due: Ints, amount: Ints, party: Ints | int) -> Dues:
    """Return purchase invoices: received on `known`, to be paid on `due`."""
    return _dues(known=known, due=due, kind=tables.SUPPLIER, amount=amount, party=party)


def traits(
    who: Who, source: np.random.Generator, month: float, cost: float, payroll: int
) -> Traits:
    """Return cash and lines: `month` expected sales and `cost` expected costs of a month, yuan."""
    bank, quick, counter = (
        who.market.numbers(key) for key in ("bank_rate", "quick_rate", "counter_markup")
    )
    draws = source.random(3).tolist()

    def ppm(ends: tuple[float, ...], draw: float) -> int:
        return round((ends[0] + (ends[1] - ends[0]) * draw) * 10_000)

    return columns(
        Traits,
        merchant=who.merchant,
        archetype=who.archetype,
        opening=_fen(cost * median(source, who, "runway")),
        turnover=_fen(month),
        payroll=payroll,
        bank_limit=_fen(month * uniform(source, who, "bank_line")) // 100_000 * 100_000,
        bank_rate=ppm(bank, draws[0]),
        quick_limit=_fen(month * uniform(source, who, "quick_line")) // 100_000 * 100_000,
        quick_rate=ppm(quick, draws[1]),
        counter=ppm(counter, draws[2]),
    )


def finish(who: Who, parts: list[Dues]) -> Dues:
    """Return the rows that are open on day 0 or come to be known within the run, and all that
    hang on a tender: a contract is judged to its end."""
    rows = tables.stack(parts)
    # A due day beyond the day table cannot be reached by any run.
    rows.due = np.minimum(rows.due, who.dates.days + TAIL - 1)
    within = (rows.known < who.dates.days) | (rows.cond >= 0)
    keep = (rows.due >= 0) & within & ((rows.amount > 0) | (rows.bill >= 0))
    return tables.take(rows, keep)


def draw_nothing(who: Who, *, opening: int, payroll: int) -> Drawn:
    """Return a merchant that has `opening` fen, no lines, and to whom nothing happens."""
    none = np.zeros((1, who.dates.days + LEAD), dtype=np.int64)
    one = np.ones(1, dtype=np.int64)
    takings = settle(who, none, none, none, none, one, one)
    firm = columns(Traits, **(dict.fromkeys(Traits.__slots__, 0) | {"merchant": who.merchant}))
    firm.archetype[:], firm.opening[:], firm.payroll[:] = who.archetype, opening, payroll
    dues = columns(Dues, **dict.fromkeys(Dues.__slots__, np.zeros(0)))
    return Drawn(firm, takings, dues, no_receipts(), no_bills(), no_tenders())


def no_receipts() -> Receipts:
    """Return an empty table."""
    return columns(Receipts, **dict.fromkeys(Receipts.__slots__, np.zeros(0)))


def no_bills() -> Bills:
    """Return an empty table."""
    return columns(Bills, **dict.fromkeys(Bills.__slots__, np.zeros(0)))


def no_tenders() -> Tenders:
    """Return an empty table."""
    return tables.none(Tenders)


def recourses(known: Ints, bill: Ints) -> Dues:
    """Return a claim per bill whose acceptor fails, a week after maturity; the amount is open."""
    return _dues(
        known=known, due=known + 7, kind=tables.SERVICE, amount=known * 0, party=-1, bill=bill
    )


def _known(due: Ints, kind: int, amount: Ints) -> Dues:
    return _dues(known=due - 35, due=due, kind=kind, amount=amount, party=-1)


def _dues(
    *,
    known: Ints,
    due: Ints,
    kind: Ints | int,
    amount: Ints,
    party: Ints | int,
    bill: Ints | int = -1,
) -> Dues:
    return columns(
        Dues,
        owner=0,
        known=known,
        due=due,
        kind=kind,
        amount=amount,
        party=party,
        cond=ALWAYS,
        bill=bill,
    )


def _fen(yuan: float) -> int:
    return round(yuan * 100)
