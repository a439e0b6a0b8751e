"""The tools as an owner meets them: on books, with proposals that could be carried out."""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from aicfo_bill import bill_advice, bill_plan, bill_sources, check_bill, plugin
from aicfo_bill.rules import RULES

from aicfo_sdk import Context, MemoryBooks, NotFound, ToolFailed, grouped
from aicfo_sdk.actions import postings, proceeds
from aicfo_sdk.model import (
    Account,
    Advice,
    Bill,
    BillId,
    BillPlan,
    BillWaiting,
    CashForecast,
    Counterparty,
    CreditLine,
    DiscountBill,
    DiscountQuote,
    EndorseBill,
    Invoice,
    Merchant,
    OverdueAcceptor,
    PledgeBill,
    PresentBill,
    Record,
    Settlement,
    UntrustedText,
)

TODAY = date(2026, 3, 2)  # a Monday
WEEK = timedelta(days=7)
YUAN = 100


def bill(id: str, matures: date, face: int, *, units: bool = True, **changes: Any) -> Bill:
    issued = date(2026, 2, 1)
    serial = f"{sum(id.encode()) * 7919 % 10**8:08d}"
    sound = Bill(
        id=id,
        updated=date(2026, 2, 1),
        number=f"5102100099996{issued:%Y%m%d}{serial}0",
        kind="bank",
        range_start=1_001 if units else 0,
        range_end=1_000 + face if units else 0,
        face=face,
        issued=issued,
        matures=matures,
        drawer=UntrustedText("甲公司"),
        acceptor=UntrustedText("宁波银行股份有限公司"),
        acceptor_class="city_bank",
        payee=UntrustedText("我方公司"),
        invoices=("Contract:K1",),
    )
    return sound.model_copy(update=changes)


def invoice(id: str, due: date | None, total: int, **changes: Any) -> Invoice:
    base = Invoice(
        id=id,
        updated=date(2026, 2, 1),
        number=id,
        direction="purchase",
        counterparty="S",
        issued=date(2026, 2, 1),
        due=due,
        net=total,
        tax=0,
        total=total,
    )
    return base.model_copy(update=changes)


def supplier(id: str = "S", *kinds: str) -> Counterparty:
    return Counterparty.model_validate(
        {
            "id": id,
            "known_since": date(2026, 1, 1),
            "name": UntrustedText("供应商"),
            "accepts_bills": kinds or ("bank",),
        }
    )


BASE: tuple[Record, ...] = (
    Merchant(id="M", updated=date(2026, 1, 1), name=UntrustedText("我方公司")),
    Account(id="wallet", opened=date(2026, 1, 1), kind="wallet"),
    Account(id="zz-bank", opened=date(2026, 1, 1), kind="bank"),
)


def quote(id: str, institution: str, rate: int, fee: int = 0) -> DiscountQuote:
    return DiscountQuote(
        id=id,
        day=TODAY,
        valid_until=TODAY + WEEK,
        institution=institution,
        acceptor_class="city_bank",
        tenor_days=200,
        rate_ppm=rate,
        fee=fee,
    )


def context(*records: Record) -> Context:
    return Context(MemoryBooks([*BASE, *records], as_of=TODAY, balances={"zz-bank": 0}))


def forecast(path: list[int], **given: Any) -> CashForecast:
    levels = tuple(path)
    return CashForecast(
        start=TODAY + timedelta(days=1), opening=0, p10=levels, p50=levels, p90=levels, **given
    )


def plan(ctx: Context, path: list[int], **given: Any) -> BillPlan:
    return bill_plan(ctx, forecast=forecast(path), **given)


def by_id(advice: list[Advice]) -> dict[str, Advice]:
    return {one.id: one for one in advice}


def test_the_plugin_offers_one_provider_of_each_type() -> None:
    returns = {name: tool.signature.returns.label for name, tool in plugin.tools.items()}
    assert len(set(returns.values())) == len(returns) == 9
    assert plugin.tools["bill_plan"].effect == "propose"
    assert plugin.tools["check_bill"].effect == "read"


