"""Pending commits, how they ended, and flags, changed behind the books' back: always found."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from aicfo_sdk.books.store import StoredBooks
from aicfo_sdk.safety.commit import commit_linked, commit_many
from aicfo_sdk.safety.flags import flag_account
from aicfo_sdk.safety.holds import hold, settle, void
from tests.books.samples import day
from tests.safety.test_commit import approved, fill, pay

TABLES = {
    "aicfo_holds": ("commit_key", "until", "entry", "reserves", "source"),
    "aicfo_outcomes": (
        *("commit_key", "outcome", "day", "stake", "entry", "digest", "answer", "source"),
    ),
    "aicfo_flags": ("account", "rule", "allowance", "source"),
    "aicfo_commits": ("key", "digest", "proposal", "stake", "entry", "answer", "source"),
}


def filled(books: StoredBooks) -> StoredBooks:
    """Books in which an action was held, settled, voided, linked and committed in a group."""
    fill(books)
    for amount, key in ((1_000, "s"), (20, "v"), (30, "p")):
        action = pay(amount, settles=("i",)) if amount == 1_000 else pay(amount)
        hold(books, approved(books, action), until=day(3), key=key)
    settle(books, "s")
    void(books, "v")
    flag_account(books, "liabilities:payables", "debits_must_not_exceed_credits", by="Li")
    flag_account(books, "liabilities:payables", "none", by="Li")
    commit_linked(books, [approved(books, pay(1)), approved(books, pay(2))], key="l")
    commit_many(books, [(approved(books, pay(amount)), None) for amount in (3, 4)])
    assert books.audit.verify().problems == ()
    return books


@pytest.mark.parametrize("table", TABLES)
def test_a_change_in_any_column_or_row_is_found(
    new_books: Callable[..., StoredBooks], table: str
) -> None:
    books = filled(new_books())
    with sqlite3.connect(books.location) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
    whole = Path(books.location).read_bytes()
    missed: list[str] = []

    def tried(statement: str, name: str) -> None:
        with sqlite3.connect(books.location) as raw:
            raw.execute(statement)
            raw.commit()
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        raw.close()
        if books.audit.verify().ok:
            missed.append(name)
        Path(books.location).write_bytes(whole)

    for column in TABLES[table]:
        changed = f"CASE typeof({column}) WHEN 'integer' THEN {column} + 1 ELSE {column} || 'x' END"
        tried(
            f"UPDATE {table} SET {column} = {changed} "
            f"WHERE rowid = (SELECT max(rowid) FROM {table})",
            column,
        )
    tried(f"DELETE FROM {table} WHERE rowid = (SELECT min(rowid) FROM {table})", "first row")
    tried(f"DELETE FROM {table} WHERE rowid = (SELECT max(rowid) FROM {table})", "last row")
    assert missed == []
