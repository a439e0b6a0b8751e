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


_PARTS = np.full(7, -1, dtype=np.int64)
"""Which sum of costs each kind of payment belongs to: goods by the day of their invoice; labour and
what is bought otherwise by the day of payment."""
_PARTS[[SUPPLIER, WAGE, RENT, SERVICE]] = 0, 1, 2, 2


class _Month(NamedTuple):
    """Sums of one month by member, fen; sales and what is bought with VAT inside."""

    sales: Ints
    bought: Ints
    """Goods, rent, services, platforms' fees."""
    labour: Ints
    goods: Ints | None
    """Goods, and all else, of what was bought, some of it with a special invoice; of a month before
    the run neither is known."""
    served: Ints | None


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


@lru_cache(maxsize=16)
def _month_table(days: Dates) -> Ints:
    """Return for each day of the table the place of its month in `_months`, −1 before the first."""
    firsts, _ = _months(days)
    every = np.arange(days.month.size, dtype=np.int64) - PAD
    return np.searchsorted(firsts, every, side="right") - 1


def _month_of(days: Dates, t: Ints) -> Ints:
    """Return the place of each day's month in `_months`; days beyond the table are as its ends."""
    return np.take(_month_table(days), t + PAD, mode="clip")


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
    general = _generals(group, drawn.traits.turnover)
    deducting: Ints = np.flatnonzero(general)
    sums = _Sums(drawn, group, firsts, form)
    nothing = np.zeros(size, dtype=np.int64)
    credit = nothing[deducting]
    profit = paid_income = quarter = nothing
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
        now = sums.opening(rules) if firsts[n] < 0 else sums.month(n)
        gain = now.sales - now.bought - now.labour
        amount = nothing.copy()
        if deducting.size:
            output, paid = sums.vat(now, rules, deducting)
            vat, credit = taxes.vat_general(output, paid, credit)
            net = now.sales[deducting] - output
            extra = taxes.surcharges(vat, net, rules, 1, relief=relief[deducting])
            amount[deducting] = vat + extra
            gain[deducting] += paid - output - extra
        quarter = quarter + now.sales
        if month % taxes.QUARTER == 0:
            small = np.where(general, 0, taxes.vat_small(quarter, rules))
            if small.any():
                small += taxes.surcharges(small, quarter - small, rules, 3, relief=relief)
            amount += small
            profit = profit - small
            quarter = nothing
        profit = profit + gain
        if month % taxes.QUARTER == 0:
            due = (
                taxes.business_tax(profit, rules, month)
                if form.individual
                else taxes.company_tax(profit, rules)
            )
            amount += np.maximum(due - paid_income, 0)
            paid_income = np.maximum(due, paid_income)
        rows.append((end, int(last[n + 1]), amount))
    return _rows(group, rows)


class _Sums:
    """A group's sales and costs by month."""

    def __init__(self, drawn: GroupDrawn, group: Group, firsts: Ints, form: Form) -> None:
        self._drawn, self._firsts, self._form = drawn, firsts, form
        self._figures, self._size, self._days = group.market, group.size, group.dates.days
        receipts, dues = drawn.receipts, drawn.dues
        self._invoiced = np.zeros((firsts.size, group.size), dtype=np.int64)
        if receipts.owner.size:
            plain = np.flatnonzero((receipts.cond == ALWAYS) & (receipts.bond == 0))
            month = _month_of(group.dates, receipts.issued[plain])
            self._invoiced = self._by_cell(month, receipts.owner[plain], receipts.amount[plain], 1)
        part = _PARTS[dues.kind]
        rows = np.flatnonzero((part >= 0) & (dues.cond == ALWAYS))
        part = part[rows]
        month = _month_of(group.dates, np.where(part == 0, dues.known[rows], dues.due[rows]))
        month = np.where(month >= 0, part * firsts.size + month, month)
        sums = self._by_cell(month, dues.owner[rows], dues.amount[rows], 3)
        self._bought, self._labour, self._served = sums.reshape(3, firsts.size, group.size)

    def month(self, n: int) -> _Month:
        """Return what was sold, bought and paid in month number `n` of the table."""
        low, high = max(int(self._firsts[n]), 0), min(int(self._firsts[n + 1]), self._days)
        sales = self._drawn.sold[low:high].sum(axis=0) + self._invoiced[n]
        served = self._served[n] + self._drawn.fee[low:high].sum(axis=0)
        return _Month(sales, self._bought[n] + served, self._labour[n], self._bought[n], served)

    def opening(self, rules: Law) -> _Month:
        """Return a month that began before day 0, at expected sales, tax burden and margin."""
        sales = self._drawn.traits.turnover
        margin = share(sales, round(self._figures.number("opening_margin") * 10_000))
        output, paid = self._opening_vat(sales, rules)
        return _Month(sales, sales - margin - output + paid, sales * 0, None, None)

    def vat(self, month: _Month, rules: Law, rows: Ints) -> tuple[Ints, Ints]:
        """Return the VAT inside sales and inside purchases of the general taxpayers in `rows`."""
        sales = month.sales[rows]
        if month.goods is None or month.served is None:
            return self._opening_vat(sales, rules)
        part = round(self._figures.numbers("vat_input")[self._form.vat] * 1_000_000)
        paid = taxes.vat_inside(share(month.goods[rows], part), rules.goods_ppm)
        paid += taxes.vat_inside(share(month.served[rows], part), rules.services_ppm)
        return taxes.vat_inside(sales, _rate(self._form, rules)), paid

    def _opening_vat(self, sales: Ints, rules: Law) -> tuple[Ints, Ints]:
        output = taxes.vat_inside(sales, _rate(self._form, rules))
        burden = share(sales, round(self._figures.number("opening_vat") * 10_000))
        return output, np.maximum(output - burden, 0)

    def _by_cell(self, month: Ints, owner: Ints, amount: Ints, parts: int) -> Ints:
        """Return sums of rows, months × members for one table after the other; rows of months
        before the first (−1) are left out."""
        count = parts * self._firsts.size * self._size
        cell = np.where(month >= 0, month * self._size + owner, count)
        # Exact: sums of fen stay far below 2**53.
        sums = np.bincount(cell, weights=amount, minlength=count + 1)
        return sums[:count].astype(np.int64).reshape(-1, self._size)


def _rate(form: Form, rules: Law) -> int:
    return (rules.goods_ppm, rules.works_ppm, rules.services_ppm)[form.vat]


def _contributions(drawn: GroupDrawn, group: Group) -> Dues:
    """Take insurers' part out of the wages among `drawn.dues` and return it, due by the deadline
    of the month in which the wages are paid."""
    days, dues = group.dates, drawn.dues
    firsts, last = _months(days)
    rows = np.flatnonzero((dues.kind == WAGE) & (dues.cond == ALWAYS))
    month = _month_of(days, dues.due[rows])
    # Contributions are wages' month by month, and laws change rarely: one law is one pass.
    laws = [taxes.law(days.at(int(first))) for first in firsts.tolist()]
    change = np.cumsum([n > 0 and laws[n] != laws[n - 1] for n in range(firsts.size)])[month]
    social = np.zeros(rows.size, dtype=np.int64)
    for number in np.unique(change).tolist():
        mine = np.flatnonzero(change == number)
        cost = dues.amount[rows[mine]]
        insured = np.minimum(cost, drawn.traits.payroll[dues.owner[rows[mine]]])
        staff, social[mine] = taxes.labour(cost, insured, laws[int(month[mine[0]])])
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
