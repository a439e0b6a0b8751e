"""Pending actions: reserved, then posted or given back; never both, never twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from aicfo_sdk.books.store import StoredBooks, open_books
from aicfo_sdk.errors import (
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
    CreditLine,
    DrawLoan,
    EndorseBill,
    Obligation,
    Proposal,
    Settlement,
    Transfer,
)
from aicfo_sdk.safety.approvals import approve, propose, reject
from aicfo_sdk.safety.commit import commit, preview
from aicfo_sdk.safety.holds import hold, settle, void
from aicfo_sdk.safety.policy import policy_from
from tests.books.samples import DAY, batch, day, line
from tests.safety.test_commit import SUPPLIER, approved, fill, pay

DRAW = DrawLoan(day=DAY, line="c", account="bank", amount=5_000, rate_ppm=1, due=day(90))


@pytest.fixture
def books(stored: StoredBooks) -> StoredBooks:
    return fill(stored)


def held(books: StoredBooks, action: Action, until: date | None = None, key: str = "h") -> str:
    hold(books, approved(books, action), until=until or day(5), key=key)
    assert books.audit.verify().problems == ()
    return key


def free(books: StoredBooks) -> int:
    """What one more payment may take, at most."""
    seen = preview(books, Proposal(action=pay(1), reason="why"))
    return seen.lowest_before


def test_a_pending_payment_takes_nothing_and_reserves_everything(books: StoredBooks) -> None:
    id = approved(books, pay(60_000))
    first = hold(books, id, until=day(5), key="h")
    assert (first.free_before, first.free_after) == (90_000, 30_000)
    assert books.snapshot(day(9)).balance() == 90_000
    assert books.ledger.balance("assets:cash") == 90_000
    assert free(books) == 30_000
    with pytest.raises(InsufficientFunds, match=r"300\.00 is free"):
        commit(books, approved(books, pay(30_001)))
    assert commit(books, approved(books, pay(30_000))).cash_after == 60_000
    assert books.proposals.get(id).status == "pending"
    assert sum(books.ledger.trial_balance().values()) == 0
    assert books.audit.verify().problems == ()


def test_settling_posts_what_was_held_once(books: StoredBooks, books_target: str) -> None:
    key = held(books, pay(1_500, settles=("i", "j")))
    assert list(books.snapshot(day(9)).all(Settlement)) == []
    done = settle(books, key)
    assert (done.cash_before, done.cash_after, done.day) == (90_000, 88_500, DAY)
    with open_books(books_target) as again:
        assert settle(again, key) == done
        assert again.snapshot().balance() == 88_500
        paid = {part.invoice: part.amount for part in again.snapshot().all(Settlement)}
        assert paid == {"i": 1_000, "j": 500}
    assert books.ledger.balance("equity:pending") == 0
    assert {name for name in books.ledger.trial_balance() if "pending" in name} == set()
    assert books.proposals.get(done.proposal).status == "committed"
    assert books.audit.verify().problems == ()


def test_a_voided_payment_gives_its_money_back(books: StoredBooks, books_target: str) -> None:
    key = held(books, pay(60_000))
    gone = void(books, key)
    assert gone.cause == "asked"
    with open_books(books_target) as again:
        assert void(again, key) == gone
    assert free(books) == 90_000
    assert books.snapshot().balance() == 90_000
    assert books.proposals.get(gone.proposal).status == "voided"
    assert books.audit.verify().problems == ()


def test_less_than_was_held_is_settled_and_the_rest_is_free(books: StoredBooks) -> None:
    key = held(books, pay(60_000))
    done = settle(books, key, amount=20_000)
    assert done.cash_after == 70_000
    assert free(books) == 70_000
    assert settle(books, key, amount=20_000) == done
    for other in (None, 60_000, 19_999):
        with pytest.raises(IdempotencyConflict, match="another way"):
            settle(books, key, amount=other)


@pytest.mark.parametrize("amount", [0, -1, 60_001])
def test_no_more_is_settled_than_was_held(
    new_books: Callable[..., StoredBooks], amount: int
) -> None:
    books = fill(new_books())
    key = held(books, pay(60_000))
    with pytest.raises(InputError):
        settle(books, key, amount=amount)
    assert free(books) == 30_000


def test_what_ended_stays_as_it_ended(books: StoredBooks) -> None:
    settled, voided = held(books, pay(10), key="s"), held(books, pay(20), key="v")
    settle(books, settled)
    void(books, voided)
    before = books.audit.head(), books.ledger.trial_balance()
    with pytest.raises(LedgerError, match=r"settled.*sets it right"):
        void(books, settled)
    with pytest.raises(LedgerError, match=r"voided.*a new proposal"):
        settle(books, voided)
    with pytest.raises(NotFound, match="no hold"):
        settle(books, "none")
    at_once = commit(books, approved(books, pay(30)), key="at once")
    with pytest.raises(LedgerError, match="at once"):
        void(books, at_once.key)
    after = books.audit.head(), books.ledger.trial_balance()
    assert after[0].seq == before[0].seq + 3  # proposed, approved, committed
    assert sum(after[1].values()) == 0


def test_the_same_hold_asked_again_is_the_same_hold(books: StoredBooks) -> None:
    id = approved(books, pay(100))
    first = hold(books, id, until=day(5), key="h")
    assert hold(books, id, until=day(5), key="h") == first
    with pytest.raises(IdempotencyConflict, match="another call"):
        hold(books, id, until=day(6), key="h")
    with pytest.raises(IdempotencyConflict, match="another call"):
        commit(books, id, key="h")
    with pytest.raises(IdempotencyConflict, match="under another key"):
        commit(books, id, key="other")
    with pytest.raises(IdempotencyConflict, match="another proposal"):
        hold(books, approved(books, pay(101)), until=day(5), key="h")
    assert free(books) == 89_900


def test_a_hold_is_free_again_the_day_after_its_last_one(books: StoredBooks) -> None:
    key = held(books, pay(60_000), until=day(2))
    books.import_batches([batch(line("d2", 1, "sale", 2))])
    assert free(books) == 30_000
    books.import_batches([batch(line("d3", 1, "sale", 3))])
    assert free(books) == 90_000
    with pytest.raises(LedgerError, match="voided"):
        settle(books, key)
    assert books.proposals.all("voided")[0].why == "not settled until 2026-03-04"
    assert void(books, key).cause == "expired"
    assert commit(books, approved(books, pay(90_000))).cash_after == 0
    assert books.audit.verify().problems == ()


def test_the_day_may_be_given(books: StoredBooks) -> None:
    key = held(books, pay(100), until=day(2))
    assert settle(books, key, today=day(2)).day == day(2)
    late = held(books, pay(101), until=day(2), key="late")
    with pytest.raises(LedgerError, match="voided"):
        settle(books, late, today=day(3))
    assert free(books) == 89_900


def test_it_is_settled_on_a_day_of_the_hold(books: StoredBooks) -> None:
    key = held(books, pay(100, day=day(1)), until=day(3))
    for wrong in (DAY, day(4)):
        with pytest.raises(InputError, match="from 2026-03-03 to 2026-03-05"):
            settle(books, key, day=wrong)
    assert settle(books, key, day=day(3)).day == day(3)
    shown = books.snapshot(day(2)), books.snapshot(day(3))
    assert [snapshot.balance() for snapshot in shown] == [90_000, 89_900]


@pytest.mark.parametrize("until", [day(-1), day(0)])
def test_a_hold_ends_no_sooner_than_it_begins(
    new_books: Callable[..., StoredBooks], until: date
) -> None:
    books = fill(new_books())
    with pytest.raises(InputError, match="2026-03-03 or later"):
        hold(books, approved(books, pay(100, day=day(1))), until=until)


def test_records_of_a_pending_action_are_reserved(books: StoredBooks) -> None:
    endorse = EndorseBill(day=DAY, bill="w", amount=5_000, payee=SUPPLIER)
    held(books, endorse, key="bill")
    held(books, pay(1_000, settles=("i",)), key="invoice")
    held(books, pay(800, settles=("pay",)), key="obligation")
    held(books, DRAW, key="line")
    others: list[Action] = [
        endorse.model_copy(update={"day": day(1)}),
        pay(400, settles=("i",)),
        pay(800, settles=("pay",), account="wallet"),
        DRAW.model_copy(update={"amount": 1}),
    ]
    for action in others:
        with pytest.raises(LedgerError, match="reserved by a pending action"):
            commit(books, approved(books, action))
    for key in ("bill", "invoice", "obligation", "line"):
        settle(books, key)
    shown = books.snapshot()
    assert shown.get(Bill, "w").held == "endorsed"
    assert shown.get(Obligation, "pay").paid
    assert shown.get(CreditLine, "c").used == 8_000
    assert books.audit.verify().problems == ()


def test_money_that_is_still_to_come_is_not_free(books: StoredBooks) -> None:
    held(books, DRAW)
    held(books, Transfer(day=DAY, account="bank", to_account="wallet", amount=50_000), key="t")
    assert free(books) == 40_000
    with pytest.raises(InsufficientFunds, match=r"0\.00 is free"):
        commit(books, approved(books, pay(1, account="wallet")))
    settle(books, "h")
    settle(books, "t")
    assert commit(books, approved(books, pay(50_000, account="wallet"))).cash_after == 45_000


def test_a_hold_asks_policy_and_person_as_a_commit_does(books: StoredBooks) -> None:
    daily = policy_from({"rules": {"pay": {"per_day": 1_500}}})
    waiting = propose(books, Proposal(action=pay(5), reason="why"))
    with pytest.raises(ApprovalRequired):
        hold(books, waiting.id, until=day(1))
    one, two, three = (approved(books, pay(amount)) for amount in (1_000, 600, 500))
    hold(books, one, until=day(1), policy=daily)
    with pytest.raises(PolicyDenied):
        hold(books, two, until=day(1), policy=daily)
    assert books.proposals.get(two).status == "denied"
    void(books, one)
    hold(books, three, until=day(1), policy=daily)
    # What was voided counts no more.
    assert commit(books, approved(books, pay(900)), policy=daily).cash_after == 89_100


def test_nobody_changes_their_mind_on_a_pending_action(books: StoredBooks) -> None:
    id = approved(books, pay(100))
    hold(books, id, until=day(1))
    assert approve(books, id, by="Wang").status == "pending"
    assert propose(books, Proposal(action=pay(100), reason="again")).status == "pending"
    with pytest.raises(InputError, match="void its hold"):
        reject(books, id, by="Wang")


def test_a_line_that_shows_a_settled_payment_is_not_posted_again(books: StoredBooks) -> None:
    settle(books, held(books, pay(1_000)), day=day(2))
    seen = line("x", -1_000, "purchase", 3, counterparty=SUPPLIER)
    assert books.import_batches([batch(seen)]).matched == 1
    assert books.snapshot().balance() == 89_000
    # The next statement opens where this one ended.
    assert books.import_batches([batch(line("o2", 89_000, "opening", 4))]).matched == 1
    assert books.audit.verify().problems == ()


def test_a_refused_settlement_leaves_the_hold_as_it_was(books: StoredBooks) -> None:
    key = held(books, pay(60_000))
    # The bank took money that the books did not know of.
    books.import_batches([batch(line("gone", -50_000, "fee"))])
    before: Any = books.ledger.trial_balance(), books.audit.head()
    with pytest.raises(InsufficientFunds):
        settle(books, key)
    assert (books.ledger.trial_balance(), books.audit.head()) == before
    assert settle(books, key, amount=40_000).cash_after == 0
