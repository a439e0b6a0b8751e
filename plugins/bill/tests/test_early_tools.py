"""Terms for paying early, as an owner meets them: planned, proposed, compared, carried out."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from aicfo_bill import bill_advice, bill_plan

from aicfo_sdk.books.effects import effects
from aicfo_sdk.model import Counterparty, CreditLine, EarlyDiscount, Invoice, Pay, Settlement

from .test_tools import TODAY, WEEK, YUAN, bill, by_id, context, forecast, invoice, plan, supplier

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


def test_a_later_tier_is_taken_where_the_money_is_there_only_then() -> None:
    early = (TWO, EarlyDiscount(until=TODAY + 10 * DAY, discount_ppm=10_000))
    path = [0] * 8 + [150_000 * YUAN] * 11 + [50_000 * YUAN] * 41
    (move,) = plan(context(seller(), owed(*early)), path).moves
    assert (move.day, move.cost) == (date(2026, 3, 12), -1_000 * YUAN)


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
