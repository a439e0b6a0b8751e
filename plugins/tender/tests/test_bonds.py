"""Securities in each form, the day to apply for a loan, and money that contracts bring back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import aicfo_tender

from aicfo_sdk.model import (
    CreditLine,
    Milestone,
    ReceiptMissing,
    TenderId,
    Transaction,
    UntrustedText,
)
from aicfo_sdk.parameters import parameters

DAY = timedelta(days=1)


def line(**fields: Any) -> CreditLine:
    known: dict[str, Any] = {
        "updated": date(2026, 1, 1),
        "lender": "城市银行",
        "limit": 50_000_000,
        "rate_ppm": 36_500,
        "expires": date(2027, 1, 1),
    }
    return CreditLine(id="L", **(known | fields))


def rates(**values: Any) -> Any:
    fixed: dict[str, Any] = {
        "finance__money_fund_ppm": 14_600,
        "tender__guarantee_rate_ppm": 10_000,
        "tender__guarantee_minimum": 30_000,
        "tender__guarantee_deposit_ppm": 100_000,
        "tender__evaluation_days": 15,
        "tender__signing_days": 15,
        "tender__bond_refund_days": 5,
    }
    return parameters().with_values(date(2000, 1, 1), **(fixed | values))


def test_each_form_of_a_bid_bond_as_counted_by_hand(make: Any) -> None:
    # Bid on day 20, contract on day 50, refund on day 55: 35 days.
    tender = make.tender(value=10_000_000, bond=200_000)
    ctx = make.context(tender, line(), cash=300_000, params=rates())
    (item,) = aicfo_tender.bond_choice(ctx, TenderId("T-1")).items
    assert (item.kind, item.amount, item.days) == ("bid", 200_000, 35)
    assert {way.way: way.cost for way in item.ways} == {
        "cash": 280,  # 200,000 × 1.46 % × 35/365
        "loan": 700,  # 200,000 × 3.65 % × 35/365
        "guarantee": 30_028,  # the least fee, and 1.46 % on a deposit of 20,000
    }
    assert [way.way for way in item.ways] == ["cash", "loan", "guarantee"]
    assert {way.way: way.locked for way in item.ways} == {
        "cash": 200_000,
        "loan": 0,
        "guarantee": 20_000,
    }


def test_a_form_that_cannot_be_paid_comes_last_whatever_it_costs(make: Any) -> None:
    tender = make.tender(value=10_000_000, bond=200_000)
    ctx = make.context(tender, line(used=49_900_000), cash=199_999, params=rates())
    found = aicfo_tender.bond_choice(ctx, TenderId("T-1"))
    assert [(way.way, way.possible) for way in found.items[0].ways] == [
        ("guarantee", True),
        ("cash", False),
        ("loan", False),
    ]
    assert (found.cost, found.freed) == (30_028, 180_000)
    assert "guarantee" in found.summary


def test_all_securities_of_a_notice_are_compared(make: Any) -> None:
    tender = make.tender(
        value=10_000_000, bond=200_000, performance_bond_ppm=100_000, retention_ppm=30_000
    )
    found = aicfo_tender.bond_choice(make.context(tender, cash=10**9), TenderId("T-1"))
    assert [(item.kind, item.amount) for item in found.items] == [
        ("bid", 200_000),
        ("performance", 1_000_000),
        ("retention", 300_000),
    ]
    assert all(item.first <= item.last for item in found.items)
    none = aicfo_tender.bond_choice(make.context(make.tender(value=1)), TenderId("T-1"))
    assert none.items == ()


def test_the_day_to_apply_is_the_lenders_days_before_money_is_short(make: Any) -> None:
    tender = make.tender(value=10_000_000)
    ctx = make.context(tender, params=make.certain(tender__loan_lead_days=12))
    need = aicfo_tender.funding_need(ctx, TenderId("T-1"), forecast=make.forecast(0))
    assert need.short_p95 > 0
    assert need.lead_days == 12
    assert need.apply_by == need.by - 12 * DAY
    assert need.by_p50 == need.by  # without chance every path is short on the same day
    assert any("apply by" in note for note in need.assumptions)
    rich = aicfo_tender.funding_need(ctx, TenderId("T-1"), forecast=make.forecast(10**9))
    assert (rich.short_p95, rich.apply_by, rich.by_p50, rich.lead_days) == (0, None, None, None)


def test_a_day_to_apply_that_has_passed_is_said(make: Any) -> None:
    tender = make.tender(value=10_000_000)
    ctx = make.context(tender, params=make.certain(tender__loan_lead_days=400))
    need = aicfo_tender.funding_need(ctx, TenderId("T-1"), forecast=make.forecast(0))
    assert need.apply_by is not None
    assert need.apply_by < make.today
    assert any("apply today" in note for note in need.assumptions)


def won(make: Any, **fields: Any) -> Any:
    known: dict[str, Any] = {
        "status": "awarded",
        "awarded": 10_000_000,
        "updated": make.today - 90 * DAY,
        "suppliers": (UntrustedText("南京明亮保洁有限公司"),),
        "starts": make.today - 60 * DAY,
        "ends": make.today - 40 * DAY,
        "bond": 200_000,
        "performance_bond_ppm": 50_000,
        "payments": (
            Milestone(share_ppm=300_000, after_days=0),
            Milestone(share_ppm=700_000, after_days=35),
        ),
    }
    return make.tender(**(known | fields))


def receipt(make: Any, amount: int, back: int) -> Transaction:
    day = make.today - back * DAY
    return Transaction(id=f"t{amount}{back}", day=day, account="A", amount=amount, kind="other")


def found(make: Any, *records: Any) -> dict[str, Any]:
    ctx = make.context(make.merchant(), *records)
    return {one.id.rpartition(":")[2]: one for one in aicfo_tender.contract_advice(ctx)}


def test_late_releases_and_payments_are_flagged_with_days_and_interest(make: Any) -> None:
    told = found(make, won(make))
    assert {name: one.kind for name, one in told.items()} == {
        "bond": "risk",
        "pay1": "risk",
        "pay2": "due",
        "performance": "risk",
    }
    # The bid bond was due 5 days after the contract, which began 60 days ago.
    assert told["bond"].title.startswith("55 days late")
    assert told["bond"].money == 200_000
    # The first payment was due 30 days after the start, 30 days ago: 3,000,000 × 0.05 % × 30.
    assert told["pay1"].title.startswith("30 days late")
    assert "450.00" in told["pay1"].detail
    assert told["pay2"].money == 7_000_000
    assert told["performance"].title.startswith("10 days late")
    # What is late is claimed not to come within a fortnight; a reminder claims nothing.
    today = make.today
    assert told["bond"].expects == ReceiptMissing(
        amount=200_000, since=today + DAY, about="T-1", by=today + 14 * DAY
    )
    assert told["pay2"].expects is None


def test_money_that_came_in_is_not_asked_for_again(make: Any) -> None:
    came = [receipt(make, 200_000, 70), receipt(make, 3_000_000, 40), receipt(make, 500_000, 20)]
    assert set(found(make, won(make), *came)) == {"pay2"}
    # Of two equal sums one receipt pays one; money from before it was owed pays nothing.
    early = receipt(make, 3_000_000, 61)
    assert "pay1" in found(make, won(make), early)


def test_contracts_of_others_and_old_ones_are_not_watched(make: Any) -> None:
    assert found(make, won(make, suppliers=(UntrustedText("别家公司"),))) == {}
    old = won(make, updated=make.today - 900 * DAY, starts=make.today - 800 * DAY,
              ends=make.today - 780 * DAY)  # fmt: skip
    assert found(make, old) == {}
