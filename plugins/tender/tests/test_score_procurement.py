"""综合评分法 and 最低评标价法: worked examples, every figure reckoned by hand beside the test."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from aicfo_tender.score.offers import Offer, half_up
from aicfo_tender.score.procurement import (
    Deductions,
    by_points,
    by_price,
    deductions,
    evaluated,
)
from hypothesis import given
from hypothesis import strategies as st

from aicfo_sdk import InputError
from aicfo_sdk.parameters import parameters

DAY = date(2026, 3, 2)
NONE = Deductions(0, 0, 300_000, 0)
TENTH = Deductions(small=100_000, consortium=40_000, consortium_from=300_000, domestic=0)


def shown(scored: Any) -> list[tuple[str, int, int, int]]:
    return [(s.offer.bidder, s.price_points, s.total, s.rank) for s in scored]


def test_a_score_without_deductions() -> None:
    # base 80,000.00 yuan; weight 30 of 100 points.
    # A  100,000.00: 0.8 × 30        = 24.00     + 62.50 = 86.50
    # B   80,000.00: 1.0 × 30        = 30.00     + 55.00 = 85.00
    # C   96,000.00: 0.8333… × 30    = 25.00     + 61.00 = 86.00
    offers = [
        Offer("A", 10_000_000, 6_250),
        Offer("B", 8_000_000, 5_500),
        Offer("C", 9_600_000, 6_100),
    ]
    assert shown(by_points(offers, NONE, weight_ppm=300_000)) == [
        ("A", 2_400, 8_650, 1),
        ("C", 2_500, 8_600, 2),
        ("B", 3_000, 8_500, 3),
    ]


def test_a_small_firm_is_scored_at_its_price_less_ten_per_cent_and_contracted_at_its_bid() -> None:
    # A small  1,000,000.00 → 900,000.00 (base)   40.00          + 48.00 = 88.00
    # B large    950,000.00 → 950,000.00          900/950 × 40 = 37.8947… → 37.89 + 50.00 = 87.89
    # C large  1,100,000.00                       900/1100 × 40 = 32.7272… → 32.73 + 54.00 = 86.73
    offers = [
        Offer("A", 100_000_000, 4_800, small=True),
        Offer("B", 95_000_000, 5_000),
        Offer("C", 110_000_000, 5_400),
    ]
    found = by_points(offers, TENTH, weight_ppm=400_000)
    assert shown(found) == [("A", 4_000, 8_800, 1), ("B", 3_789, 8_789, 2), ("C", 3_273, 8_673, 3)]
    assert (found[0].offer.price, found[0].evaluated) == (100_000_000, 90_000_000)


def test_a_consortium_and_domestic_products_are_deducted_too() -> None:
    less = Deductions(small=100_000, consortium=40_000, consortium_from=300_000, domestic=200_000)
    # A consortium, 30 % to small firms, domestic: 500,000 × (1 − 4 % − 20 %) = 380,000.00
    # B large, foreign:                            400,000                    = 400,000.00
    # C small, domestic:                           560,000 × (1 − 10 % − 20 %) = 392,000.00
    # D consortium with 29 % to small firms:       480,000 × (1 − 20 %)        = 384,000.00
    # weight 50: A 50.00; B 380/400 × 50 = 47.50; C 380/392 × 50 = 48.4693… → 48.47;
    # D 380/384 × 50 = 49.4791… → 49.48
    offers = [
        Offer("A", 50_000_000, small_share_ppm=300_000),
        Offer("B", 40_000_000, domestic=False),
        Offer("C", 56_000_000, small=True),
        Offer("D", 48_000_000, small_share_ppm=290_000),
    ]
    assert shown(by_points(offers, less, weight_ppm=500_000)) == [
        ("A", 5_000, 5_000, 1),
        ("D", 4_948, 4_948, 2),
        ("C", 4_847, 4_847, 3),
        ("B", 4_750, 4_750, 4),
    ]


def test_points_are_rounded_half_up_to_two_decimals() -> None:
    assert [half_up(Fraction(n, 2)) for n in (1, 3, 5, -1)] == [1, 2, 3, -1]
    # base 999,500; B 1,000,000: 0.9995 × 10 = 9.995 → 10.00, not 9.99
    offers = [Offer("A", 999_500), Offer("B", 1_000_000), Offer("C", 2_000_000)]
    assert shown(by_points(offers, NONE, weight_ppm=100_000))[1] == ("B", 1_000, 1_000, 2)


def test_equal_points_go_to_the_lower_bid_then_to_the_better_technical_offer() -> None:
    # B 20/25 × 50 = 40.00 + 20.00 = 60.00 = A's 50.00 + 10.00; A bid less.
    offers = [
        Offer("B", 2_500, 2_000),
        Offer("A", 2_000, 1_000),
        Offer("D", 2_500, 2_000, technical=500),
        Offer("C", 2_500, 2_000, technical=500),
    ]
    found = by_points(offers, NONE, weight_ppm=500_000)
    assert [(s.offer.bidder, s.rank) for s in found] == [("A", 1), ("C", 2), ("D", 2), ("B", 4)]


def test_the_lowest_evaluated_price_wins_and_is_not_the_contract_price() -> None:
    # A small 105.00 → 94.50; B large 95.00; C large 120.00
    offers = [Offer("A", 10_500, small=True), Offer("B", 9_500), Offer("C", 12_000)]
    found = by_price(offers, TENTH)
    assert [(s.offer.bidder, s.evaluated) for s in found] == [
        ("A", 9_450),
        ("B", 9_500),
        ("C", 12_000),
    ]
    assert found[0].offer.price == 10_500
    # Inside a set-aside nothing comes off, and B wins.
    assert by_price(offers, NONE)[0].offer.bidder == "B"


def test_a_bid_above_the_budget_is_void_and_two_bids_void_the_procurement() -> None:
    offers = [Offer("A", 100), Offer("B", 90), Offer("C", 101)]
    assert by_points(offers, NONE, weight_ppm=300_000, ceiling=100) == ()
    assert len(by_points(offers, NONE, weight_ppm=300_000, ceiling=101)) == 3
    assert by_price(offers, NONE, ceiling=100) == ()
    with pytest.raises(InputError, match="a bid must be positive: 0"):
        by_price([Offer("Z", 0)], NONE)


def test_the_deductions_are_those_of_the_law_of_the_day() -> None:
    at = parameters()
    goods = deductions(at, DAY, category="goods", set_aside=False)
    assert (goods.small, goods.consortium, goods.domestic) == (100_000, 40_000, 0)
    stated = deductions(at, DAY, category="services", set_aside=False, small_ppm=150_000)
    assert stated.small == 150_000
    beyond = deductions(at, DAY, category="services", set_aside=False, small_ppm=900_000)
    assert beyond.small == 200_000
    works = deductions(at, DAY, category="works", set_aside=False, small_ppm=900_000)
    assert (works.small, works.consortium) == (50_000, 10_000)
    reserved = deductions(at, DAY, category="goods", set_aside=True, small_ppm=200_000)
    assert (reserved.small, reserved.consortium) == (0, 0)
    before = deductions(at, date(2021, 6, 1), category="goods", set_aside=False, small_ppm=200_000)
    assert before.small == 100_000
    mixed = deductions(at, DAY, category="goods", set_aside=False, mixed_origin=True)
    assert mixed.domestic == 200_000
    earlier = date(2025, 12, 31)
    mixed = deductions(at, earlier, category="goods", set_aside=False, mixed_origin=True)
    assert mixed.domestic == 0


@given(st.lists(st.integers(1, 10**9), min_size=3, max_size=8), st.integers(1, 10**9))
def test_a_lower_bid_never_ranks_worse(prices: list[int], lower: int) -> None:
    mine = max(prices[0], lower)
    rivals = [Offer(f"R{n}", price, 3_000) for n, price in enumerate(prices[1:])]

    def rank(price: int) -> int:
        found = by_points([Offer("A", price, 3_000), *rivals], NONE, weight_ppm=600_000)
        return next(s.rank for s in found if s.offer.bidder == "A")

    assert rank(min(mine, lower)) <= rank(mine)


@given(st.integers(1, 10**12), st.booleans(), st.integers(0, 10**6))
def test_an_evaluated_price_is_never_above_the_bid(price: int, small: bool, share: int) -> None:
    offer = Offer("A", price, small=small, small_share_ppm=share)
    assert 0 < evaluated(offer, TENTH) <= price
