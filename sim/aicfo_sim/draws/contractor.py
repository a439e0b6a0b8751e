"""The contractor: few large invoices, customers who pay late or by bill, tenders."""

from __future__ import annotations

import math

import numpy as np

from .. import tables
from ..dates import PAD
from ..fen import Floats, Ints, share, to_fen
from ..tables import ALWAYS, NEVER, Bills, Dues, Receipts, columns
from .common import (
    LEAD,
    YEAR,
    Drawn,
    Who,
    finish,
    fixed_costs,
    median,
    pick,
    recourses,
    sales_tax,
    season,
    settle,
    sold,
    supplier_dues,
    traits,
    uniform,
)
from .tenders import draw_tenders

BACK = 240
"""Days before day 0 from which invoices are drawn: the longest usual wait for a payment."""


def draw_contractor(who: Who) -> Drawn:
    """Return a contractor: invoices, bills, tenders and a small counter trade."""
    source = who.stream("traits")
    days = who.dates.days
    yearly = median(source, who, "sales_year")
    month = yearly / 12
    fixed, payroll = fixed_costs(who, source, month)
    firm = traits(who, source, month, month * 0.95, payroll)
    issued, amount = _invoices(who, yearly)
    receipts = _customers(who, source, issued, amount)
    bought = _materials(who, source, issued, amount)
    tenders, won_dues, won_receipts = draw_tenders(who, yearly)
    receipts, bills = _pay_by_bill(who, source, receipts)
    receipts = tables.stack([receipts, won_receipts])
    failing = np.flatnonzero(bills.fails)
    claims = recourses(bills.matures[failing], failing)
    counter = yearly / YEAR * who.figures.number("counter_share")
    ticket = uniform(source, who, "ticket")
    expected = np.full(days + LEAD, counter)
    orders, taken = sold(who.stream("sales"), who, expected, ticket)
    nothing, one = np.zeros((1, taken.size), dtype=np.int64), np.ones(1, dtype=np.int64)
    takings = settle(who, taken[None, :], nothing, nothing, orders[None, :], one, one * 0)
    sales = np.zeros(days + LEAD, dtype=np.int64)
    inside = (issued >= -LEAD) & (issued < days)
    np.add.at(sales, issued[inside] + LEAD, amount[inside])
    taxes = sales_tax(who, sales + taken, -LEAD)
    dues = finish(who, [*fixed, taxes, bought, won_dues, claims])
    bills.recourse[dues.bill[dues.bill >= 0]] = np.flatnonzero(dues.bill >= 0)
    return Drawn(firm, takings, dues, receipts, bills, tenders)


def _invoices(who: Who, yearly: float) -> tuple[Ints, Ints]:
    """Return day and amount of all sales invoices outside tenders."""
    figures, source = who.figures, who.stream("invoices")
    count = who.dates.days + BACK
    active = figures.number("active_day")
    factor = season(figures, who.dates, -BACK, count)
    # The mean factor of a year is about 5/7; the share of active days is kept by it.
    chance = np.minimum(1.0, active * factor / max(float(factor.mean()), 1e-9))
    days = np.flatnonzero(source.random(count) < chance)
    sd = figures.number("invoice_sd")
    mean = yearly / (active * YEAR)
    worth = source.lognormal(math.log(mean) - sd**2 / 2, sd, days.size)
    return days - BACK, to_fen(np.minimum(worth, 8 * mean))


