"""The audit chain: every change to the stored books behind its back is found."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from aicfo_sdk.books.chain import Head
from aicfo_sdk.books.store import StoredBooks
from aicfo_sdk.model import Pay, Proposal
from aicfo_sdk.safety.approvals import approve, propose
from aicfo_sdk.safety.commit import commit
from tests.books.samples import DAY, account, batch, invoice, line, party


def filled(books: StoredBooks) -> StoredBooks:
    """Books in which everything has happened: imports, a commit, and a line that showed it."""
    books.import_batches([batch(account(), party(), line("o", 90_000, "opening"))])
    paper = invoice("i1", 1000, direction="purchase", counterparty="供应商甲")
    books.import_batches([batch(paper, line("t1", 500))])
    pay = Pay(day=DAY, account="bank", payee="供应商甲", amount=1000, settles=("i1",))
    waiting = pay.model_copy(update={"amount": 999})
    for action in (pay, waiting):
        propose(books, Proposal(action=action, reason="due"))
    stored = books.proposals.all()[0]
    approve(books, stored.id, by="Li")
    commit(books, stored.id)
    seen = line("t9", -1000, "purchase", 1, counterparty="供应商甲")
    assert books.import_batches([batch(seen)]).matched == 1
    assert books.audit.verify().ok
    return books


def test_every_step_writes_its_row(stored: StoredBooks) -> None:
    filled(stored)
    kinds = [row.kind for row in stored.audit.rows()]
    assert kinds == [
        "created",
        "imported",
        "imported",
        "proposed",
        "proposed",
        "approved",
        "committed",
        "imported",
    ]
    report = stored.audit.verify()
    assert (report.ok, report.rows, report.problems) == (True, 8, ())
    assert report.head == stored.audit.head()


def test_the_head_kept_elsewhere_is_found_in_a_longer_chain(stored: StoredBooks) -> None:
    stored.import_batches([batch(line("t1", 5))])
    kept = stored.audit.head()
    stored.import_batches([batch(line("t2", 5))])
    assert stored.audit.verify(kept).ok
    assert not stored.audit.verify(replace(kept, hash="f" * 64)).ok


COLUMNS = {
    "aicfo_audit": ["seq", "prev", "day", "kind", "subject", "body", "hash"],
    "aicfo_records": ["row", "kind", "id", "known", "tag", "body", "source"],
    "aicfo_entries": ["id", "day", "ref", "text", "key", "source"],
    "aicfo_postings": ["entry", "leg", "account", "day", "amount"],
    "aicfo_matches": ["record", "entry", "account", "day", "amount", "source"],
    "aicfo_proposals": ["id", "digest", "body", "maker", "status", "why", "first"],
    "aicfo_commits": [
        *("key", "digest", "proposal", "kind", "payee"),
        *("day", "stake", "entry", "answer", "source"),
    ],
    "aicfo_holds": ["commit_key", "until", "entry", "reserves", "source"],
    "aicfo_outcomes": [
        *("commit_key", "outcome", "day", "stake", "entry", "digest", "answer", "source"),
    ],
    "aicfo_flags": ["account", "rule", "allowance", "source"],
    "aicfo_runs": ["id", "request", "tool", "as_of", "body", "source"],
    "aicfo_steps": ["source", "request", "goal", "key", "tool", "body"],
    "aicfo_mandates": ["source", "mandate", "event", "by", "day", "terms"],
    "aicfo_mandate_uses": ["commit_key", "mandate", "source"],
    "aicfo_heads": [
        *("audit_seq", "audit_hash", "record_row", "record_chain", "entry_id", "entry_chain"),
    ],
    "aicfo_meta": ["key", "value"],
}


@contextmanager
def behind_its_back(books: StoredBooks) -> Iterator[sqlite3.Connection]:
    """The file, changed by another program while nobody has the books open."""
    books.close()
    with closing(sqlite3.connect(books.location)) as raw, raw:
        yield raw


def as_it_was(books: StoredBooks, whole: bytes) -> None:
    books.close()
    Path(books.location).write_bytes(whole)


def closed_bytes(books: StoredBooks) -> bytes:
    books.close()
    return Path(books.location).read_bytes()


def test_the_tampering_below_covers_every_column() -> None:
    from aicfo_sdk.books.schema import metadata

    real = {table.name: [c.name for c in table.columns] for table in metadata.sorted_tables}
    real["aicfo_heads"].remove("id")
    assert real == COLUMNS


def test_a_change_in_any_column_of_the_first_and_last_row_is_found(
    new_books: Callable[..., StoredBooks], tmp_path: Path
) -> None:
    books = filled(new_books())
    whole = closed_bytes(books)
    missed: list[str] = []
    tried = 0
    for table, columns in COLUMNS.items():
        for column in columns:
            with behind_its_back(books) as raw:
                values = raw.execute(f"SELECT rowid, {column} FROM {table}").fetchall()
            for rowid, value in {*values[:1], *values[-1:]}:
                changed = value + 1_000 if isinstance(value, int) else _changed(str(value))
                with behind_its_back(books) as raw:
                    raw.execute(
                        f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (changed, rowid)
                    )
                tried += 1
                if books.audit.verify().ok:
                    missed.append(f"{table}.{column} row {rowid}")
                as_it_was(books, whole)
    assert tried > 70
    assert missed == []


def _changed(text: str) -> str:
    """The text with one character changed, the last letter or digit."""
    found = list(re.finditer(r"\w", text))
    if not found:
        return text + "x"
    at = found[-1].start()
    return text[:at] + ("1" if text[at] != "1" else "2") + text[at + 1 :]


@pytest.mark.parametrize("table", [name for name in COLUMNS if name != "aicfo_heads"])
def test_a_removed_or_added_row_is_found(new_books: Callable[..., StoredBooks], table: str) -> None:
    books = filled(new_books())
    whole = closed_bytes(books)
    with behind_its_back(books) as raw:
        rows = [row for (row,) in raw.execute(f"SELECT rowid FROM {table}")]
    for rowid in rows:
        with behind_its_back(books) as raw:
            raw.execute(f"DELETE FROM {table} WHERE rowid = ?", (rowid,))
        assert not books.audit.verify().ok, rowid
        as_it_was(books, whole)


def test_swapped_rows_are_found(new_books: Callable[..., StoredBooks]) -> None:
    books = filled(new_books())
    for table, key in (("aicfo_audit", "seq"), ("aicfo_records", "row"), ("aicfo_entries", "id")):
        whole = closed_bytes(books)
        with behind_its_back(books) as raw:
            for old, new in ((2, 999), (3, 2), (999, 3)):
                raw.execute(f"UPDATE {table} SET {key} = ? WHERE {key} = ?", (new, old))
        assert not books.audit.verify().ok, table
        as_it_was(books, whole)


def test_a_posting_or_record_slipped_in_is_found(new_books: Callable[..., StoredBooks]) -> None:
    books = filled(new_books())
    whole = closed_bytes(books)
    for statement in (
        "INSERT INTO aicfo_postings VALUES (999, 0, 'assets:cash:bank', '2026-03-02', 5)",
        "INSERT INTO aicfo_postings VALUES (1, 7, 'assets:cash:bank', '2026-03-02', 0)",
        (
            "INSERT INTO aicfo_records SELECT row + 100, kind, id || 'x', known, tag, body, source"
            " FROM aicfo_records LIMIT 1"
        ),
    ):
        with behind_its_back(books) as raw:
            raw.execute(statement)
        assert not books.audit.verify().ok, statement
        as_it_was(books, whole)


def test_a_dropped_tail_is_found_even_with_its_heads_set_back(
    new_books: Callable[..., StoredBooks],
) -> None:
    books = filled(new_books())
    before = closed_bytes(books)
    books.import_batches([batch(line("late", 5))])
    kept = books.audit.head()
    # The whole file of yesterday: consistent in itself, so only the kept head shows the loss.
    as_it_was(books, before)
    assert books.audit.verify().ok
    report = books.audit.verify(kept)
    assert report.problems == (f"the chain does not contain the given head, row {kept.seq}",)


def test_an_unreadable_row_is_a_problem_not_a_crash(new_books: Callable[..., StoredBooks]) -> None:
    books = filled(new_books())
    with behind_its_back(books) as raw:
        raw.execute("UPDATE aicfo_audit SET body = 'not json' WHERE seq = 3")
    report = books.audit.verify(Head(1, "0" * 64))
    assert not report.ok
    assert "cannot be read" in report.problems[-1]
