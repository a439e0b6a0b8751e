"""The funding need: exact where nothing is uncertain, and never moving the wrong way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import aicfo_tender
import numpy as np
import pytest
from aicfo_tender.contract import Contract, Flow, Risk, Spread, size_contract
from aicfo_tender.need import beta_cdf, quantile, simulate, triangular
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aicfo_sdk import InputError, ToolFailed, ToolRetry, round_div, share
from aicfo_sdk.model import Milestone, Tender, TenderId, UntrustedText

SURE = Risk(Spread(0, 0, 0), Spread(1_000_000, 1_000_000, 1_000_000), Spread(1, 1, 1))
LOOSE = Risk(Spread(-50_000, 0, 150_000), Spread(950_000, 10**6, 1_300_000), Spread(10, 30, 60))


def example(make: Any) -> Tender:
    """Ten thousand yuan over four days; every figure of the tests below is reckoned by hand."""
    return make.tender(
        value=1_000_000,
        category="services",
        deadline=make.today + timedelta(days=3),
        starts=make.today + timedelta(days=10),
        ends=make.today + timedelta(days=13),
        cost_share_ppm=800_000,
        bond=20_000,
        performance_bond_ppm=50_000,
        retention_ppm=30_000,
        retention_days=365,
        payments=(
            Milestone(share_ppm=300_000, after_days=0),
            Milestone(share_ppm=700_000, after_days=4),
        ),
        regime="government_procurement",
    )


def certain(make: Any) -> Any:
    # Award 2 days after the bids, contract 3 days later: day 8. Half of the cost is billed by
    # suppliers who wait 2 days.
    return make.certain(
        tender__evaluation_days=2,
        tender__signing_days=3,
        tender__services__supplier_share_ppm=500_000,
        tender__services__supplier_terms_days=2,
    )


def test_the_need_of_a_contract_without_chance_is_what_a_hand_reckons(make: Any) -> None:
    # day  3 bid bond −200                              cumulative     −200
    # day  8 performance bond −500                                     −700
    # day 10 wages −1,000                                            −1,700
    # day 11 wages −1,000, prepayment +3,000 (one day late)            +300
    # day 12 wages −1,000, suppliers −1,000                          −1,700
    # day 13 wages −1,000, suppliers −1,000, bid bond +200           −3,500
    # day 14 suppliers −1,000                                        −4,500  ← the need
    # day 15 suppliers −1,000, +6,700 (70 % less 3 % retention)      +1,200
    # day 44 performance bond back; day 380 retention                +2,000 = the margin
    tender = example(make)
    ctx = make.context(tender, params=certain(make))
    need = aicfo_tender.funding_need(ctx, TenderId("T-1"), forecast=make.forecast(0))
    assert (need.need_p50, need.need_p95) == (450_000, 450_000)
    assert (need.short_p50, need.short_p95) == (450_000, 450_000)
    assert need.by == make.today + timedelta(days=3)
    assert need.until == make.today + timedelta(days=14)
    # Nothing is uncertain, so the mean is the same; 2,000 is left in the end.
    assert (need.short_mean, need.margin_mean) == (450_000, 200_000)
    # Ends of days 3–10: 200 five times, 700 twice, 1,700; then 1,700, 3,500 and 4,500.
    assert need.short_days == round((1_000 + 1_400 + 1_700 + 1_700 + 3_500 + 4_500) / 4_500)
    # While the work goes on: days 10 and 12 at −1,700, day 13 at −3,500.
    assert need.late_days[:5] == (
        (0, 3_000),
        (100_000, 3_000),
        (200_000, 1_000),
        (300_000, 1_000),
        (400_000, 0),
    )


def test_days_of_late_payment_count_what_the_firm_lacks_without_the_contract(make: Any) -> None:
    def late(own: int, buffer: int = 0) -> dict[int, int]:
        ctx = make.context(example(make), params=certain(make))
        forecast = make.forecast(own, buffer=buffer)
        need = aicfo_tender.funding_need(ctx, TenderId("T-1"), forecast=forecast)
        return dict(need.late_days)

    assert late(350_000)[0] == late(350_000, buffer=350_000)[0] == 0
    assert late(200_000)[0] == 1_000
    # Day 11, too, at +300 of the contract and −3,000 of its own.
    assert late(-300_000)[100_000] == 4_000


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    value=st.integers(10_000, 10**10),
    days=st.integers(1, 200),
    cost_ppm=st.integers(300_000, 1_100_000),
    billed_ppm=st.integers(0, 1_000_000),
    terms=st.integers(0, 60),
    lag=st.integers(0, 90),
    advance=st.integers(0, 970_000),
    securities=st.sampled_from([(0, 0), (20_000, 50_000), (0, 100_000), (20_000, 0)]),
    kept_ppm=st.sampled_from([0, 30_000]),
)
def test_the_need_of_a_fixed_scenario_is_the_worst_cash_of_a_day_book_to_the_fen(
    make: Any,
    value: int,
    days: int,
    cost_ppm: int,
    billed_ppm: int,
    terms: int,
    lag: int,
    advance: int,
    securities: tuple[int, int],
    kept_ppm: int,
) -> None:
    bond, performance = (share(value, part) for part in securities)
    tender = make.tender(
        value=value,
        category="services",
        deadline=make.today + timedelta(days=3),
        starts=make.today + timedelta(days=10),
        ends=make.today + timedelta(days=9 + days),
        cost_share_ppm=cost_ppm,
        bond=bond,
        performance_bond_ppm=securities[1],
        retention_ppm=kept_ppm,
        retention_days=180,
        payments=(Milestone(share_ppm=advance, after_days=0),),
        regime="government_procurement",
    )
    fixed = make.certain(
        tender__evaluation_days=2,
        tender__signing_days=3,
        tender__services__supplier_share_ppm=billed_ppm,
        tender__services__supplier_terms_days=terms,
        tender__public_pay_days=[lag] * 3,
        tender__paths=1,
    )
    ctx = make.context(tender, params=fixed)
    need = aicfo_tender.funding_need(ctx, TenderId("T-1"), forecast=make.forecast(0))
    # The day book: money that moves on a day, and the work done by its end, an even effort.
    kept, first, end = share(value, kept_ppm), share(value, advance), 10 + days
    moves = [(3, -bond), (13, bond), (8, -performance), (end + 30, performance)]
    moves += [(10 + lag, first), (end + lag, value - kept - first), (end + 180 + lag, kept)]
    cost = share(value, cost_ppm)
    billed = share(cost, billed_ppm)
    worst = 0
    for day in range(end + 300):
        cash = sum(amount for on, amount in moves if on <= day)
        for amount, wait in ((cost - billed, 0), (billed, terms)):
            cash -= round_div(amount * min(max(day - wait - 9, 0), days), days)
        worst = min(worst, cash)
    assert (need.need_p50, need.need_p95) == (-worst, -worst)


def test_every_flow_of_the_example_stands_on_its_day(make: Any) -> None:
    sized = size_contract(example(make), 1_000_000, make.today, certain(make))
    flows = {
        (flow.amount, flow.base + flow.progress + flow.lagged) for flow in sized.contract.flows
    }
    assert flows == {
        (-20_000, 3),
        (20_000, 13),
        (-50_000, 8),
        (50_000, 44),
        (300_000, 11),
        (670_000, 15),
        (30_000, 380),
    }


def test_a_firm_short_already_is_not_asked_for_more_than_the_contract(make: Any) -> None:
    ctx = make.context(example(make), params=certain(make))
    need = aicfo_tender.funding_need(ctx, TenderId("T-1"), forecast=make.forecast(-900_000))
    assert need.short_p95 == need.need_p95 == 450_000


def test_paths_that_are_never_short_do_not_date_the_shortage(make: Any) -> None:
    tender = make.tender(value=10_000_000, category="works")
    ctx = make.context(tender)
    alone = aicfo_tender.funding_need(ctx, TenderId("T-1"), forecast=make.forecast(0))
    enough = (alone.need_p50 + alone.need_p95) // 2
    need = aicfo_tender.funding_need(ctx, TenderId("T-1"), forecast=make.forecast(enough))
    assert need.short_p50 == 0 < need.short_p95 <= alone.need_p95 - enough
    assert make.today + timedelta(days=50) < need.by <= need.until


def test_own_cash_above_its_buffer_covers_the_need_first(make: Any) -> None:
    ctx = make.context(example(make), params=certain(make))
    forecast = make.forecast(500_000, buffer=100_000)
    need = aicfo_tender.funding_need(ctx, TenderId("T-1"), forecast=forecast)
    assert (need.need_p95, need.short_p95) == (450_000, 50_000)
    assert need.by == need.until == make.today + timedelta(days=14)
    (demand,) = aicfo_tender.tender_demand(ctx, TenderId("T-1"), need=need)
    assert (demand.amount, demand.by, demand.until) == (50_000, need.by, need.until)
    assert demand.evidence[0] == "Tender:T-1"


def test_nothing_short_means_no_demand_and_dates_of_the_contract(make: Any) -> None:
    ctx = make.context(example(make), params=certain(make))
    forecast = make.forecast(450_000)
    need = aicfo_tender.funding_need(ctx, TenderId("T-1"), forecast=forecast)
    assert (need.need_p95, need.short_p95) == (450_000, 0)
    assert need.by == make.today + timedelta(days=10)
    assert need.until == make.today + timedelta(days=15), "the day it has paid itself back"
    assert aicfo_tender.tender_demand(ctx, TenderId("T-1"), need=need) == []


def test_receipts_add_up_to_the_price_whatever_the_milestones(make: Any) -> None:
    for shares in ((333_333, 333_333, 333_334), (400_000,), (500_000, 490_000), (1_000_000,)):
        steps = tuple(Milestone(share_ppm=s, after_days=9 * i) for i, s in enumerate(shares))
        tender = make.tender(value=999_999, retention_ppm=30_000, payments=steps)
        sized = size_contract(tender, 999_999, make.today, make.certain())
        assert sum(flow.amount for flow in sized.contract.flows) == 999_999
        assert all(flow.amount > 0 for flow in sized.contract.flows)


@pytest.mark.parametrize("category", ["goods", "services", "works", ""])
def test_what_the_notice_leaves_open_is_assumed_and_said(make: Any, category: str) -> None:
    ctx = make.context(make.tender(value=10_000_000, category=category))
    need = aicfo_tender.funding_need(ctx, TenderId("T-1"), forecast=make.forecast(0))
    said = " ".join(need.assumptions)
    assert 0 < need.need_p50 <= need.need_p95 < 10_000_000
    for word in ("no start stated", "no end stated", "no payments stated", "assumed"):
        assert word in said
    assert ("taken as services" in said) == (category == "")


def test_equal_seeds_give_equal_needs(make: Any) -> None:
    tender = make.tender(value=10_000_000, category="works")

    def answer(seed: int) -> Any:
        ctx = make.context(tender, seed=seed)
        forecast = make.forecast(1_000_000, spread=500_000)
        return aicfo_tender.funding_need(ctx, TenderId("T-1"), forecast=forecast)

    assert answer(1) == answer(1)
    assert answer(1).need_p95 != answer(2).need_p95


def test_an_uncertain_forecast_makes_the_bad_case_worse(make: Any) -> None:
    ctx = make.context(example(make), params=certain(make))
    sure = aicfo_tender.funding_need(ctx, TenderId("T-1"), forecast=make.forecast(300_000))
    loose = aicfo_tender.funding_need(
        ctx, TenderId("T-1"), forecast=make.forecast(300_000, spread=200_000)
    )
    assert loose.short_p95 > sure.short_p95
    assert loose.need_p95 == sure.need_p95


def test_a_price_of_ones_own_scales_the_need(make: Any) -> None:
    ctx = make.context(make.tender(value=None), params=make.certain())
    with pytest.raises(ToolRetry, match=r"states no value.*price="):
        aicfo_tender.funding_need(ctx, TenderId("T-1"), forecast=make.forecast(0))
    one = aicfo_tender.funding_need(
        ctx, TenderId("T-1"), price=1_000_000, forecast=make.forecast(0)
    )
    two = aicfo_tender.funding_need(
        ctx, TenderId("T-1"), price=2_000_000, forecast=make.forecast(0)
    )
    assert two.need_p95 == pytest.approx(2 * one.need_p95, abs=2)
    with pytest.raises(ToolRetry, match="price out of range"):
        aicfo_tender.funding_need(ctx, TenderId("T-1"), price=-5, forecast=make.forecast(0))


def test_two_currencies_are_never_mixed(make: Any) -> None:
    ctx = make.context(make.tender(value=1_000_000, currency="GBP"))
    with pytest.raises(ToolFailed, match="GBP, books in CNY"):
        aicfo_tender.funding_need(ctx, TenderId("T-1"), forecast=make.forecast(0))


def test_a_tender_that_another_won_has_no_need(make: Any) -> None:
    merchant = make.merchant()
    lost = make.tender(status="awarded", value=9_000, suppliers=(UntrustedText("别家公司"),))
    ctx = make.context(lost, merchant)
    with pytest.raises(ToolFailed, match="别家公司"):
        aicfo_tender.funding_need(ctx, TenderId("T-1"), forecast=make.forecast(0))
    ours = make.tender(status="awarded", value=9_000, awarded=8_000, suppliers=(merchant.name,))
    ctx = make.context(ours, merchant)
    need = aicfo_tender.funding_need(ctx, TenderId("T-1"), forecast=make.forecast(0))
    assert need.price == 8_000


def test_payments_above_the_price_are_refused(make: Any) -> None:
    steps = (Milestone(share_ppm=700_000, after_days=0), Milestone(share_ppm=400_000, after_days=9))
    ctx = make.context(make.tender(value=1_000_000, payments=steps))
    with pytest.raises(ToolFailed, match="110 %"):
        aicfo_tender.funding_need(ctx, TenderId("T-1"), forecast=make.forecast(0))


def test_an_unknown_tender_is_named(make: Any) -> None:
    with pytest.raises(InputError, match="T-9"):
        aicfo_tender.funding_need(make.context(), TenderId("T-9"), forecast=make.forecast(0))


def test_before_a_rule_on_payment_days_the_lag_is_an_assumption(make: Any) -> None:
    # Order 802 holds from 2025-06-01; books of an earlier day must still be answered.
    day = date(2019, 5, 6)
    tender = make.tender(
        value=1_000_000, updated=day, published=day, deadline=day + timedelta(days=30)
    )
    sized = size_contract(tender, 1_000_000, day, make.context(tender).params)
    assert sized.risk.lag == Spread(15, 45, 120)


contracts = st.builds(
    Contract,
    price=st.just(10_000_000),
    cost=st.integers(5_000_000, 11_000_000),
    start=st.integers(0, 40),
    duration=st.integers(1, 120),
    curve=st.sampled_from([(1, 1), (2, 1), (1, 2), (2, 2), (3, 2)]),
    supplier_ppm=st.integers(0, 1_000_000),
    terms=st.integers(0, 60),
    flows=st.just(()),
)
shares = st.lists(st.integers(1, 5_000_000), min_size=1, max_size=4)


def with_receipts(contract: Contract, amounts: list[int]) -> Contract:
    days = [round(contract.duration * (i + 1) / len(amounts)) for i in range(len(amounts))]
    flows = tuple(
        Flow(amount, contract.start, day, lagged=True)
        for amount, day in zip(amounts, days, strict=True)
    )
    return replace(contract, flows=flows)


def need_of(contract: Contract, risk: Risk) -> np.ndarray[Any, Any]:
    return simulate(contract, risk, None, paths=40, seed=3).need


@given(contracts, shares, st.integers(1, 60))
def test_a_buyer_who_pays_later_never_lowers_the_need(
    contract: Contract, amounts: list[int], later: int
) -> None:
    contract = with_receipts(contract, amounts)
    lag = Spread(LOOSE.lag.least + later, LOOSE.lag.likely + later, LOOSE.lag.most + later)
    late = need_of(contract, replace(LOOSE, lag=lag))
    assert (late >= need_of(contract, LOOSE)).all()


@given(contracts, shares, st.integers(0, 1_000_000))
def test_a_prepayment_never_raises_the_need(
    contract: Contract, amounts: list[int], part: int
) -> None:
    contract = with_receipts(contract, amounts)
    last = contract.flows[-1]
    early = last.amount * part // 1_000_000
    moved = (
        *contract.flows[:-1],
        replace(last, amount=last.amount - early),
        Flow(early, contract.start, 0, lagged=True),
    )
    assert (need_of(replace(contract, flows=moved), LOOSE) <= need_of(contract, LOOSE)).all()


@given(contracts, shares, st.integers(1, 90))
def test_suppliers_who_wait_longer_never_raise_the_need(
    contract: Contract, amounts: list[int], more: int
) -> None:
    contract = with_receipts(contract, amounts)
    longer = replace(contract, terms=contract.terms + more)
    assert (need_of(longer, LOOSE) <= need_of(contract, LOOSE)).all()


@given(contracts, shares)
def test_the_need_never_exceeds_all_that_is_ever_paid(
    contract: Contract, amounts: list[int]
) -> None:
    contract = with_receipts(contract, amounts)
    most = contract.cost * 1.15 / 1e6 + 2
    need = need_of(contract, LOOSE)
    assert (need >= 0).all()
    assert (need <= most * 1_000_000).all()


def test_without_receipts_the_need_is_the_whole_cost() -> None:
    contract = Contract(10**12 - 7, 10**12 - 7, 5, 37, (2, 2), 333_333, 11, ())
    assert need_of(contract, SURE).tolist() == [10**12 - 7] * 40


def test_the_beta_curve_for_whole_shapes_is_the_polynomial() -> None:
    x = np.linspace(0.0, 1.0, 11)
    assert beta_cdf(x, 1, 1) == pytest.approx(x)
    assert beta_cdf(x, 2, 1) == pytest.approx(x**2)
    assert beta_cdf(x, 2, 2) == pytest.approx(3 * x**2 - 2 * x**3)
    assert beta_cdf(np.array([1.0]), 5, 3).tolist() == [1.0]


def test_triangular_draws_keep_their_bounds_and_mean() -> None:
    uniform = (np.arange(100_000) + 0.5) / 100_000
    draws = triangular(Spread(0, 300, 600), uniform)
    assert (draws.min(), draws.max()) == (1, 599)
    assert draws.mean() == pytest.approx(300, abs=0.5)
    assert triangular(Spread(4, 4, 4), uniform).tolist()[:2] == [4, 4]
    assert triangular(Spread(0, 0, 10), np.array([0.75])).tolist() == [5]


def test_a_quantile_is_a_value_that_was_drawn() -> None:
    values = np.array([30, 10, 20, 40], dtype=np.int64)
    assert quantile(values, 500_000) == 20
    assert quantile(values, 950_000) == 40
    assert quantile(values, 0) == 10
