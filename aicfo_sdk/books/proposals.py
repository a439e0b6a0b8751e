"""The approval desk in the books: each proposed action, its status, who approved it.

A proposal's status is what its last audit row says; the table keeps it for listing, and
`audit.verify()` holds the two against each other.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from sqlalchemy import Connection, select

from ..errors import NotFound
from ..model.base import digest
from ..model.proposal import Proposal
from .database import Database
from .schema import AUDIT, PROPOSALS

Status = Literal["proposed", "approved", "rejected", "denied", "committed", "failed"]

STATUSES: tuple[Status, ...] = (
    "proposed",
    "approved",
    "rejected",
    "denied",
    "committed",
    "failed",
)


@dataclass(frozen=True, slots=True)
class StoredProposal:
    """One proposal as the desk shows it.

    `maker` is who proposed it, `approvals` who approved it since, `why` what the policy or the
    ledger last said of it.
    """

    id: str
    proposal: Proposal
    status: Status
    maker: str
    approvals: tuple[str, ...]
    why: str


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
    row = connection.execute(select(*_COLUMNS).where(PROPOSALS.c.id == id)).first()
    if row is None:
        waiting = connection.scalars(
            select(PROPOSALS.c.id).where(PROPOSALS.c.status == "proposed").limit(3)
        ).all()
        mend = "waiting are " + ", ".join(waiting) if waiting else "no proposal waits"
        raise NotFound("no such proposal", value=id, where="these books", mend=mend)
    return _stored(tuple(row), approvals(connection, id))


def approvals(connection: Connection, id: str) -> tuple[str, ...]:
    """Return who approved the proposal since it was last proposed, by the audit chain."""
    rows = connection.execute(
        select(AUDIT.c.kind, AUDIT.c.body).where(AUDIT.c.subject == id).order_by(AUDIT.c.seq)
    ).all()
    return standing((kind, body) for kind, body in rows)


def standing(events: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return the approvers that stand after the audit rows (kind, body) of one proposal."""
    people: list[str] = []
    for kind, body in events:
        if kind in ("proposed", "rejected", "denied"):
            people.clear()
        elif kind == "approved":
            by = cast("dict[str, str]", json.loads(body))["by"]
            if by not in people:
                people.append(by)
    return tuple(people)


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


def _all(connection: Connection, status: Status | None) -> Iterator[StoredProposal]:
    query = select(*_COLUMNS).order_by(PROPOSALS.c.first)
    if status is not None:
        query = query.where(PROPOSALS.c.status == status)
    for row in connection.execute(query).all():
        yield _stored(tuple(row), approvals(connection, row[0]))


def _stored(row: tuple[Any, ...], people: tuple[str, ...]) -> StoredProposal:
    id, body, status, maker, why = row
    return StoredProposal(id, Proposal.model_validate_json(body), status, maker, people, why)
