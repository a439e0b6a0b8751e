"""Why the policy says what it says, and what is odd about a policy."""

from __future__ import annotations

from typing import Any

import pytest

from aicfo_sdk.books.store import StoredBooks
from aicfo_sdk.model import Pay, Proposal
from aicfo_sdk.safety.approvals import approve, judge, propose
from aicfo_sdk.safety.commit import commit
from aicfo_sdk.safety.explain import Explanation, explain
from aicfo_sdk.safety.policy import Policy, default_policy, policy_from
from aicfo_sdk.safety.review import warnings
from tests.books.samples import DAY, account, batch, day, invoice, line, party

SUPPLIER = "供应商甲"
WEEK = policy_from(
    {
        "name": "week",
        "version": 7,
        "rules": {
            "pay": {
                "max_amount": 900,
                "approval_above": 100,
                "windows": [{"days": 7, "amount": 1_000}],
            }
        },
    }
)


@pytest.fixture
def books(stored: StoredBooks) -> StoredBooks:
    owed = invoice("i", 5_000, direction="purchase", counterparty=SUPPLIER)
    known = party(SUPPLIER, known_since=day(-90))
    stored.import_batches([batch(account(), known, line("o", 90_000, "opening", -90), owed)])
    return stored


def asked(amount: int, offset: int = 0) -> Proposal:
    action = Pay(day=day(offset), account="bank", payee=SUPPLIER, amount=amount, settles=("i",))
    return Proposal(action=action, reason="r")


def told(books: StoredBooks, amount: int, offset: int = 0, policy: Policy = WEEK) -> Explanation:
    return explain(books, asked(amount, offset), policy=policy)


def results(found: Explanation) -> dict[str, str]:
    return {check.rule.removeprefix("week.pay."): check.result for check in found.checks}


def pay(books: StoredBooks, amount: int, offset: int = 0) -> None:
    stored = propose(books, asked(amount, offset), policy=WEEK)
    approve(books, stored.id, by="Li", policy=WEEK)
    commit(books, stored.id, policy=WEEK)


def test_every_rule_is_shown_with_value_limit_and_what_was_spent(books: StoredBooks) -> None:
    pay(books, 600, 2)
    found = told(books, 500)
    assert found.decision.outcome == "denied"
    assert results(found) == {
        "max_amount": "passed",
        "windows[0]": "stopped",
        "payees": "passed",
        "look_alike": "passed",
        "tainted": "passed",
        "near_names": "passed",
        "approval_above": "asks",
    }
    window = next(check for check in found.checks if check.result == "stopped")
    assert (window.value, window.limit, window.spent) == (500, 1_000, 600)
    assert window.first is not None
    assert window.last is not None
    assert window.first <= day(0) <= day(2) <= window.last
    assert (window.last - window.first).days == 6


def test_what_would_change_the_answer_does(books: StoredBooks) -> None:
    pay(books, 600, 2)
    changes = " | ".join(told(books, 500).changes)
    assert "an amount of at most 400 would be within every limit on 2026-03-02" in changes
    assert told(books, 400).decision.outcome == "needs_approval"
    assert told(books, 401).decision.outcome == "denied"
    assert "the same amount would be within every limit on 2026-03-11" in changes
    assert told(books, 500, 9).decision.outcome == "needs_approval"
    assert told(books, 500, 8).decision.outcome == "denied"


def test_a_proposal_at_the_desk_is_explained_with_its_approvals(books: StoredBooks) -> None:
    two = policy_from({"rules": {"pay": {"second_person_above": 50}}})
    stored = propose(books, asked(60), policy=two)
    approve(books, stored.id, by="Li", policy=two)
    found = explain(books, stored.id, policy=two)
    assert (found.status, found.approved_by) == ("proposed", ("li",))
    assert found.decision.approvals == 2
    assert "approved so far by li" in found.changes


@pytest.mark.parametrize("amount", [1, 100, 101, 900, 901, 2_000])
def test_what_is_explained_is_what_is_decided(books: StoredBooks, amount: int) -> None:
    pay(books, 300, -1)
    with books.reading() as connection:
        decision = judge(connection, books, asked(amount), WEEK)
    found = told(books, amount)
    assert found.decision == decision
    stopping = [check.rule for check in found.checks if check.result == "stopped"]
    assert (decision.outcome == "denied") == bool(stopping)
    if stopping:
        assert decision.rule == stopping[0]
    assert decision.policy == WEEK.stamp


def test_explaining_writes_nothing(books: StoredBooks) -> None:
    head = books.audit.head()
    told(books, 500)
    assert books.audit.head() == head


def test_the_stamp_names_every_change_of_a_policy() -> None:
    rules: dict[str, Any] = {"rules": {"pay": {"max_amount": 5}}}
    first = policy_from(rules)
    assert first.stamp == policy_from(rules).stamp
    assert first.stamp.startswith("policy@1:")
    assert first.stamp != policy_from({"rules": {"pay": {"max_amount": 6}}}).stamp
    assert first.stamp != policy_from({**rules, "version": 2}).stamp
    assert policy_from({"rules": {"pay": {"max_amount": 5, "split_days": 1}}}).stamp == first.stamp


ODD = [
    ({"rules": {}}, "everything is denied"),
    ({"rules": {"pay": {"approval_above": 10**13}}}, "allows everything"),
    ({"rules": {"pay": {"approval_above": 9, "max_amount": 9, "per_day": 9}}}, "ever asked"),
    ({"rules": {"pay": {"approval_above": 9, "second_person_above": 5, "per_day": 9}}}, "or none"),
    ({"rules": {"pay": {"second_person_above": 9, "max_amount": 9}}}, "never reached"),
    ({"rules": {"pay": {"payees": []}}}, "nobody may be paid"),
    ({"rules": {"pay": {"payees": ["a"], "per_payee": {"b": {}}}}}, "not among payees"),
    ({"rules": {"transfer": {"payees": ["a"]}}}, "goes to nobody"),
    ({"rules": {"transfer": {"purposes": ["rent"]}}}, "settles no records"),
    ({"rules": {"pay": {"max_amount": 9, "per_day": 5}}}, "never reached"),
    ({"rules": {"pay": {"max_amount": 9, "windows": [{"days": 2, "amount": 5}]}}}, "never reached"),
    ({"rules": {"pay": {"per_day": 5, "windows": [{"days": 2, "amount": 99}]}}}, "never matters"),
    ({"rules": {}, "windows": [{"days": 1, "amount": 1, "kinds": ["pay"]}]}, "no rule allows"),
    ({"rules": {"pay": {"valid_until": day(-1)}}}, "so it denies"),
    ({"rules": {"pay": {}}, "valid_until": day(-1)}, "so everything is denied"),
]


@pytest.mark.parametrize(("values", "said"), ODD)
def test_what_is_odd_about_a_policy_is_said(values: dict[str, Any], said: str) -> None:
    found = warnings(policy_from(values), day=DAY)
    assert any(said in text for text in found), found


def test_nothing_is_odd_about_the_default_policy() -> None:
    assert warnings(default_policy(), day=DAY) == ()
