"""What a group's members owe whatever they decide: wages, rent, services, goods, tax; lines."""

from __future__ import annotations

import numpy as np

from .. import tables
from ..dates import PAD, TAIL
from ..fen import Floats, Ints, to_fen
from ..tables import ALWAYS, Dues, Traits, columns
from .common import YEAR
from .demand import skewed
from .group import Group

_AHEAD = 35
"""Days before a fixed payment falls due from which it is known."""


def fixed_costs(group: Group, month: Floats) -> tuple[list[Dues], Ints]:
    """Return wages, rent and services on their dates, and the monthly wages in fen.

    `month` is each member's expected sales of a month in yuan. All are known 35 days ahead.
    """
    days, figures = group.dates, group.figures
    starts = days.month_starts[days.month_starts < days.days + 2 * _AHEAD]
    number = np.arange(starts.size)[:, None]
    payroll = to_fen(month * group.uniform("payroll"))
    payday = group.whole("payday", 11) + 4
    january = (days.month[starts + PAD] == 1)[:, None]
    bonus = np.rint(payroll * figures.number("bonus")).astype(np.int64)
    wages = np.where(january, bonus, payroll)
    every = group.pick("rent_months", "rent_months")
    rent = to_fen(month * group.uniform("rent")) * every
    leased = number % every == (group.trait("rent_start") * every).astype(np.int64)
    # A twenty-fifth: a coefficient of variation of 20 %.
    noise = skewed(group.normals("services", 0, starts.size), np.full((1, 1), 1 / 25.0))
    services = to_fen(month * group.uniform("services") * noise)
    plan = (
        (tables.WAGE, days.roll(starts[:, None] + payday), wages),
        (tables.RENT, starts[:, None], np.where(leased, rent, 0)),
        (tables.SERVICE, days.roll(starts + 19)[:, None], services),
    )
    rows = [_dues(group, due - _AHEAD, due, kind, amount, -1) for kind, due, amount in plan]
    return rows, payroll


def goods(group: Group, when: Ints, amount: Ints) -> Dues:
    """Return goods invoices, numbers × members, each from one of the suppliers on its terms.

    Invoice `n` comes on day `when[n]` from a supplier drawn for that number.
    """
    figures = group.figures
    suppliers = int(figures.number("suppliers"))
    offered = np.array(figures.numbers("terms")).astype(np.int64)
    terms = offered[(group.grid("terms", 0, suppliers) * offered.size).astype(np.int64)]
    party = (group.grid("goods", 0, when.shape[0]) * suppliers).astype(np.int64)
    known = np.maximum(when, 1 - PAD)
    due = group.dates.roll(known + terms[party, np.arange(group.size)])
    return _dues(group, known, due, tables.SUPPLIER, amount, party)


def traits(group: Group, month: Floats, cost: Floats, payroll: Ints) -> Traits:
    """Return cash and lines: `month` expected sales and `cost` expected costs of a month, yuan."""

    def ppm(key: str) -> Ints:
        low, high = group.market.numbers(key)
        per_cent = low + (high - low) * group.trait(key)
        return np.rint(per_cent * 10_000).astype(np.int64)

    def line(key: str) -> Ints:
        return to_fen(month * group.uniform(key)) // 100_000 * 100_000

    return columns(
        Traits,
        merchant=group.merchants,
        archetype=group.archetype,
        opening=to_fen(cost * group.median("runway")),
        turnover=to_fen(month),
        payroll=payroll,
        bank_limit=line("bank_line"),
        bank_rate=ppm("bank_rate"),
        quick_limit=line("quick_line"),
        quick_rate=ppm("quick_rate"),
        counter=ppm("counter_markup"),
    )


def monthly(day: Floats) -> Floats:
    """Return the expected sales of a month for those of a day."""
    return day * (YEAR / 12)


def _dues(group: Group, known: Ints, due: Ints, kind: int, amount: Ints, party: Ints | int) -> Dues:
    """Return payments, tables that broadcast to events × members, as rows: those that are open on
    day 0 or come to be known within the run."""
    shape = np.broadcast_shapes(known.shape, due.shape, amount.shape)
    within = (due >= 0) & (known < group.dates.days) & (amount > 0)
    rows = np.flatnonzero(np.broadcast_to(within, shape))
    event = rows // group.size

    def column(values: Ints) -> Ints:
        if values.shape == (shape[0], 1):
            return np.take(values, event, mode="clip")
        return np.take(np.broadcast_to(values, shape).reshape(-1), rows, mode="clip")

    return columns(
        Dues,
        owner=rows - event * group.size,
        known=column(known),
        due=np.minimum(column(due), group.dates.days + TAIL - 1),
        kind=kind,
        amount=column(amount),
        party=column(party) if isinstance(party, np.ndarray) else party,
        cond=ALWAYS,
        bill=-1,
    )
