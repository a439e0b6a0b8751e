"""A farm: inputs bought before the season on terms, money when the harvest is sold."""

from __future__ import annotations

import numpy as np

from .. import tables
from ..dates import PAD
from ..effects.prices import price_path
from ..fen import Ints, to_fen
from ..tables import ALWAYS, NEVER, Dues, Receipts, columns
from .common import (
    LEAD,
    YEAR,
    Drawn,
    Who,
    compound,
    finish,
    median,
    no_bills,
    no_tenders,
    pick,
    settle,
    supplier_dues,
    traits,
    uniform,
)

YEARS_BEFORE = 2
"""Seasons before the year of day 0 that may still be owed or paid."""

FARMS = ((0, 1), (2,), (3,))
"""Fields that each kind of farm grows: wheat then maize, rice, fruit."""

_PARTS = 4
"""Sales of one harvest."""

_STATE = 2
"""Number of the party that pays subsidies: it comes after the buyers of the harvest."""


def draw_farmer(who: Who) -> Drawn:
    """Return a farm of one kind: grain in two seasons, rice, or fruit."""
    figures, days = who.figures, who.dates
    source = who.stream("traits")
    mix = np.cumsum(np.array(figures.numbers("farms")))
    kind = int(np.searchsorted(mix, float(source.random()) * float(mix[-1]), side="right"))
    fields = FARMS[min(kind, len(FARMS) - 1)]
    land = median(source, who, "land") * figures.numbers("land_factor")[kind]
    expected = [_worth(who, field) * land for field in fields]
    yearly = sum(expected)
    month = yearly / 12
    terms = [
        pick(source, figures.numbers("terms")) for _ in range(int(figures.number("suppliers")))
    ]
    sales_terms = [pick(source, figures.numbers("customer_terms")) for _ in range(2)]
    money, costs = list[Receipts](), list[Dues]()
    for field in fields:
        costs += [*_inputs(who, field, land, terms), _harvesting(who, field, land)]
        money.append(_harvest(who, field, land, sales_terms))
    money.append(_subsidy(who, land))
    payroll = round(month * uniform(source, who, "payroll") * 100)
    costs += _running(who, source, land, payroll)
    firm = traits(who, source, month, month * 0.8, payroll)
    counter = yearly / YEAR * figures.number("counter_share")
    ticket = uniform(source, who, "ticket")
    rate = np.full(days.days + LEAD, counter / ticket)
    orders = np.asarray(who.stream("orders").poisson(rate), dtype=np.int64)
    cv = figures.number("ticket_cv")
    taken = compound(who.stream("tickets"), orders, ticket, cv, who.order_level)
    nothing, one = np.zeros((1, taken.size), dtype=np.int64), np.ones(1, dtype=np.int64)
    takings = settle(who, taken[None, :], nothing, nothing, orders[None, :], one, one * 0)
    receipts = tables.stack(money)
    within = (receipts.paid >= 0) & (receipts.issued < days.days)
    open_rows = np.flatnonzero(within & (receipts.amount > 0))
    receipts = tables.take(receipts, open_rows)
    return Drawn(firm, takings, finish(who, costs), receipts, no_bills(), no_tenders())


def _worth(who: Who, field: int) -> float:
    """Return what a mu of a field is expected to sell for in a season, yuan."""
    return who.figures.numbers("yield")[field] * who.figures.numbers("price")[field]


def _seasons(who: Who, key: str, field: int) -> Ints:
    """Return the day on which the month named by a figure begins, year by year.

    Years start at a fixed number before day 0 and reach beyond the run, in order, so that a
    draw per year does not depend on how long the run is.
    """
    origin, month = who.dates.origin, int(who.figures.numbers(key)[field])
    last = who.dates.at(who.dates.days).year + 1
    return np.array(
        [
            who.dates.number(origin.replace(year=year, month=month, day=1))
            for year in range(origin.year - YEARS_BEFORE, last + 1)
        ],
        dtype=np.int64,
    )


def _inputs(who: Who, field: int, land: float, terms: list[int]) -> list[Dues]:
    """Return seed, fertiliser and plant protection: three fifths at sowing, the rest in growth."""
    begins = _seasons(who, "sowing", field)
    dear = who.stream(f"inputs{field}").gamma(100.0, 0.01, (begins.size, 2))
    cost = who.figures.numbers("inputs")[field] * land
    out = list[Dues]()
    for part, (much, after) in enumerate(((0.6, 6), (0.4, 48))):
        party = (part + field) % len(terms)
        known, amount = _table(begins + after, to_fen(cost * much * dear[:, part]))
        due = who.dates.roll(np.minimum(known + terms[party], _last(who)))
        out.append(supplier_dues(known, due, amount, party))
    return out


