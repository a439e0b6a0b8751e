"""What a claim comes to by the books: came true, did not come, averted, open, cannot be said."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aicfo_sdk import MemoryBooks
from aicfo_sdk.actions import postings
from aicfo_sdk.books.carried import Carried
from aicfo_sdk.books.judging import Judge, Verdict
from aicfo_sdk.books.track_record import wilson
from aicfo_sdk.model import (
    Account,
    Action,
    Bill,
    BillWaiting,
    BuyFund,
    CashAbove,
    CashBelow,
    DailySales,
    DiscountBill,
    DrawLoan,
    EndorseBill,
    Expectation,
    Invoice,
    InvoicesOpen,
    Merchant,
    NoBid,
    Pay,
    PresentBill,
    ReceiptMissing,
    Record,
    SalesBelow,
    Settlement,
    SubmitBid,
    Tender,
    Transaction,
    UntrustedText,
)

DAY = date(2026, 3, 1)


def day(n: int) -> date:
    return DAY + timedelta(days=n)


def line(n: int, amount: int, kind: Any = "sale") -> Transaction:
    return Transaction(id=f"t{n}:{amount}", day=day(n), account="A", amount=amount, kind=kind)


def carried(action: Action, source: int = 99) -> Carried:
    return Carried(f"P{action.day}", action, action.day, source, postings(action))


def judged(
    expects: Expectation,
    records: Iterable[Record] = (),
    *,
    until: int = 60,
    actions: tuple[Carried, ...] = (),
    last: int = 60,
) -> Verdict:
    """Judge a claim that was made on day 0 by audit row 10."""
    account = Account(id="A", opened=DAY, kind="bank")
    books = MemoryBooks([account, *records], as_of=day(until))
    cash: dict[date, int] = {}
    for one in books.all(Transaction):
        cash[one.day] = cash.get(one.day, 0) + one.amount
    for done in actions:
        if done.day <= books.as_of:
            cash[done.day] = cash.get(done.day, 0) + done.cash
    told = [one for one in actions if one.day <= books.as_of]
    judge = Judge(books, cash=cash, carried=told, last=day(last))
    return judge.verdict(expects, made=DAY, source=10)


FALLING = (line(0, 1_000, "opening"), line(5, -600, "purchase"), line(9, 900), line(20, 1))
"""1,000 until day 5, then 400, from day 9 on 1,300."""
SHORT = CashBelow(amount=500, by=day(10))


def test_a_shortage_that_came_is_true_on_the_day_it_came():
    assert judged(SHORT, FALLING) == ("came_true", day(5), 400)


def test_a_shortage_is_true_before_its_last_day_is_there():
    assert judged(SHORT, FALLING, until=6) == ("came_true", day(5), 400)


def test_a_shortage_whose_day_has_not_come_is_open():
    assert judged(CashBelow(amount=100, by=day(10)), FALLING, until=9).outcome == "open"


def test_statements_that_end_before_the_day_leave_it_open():
    assert judged(CashBelow(amount=100, by=day(10)), FALLING[:3], until=60).outcome == "open"


def test_a_shortage_that_never_came_did_not_come():
    found = judged(CashBelow(amount=100, by=day(10)), FALLING)
    assert found == ("did_not_come", day(10), 400)


def test_nothing_after_the_last_day_counts():
    assert judged(CashBelow(amount=500, by=day(4)), FALLING).outcome == "did_not_come"


def test_to_say_that_cash_is_low_when_it_is_foretells_nothing():
    low = (line(0, 499, "opening"), line(20, 1))
    assert judged(SHORT, low).outcome == "cannot_say"
    assert judged(SHORT, [line(0, 500, "opening"), line(20, 1)]).outcome == "did_not_come"


def test_books_without_statements_cannot_say():
    assert judged(SHORT).outcome == "cannot_say"


def draw(n: int, amount: int = 300, due: int = 50) -> DrawLoan:
    return DrawLoan(day=day(n), line="L", account="A", amount=amount, rate_ppm=50_000, due=day(due))


def test_a_shortage_that_a_loan_prevented_is_averted():
    found = judged(SHORT, FALLING, actions=(carried(draw(4)),))
    assert found == ("averted", day(10), 400)


def test_a_loan_that_came_too_late_leaves_it_true():
    assert judged(SHORT, FALLING, actions=(carried(draw(6)),)).outcome == "came_true"


def test_a_loan_drawn_before_the_brief_is_no_answer_to_it():
    drawn = carried(draw(0), source=9)
    assert judged(SHORT, FALLING, actions=(drawn,)).outcome == "did_not_come"
    after = carried(draw(0), source=11)
    assert judged(SHORT, FALLING, actions=(after,)).outcome == "averted"


def test_money_put_into_a_fund_makes_no_shortage_true():
    buy = BuyFund(day=day(2), account="A", fund="F", amount=700)
    rich = (line(0, 1_000, "opening"), line(20, 1))
    assert judged(SHORT, rich, actions=(carried(buy),)).outcome == "did_not_come"


def test_paying_what_was_owed_is_part_of_what_was_expected():
    pay = Pay(day=day(3), account="A", payee="S", amount=700)
    rich = (line(0, 1_000, "opening"), line(20, 1))
    assert judged(SHORT, rich, actions=(carried(pay),)) == ("came_true", day(3), 300)


def test_a_bill_that_paid_a_supplier_averts_from_the_day_the_invoice_was_due():
    owed = Invoice(
        id="I", updated=DAY, number="1", direction="purchase", counterparty="S", issued=DAY,
        due=day(8), net=700, tax=0, total=700,
    )  # fmt: skip
    endorse = EndorseBill(day=day(2), bill="B", amount=700, payee="S", settles=("I",))
    rich = (line(0, 1_000, "opening"), line(20, 1), owed)
    done = (carried(endorse),)
    assert judged(SHORT, rich, actions=done).outcome == "averted"
    assert judged(CashBelow(amount=500, by=day(7)), rich, actions=done).outcome == "did_not_come"


def test_a_discounted_bill_would_have_paid_at_maturity_anyway():
    sell = DiscountBill(
        day=day(2), bill="B", amount=400, institution="x", account="A", rate_ppm=0, days=3
    )
    records = (*FALLING, bill(matures=5))
    assert judged(SHORT, records, actions=(carried(sell),)).outcome == "did_not_come"
    records = (*FALLING, bill(matures=7))
    assert judged(SHORT, records, actions=(carried(sell),)).outcome == "averted"


@pytest.mark.parametrize(("amount", "outcome"), [(400, "came_true"), (401, "did_not_come")])
def test_cash_that_is_not_needed_stays(amount: int, outcome: str):
    assert judged(CashAbove(amount=amount, by=day(10)), FALLING).outcome == outcome


@given(
    moves=st.lists(st.tuples(st.integers(0, 12), st.integers(-500, 500)), max_size=12),
    drawn=st.lists(st.tuples(st.integers(0, 12), st.integers(1, 400)), max_size=3),
    amount=st.integers(-400, 900),
    by=st.integers(1, 12),
)
def test_a_cash_claim_is_what_counting_day_by_day_gives(
    moves: list[tuple[int, int]], drawn: list[tuple[int, int]], amount: int, by: int
):
    opening = [line(0, 300, "opening"), line(13, 1)]
    records = [
        Transaction(id=f"m{n}", day=day(d), account="A", amount=a, kind="other")
        for n, (d, a) in enumerate(moves)
    ]
    loans = tuple(carried(draw(d, a)) for d, a in drawn)
    found = judged(CashBelow(amount=amount, by=day(by)), [*opening, *records], actions=loans)
    real, without = [], []
    for d in range(1, by + 1):
        own = 300 + sum(a for n, a in moves if n <= d)
        without.append(own)
        real.append(own + sum(a for n, a in drawn if n <= d))
    already = 300 + sum(a for n, a in moves if n == 0) < amount
    both = [d for d in range(by) if real[d] < amount and without[d] < amount]
    if already:
        assert found.outcome == "cannot_say"
    elif both:
        assert found[:2] == ("came_true", day(both[0] + 1))
    else:
        short = any(cash < amount for cash in without)
        assert found == ("averted" if short else "did_not_come", day(by), min(without))
    reverse = judged(CashAbove(amount=amount, by=day(by)), [*opening, *records], actions=loans)
    assert (reverse.outcome == "came_true") == all(cash >= amount for cash in without)


def sale(n: int, amount: int, store: str = "S1") -> DailySales:
    return DailySales(id=f"{store}:{n}", day=day(n), store=store, amount=amount)


SLIPS = SalesBelow(store="S1", first=day(1), by=day(3), amount=300)


@pytest.mark.parametrize(("each", "outcome"), [(99, "came_true"), (100, "did_not_come")])
def test_a_stores_takings_are_summed_over_the_days_of_the_claim(each: int, outcome: str):
    sold = [sale(n, each) for n in (1, 2, 3)] + [sale(0, 9_999), sale(4, 9_999)]
    assert judged(SLIPS, sold) == (outcome, day(3), 3 * each)


def test_takings_not_yet_known_leave_it_open_and_a_store_without_any_cannot_be_told():
    assert judged(SLIPS, [sale(2, 1)]).outcome == "open"
    assert judged(SLIPS, [sale(2, 1, "S2"), sale(3, 1, "S2")]).outcome == "cannot_say"


def invoice(id: str = "I", **more: Any) -> Invoice:
    given = {"updated": DAY, "number": id, "direction": "sales", "counterparty": "C", **more}
    return Invoice(id=id, issued=DAY, net=1_000, tax=0, total=1_000, **given)


def paid(n: int, amount: int, id: str = "I") -> Settlement:
    return Settlement(id=f"s{n}{id}", day=day(n), invoice=id, amount=amount)


LATE = InvoicesOpen(party="C", invoices=("I",), amount=500, by=day(14))


def test_a_customer_that_paid_half_in_time_was_not_late_in_the_end():
    told = (invoice(), line(20, 1))
    assert judged(LATE, [*told, paid(14, 501)]) == ("did_not_come", day(14), 499)
    assert judged(LATE, [*told, paid(14, 500)]) == ("came_true", day(14), 500)
    assert judged(LATE, [*told, paid(15, 1_000)]) == ("came_true", day(14), 1_000)


def test_an_invoice_voided_reversed_or_unknown_can_not_be_judged():
    red = invoice("R", status="red", reverses="I")
    other = red.model_copy(update={"counterparty": "D"})
    assert judged(LATE, [invoice(), other, line(20, 1)]).outcome == "came_true"
    assert judged(LATE, [invoice(status="void"), line(20, 1)]).outcome == "cannot_say"
    assert judged(LATE, [invoice(), red, line(20, 1)]).outcome == "cannot_say"
    assert judged(LATE, [line(20, 1)]).outcome == "cannot_say"


OWED = ReceiptMissing(amount=777, since=day(1), about="T-1", by=day(14))


def test_money_of_the_exact_amount_ends_the_waiting():
    assert judged(OWED, [line(20, 1), line(3, 777)]) == ("did_not_come", day(3), 777)
    assert judged(OWED, [line(20, 777), line(3, 776)]) == ("came_true", day(14), 0)
    assert judged(OWED, [line(13, 1)]).outcome == "open"


def bill(n: int = 0, matures: int = 5, **more: Any) -> Bill:
    return Bill(
        id="B", updated=day(n), number="1" * 30, kind="bank", face=400, issued=DAY,
        matures=day(matures), drawer=UntrustedText("d"), acceptor=UntrustedText("a"), **more,
    )  # fmt: skip


IDLE = BillWaiting(bill="B", by=day(15))


def test_a_bill_presented_or_passed_on_in_time_was_acted_on():
    for state in ({"circulation": "collecting"}, {"held": "endorsed"}, {"status": "settled"}):
        found = judged(IDLE, [bill(), bill(8).model_copy(update=state)])
        assert found[:2] == ("averted", day(8))


def test_a_bill_that_nobody_presented_came_true():
    assert judged(IDLE, [bill()])[:2] == ("came_true", day(15))
    assert judged(IDLE, [bill()], last=14).outcome == "open"


def test_a_list_that_came_too_late_cannot_say_whether_the_bill_was_presented_in_time():
    late = bill(20, status="settled")
    assert judged(IDLE, [bill(), late]).outcome == "cannot_say"
    present = PresentBill(day=day(20), bill="B", amount=400, account="A")
    assert judged(IDLE, [bill(), late], actions=(carried(present),)).outcome == "came_true"


def tender(n: int = 0, **more: Any) -> Tender:
    given = {"status": "open", "deadline": day(9), **more}
    return Tender(id="T", updated=day(n), title=UntrustedText("t"), published=DAY, **given)


MISSED = NoBid(tender="T", by=day(9))


def test_a_bid_in_time_averts_and_one_too_late_does_not():
    for n, outcome in ((9, "averted"), (10, "came_true")):
        bid = SubmitBid(day=day(n), tender="T", account="A", price=1_000)
        assert judged(MISSED, [tender()], actions=(carried(bid),)).outcome == outcome


def test_a_tender_that_was_cancelled_or_moved_did_not_close_that_day():
    assert judged(MISSED, [tender(), tender(5, status="cancelled")]).outcome == "did_not_come"
    assert judged(MISSED, [tender(), tender(5, deadline=day(30))]).outcome == "did_not_come"
    assert judged(MISSED, [tender(), tender(20, status="awarded")]).outcome == "came_true"


def test_a_tender_that_we_won_was_bid_for_by_another_way():
    owner = Merchant(id="M", updated=DAY, name=UntrustedText("我方公司"))
    won = tender(20, status="awarded", suppliers=(UntrustedText("我方公司"),))
    assert judged(MISSED, [owner, tender(), won]).outcome == "averted"


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        (1, 2, 94_531, 905_469),
        (9, 10, 595_850, 982_124),
        (0, 10, 0, 277_533),
        (10, 10, 722_467, 1_000_000),
    ],
)
def test_the_interval_is_wilsons(hits: int, of: int, low: int, high: int):
    """By the closed form in Newcombe 1998 (Statistics in Medicine 17), worked out apart."""
    found = wilson(hits, of)
    assert found is not None
    assert found.ppm == round(hits / of * 1_000_000)
    assert abs(found.low_ppm - low) <= 1
    assert abs(found.high_ppm - high) <= 1


def test_of_nothing_there_is_no_precision():
    assert wilson(0, 0) is None
