"""Sales on invoice: when a firm invoices whom, when they pay, what they send back, what it buys.

Customers are persons: each has its terms, its own readiness to pay late and by how much, and
months of trouble in which nothing that was sold to it is ever paid, so that slow payers stay slow
and bad debts come in clusters. Every draw is a cell of a stream: the invoice's day and place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .. import tables
from ..dates import PAD, TAIL
from ..fen import Flags, Floats, Ints, round_div, share, to_fen
from ..tables import ALWAYS, NEVER, Dues, Receipts, columns
from .common import YEAR, season
from .group import Group

BACK = 240
"""Days before day 0 from which invoices are drawn: the longest usual wait for a payment."""

SLOTS = 6
"""Invoices that one day has at most."""

TROUBLE = 3
"""Months for which a customer in trouble pays nothing of what it is sold then."""

_LOG2_E = 1.4426950408889634
_PPM = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Issued:
    """Sales invoices, by member and day; `cell` is the index of an invoice's draws."""

    owner: Ints
    day: Ints
    cell: Ints
    amount: Ints
    party: Ints

    def draw(self, group: Group, name: str) -> Floats:
        """Return one uniform draw per invoice."""
        return group.cells(name, self.cell, self.owner)

    def until(self, day: int) -> Issued:
        """Return the invoices before a day."""
        rows = np.flatnonzero(self.day < day)
        return Issued(
            *(c[rows] for c in (self.owner, self.day, self.cell, self.amount, self.party))
        )


def invoices(group: Group, yearly: Floats) -> Issued:
    """Return the invoices of members that sell `yearly` yuan a year, from day −BACK on, and beyond
    the run's end those for which goods are bought before it.

    A day has none or a few, all to one customer, as large sales are cut at the invoice ceiling.
    """
    figures = group.figures
    count = group.dates.days + BACK + round(figures.numbers("materials_lead")[1])
    active = figures.number("active_day")
    usual = season(figures, group.dates, -BACK, round(YEAR))
    factor = season(figures, group.dates, -BACK, count)
    chance = np.minimum(1.0, active * factor / max(float(usual.mean()), 1e-9))
    days, owner = np.nonzero(group.grid("invoice_day", 0, count) < chance[:, None])
    more = 1.0 - 1.0 / figures.number("invoices_day")
    tails = np.array([more**slot for slot in range(SLOTS)])
    number = group.cells("invoice_number", days, owner)[:, None] < tails
    row, slot = np.nonzero(number)
    party = np.minimum(
        np.searchsorted(_weights(group), group.cells("invoice_customer", days, owner)),
        int(figures.number("customers")) - 1,
    )
    days, owner, party = days[row], owner[row], party[row]
    order = np.argsort(owner, kind="stable")
    days, owner, party, slot = days[order], owner[order], party[order], slot[order]
    cell = days * SLOTS + slot
    mean = yearly[owner] / (active * YEAR * tails.sum())
    sd = figures.number("invoice_sd")
    worth = lognormal(group.cells("invoice_amount", cell, owner), sd, mean_one=True) * mean
    return Issued(owner, days - BACK, cell, to_fen(np.minimum(worth, 8 * mean)), party)


def receivables(group: Group, issued: Issued) -> tuple[Receipts, Flags]:
    """Return what customers owe, when each invoice is really paid, and which rows are red or have
    a red one; red rows come after all others."""
    figures, owner, party = group.figures, issued.owner, issued.party
    number = int(figures.number("customers"))
    offered = np.array(figures.numbers("customer_terms")).astype(np.int64)
    terms = offered[(group.grid("customer_terms", 0, number) * offered.size).astype(np.int64)]
    due = issued.day + terms[party, owner]
    late = issued.draw(group, "invoice_late") < _readiness(group, number)[party, owner]
    rows = np.flatnonzero(late)
    delay = gamma(1.2, group.cells("invoice_delay", issued.cell[rows], owner[rows]))
    delay *= figures.number("late_days") * _slowness(group, number)[party[rows], owner[rows]]
    paid = due.copy()
    paid[rows] += np.rint(delay).astype(np.int64)
    paid = np.where(in_trouble(group, issued), NEVER, roll(group, paid))
    plain = columns(
        Receipts,
        owner=owner,
        issued=issued.day,
        due=due,
        paid=paid,
        amount=issued.amount,
        party=party,
        cond=ALWAYS,
        bond=0,
        bill=-1,
        pair=-1,
    )
    return _with_red(group, issued, plain)