def test_registering_loads_no_solver_and_no_string_matcher() -> None:
    script = (
        "import sys, aicfo_bill\n"
        "print([m for m in ('numpy', 'highspy', 'stdnum') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_one_bill_is_checked_beside_the_others_in_the_books() -> None:
    one = bill("B1", TODAY + 10 * WEEK, 5_000 * YUAN)
    twin = one.model_copy(update={"id": "B2"})
    check = check_bill(context(one, twin), BillId("B1"))
    assert check.verdict == "refuse"
    assert "overlap" in {finding.code for finding in check.findings}
    assert check_bill(context(one), BillId("B1")).verdict == "take"
    listed = check_bill(context(one), BillId("B1"), overdue=("宁波银行股份有限公司",))
    assert listed.verdict == "refuse"
    with pytest.raises(NotFound, match="B9"):
        check_bill(context(one), BillId("B9"))


def _on_list(**changes: Any) -> OverdueAcceptor:
    name = UntrustedText("宁波银行股份有限公司")
    plain = OverdueAcceptor(id="A1", published=TODAY - timedelta(days=3), name=name)
    return plain.model_copy(update=changes)


def test_the_overdue_list_in_the_books_refuses_a_bill_from_its_publication_on() -> None:
    one = bill("B1", TODAY + 10 * WEEK, 5_000 * YUAN)
    unpaid = [supplier(), invoice("I1", TODAY, 9_000 * YUAN), quote("Q", "east", 9_000)]
    assert bill_sources(context(one, *unpaid))
    assert check_bill(context(one, _on_list()), BillId("B1")).verdict == "refuse"
    assert bill_sources(context(one, *unpaid, _on_list())) == []
    later = _on_list(published=TODAY + timedelta(days=1))
    assert "acceptor_overdue" in check_bill(context(one, later), BillId("B1")).not_checked


def test_who_left_the_list_is_taken_again_unless_barred_for_long() -> None:
    one = bill("B1", TODAY + 10 * WEEK, 5_000 * YUAN)
    left = _on_list(listed=False)
    assert check_bill(context(one, left), BillId("B1")).verdict == "take"
    barred = _on_list(listed=False, barred_until=TODAY)
    assert check_bill(context(one, barred), BillId("B1")).verdict == "refuse"
    over = _on_list(listed=False, barred_until=TODAY - timedelta(days=1))
    assert check_bill(context(one, over), BillId("B1")).verdict == "take"


def test_a_bill_that_a_check_refuses_is_neither_planned_nor_offered() -> None:
    one = bill("B1", TODAY + 10 * WEEK, 5_000 * YUAN)
    twin = one.model_copy(update={"id": "B2"})
    ctx = context(
        one, twin, supplier(), invoice("I1", TODAY, 9_000 * YUAN), quote("Q", "east", 9_000)
    )
    found = plan(ctx, [-900_000] * 90)
    assert (found.moves, found.proposals) == ((), ())
    assert found.wealth == found.bound == found.hold_all
    assert bill_sources(ctx) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"held": "pledged"},
        {"held": "discounted"},
        {"side": "payable"},
        {"circulation": "locked"},
        {"circulation": "not_transferable"},
        {"transferable": False},
        {"status": "accepted", "circulation": "pending"},
        {"matures": TODAY},
        {"matures": TODAY - WEEK},
    ],
)
def test_a_bill_that_cannot_move_stays(changes: dict[str, Any]) -> None:
    one = bill("B1", TODAY + 10 * WEEK, 5_000 * YUAN).model_copy(update=changes)
    ctx = context(one, quote("Q", "east", 9_000))
    assert plan(ctx, [-900_000] * 90).moves == ()
    assert bill_sources(ctx) == []


