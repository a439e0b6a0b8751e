"""What the warnings of the cash brain expect, so that the books can judge them later."""

from __future__ import annotations

import pytest
from aicfo_cash_brain import cash_floor, idle_cash, late_customers, slipping_stores

from aicfo_sdk.model import (
    Advice,
    CashAbove,
    CashBelow,
    InvoicesOpen,
    SalesBelow,
    Settlement,
    StoreDiagnosis,
    StoreDrop,
)

from .test_advice import AT_ONCE, FUND, context, day, path, sale


def test_a_likely_shortage_is_claimed_for_the_week_after_the_expected_day():
    forecast = path([0] * 20, [900] * 3 + [600] + [900] * 16, buffer=700)
    (said,) = cash_floor(context(), forecast=forecast)
    assert said.expects == CashBelow(amount=700, by=day(4 + 7))


def test_no_claim_reaches_beyond_the_forecast():
    (said,) = cash_floor(context(), forecast=path([0] * 5, [900] * 4 + [600], buffer=700))
    assert said.expects == CashBelow(amount=700, by=day(5))


def test_what_only_the_bad_tenth_of_cases_holds_claims_nothing():
    (said,) = cash_floor(context(), forecast=path([0] * 5, [900] * 5, buffer=700))
    assert (said.kind, said.expects) == ("watch", None)


def test_idle_money_is_claimed_to_stay_idle_above_the_buffer():
    forecast = path([90_000_000] * 27 + [60_000_000], buffer=10_000_000, opening=100_000_000)
    (said,) = idle_cash(context(FUND, cash=100_000_000), forecast=forecast)
    assert said.expects == CashAbove(amount=60_000_000, by=day(28))


def test_money_that_is_free_until_tomorrow_alone_is_not_claimed_to_stay_so():
    forecast = path([90_000_000] * 27 + [60_000_000], buffer=10_000_000, opening=100_000_000)
    (said,) = idle_cash(context(AT_ONCE, cash=100_000_000), forecast=forecast)
    assert said.proposals[0].action.amount > 50_000_000
    assert said.expects is None


def test_a_late_customer_is_claimed_not_to_pay_half_within_a_fortnight():
    past = sale("H", -200, due=-170)
    paid = Settlement(id="p", day=day(-170), invoice="H", amount=10_000)
    rows = [past, paid, sale("N1", -80, 70_001, due=-40), sale("N2", -81, 10_000, due=-41)]
    (said,) = late_customers(context(*rows))
    assert said.expects == InvoicesOpen(
        party="C1", invoices=("N2", "N1"), amount=40_001, by=day(14)
    )


def drop(lost: int, depth: int) -> Advice:
    one = StoreDrop(
        store="S", cause="traffic", first=day(-9), days=10, depth_ppm=depth, lost=10 * lost,
        lost_day=lost, confidence_ppm=900_000, reason="r", reason_zh="r",
    )  # fmt: skip
    diagnosis = StoreDiagnosis(first=day(-27), last=day(0), stores=(), drops=(one,))
    (said,) = slipping_stores(context(), diagnosis=diagnosis)
    return said


def test_a_store_that_slips_is_claimed_to_miss_half_as_much_for_a_fortnight():
    """20 of 100 a day missing: below 90 a day for 14 days."""
    claim = SalesBelow(store="S", first=day(1), by=day(14), amount=14 * 90)
    assert drop(20, 200_000).expects == claim


@pytest.mark.parametrize(("lost", "depth"), [(0, 100), (100, 0)])
def test_a_drop_without_depth_claims_nothing(lost: int, depth: int):
    assert drop(lost, depth).expects is None
