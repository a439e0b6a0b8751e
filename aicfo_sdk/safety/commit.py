"""Carrying an approved action out: ledger, record states and audit row in one transaction.

Everything is asked again under the write lock: the key, the status, the policy, the approvals,
the state of the records and the money. Either all of it is written, durably, or nothing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from pydantic import Field
from sqlalchemy import Connection, select

from ..actions import Posting
from ..books.effects import Effects, effects
from ..books.ledger import account_balance, lowest_cash
from ..books.proposals import StoredProposal, load
from ..books.schema import COMMITS
from ..books.store import StoredBooks
from ..books.writer import Writer, read_heads
from ..errors import (
    AicfoError,
    ApprovalRequired,
    IdempotencyConflict,
    InputError,
    InsufficientFunds,
    LedgerError,
    PolicyDenied,
)
from ..model.base import Frozen, canonical, digest
from ..model.proposal import Proposal
from ..model.text import clean
from ..money import grouped
from .approvals import denied, judge, note
from .policy import Decision, Policy
from .stakes import beneficiary, stake

_CASH = "assets:cash"


class Leg(Frozen):
    """One posting."""

    account: str = Field(description="Ledger account.")
    amount: int = Field(description="Minor units; positive is debit.")


class Preview(Frozen):
    """What a commit would do now."""

    proposal: str = Field(description="Id of the proposal.")
    decision: Decision = Field(description="What the policy says of it.")
    day: date = Field(description="Day it is posted.")
    postings: tuple[Leg, ...] = Field(description="The entry; the legs sum to 0.")
    records: tuple[str, ...] = Field(description="Records that get a new state, Type:id.")
    cash_before: int = Field(description="All own accounts at the end of the day without it.")
    cash_after: int = Field(description="The same with it, minor units.")


class Committed(Frozen):
    """What a commit did. The same key always gives this first answer again."""

    proposal: str = Field(description="Id of the proposal.")
    key: str = Field(description="Idempotency key.")
    entry: int = Field(description="Number of the ledger entry.")
    audit: int = Field(description="Number of the audit row.")
    day: date = Field(description="Day it is posted.")
    postings: tuple[Leg, ...] = Field(description="The entry; the legs sum to 0.")
    records: tuple[str, ...] = Field(description="Records that got a new state, Type:id.")
    cash_before: int = Field(description="All own accounts at the end of the day without it.")
    cash_after: int = Field(description="The same with it, minor units.")


def preview(
    books: StoredBooks, proposal: Proposal | str, *, policy: Policy | None = None
) -> Preview:
    """Return what committing a proposal, or the one of an id, would do; nothing is written.

    Raises: NotFound; LedgerError when the books would refuse it, as `commit` would.
    """
    with books.reading() as connection:
        if isinstance(proposal, str):
            proposal = load(connection, proposal).proposal
        decision = judge(connection, books, proposal, policy)
        found = _checked(connection, books, proposal)
        before = account_balance(connection, _CASH, proposal.action.day)
    return Preview(
        proposal=proposal.id,
        decision=decision,
        day=proposal.action.day,
        postings=_legs(found),
        records=tuple(record.ref for record in found.records),
        cash_before=before,
        cash_after=before + _cash_change(found),
    )


def commit(
    books: StoredBooks, proposal_id: str, *, key: str | None = None, policy: Policy | None = None
) -> Committed:
    """Carry an approved proposal out, once, and return what was done.

    `key` is the caller's idempotency key, the proposal's id when none is given: a repeated call
    with the same key returns the first answer and does nothing.
    Raises: NotFound; IdempotencyConflict when the key was used for another proposal, or the
    proposal was committed under another key; PolicyDenied; ApprovalRequired; LedgerError or
    InsufficientFunds when the books refuse it (the proposal is then `failed`).
    """
    key = proposal_id if key is None else key
    if not key or len(key) > 200 or not key.isprintable():
        raise InputError("not an idempotency key", value=key, mend="1 to 200 printable characters")
    with books.transaction() as writer:
        stored = load(writer.connection, proposal_id)
        body = digest([proposal_id, digest(stored.proposal.action)])
        first = _first_answer(writer, key, body, proposal_id)
        if first is not None:
            return first
        decision = judge(writer.connection, books, stored.proposal, policy)
        error = _stopped(stored, decision)
        if error is None:
            try:
                found = _checked(writer.connection, books, stored.proposal)
                return _carry_out(writer, stored, found, key=key, body=body)
            except (LedgerError, InputError) as refused:
                error = refused
                failed = replace(stored, status="failed", why=str(refused))
                note(writer, failed, "failed", {"key": key, "code": refused.code})
        elif decision.outcome == "denied":
            note(writer, replace(stored, status="denied", why=str(error)), "denied", {"key": key})
    # Raised after the transaction, which keeps the audit row of the refusal.
    raise error


def _first_answer(writer: Writer, key: str, body: str, proposal: str) -> Committed | None:
    """Return the stored answer of a repeated key. Raises: IdempotencyConflict."""
    query = select(COMMITS.c.key, COMMITS.c.digest, COMMITS.c.answer)
    rows = writer.connection.execute(
        query.where((COMMITS.c.key == key) | (COMMITS.c.proposal == proposal))
    ).all()
    for used, stored, answer in rows:
        if used == key and stored == body:
            return Committed.model_validate_json(answer)
    for used, _, _ in rows:
        if used == key:
            raise IdempotencyConflict(
                "the key was used for another proposal", value=key, mend="take a new key"
            )
        raise IdempotencyConflict(
            "the proposal was committed under another key",
            value=key,
            where=proposal,
            mend=f"its key is {used}",
        )
    return None


def _stopped(stored: StoredProposal, decision: Decision) -> AicfoError | None:
    """Return why the proposal may not be committed now, or None."""
    if stored.status == "rejected":
        return PolicyDenied(stored.why, value=stored.id, mend="a changed action is a new proposal")
    if decision.outcome == "denied":
        return denied(decision, stored)
    people = [name for name in stored.approvals if decision.approvals < 2 or name != stored.maker]
    if len(people) < decision.approvals:
        return ApprovalRequired(
            f"approved by {len(people)} of {decision.approvals}: {decision.why}",
            value=stored.id,
            where=decision.rule,
            mend=decision.mend,
        )
    return None


def _checked(connection: Connection, books: StoredBooks, proposal: Proposal) -> Effects:
    """Return the effects of an action that the books, as they will ever be, can bear.

    Raises: LedgerError, InsufficientFunds, NotFound.
    """
    action = proposal.action
    # Everything known, whatever its day: what is promised for tomorrow is not there today.
    found = effects(action, books.snapshot_at(read_heads(connection), date.max), ref=proposal.id)
    for leg in found.postings:
        if leg.account.startswith(f"{_CASH}:") and leg.amount < 0:
            account = leg.account.removeprefix(f"{_CASH}:")
            lowest = lowest_cash(connection, account, action.day)
            if lowest + leg.amount < 0:
                raise InsufficientFunds(
                    "the account would fall below zero",
                    value=grouped(-leg.amount),
                    where=f"{account} on {action.day.isoformat()} or after",
                    mend=f"{grouped(max(lowest, 0))} is free",
                )
    return found


def _carry_out(
    writer: Writer, stored: StoredProposal, found: Effects, *, key: str, body: str
) -> Committed:
    action = stored.proposal.action
    before = account_balance(writer.connection, _CASH, action.day)
    for record in found.records:
        writer.record(record)
    entry = writer.entry(action.day, stored.id, clean(stored.proposal.reason), found.postings, key)
    answer = Committed(
        proposal=stored.id,
        key=key,
        entry=entry,
        audit=writer.source,
        day=action.day,
        postings=_legs(found),
        records=tuple(record.ref for record in found.records),
        cash_before=before,
        cash_after=before + _cash_change(found),
    )
    row: dict[str, Any] = {
        "key": key,
        "digest": body,
        "proposal": stored.id,
        "kind": action.kind,
        "payee": beneficiary(action),
        "day": action.day.isoformat(),
        "stake": stake(action),
        "entry": entry,
        "answer": canonical(answer),
        "source": writer.source,
    }
    writer.add(COMMITS, **row)
    note(writer, replace(stored, status="committed", why=""), "committed", {"commit": row})
    return answer


def _legs(found: Effects) -> tuple[Leg, ...]:
    return tuple(Leg(account=leg.account, amount=leg.amount) for leg in found.postings)


def _cash_change(found: Effects) -> int:
    legs: tuple[Posting, ...] = found.postings
    return sum(leg.amount for leg in legs if leg.account.startswith(f"{_CASH}:"))
