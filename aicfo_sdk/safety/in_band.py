"""Approvals given inside a conversation: what a person is asked, and what their answer may do.

Between the person and us stands a program that could answer for them. So what can be approved
this way is bounded: no more in all on one day of the books than the owner said when the server
was started, nothing that the books do not vouch for, nothing that two people must approve. All
else is approved where no such program stands (`aicfo approve`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from ..books.chain import Heads
from ..books.proposals import FINAL, StoredProposal, load, load_many
from ..books.schema import AUDIT
from ..books.store import StoredBooks
from ..books.writer import read_heads
from ..errors import AicfoError, ApprovalRequired, InputError, PolicyDenied
from ..model.base import digest
from .answers import Committed, Preview
from .approvals import approve, denied, judge, today
from .carrying import checked_key
from .commit import commit, preview
from .policy import Policy
from .provenance import marked
from .stakes import stake

WAY = "mcp"
"""How audit rows name an approval that came through a client's conversation."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a person is asked: `content` is the digest of the proposal as they see it."""

    stored: StoredProposal
    content: str
    preview: Preview


def question(
    books: StoredBooks, id: str, *, key: str, limit: int, policy: Policy
) -> Question | Committed:
    """Return what to ask a person about a proposal, or what was done under this key already.

    `limit` is the most that may be approved so on one day of the books, minor units.
    Raises: NotFound; InputError for a bad key; IdempotencyConflict; PolicyDenied; ApprovalRequired
    where it must be approved elsewhere, saying where; LedgerError when the books would refuse it.
    """
    checked_key(key)
    with books.reading() as connection:
        stored = load(connection, id)
        if stored.status not in FINAL:
            _check(books, connection, read_heads(connection), stored, limit, policy)
    if stored.status in FINAL:
        return commit(books, id, key=key, policy=policy)
    return Question(stored, digest(stored.proposal), preview(books, id, policy=policy))


def answer(
    books: StoredBooks,
    id: str,
    *,
    content: str,
    key: str,
    by: str,
    client: str,
    limit: int,
    policy: Policy,
) -> Committed:
    """Approve a proposal for the person `by`, who saw `content`, carry it out, say what was done.

    All that `question` checked is checked again under the write lock. Raises: as `question`;
    PolicyDenied when the proposal is not the one that was shown.
    """
    checked_key(key)
    refused: AicfoError | None = None
    with books.transaction() as writer:
        stored = load(writer.connection, id)
        if stored.status not in FINAL:
            if digest(stored.proposal) != content:
                raise PolicyDenied(
                    "the proposal is not the one that was shown any more",
                    value=id,
                    mend="ask again, so that a person sees it as it is now",
                )
            _check(books, writer.connection, writer.heads, stored, limit, policy)
            try:
                approve(books, id, by=by, policy=policy, writer=writer, way=WAY, client=client)
            except AicfoError as error:  # raised below: the transaction keeps its audit row
                refused = error
    if refused is not None:
        raise refused
    return commit(books, id, key=key, policy=policy)


def approved_in_band(connection: Connection, day: date) -> int:
    """Return what was put at stake by approvals in conversations on a day of the books, fen."""
    ids = dict.fromkeys(_approved(connection, day))
    found = load_many(connection, ids)
    return sum(stake(each.proposal.action) for each in found.values())


def _approved(connection: Connection, day: date) -> Iterator[str]:
    query = select(AUDIT.c.subject, AUDIT.c.body).where(
        AUDIT.c.kind == "approved", AUDIT.c.day == day.isoformat()
    )
    for subject, body in connection.execute(query).all():
        if json.loads(body).get("way") == WAY:
            yield subject


def _check(
    books: StoredBooks,
    connection: Connection,
    heads: Heads,
    stored: StoredProposal,
    limit: int,
    policy: Policy,
) -> None:
    """Check that a proposal may be approved in a conversation at all."""
    if stored.status == "rejected":
        raise PolicyDenied(stored.why, value=stored.id, mend="a changed action is a new proposal")
    day = today(connection, stored.proposal, heads)
    shown = books.snapshot_at(heads, day)
    proposal = marked(stored.proposal, shown, connection, heads)
    decision = judge(connection, books, proposal, policy, shown=shown, heads=heads)
    if decision.outcome == "denied":
        raise denied(decision, stored)
    if proposal.tainted:
        reasons = ", ".join(proposal.taint) or "a tool says so"
        raise _elsewhere("the books do not vouch for it", stored, reasons)
    if decision.approvals > 1:
        raise _elsewhere("two people must approve it", stored, decision.rule)
    amount, before = stake(stored.proposal.action), approved_in_band(connection, day)
    if amount > limit - before:
        so_far = f", {before} of it approved on {day}" if before else ""
        rule = f"most in conversations is {limit} minor units a day{so_far}"
        raise _elsewhere("it is above what may be approved in a conversation", stored, rule)


def _elsewhere(why: str, stored: StoredProposal, where: str) -> ApprovalRequired:
    return ApprovalRequired(why, value=stored.id, where=where, mend=elsewhere(stored.id))


def elsewhere(id: str) -> str:
    """Return how a person approves a proposal outside a conversation."""
    return f"a person approves it outside this connection: aicfo approve {id}"


def checked_limit(amount: int) -> int:
    """Return a limit that is one. Raises: InputError."""
    if not 0 < amount <= 10**13:
        raise InputError(
            "not a limit", value=amount, where="--approve-up-to", mend="minor units, 1 or more"
        )
    return amount
