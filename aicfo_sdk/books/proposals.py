"""The approval desk in the books: each proposed action, its status, who approved it.

A proposal's status is what its last audit row says; the table keeps it for listing, and
`audit.verify()` holds the two against each other.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, NamedTuple, cast

from sqlalchemy import Connection, String, bindparam, select

from ..errors import BooksError, NotFound
from ..model.base import canonical, digest
from ..model.proposal import Proposal
from .database import Database
from .schema import AUDIT, PROPOSALS
from .writer import Writer

_PIECE = 500
"""Ids asked for at once: databases limit the variables of one statement."""

Status = Literal[
    "proposed", "approved", "rejected", "denied", "pending", "committed", "voided", "failed"
]

STATUSES: tuple[Status, ...] = (
    "proposed",
    "approved",
    "rejected",
    "denied",
    "pending",
    "committed",
    "voided",
    "failed",
)

FINAL: frozenset[Status] = frozenset(("pending", "committed", "voided"))
"""Carried out or promised: neither approval nor rejection changes it any more."""


class PaymentMandate(NamedTuple):
    """One person's yes: to the action of one digest, for one commit, until a day."""

    by: str
    action: str
    until: str


class Text(NamedTuple):
    """A proposal as the desk writes it: the digest of its action, its canonical form."""

    proposal: Proposal
    action: str
    body: str


@dataclass(frozen=True, slots=True)
class StoredProposal:
    """One proposal as the desk shows it.

    `maker` is who proposed it, `approvals` who approved it since, `why` what the policy or the
    ledger last said of it, `mandates` what exactly was approved and until when.
    """

    id: str
    proposal: Proposal
    status: Status
    maker: str
    approvals: tuple[str, ...]
    why: str
    mandates: tuple[PaymentMandate, ...] = ()
    stored: Text | None = field(default=None, compare=False, repr=False)

    @property
    def text(self) -> Text:
        """What the desk writes of it; as it was read, where the proposal is the one read."""
        if self.stored is not None and self.stored.proposal is self.proposal:
            return self.stored
        return Text(self.proposal, digest(self.proposal.action), canonical(self.proposal))

    def now(self, status: Status, why: str = "") -> StoredProposal:
        """Return the same proposal with another status, and why."""
        return StoredProposal(
            self.id, self.proposal, status, self.maker, self.approvals, why, self.mandates,
            self.stored,
        )  # fmt: skip

    def approved_by(self, today: date) -> tuple[str, ...]:
        """Return whose approvals hold today: of this very action, and not run out."""
        action, day = self.text.action, today.isoformat()
        return tuple(yes.by for yes in self.mandates if yes.action == action and day <= yes.until)


