"""The hash chains of stored books: audit rows, records and ledger entries.

Each hash covers the one before it, so a changed, removed or reordered row changes every later
one. The audit rows that write records or entries state the heads of their two chains, so the
audit head alone vouches for the whole books.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple

from ..actions import Posting
from ..model.base import canonical

START = "0" * 64
"""What stands before the first link of every chain."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last audit row: its number and hash. Kept elsewhere, it proves nothing was dropped."""

    seq: int
    hash: str


class Heads(NamedTuple):
    """The last link of each chain."""

    audit_seq: int = 0
    audit_hash: str = START
    record_row: int = 0
    record_chain: str = START
    entry_id: int = 0
    entry_chain: str = START

    def with_record(
        self, kind: str, id: str, known: str, tag: str, body: str, source: int
    ) -> Heads:
        """Return the heads after one more record row."""
        row = self.record_row + 1
        link = chained(self.record_chain, [row, kind, id, known, tag, body, source])
        return Heads(self.audit_seq, self.audit_hash, row, link, self.entry_id, self.entry_chain)

    def with_entry(
        self, day: str, ref: str, text: str, key: str | None, source: int, legs: Iterable[Posting]
    ) -> Heads:
        """Return the heads after one more ledger entry."""
        entry = self.entry_id + 1
        body = [entry, day, ref, text, key, source, [list(leg) for leg in legs]]
        link = chained(self.entry_chain, body)
        return Heads(
            self.audit_seq, self.audit_hash, self.record_row, self.record_chain, entry, link
        )

    def with_audit(self, day: str, kind: str, subject: str, body: str) -> Heads:
        """Return the heads after one more audit row."""
        seq = self.audit_seq + 1
        link = chained(self.audit_hash, [seq, day, kind, subject, body])
        return Heads(seq, link, self.record_row, self.record_chain, self.entry_id, self.entry_chain)


def chained(previous: str, value: Any) -> str:
    """Return the SHA-256 hex of the previous link followed by the canonical form of `value`."""
    return sha256((previous + canonical(value)).encode("utf-8", "surrogatepass")).hexdigest()
