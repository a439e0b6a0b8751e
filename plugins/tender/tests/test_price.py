"""The chance to win and the price: against brute force, and moving the way they must."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import aicfo_tender
import numpy as np
import pytest
from aicfo_tender.lateness import late_cost
from aicfo_tender.market import Draws, friedman_and_gates
from aicfo_tender.pricing import Costs, expected_profit, optimum, price_case

from aicfo_sdk import ToolFailed, ToolRetry
from aicfo_sdk.model import (
    BidGate,
    BidPrice,
    CreditLine,
    DrawLoan,
    Finding,
    FundingNeed,
    FundingPiece,
    FundingPlan,
    FundPosition,
    ScoreItem,
    SubmitBid,
    TenderId,
    UntrustedText,
)

ONE = TenderId("T-1")
VALUE = 100_000_000


def scoring(weight: int) -> tuple[ScoreItem, ...]:
    name = UntrustedText("分")
    return (
        ScoreItem(group="price", name=name, points_milli=weight * 1000),
        ScoreItem(group="technical", name=name, points_milli=(100 - weight) * 1000),
    )


def notice(make: Any, **fields: Any) -> Any:
    known: dict[str, Any] = {
        "value": VALUE,
        "category": "works",
        "regime": "government_procurement",
        "evaluation": "comprehensive_scoring",
        "scoring": scoring(45),
        "cost_share_ppm": 860_000,
        "bond": 2_000_000,
    }
    return make.tender(**(known | fields))


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"evaluation": "lowest_evaluated_price", "scoring": ()},
        {"regime": "tendering", "evaluation": "comprehensive_assessment", "scoring": scoring(60)},
        {"regime": "tendering", "evaluation": "reviewed_lowest_price", "scoring": ()},
        {"cost_share_ppm": 880_000, "value": 900_000},
    ],
)
def test_the_best_bid_is_within_one_per_cent_of_brute_force(
    make: Any, fields: dict[str, Any]
) -> None:
    # Brute force: every hundred yuan (or every yuan tenth) of the range, by other draws.
    # Ours must come near it whatever it draws.
    case = price_case(make.context(notice(make, **fields), make.merchant(employees=20)), ONE)
    costs = Costs(
        bid=case.estimate // 5_000, bond=case.estimate // 10_000, funding=case.cost // 500
    )
    most = case.market.prior.most
    fresh = case.drawn(Draws(20_000, most, seed=99))
    every = np.arange(case.cost * 0.8, case.estimate + 1, case.estimate / 400)
    profits = expected_profit(case, fresh, costs, every)
    chosen: list[float] = []
    for seed in range(4):
        curve, best = optimum(case, case.drawn(Draws(case.draws, most, seed)), costs)
        chosen.append(float(curve.prices[best]))
    ours = expected_profit(case, fresh, costs, np.array(chosen)).min()
    assert ours > 0
    assert ours >= profits.max() * 0.99


def test_friedman_and_gates_are_their_formulas(make: Any) -> None:
    case = price_case(make.context(notice(make)), ONE)
    three = replace(case.market, prior=replace(case.market.prior, fewest=3, most=3))
    case = replace(case, market=three)
    drawn = case.drawn()
    centre, wide = np.log(drawn.level).mean(), np.log(drawn.level).std()
    at = np.array([np.exp(centre + np.hypot(wide, three.prior.spread))])
    friedman, gates = friedman_and_gates(drawn, three.prior.spread, at)
    below = 0.841344746  # one standard deviation above the median
    assert friedman[0] == pytest.approx((1 - below) ** 3, rel=1e-6)
    assert gates[0] == pytest.approx(1 / (1 + 3 * below / (1 - below)), rel=1e-6)


def test_a_higher_price_never_has_the_better_chance(make: Any) -> None:
    ctx = make.context(notice(make), make.merchant(employees=20))
    found = [
        aicfo_tender.win_chance(ctx, ONE, price=price) for price in range(80_000_000, VALUE, 10**6)
    ]
    chances = [chance.chance_ppm for chance in found]
    assert chances == sorted(chances, reverse=True)
    assert chances[0] > 600_000 > 300_000 > chances[-1]
    assert all(chance.low_ppm <= chance.chance_ppm <= chance.high_ppm for chance in found)
    assert all(chance.gates_ppm >= chance.friedman_ppm for chance in found)


def test_awards_in_the_books_move_what_is_expected_of_rivals(make: Any) -> None:
    now = notice(make)
    past = {"status": "awarded", "suppliers": (UntrustedText("别家公司"),), "cost_share_ppm": None}

    def chance(ppm: int) -> Any:
        awards = [
            notice(make, id=f"T-{n}", awarded=VALUE * ppm // 1_000_000, **past)
            for n in range(2, 14)
        ]
        return aicfo_tender.win_chance(make.context(now, *awards), ONE, price=92_000_000)

    cheap, dear = chance(820_000), chance(970_000)
    assert cheap.awards == dear.awards == 12
    assert cheap.chance_ppm < dear.chance_ppm - 50_000


def test_who_wins_tends_to_have_guessed_too_low(make: Any) -> None:
    ctx = make.context(notice(make, evaluation="lowest_evaluated_price", scoring=()))
    price = aicfo_tender.bid_price(ctx, ONE, need=None)
    assert price.cost_if_won > price.cost == 86_000_000
    assert price.profit_if_won == price.price - price.cost_if_won
    assert price.price in {point.price for point in price.curve}
    assert price.profit >= max(point.profit for point in price.curve) * 0.98
    assert [p.price for p in price.curve] == sorted({p.price for p in price.curve})


def test_dear_money_raises_the_bid_and_lowers_what_it_brings(make: Any) -> None:
    line = CreditLine(
        id="L", updated=date(2026, 1, 1), lender="B", limit=10**9, rate_ppm=180_000,
        expires=date(2027, 1, 1),
    )  # fmt: skip
    ctx = make.context(notice(make), line)
    cheap = aicfo_tender.bid_price(ctx, ONE, need=need(short=0))
    dear = aicfo_tender.bid_price(ctx, ONE, need=need(short=40_000_000))
    # 400,000.00 for 90 days at 18 %: 17,753.42
    assert (cheap.funding_cost, dear.funding_cost) == (0, 1_775_342)
    # 20,000.00 for 15 + 15 + 5 days at 18 %: 345.21
    assert dear.bond_cost == 34_521
    assert dear.price >= cheap.price
    assert dear.profit < cheap.profit


def test_a_bid_far_below_is_warned_of(make: Any) -> None:
    found = aicfo_tender.bid_price(make.context(notice(make)), ONE)
    assert not found.warnings
    ctx = make.context(notice(make, cost_share_ppm=250_000))
    low = aicfo_tender.bid_price(ctx, ONE)
    assert {w.code for w in low.warnings} == {"abnormally_low"}


def test_what_cannot_be_priced_says_so(make: Any) -> None:
    with pytest.raises(ToolRetry, match="neither a value nor a ceiling"):
        aicfo_tender.win_chance(make.context(notice(make, value=None)), ONE)
    with pytest.raises(ToolFailed, match="GBP, books in CNY"):
        aicfo_tender.win_chance(make.context(notice(make, currency="GBP")), ONE)
    with pytest.raises(ToolFailed, match="the tender is over"):
        aicfo_tender.win_chance(make.context(notice(make, status="cancelled")), ONE)
    with pytest.raises(ToolRetry, match="price out of range"):
        aicfo_tender.win_chance(make.context(notice(make)), ONE, price=0)


def need(
    *, short: int = 0, price: int = VALUE, late: tuple[tuple[int, int], ...] = ()
) -> FundingNeed:
    day = date(2026, 5, 1)
    return FundingNeed(
        tender=ONE, price=price, need_p50=short, need_p95=short, short_p50=short, short_p95=short,
        short_mean=short, short_days=90, late_days=late, margin_mean=price // 10, by=day,
        until=day + timedelta(days=89), apply_by=day - timedelta(days=15) if short else None,
    )  # fmt: skip


def line(limit: int) -> CreditLine:
    return CreditLine(
        id="L", updated=date(2026, 1, 1), lender="B", limit=limit, rate_ppm=0,
        expires=date(2027, 1, 1),
    )  # fmt: skip


def test_money_that_nobody_gives_costs_interest_and_a_price_for_each_day(make: Any) -> None:
    # Half of 400,000.00 for 90 days at 0.05 %: 9,000.00. Of 40 days without any source, 10 are
    # left where sources give half of the price, 28 where they give a fifth: 2,500.00 each.
    days = ((0, 40_000), (VALUE // 2, 10_000), (VALUE, 0))
    ctx = make.context(notice(make), params=make.certain(tender__late_day=250_000))
    for late, cost in (((), 900_000), (days, 900_000 + 28 * 250_000)):
        assert late_cost(ctx, need(short=40_000_000, late=late), 20_000_000) == cost
    assert late_cost(ctx, need(short=40_000_000), 40_000_000) == 0
    assert late_cost(ctx, need(short=0), 0) == 0


def test_a_firm_that_would_pay_late_asks_more_and_leaves_a_small_contract(make: Any) -> None:
    def priced(limit: int, value: int = VALUE) -> BidPrice:
        ctx = make.context(notice(make, value=value), line(limit))
        days = ((0, 30_000), (value, 0))
        return aicfo_tender.bid_price(ctx, ONE, need=need(short=value // 2, late=days))

    funded, unfunded = priced(VALUE), priced(1)
    assert unfunded.price > funded.price
    assert unfunded.chance_ppm < funded.chance_ppm
    # A tenth of the contract, as many days: what they cost is more than it brings.
    assert priced(VALUE // 10, VALUE // 10).profit > 0
    assert priced(1, VALUE // 10).profit < 0


def plan(covered: int, demand: int, cost: int = 0) -> FundingPlan:
    piece = FundingPiece(
        source="line:L", demand="tender:T-1", amount=max(covered, 1), cash=covered, cost=cost,
        day=date(2026, 5, 1),
    )  # fmt: skip
    return FundingPlan(
        demand=demand, covered=covered, uncovered=demand - covered, cost=cost,
        pieces=(piece,) if covered else (),
    )  # fmt: skip


def decided(
    make: Any, *has: Any, passed: bool = True, short: int = 0, covered: int = 0, **fields: Any
):
    from aicfo_sdk.model import Account

    account = Account(id="A", opened=date(2020, 1, 1), kind="bank")
    ctx = make.context(notice(make, **fields), make.merchant(employees=20), account, *has)
    refusal = Finding(code="qualification_missing", severity="refuse", message="Not held.")
    return aicfo_tender.bid_decision(
        ctx,
        ONE,
        gate=BidGate(tender=ONE, passed=passed, findings=() if passed else (refusal,)),
        price=aicfo_tender.bid_price(ctx, ONE, need=need(short=short)),
        need=need(short=short),
        plan=plan(covered, short),
    )


def test_a_bid_that_is_worth_it_is_proposed_at_its_price_with_its_bond(make: Any) -> None:
    found = decided(make)
    assert found.go
    assert found.worth > 0
    action = found.proposals[0].action
    assert isinstance(action, SubmitBid)
    assert (action.price, action.amount) == (found.price, 2_000_000)


def test_a_bond_that_is_not_on_the_account_is_drawn_on_the_cheapest_line_first(make: Any) -> None:
    dear = line(50_000_000).model_copy(update={"id": "D", "rate_ppm": 90_000, "fee": 100})
    found = decided(make, line(1_500_000), dear)
    first, second, bid = (proposal.action for proposal in found.proposals)
    assert isinstance(first, DrawLoan)
    assert isinstance(second, DrawLoan)
    assert isinstance(bid, SubmitBid)
    assert (first.line, first.amount, second.line, second.amount) == ("L", 1_500_000, "D", 500_100)
    assert min(first.due, second.due) > date(2026, 4, 1)
    # Lines that do not suffice are left alone, and a fund that pays out at once is money at hand.
    fund = FundPosition(
        id="F", updated=date(2026, 1, 1), product="余利宝", amount=2_000_000, rate_ppm=15_000
    )
    for has in ((line(1_500_000),), (line(50_000_000), fund)):
        assert [one.action.kind for one in decided(make, *has).proposals] == ["submit_bid"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"passed": False}, "qualification_missing"),
        ({"cost_share_ppm": 1_100_000}, "not_worth_it"),
        ({"short": 110_000_000, "covered": 5_000_000}, "not_funded"),
    ],
)
def test_what_speaks_against_it_stops_the_bid(make: Any, fields: dict[str, Any], code: str) -> None:
    found = decided(make, **fields)
    assert not found.go
    assert not found.proposals
    assert found.reasons[0].code == code
    assert found.summary.startswith("Do not bid")


def test_a_need_that_is_funded_does_not_stop_it(make: Any) -> None:
    found = decided(make, short=30_000_000, covered=30_000_000)
    assert found.go
    assert (found.needs, found.uncovered, found.apply_by) == (30_000_000, 0, date(2026, 4, 16))
