"""Several actions in one transaction: independent ones, linked ones; and account flags."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import pytest

from aicfo_sdk.books.flags import Flag, Rule
from aicfo_sdk.books.store import StoredBooks, open_books
from aicfo_sdk.errors import (
    AicfoError,
    ApprovalRequired,
    BooksError,
    IdempotencyConflict,
    InputError,
    InsufficientFunds,
    LedgerError,
    NotFound,
    PolicyDenied,
)
from aicfo_sdk.model import Action, BuyFund, Proposal, RedeemFund, Settlement, Transfer
from aicfo_sdk.safety.approvals import propose
from aicfo_sdk.safety.commit import Committed, commit, commit_linked, commit_many, preview
from aicfo_sdk.safety.flags import flag_account, flags
from aicfo_sdk.safety.holds import hold, settle, void
from aicfo_sdk.safety.policy import policy_from
from tests.books.samples import DAY, batch, day, line
from tests.safety.test_commit import SUPPLIER, approved, fill, pay


@pytest.fixture
def books(stored: StoredBooks) -> StoredBooks:
    return fill(stored)


def names(answers: Sequence[Committed | AicfoError]) -> list[str]:
    return [type(answer).__name__ for answer in answers]


def to_wallet(amount: int) -> Transfer:
    return Transfer(day=DAY, account="bank", to_account="wallet", amount=amount)


# ── groups ───────────────────────────────────────────────────────────────────────────────────


def test_a_refused_action_stops_no_other_of_its_group(books: StoredBooks) -> None:
    good, dear, last = (approved(books, pay(amount)) for amount in (60_000, 40_000, 30_000))
    asked = propose(books, Proposal(action=pay(7), reason="why")).id
    requests = [(good, None), (dear, "d"), ("none", None), (asked, None), (last, "l"), (good, "")]
    answers = commit_many(books, requests)
    kinds = ["Committed", "InsufficientFunds", "NotFound", "ApprovalRequired", "Committed"]
    assert names(answers) == [*kinds, "InputError"]
    assert books.snapshot().balance() == 0
    assert books.proposals.get(dear).status == "failed"
    assert books.proposals.get(asked).status == "proposed"
    assert books.audit.verify().problems == ()


def test_a_group_answers_as_its_actions_one_by_one(
    new_books: Callable[..., StoredBooks],
) -> None:
    actions: list[Action] = [
        pay(400, settles=("i",)),
        pay(700, settles=("i",)),
        pay(600, settles=("i",)),
        to_wallet(50_000),
        pay(50_001, account="wallet"),
        BuyFund(day=DAY, account="wallet", fund="f", amount=50_000),
        RedeemFund(day=DAY, account="bank", fund="f", amount=54_000),
        pay(93_001),
        pay(93_000),
    ]
    alone, together = fill(new_books()), fill(new_books())
    requests = [(approved(alone, action), f"k{n}") for n, action in enumerate(actions)]
    for action in actions:
        approved(together, action)
    one_by_one: list[Committed | AicfoError] = []
    for id, key in requests:
        try:
            one_by_one.append(commit(alone, id, key=key))
        except AicfoError as refused:
            one_by_one.append(refused)
    answers = commit_many(together, requests)
    assert [str(answer) for answer in answers] == [str(answer) for answer in one_by_one]
    assert alone.audit.head() == together.audit.head()
    assert alone.ledger.trial_balance() == together.ledger.trial_balance()
    assert commit_many(together, requests)[0] == answers[0]


def test_a_key_is_used_once_within_a_group_too(books: StoredBooks) -> None:
    one, two = approved(books, pay(100)), approved(books, pay(200))
    answers = commit_many(books, [(one, "k"), (one, "k"), (two, "k"), (one, "other"), (two, "l")])
    assert answers[0] == answers[1]
    assert names(answers[2:]) == ["IdempotencyConflict", "IdempotencyConflict", "Committed"]
    assert books.snapshot().balance() == 89_700


def test_a_limit_counts_the_earlier_ones_of_a_group(books: StoredBooks) -> None:
    daily = policy_from({"rules": {"pay": {"per_day": 1_500}}})
    ids = [approved(books, pay(amount)) for amount in (1_000, 600, 500)]
    answers = commit_many(books, [(id, None) for id in ids], policy=daily)
    assert names(answers) == ["Committed", "PolicyDenied", "Committed"]
    assert isinstance(answers[1], PolicyDenied)


def test_a_group_of_none_does_nothing(books: StoredBooks) -> None:
    before = books.audit.head()
    assert commit_many(books, []) == ()
    assert books.audit.head() == before


def test_a_group_of_many_is_numbered_and_chained_one_by_one(books: StoredBooks) -> None:
    ids = [approved(books, pay(1 + number)) for number in range(12)]
    answers = commit_many(books, [(id, None) for id in ids])
    done = [answer for answer in answers if isinstance(answer, Committed)]
    assert len(done) == 12
    assert [a.audit for a in done] == list(range(done[0].audit, done[0].audit + 12))
    assert [a.entry for a in done] == list(range(done[0].entry, done[0].entry + 12))
    assert all(one.cash_after == two.cash_before for one, two in itertools.pairwise(done))
    assert books.audit.verify().problems == ()


def test_a_proposal_changed_behind_the_books_is_never_committed(
    new_books: Callable[..., StoredBooks],
) -> None:
    import sqlite3

    books = fill(new_books())
    id = approved(books, pay(100))
    with sqlite3.connect(books.location) as raw:
        raw.execute("UPDATE aicfo_proposals SET body = replace(body, '100', '900')")
    raw.close()
    with pytest.raises(BooksError, match="behind the books"):
        commit(books, id)
    assert books.snapshot().balance() == 90_000


# ── linked ───────────────────────────────────────────────────────────────────────────────────


def test_linked_actions_see_what_those_before_them_did(
    books: StoredBooks, books_target: str
) -> None:
    actions: list[Action] = [to_wallet(500), pay(500, account="wallet"), pay(300, settles=("i",))]
    ids = [approved(books, action) for action in actions]
    with pytest.raises(InsufficientFunds):
        commit_linked(books, [ids[1], ids[0]], key="wrong order")
    assert books.snapshot().balance() == 90_000
    # Refused, the second is asked again.
    done = commit_linked(books, [ids[0], approved(books, actions[1]), ids[2]], key="k")
    assert [answer.cash_after for answer in done.commits] == [90_000, 89_500, 89_200]
    with open_books(books_target) as again:
        assert commit_linked(again, ids, key="k") == done
        assert [part.amount for part in again.snapshot().all(Settlement)] == [300]
    assert books.audit.verify().problems == ()


def test_linked_actions_are_all_done_or_none(books: StoredBooks) -> None:
    ids = [approved(books, pay(amount)) for amount in (40_000, 40_001, 40_002)]
    before = books.ledger.trial_balance(), books.snapshot(day(99)).key
    with pytest.raises(InsufficientFunds):
        commit_linked(books, ids, key="k")
    assert (books.ledger.trial_balance(), books.snapshot(day(99)).key) == before
    assert [books.proposals.get(id).status for id in ids] == ["approved", "approved", "failed"]
    asked = propose(books, Proposal(action=pay(7), reason="why")).id
    with pytest.raises(ApprovalRequired):
        commit_linked(books, [ids[0], asked], key="k")
    assert commit_linked(books, ids[:2], key="k").commits[1].cash_after == 9_999
    assert books.audit.verify().problems == ()


def test_a_key_of_linked_actions_stands_for_these_in_this_order(books: StoredBooks) -> None:
    one, two, three = (approved(books, pay(amount)) for amount in (1, 2, 3))
    commit_linked(books, [one, two], key="k")
    for ids in ([two, one], [one], [one, two, three], [three]):
        with pytest.raises(IdempotencyConflict):
            commit_linked(books, ids, key="k")
    with pytest.raises(IdempotencyConflict):
        commit(books, three, key="k")
    with pytest.raises(IdempotencyConflict):
        commit_linked(books, [three, one], key="new")
    for ids in ([], [three, three]):
        with pytest.raises(InputError, match="each id once"):
            commit_linked(books, ids, key="l")
    with pytest.raises(NotFound):
        commit_linked(books, [three, "none"], key="l")
    assert books.snapshot().balance() == 89_997


# ── flags ────────────────────────────────────────────────────────────────────────────────────


def test_own_cash_is_flagged_unless_the_books_say_otherwise(books: StoredBooks) -> None:
    shipped = Flag(account="assets:cash", rule="credits_must_not_exceed_debits")
    assert flags(books) == (shipped,)
    mine = flag_account(books, "assets:cash:bank", shipped.rule, by="Li", allowance=500)
    assert flags(books) == (shipped, mine)
    head = books.audit.head()
    assert flag_account(books, "assets:cash:bank", shipped.rule, by="Li", allowance=500) == mine
    assert books.audit.head() == head
    assert commit(books, approved(books, pay(90_400))).cash_after == -400
    with pytest.raises(InsufficientFunds, match=r"below its allowance of 5\.00.*1\.00 is free"):
        commit(books, approved(books, pay(101)))
    with pytest.raises(InsufficientFunds, match="below zero"):
        commit(books, approved(books, pay(1, account="wallet")))
    assert books.audit.verify().problems == ()


def test_an_account_may_be_kept_from_being_overpaid(books: StoredBooks) -> None:
    account = f"liabilities:payables:{SUPPLIER}"
    flag_account(books, account, "debits_must_not_exceed_credits", by="Li")
    # 1,500 are owed by two invoices.
    hold(books, approved(books, pay(1_000)), until=day(5), key="h")
    with pytest.raises(InsufficientFunds, match=r"debits would exceed its credits.*5\.00 is free"):
        commit(books, approved(books, pay(501)))
    commit(books, approved(books, pay(500)))
    settle(books, "h")
    with pytest.raises(InsufficientFunds, match=r"0\.00 is free"):
        commit(books, approved(books, pay(1)))
    assert books.ledger.balance(account) == 0
    # What another flag forbids is not asked of this one's neighbours.
    assert isinstance(commit(books, approved(books, pay(701, payee="客户乙"))), Committed)


def test_a_flag_counts_on_every_later_day(books: StoredBooks) -> None:
    account = f"liabilities:payables:{SUPPLIER}"
    flag_account(books, "liabilities:payables", "debits_must_not_exceed_credits", by="Li")
    commit(books, approved(books, pay(1_500, day=day(7))))
    with pytest.raises(InsufficientFunds, match=account):
        commit(books, approved(books, pay(1)))
    flag_account(books, account, "none", by="Li")
    assert commit(books, approved(books, pay(1))).cash_after == 89_999


def test_what_a_flag_forbids_already_may_only_get_better(books: StoredBooks) -> None:
    books.import_batches([batch(line("gone", -90_500, "fee"))])
    assert books.snapshot().balance() == -500
    with pytest.raises(InsufficientFunds, match=r"0\.00 is free"):
        commit(books, approved(books, pay(1)))
    redeem = RedeemFund(day=DAY, account="bank", fund="f", amount=100)
    assert commit(books, approved(books, redeem)).cash_after == -400


@pytest.mark.parametrize(
    ("account", "rule", "allowance"),
    [
        ("", "none", 0),
        (" assets:cash", "none", 0),
        ("assets:cash:", "none", 0),
        ("assets\n", "none", 0),
        ("equity:pending:credits:assets:cash", "none", 0),
        ("assets:cash", "whatever", 0),
        ("assets:cash", "none", -1),
    ],
)
def test_a_flag_that_cannot_be_is_refused(
    new_books: Callable[..., StoredBooks], account: str, rule: Rule, allowance: int
) -> None:
    with pytest.raises(InputError):
        flag_account(new_books(), account, rule, by="Li", allowance=allowance)


def test_a_preview_shows_the_free_cash_of_every_day_ahead(books: StoredBooks) -> None:
    hold(books, approved(books, pay(10_000, day=day(2))), until=day(5), key="h")
    commit(books, approved(books, pay(20_000, day=day(4))))
    seen = preview(books, Proposal(action=pay(30_000, day=day(1)), reason="why"))
    assert [(row.day, row.before, row.after) for row in seen.path] == [
        (day(1), 90_000, 60_000),
        (day(2), 80_000, 50_000),
        (day(4), 60_000, 30_000),
    ]
    assert (seen.lowest_before, seen.lowest_after) == (60_000, 30_000)
    assert (seen.cash_before, seen.cash_after) == (90_000, 60_000)
    with pytest.raises(InsufficientFunds):
        preview(books, Proposal(action=pay(60_001, day=day(1)), reason="why"))
    void(books, "h")
    with pytest.raises(LedgerError):
        preview(books, Proposal(action=pay(70_001, day=day(1)), reason="why"))