def in_trouble(group: Group, issued: Issued) -> Flags:
    """Return which invoices fall into a time in which their customer pays nothing."""
    starts = group.dates.month_starts
    month = np.maximum(np.searchsorted(starts, issued.day, side="right") - 1, 0) + TROUBLE
    chance = group.figures.number("bad") / TROUBLE
    out = np.zeros(month.size, dtype=np.bool_)
    for back in range(TROUBLE):
        cell = (month - back) * 64 + issued.party
        out |= group.cells("customer_trouble", cell, issued.owner) < chance
    return out


def _with_red(group: Group, issued: Issued, plain: Receipts) -> tuple[Receipts, Flags]:
    """Return the rows with red invoices added: the whole of some, a part of others is sent back
    or let off before it is paid, and set off on the day of payment."""
    chosen = issued.draw(group, "red") < group.figures.number("red")
    day = issued.day + 3 + (issued.draw(group, "red_day") * 20).astype(np.int64)
    chosen &= (day < plain.paid) & (plain.paid < NEVER)
    rows = np.flatnonzero(chosen)
    part = issued.draw(group, "red_part")[rows]
    # Two in five are taken back whole.
    ppm = np.where(part < 0.4, _PPM, np.rint((part - 0.35) * _PPM)).astype(np.int64)
    red = tables.take(plain, rows)
    red.issued, red.amount = day[rows], -share(plain.amount[rows], ppm)
    plain.pair[rows] = red.pair = issued.cell[rows]
    both = np.concatenate([chosen, np.ones(rows.size, dtype=np.bool_)])
    return tables.stack([plain, red]), both


def materials(group: Group, issued: Issued) -> Dues:
    """Return what is bought for each invoice: ahead of it, paid on the supplier's terms."""
    figures = group.figures
    number = int(figures.number("suppliers"))
    offered = np.array(figures.numbers("terms")).astype(np.int64)
    terms = offered[(group.grid("terms", 0, number) * offered.size).astype(np.int64)]
    low, high = figures.numbers("materials_lead")
    lead = low + np.floor(issued.draw(group, "materials_lead") * (high - low + 1))
    party = (issued.draw(group, "materials_supplier") * number).astype(np.int64)
    known = np.maximum(issued.day - lead.astype(np.int64), 1 - PAD)
    ppm = np.rint(group.uniform("materials") * _PPM).astype(np.int64)[issued.owner]
    return columns(
        Dues,
        owner=issued.owner,
        known=known,
        due=roll(group, known + terms[party, issued.owner]),
        kind=tables.SUPPLIER,
        amount=round_div(issued.amount * ppm, _PPM),
        party=party,
        cond=ALWAYS,
        bill=-1,
    )


def roll(group: Group, days: Ints) -> Ints:
    """Return the first working day on or after each; days beyond the day table are its last."""
    last = group.dates.days + TAIL - 1
    return group.dates.roll(np.minimum(days, last - 40))


def _weights(group: Group) -> Floats:
    """Return summed shares of customers: the top one's, the others' fall as 1 / k."""
    figures = group.figures
    top, rest = figures.number("top_customer"), 1.0 / np.arange(2, figures.number("customers") + 1)
    return np.cumsum(np.concatenate([[top], (1 - top) * rest / rest.sum()]))


def _readiness(group: Group, number: int) -> Floats:
    """Return each customer's chance of paying late, customers × members: a beta distribution."""
    from scipy.special import betaincinv  # pyright: ignore[reportMissingTypeStubs]

    late, spread = group.figures.number("late"), group.figures.number("late_spread")
    draw = group.grid("customer_late", 0, number)
    return betaincinv(late * spread, (1.0 - late) * spread, draw)


def _slowness(group: Group, number: int) -> Floats:
    """Return each customer's factor on the mean delay, customers × members: mean 1."""
    return gamma(2.0, group.grid("customer_slow", 0, number))


def gamma(shape: float, draw: Floats) -> Floats:
    """Return gamma draws of that shape and mean 1."""
    from scipy.special import gammaincinv  # pyright: ignore[reportMissingTypeStubs]

    return gammaincinv(shape, draw) / shape


def lognormal(draw: Floats, sd: float, *, mean_one: bool) -> Floats:
    """Return lognormal draws of that log-SD, of mean 1 or else of median 1."""
    from scipy.special import exp2  # pyright: ignore[reportMissingTypeStubs]

    # exp2 of scipy is scalar code: its bits do not depend on a processor's vector units.
    return exp2(_LOG2_E * (sd * normal(draw) - (sd**2 / 2 if mean_one else 0.0)))


def normal(draw: Floats) -> Floats:
    """Return standard normal draws for uniform ones."""
    from scipy.special import ndtri  # pyright: ignore[reportMissingTypeStubs]

    return ndtri(draw)
