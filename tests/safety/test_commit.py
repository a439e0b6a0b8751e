"""The commit: once per key, never below zero, all or nothing; on SQLite and PostgreSQL."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aicfo_sdk.books.store import StoredBooks, open_books
from aicfo_sdk.errors import (
    AicfoError,
    ApprovalRequired,
    IdempotencyConflict,
    InputError,
    InsufficientFunds,
    LedgerError,
    NotFound,
    PolicyDenied,
)
from aicfo_sdk.model import (
    Action,
    Bill,
    BuyFund,
    CreditLine,
    DiscountBill,
    DrawLoan,
    EndorseBill,
    FundPosition,
    Loan,
    Obligation,
    Pay,
    PledgeBill,
    PresentBill,
    Proposal,
    RedeemFund,
    RepayLoan,
    Settlement,
    SubmitBid,
    Tender,
    Transfer,
    UntrustedText,
)
from aicfo_sdk.safety.approvals import approve, propose
from aicfo_sdk.safety.commit import Committed, commit, preview
from aicfo_sdk.safety.policy import policy_from
from tests.books.samples import (
    DAY,
    account,
    batch,
    bill,
    credit_line,
    day,
    fund,
    invoice,
    line,
    loan,
    party,
)

SUPPLIER = "供应商甲"


def fill(books: StoredBooks) -> StoredBooks:
    books.import_batches(
        [
            batch(
                account(),
                account("wallet", kind="wallet"),
                party(),
                party("客户乙"),
                line("o", 90_000, "opening"),
                line("s", -1, "fee"),
                line("s2", 1, "sale"),
                bill("b", 10_000),
                bill("w", 5_000, splittable=False, number="9" * 30),
                credit_line("c", limit=20_000, used=3_000),
                loan("l", 3_000, line="c"),
                fund("f", 4_000),
                invoice("i", 1_000, direction="purchase", counterparty=SUPPLIER),
                invoice("j", 500, direction="purchase", counterparty=SUPPLIER),
                invoice("k", 700, direction="purchase", counterparty="客户乙"),
                Obligation(id="pay", known_since=DAY, kind="payroll", due=DAY, amount=800),
                Tender(
                    id="t",
                    updated=DAY,
                    title=UntrustedText("x"),
                    status="open",
                    published=DAY,
                    deadline=day(9),
                ),
            )
        ]
    )
    return books


@pytest.fixture
def books(stored: StoredBooks) -> StoredBooks:
    return fill(stored)


def pay(amount: int = 1000, **more: Any) -> Pay:
    return Pay(**{"day": DAY, "account": "bank", "payee": SUPPLIER, "amount": amount, **more})


def approved(books: StoredBooks, action: Action) -> str:
    stored = propose(books, Proposal(action=action, reason="why"))
    approve(books, stored.id, by="Li")
    return stored.id


def done(books: StoredBooks, action: Action) -> Committed:
    found = commit(books, approved(books, action))
    assert books.audit.verify().problems == ()
    return found


def test_a_payment_moves_the_money_once(books: StoredBooks, books_target: str) -> None:
    id = approved(books, pay(1500, settles=("i", "j")))
    seen = preview(books, id)
    assert (seen.cash_before, seen.cash_after) == (90_000, 88_500)
    assert books.snapshot().balance() == 90_000
    first = commit(books, id, key="k1")
    assert (first.cash_before, first.cash_after) == (90_000, 88_500)
    assert {leg.account: leg.amount for leg in first.postings} == {
        f"liabilities:payables:{SUPPLIER}": 1500,
        "assets:cash:bank": -1500,
    }
    with open_books(books_target) as again:
        assert commit(again, id, key="k1") == first
        assert again.snapshot().balance() == again.snapshot().balance("bank") == 88_500
        paid = {part.invoice: part.amount for part in again.snapshot().all(Settlement)}
        assert paid == {"i": 1000, "j": 500}
    assert books.proposals.get(id).status == "committed"
    assert sum(books.ledger.trial_balance().values()) == 0


def test_a_key_used_for_another_action_is_a_conflict(books: StoredBooks) -> None:
    one, two = approved(books, pay(100)), approved(books, pay(200))
    commit(books, one, key="k")
    with pytest.raises(IdempotencyConflict, match="another proposal"):
        commit(books, two, key="k")
    with pytest.raises(IdempotencyConflict, match="under another key"):
        commit(books, one, key="other")
    assert books.snapshot().balance() == 89_900
    assert books.proposals.get(two).status == "approved"


def test_nothing_moves_without_approval(books: StoredBooks) -> None:
    stored = propose(books, Proposal(action=pay(), reason="why"))
    with pytest.raises(ApprovalRequired, match="approved by 0 of 1") as caught:
        commit(books, stored.id)
    assert caught.value.exit_code == 3
    assert books.snapshot().balance() == 90_000


def test_the_policy_is_asked_again_at_the_commit(books: StoredBooks) -> None:
    daily = policy_from({"rules": {"pay": {"per_day": 1500}}})
    one, two = approved(books, pay(1000)), approved(books, pay(600))
    commit(books, one, policy=daily)
    with pytest.raises(PolicyDenied, match=r"600 on top of 1000.*at most 500 minor units"):
        commit(books, two, policy=daily)
    assert books.proposals.get(two).status == "denied"
    assert books.snapshot().balance() == 89_000
    assert books.audit.verify().ok


def test_cash_never_falls_below_zero_not_even_later(books: StoredBooks) -> None:
    with pytest.raises(InsufficientFunds, match=r"900\.01 \(bank.*900\.00 is free"):
        commit(books, approved(books, pay(90_001)))
    done(books, pay(60_000, day=day(20)))
    id = approved(books, pay(40_000))
    with pytest.raises(InsufficientFunds, match=r"300\.00 is free"):
        commit(books, id)
    assert books.proposals.get(id).status == "failed"
    assert books.snapshot().balance() == 90_000
    books.import_batches([batch(line("in", 20_000, "sale"))])
    assert approve(books, id, by="Li").status == "approved"
    assert commit(books, id).cash_after == 70_000
    assert books.audit.verify().ok


def test_a_failed_commit_leaves_only_its_audit_row(books: StoredBooks) -> None:
    before, records = books.ledger.trial_balance(), books.snapshot(day(99)).key
    with pytest.raises(InsufficientFunds):
        commit(books, approved(books, pay(10**9)))
    assert books.ledger.trial_balance() == before
    assert books.snapshot(day(99)).key == records
    assert [row.kind for row in books.audit.rows()][-3:] == ["proposed", "approved", "failed"]


@pytest.mark.parametrize(
    ("action", "error", "said"),
    [
        (pay(account="none"), NotFound, "no Account"),
        (pay(1200, settles=("i",)), LedgerError, "1000 minor units are open"),
        (pay(700, settles=("k",)), LedgerError, "not owed to the payee"),
        (pay(700, settles=("none",)), NotFound, "no Invoice"),
        (pay(500, settles=("pay",)), LedgerError, "once and whole"),
        (Transfer(day=DAY, account="bank", to_account="bank", amount=5), LedgerError, "it leaves"),
        (EndorseBill(day=DAY, bill="none", amount=5, payee=SUPPLIER), NotFound, "no Bill"),
        (EndorseBill(day=DAY, bill="w", amount=5, payee=SUPPLIER), InsufficientFunds, "as a whole"),
        (
            EndorseBill(
                day=DAY, bill="b", amount=20, range_start=9_990, range_end=10_009, payee=SUPPLIER
            ),
            InsufficientFunds,
            "does not contain",
        ),
        (
            EndorseBill(day=DAY, bill="b", amount=20, range_start=1, range_end=19, payee=SUPPLIER),
            InsufficientFunds,
            "does not contain",
        ),
        (EndorseBill(day=day(130), bill="w", amount=5_000, payee=SUPPLIER), LedgerError, "past"),
        (PresentBill(day=DAY, bill="w", amount=5_000, account="bank"), LedgerError, "not matured"),
        (
            DrawLoan(day=DAY, line="c", account="bank", amount=17_001, rate_ppm=1, due=day(90)),
            InsufficientFunds,
            "at most 17000",
        ),
        (
            DrawLoan(day=day(301), line="c", account="bank", amount=1, rate_ppm=1, due=day(400)),
            LedgerError,
            "expired",
        ),
        (
            RepayLoan(day=DAY, loan="l", line="c", account="bank", amount=3_001),
            InsufficientFunds,
            "at most 3000",
        ),
        (
            RepayLoan(day=DAY, loan="l", line="x", account="bank", amount=1),
            LedgerError,
            "another line",
        ),
        (
            RedeemFund(day=DAY, account="bank", fund="f", amount=4_001),
            InsufficientFunds,
            "at most 4000",
        ),
        (SubmitBid(day=day(10), tender="t", account="bank", price=9), LedgerError, "deadline"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_the_state_of_the_books_does_not_allow_is_refused(
    new_books: Callable[..., StoredBooks], action: Action, error: type[AicfoError], said: str
) -> None:
    books = fill(new_books())
    before = books.ledger.trial_balance()
    id = approved(books, action)
    with pytest.raises(error, match=said):
        preview(books, id)
    with pytest.raises(error, match=said):
        commit(books, id)
    assert books.proposals.get(id).status == "failed"
    assert books.ledger.trial_balance() == before
    assert books.audit.verify().ok


def test_an_invoice_is_not_paid_twice(books: StoredBooks) -> None:
    done(books, pay(1000, settles=("i",)))
    with pytest.raises(LedgerError, match="settled"):
        commit(books, approved(books, pay(1000, settles=("i",), day=day(1))))


def test_paying_an_obligation_posts_its_cost(books: StoredBooks) -> None:
    found = done(books, pay(800, settles=("pay",)))
    assert {leg.account: leg.amount for leg in found.postings} == {
        "assets:cash:bank": -800,
        "expenses:payroll": 800,
    }
    assert books.snapshot().get(Obligation, "pay").paid


def test_a_whole_bill_is_endorsed_once(books: StoredBooks) -> None:
    done(books, EndorseBill(day=DAY, bill="w", amount=5_000, payee=SUPPLIER))
    held = books.snapshot().get(Bill, "w")
    assert (held.held, held.endorsements[-1].endorsee) == ("endorsed", SUPPLIER)
    sell = DiscountBill(
        day=DAY, bill="w", amount=5_000, institution="行", account="bank", rate_ppm=1, days=9
    )
    with pytest.raises(LedgerError, match="not held"):
        commit(books, approved(books, sell))


def test_parts_of_a_bill_move_apart_and_no_unit_twice(books: StoredBooks) -> None:
    middle = EndorseBill(
        day=DAY, bill="b", amount=2_000, range_start=4_001, range_end=6_000, payee=SUPPLIER
    )
    done(books, middle)
    parts = {
        (row.range_start, row.range_end, row.face, row.held)
        for row in books.snapshot().all(Bill, number="5" + "1" * 29)
    }
    assert parts == {
        (1, 4_000, 4_000, "held"),
        (4_001, 6_000, 2_000, "endorsed"),
        (6_001, 10_000, 4_000, "held"),
    }
    assert books.ledger.balance("assets:bills:b") == 4_000
    assert books.ledger.balance("assets:bills:b/6001-10000") == 4_000
    # The plan named the bill before it was split: its last part is found where it went.
    last = DiscountBill(
        day=DAY, bill="b", amount=1_000, range_start=9_001, range_end=10_000, institution="行",
        account="bank", rate_ppm=36_000, days=100, fee=2,
    )  # fmt: skip
    found = done(books, last)
    # 1,000 fen at 3.6 % for 100/360 of a year is 10 fen of interest, and a fee of 2.
    assert found.cash_after - found.cash_before == 988
    assert books.ledger.balance("assets:bills:b/6001-10000") == 3_000
    overlapping = middle.model_copy(update={"amount": 1, "range_end": 4_001})
    with pytest.raises(LedgerError):
        commit(books, approved(books, overlapping))
    faces = [row.face for row in books.snapshot().all(Bill, held="held")]
    assert sum(faces) == 12_000 == books.ledger.balance("assets:bills")


def test_a_pledged_part_stands_under_its_own_account(books: StoredBooks) -> None:
    done(books, PledgeBill(day=DAY, bill="b", amount=100, range_start=1, range_end=100, line="c"))
    assert books.ledger.balance("assets:bills_pledged:b/1-100") == 100
    assert books.ledger.balance("assets:bills_pledged:b") == 0
    assert books.snapshot().get(Bill, "b").range_start == 101


def test_a_pledge_raises_the_line_by_what_its_lender_lends_on_the_bill(books: StoredBooks) -> None:
    terms = credit_line("d", limit=20_000, used=20_000).model_copy(update={"pledge_ppm": 800_000})
    books.import_batches([batch(terms)])
    draw = DrawLoan(
        day=DAY, line="d", account="bank", amount=2_400, rate_ppm=40_000, due=day(60)
    )  # fmt: skip
    with pytest.raises(InsufficientFunds):
        commit(books, approved(books, draw))
    done(
        books, PledgeBill(day=DAY, bill="b", amount=3_001, range_start=1, range_end=3_001, line="d")
    )
    # 80 % of 30.01 are 24.008 yuan, whole fen down.
    assert books.snapshot().get(CreditLine, "d").limit == 20_000 + 2_400
    found = done(books, draw)
    assert found.cash_after - found.cash_before == 2_400


def test_a_drawing_uses_the_line_and_is_a_loan(books: StoredBooks) -> None:
    draw = DrawLoan(
        day=DAY, line="c", account="bank", amount=17_000, rate_ppm=40_000, due=day(90), fee=50
    )
    found = done(books, draw)
    assert found.cash_after - found.cash_before == 16_950
    shown = books.snapshot()
    assert shown.get(CreditLine, "c").used == 20_000
    assert sum(row.principal for row in shown.all(Loan, line="c")) == 20_000
    assert books.ledger.balance("liabilities:loans:c") == -20_000
    back = RepayLoan(day=day(1), loan="l", line="c", account="bank", amount=3_000, interest=9)
    done(books, back)
    shown = books.snapshot(day(1))
    assert (shown.get(CreditLine, "c").used, shown.get(Loan, "l").principal) == (17_000, 0)
    assert books.ledger.balance("liabilities:loans:c") == -17_000


def test_money_goes_into_a_fund_and_back(books: StoredBooks) -> None:
    done(books, BuyFund(day=DAY, account="bank", fund="f", amount=6_000))
    assert books.snapshot().get(FundPosition, "f").amount == 10_000
    done(books, RedeemFund(day=DAY, account="wallet", fund="f", amount=10_000))
    shown = books.snapshot()
    assert (shown.balance("bank"), shown.balance("wallet")) == (84_000, 10_000)
    assert books.ledger.balance("assets:funds") == 0


def test_a_line_that_shows_a_commit_is_not_posted_again(books: StoredBooks) -> None:
    done(books, pay(1000, settles=("i",)))
    done(books, Transfer(day=DAY, account="bank", to_account="wallet", amount=300))
    cash = books.snapshot().balance()
    seen = [
        line("x1", -1000, "purchase", 3, counterparty=SUPPLIER),
        line("x2", -300, "transfer", 1),
        line("x3", 300, "transfer", 1, account="wallet"),
    ]
    assert books.import_batches([batch(*seen)]).matched == 3
    assert books.snapshot().balance() == cash
    assert books.snapshot().balance("wallet") == 300
    assert books.ledger.balance("assets:transit") == 0
    assert len(list(books.snapshot().all(Settlement))) == 1
    # A second payment of the same amount is another payment.
    books.import_batches([batch(line("x4", -1000, "purchase", 3, counterparty=SUPPLIER))])
    assert books.snapshot().balance() == cash - 1000
    assert books.audit.verify().ok


@pytest.mark.parametrize(
    ("offset", "counterparty", "amount", "matched"),
    [
        (5, SUPPLIER, -1000, 1),
        (6, SUPPLIER, -1000, 0),
        (1, "客户乙", -1000, 0),
        (1, "", -1000, 1),
        (1, SUPPLIER, -999, 0),
    ],
)
def test_only_the_same_money_is_matched(
    new_books: Callable[..., StoredBooks], offset: int, counterparty: str, amount: int, matched: int
) -> None:
    books = fill(new_books())
    done(books, pay(1000))
    seen = line("x", amount, "purchase", offset, counterparty=counterparty)
    assert books.import_batches([batch(seen)]).matched == matched
    assert books.snapshot().balance() == 89_000 + (0 if matched else amount)


def test_a_statement_after_an_unseen_commit_opens_right(
    new_books: Callable[..., StoredBooks],
) -> None:
    books = fill(new_books())
    done(books, pay(1000, day=day(3)))
    # The bank carried it out a day after its next statement opened.
    seen = [line("o2", 90_000, "opening", 4), line("x", -1000, "purchase", 5)]
    assert books.import_batches([batch(*seen, source="next.csv")]).matched == 2
    assert books.snapshot().balance() == 89_000


def test_writers_with_one_key_have_one_effect(books: StoredBooks, books_target: str) -> None:
    id = approved(books, pay(1000))
    answers: list[Committed] = []

    def work() -> None:
        with open_books(books_target) as own:
            answers.append(commit(own, id, key="same"))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4
    assert all(answer == answers[0] for answer in answers)
    assert books.snapshot().balance() == 89_000
    assert books.audit.verify().ok


def test_writers_never_overdraw_together(books: StoredBooks, books_target: str) -> None:
    ids = [approved(books, pay(30_000 + n)) for n in range(6)]
    refused: list[str] = []

    def work(id: str) -> None:
        with open_books(books_target) as own:
            try:
                commit(own, id)
            except InsufficientFunds:
                refused.append(id)

    threads = [threading.Thread(target=work, args=(id,)) for id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 4
    assert 0 <= books.snapshot().balance() < 30_000
    assert books.audit.verify().ok


@pytest.mark.parametrize("key", ["", "x" * 201, "a\nb"])
def test_a_key_is_short_and_printable(new_books: Callable[..., StoredBooks], key: str) -> None:
    books = fill(new_books())
    with pytest.raises(InputError, match="idempotency key"):
        commit(books, approved(books, pay()), key=key)


moves = st.tuples(
    st.sampled_from(["endorse", "pledge", "pay", "draw"]),
    st.integers(1, 12_000),
    st.integers(1, 12_000),
)


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(moves, max_size=6))
def test_no_sequence_of_actions_creates_or_overdraws_anything(
    new_books: Callable[..., StoredBooks], found: list[tuple[str, int, int]]
) -> None:
    books = fill(new_books())
    for kind, one, two in found:
        low, high = min(one, two), max(one, two)
        part = {
            "day": DAY,
            "bill": "b",
            "amount": high - low + 1,
            "range_start": low,
            "range_end": high,
        }
        action: Action
        match kind:
            case "endorse":
                action = EndorseBill(**part, payee=SUPPLIER)
            case "pledge":
                action = PledgeBill(**part, line="c")
            case "pay":
                action = pay(one * 10)
            case _:
                action = DrawLoan(
                    day=DAY, line="c", account="bank", amount=one, rate_ppm=1, due=day(90)
                )
        try:
            commit(books, approved(books, action))
        except LedgerError:
            continue
    shown = books.snapshot(day(9))
    package = [row for row in shown.all(Bill) if row.splittable]
    units = sorted((row.range_start, row.range_end) for row in package)
    assert units[0][0] == 1
    assert units[-1][1] == 10_000
    assert all(left[1] + 1 == right[0] for left, right in itertools.pairwise(units))
    assert all(row.face == row.range_end - row.range_start + 1 for row in package)
    for held, place in (("held", "assets:bills"), ("pledged", "assets:bills_pledged")):
        assert sum(row.face for row in shown.all(Bill, held=held)) == books.ledger.balance(place)
    assert shown.balance() >= 0
    assert shown.get(CreditLine, "c").used <= 20_000
    assert sum(books.ledger.trial_balance().values()) == 0
    assert books.audit.verify().ok
