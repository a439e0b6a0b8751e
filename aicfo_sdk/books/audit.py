"""The audit chain of stored books: every import, proposal, approval, refusal and commit.

`verify` recomputes all three chains from the rows and holds every table against them: a changed,
removed, added or reordered row of audit, records, ledger, proposals, matches or commits is
found. Whoever can write the file can also rewrite the whole chain; only a head kept elsewhere
(`aicfo audit verify --head`) shows that, and a dropped tail whose stored head was set back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from ..actions import Posting
from ..errors import BooksError, InputError
from .chain import START, Head, Heads
from .database import Database
from .proposals import proposal_seal
from .runs import run_seal, step_seal
from .schema import (
    AUDIT,
    COMMITS,
    ENTRIES,
    FLAGS,
    HOLDS,
    MANDATE_USES,
    MANDATES,
    MATCHES,
    META,
    OUTCOMES,
    POSTINGS,
    PROPOSALS,
    RECORDS,
    RUNS,
    STEPS,
)
from .writer import read_heads


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One event: `subject` is the file or proposal it is about, `body` canonical JSON."""

    seq: int
    day: date
    kind: str
    subject: str
    body: str
    hash: str


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What verifying found: `ok`, or the problems, first of each kind first."""

    ok: bool
    rows: int
    records: int
    entries: int
    head: Head
    problems: tuple[str, ...]


class Audit:
    """The chain of one books."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def head(self) -> Head:
        """Return the last row's number and hash: keep it elsewhere to verify against later."""
        with self._database.read() as connection:
            heads = read_heads(connection)
        return Head(heads.audit_seq, heads.audit_hash)

    def rows(self, subject: str | None = None) -> tuple[AuditRow, ...]:
        """Return the events in order, those about one file or proposal when it is given."""
        query = select(*_ROW).order_by(AUDIT.c.seq)
        if subject is not None:
            query = query.where(AUDIT.c.subject == subject)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return tuple(
            AuditRow(seq, date.fromisoformat(day), kind, about, body, link)
            for seq, _, day, kind, about, body, link in rows
        )

    def verify(self, expected: Head | None = None) -> AuditReport:
        """Return whether every row is as it was written.

        `expected` is a head that was kept elsewhere: the chain must contain it.
        Raises: BooksError when the file is so damaged that it cannot be read.
        """
        with self._database.read() as connection:
            return verified(connection, expected)

    def export(self, file: Path, *, replace: bool = False) -> tuple[Head, int]:
        """Write the whole audit as JSON Lines; return its head and the number of lines.

        `transcript.verify_export` verifies such a file without the books.
        Raises: as `transcript.export`.
        """
        from .transcript import export

        return export(self._database, file, replace=replace)


def verified(connection: Connection, expected: Head | None = None) -> AuditReport:
    """Return whether every row that a connection sees is as it was written."""
    try:
        check = _Check(connection, expected)
        problems = tuple(check.problems())
    except (ValueError, KeyError, TypeError, InputError) as error:
        if isinstance(error, BooksError):
            raise
        problems = (f"a row cannot be read: {error}",)
        return AuditReport(False, 0, 0, 0, Head(0, START), problems)
    heads = check.heads
    return AuditReport(
        not problems,
        heads.audit_seq,
        heads.record_row,
        heads.entry_id,
        Head(heads.audit_seq, heads.audit_hash),
        problems,
    )


_ROW = (
    AUDIT.c.seq,
    AUDIT.c.prev,
    AUDIT.c.day,
    AUDIT.c.kind,
    AUDIT.c.subject,
    AUDIT.c.body,
    AUDIT.c.hash,
)
_ENTRY = (
    ENTRIES.c.id,
    ENTRIES.c.day,
    ENTRIES.c.ref,
    ENTRIES.c.text,
    ENTRIES.c.key,
    ENTRIES.c.source,
)


_SEALED_ROWS = {
    "commit": COMMITS,
    "hold": HOLDS,
    "outcome": OUTCOMES,
    "flag": FLAGS,
    "mandate": MANDATES,
    "use": MANDATE_USES,
}
"""Tables whose rows stand word for word in the body of the audit row that came with them."""