def test_a_plan_says_why_of_each_bill_what_money_is_worth_and_what_simple_rules_come_to() -> None:
    # In ten weeks 400,000 yuan are missing until the bill matures; nobody takes it as payment.
    ctx = context(
        bill("B1", TODAY + 20 * WEEK, 500_000 * YUAN),
        bill("B2", TODAY + 20 * WEEK, 300_000 * YUAN, units=False),
        quote("Q", "east", 9_000),
    )
    path = [100_000 * YUAN] * 70 + [-400_000 * YUAN] * 69 + [400_000 * YUAN] * 21
    found = plan(ctx, path)
    sold = [move for move in found.moves if move.move == "discount"]
    assert sold
    assert all("more is missing from 2026-05-1" in move.reason for move in sold)
    assert all(move.reason for move in found.moves)
    by_rule = {rule.rule: rule for rule in found.rules}
    assert set(by_rule) == set(RULES)
    assert [rule.wealth for rule in found.rules] == sorted(
        (rule.wealth for rule in found.rules), reverse=True
    )
    assert found.rules[0].wealth <= found.wealth
    assert all(rule.saved == found.wealth - rule.wealth for rule in found.rules)
    assert (by_rule["hold_all"].wealth, by_rule["discount_all"].wealth) == (
        found.hold_all,
        found.discount_all,
    )
    assert by_rule["hold_all"].shortage == 400_000 * YUAN
    # Ten weeks at 0.9 % are 1,750 ppm, 1,753 of what they bring; what money brought earlier earns
    # at 0.05 % is 97 less. Who has it only after the discount spares nothing.
    price = found.prices[0]
    assert price.first == TODAY + timedelta(days=1)
    assert price.value_ppm == 1_753 - 97
    assert found.prices[-1].last < TODAY + 11 * WEEK
    (advice,) = [one for one in bill_advice(ctx, plan=found) if one.id == "bill:plan"]
    assert f"One more yuan from {price.first}" in advice.detail
    assert "is worth 0.1" in advice.detail
    assert "方案多赚 0.1" in advice.detail_zh


def test_what_is_due_now_is_proposed_on_disjoint_units_and_posts_balanced() -> None:
    one = bill("B1", TODAY + 20 * WEEK, 1_000_000 * YUAN)
    ctx = context(
        one,
        supplier(),
        quote("Q", "east", 9_000),
        invoice("I1", TODAY, 200_000 * YUAN),
        invoice("I2", TODAY + timedelta(days=1), 100_000 * YUAN),
        invoice("I3", TODAY + 3 * WEEK, 100_000 * YUAN),
    )
    # Everything is due at once and cash ends 900,000 yuan short of what the three leave.
    path = [-700_000 * YUAN] * 20 + [-800_000 * YUAN] * 119 + [200_000 * YUAN] * 20
    found = plan(ctx, path)
    assert found.shortage == 0
    assert found.wealth <= found.bound
    assert found.wealth > max(found.hold_all, found.discount_all)
    units: list[tuple[int, int]] = []
    for proposal in found.proposals:
        action = proposal.action
        assert isinstance(action, EndorseBill | DiscountBill)
        assert action.day == TODAY
        assert action.amount == action.range_end - action.range_start + 1
        assert sum(leg.amount for leg in postings(action)) == 0
        units.append((action.range_start, action.range_end))
    units.sort()
    assert all(last < first for (_, last), (first, _) in pairwise(units))
    assert units[0][0] >= one.range_start
    assert units[-1][1] <= one.range_end
    endorsed = {a.settles for p in found.proposals if isinstance(a := p.action, EndorseBill)}
    assert endorsed == {("I1",), ("I2",)}  # I3 is planned, not yet proposed
    assert {move.payable for move in found.moves if move.move == "endorse"} == {"I1", "I2", "I3"}
    assert sum(move.amount for move in found.moves) == one.face
    (sold,) = [p.action for p in found.proposals if isinstance(p.action, DiscountBill)]
    assert sold.account == "zz-bank"
    (move,) = [m for m in found.moves if m.move == "discount" and m.day == TODAY]
    assert proceeds(sold) == move.amount - move.cost


def test_suppliers_get_only_the_kinds_of_bills_that_they_take() -> None:
    ctx = context(
        bill("B1", TODAY + 20 * WEEK, 1_000 * YUAN * 100),
        supplier("S", "trade", "supply_chain"),
        invoice("I1", TODAY + WEEK, 100_000 * YUAN),
    )
    found = plan(ctx, [0] * 6 + [-50_000 * YUAN] * 80)
    assert "endorse" not in {move.move for move in found.moves}
    assert all(source.action.kind == "discount_bill" for source in bill_sources(ctx))