class Desk:
    """All proposals of the books, for reading."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, id: str) -> StoredProposal:
        """Return one proposal. Raises: NotFound."""
        with self._database.read() as connection:
            return load(connection, id)

    def all(self, status: Status | None = None) -> tuple[StoredProposal, ...]:
        """Return proposals in the order they came in, those of one status when one is given."""
        with self._database.read() as connection:
            return tuple(_all(connection, status))

    def __iter__(self) -> Iterator[StoredProposal]:
        return iter(self.all())


def load(connection: Connection, id: str) -> StoredProposal:
    """Return one proposal. Raises: NotFound naming those that wait."""
    row = connection.execute(_ROW, {"id": id}).first()
    if row is None:
        waiting = connection.scalars(
            select(PROPOSALS.c.id).where(PROPOSALS.c.status == "proposed").limit(3)
        ).all()
        mend = "waiting are " + ", ".join(waiting) if waiting else "no proposal waits"
        raise NotFound("no such proposal", value=id, where="these books", mend=mend)
    return _stored(tuple(row), approvals(connection, id))


def load_many(connection: Connection, ids: Iterable[str]) -> dict[str, StoredProposal]:
    """Return the proposals of some ids, those that there are, in a few queries.

    Raises: BooksError when a row of the desk is not the one that its last audit row sealed.
    """
    wanted = list(dict.fromkeys(ids))
    found: dict[str, StoredProposal] = {}
    for start in range(0, len(wanted), _PIECE):
        piece = wanted[start : start + _PIECE]
        people: dict[str, tuple[PaymentMandate, ...]] = {}
        seals: dict[str, str] = {}
        for subject, kind, body in connection.execute(_EVENTS, {"ids": piece}).all():
            said = json.loads(body)
            people[subject] = standing_after(people.get(subject, ()), kind, said)
            seals[subject] = said.get("proposal") or seals.get(subject, "")
        rows = connection.execute(_ROWS, {"ids": piece}).all()
        for id, body, status, maker, why, action in rows:
            row = {"id": id, "digest": action, "body": body}
            seal = proposal_seal({**row, "maker": maker, "status": status, "why": why})
            if seals.get(id) != seal:
                raise BooksError(
                    "a proposal was changed behind the books' back",
                    value=id,
                    mend="see aicfo audit verify; restore the books from a copy",
                )
            given = people.get(id, ())
            found[id] = _stored((id, body, status, maker, why), given, action)
    return found


def file(
    writer: Writer, stored: StoredProposal, kind: str, body: Mapping[str, Any], *, day: date
) -> None:
    """Queue a proposal as it now stands, and its audit row of `day` that seals it."""
    _, action, text = stored.text
    values = {"body": text, "status": stored.status, "why": stored.why}
    row = {"id": stored.id, "digest": action, "maker": stored.maker, **values}
    writer.change(PROPOSALS, stored.id, **values)
    sealed = {**body, "status": stored.status, "action": action, "proposal": proposal_seal(row)}
    writer.audit(day, kind, stored.id, sealed)


def approvals(connection: Connection, id: str) -> tuple[PaymentMandate, ...]:
    """Return who approved what since it was last proposed, by the audit chain."""
    rows = connection.execute(_EVENTS_OF, {"id": id}).all()
    return standing((kind, body) for kind, body in rows)


def standing(events: Iterable[tuple[str, str]]) -> tuple[PaymentMandate, ...]:
    """Return the approvals that stand after the audit rows (kind, body) of one proposal.

    Of two by one person the later counts. One without a last day was given before approvals had
    one, and has run out.
    """
    people: tuple[PaymentMandate, ...] = ()
    for kind, body in events:
        values = cast("dict[str, str]", json.loads(body)) if kind == "approved" else {}
        people = standing_after(people, kind, values)
    return people


def standing_after(
    people: tuple[PaymentMandate, ...], kind: str, values: Mapping[str, str]
) -> tuple[PaymentMandate, ...]:
    """Return the approvals that stand after one more audit row, of those that stood before."""
    if kind in ("proposed", "rejected", "denied"):
        return ()
    if kind != "approved":
        return people
    yes = PaymentMandate(values["by"], values["action"], values.get("until", ""))
    return tuple({**{old.by: old for old in people}, yes.by: yes}.values())


def proposal_seal(row: Mapping[str, Any]) -> str:
    """Return the digest by which an audit row vouches for a row of the desk."""
    names = ("id", "digest", "body", "maker", "status", "why")
    return digest([row[name] for name in names])


_COLUMNS = (
    PROPOSALS.c.id,
    PROPOSALS.c.body,
    PROPOSALS.c.status,
    PROPOSALS.c.maker,
    PROPOSALS.c.why,
)


# Built once: putting a statement together costs as much as running it.
_IDS = bindparam("ids", expanding=True, type_=String())
_EVENTS = (
    select(AUDIT.c.subject, AUDIT.c.kind, AUDIT.c.body)
    .where(AUDIT.c.subject.in_(_IDS))
    .order_by(AUDIT.c.seq)
)
_EVENTS_OF = (
    select(AUDIT.c.kind, AUDIT.c.body)
    .where(AUDIT.c.subject == bindparam("id"))
    .order_by(AUDIT.c.seq)
)
_ROW = select(*_COLUMNS).where(PROPOSALS.c.id == bindparam("id"))
_ROWS = select(*_COLUMNS, PROPOSALS.c.digest).where(PROPOSALS.c.id.in_(_IDS))


def _all(connection: Connection, status: Status | None) -> Iterator[StoredProposal]:
    query = select(*_COLUMNS).order_by(PROPOSALS.c.first)
    if status is not None:
        query = query.where(PROPOSALS.c.status == status)
    for row in connection.execute(query).all():
        yield _stored(tuple(row), approvals(connection, row[0]))


def _stored(
    row: tuple[Any, ...], given: tuple[PaymentMandate, ...], action: str = ""
) -> StoredProposal:
    id, body, status, maker, why = row
    people = tuple(yes.by for yes in given)
    proposal = Proposal.model_validate_json(body)
    text = Text(proposal, action, body) if action else None
    return StoredProposal(id, proposal, status, maker, people, why, given, text)
