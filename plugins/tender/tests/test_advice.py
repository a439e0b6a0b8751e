"""Advice: a few tenders worth money to this firm, in both languages; and the plugin's manners."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from typing import Any

import aicfo_tender
import pytest

from aicfo_sdk.model import Advice, DailySales, FundingPlan, NoBid, TenderId, UntrustedText


def firm(make: Any, **fields: Any) -> list[Any]:
    sales = DailySales(id="s", day=make.today, store="S", amount=100_000_000)
    known: dict[str, Any] = {"products": ("保洁",), "employees": 20}
    return [make.merchant(**(known | fields)), sales]


def advice(make: Any, *records: Any, **world: Any) -> list[Advice]:
    return aicfo_tender.tender_advice(make.context(*records, cash=10**8, **world))


def test_a_good_tender_about_to_close_is_worth_its_expected_margin(make: Any) -> None:
    tender = make.tender(value=50_000_000, category="services", deadline=make.today + timedelta(9))
    (one,) = advice(make, tender, *firm(make))
    # 500,000 yuan at an assumed cost of 80 % leaves 100,000; one chance in five makes 20,000.
    assert (one.kind, one.money) == ("opportunity", 2_000_000)
    assert "closes in 9 days" in one.title
    assert "还剩9天" in one.title_zh
    assert "margin is 100,000.00" in one.detail
    assert one.evidence == ("Tender:T-1", "Merchant:M")
    assert one.expects == NoBid(tender="T-1", by=make.today + timedelta(9))


def test_ones_own_cost_estimate_is_used_before_an_assumption(make: Any) -> None:
    tender = make.tender(value=50_000_000, cost_share_ppm=900_000)
    (one,) = advice(make, tender, *firm(make))
    assert one.money == 1_000_000
    assert "your own estimate" in one.detail


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "学校食堂", "description": "另含保洁"},
        {"deadline": None},
        {"status": "planning"},
        {"required": ("安全生产许可证",)},
        {"value": 40_000_000_000},
    ],
    ids=["found in the text alone", "no deadline", "not open", "gate refuses", "beyond reach"],
)
def test_what_an_owner_need_not_read_is_left_out(make: Any, fields: dict[str, Any]) -> None:
    tender = make.tender(**({"value": 50_000_000} | fields))
    assert advice(make, tender, *firm(make)) == []


def test_a_deadline_far_away_can_wait(make: Any) -> None:
    near, far = (
        make.tender(f"T-{days}", value=1_000_000, deadline=make.today + timedelta(days=days))
        for days in (21, 22)
    )
    assert [one.id for one in advice(make, near, far, *firm(make))] == ["tender:T-21:bid"]


def test_at_most_three_open_tenders_trouble_the_owner(make: Any) -> None:
    many = [make.tender(f"T-{i}", value=1_000_000) for i in range(9)]
    found = advice(make, *many, *firm(make))
    assert [one.id for one in found] == [f"tender:T-{i}:bid" for i in range(3)]


@pytest.mark.parametrize("fields", [{"value": None}, {"value": 10_000, "currency": "GBP"}])
def test_a_value_that_cannot_be_compared_is_no_money(make: Any, fields: dict[str, Any]) -> None:
    (one,) = advice(make, make.tender(**fields), *firm(make))
    assert (one.kind, one.money) == ("info", 0)
    assert "unknown" in one.detail


def test_a_tender_that_was_won_says_until_when_to_sign(make: Any) -> None:
    records = firm(make)
    ours = make.tender(
        status="awarded",
        value=50_000_000,
        awarded=40_000_000,
        category="works",
        suppliers=(UntrustedText("南京明亮保洁有限公司"),),
        updated=make.today - timedelta(days=4),
    )
    (one,) = advice(make, ours, *records)
    assert (one.kind, one.money) == ("due", 4_800_000)
    assert one.title.endswith((make.today + timedelta(days=26)).isoformat())
    assert "请在2026-03-28前签订合同" in one.title_zh
    theirs = ours.model_copy(update={"suppliers": (UntrustedText("别家"),)})
    old = ours.model_copy(update={"updated": make.today - timedelta(days=31)})
    assert advice(make, theirs, *records) == advice(make, old, *records) == []


def test_books_that_say_nothing_of_the_merchant_give_no_advice(make: Any) -> None:
    assert advice(make, make.tender(value=1_000)) == []
    assert advice(make, make.tender(value=1_000), make.merchant()) == []


def test_every_tool_reads_only_what_it_declares(make: Any) -> None:
    # Calling through the tool (not its bare function) raises UndeclaredRead otherwise.
    ctx = make.context(make.tender(value=1_000_000), *firm(make))
    assert set(aicfo_tender.plugin.tools) == {
        "search_tenders",
        "bid_gate",
        "funding_need",
        "tender_demand",
        "tender_advice",
        "bid_document",
        "contract_draft",
        "bond_choice",
        "contract_advice",
        "win_chance",
        "bid_price",
        "bid_decision",
        "tender_portfolio",
        "portfolio_advice",
        "tender_watch",
    }
    need = aicfo_tender.funding_need(ctx, TenderId("T-1"), forecast=make.forecast(0))
    assert aicfo_tender.tender_demand(ctx, TenderId("T-1"), need=need)
    assert aicfo_tender.bid_gate(ctx, TenderId("T-1")).passed
    assert aicfo_tender.search_tenders(ctx).matches
    assert aicfo_tender.win_chance(ctx, TenderId("T-1"))
    price = aicfo_tender.bid_price(ctx, TenderId("T-1"), need=need)
    none = FundingPlan(demand=0, covered=0, uncovered=0, cost=0, pieces=())
    gate = aicfo_tender.bid_gate(ctx, TenderId("T-1"))
    assert aicfo_tender.bid_decision(
        ctx, TenderId("T-1"), gate=gate, price=price, need=need, plan=none
    ).reasons
    assert aicfo_tender.tender_advice(ctx)
    assert {tool.effect for tool in aicfo_tender.plugin.tools.values()} == {"read", "propose"}


def test_registering_the_plugin_loads_nothing_heavy() -> None:
    code = (
        "import sys, aicfo_tender\n"
        "print(*{'numpy', 'bm25s', 'rjieba', 'scipy', 'sqlalchemy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