def test_only_what_is_still_owed_is_paid_by_bill() -> None:
    ctx = context(
        bill("B1", TODAY + 20 * WEEK, 1_000_000 * YUAN),
        supplier(),
        invoice("I1", TODAY, 100_000 * YUAN),
        Settlement(id="P", day=TODAY, invoice="I1", amount=30_000 * YUAN),
        invoice("R", None, -20_000 * YUAN, status="red", reverses="I1"),
        invoice("I2", TODAY, 5_000 * YUAN, status="void"),
        invoice("I3", TODAY, 5_000 * YUAN, settled_at_sale=True),
        invoice("I4", None, 5_000 * YUAN),
    )
    found = plan(ctx, [-100_000 * YUAN] * 139 + [900_000 * YUAN] * 20)
    paid: dict[str, int] = defaultdict(int)
    for move in found.moves:
        if move.move == "endorse":
            paid[move.payable] += move.amount
    assert paid == {"I1": 50_000 * YUAN}


def pledging(share_ppm: int | None, rate_ppm: int = 40_000) -> CreditLine:
    return CreditLine(
        id="L",
        updated=TODAY,
        lender="bank",
        limit=0,
        rate_ppm=rate_ppm,
        expires=TODAY + 52 * WEEK,
        pledge_ppm=share_ppm,
    )


# 400,000 yuan are missing from tomorrow until the bill of 1,000,000 pays.
POOR = [-400_000 * YUAN] * 139 + [600_000 * YUAN] * 20


def test_a_bill_that_is_dear_to_sell_is_pledged_where_a_lender_in_the_books_takes_it() -> None:
    one = bill("B1", TODAY + 20 * WEEK, 1_000_000 * YUAN)
    ctx = context(one, quote("Q", "east", 60_000), pledging(800_000))
    found = plan(ctx, POOR)
    (move,) = [move for move in found.moves if move.move == "pledge"]
    assert (move.day, move.institution) == (TODAY, "L")
    assert 500_000 * YUAN <= move.amount <= 500_000 * YUAN + 2
    # 400,000 yuan at 4 % over 140 days of 365.
    assert abs(move.cost - round(400_000 * YUAN * 0.04 * 140 / 365)) <= 1
    assert move.reason.startswith("L lends 400,000.00 on it for 6,136.99")
    (proposal,) = found.proposals
    action = proposal.action
    assert isinstance(action, PledgeBill)
    assert (action.line, action.day, action.amount) == ("L", TODAY, move.amount)
    assert action.range_end - action.range_start + 1 == action.amount
    assert found.shortage == 0
    assert found.evidence[0] == "Bill:B1"


@pytest.mark.parametrize("line", [pledging(None), pledging(0), pledging(800_000, 90_000)])
def test_no_bill_is_pledged_on_no_terms_or_where_to_sell_it_is_cheaper(line: CreditLine) -> None:
    ctx = context(bill("B1", TODAY + 20 * WEEK, 1_000_000 * YUAN), quote("Q", "e", 60_000), line)
    assert {move.move for move in plan(ctx, POOR).moves} == {"discount", "hold"}


def test_no_bill_is_sold_to_keep_a_reserve_for_it_is_one_itself() -> None:
    ctx = context(bill("B1", TODAY + 20 * WEEK, 1_000_000 * YUAN), quote("Q", "east", 9_000))
    given = forecast([10_000 * YUAN] * 159, buffer=300_000 * YUAN)
    assert [move.move for move in bill_plan(ctx, forecast=given).moves] == ["hold"]


def test_a_credit_line_is_used_where_it_is_cheaper_than_a_discount() -> None:
    line = CreditLine(
        id="L",
        updated=TODAY,
        lender="bank",
        limit=100_000 * YUAN,
        rate_ppm=40_000,
        expires=TODAY + 52 * WEEK,
    )
    one = bill("B1", TODAY + 20 * WEEK, 100_000 * YUAN)
    path = [0] * 10 + [-50_000 * YUAN] * 3 + [0] * 160
    assert {m.move for m in plan(context(one, line), path).moves} == {"hold"}
    assert "discount" in {m.move for m in plan(context(one), path).moves}


