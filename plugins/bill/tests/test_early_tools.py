"""Terms for paying early, as an owner meets them: planned, proposed, compared, carried out."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from aicfo_bill import bill_advice, bill_plan, bill_sources, early_payments

from aicfo_sdk.books.effects import effects
from aicfo_sdk.model import Counterparty, CreditLine, EarlyDiscount, Invoice, Pay, Settlement

from .test_tools import (
    TODAY,
    WEEK,
    YUAN,
    bill,
    by_id,
    context,
    forecast,
    invoice,
    plan,
    quote,
    supplier,
)

DAY = timedelta(days=1)
DUE = TODAY + 20 * DAY
TWO = EarlyDiscount(until=TODAY, discount_ppm=20_000)


def owed(*early: EarlyDiscount, id: str = "I1", **changes: Any) -> Invoice:
    return invoice(id, DUE, 100_000 * YUAN, early=early, **changes)


RICH = [150_000 * YUAN] * 19 + [50_000 * YUAN] * 41
POOR = [0] * 19 + [-100_000 * YUAN] * 41


def seller() -> Counterparty:
    """A supplier who takes no bills."""
    return supplier().model_copy(update={"accepts_bills": ()})


def test_the_plan_pays_early_says_why_and_proposes_a_payment_that_settles_the_invoice() -> None:
    ctx = context(seller(), owed(TWO))
    found = plan(ctx, RICH)
    (move,) = found.moves
    assert (move.bill, move.move, move.payable, move.day) == (None, "pay_early", "I1", TODAY)
    assert (move.amount, move.cost) == (100_000 * YUAN, -2_000 * YUAN)
    # 2,000 for 98,000 twenty days sooner: 37.24 % a year.
    assert move.reason.startswith("2,000.00 is taken off for money 20 days sooner, 37.24 % a year;")
    assert "the plan ends 1,9" in move.reason
    (proposal,) = found.proposals
    action = proposal.action
    assert isinstance(action, Pay)
    assert (action.amount, action.account, action.settles) == (98_000 * YUAN, "zz-bank", ("I1",))
    assert proposal.valid_until == TODAY
    assert proposal.evidence == ("Invoice:I1",)
    done = effects(action, ctx.books, ref="r")
    assert {leg.account: leg.amount for leg in done.postings} == {
        "liabilities:payables:S": 100_000 * YUAN,
        "assets:cash:zz-bank": -98_000 * YUAN,
        "expenses:finance": -2_000 * YUAN,
    }
    settled = [part for part in done.records if isinstance(part, Settlement)]
    assert sum(part.amount for part in settled) == 100_000 * YUAN
    assert plan(context(seller(), owed(TWO), *settled), RICH).moves == ()


def test_advice_tells_what_is_paid_early_in_both_languages() -> None:
    ctx = context(seller(), owed(TWO))
    advice = by_id(bill_advice(ctx, plan=plan(ctx, RICH)))["bill:plan"]
    assert advice.title.startswith("Paying early: 1,99")
    assert "Pay 100,000.00 early for 2,000.00 off, first I1 on 2026-03-02." in advice.detail
    assert "提前付清 100,000.00 元，享受现金折扣 2,000.00 元" in advice.detail_zh
    assert [p.action.kind for p in advice.proposals] == ["pay"]


def test_a_payment_on_a_later_day_is_planned_and_not_yet_proposed() -> None:
    # 14 March 2026 is a Saturday: the money goes on Friday.
    ctx = context(seller(), owed(EarlyDiscount(until=date(2026, 3, 14), discount_ppm=20_000)))
    found = plan(ctx, RICH)
    assert [move.day for move in found.moves] == [date(2026, 3, 13)]
    assert found.proposals == ()


def test_of_two_last_days_that_are_one_working_day_the_larger_discount_counts() -> None:
    weekend = (
        EarlyDiscount(until=date(2026, 3, 14), discount_ppm=20_000),
        EarlyDiscount(until=date(2026, 3, 15), discount_ppm=10_000),
    )
    (move,) = plan(context(seller(), owed(*weekend)), RICH).moves
    assert (move.day, move.cost) == (date(2026, 3, 13), -2_000 * YUAN)


def test_a_bill_that_is_not_moved_stays_beside_what_is_paid_early() -> None:
    ctx = context(bill("B1", TODAY + 10 * WEEK, 1_000 * YUAN), seller(), owed(TWO))
    found = plan(ctx, RICH)
    assert [(move.move, move.bill) for move in found.moves] == [("pay_early", None), ("hold", "B1")]
    assert found.evidence == ("Bill:B1", "Invoice:I1")
    assert bill_sources(ctx) != []
    assert not [one for one in bill_sources(ctx) if one.id.startswith("endorse")]


def test_a_later_tier_is_taken_where_the_money_is_there_only_then() -> None:
    early = (TWO, EarlyDiscount(until=TODAY + 10 * DAY, discount_ppm=10_000))
    path = [0] * 8 + [150_000 * YUAN] * 11 + [50_000 * YUAN] * 41
    (move,) = plan(context(seller(), owed(*early)), path).moves
    assert (move.day, move.cost) == (date(2026, 3, 12), -1_000 * YUAN)


def test_what_is_due_after_the_forecast_ends_may_be_paid_early_and_is_endorsed_to_nobody() -> None:
    later = owed(TWO).model_copy(update={"due": TODAY + 100 * DAY})
    plain = later.model_copy(update={"id": "I2", "early": ()})
    sold = bill("B1", TODAY + 21 * WEEK, 100_000 * YUAN)
    found = plan(context(supplier(), later, plain, sold), [150_000 * YUAN] * 60)
    assert [(move.move, move.payable) for move in found.moves] == [
        ("pay_early", "I1"),
        ("hold", ""),
    ]
    # 98,000 less on hand at the end, 100,000 less to pay after it, less a few yuan of yield.
    gain = found.wealth - found.hold_all
    assert 1_990 * YUAN < gain < 2_000 * YUAN
    assert found.hold_all > 150_000 * YUAN + sold.face


def test_who_is_short_pays_nobody_early_though_it_was_planned() -> None:
    found = plan(context(seller(), owed(TWO)), [level - 10**9 for level in POOR])
    assert found.shortage
    assert found.proposals == ()


def test_terms_that_are_over_or_of_a_stranger_or_of_a_sale_plan_nothing() -> None:
    over = owed(EarlyDiscount(until=TODAY - DAY, discount_ppm=20_000))
    sale = owed(TWO, direction="sales", id="I2")
    stranger = owed(TWO, counterparty="X", id="I3")
    assert plan(context(seller(), over, sale, stranger), RICH).moves == ()


def test_a_bill_is_endorsed_where_that_spares_more_than_the_discount() -> None:
    # Short from the day on which the debt is due: who endorses the bill needs no line for it.
    line = CreditLine(
        id="L",
        updated=TODAY,
        lender="bank",
        limit=10**9,
        rate_ppm=240_000,
        expires=TODAY + 9 * WEEK,
    )
    given = (bill("B1", TODAY + 10 * WEEK, 100_000 * YUAN), supplier(), line)
    small = EarlyDiscount(until=TODAY, discount_ppm=1_000)
    found = plan(context(*given, owed(small)), POOR)
    assert {move.move for move in found.moves} == {"endorse"}
    rules = {rule.rule: rule for rule in found.rules}
    assert (rules["early_all"].saved or 0) > 0
    assert rules["no_early"].saved == 0
    large = EarlyDiscount(until=TODAY, discount_ppm=200_000)
    moves = plan(context(*given, owed(large)), POOR).moves
    assert "pay_early" in {move.move for move in moves}
    assert "endorse" not in {move.move for move in moves}


def test_the_exact_plan_and_the_uncertain_one_pay_early_too() -> None:
    ctx = context(seller(), owed(TWO))
    for given in ({"exact": True}, {"uncertain": True}):
        found = bill_plan(ctx, forecast=forecast(RICH), **given)
        assert [move.move for move in found.moves] == ["pay_early"]
        assert found.wealth <= found.bound


def line(rate_ppm: int, limit: int = 10**8, fee: int = 0) -> CreditLine:
    return CreditLine(
        id="L", updated=TODAY, lender="bank", limit=limit, rate_ppm=rate_ppm, fee=fee,
        expires=DUE + WEEK,
    )  # fmt: skip


def test_a_discount_is_compared_with_the_cheapest_money_in_words() -> None:
    found = early_payments(context(seller(), owed(TWO), line(60_000)))
    (one,) = found.payments
    assert (one.paid, one.off, one.days) == (98_000 * YUAN, 2_000 * YUAN, 20)
    # 2 / 98 × 365 / 20 = 37.2449 %; 98,000 at 6 % for 20 of 365 days are 322.19.
    assert one.annual_ppm == 372_449
    assert (one.source, one.cost, one.cost_ppm) == ("CreditLine:L", 322_19, 60_000)
    assert (one.verdict, one.gain) == ("raise", 2_000 * YUAN - 322_19)
    assert "20 days sooner, 37.24 % a year" in one.why
    assert "raising it costs 322.19 (6.00 %) at least, from CreditLine:L: worth raising" in one.why
    assert "折年 37.24%" in one.why_zh
    assert found.summary.startswith("1 open invoice takes up to 2,000.00 off for paying early: 1 ")
    assert found.evidence == ("Invoice:I1", "CreditLine:L")


@pytest.mark.parametrize(
    ("records", "verdict"),
    [
        ((), "spare"),
        ((line(400_000),), "spare"),
        ((line(60_000, limit=97_999 * YUAN),), "spare"),
        ((line(60_000, fee=2_000 * YUAN),), "spare"),
        ((line(360_000),), "raise"),
    ],
)
def test_money_that_is_too_dear_or_too_little_leaves_it_to_spare_money(
    records: tuple[CreditLine, ...], verdict: str
) -> None:
    assert early_payments(context(seller(), owed(TWO), *records)).payments[0].verdict == verdict


def test_a_bill_may_be_the_cheapest_money_and_each_tier_is_compared() -> None:
    early = (TWO, EarlyDiscount(until=TODAY + 10 * DAY, discount_ppm=10_000))
    sold = bill("B1", TODAY + 10 * WEEK, 200_000 * YUAN)
    found = early_payments(
        context(seller(), owed(*early), line(90_000), sold, quote("Q", "east", 9_000))
    )
    assert [one.day for one in found.payments] == [TODAY, TODAY + 10 * DAY]
    assert {one.source for one in found.payments} == {"Bill:B1"}
    # To bring 98,000 for 70 days at 0.9 %: 171.80.
    assert found.payments[0].cost == 171_80
    assert "1 worth raising money for" in found.summary


def test_what_is_due_anyway_costs_nothing_and_a_tiny_discount_is_not_worth_it() -> None:
    today = owed(TWO).model_copy(update={"due": TODAY})
    (one,) = early_payments(context(seller(), today)).payments
    assert (one.days, one.annual_ppm, one.verdict) == (0, None, "spare")
    tiny = EarlyDiscount(until=TODAY, discount_ppm=1)
    (one,) = early_payments(context(seller(), owed(tiny))).payments
    # 10 fen off; 20 days at 0.05 % are 2.78 yuan.
    assert (one.off, one.verdict) == (10, "no")
    assert one.gain < 0


def test_without_terms_the_comparison_says_so() -> None:
    found = early_payments(context(seller(), owed()))
    assert (found.payments, found.evidence) == ((), ())
    assert found.summary == "No open invoice takes anything off for paying early."
