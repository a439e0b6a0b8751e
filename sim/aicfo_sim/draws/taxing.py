"""What a group's members owe to the state and to insurers, from what they sell, buy and pay.

One rule for all archetypes, applied to their draws: it reads takings, invoices and costs whatever
drew them. The rules of law are in `aicfo_sim.taxes`.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from .. import tables, taxes
from ..dates import PAD, TAIL, Dates
from ..fen import Flags, Ints, share
from ..scenario import ARCHETYPES
from ..tables import ALWAYS, RENT, SERVICE, SOCIAL, SUPPLIER, TAX, WAGE, Dues, columns
from ..taxes import Law
from .common import Who
from .group import Group, GroupDrawn


class Form(NamedTuple):
    """A firm in the eyes of the law: place in `vat_input` of its VAT rate, and who it is."""

    vat: int
    individual: bool = False
    """个体工商户: its profit is its owner's income."""
    exempt: bool = False
    """Own produce of farmers bears neither VAT nor income tax."""


GOODS, WORKS, SERVICES = range(3)

FORMS = {
    "shop": Form(GOODS, individual=True),
    "ecommerce": Form(GOODS),
    "contractor": Form(WORKS),
    "restaurant": Form(SERVICES),
    "manufacturer": Form(GOODS),
    "farmer": Form(GOODS, individual=True, exempt=True),
}


class _Month(NamedTuple):
    """Sums of one month by member, fen; sales and what is bought with VAT inside."""

    sales: Ints
    bought: Ints
    """Goods, rent, services, platforms' fees."""
    labour: Ints
    output: Ints
    """VAT inside the sales at the rate of general taxpayers."""
    paid: Ints
    """VAT inside what is bought that comes with a special invoice."""


def levied(drawn: GroupDrawn, group: Group) -> GroupDrawn:
    """Return the draws with taxes and contributions among what is owed.

    Labour cost becomes wages and contributions of the same sum. Taxes of a period are known on
    the day after it and due by the deadline of that month. Months that began before day 0 are
    taken at the firm's expected sales, so that they are the same whatever the run's length.
    """
    owed = _taxes(drawn, group)
    contributions = _contributions(drawn, group)
    dues = tables.stack([drawn.dues, contributions, owed])
    return drawn._replace(dues=dues)


@lru_cache(maxsize=16)
def _months(days: Dates) -> tuple[Ints, Ints]:
    """Return first day numbers and deadlines of months, from a whole quarter before day 0 on."""
    firsts = days.month_starts
    quarters = firsts[(days.month[firsts + PAD] % 3 == 1) & (firsts < 0)]
    firsts = firsts[(firsts >= quarters[-2]) & (firsts < days.days + 62)]
    return firsts, taxes.deadlines(days, firsts)


def is_general(who: Who, turnover: int) -> bool:
    """Return whether a merchant with so much expected sales of a month is a general taxpayer."""
    return bool(_generals(Group.of([who], detail=False), np.array([turnover]))[0])


def invoice_ppm(archetype: str, day: date, *, general: bool, own: bool) -> int:
    """Return the VAT rate of an invoice that a merchant writes (`own`) or gets, ppm.

    Firms that deduct input tax get special invoices for goods, others what small sellers write.
    """
    form, rules = FORMS[archetype], taxes.law(day)
    if own and form.exempt:
        return 0
    if not general:
        return rules.small_ppm
    return _rate(form, rules) if own else rules.goods_ppm


def _generals(group: Group, turnover: Ints) -> Flags:
    """Return who is a general taxpayer: by expected sales, or by a choice that is its own."""
    chance = group.market.numbers("vat_voluntary")[group.archetype]
    rules = taxes.law(group.dates.at(0))
    return taxes.is_general(turnover, group.trait("vat_general") < chance, rules)


def _taxes(drawn: GroupDrawn, group: Group) -> Dues:
    """Return VAT, surcharges and income tax: monthly VAT of general taxpayers, the rest by
    quarter, income tax on the year's profit so far."""
    days, size = group.dates, group.size
    firsts, last = _months(days)
    form = FORMS[ARCHETYPES[group.archetype]]
    if form.exempt:
        return tables.none(Dues)
    turnover = drawn.traits.turnover
    general = _generals(group, turnover)
    sums = _Sums(drawn, group, firsts, form)
    nothing = np.zeros(size, dtype=np.int64)
    credit = profit = paid_income = quarter = nothing
    rows = list[tuple[int, int, Ints]]()
    for n in range(firsts.size - 1):
        end = int(firsts[n + 1])
        if end > days.days:
            break
        month = int(days.month[firsts[n] + PAD])
        rules = taxes.law(days.at(end - 1))
        if month == 1:
            profit = paid_income = nothing
        relief = ~general | form.individual | (profit <= rules.income_small_year)
        now = sums.opening(n, rules) if firsts[n] < 0 else sums.month(n, rules)
        vat, credit = taxes.vat_general(now.output, now.paid, credit)
        extra = taxes.surcharges(vat, now.sales - now.output, rules, 1, relief=relief)
        gain = now.sales - now.output - now.bought + now.paid - now.labour - extra
        amount = np.where(general, vat + extra, 0)
        quarter = quarter + now.sales
        if month % taxes.QUARTER == 0:
            small = taxes.vat_small(quarter, rules)
            extra = taxes.surcharges(small, quarter - small, rules, 3, relief=relief)
            amount = np.where(general, amount, small + extra)
            profit = profit - np.where(general, 0, small + extra)
            quarter = nothing
        profit = profit + np.where(general, gain, now.sales - now.bought - now.labour)
        if month % taxes.QUARTER == 0:
            due = (
                taxes.business_tax(profit, rules, month)
                if form.individual
                else taxes.company_tax(profit, rules)
            )
            amount = amount + np.maximum(due - paid_income, 0)
            paid_income = np.maximum(due, paid_income)
        rows.append((end, int(last[n + 1]), amount))
    return _rows(group, rows)