def test_the_exact_plan_says_so_and_is_no_worse() -> None:
    ctx = context(
        *(bill(f"B{n}", TODAY + n * WEEK, n * 7_000 * YUAN, units=n % 2 == 0) for n in range(3, 9)),
        supplier(),
        *(invoice(f"I{n}", TODAY + n * WEEK, n * 9_000 * YUAN) for n in range(1, 5)),
        quote("Q", "east", 15_000, fee=5_000),
    )
    path = [20_000 * YUAN] * 8 + [-60_000 * YUAN] * 30 + [90_000 * YUAN] * 40
    fast, exact = plan(ctx, path), plan(ctx, path, exact=True)
    assert (fast.method, exact.method) == ("lp_repair", "milp")
    assert fast.wealth <= exact.wealth <= exact.bound
    assert exact.gap_ppm <= 11


def test_a_forecast_from_another_day_is_lined_up_or_refused() -> None:
    ctx = context(bill("B1", TODAY + 20 * WEEK, 100_000 * YUAN))
    levels = (5, -4_000_000, -4_000_000)
    base = {"opening": 7, "p10": levels, "p50": levels, "p90": levels}
    today = bill_plan(ctx, forecast=CashForecast.model_validate({"start": TODAY, **base}))
    later = bill_plan(ctx, forecast=CashForecast.model_validate({"start": TODAY + WEEK, **base}))
    assert today.shortage == later.shortage == 0
    assert today.moves[0].day == TODAY
    with pytest.raises(ToolFailed, match="ends before"):
        bill_plan(ctx, forecast=CashForecast.model_validate({"start": TODAY - WEEK, **base}))


