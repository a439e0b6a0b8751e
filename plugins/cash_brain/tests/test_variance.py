"""Cash against an earlier forecast: every fen in one driver, timing as records name it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from aicfo_cash_brain import cash_forecast, cash_surprises, cash_variance, sales_forecast
from aicfo_cash_brain.variance.earlier import EarlierBooks
from hypothesis import given, settings
from hypothesis import strategies as st

from aicfo_sdk import Context, InputError, MemoryBooks
from aicfo_sdk.model import (
    Account,
    Bill,
    FundPosition,
    Invoice,
    Loan,
    Obligation,
    Settlement,
    Transaction,
    UntrustedText,
)

TODAY = date(2026, 3, 31)
SINCE = TODAY - timedelta(days=28)
ACCOUNT = Account(id="A", opened=date(2023, 1, 1), kind="bank")


def day(offset):
    return TODAY + timedelta(days=offset)


def line(id, offset, amount, kind, **changes):
    return Transaction(id=id, day=day(offset), account="A", amount=amount, kind=kind, **changes)


def invoice(id, total, *, due, issued=-450, direction: Any = "sales", party="C1", **changes):
    return Invoice(
        id=id, updated=day(issued), number=id, counterparty=party, issued=day(issued),
        due=day(due), net=total, tax=0, total=total, direction=direction, **changes,
    )  # fmt: skip


def paid(id, offset, amount, **changes):
    return Settlement(id=f"{id}>{offset}", day=day(offset), invoice=id, amount=amount, **changes)


def on_time():
    """A customer who paid ten invoices on their day, so long ago that no sales follow from it."""
    for n in range(10):
        at = -600 + 7 * n
        yield invoice(f"old{n}", 10_000, due=at, issued=at - 30)
        yield paid(f"old{n}", at, 10_000)


def books(*rows, cash=1_000_000, as_of=TODAY):
    return MemoryBooks([ACCOUNT, *rows], as_of=as_of, balances={"A": cash})


def explained(held, days=28):
    ctx = Context(held, seed=1)
    sales = sales_forecast(ctx)
    return cash_variance(ctx, forecast=cash_forecast(ctx, sales=sales), days=days), ctx


def by_driver(fact):
    return {each.driver: each for each in fact.drivers}


def ordinary():
    return [
        *on_time(),
        line("T0", -100, 500_000, "owner"),
        invoice("S1", 100_000, due=-20),
        invoice("S2", 60_000, due=-15), paid("S2", -15, 60_000), line("T1", -15, 60_000, "receipt"),
        invoice("S3", 30_000, due=10), paid("S3", -5, 30_000), line("T2", -5, 30_000, "receipt"),
        invoice("P1", 40_000, due=-10, direction="purchase", party="V1"),
        *(
            Transaction(id=f"W{m}", day=when, account="A", amount=-amount, kind="payroll")
            for m, when, amount in (
                (12, date(2025, 12, 10), 50_000), (1, date(2026, 1, 10), 50_000),
                (2, date(2026, 2, 10), 50_000), (3, date(2026, 3, 10), 55_000),
            )
        ),
        line("T3", -3, -20_000, "owner"),
    ]  # fmt: skip


def test_every_fen_of_the_difference_is_in_one_driver_reckoned_by_hand():
    fact, _ = explained(books(*ordinary()))
    found = by_driver(fact)
    # S1 came not (late), S3 came before its day; wages rose; the owner took money out.
    said = {name: (d.expected, d.actual, d.timing, d.permanent) for name, d in found.items()}
    assert said == {
        "takings": (0, 0, 0, 0),
        "receipts": (160_000, 90_000, -70_000, 0),
        "payments": (-40_000, 0, 40_000, 0),
        "taxes": (0, 0, 0, 0),
        "payroll": (-50_000, -55_000, 0, -5_000),
        "financing": (0, 0, 0, 0),
        "one_off": (0, -20_000, 0, -20_000),
    }
    assert fact.actual == 1_000_000
    assert fact.opening == 1_000_000 - (60_000 + 30_000 - 55_000 - 20_000)
    assert fact.expected == fact.opening + 160_000 - 40_000 - 50_000
    assert (fact.variance, fact.timing, fact.permanent) == (-55_000, -30_000, -25_000)
    assert found["receipts"].evidence == ("Invoice:S1", "Invoice:S3")
    assert found["payments"].evidence == ("Invoice:P1",)


def test_an_invoice_made_void_since_is_lost_and_not_late():
    rows = ordinary()
    gone = next(row for row in rows if row.id == "S1")
    rows[rows.index(gone)] = gone.model_copy(update={"status": "void", "updated": day(-8)})
    receipts = by_driver(explained(books(*rows))[0])["receipts"]
    assert (receipts.variance, receipts.timing, receipts.permanent) == (-70_000, 30_000, -100_000)


def test_money_moved_to_a_fund_that_pays_at_once_is_no_difference():
    fund = FundPosition(
        id="F", updated=day(-6), product="余额宝", amount=200_000, rate_ppm=12_000, notice_days=0
    )
    moved = line("T9", -6, -200_000, "transfer")
    plain, _ = explained(books(*ordinary()))
    fact, _ = explained(books(*ordinary(), fund, moved, cash=800_000))
    assert (fact.actual, fact.opening, fact.variance) == (
        plain.actual, plain.opening, plain.variance,
    )  # fmt: skip


def test_a_loan_repaid_on_its_day_was_expected_and_one_drawn_was_not():
    repaid = Loan(
        id="L1", updated=day(-9), lender="Bank", principal=0, rate_ppm=0, drawn=day(-90),
        due=day(-9),
    )  # fmt: skip
    fact, _ = explained(books(*ordinary(), repaid, line("T8", -9, -300_000, "loan")))
    financing = by_driver(fact)["financing"]
    assert (financing.expected, financing.actual) == (-300_000, -300_000)
    drawn, _ = explained(books(*ordinary(), line("T8", -9, 300_000, "loan")))
    financing = by_driver(drawn)["financing"]
    assert (financing.variance, financing.permanent) == (300_000, 300_000)


def test_a_bill_still_on_hand_after_its_day_is_late():
    bill = Bill(
        id="B", updated=day(-40), number="1" * 30, kind="bank", face=70_000, issued=day(-60),
        matures=day(-12), drawer=UntrustedText("甲"), acceptor=UntrustedText("某银行"),
        received=day(-40),
    )  # fmt: skip
    receipts = by_driver(explained(books(*ordinary(), bill))[0])["receipts"]
    assert (receipts.expected, receipts.timing) == (230_000, -140_000)
    assert receipts.evidence[:2] == ("Invoice:S1", "Bill:B")


def test_a_duty_past_its_day_and_open_is_late():
    tax = Obligation(id="X", known_since=day(-60), kind="tax", due=day(-10), amount=9_000)
    taxes = by_driver(explained(books(*ordinary(), tax))[0])["taxes"]
    assert (taxes.expected, taxes.actual, taxes.timing) == (-9_000, 0, 9_000)


def test_where_statements_do_not_reach_back_nothing_is_said():
    fact, _ = explained(books(line("T", -3, 5_000, "sale")))
    assert "cannot say" in fact.note
    assert (fact.variance, fact.expected) == (0, fact.actual)


@settings(max_examples=25, deadline=None)
@given(
    lines=st.lists(
        st.tuples(
            st.integers(-90, 0),
            st.integers(-10**9, 10**9),
            st.sampled_from(
                ["sale", "refund", "purchase", "receipt", "transfer", "fee", "interest", "loan",
                 "tax", "payroll", "rent", "bill", "opening", "owner", "other"]
            ),
        ),
        max_size=25,
    ),
    papers=st.lists(
        st.tuples(
            st.integers(-80, 0), st.integers(0, 60), st.integers(-10**8, 10**8),
            st.sampled_from(["sales", "purchase"]), st.sampled_from(["normal", "void"]),
            st.integers(0, 40), st.integers(1, 10**8),
        ),
        max_size=12,
    ),
    cash=st.integers(-10**9, 10**9),
    days=st.integers(1, 60),
)  # fmt: skip
def test_drivers_add_up_whatever_the_books_hold(lines, papers, cash, days):
    rows = [line(f"T{n}", *each) for n, each in enumerate(lines)]
    for n, (issued, terms, total, side, status, later, part) in enumerate(papers):
        paper = invoice(f"I{n}", total, issued=issued, due=issued + terms, direction=side)
        known = min(issued + later, 0)
        changes = {"updated": day(known), "status": status} if status == "void" else {}
        rows += [paper.model_copy(update=changes), paid(f"I{n}", known, part)]
    fact, _ = explained(books(*rows, cash=cash), days)
    assert fact.actual == cash
    assert fact.expected + fact.variance == fact.actual
    for total in ("variance", "timing", "permanent"):
        assert getattr(fact, total) == sum(getattr(each, total) for each in fact.drivers)
    for each in fact.drivers:
        assert each.variance == each.actual - each.expected == each.timing + each.permanent
    if not fact.note.startswith("cannot say: statements"):
        moved = sum(each.actual for each in fact.drivers)
        assert fact.opening + moved == fact.actual


def test_earlier_books_are_those_of_that_day():
    rows = [*ordinary(), line("T7", -28, 1, "sale"), line("T6", -27, 1, "sale")]
    later = books(*rows)
    seen, real = EarlierBooks(later, SINCE), books(*rows, as_of=SINCE)
    for kind in (Invoice, Settlement, Transaction, Account):
        assert dict(seen.records(kind)) == dict(real.records(kind))
    for kind, field in ((Transaction, "amount"), (Invoice, "due"), (Settlement, "day")):
        assert seen.columns(kind, field)[0].tolist() == real.columns(kind, field)[0].tolist()
    for kind, field in ((Transaction, "kind"), (Invoice, "direction"), (Settlement, "invoice")):
        codes, words = seen.labels(kind, field)
        plain, known = real.labels(kind, field)
        assert (codes.tolist(), words) == (plain.tolist(), known)
    assert seen.balance() == 1_000_000 - (60_000 + 30_000 - 55_000 - 20_000 + 1)
    with pytest.raises(InputError, match="later day"):
        EarlierBooks(later, TODAY + timedelta(days=1))


def test_the_receipt_that_the_buffer_hangs_on_comes_first():
    rows = [
        *on_time(),
        line("T0", -100, 500_000, "owner"),
        invoice("S1", 300_000, due=10), invoice("S2", 20_000, due=6), invoice("S3", 10_000, due=5),
        invoice("S4", 9_000, due=5),
        invoice("P1", 250_000, due=20, direction="purchase", party="V1"),
    ]  # fmt: skip
    fact, ctx = explained(books(*rows, cash=60_000))
    first = fact.receipts[0]
    assert [each.ref for each in fact.receipts] == ["Invoice:S1", "Invoice:S2", "Invoice:S3"]
    assert first.due == day(10)
    assert first.likely == day(10)
    # 60,000 + 39,000 − 250,000 is 151,000 below zero, and the buffer comes on top.
    assert first.breaks == day(20)
    assert first.short == fact.buffer + 151_000
    assert fact.receipts[1].breaks is None
    advice = cash_surprises(ctx, variance=fact)
    assert [each.id for each in advice] == ["key_receipt:Invoice:S1"]
    assert advice[0].money == first.short


def test_the_least_change_that_breaks_the_buffer_is_found():
    rows = [
        *on_time(),
        line("T0", -100, 500_000, "owner"),
        invoice("S1", 300_000, due=10),
        invoice("P1", 250_000, due=20, direction="purchase", party="V1"),
    ]
    fact, _ = explained(books(*rows, cash=60_000))
    found = {each.what: each for each in fact.breakers}
    # On day 20 there are 110,000, less the buffer; payments of 250,000 may rise by that much.
    room = 110_000 - fact.buffer
    assert found["payments_higher"].change_ppm == room * 1_000_000 // 250_000 + 1
    assert found["payments_higher"].day == day(20)
    assert (found["receipts_later"].delay_days, found["receipts_later"].day) == (11, day(20))
    assert "takings_lower" not in found
    broken, _ = explained(books(*rows, cash=-90_000))
    assert [each.what for each in broken.breakers] == ["nothing"]


def test_cash_below_its_band_is_said_with_where_it_went():
    fact, ctx = explained(books(*ordinary(), line("T5", -2, -400_000, "tax"), cash=600_000))
    (advice,) = [one for one in cash_surprises(ctx, variance=fact) if one.id == "cash_variance"]
    assert advice.money == 455_000
    assert advice.kind == "risk"
    assert "taxes ¥-4,000.00" in advice.detail
    assert "税费" in advice.detail_zh