class _Sums:
    """A group's sales and costs by month."""

    def __init__(self, drawn: GroupDrawn, group: Group, firsts: Ints, form: Form) -> None:
        self._drawn, self._firsts, self._form = drawn, firsts, form
        self._figures, self._size, self._days = group.market, group.size, group.dates.days
        receipts, dues = drawn.receipts, drawn.dues
        plain = (receipts.cond == ALWAYS) & (receipts.bond == 0)
        self._invoiced = self._by_month(receipts.issued, receipts.owner, receipts.amount, plain)
        sure = dues.cond == ALWAYS
        bought = sure & (dues.kind == SUPPLIER)
        self._bought = self._by_month(dues.known, dues.owner, dues.amount, bought)
        self._labour, self._served = (
            self._by_month(dues.due, dues.owner, dues.amount, sure & np.isin(dues.kind, kinds))
            for kinds in ((WAGE,), (RENT, SERVICE))
        )

    def month(self, n: int, rules: Law) -> _Month:
        """Return what was sold, bought and paid in month number `n` of the table."""
        low, high = max(int(self._firsts[n]), 0), min(int(self._firsts[n + 1]), self._days)
        sales = self._drawn.sold[low:high].sum(axis=0) + self._invoiced[n]
        served = self._served[n] + self._drawn.fee[low:high].sum(axis=0)
        goods = self._bought[n]
        part = round(self._figures.numbers("vat_input")[self._form.vat] * 1_000_000)
        return _Month(
            sales=sales,
            bought=goods + served,
            labour=self._labour[n],
            output=taxes.vat_inside(sales, _rate(self._form, rules)),
            paid=taxes.vat_inside(share(goods, part), rules.goods_ppm)
            + taxes.vat_inside(share(served, part), rules.services_ppm),
        )

    def opening(self, n: int, rules: Law) -> _Month:
        """Return a month that began before day 0, at expected sales, tax burden and margin."""
        sales = self._drawn.traits.turnover
        output = taxes.vat_inside(sales, _rate(self._form, rules))
        burden = share(sales, round(self._figures.number("opening_vat") * 10_000))
        margin = share(sales, round(self._figures.number("opening_margin") * 10_000))
        paid = np.maximum(output - burden, 0)
        return _Month(sales, sales - margin - output + paid, sales * 0, output, paid)

    def _by_month(self, day: Ints, owner: Ints, amount: Ints, rows: Flags) -> Ints:
        """Return sums of the chosen rows, months × members; rows of other months are left out."""
        month = np.searchsorted(self._firsts, day[rows], side="right") - 1
        count = self._firsts.size * self._size
        cell = np.where(month >= 0, month * self._size + owner[rows], count)
        # Exact: sums of fen stay far below 2**53.
        sums = np.bincount(cell, weights=amount[rows], minlength=count + 1)
        return sums[:count].astype(np.int64).reshape(-1, self._size)


def _rate(form: Form, rules: Law) -> int:
    return (rules.goods_ppm, rules.works_ppm, rules.services_ppm)[form.vat]


def _contributions(drawn: GroupDrawn, group: Group) -> Dues:
    """Take insurers' part out of the wages among `drawn.dues` and return it, due by the deadline
    of the month in which the wages are paid."""
    days, dues = group.dates, drawn.dues
    firsts, last = _months(days)
    rows = np.flatnonzero((dues.kind == WAGE) & (dues.cond == ALWAYS))
    month = np.searchsorted(firsts, dues.due[rows], side="right") - 1
    rows, month = rows[month < firsts.size], month[month < firsts.size]
    social = np.zeros(rows.size, dtype=np.int64)
    for n in np.unique(month).tolist():
        mine = month == n
        cost = dues.amount[rows[mine]]
        insured = np.minimum(cost, drawn.traits.payroll[dues.owner[rows[mine]]])
        staff, social[mine] = taxes.labour(cost, insured, taxes.law(days.at(int(firsts[n]))))
        dues.amount[rows[mine]] = staff
    found = columns(
        Dues,
        owner=dues.owner[rows],
        known=dues.known[rows],
        due=last[month],
        kind=SOCIAL,
        amount=social,
        party=-1,
        cond=ALWAYS,
        bill=-1,
    )
    return tables.take(found, np.flatnonzero((found.due >= 0) & (found.amount > 0)))


def _rows(group: Group, found: list[tuple[int, int, Ints]]) -> Dues:
    """Return taxes, given by (known, due, amount by member), as rows that a run can meet."""
    days = group.dates.days
    kept = [row for row in found if row[1] >= 0 and row[0] < days]
    if not kept:
        return tables.none(Dues)
    amount = np.stack([row[2] for row in kept])
    when, owner = np.nonzero(amount > 0)
    known, due = (np.array([row[part] for row in kept], dtype=np.int64) for part in (0, 1))
    return columns(
        Dues,
        owner=owner,
        known=known[when],
        due=np.minimum(due[when], days + TAIL - 1),
        kind=TAX,
        amount=amount[when, owner],
        party=-1,
        cond=ALWAYS,
        bill=-1,
    )
