"""What came of a run, told from the books alone: evidence, proposals, decisions, ledger entries.

So a payment can be followed both ways between the question that led to it and the statement line
that showed it. Nothing runs and nothing is judged anew.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any, cast

from sqlalchemy import Connection, or_, select

from .proposals import load
from .run_record import Chapter, Entry, Event, RecordedProposal, Source
from .runs import StoredRun
from .schema import AUDIT, ENTRIES, MATCHES, POSTINGS, RECORDS
from .store import StoredBooks


def story(books: StoredBooks, run: StoredRun) -> tuple[Chapter, ...]:
    """Return what became of each proposal of a run, in its order. Raises: NotFound."""
    last = run.record.heads.record_row
    with books.reading() as connection:
        return tuple(_chapter(connection, each, last) for each in run.record.proposals)


def _chapter(connection: Connection, recorded: RecordedProposal, last: int) -> Chapter:
    stored = load(connection, recorded.id)
    rows = connection.execute(
        select(AUDIT.c.seq, AUDIT.c.day, AUDIT.c.kind, AUDIT.c.body)
        .where(AUDIT.c.subject == recorded.id)
        .order_by(AUDIT.c.seq)
    ).all()
    events = [_event(*row) for row in rows]
    return Chapter(
        id=stored.id,
        action=stored.proposal.action.model_dump(mode="json"),
        reason=stored.proposal.reason,
        status=stored.status,
        why=stored.why,
        evidence=tuple(_source(connection, ref, last) for ref in recorded.evidence),
        events=tuple(events),
        entries=_entries(connection, stored.id, [event.audit for event in events]),
    )


def _event(seq: int, day: str, kind: str, body: str) -> Event:
    values = cast("dict[str, Any]", json.loads(body))
    return Event(
        audit=seq,
        day=date.fromisoformat(day),
        kind=kind,
        by=str(values.get("by") or ""),
        run=str(values.get("run") or ""),
    )


def _source(connection: Connection, ref: str, last: int) -> Source:
    kind, _, id = ref.partition(":")
    row = connection.execute(
        select(RECORDS.c.known, RECORDS.c.source, AUDIT.c.kind, AUDIT.c.subject)
        .join(AUDIT, AUDIT.c.seq == RECORDS.c.source)
        .where(RECORDS.c.kind == kind, RECORDS.c.id == id, RECORDS.c.row <= last)
        .order_by(RECORDS.c.row.desc())
        .limit(1)
    ).first()
    if row is None:
        return Source(ref=ref, known=None, audit=0, file="")
    known, source, wrote, subject = row
    return Source(
        ref=ref,
        known=date.fromisoformat(known),
        audit=source,
        file=subject if wrote == "imported" else "",
    )


def _entries(connection: Connection, proposal: str, rows: list[int]) -> tuple[Entry, ...]:
    found = connection.execute(
        select(ENTRIES.c.id, ENTRIES.c.day, ENTRIES.c.text, ENTRIES.c.source)
        .where(or_(ENTRIES.c.ref == proposal, ENTRIES.c.source.in_(rows)))
        .order_by(ENTRIES.c.id)
    ).all()
    entries: list[Entry] = []
    for id, day, text, source in found:
        legs = connection.execute(
            select(POSTINGS.c.account, POSTINGS.c.amount)
            .where(POSTINGS.c.entry == id)
            .order_by(POSTINGS.c.leg)
        ).all()
        lines = connection.scalars(
            select(MATCHES.c.record).where(MATCHES.c.entry == id).order_by(MATCHES.c.record)
        ).all()
        entries.append(
            Entry(
                id=id,
                day=date.fromisoformat(day),
                text=text,
                audit=source,
                postings=tuple((account, int(amount)) for account, amount in legs),
                seen=tuple(f"Transaction:{line}" for line in lines),
            )
        )
    return tuple(entries)
