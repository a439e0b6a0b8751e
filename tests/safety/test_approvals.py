"""The approval desk: proposing, approving and rejecting, on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aicfo_sdk.books.store import StoredBooks
from aicfo_sdk.errors import ApprovalRequired, InputError, NotFound, PolicyDenied
from aicfo_sdk.model import Obligation, Pay, Proposal
from aicfo_sdk.safety.approvals import approve, propose, reject
from aicfo_sdk.safety.commit import commit
from aicfo_sdk.safety.policy import policy_from
from tests.books.samples import DAY, account, batch, day, line, party

TWO = policy_from({"rules": {"pay": {"second_person_above": 500}}})
NOTHING = policy_from({"name": "shut", "rules": {}})
FREE = policy_from({"rules": {"pay": {"approval_above": 5000}}})


@pytest.fixture
def books(stored: StoredBooks) -> StoredBooks:
    stored.import_batches([batch(account(), party(), line("o", 90_000, "opening"))])
    return stored


def pay(amount: int = 1000) -> Proposal:
    action = Pay(day=DAY, account="bank", payee="供应商甲", amount=amount)
    return Proposal(action=action, reason="due today")


def kinds(books: StoredBooks, id: str) -> list[str]:
    return [row.kind for row in books.audit.rows(id)]


def test_the_same_action_proposed_again_is_the_same_row(books: StoredBooks) -> None:
    first = propose(books, pay(), run="r1")
    again = propose(books, pay(), run="r2")
    assert first == again
    assert (first.status, first.maker) == ("proposed", "aicfo")
    assert kinds(books, first.id) == ["proposed"]
    assert len(books.proposals.all()) == 1


def test_approval_by_one_person(books: StoredBooks) -> None:
    stored = propose(books, pay())
    approved = approve(books, stored.id, by=" Li  Wei ")
    assert (approved.status, approved.approvals) == ("approved", ("li wei",))
    assert approve(books, stored.id, by="LI WEI") == approved
    assert books.proposals.all("approved") == (approved,)
    assert books.audit.verify().ok


def test_above_the_limit_two_other_people_must_approve(books: StoredBooks) -> None:
    stored = propose(books, pay(), maker="Wang", policy=TWO)
    with pytest.raises(ApprovalRequired, match="who proposed it cannot"):
        approve(books, stored.id, by="wang", policy=TWO)
    assert approve(books, stored.id, by="Li", policy=TWO).status == "proposed"
    with pytest.raises(ApprovalRequired, match="approved it already"):
        approve(books, stored.id, by="ｌｉ", policy=TWO)
    with pytest.raises(ApprovalRequired, match="approved by 1 of 2"):
        commit(books, stored.id, policy=TWO)
    assert approve(books, stored.id, by="Zhao", policy=TWO).status == "approved"
    assert commit(books, stored.id, policy=TWO).cash_after == 89_000


def test_a_denied_proposal_is_recorded_and_judged_anew(books: StoredBooks) -> None:
    stored = propose(books, pay(), policy=NOTHING)
    assert stored.status == "denied"
    assert "no rule allows pay" in stored.why
    with pytest.raises(PolicyDenied, match=r"shut\.pay"):
        approve(books, stored.id, by="Li", policy=NOTHING)
    assert propose(books, pay()).status == "proposed"
    assert kinds(books, stored.id) == ["denied", "denied", "proposed"]
    assert books.audit.verify().ok


def test_a_rejection_stands(books: StoredBooks) -> None:
    stored = propose(books, pay())
    approve(books, stored.id, by="Li")
    rejected = reject(books, stored.id, by="Zhao", why="wrong month")
    assert (rejected.status, rejected.why) == ("rejected", "rejected by zhao: wrong month")
    assert propose(books, pay()).status == "rejected"
    for act in (lambda: approve(books, stored.id, by="Li"), lambda: commit(books, stored.id)):
        with pytest.raises(PolicyDenied, match="rejected by zhao"):
            act()
    assert books.snapshot().balance() == 90_000


def test_what_became_tainted_asks_again(books: StoredBooks) -> None:
    owed = Obligation(
        id="rent", known_since=DAY, kind="rent", due=DAY, amount=1000, counterparty="供应商甲"
    )
    books.import_batches([batch(owed)])
    action = Pay(day=DAY, account="bank", payee="供应商甲", amount=1000, settles=("rent",))
    plain = Proposal(action=action, reason="due today")
    clean = propose(books, plain, policy=FREE)
    assert clean.status == "approved"
    tainted = propose(books, plain.model_copy(update={"tainted": True}), policy=FREE)
    assert (tainted.status, tainted.proposal.tainted) == ("proposed", True)
    assert propose(books, plain, policy=FREE).proposal.tainted
    with pytest.raises(ApprovalRequired, match="strangers"):
        commit(books, clean.id, policy=FREE)
    assert books.audit.verify().ok


def test_an_unknown_proposal_names_those_that_wait(books: StoredBooks) -> None:
    with pytest.raises(NotFound, match="no proposal waits"):
        books.proposals.get("P0")
    stored = propose(books, pay())
    with pytest.raises(NotFound, match=f"waiting are {stored.id}"):
        approve(books, "P0", by="Li")


@pytest.mark.parametrize("name", ["", "  ", "\u200b"])
def test_nobody_cannot_approve(books: StoredBooks, name: str) -> None:
    stored = propose(books, pay())
    with pytest.raises(InputError, match="nobody is named"):
        approve(books, stored.id, by=name)


def test_a_committed_proposal_cannot_be_rejected(books: StoredBooks) -> None:
    stored = propose(books, pay())
    approve(books, stored.id, by="Li")
    commit(books, stored.id)
    with pytest.raises(InputError, match="committed"):
        reject(books, stored.id, by="Li")
    assert approve(books, stored.id, by="Li").status == "committed"


def test_an_approval_that_was_not_used_runs_out(books: StoredBooks) -> None:
    short = policy_from({"rules": {"pay": {}}, "approval_days": 5})
    stored = propose(books, pay(), policy=short)
    approve(books, stored.id, by="Li", policy=short)
    books.import_batches([batch(line("later", 1, "sale", 6))])
    with pytest.raises(ApprovalRequired, match="approved by 0 of 1"):
        commit(books, stored.id, policy=short)
    assert approve(books, stored.id, by="Li", policy=short).approved_by(day(6)) == ("li",)
    commit(books, stored.id, policy=short)
    assert books.audit.verify().ok


def test_an_approval_lasts_no_longer_than_the_proposal(books: StoredBooks) -> None:
    proposal = pay().model_copy(update={"valid_until": day(2)})
    stored = propose(books, proposal)
    assert [yes.until for yes in approve(books, stored.id, by="Li").mandates] == ["2026-03-04"]


@pytest.mark.parametrize(
    "change",
    [{"amount": 1001}, {"payee": "客户乙"}, {"account": "other"}, {"day": day(1)},
     {"settles": ("i",)}],
)  # fmt: skip
def test_a_changed_action_never_inherits_an_approval(
    books: StoredBooks, change: dict[str, Any]
) -> None:
    books.import_batches([batch(party("客户乙"), account("other"))])
    stored = propose(books, pay())
    approve(books, stored.id, by="Li")
    changed = pay().action.model_copy(update=change)
    other = propose(books, Proposal(action=changed, reason="due today"))
    assert other.id != stored.id
    assert other.approvals == ()
    with pytest.raises(ApprovalRequired):
        commit(books, other.id)


def test_an_action_that_bears_another_s_id_is_refused(
    books: StoredBooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = propose(books, pay())
    approve(books, stored.id, by="Li")
    monkeypatch.setattr(Proposal, "id", stored.id)
    with pytest.raises(InputError, match="another action has this id"):
        propose(books, pay(1001))


def test_the_audit_names_the_policy_that_judged(books: StoredBooks) -> None:
    stored = propose(books, pay(), policy=TWO)
    approve(books, stored.id, by="Li", policy=TWO)
    for row in books.audit.rows(stored.id):
        assert json.loads(row.body)["policy"] == TWO.stamp