def test_sources_never_promise_more_than_the_bill_brings_or_the_supplier_is_owed() -> None:
    bills = [
        bill(f"B{n}", TODAY + (n + 2) * WEEK, n * 30_000 * YUAN, units=n != 2) for n in range(1, 5)
    ]
    owed = {"I1": 70_000 * YUAN, "I2": 90_000 * YUAN}
    ctx = context(
        *bills,
        supplier(),
        *(invoice(id, TODAY + WEEK, total) for id, total in owed.items()),
        quote("Q1", "east", 9_000),
        quote("Q2", "west", 8_000, fee=3_000),
    )
    sources = bill_sources(ctx)
    face = {one.ref: one.face for one in bills}
    paid: dict[str, int] = defaultdict(int)
    for source in sources:
        action = source.action
        assert source.capacity == face[source.resource]
        assert source.limit <= source.capacity
        if isinstance(action, DiscountBill):
            promised = (
                source.limit - -(-source.limit * source.upfront_ppm // 1_000_000) - source.fee
            )
            assert promised <= proceeds(action) <= promised + source.limit // 1_000_000 + 1
        else:
            assert isinstance(action, EndorseBill)
            assert source.first == TODAY + WEEK
            assert source.until >= source.first
            assert source.upfront_ppm == source.annual_ppm == source.fee == 0
            paid[action.settles[0]] += source.limit
        assert source.indivisible == (source.resource == "Bill:B2")
    assert {s.id for s in sources if s.resource == "Bill:B1" and "discount" in s.id} == {
        "discount:B1:east",
        "discount:B1:west",
    }
    assert paid
    assert all(paid[id] <= owed[id] for id in paid)


def test_a_matured_bill_is_proposed_for_presentment_on_a_working_day_in_its_window() -> None:
    ctx = context(
        bill("soon", TODAY + timedelta(days=3), 1_000 * YUAN),
        bill("now", TODAY - timedelta(days=2), 2_000 * YUAN),
        bill("late", TODAY - timedelta(days=15), 3_000 * YUAN),
        bill("far", TODAY + 9 * WEEK, 4_000 * YUAN),
    )
    advice = by_id(bill_advice(ctx))
    presented = {id: one for id, one in advice.items() if id.startswith("bill:present:")}
    assert set(presented) == {f"bill:present:{id}" for id in ("soon", "now", "late")}
    assert presented["bill:present:soon"].proposals == ()
    (proposal,) = presented["bill:present:now"].proposals
    assert isinstance(proposal.action, PresentBill)
    assert proposal.action.day == TODAY
    assert proposal.action.account == "zz-bank"
    assert proposal.valid_until == TODAY + timedelta(days=8)
    assert presented["bill:present:late"].kind == "risk"
    assert presented["bill:present:now"].expects == BillWaiting(
        bill="now", by=TODAY + timedelta(days=8)
    )
    assert presented["bill:present:late"].expects is None
    assert "bill:refuse:late" not in advice


def test_advice_is_in_two_languages_names_the_money_and_its_evidence() -> None:
    one = bill("B1", TODAY + 10 * WEEK, 5_000 * YUAN)
    ours = bill("OWN", TODAY + timedelta(days=3), 8_000 * YUAN, side="payable")
    ctx = context(
        one,
        one.model_copy(update={"id": "B2"}),
        bill("B3", TODAY + 10 * WEEK, 700_000 * YUAN, invoices=()),
        ours,
        supplier(),
        invoice("I1", TODAY, 100_000 * YUAN),
        quote("Q", "east", 9_000),
    )
    found = plan(ctx, [-100_000 * YUAN] * 69 + [600_000 * YUAN] * 30)
    advice = by_id(bill_advice(ctx, plan=found))
    assert {
        "bill:refuse:B1",
        "bill:refuse:B2",
        "bill:warn:trade_background",
        "bill:pay:OWN",
    } <= set(advice)
    assert advice["bill:refuse:B1"].money == one.face
    best = advice["bill:plan"]
    assert best.money == max(found.wealth - found.hold_all, found.wealth - found.discount_all)
    assert best.proposals == found.proposals
    saved = {rule.rule: rule.saved for rule in found.rules}
    habit, over = grouped(saved["owner_habit"] or 0), grouped(found.rules[0].saved or 0)
    assert f"saves {habit} against the owner's habit (owner_habit) and {over}" in best.detail
    assert f"比老板习惯（owner_habit）多 {habit} 元" in best.detail_zh
    for item in advice.values():
        assert item.title.isprintable()
        assert any("\u4e00" <= char <= "\u9fff" for char in item.title_zh)
        assert item.detail
        assert item.detail_zh
        assert item.evidence


def test_what_no_plan_can_pay_is_a_risk_with_its_day() -> None:
    ctx = context(bill("B1", TODAY + 10 * WEEK, 5_000 * YUAN), quote("Q", "east", 9_000))
    found = plan(ctx, [0] * 4 + [-900_000 * YUAN] * 90)
    assert found.shortage_day == TODAY + timedelta(days=5)
    risk = by_id(bill_advice(ctx, plan=found))["bill:shortage"]
    assert (risk.kind, risk.money) == ("risk", found.shortage)


def test_who_cannot_pay_all_passes_no_bill_on() -> None:
    """An endorsement pays one supplier and leaves nothing for wages, which come first."""
    given = (
        bill("B1", TODAY + 10 * WEEK, 50_000 * YUAN),
        supplier(),
        invoice("I1", TODAY, 50_000 * YUAN),
        quote("Q", "east", 9_000),
    )
    rich = plan(context(*given), [100_000 * YUAN] * 90)
    poor = plan(context(*given), [-900_000 * YUAN] * 90)
    assert [p.action.kind for p in rich.proposals] == ["endorse_bill"]
    assert poor.shortage
    assert {p.action.kind for p in poor.proposals} <= {"discount_bill"}


def test_books_without_bills_need_no_plan_and_no_advice() -> None:
    ctx = context()
    found = plan(ctx, [5, 6, 7])
    assert (found.moves, found.wealth, found.gap_ppm) == ((), 7, 0)
    assert bill_advice(ctx, plan=found) == []
    assert bill_sources(ctx) == []