def _customers(who: Who, source: np.random.Generator, issued: Ints, amount: Ints) -> Receipts:
    """Return what customers owe and when each invoice is really paid."""
    figures = who.figures
    number = int(figures.number("customers"))
    top = figures.number("top_customer")
    rest = 1.0 / np.arange(2, number + 1)
    weights: Floats = np.concatenate([[top], (1 - top) * rest / rest.sum()])
    terms = np.array([pick(source, figures.numbers("customer_terms")) for _ in range(number)])
    pays = who.stream("payments")
    party = pays.choice(number, size=issued.size, p=weights / weights.sum())
    due = issued + terms[party]
    delay = np.rint(pays.gamma(1.2, figures.number("late_days") / 1.2, issued.size))
    late = pays.random(issued.size) < figures.number("late")
    bad = pays.random(issued.size) < figures.number("bad")
    paid = who.dates.roll(np.minimum(due + np.where(late, delay, 0).astype(np.int64), _last(who)))
    return columns(
        Receipts,
        owner=0,
        issued=issued,
        due=due,
        paid=np.where(bad, NEVER, paid),
        amount=amount,
        party=party,
        cond=ALWAYS,
        bond=0,
        bill=-1,
    )


def _pay_by_bill(
    who: Who, source: np.random.Generator, receipts: Receipts
) -> tuple[Receipts, Bills]:
    """Return the receipts, some of them now paid by bill, and those bills."""
    figures, draws = who.figures, who.stream("bills")
    count = receipts.owner.size
    use = draws.random(count) < uniform(source, who, "by_bill")
    mix = np.array(figures.numbers("bill_classes"))
    code = draws.choice(mix.size, size=count, p=mix / mix.sum())
    left = draws.integers(60, 181, count)
    whole = draws.random(count) < 0.15
    fails = draws.random(count) < np.array(figures.numbers("bill_default"))[code]
    # Bills of below ten thousand yuan are not worth drawing.
    by_bill = use & (receipts.amount >= 1_000_000) & (receipts.paid < NEVER) & (receipts.bond == 0)
    matures = receipts.paid + left
    # Of the bills that would be on hand on day 0, half were passed on before: those are gone.
    gone = by_bill & (receipts.paid < 0) & ((matures < 0) | (draws.random(count) < 0.5))
    rows = np.flatnonzero(by_bill & ~gone & (receipts.paid < who.dates.days))
    bills = columns(
        Bills,
        owner=0,
        received=receipts.paid[rows],
        drawn=receipts.paid[rows] - draws.integers(0, 4, count)[rows],
        matures=matures[rows],
        face=receipts.amount[rows],
        code=code[rows],
        whole=whole[rows],
        fails=fails[rows],
        party=receipts.party[rows],
        cond=receipts.cond[rows],
        recourse=-1,
    )
    receipts.bill[rows] = np.arange(rows.size)
    open_rows = np.flatnonzero((receipts.paid >= 0) | (receipts.bill >= 0))
    return tables.take(receipts, open_rows), bills


def _materials(who: Who, source: np.random.Generator, issued: Ints, amount: Ints) -> Dues:
    """Return materials for each job: bought before its invoice, paid on the supplier's terms."""
    figures = who.figures
    number = int(figures.number("suppliers"))
    terms = np.array([pick(source, figures.numbers("terms")) for _ in range(number)])
    cost = uniform(source, who, "materials")
    draws = who.stream("materials")
    low, high = figures.numbers("materials_lead")
    lead = draws.integers(int(low), int(high) + 1, issued.size)
    party = draws.integers(number, size=issued.size)
    known = np.maximum(issued - lead, 1 - PAD)
    due = who.dates.roll(known + terms[party])
    return supplier_dues(known, due, share(amount, round(cost * 1_000_000)), party)


def _last(who: Who) -> int:
    """Latest day number that the day table can roll."""
    return who.dates.days + 700


def takes_bills(who: Who) -> list[tuple[str, ...]]:
    """Return for each supplier the kinds of bills it takes, from the merchant's own stream."""
    none, bank, _ = who.figures.numbers("supplier_bills")
    out = list[tuple[str, ...]]()
    for draw in who.stream("supplier_bills").random(int(who.figures.number("suppliers"))).tolist():
        kinds = () if draw < none else ("bank",) if draw < none + bank else ("bank", "trade")
        out.append(kinds)
    return out
