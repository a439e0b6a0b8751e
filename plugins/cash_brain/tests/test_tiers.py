"""Liquidity tiers: by hand, and what holds whatever the forecast says."""

from __future__ import annotations

from datetime import date, timedelta

from aicfo_cash_brain import idle_cash, liquidity_plan
from hypothesis import given, settings
from hypothesis import strategies as st

from aicfo_sdk import Context, MemoryBooks
from aicfo_sdk.model import Account, BuyFund, CashForecast, FundPosition, RedeemFund

TODAY = date(2026, 3, 31)
NEAR = FundPosition(id="F0", updated=TODAY, product="余额", amount=0, rate_ppm=12_000)
SLOW = FundPosition(
    id="F1", updated=TODAY, product="理财", amount=0, rate_ppm=20_000, notice_days=1
)
SLOWER = FundPosition(
    id="F2", updated=TODAY, product="理财", amount=0, rate_ppm=26_000, notice_days=20
)


def context(*funds, cash=0):
    account = Account(id="A", opened=date(2025, 1, 1), kind="bank")
    return Context(MemoryBooks([account, *funds], as_of=TODAY, balances={"A": cash}))


def ahead(low, *, worst=None, opening=100_000_000, buffer=0):
    low = tuple(low)
    return CashForecast(
        start=TODAY + timedelta(days=1), opening=opening, p10=low, p50=low, p90=low,
        low_p1=low, low_worst=tuple(worst or low), buffer=buffer, evidence=("Account:A",),
    )  # fmt: skip


def test_each_tier_takes_what_the_worst_hundredth_leaves_until_it_is_back():
    low = [60_000_000] * 35 + [25_000_000] * 56
    plan = liquidity_plan(context(NEAR, SLOW, SLOWER, cash=100_000_000), forecast=ahead(low))
    # T+1 is back within 35 days, T+20 after: the slower may hold less, the faster the rest.
    assert [(tier.fund, tier.wanted) for tier in plan.tiers] == [
        ("F1", 35_000_000),
        ("F2", 25_000_000),
    ]
    # (35m × 0.8 % + 25m × 1.4 %) × 28 / 365.
    assert plan.gain == 48_328


def test_the_buffer_stays_at_hand():
    forecast = ahead([60_000_000] * 91, buffer=20_000_000)
    (tier,) = liquidity_plan(context(NEAR, SLOW, cash=100_000_000), forecast=forecast).tiers
    assert tier.wanted == 40_000_000


def test_what_will_be_missing_is_asked_back_in_time():
    held = SLOW.model_copy(update={"amount": 50_000_000})
    forecast = ahead([-20_000_000] * 91, opening=10_000_000)
    books = context(NEAR, held, cash=10_000_000)
    plan = liquidity_plan(books, forecast=forecast)
    assert plan.tiers[0].wanted == 30_000_000
    (advice,) = idle_cash(books, forecast=forecast, plan=plan)
    (back,) = [one.action for one in advice.proposals]
    assert isinstance(back, RedeemFund)
    assert (back.fund, back.amount) == ("F1", 20_000_000)


def test_money_for_a_slow_fund_comes_out_of_one_that_pays_at_once():
    near = NEAR.model_copy(update={"amount": 90_000_000})
    books = context(near, SLOW, cash=10_000_000)
    forecast = ahead([60_000_000] * 91)
    plan = liquidity_plan(books, forecast=forecast)
    (advice,) = idle_cash(books, forecast=forecast, plan=plan)
    actions = [one.action for one in advice.proposals]
    assert isinstance(actions[0], RedeemFund)
    assert (actions[0].fund, actions[0].amount) == ("F0", 50_000_000)
    assert isinstance(actions[1], BuyFund)
    assert (actions[1].fund, actions[1].amount) == ("F1", 60_000_000)


def test_no_slow_fund_no_paths_or_a_poorer_fund_locks_nothing():
    forecast = ahead([60_000_000] * 91)
    assert liquidity_plan(context(NEAR, cash=100_000_000), forecast=forecast).tiers == ()
    bare = forecast.model_copy(update={"low_p1": (), "low_worst": ()})
    found = liquidity_plan(context(SLOW, cash=100_000_000), forecast=bare)
    assert found.tiers == ()
    assert "no paths" in found.note
    poor = SLOW.model_copy(update={"rate_ppm": 11_000})
    (tier,) = liquidity_plan(context(NEAR, poor, cash=100_000_000), forecast=forecast).tiers
    assert tier.wanted == 0


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(-(10**9), 10**9), min_size=91, max_size=91),
    st.integers(0, 10**9),
    st.integers(0, 10**8),
    st.integers(0, 10**8),
)
def test_never_more_is_locked_than_the_chance_leaves(steps, opening, held, buffer):
    low = [min([opening, *steps[: place + 1]]) for place in range(91)]
    fund = SLOW.model_copy(update={"amount": held})
    books = context(NEAR, fund, SLOWER, cash=opening)
    plan = liquidity_plan(books, forecast=ahead(low, opening=opening, buffer=buffer))
    for place, tier in enumerate(plan.tiers):
        locked = sum(one.wanted for one in plan.tiers[place:])
        there = sum(one.held for one in plan.tiers[place:])
        assert locked <= max(there + tier.limit, 0) + len(plan.tiers)
        assert tier.wanted >= 0
    assert plan.gain >= 0
