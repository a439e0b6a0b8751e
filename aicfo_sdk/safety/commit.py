"""Carrying approved actions out: ledger, record states and audit row in one transaction.

Either all of an action is written, durably, or nothing. `commit` carries one out, `commit_linked`
some or none of them, `commit_many` independent ones together, for one wait for the disk. What is
to be pending first is `holds.hold`.
"""

from __future__ import annotations

import gc
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from datetime import date

from ..books.effects import Effects
from ..books.ledger import postings_of
from ..books.proposals import load
from ..books.store import StoredBooks
from ..books.writer import read_heads
from ..errors import AicfoError, BooksError, InputError
from ..model.base import digest
from ..model.proposal import Proposal
from .answers import CashDay, Committed, Linked, Preview, legs_of
from .carrying import Carrying, Plan, checked_key
from .policy import Decision, Policy, default_policy
from .worksheet import Worksheet

__all__ = ["Committed", "Linked", "Preview", "commit", "commit_linked", "commit_many", "preview"]


def preview(
    books: StoredBooks, proposal: Proposal | str, *, policy: Policy | None = None
) -> Preview:
    """Return what committing a proposal, or the one of an id, would do; nothing is written.

    Raises: NotFound; LedgerError when the books would refuse it, as `commit` would.
    """
    with books.reading() as connection:
        if isinstance(proposal, str):
            proposal = load(connection, proposal).proposal
        action = proposal.action
        sheet = Worksheet(
            connection,
            books,
            read_heads(connection),
            policy=policy or default_policy(),
            actions=(action,),
        )
        for hold in sheet.expired():
            sheet.release(hold, postings_of(connection, hold.entry))
        decision = sheet.judge(proposal)
        return _preview(sheet, proposal, sheet.check(action, ref=proposal.id), decision)


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
    (answer,) = commit_many(books, [(proposal_id, key)], policy=policy)
    if isinstance(answer, AicfoError):
        raise answer
    return answer


def commit_many(
    books: StoredBooks,
    requests: Iterable[tuple[str, str | None]],
    *,
    policy: Policy | None = None,
) -> tuple[Committed | AicfoError, ...]:
    """Carry independent proposals out, each (id, key), in one durable transaction.

    Returns one answer per request, in order: what `commit` would have returned or raised, each
    after those before it. A refused one stops no other; what stops all (BooksError) is raised.
    """
    asked = [(id, id if key is None else key) for id, key in requests]
    answers: list[Committed | AicfoError] = []
    with _uncollected(), books.transaction() as writer:
        carrying = Carrying(
            books, writer, [id for id, _ in asked], [key for _, key in asked], policy=policy
        )
        for id, key in asked:
            try:
                answers.append(carrying.commit(id, checked_key(key)))
            except BooksError:
                raise
            except AicfoError as refused:
                answers.append(refused)
    return tuple(answers)


def commit_linked(
    books: StoredBooks, ids: Sequence[str], *, key: str, policy: Policy | None = None
) -> Linked:
    """Carry all of some approved proposals out, or none, and return what was done.

    Each is checked after what those before it did: money that the first brings in, the second
    may pay out. A repeated call with the same key and the same ids returns the first answer.
    Raises: as `commit`, for the first one that is refused; InputError for an id given twice.
    """
    if not ids or len(set(ids)) != len(ids):
        raise InputError("not a group of actions", value=", ".join(ids), mend="each id once")
    keys = [checked_key(key if not n else f"{key}#{n + 1}") for n in range(len(ids))]
    error: AicfoError
    with books.transaction() as writer:
        carrying = Carrying(books, writer, ids, keys, policy=policy)
        try:
            stored = [carrying.proposal(id) for id in ids]
            group = [item.text.action for item in stored]
            bodies = [digest(["linked", list(ids), group, n]) for n in range(len(ids))]
            answers = [
                carrying.answered(*request) for request in zip(keys, ids, bodies, strict=True)
            ]
            first = [Committed.model_validate_json(answer) for answer in answers if answer]
            if len(first) == len(ids):
                return Linked(key=key, commits=tuple(first))
            plans = [carrying.plan(*member) for member in zip(stored, keys, bodies, strict=True)]
            return Linked(key=key, commits=_written(carrying, plans))
        except BooksError:
            raise
        except AicfoError as refused:
            error = refused
    # Raised after the transaction, which keeps the audit row of the refusal.
    raise error


@contextmanager
def _uncollected() -> Generator[None]:
    """Keep the cyclic collector off for a while.

    The rows of a group live until they are written together and make no cycles; the collector
    would look at all of them again and again, a quarter of the time of a thousand commits.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _written(carrying: Carrying, plans: list[Plan]) -> tuple[Committed, ...]:
    links = [plan.stored.id for plan in plans]
    return tuple(carrying.write(plan, linked=links) for plan in plans)


def _preview(sheet: Worksheet, proposal: Proposal, found: Effects, decision: Decision) -> Preview:
    action = proposal.action
    posted, free = sheet.cash()
    day = action.day.isoformat()
    before = posted.at(day)
    days = free.days(day)
    levels = [free.at(when) for when in days]
    sheet.apply(action, found, decision.mandate)
    path = tuple(
        CashDay(day=date.fromisoformat(when), before=level, after=free.at(when))
        for when, level in zip(days, levels, strict=True)
    )
    return Preview(
        proposal=proposal.id,
        decision=decision,
        day=action.day,
        postings=legs_of(found.postings),
        records=tuple(record.ref for record in found.records),
        cash_before=before,
        cash_after=posted.at(day),
        path=path,
        lowest_before=min(row.before for row in path),
        lowest_after=min(row.after for row in path),
    )
