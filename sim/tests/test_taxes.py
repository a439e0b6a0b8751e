"""Taxes: cases worked out by hand, dates on which the law changes, deadlines of real years."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from aicfo_sim import taxes
from aicfo_sim.dates import dates
from aicfo_sim.fen import Ints
from hypothesis import given
from hypothesis import strategies as st

RULES = taxes.law(date(2025, 9, 30))
NONE = np.zeros(1, dtype=np.bool_)


def _one(fen: int) -> Ints:
    return np.array([fen], dtype=np.int64)


def test_a_quarter_at_the_threshold_bears_no_vat_and_one_fen_more_bears_it_on_all() -> None:
    # 300,000 yuan without VAT are 303,000 with 1 % inside.
    assert taxes.vat_small(_one(30_300_000), RULES)[0] == 0
    # 30,300,101 / 1.01 = 30,000,100: over, so 300,001 fen on all of it.
    assert taxes.vat_small(_one(30_300_101), RULES)[0] == 300_001
    # 404,000 yuan: 4,000 yuan of VAT.
    assert taxes.vat_small(_one(40_400_000), RULES)[0] == 400_000
    # A month of 100,000 yuan net is exempt as a quarter of three is.
    assert taxes.vat_small(_one(10_100_000), RULES, 1)[0] == 0


def test_surcharges_of_a_small_firm_are_half_of_twelve_per_cent_of_vat() -> None:
    vat, net = _one(400_000), _one(40_000_000)
    small = np.ones(1, dtype=np.bool_)
    # 7 % + 3 % + 2 % of 4,000 yuan = 480 yuan, half of it for a small firm.
    assert taxes.surcharges(vat, net, RULES, 3, relief=small)[0] == 24_000
    assert taxes.surcharges(vat, net, RULES, 3, relief=NONE)[0] == 48_000
    # A general taxpayer that sells for 90,000 yuan a month pays the city's part alone.
    assert taxes.surcharges(_one(100_000), _one(9_000_000), RULES, 1, relief=NONE)[0] == 7_000


def test_a_general_taxpayer_pays_output_less_input_and_carries_what_is_over() -> None:
    # Sales of 113,000 yuan with 13 % inside: 13,000. Purchases of 67,800: 7,800.
    output = taxes.vat_inside(_one(11_300_000), RULES.goods_ppm)
    paid = taxes.vat_inside(_one(6_780_000), RULES.goods_ppm)
    assert (output[0], paid[0]) == (1_300_000, 780_000)
    vat, credit = taxes.vat_general(output, paid, _one(0))
    assert (vat[0], credit[0]) == (520_000, 0)
    # Stocking up: purchases of 226,000 yuan leave a credit of 13,000 for the next month.
    more = taxes.vat_inside(_one(22_600_000), RULES.goods_ppm)
    vat, credit = taxes.vat_general(output, more, credit)
    assert (vat[0], credit[0]) == (0, 1_300_000)
    vat, credit = taxes.vat_general(_one(2_000_000), _one(100_000), credit)
    assert (vat[0], credit[0]) == (600_000, 0)


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)), max_size=20))
def test_carried_credit_loses_no_input_tax(months: list[tuple[int, int]]) -> None:
    credit, total = _one(0), 0
    for output, paid in months:
        vat, credit = taxes.vat_general(_one(output), _one(paid), credit)
        total += int(vat[0])
    assert total - int(credit[0]) == sum(output - paid for output, paid in months)


def test_income_tax_of_companies_jumps_where_they_are_no_longer_small() -> None:
    # 5 % of 200,000 yuan; 5 % of 3m = 150,000; 25 % of 3m and a fen.
    assert taxes.company_tax(_one(20_000_000), RULES)[0] == 1_000_000
    assert taxes.company_tax(_one(300_000_000), RULES)[0] == 15_000_000
    assert taxes.company_tax(_one(300_000_004), RULES)[0] == 75_000_001
    assert taxes.company_tax(_one(-5), RULES)[0] == 0


def test_an_individual_business_pays_half_of_progressive_steps_after_its_allowance() -> None:
    # 100,000 a year less 60,000: 30,000 at 5 % and 10,000 at 10 % = 2,500; half is 1,250 yuan.
    assert taxes.business_tax(_one(10_000_000), RULES, 12)[0] == 125_000
    # After a quarter 15,000 are free: the shop that earned 14,000 so far owes nothing.
    assert taxes.business_tax(_one(1_400_000), RULES, 3)[0] == 0
    assert taxes.business_tax(_one(1_600_000), RULES, 3)[0] == 2_500


def test_labour_cost_is_wages_and_contributions_to_the_fen() -> None:
    # Employer 16 + 9 + 0.5 + 0.4 + 5 = 30.9 %, staff 8 + 2 + 0.5 + 5 = 15.5 %, on 60 % of wages.
    assert (RULES.employer_ppm, RULES.employee_ppm) == (309_000, 155_000)
    # 118,540 yuan of cost = 100,000 of wages + 18,540; base 60,000: 18,540 + 9,300.
    staff, social = taxes.labour(_one(11_854_000), _one(11_854_000), RULES)
    assert (staff[0], social[0]) == (9_070_000, 2_784_000)
    # A bonus of the same size bears no contributions.
    staff, social = taxes.labour(_one(23_708_000), _one(11_854_000), RULES)
    assert (staff[0], social[0]) == (20_924_000, 2_784_000)


def test_the_law_changes_on_its_dates() -> None:
    before, after = taxes.law(date(2027, 12, 31)), taxes.law(date(2028, 1, 1))
    assert (before.small_ppm, after.small_ppm) == (10_000, 30_000)
    assert (before.exempt_month, after.exempt_month) == (10_000_000, 0)
    assert (before.surcharge_share_ppm, after.surcharge_share_ppm) == (500_000, 1_000_000)
    assert (before.income_small_ppm, after.income_small_ppm) == (50_000, 200_000)
    assert taxes.law(date(2019, 3, 31)).goods_ppm == 160_000
    assert taxes.law(date(2019, 4, 1)).goods_ppm == 130_000
    assert (
        taxes.law(date(2019, 5, 1)).employer_ppm + 40_000
        == taxes.law(date(2019, 4, 30)).employer_ppm
    )
    # 412,000 yuan in a quarter of 2028: 3 % inside, no exemption.
    assert taxes.vat_small(_one(41_200_000), after)[0] == 1_200_000
    assert taxes.vat_small(_one(103), after)[0] == 3


@pytest.mark.parametrize(
    ("month", "last"),
    [
        (date(2025, 3, 1), date(2025, 3, 17)),  # the 15th is a Saturday
        (date(2025, 8, 1), date(2025, 8, 15)),
        (date(2025, 6, 1), date(2025, 6, 16)),  # two free days within the term are not three
        (date(2024, 2, 1), date(2024, 2, 23)),  # Spring Festival 10 to 17 February
        (date(2025, 2, 1), date(2025, 2, 20)),  # its last four days
        (date(2026, 2, 1), date(2026, 2, 24)),  # it begins on the 15th: the next working day
        (date(2025, 4, 1), date(2025, 4, 18)),  # Tomb Sweeping, three days
        (date(2025, 5, 1), date(2025, 5, 22)),  # Labour Day, five days
        (date(2025, 10, 1), date(2025, 10, 27)),  # National Day, eight days
    ],
)
def test_deadlines_fall_after_the_holidays_of_their_month(month: date, last: date) -> None:
    table = dates(date(2023, 12, 1), 1000)
    found = taxes.deadlines(table, np.array([table.number(month)]))
    assert table.at(int(found[0])) == last


def test_a_firm_is_general_by_its_expected_sales_or_by_choice() -> None:
    turnover = np.array([41_000_000, 42_000_000, 1_000_000])
    chosen = np.array([False, False, True])
    assert taxes.is_general(turnover, chosen, RULES).tolist() == [False, True, True]
