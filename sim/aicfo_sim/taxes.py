"""What the state takes and by when: VAT, surcharges, income tax, social insurance, as pure rules.

Every rate and limit is a dated parameter (`aicfo_seeds/parameters/tax.toml`, `social.toml`);
`law` gathers those of a day. Rules take and return int64 fen in arrays of any one shape, as a rule
a value per merchant; sums with VAT inside are called gross.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import numpy as np

from aicfo_sdk.money import PPM
from aicfo_sdk.parameters import parameters

from .dates import PAD, Dates
from .fen import Flags, Ints, round_div, share

QUARTER = 3
YEAR = 12


@dataclass(frozen=True, slots=True)
class Law:
    """Tax and contribution rates in force on a day: ppm, and fen for limits."""

    small_year: int
    exempt_month: int
    small_ppm: int
    goods_ppm: int
    works_ppm: int
    services_ppm: int
    city_ppm: int
    education_ppm: int
    local_education_ppm: int
    education_exempt_month: int
    surcharge_share_ppm: int
    income_ppm: int
    income_small_year: int
    income_small_ppm: int
    business_steps: tuple[tuple[int, int], ...]
    business_allowance_year: int
    business_relief_year: int
    employer_ppm: int
    employee_ppm: int
    base_ppm: int


@cache
def law(day: date) -> Law:
    """Return what is in force on a day; a day before a parameter's first row takes that row.

    The exemption of small-scale taxpayers counts as 0 on a day for which none is known.
    """
    pays = ("pension", "medical", "unemployment", "injury", "housing")
    steps: list[list[int]] = _at("tax.business_steps", day)
    return Law(
        small_year=_at("tax.vat_small_scale_year", day),
        exempt_month=_at("tax.vat_small_scale_exempt_month", day, gap=0),
        small_ppm=_at("tax.vat_small_scale_ppm", day),
        goods_ppm=_at("tax.vat_goods_ppm", day),
        works_ppm=_at("tax.vat_works_ppm", day),
        services_ppm=_at("tax.vat_services_ppm", day),
        city_ppm=_at("tax.city_maintenance_ppm", day),
        education_ppm=_at("tax.education_ppm", day),
        local_education_ppm=_at("tax.local_education_ppm", day),
        education_exempt_month=_at("tax.education_exempt_month", day),
        surcharge_share_ppm=_at("tax.surcharge_share_ppm", day),
        income_ppm=_at("tax.income_ppm", day),
        income_small_year=_at("tax.income_small_year", day),
        income_small_ppm=_at("tax.income_small_ppm", day),
        business_steps=tuple((above, rate) for above, rate in steps),
        business_allowance_year=_at("tax.business_allowance_year", day),
        business_relief_year=_at("tax.business_relief_year", day),
        employer_ppm=sum(_at(f"social.{name}_employer_ppm", day) for name in pays),
        employee_ppm=sum(
            _at(f"social.{name}_employee_ppm", day) for name in pays if name != "injury"
        ),
        base_ppm=_at("social.base_ppm", day),
    )


def deadlines(days: Dates, firsts: Ints) -> Ints:
    """Return for each month, given by its first day's number, the last day for filing and paying.

    It is the 15th. Three or more free days in a row up to then lengthen the term by as many
    working days; else a free 15th moves to the next working day (《税收征收管理法实施细则》
    第109条; that working days are counted is as in the published tax calendars, from memory).
    """
    return np.array([_deadline(days, int(first)) for first in firsts], dtype=np.int64)


def _deadline(days: Dates, first: int) -> int:
    day = days.at(first)
    long: int = _at("tax.filing_long_holiday_days", day)
    last = first + _at("tax.filing_day", day) - 1
    lost, run = 0, 0
    for t in range(first, last + 1):
        run = 0 if days.working[t + PAD] else run + 1
        lost += 1 if run > long else long if run == long else 0
    end = int(days.rolled[last + PAD])
    if not lost:
        return end
    end = last
    for _ in range(lost):
        end = int(days.rolled[end + 1 + PAD])
    return end


def is_general(turnover: Ints, chosen: Flags, rules: Law) -> Flags:
    """Return who is a general taxpayer: expected sales of a year over the limit, or by choice.

    `turnover` is a month's expected sales: a trait of the firm, whatever a run happens to bring.
    """
    return chosen | (turnover * YEAR > rules.small_year)


def vat_small(gross: Ints, rules: Law, months: int = QUARTER) -> Ints:
    """Return the VAT of small-scale taxpayers on a period's sales.

    Sales without VAT up to the exemption bear none; above it all of them do.
    """
    net = round_div(gross * PPM, PPM + rules.small_ppm)
    return np.where(net <= rules.exempt_month * months, 0, gross - net)


def vat_inside(gross: Ints, rate_ppm: int) -> Ints:
    """Return the VAT inside amounts at a rate."""
    return round_div(gross * rate_ppm, PPM + rate_ppm)


def vat_general(output: Ints, paid: Ints, credit: Ints) -> tuple[Ints, Ints]:
    """Return a general taxpayer's VAT of a month and the credit (留抵) carried to the next.

    `output` is the VAT inside its sales, `paid` that in its purchases, `credit` what earlier
    months left over.
    """
    owed = output - paid - credit
    return np.maximum(owed, 0), np.maximum(-owed, 0)


def surcharges(vat: Ints, net: Ints, rules: Law, months: int, *, relief: Flags) -> Ints:
    """Return 城建税, 教育费附加 and 地方教育附加 on the VAT of a period with `net` sales.

    Small sales bear no education surcharges; `relief` are firms for which all are reduced.
    """
    part = np.where(relief, rules.surcharge_share_ppm, PPM)
    city = share(share(vat, rules.city_ppm), part)
    school = [share(share(vat, r), part) for r in (rules.education_ppm, rules.local_education_ppm)]
    exempt = net <= rules.education_exempt_month * months
    return city + np.where(exempt, 0, school[0] + school[1])


def company_tax(profit: Ints, rules: Law) -> Ints:
    """Return the income tax of companies on the profit of a year so far.

    A small low-profit firm pays the reduced rate on all of it, a larger one the full rate.
    """
    rate = np.where(profit <= rules.income_small_year, rules.income_small_ppm, rules.income_ppm)
    return share(np.maximum(profit, 0), rate)


def business_tax(profit: Ints, rules: Law, months: int) -> Ints:
    """Return the income tax of individual businesses (个体工商户) on a year's profit so far.

    Progressive, after the owner's allowance of `months`; half up to the limit of the relief.
    """
    taxable = np.maximum(profit - rules.business_allowance_year * months // YEAR, 0)
    half = _progressive(np.minimum(taxable, rules.business_relief_year), rules)
    return _progressive(taxable, rules) - half // 2


def _progressive(taxable: Ints, rules: Law) -> Ints:
    total, before = np.zeros_like(taxable), 0
    for above, rate in rules.business_steps:
        total += share(np.maximum(taxable - above, 0), rate - before)
        before = rate
    return total


def labour(cost: Ints, insured: Ints, rules: Law) -> tuple[Ints, Ints]:
    """Return what a month's labour cost pays to staff, and what to insurers and housing fund.

    `cost` holds the employer's shares; `insured` is the part of it that contributions are on (a
    bonus bears none). Both parts sum to `cost`; staff get their wages less their own shares.
    """
    top = PPM + round(rules.base_ppm * rules.employer_ppm / PPM)
    base = share(round_div(insured * PPM, top), rules.base_ppm)
    social = share(base, rules.employer_ppm) + share(base, rules.employee_ppm)
    return cost - social, social


def _at(name: str, day: date, *, gap: int | None = None) -> Any:
    """Return a parameter's value on a day; before its first row that row's, or `gap`."""
    table = parameters()
    rows = table.rows(name)
    if rows and day < rows[0].since:
        return rows[0].value if gap is None else gap
    last = rows[-1].until if rows else None
    if gap is not None and last is not None and day > last:
        return gap
    return table.at(name, day)
