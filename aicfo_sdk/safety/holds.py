"""Pending actions: their money and records are reserved first, then posted or given back.

    approved ─► pending ─► committed (settle: all of it, or less)
                   └─────► voided (void, or its last day went by)

A pending action stands in the ledger under `equity:pending`: no posted balance moves, but what
it will take is no longer free. Days are those of the books: a hold that is not settled by its
last day counts as voided from the next one on, whoever looks.
"""

from __future__ import annotations

from datetime import date

from ..books.store import StoredBooks
from ..errors import AicfoError, BooksError, IdempotencyConflict, InputError, LedgerError
from ..model.base import digest
from .answers import Committed, Held, Voided
from .carrying import Carrying, checked_key
from .policy import Policy


def hold(
    books: StoredBooks,
    proposal_id: str,
    *,
    until: date,
    key: str | None = None,
    policy: Policy | None = None,
    today: date | None = None,
) -> Held:
    """Reserve what an approved proposal takes until it is settled or voided, and return it.

    Policy, approvals, records and money are asked as for a commit, and limits count it at once.
    `until` is the last day to settle it; `today` is the books' last day unless it is given. A
    repeated call with the same key returns the first answer.
    Raises: as `commit`; InputError when `until` is before the action's day or today.
    """
    key = checked_key(proposal_id if key is None else key)
    error: AicfoError
    with books.transaction() as writer:
        carrying = Carrying(books, writer, [proposal_id], [key], policy=policy, today=today)
        try:
            return carrying.hold(proposal_id, key, until)
        except BooksError:
            raise
        except AicfoError as refused:
            error = refused
    # Raised after the transaction, which keeps the audit row of the refusal.
    raise error


def settle(
    books: StoredBooks,
    key: str,
    *,
    amount: int | None = None,
    day: date | None = None,
    today: date | None = None,
) -> Committed:
    """Post the pending action of a key, all of it or `amount` of it; the rest is free again.

    `day` is the day it is posted: today, or the action's own day when that is later. A repeated
    call returns the first answer.
    Raises: InputError for an unknown key, amount or day; LedgerError when it was voided, or its
    last day went by, or the books changed so that they can no longer bear it;
    IdempotencyConflict when it was settled in another way.
    """
    body = digest(["settle", amount, None if day is None else day.isoformat()])
    with books.transaction() as writer:
        carrying = Carrying(books, writer, (), [key], policy=None, today=today)
        ended = carrying.ended(key)
        if ended is None:
            return _settle(carrying, key, amount=amount, day=day, body=body)
        if ended.digest == body:
            return Committed.model_validate_json(ended.answer)
    # Raised after the transaction, which keeps the rows of holds that are past their day.
    if ended.outcome == "posted":
        raise IdempotencyConflict(
            "it was settled in another way", value=key, mend="it stays as it was settled"
        )
    raise LedgerError(
        "it was voided, and what it reserved is free",
        value=key,
        mend="a changed action is a new proposal",
    )


def void(books: StoredBooks, key: str, *, today: date | None = None) -> Voided:
    """Give back what the pending action of a key reserved, and return how; once.

    Raises: InputError for an unknown key; LedgerError when it was settled.
    """
    with books.transaction() as writer:
        carrying = Carrying(books, writer, (), [key], policy=None, today=today)
        ended = carrying.ended(key)
        if ended is None:
            return carrying.void(carrying.hold_of(key))
        if ended.outcome == "voided":
            return Voided.model_validate_json(ended.answer)
    raise LedgerError("it was settled", value=key, mend="propose what sets it right")


def _settle(
    carrying: Carrying, key: str, *, amount: int | None, day: date | None, body: str
) -> Committed:
    held = carrying.hold_of(key)
    action = carrying.proposal(held.proposal).proposal.action
    posted = max(action.day, carrying.sheet.today or action.day) if day is None else day
    if not held.day <= posted.isoformat() <= held.until:
        raise InputError(
            "it cannot be settled on this day",
            value=posted.isoformat(),
            where=key,
            mend=f"from {held.day} to {held.until}",
        )
    whole = action.amount if amount is None else amount
    return carrying.settle(held, amount=whole, day=posted, body=body)
