"""Firms that sell on invoice and are paid in bills: the contractor and the small manufacturer.

The two differ by their figures alone: a contractor has few large invoices and lives on tenders, a
manufacturer has more and smaller ones, is paid mostly in bills and rarely bids.
"""

from __future__ import annotations

import numpy as np

from .. import tables
from ..dates import TAIL
from ..fen import Ints
from ..tables import Dues, Takings
from .bills import paid_by_bill
from .common import CHANNELS, LEAD, YEAR, recourses
from .costs import fixed_costs, traits
from .demand import sold
from .group import Group, GroupDrawn
from .invoices import invoices, materials, receivables
from .tenders import draw_tenders


def draw_industry(group: Group) -> GroupDrawn:
    """Return invoices, bills, tenders and a small counter trade paid by wallet the next day."""
    yearly = group.median("sales_year")
    month = yearly / 12
    fixed, payroll = fixed_costs(group, month)
    jobs = invoices(group, yearly)
    issued = jobs.until(group.dates.days)
    receipts, red = receivables(group, issued)
    receipts, bills = paid_by_bill(group, issued, receipts, red)
    tenders, contracts, income = draw_tenders(group, yearly)
    failing = np.flatnonzero(bills.fails)
    claims = recourses(bills.matures[failing], failing)
    claims.owner = bills.owner[failing]
    dues = _kept(group, tables.stack([*fixed, materials(group, jobs), contracts, claims]))
    bills.recourse[dues.bill[dues.bill >= 0]] = np.flatnonzero(dues.bill >= 0)
    counter = yearly * (group.figures.number("counter_share") / YEAR)
    expected = np.broadcast_to(counter, (group.dates.days + LEAD, group.size)).copy()
    orders, taken = sold(group, expected, group.uniform("ticket"))
    return GroupDrawn(
        traits=traits(group, month, month * 0.95, payroll),
        sold=taken[LEAD:],
        settled=taken[LEAD - 1 : -1],
        fee=np.broadcast_to(np.int64(0), (group.dates.days, group.size)),
        transit=taken[LEAD - 1].copy(),
        takings=_takings(group, taken, orders) if group.detail else (),
        dues=dues,
        receipts=tables.stack([receipts, income]),
        bills=bills,
        tenders=tenders,
    )


def _kept(group: Group, dues: Dues) -> Dues:
    """Return the rows that are open on day 0 or come to be known within the run, and all that
    hang on a tender: a contract is judged to its end."""
    days = group.dates.days
    dues.due = np.minimum(dues.due, days + TAIL - 1)
    within = (dues.known < days) | (dues.cond >= 0)
    return tables.take(dues, (dues.due >= 0) & within & ((dues.amount > 0) | (dues.bill >= 0)))


def _takings(group: Group, taken: Ints, orders: Ints) -> tuple[Takings, ...]:
    """Return the counter trade by channel: all of it in the first."""
    days, out = group.dates.days, list[Takings]()
    for place in range(group.size):
        rows = np.zeros((5, CHANNELS, days), dtype=np.int64)
        gross, refunds, made, settled, fee = rows
        gross[0], made[0] = taken[LEAD:, place], orders[LEAD:, place]
        settled[0] = taken[LEAD - 1 : -1, place]
        transit, lag = np.zeros((2, CHANNELS), dtype=np.int64)
        transit[0], lag[0] = taken[LEAD - 1, place], 1
        out.append(Takings(gross, refunds, made, settled, fee, transit, lag))
    return tuple(out)