class _Check:
    """One pass over all tables."""

    def __init__(self, connection: Connection, expected: Head | None) -> None:
        self._connection, self._expected = connection, expected
        self.heads = Heads()
        self._sealed: dict[int, tuple[list[Any], list[Any]]] = {}
        self._events: list[tuple[int, str, str, dict[str, Any]]] = []

    def problems(self) -> Iterator[str]:
        yield from self._audit()
        yield from self._records()
        yield from self._entries()
        stored = read_heads(self._connection)
        if stored != self.heads:
            yield (
                f"the stored heads are of {stored.audit_seq} audit rows, {stored.record_row} "
                f"records, {stored.entry_id} entries; the rows end at {self.heads.audit_seq}, "
                f"{self.heads.record_row}, {self.heads.entry_id} or differ"
            )
        yield from self._created()
        yield from self._proposals()
        yield from self._commits()
        yield from self._runs()

    def _audit(self) -> Iterator[str]:
        seen = self._expected is None
        for row in self._connection.execute(select(*_ROW).order_by(AUDIT.c.seq)):
            seq, prev, day, kind, subject, body, link = row
            if prev != self.heads.audit_hash or seq != self.heads.audit_seq + 1:
                yield f"audit row {seq} does not follow the row before it"
            self.heads = self.heads.with_audit(day, kind, subject, body)
            if link != self.heads.audit_hash:
                yield f"audit row {seq} was changed"
            values = json.loads(body)
            self._sealed[seq] = (values["records"], values["entries"])
            self._events.append((seq, kind, subject, values))
            seen = seen or (self._expected == Head(seq, link))
        if not seen and self._expected is not None:
            yield f"the chain does not contain the given head, row {self._expected.seq}"

    def _records(self) -> Iterator[str]:
        query = select(
            RECORDS.c.row,
            RECORDS.c.kind,
            RECORDS.c.id,
            RECORDS.c.known,
            RECORDS.c.tag,
            RECORDS.c.body,
            RECORDS.c.source,
        ).order_by(RECORDS.c.row)
        heads: dict[int, str] = {0: START}
        for row, kind, id, known, tag, body, source in self._connection.execute(query):
            if row != self.heads.record_row + 1:
                yield f"record rows are missing before row {row}"
            self.heads = self.heads.with_record(kind, id, known, tag, body, source)
            heads[self.heads.record_row] = self.heads.record_chain
        for seq, ((row, chain), _) in self._sealed.items():
            if heads.get(row) != chain:
                yield f"records up to row {row} are not those that audit row {seq} sealed"
                break
        last = max((row for (row, _), _ in self._sealed.values()), default=0)
        if self.heads.record_row > last:
            yield f"record rows after {last} were added outside the audit"

    def _entries(self) -> Iterator[str]:
        heads: dict[int, str] = {0: START}
        query = (
            select(
                *_ENTRY,
                POSTINGS.c.leg,
                POSTINGS.c.account,
                POSTINGS.c.day.label("leg_day"),
                POSTINGS.c.amount,
            )
            .outerjoin(POSTINGS, POSTINGS.c.entry == ENTRIES.c.id)
            .order_by(ENTRIES.c.id, POSTINGS.c.leg)
        )
        rows = (tuple[Any, ...](row) for row in self._connection.execute(query))
        for head, group in groupby(rows, key=lambda row: row[: len(_ENTRY)]):
            id, day, ref, text, key, source = head
            found = [row[len(_ENTRY) :] for row in group]
            legs = [Posting(account, amount) for _, account, _, amount in found if account]
            if id != self.heads.entry_id + 1:
                yield f"ledger entries are missing before entry {id}"
            if sum(leg.amount for leg in legs):
                yield f"ledger entry {id} does not sum to zero"
            if legs and any(
                (leg, at) != (number, day) for number, (leg, _, at, _) in enumerate(found)
            ):
                yield f"the legs of ledger entry {id} were changed"
            self.heads = self.heads.with_entry(day, ref, text, key, source, legs)
            heads[self.heads.entry_id] = self.heads.entry_chain
        for seq, (_, (entry, chain)) in self._sealed.items():
            if heads.get(entry) != chain:
                yield f"ledger entries up to {entry} are not those that audit row {seq} sealed"
                break
        last = max((entry for _, (entry, _) in self._sealed.values()), default=0)
        if self.heads.entry_id > last:
            yield f"ledger entries after {last} were added outside the audit"
        loose = select(POSTINGS.c.entry).where(POSTINGS.c.entry.not_in(select(ENTRIES.c.id)))
        for entry in self._connection.scalars(loose.limit(1)):
            yield f"a posting belongs to entry {entry}, which is missing"

    def _created(self) -> Iterator[str]:
        rows = self._connection.execute(select(META.c.key, META.c.value)).all()
        meta = {str(key): str(value) for key, value in rows}
        stated = [(kind, values["meta"]) for _, kind, _, values in self._events if "meta" in values]
        kinds = [kind for kind, _ in stated]
        if kinds != ["created", *["upgraded"] * (len(kinds) - 1)] or stated[-1][1] != meta:
            yield "the description of the books (currency, merchant, version) was changed"

    def _proposals(self) -> Iterator[str]:
        """The desk must be what the events say: status, body and the action it is named by."""
        states: dict[str, tuple[int, str]] = {}
        for seq, _, subject, values in self._events:
            if "proposal" in values:
                first = states.get(subject, (seq, ""))[0]
                states[subject] = (first, values["proposal"])
        rows = self._connection.execute(select(PROPOSALS)).mappings()
        found = {str(row["id"]): dict(row) for row in rows}
        for id in sorted(states.keys() ^ found.keys()):
            yield f"proposal {id} is in the audit or at the desk, not in both"
        for id in sorted(states.keys() & found.keys()):
            first, sealed = states[id]
            if found[id]["first"] != first or proposal_seal(found[id]) != sealed:
                yield f"proposal {id} was changed"

    def _commits(self) -> Iterator[str]:
        """Commits, holds, their outcomes and flags must be the rows that the audit sealed."""
        for name, table in _SEALED_ROWS.items():
            sealed = {seq: values[name] for seq, _, _, values in self._events if name in values}
            for row in self._connection.execute(select(table)).mappings():
                if sealed.pop(row["source"], None) != dict(row):
                    yield f"the {name} of audit row {row['source']} was changed"
            for seq in sealed:
                yield f"the {name} of audit row {seq} is missing"
        lines = [
            [*line, seq] for seq, _, _, values in self._events for line in values.get("matched", ())
        ]
        names = ("record", "entry", "account", "day", "amount", "source")
        rows = self._connection.execute(select(*(MATCHES.c[name] for name in names))).all()
        if sorted(map(list, rows)) != sorted(lines):
            yield "the matches of statement lines with committed actions were changed"

    def _runs(self) -> Iterator[str]:
        """Recorded runs and kept steps must be those that the audit sealed, one row each."""
        for kind, table, seal in (("run", RUNS, run_seal), ("step", STEPS, step_seal)):
            sealed = {seq: values[kind] for seq, event, _, values in self._events if event == kind}
            for row in self._connection.execute(select(table)).mappings():
                if sealed.pop(row["source"], None) != seal(row):
                    yield f"the record of a {kind}, audit row {row['source']}, was changed"
            for seq in sealed:
                yield f"the record of a {kind}, audit row {seq}, is missing"