def _harvesting(who: Who, field: int, land: float) -> Dues:
    """Return machines and hands hired for the harvest, paid in its month whatever it yields."""
    begins = _seasons(who, "harvest", field)
    cost = round(who.figures.numbers("harvesting")[field] * land * 100)
    due, amount = _table(begins + 20, np.full(begins.size, cost))
    return _plain(who, due, tables.SERVICE, amount)


def _harvest(who: Who, field: int, land: float, terms: list[int]) -> Receipts:
    """Return what the harvest brings: sold in four parts at the price of each day.

    The weather of a season moves the yield of all of them; a bad year (hail, flood, drought) takes
    a part of it. A buyer pays on its terms, some later.
    """
    figures = who.figures
    begins = _seasons(who, "harvest", field)
    cv, size = figures.numbers("yield_cv")[field], begins.size
    grown = who.stream(f"weather{field}").gamma(1 / cv**2, cv**2, size)
    bad = who.stream(f"disaster{field}").random((size, 2))
    low, high = figures.numbers("disaster_loss")
    lost = np.where(bad[:, 0] < figures.number("disaster"), low + (high - low) * bad[:, 1], 0.0)
    worth = np.minimum(grown, 1.8) * (1.0 - lost) * _worth(who, field) * land
    draws = who.stream(f"sold{field}").random((size, _PARTS, 4))
    days = begins[:, None] + 20 + np.arange(_PARTS) * 12 + (draws[:, :, 0] * 10).astype(np.int64)
    path = price_path(who, field, -371)
    price = path[np.clip(days, 0, path.size - 1)] / 1_000_000
    amount = to_fen(worth[:, None] / _PARTS * price)
    party = (draws[:, :, 1] * len(terms)).astype(np.int64)
    late = draws[:, :, 2] < figures.number("late")
    wait = np.rint(draws[:, :, 3] * 2 * figures.number("late_days")).astype(np.int64)
    due = days + np.array(terms)[party]
    paid = due + np.where(late, wait, 0)
    return _owed(who, days, due, paid, amount, party)


def _subsidy(who: Who, land: float) -> Receipts:
    """Return the yearly subsidy by land, paid at the end of spring by the state's own account."""
    figures, days = who.figures, who.dates
    begins = np.array(
        [
            days.number(days.origin.replace(year=year, month=5, day=1))
            for year in range(days.origin.year - YEARS_BEFORE, days.at(days.days).year + 2)
        ],
        dtype=np.int64,
    )
    when = begins + (who.stream("subsidy").random(begins.size) * 60).astype(np.int64)
    amount = np.full(when.size, round(figures.number("subsidy") * land * 100))
    return _owed(who, when, when, when, amount, np.full(when.size, _STATE))


def _running(who: Who, source: np.random.Generator, land: float, payroll: int) -> list[Dues]:
    """Return the household and hands month by month, and the yearly rent of the land."""
    days = who.dates
    starts = days.month_starts[days.month_starts < days.days + 60]
    wages = _plain(who, days.roll(starts + 9), tables.WAGE, np.full(starts.size, payroll))
    november = starts[days.month[starts + PAD] == 11]
    rent = round(uniform(source, who, "rent_mu") * land * 100)
    return [wages, _plain(who, days.roll(november + 14), tables.RENT, np.full(november.size, rent))]


def _table(when: Ints, amount: Ints) -> tuple[Ints, Ints]:
    """Return those days, with their amounts, that the day table reaches back to."""
    inside = when > -PAD
    return when[inside], amount[inside]


def _plain(who: Who, due: Ints, kind: int, amount: Ints) -> Dues:
    """Return payments to nobody in particular, known 35 days ahead."""
    when = who.dates.roll(np.minimum(due, _last(who)))
    return columns(
        Dues,
        owner=0,
        known=when - 35,
        due=when,
        kind=kind,
        amount=amount,
        party=-1,
        cond=ALWAYS,
        bill=-1,
    )


def _owed(who: Who, issued: Ints, due: Ints, paid: Ints, amount: Ints, party: Ints) -> Receipts:
    flat = issued.ravel() > -PAD
    last = _last(who)
    come = who.dates.roll(np.clip(paid.ravel()[flat], 1 - PAD, last))
    values = {
        "owner": 0,
        "issued": np.minimum(issued.ravel()[flat], last),
        "due": np.minimum(due.ravel()[flat], last),
        "paid": np.where(paid.ravel()[flat] > last, NEVER, come),
        "amount": amount.ravel()[flat],
        "party": party.ravel()[flat],
        "cond": ALWAYS,
        "bond": 0,
    }
    # Nothing else is true of these invoices: no bill pays them.
    return columns(Receipts, **(dict.fromkeys(Receipts.__slots__, -1) | values))


def _last(who: Who) -> int:
    """Latest day number that the day table can roll."""
    return who.dates.days + 700
