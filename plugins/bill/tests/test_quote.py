"""Prices of discounts, to the fen."""

from __future__ import annotations

from datetime import date

import pytest
from aicfo_bill.quote import ASSUMED, Offer, best, curve_rate, days_charged, offers, payday

from aicfo_sdk import calendar
from aicfo_sdk.model import AcceptorClass, Bill, DiscountQuote, UntrustedText
from aicfo_sdk.parameters import parameters

PARAMS, CN = parameters(), calendar("CN")
MILLION = 100_000_000


def bill(matures: date, **given: object) -> Bill:
    base = Bill(
        id="B",
        updated=date(2022, 10, 1),
        number="5" + "0" * 29,
        kind="bank",
        face=MILLION,
        issued=date(2022, 5, 1),
        matures=matures,
        drawer=UntrustedText("A"),
        acceptor=UntrustedText("B"),
        acceptor_class="city_bank",
    )
    return base.model_copy(update=given)


def quote(id: str, institution: str, tenor: int, rate: int, **given: object) -> DiscountQuote:
    base = DiscountQuote(
        id=id,
        day=date(2026, 9, 1),
        valid_until=date(2026, 9, 3),
        institution=institution,
        acceptor_class="city_bank",
        tenor_days=tenor,
        rate_ppm=rate,
    )
    return base.model_copy(update=given)


def test_maturity_in_a_holiday_is_charged_until_the_next_working_day() -> None:
    # 2026-10-01 falls into the National Day holiday, which ends on the 7th.
    one = bill(date(2026, 10, 1))
    assert payday(one, CN) == date(2026, 10, 8)
    days = days_charged(one, date(2026, 9, 1), CN, PARAMS)
    assert days == 37
    assert Offer("bank", 10_000, 0).cost(MILLION, days) == 102_778  # ¥1,027.78


def test_paper_with_a_remote_acceptor_is_charged_three_days_more() -> None:
    one = bill(date(2022, 10, 31))
    assert days_charged(one, date(2022, 10, 10), CN, PARAMS) == 21
    days = days_charged(one, date(2022, 10, 10), CN, PARAMS, remote=True)
    assert days == 24
    assert Offer("bank", 10_000, 0).cost(MILLION, days) == 66_667  # ¥666.67


def test_each_bank_answers_with_its_shortest_tenor_that_covers_the_days() -> None:
    quotes = [
        quote("1", "east", 90, 9_000),
        quote("2", "east", 180, 7_000),
        quote("3", "west", 180, 8_000, fee=500),
        quote("4", "west", 30, 1_000),
        quote("5", "north", 180, 1, valid_until=date(2026, 9, 1), day=date(2026, 8, 30)),
        quote("6", "south", 180, 1, acceptor_class="state_bank"),
    ]
    found = offers(bill(date(2026, 10, 1)), 37, date(2026, 9, 2), quotes, PARAMS)
    assert [(o.institution, o.rate_ppm, o.fee, o.quote) for o in found] == [
        ("east", 9_000, 0, "1"),
        ("west", 8_000, 500, "3"),
    ]


def test_the_cheapest_offer_depends_on_the_amount_when_there_is_a_fee() -> None:
    offered = [Offer("east", 9_000, 0), Offer("west", 8_000, 50_000)]
    assert best(offered, MILLION, 37).institution == "east"  # 92,500 against 132,222
    assert best(offered, 100 * MILLION, 37).institution == "west"


def test_without_a_quote_the_price_is_the_curve_and_is_marked_as_assumed() -> None:
    (found,) = offers(bill(date(2026, 10, 1)), 91, date(2026, 9, 1), [], PARAMS)
    assert (found.institution, found.quote) == (ASSUMED, "")
    # 3M at 0.95 % on 2025-08-15 plus the spread of a city bank, 17.5 bp.
    assert found.rate_ppm == 9_500 + 1_750
    assert not PARAMS.get("bill.discount_curve", date(2026, 9, 1)).verified


def test_the_curve_is_read_between_its_tenors_and_may_fall() -> None:
    day, one = date(2026, 9, 1), bill(date(2026, 12, 1), acceptor_class="state_bank")
    rates = [curve_rate(one, days, day, PARAMS) for days in (1, 30, 91, 136, 182, 300)]
    assert rates[0] == rates[1] > rates[2] > rates[3] > rates[4] == rates[5]
    assert rates[3] == 9_500 + (6_300 - 9_500) * 45 // 91 + 500


@pytest.mark.parametrize(
    ("kind", "known", "dearest"),
    [("bank", "joint_stock_bank", "rural_bank"), ("trade", "strong_trade", "weak_trade")],
)
def test_an_unknown_acceptor_is_never_priced_below_a_known_one(
    kind: str, known: AcceptorClass, dearest: AcceptorClass
) -> None:
    def rate(acceptor_class: AcceptorClass | None) -> int:
        one = bill(date(2026, 12, 1), kind=kind, acceptor_class=acceptor_class)
        return curve_rate(one, 90, date(2026, 9, 1), PARAMS)

    assert rate(None) == rate(dearest) > rate(known)
