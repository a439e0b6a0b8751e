"""The evaluation over columns gives the winner that the exact rules give, draw by draw."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from aicfo_tender.score.offers import Offer
from aicfo_tender.score.procurement import Deductions
from aicfo_tender.score.procurement import by_points as procurement_points
from aicfo_tender.score.procurement import by_price as procurement_price
from aicfo_tender.score.rule import Rule
from aicfo_tender.score.tendering import Benchmark, Kind
from aicfo_tender.score.tendering import by_points as assessment_points
from aicfo_tender.score.wins import Field, wins

CEILING = 10_000_000
RULE = Rule("points", 400_000, 100_000, 0, CEILING, Benchmark(), 3, ())


def drawn(draws: int = 300) -> Field:
    rng = np.random.default_rng(5)
    prices = np.floor(rng.uniform(7_000_000, 10_400_000, (draws, 5)))
    there = np.arange(5) < rng.integers(1, 6, draws)[:, None]
    return Field(
        prices=np.where(there, np.minimum(prices, CEILING), np.inf),
        small=rng.random((draws, 5)) < 0.5,
        points=np.round(rng.uniform(30, 60, (draws, 5)), 2),
        ours=np.round(rng.uniform(30, 60, draws), 2),
        we_are_small=True,
    )


def offers(field: Field, row: int, price: int) -> list[Offer]:
    rivals = [
        Offer(f"R{n}", int(field.prices[row, n]), round(field.points[row, n] * 100), small=small)
        for n, small in enumerate(field.small[row].tolist())
        if field.there[row, n]
    ]
    return [Offer("A", price, round(field.ours[row] * 100), small=field.we_are_small), *rivals]


def agreement(field: Field, rule: Rule, price: int) -> float:
    """Return the share of draws with the same answer; a hundredth of a point may decide a few."""
    less = Deductions(rule.small_ppm, 0, 300_000, 0)
    same = 0
    for row, found in enumerate(wins(field, rule, np.array([float(price)]))[0].tolist()):
        bids = offers(field, row, price)
        if rule.method == "points":
            scored = procurement_points(bids, less, weight_ppm=rule.weight_ppm, ceiling=CEILING)
        elif rule.method == "price":
            scored = procurement_price(bids, less, ceiling=CEILING)
        else:
            scored = assessment_points(
                bids,
                rule.benchmark,
                weight_ppm=rule.weight_ppm,
                ceiling=CEILING,
                small_bonus_ppm=rule.bonus_ppm,
            )
        won = bool(scored) and any(s.rank == 1 and s.offer.bidder == "A" for s in scored)
        same += won == found
    return same / len(field.ours)


@pytest.mark.parametrize("price", [7_000_000, 8_500_000, 9_900_000])
def test_points_and_prices_give_the_winner_of_the_exact_rule(price: int) -> None:
    field = drawn()
    assert agreement(field, RULE, price) > 0.99
    assert agreement(field, replace(RULE, method="price", weight_ppm=0), price) == 1.0


@pytest.mark.parametrize("kind", ["mean", "trimmed", "drop", "mixed", "lowest"])
def test_benchmarks_give_the_winner_of_the_exact_rule(kind: Kind) -> None:
    bench = Benchmark(kind, drop_ppm=20_000, ceiling_ppm=300_000)
    rule = replace(RULE, method="deviation", weight_ppm=600_000, bonus_ppm=30_000, benchmark=bench)
    for price in (7_200_000, 8_800_000):
        assert agreement(drawn(), rule, price) > 0.98


def test_a_bid_above_the_ceiling_and_two_bidders_win_nothing() -> None:
    field = drawn()
    assert not wins(field, RULE, np.array([CEILING + 1.0])).any()
    alone = field.there.sum(axis=1) < 2
    assert alone.any()
    assert not wins(field, RULE, np.array([1_000_000.0]))[0][alone].any()


@pytest.mark.parametrize("method", ["points", "price"])
def test_a_lower_bid_never_loses_what_a_higher_one_wins(method: str) -> None:
    rule = replace(RULE, method=method)  # pyright: ignore[reportArgumentType]
    won = wins(drawn(), rule, np.linspace(5_000_000, CEILING, 40))
    assert (won[:-1] >= won[1:]).all()
