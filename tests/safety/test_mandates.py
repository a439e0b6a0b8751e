"""Mandates: what a person allows once, and what it never allows; on SQLite and PostgreSQL."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from aicfo_sdk.books.store import StoredBooks, open_books
from aicfo_sdk.errors import ApprovalRequired, Denied, InputError, NotFound, PolicyDenied
from aicfo_sdk.model import EndorseBill, Pay, Proposal
from aicfo_sdk.safety.approvals import approve, propose
from aicfo_sdk.safety.commit import commit, commit_many
from aicfo_sdk.safety.explain import explain
from aicfo_sdk.safety.holds import hold, void
from aicfo_sdk.safety.mandates import Granted, grant, mandate_from, mandates, revoke
from aicfo_sdk.safety.policy import Policy, policy_from
from tests.books.samples import DAY, account, batch, bill, day, invoice, line, party

SUPPLIER, OTHER = "供应商甲", "供应商乙"
ASK = policy_from({"rules": {"pay": {}, "endorse_bill": {}}})


@pytest.fixture
def books(stored: StoredBooks) -> StoredBooks:
    return fill(stored)


def fill(books: StoredBooks) -> StoredBooks:
    owed = [
        invoice(f"i{n}", 100 + n, direction="purchase", counterparty=SUPPLIER) for n in range(20)
    ]
    books.import_batches(
        [
            batch(
                account(),
                party(SUPPLIER, known_since=day(-90)),
                party(OTHER, known_since=day(-90)),
                line("o", 90_000, "opening", -90),
                bill("b", 5_000),
                *owed,
                invoice("j", 50, direction="purchase", counterparty=OTHER),
            )
        ]
    )
    return books


def terms(**more: Any) -> dict[str, Any]:
    return {
        "kinds": ["pay"],
        "payees": [SUPPLIER],
        "max_amount": 150,
        "total": 300,
        "valid_from": day(-10),
        "valid_until": day(10),
        **more,
    }


def granted(books: StoredBooks, *, by: str = "Wang", **more: Any) -> Granted:
    return grant(books, mandate_from(terms(**more)), by=by)


def pay(number: int = 0, **more: Any) -> Pay:
    own = {
        "day": DAY,
        "account": "bank",
        "payee": SUPPLIER,
        "amount": 100 + number,
        "settles": (f"i{number}",),
    }
    return Pay(**{**own, **more})


def done(books: StoredBooks, action: Any, *, policy: Policy = ASK, **more: Any) -> str:
    """Proposed and carried out without a word of any person; the id."""
    stored = propose(books, Proposal(action=action, reason="r", **more), policy=policy)
    commit(books, stored.id, policy=policy)
    return stored.id


def test_within_a_mandate_no_person_is_asked(books: StoredBooks) -> None:
    with pytest.raises(ApprovalRequired):
        done(books, pay())
    mandate = granted(books)
    id = done(books, pay())
    committed = next(row for row in books.audit.rows(id) if row.kind == "committed")
    assert f'"under":"{mandate.id}"' in committed.body
    assert ASK.stamp in committed.body
    assert books.proposals.get(id).approvals == ()
    assert books.audit.verify().ok


def test_what_is_used_is_counted_to_the_last_minor_unit(books: StoredBooks) -> None:
    granted(books, total=206)
    done(books, pay(1))
    done(books, pay(5))
    with pytest.raises(ApprovalRequired):
        done(books, pay(0))
    assert books.snapshot().balance() == 90_000 - 206


@pytest.mark.parametrize(
    ("more", "action"),
    [
        ({"kinds": ["endorse_bill"]}, pay()),
        ({"payees": [OTHER]}, pay()),
        ({"payees": ["供应商甲 "]}, pay()),
        ({"max_amount": 99}, pay()),
        ({"total": 99, "max_amount": 99}, pay()),
        ({"valid_from": day(1)}, pay()),
        ({"valid_from": day(1)}, pay(day=day(2))),
        ({"valid_until": day(-1)}, pay()),
        ({}, pay(day=day(11))),
        ({"valid_from": DAY}, pay(day=day(-1))),
        ({"purposes": ["rent"]}, pay()),
        ({"windows": [{"days": 3, "amount": 99}]}, pay()),
    ],
)
def test_what_a_mandate_does_not_say_asks_a_person(
    books: StoredBooks, more: dict[str, Any], action: Pay
) -> None:
    mandate = granted(books, **more)
    with pytest.raises(ApprovalRequired):
        done(books, action)
    checks = explain(books, Proposal(action=action, reason="r"), policy=ASK).checks
    assert [c.result for c in checks if c.rule == f"mandate.{mandate.id}"] == ["noted"]


def test_windows_of_a_mandate_hold_whatever_the_days(books: StoredBooks) -> None:
    granted(books, windows=[{"days": 3, "amount": 250}])
    done(books, pay(0, day=day(4)))
    done(books, pay(1, day=day(6)))
    with pytest.raises(ApprovalRequired):
        done(books, pay(2, day=day(5)))


def test_purposes_of_a_mandate_are_those_of_the_records(books: StoredBooks) -> None:
    granted(books, purposes=["invoice"])
    done(books, pay())
    with pytest.raises(ApprovalRequired):
        done(books, pay(1, settles=()))


def test_a_mandate_never_allows_what_the_policy_denies(books: StoredBooks) -> None:
    granted(books, total=10_000, max_amount=10_000)
    for rule in ({"max_amount": 99}, {"per_day": 99}, {"payees": [OTHER]}, {"purposes": ["rent"]}):
        denied = policy_from({"rules": {"pay": rule}})
        with pytest.raises(PolicyDenied):
            done(books, pay(), policy=denied)
    with pytest.raises(PolicyDenied):
        done(books, pay(), policy=policy_from({"rules": {}}))


def test_tainted_actions_ask_a_person_all_the_same(books: StoredBooks) -> None:
    granted(books)
    with pytest.raises(ApprovalRequired, match="strangers"):
        done(books, pay(), tainted=True)
    with pytest.raises(ApprovalRequired, match="strangers"):
        done(books, pay(1, amount=150, settles=("i1",)))


def test_above_the_second_person_s_limit_a_mandate_is_not_enough(books: StoredBooks) -> None:
    granted(books, total=200)
    with pytest.raises(ApprovalRequired, match="0 of 2"):
        done(books, pay(), policy=policy_from({"rules": {"pay": {"second_person_above": 99}}}))


def test_parts_on_one_day_need_the_second_person_of_the_whole(books: StoredBooks) -> None:
    granted(books, total=400)
    granted(books, total=400, by="Zhao")
    two = policy_from({"rules": {"pay": {"second_person_above": 250}}})
    done(books, pay(0), policy=two)
    done(books, pay(1), policy=two)
    with pytest.raises(ApprovalRequired, match="102 with 201 within 1 days is above 250"):
        done(books, pay(2), policy=two)
    done(books, pay(3, day=day(1)), policy=two)


def test_a_new_account_number_or_payee_cools_off(books: StoredBooks) -> None:
    cool = policy_from({"rules": {"pay": {"cooling_days": 30}}})
    granted(books)
    done(books, pay(), policy=cool)
    books.import_batches([batch(party(SUPPLIER, known_since=day(1), payee_account="666"))])
    with pytest.raises(ApprovalRequired, match="another account number since"):
        done(books, pay(1), policy=cool)
    books.import_batches([batch(line("later", 1, "sale", 32))])
    granted(books, valid_until=day(50))
    done(books, pay(2, day=day(32)), policy=cool)


def test_a_payee_with_backdated_papers_is_still_new(books: StoredBooks) -> None:
    cool = policy_from({"rules": {"pay": {"cooling_days": 30, "approval_above": 1_000}}})
    old = party("新供应", known_since=day(-900))
    papers = invoice("n", 70, direction="purchase", counterparty="新供应", offset=-900)
    books.import_batches([batch(old, papers)])
    action = pay(payee="新供应", amount=70, settles=("n",))
    with pytest.raises(ApprovalRequired, match="is in the books since"):
        done(books, action, policy=cool)


def test_a_second_person_grants_what_one_may_not(books: StoredBooks) -> None:
    two = policy_from({"rules": {"pay": {"second_person_above": 250}}})
    granted(books)
    with pytest.raises(ApprovalRequired):
        done(books, pay(), policy=two)
    assert granted(books, by=" wang ").granted_by == ("wang",)
    with pytest.raises(ApprovalRequired):
        done(books, pay(), policy=two)
    assert granted(books, by="Zhao").granted_by == ("wang", "zhao")
    done(books, pay(), policy=two)


def test_a_revoked_mandate_ends_at_once_and_for_good(books: StoredBooks) -> None:
    mandate = granted(books)
    stored = propose(books, Proposal(action=pay(), reason="r"), policy=ASK)
    assert stored.status == "approved"
    assert revoke(books, mandate.id, by="Li").revoked_by == "li"
    with pytest.raises(ApprovalRequired):
        commit(books, stored.id, policy=ASK)
    with pytest.raises(PolicyDenied, match="revoked by li"):
        granted(books)
    assert revoke(books, mandate.id, by="Zhao").revoked_by == "li"
    with pytest.raises(NotFound, match=mandate.id):
        revoke(books, "M0", by="Li")
    assert [row.kind for row in books.audit.rows(mandate.id)] == ["granted", "revoked"]


def test_a_group_counts_its_earlier_members(books: StoredBooks) -> None:
    granted(books)
    ids = [propose(books, Proposal(action=pay(n), reason="r"), policy=ASK).id for n in range(4)]
    answers = commit_many(books, [(id, None) for id in ids], policy=ASK)
    assert [isinstance(answer, Denied) for answer in answers] == [False, False, True, True]


def test_a_voided_hold_gives_its_part_of_the_mandate_back(books: StoredBooks) -> None:
    granted(books)
    ids = [propose(books, Proposal(action=pay(n), reason="r"), policy=ASK).id for n in range(3)]
    hold(books, ids[0], key="h", until=day(5), policy=ASK)
    commit(books, ids[1], policy=ASK)
    with pytest.raises(ApprovalRequired):
        commit(books, ids[2], policy=ASK)
    void(books, "h")
    commit(books, ids[2], policy=ASK)
    assert books.audit.verify().ok


def test_two_writers_at_once_do_not_pass_the_total(books: StoredBooks, books_target: str) -> None:
    mandate = granted(books, total=500)
    ids = [propose(books, Proposal(action=pay(n), reason="r"), policy=ASK).id for n in range(12)]

    def work(mine: list[str]) -> None:
        with open_books(books_target) as own:
            for id in mine:
                try:
                    commit(own, id, policy=ASK)
                except ApprovalRequired:
                    continue

    threads = [threading.Thread(target=work, args=(ids[n::2],)) for n in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    done = [item.proposal.action.amount for item in books.proposals.all("committed")]
    assert len(done) == 4
    assert sum(done) <= 500
    with books.reading() as connection:
        assert [item.id for item in mandates(connection)] == [mandate.id]


def test_other_kinds_of_payment_count_too(books: StoredBooks) -> None:
    granted(books, kinds=["pay", "endorse_bill"], total=205)
    part = EndorseBill(
        day=DAY, bill="b", amount=103, range_start=1, range_end=103, payee=SUPPLIER, settles=("i3",)
    )
    done(books, part)
    done(books, pay(2))
    with pytest.raises(ApprovalRequired):
        done(books, pay(1))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"payees": []}, "payees must be named"),
        ({"kinds": []}, "kinds"),
        ({"kinds": ["discount_bill"], "payees": []}, "payees must be named"),
        ({"valid_until": day(-11)}, "valid_until is before"),
        ({"max_amount": 301}, "max_amount is more than total"),
        ({"totl": 5}, "did you mean 'total'"),
        ({"windows": [{"day": 5, "amount": 5}]}, "did you mean 'days'"),
        ({"total": 1.5}, "total"),
        ({"note": "x\u200b"}, "cannot be seen"),
    ],
)
def test_terms_that_cannot_be_are_refused(
    new_books: Callable[..., StoredBooks], more: dict[str, Any], said: str
) -> None:
    with pytest.raises(InputError) as caught:
        granted(new_books(), **more)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_terms_without_a_payee_serve_what_goes_to_nobody(books: StoredBooks) -> None:
    assert mandate_from(terms(kinds=["transfer"], payees=[])).payees == ()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE aicfo_mandates SET terms = replace(terms, '\"total\":300', '\"total\":900')",
        "UPDATE aicfo_mandates SET by = 'zhao'",
        "UPDATE aicfo_mandates SET event = 'granted' WHERE event = 'revoked'",
        "DELETE FROM aicfo_mandates WHERE event = 'revoked'",
        (
            "INSERT INTO aicfo_mandates"
            " SELECT source + 100, mandate, event, by, day, terms FROM aicfo_mandates"
        ),
        "DELETE FROM aicfo_mandate_uses",
        "UPDATE aicfo_mandate_uses SET mandate = 'M0'",
        "INSERT INTO aicfo_mandate_uses VALUES ('x', 'M0', 1)",
    ],
)
def test_a_mandate_or_use_changed_behind_the_books_back_is_found(
    new_books: Callable[..., StoredBooks], statement: str
) -> None:
    books = fill(new_books())
    mandate = granted(books)
    done(books, pay())
    revoke(books, mandate.id, by="Li")
    assert books.audit.verify().ok
    books.close()
    with closing(sqlite3.connect(books.location)) as raw, raw:
        assert raw.execute(statement).rowcount
    assert not books.audit.verify().ok


def test_who_approves_takes_the_place_of_a_mandate(books: StoredBooks) -> None:
    mandate = granted(books, total=150)
    stored = propose(books, Proposal(action=pay(7), reason="r"), policy=ASK)
    revoke(books, mandate.id, by="Li")
    approve(books, stored.id, by="Li", policy=ASK)
    commit(books, stored.id, policy=ASK)
    committed = books.audit.rows(stored.id)[-1]
    assert '"under"' not in committed.body
