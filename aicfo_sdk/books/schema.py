"""The tables of stored books: append-only, the same on SQLite and PostgreSQL.

`records`, `entries` and `postings` are only ever added to; their rows are numbered in the order
of the transactions that wrote them, so "up to row n" is a snapshot. `source` is the sequence
number of the audit row under which a row was written. Days are ISO text, which sorts as days.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table, Text

FORMAT = "aicfo-books"
VERSION = "2"
"""Raised when a table is added or changed; `migrations.STEPS` says how older books get there."""

metadata = MetaData()

# SQLite keeps a row by its number only when the type is spelled INTEGER.
_NUMBER = BigInteger().with_variant(Integer(), "sqlite")

META = Table(
    "aicfo_meta",
    metadata,
    Column("key", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

HEADS = Table(
    "aicfo_heads",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("audit_seq", BigInteger, nullable=False),
    Column("audit_hash", String(64), nullable=False),
    Column("record_row", BigInteger, nullable=False),
    Column("record_chain", String(64), nullable=False),
    Column("entry_id", BigInteger, nullable=False),
    Column("entry_chain", String(64), nullable=False),
)

RECORDS = Table(
    "aicfo_records",
    metadata,
    Column("row", _NUMBER, primary_key=True, autoincrement=False),
    Column("kind", String(40), nullable=False),
    Column("id", Text, nullable=False),
    Column("known", String(10), nullable=False),
    Column("tag", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("source", BigInteger, nullable=False),
    Index("aicfo_records_id", "kind", "id"),
    Index("aicfo_records_known", "kind", "known"),
    Index("aicfo_records_tag", "kind", "tag"),
)

ENTRIES = Table(
    "aicfo_entries",
    metadata,
    Column("id", _NUMBER, primary_key=True, autoincrement=False),
    Column("day", String(10), nullable=False),
    Column("ref", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("key", Text, nullable=True, unique=True),
    Column("source", BigInteger, nullable=False),
)

POSTINGS = Table(
    "aicfo_postings",
    metadata,
    Column("entry", BigInteger, primary_key=True, autoincrement=False),
    Column("leg", Integer, primary_key=True, autoincrement=False),
    Column("account", Text, nullable=False),
    Column("day", String(10), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Index("aicfo_postings_account", "account", "day"),
)

# A statement line that showed a committed action: it posts nothing of its own.
MATCHES = Table(
    "aicfo_matches",
    metadata,
    Column("record", Text, primary_key=True),
    Column("entry", BigInteger, nullable=False),
    Column("account", Text, nullable=False),
    Column("day", String(10), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("source", BigInteger, nullable=False),
    Index("aicfo_matches_entry", "entry", "account", unique=True),
)

PROPOSALS = Table(
    "aicfo_proposals",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Column("maker", Text, nullable=False),
    Column("status", String(20), nullable=False),
    Column("why", Text, nullable=False),
    Column("first", BigInteger, nullable=False),
)

COMMITS = Table(
    "aicfo_commits",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("proposal", String(40), nullable=False, unique=True),
    Column("kind", String(40), nullable=False),
    Column("payee", Text, nullable=False),
    Column("day", String(10), nullable=False),
    Column("stake", BigInteger, nullable=False),
    Column("entry", BigInteger, nullable=False),
    Column("answer", Text, nullable=False),
    Column("source", BigInteger, nullable=False),
    Index("aicfo_commits_day", "day"),
)

AUDIT = Table(
    "aicfo_audit",
    metadata,
    Column("seq", _NUMBER, primary_key=True, autoincrement=False),
    Column("prev", String(64), nullable=False),
    Column("day", String(10), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("hash", String(64), nullable=False),
    Index("aicfo_audit_subject", "subject"),
)

# A commit that is pending: its money is reserved by the legs of `entry`, its records by name.
HOLDS = Table(
    "aicfo_holds",
    metadata,
    Column("commit_key", String(200), primary_key=True),
    Column("until", String(10), nullable=False),
    Column("entry", BigInteger, nullable=False),
    Column("reserves", Text, nullable=False),
    Column("source", BigInteger, nullable=False),
    Index("aicfo_holds_source", "source"),
)

# How a pending commit ended; one without a row is still pending. `stake` is what it put at stake
# in the end, 0 when voided; `digest` and `answer` make the same call again give the same answer.
OUTCOMES = Table(
    "aicfo_outcomes",
    metadata,
    Column("commit_key", String(200), primary_key=True),
    Column("outcome", String(10), nullable=False),
    Column("day", String(10), nullable=False),
    Column("stake", BigInteger, nullable=False),
    Column("entry", BigInteger, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("answer", Text, nullable=False),
    Column("source", BigInteger, nullable=False),
    Index("aicfo_outcomes_source", "source"),
)

# What the balance of an account, or of each below it, may never do; the last row counts.
FLAGS = Table(
    "aicfo_flags",
    metadata,
    Column("account", Text, primary_key=True),
    Column("rule", String(40), nullable=False),
    Column("allowance", BigInteger, nullable=False),
    Column("source", BigInteger, primary_key=True, autoincrement=False),
)

# What was asked and what came of it, one row a run; `request` is the digest of what was asked.
RUNS = Table(
    "aicfo_runs",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("request", String(64), nullable=False),
    Column("tool", Text, nullable=False),
    Column("as_of", String(10), nullable=False),
    Column("body", Text, nullable=False),
    Column("source", BigInteger, nullable=False, unique=True),
    Index("aicfo_runs_request", "request", "source"),
)

# Long steps as they finish: what a run that was broken off need not do again.
STEPS = Table(
    "aicfo_steps",
    metadata,
    Column("source", _NUMBER, primary_key=True, autoincrement=False),
    Column("request", String(64), nullable=False),
    Column("goal", Text, nullable=False),
    Column("key", String(64), nullable=False),
    Column("tool", Text, nullable=False),
    Column("body", Text, nullable=False),
    Index("aicfo_steps_request", "request", "source"),
)

# Standing permissions: one row per grant by a person, and per revocation. `terms` is what was
# granted, `mandate` its digest; the same terms granted by a second person are countersigned.
MANDATES = Table(
    "aicfo_mandates",
    metadata,
    Column("source", BigInteger, primary_key=True, autoincrement=False),
    Column("mandate", String(40), nullable=False),
    Column("event", String(10), nullable=False),
    Column("by", Text, nullable=False),
    Column("day", String(10), nullable=False),
    Column("terms", Text, nullable=False),
)

# The commits that a mandate allowed, in place of a person.
MANDATE_USES = Table(
    "aicfo_mandate_uses",
    metadata,
    Column("commit_key", String(200), primary_key=True),
    Column("mandate", String(40), nullable=False),
    Column("source", BigInteger, nullable=False),
    Index("aicfo_mandate_uses_mandate", "mandate"),
)
