"""综合评估法 and 经评审的最低投标价法: worked examples, reckoned by hand beside the test."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from aicfo_tender.score.offers import Offer
from aicfo_tender.score.tendering import Benchmark, benchmark, by_points, by_price, deviation
from hypothesis import given
from hypothesis import strategies as st

from aicfo_sdk import InputError

PRICES = [9_000_000, 9_500_000, 10_000_000, 10_500_000, 12_000_000]


def shown(scored: Any) -> list[tuple[str, int, int, int]]:
    return [(s.offer.bidder, s.price_points, s.total, s.rank) for s in scored]


def test_benchmarks_of_five_bids_by_each_published_rule() -> None:
    # 90,000 + 95,000 + 100,000 + 105,000 + 120,000 = 510,000; / 5 = 102,000.00
    assert benchmark(PRICES, Benchmark("mean")) == 10_200_000
    # without 90,000 and 120,000: 300,000 / 3 = 100,000.00
    assert benchmark(PRICES, Benchmark("trimmed")) == 10_000_000
    # four bids are too few to leave any out: 390,000 / 4 = 97,500.00
    assert benchmark(PRICES[:4], Benchmark("trimmed")) == 9_750_000
    # 102,000 × (1 − 3 %) = 98,940.00
    assert benchmark(PRICES, Benchmark("drop", drop_ppm=30_000)) == 9_894_000
    # 40 % of a ceiling of 110,000 and 60 % of 102,000 = 44,000 + 61,200 = 105,200.00
    mixed = Benchmark("mixed", ceiling_ppm=400_000)
    assert benchmark(PRICES, mixed, 11_000_000) == 10_520_000
    assert benchmark(PRICES, Benchmark("lowest")) == 9_000_000
    with pytest.raises(InputError, match="needs the ceiling"):
        benchmark(PRICES, mixed)
    with pytest.raises(InputError, match="no valid bid"):
        benchmark([], mixed)


def test_deviation_points_of_a_mean() -> None:
    # benchmark 102,000.00; 60 points; 1.0 point per 1 % above, 0.5 per 1 % below
    # A  90,000: −11.7647 % → −11.76 %: 60 − 5.88 = 54.12   + 30.00 = 84.12
    # B  95,000:  −6.8627 % →  −6.86 %: 60 − 3.43 = 56.57   + 28.00 = 84.57
    # C 100,000:  −1.9607 % →  −1.96 %: 60 − 0.98 = 59.02   + 25.50 = 84.52
    # D 105,000:  +2.9411 % →  +2.94 %: 60 − 2.94 = 57.06   + 27.00 = 84.06
    # E 120,000: +17.6470 % → +17.65 %: 60 − 17.65 = 42.35  + 35.00 = 77.35
    extra = [3_000, 2_800, 2_550, 2_700, 3_500]
    offers = [
        Offer(name, price, more) for name, price, more in zip("ABCDE", PRICES, extra, strict=True)
    ]
    assert shown(by_points(offers, Benchmark("mean"), weight_ppm=600_000)) == [
        ("B", 5_657, 8_457, 1),
        ("C", 5_902, 8_452, 2),
        ("A", 5_412, 8_412, 3),
        ("D", 5_706, 8_406, 4),
        ("E", 4_235, 7_735, 5),
    ]


def test_a_mean_that_is_dropped_favours_who_bids_below_the_others() -> None:
    # mean (100 + 104 + 108) / 3 = 104.00; × 0.95 = 98.80
    # A 100: +1.2145 % → 1.21: 50 − 2 × 1.21 = 47.58
    # B 104: +5.2631 % → 5.26: 50 − 10.52    = 39.48
    # C 108: +9.3117 % → 9.31: 50 − 18.62    = 31.38
    rule = Benchmark("drop", drop_ppm=50_000, above=200, below=100)
    offers = [Offer("A", 10_000), Offer("B", 10_400), Offer("C", 10_800)]
    found = by_points(offers, rule, weight_ppm=500_000)
    assert [s.price_points for s in found] == [4_758, 3_948, 3_138]


def test_points_never_fall_below_the_least() -> None:
    rule = Benchmark("lowest", above=300, least=1_000)
    # C is 100 % above the lowest: 40 − 300 → the least, 10.00
    offers = [Offer("A", 100), Offer("B", 110), Offer("C", 200)]
    found = by_points(offers, rule, weight_ppm=400_000)
    assert shown(found) == [("A", 4_000, 4_000, 1), ("B", 1_000, 1_000, 2), ("C", 1_000, 1_000, 3)]


def test_a_small_firm_gets_a_share_of_its_own_price_points_more() -> None:
    # all bid the benchmark: 40.00; the small firm 40.00 × 1.03 = 41.20
    offers = [Offer("A", 100), Offer("B", 100, small=True), Offer("C", 100)]
    found = by_points(offers, Benchmark(), weight_ppm=400_000, small_bonus_ppm=30_000)
    assert shown(found) == [("B", 4_120, 4_120, 1), ("A", 4_000, 4_000, 2), ("C", 4_000, 4_000, 2)]


def test_the_lowest_evaluated_bid_counts_what_the_documents_add() -> None:
    # A 98.00 + 4.50 left out = 102.50; B 101.00 + 0.50 = 101.50; C 101.50
    offers = [
        Offer("A", 9_800, additions=450),
        Offer("B", 10_100, additions=50),
        Offer("C", 10_150),
    ]
    found = by_price(offers)
    assert [(s.offer.bidder, s.evaluated, s.rank) for s in found] == [
        ("B", 10_150, 1),
        ("C", 10_150, 2),
        ("A", 10_250, 3),
    ]
    assert by_price(offers, ceiling=10_100) == ()


def test_a_bid_above_the_ceiling_is_not_in_the_benchmark() -> None:
    offers = [Offer(name, price) for name, price in zip("ABCDE", PRICES, strict=True)]
    found = by_points(offers, Benchmark("mean"), weight_ppm=600_000, ceiling=10_500_000)
    # mean of the four that are valid: 97,500.00; B 95,000: −2.5641 → −2.56 %: 60 − 1.28
    assert len(found) == 4
    assert next(s.price_points for s in found if s.offer.bidder == "B") == 5_872


@given(
    st.lists(st.integers(1, 10**10), min_size=3, max_size=9), st.sampled_from(["mean", "trimmed"])
)
def test_a_benchmark_lies_among_the_bids(prices: list[int], kind: Any) -> None:
    base = benchmark(prices, Benchmark(kind))
    assert min(prices) <= base <= max(prices)
    assert deviation(min(prices), base) <= 0 <= deviation(max(prices), base)
    assert isinstance(base, Fraction)
