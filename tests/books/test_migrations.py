"""Books of an older version: named, brought forward whole or not at all, with a copy kept."""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, inspect, select

from aicfo_sdk.books import migrations
from aicfo_sdk.books.copies import copy_rows
from aicfo_sdk.books.database import connect
from aicfo_sdk.books.migrations import STEPS, upgrade
from aicfo_sdk.books.schema import META, VERSION
from aicfo_sdk.books.store import create_books, open_books
from aicfo_sdk.errors import BooksError
from aicfo_sdk.model import Merchant, Transaction

OLD = Path(__file__).parent / "fixtures" / "version1.books.gz"
"""Books that the last program of version 1 wrote: imports, a commit, a match, a rejection."""

BALANCE = {
    "assets:cash:bank": 89_500,
    "equity:opening": -90_000,
    "expenses:purchases": 1_000,
    "income:sales": -500,
}


@pytest.fixture
def old_file(tmp_path: Path) -> Path:
    path = tmp_path / "old.books"
    path.write_bytes(gzip.decompress(OLD.read_bytes()))
    return path


@pytest.fixture
def old(books_target: str, old_file: Path) -> Iterator[str]:
    """The same books of version 1 on SQLite and on PostgreSQL."""
    if "://" not in books_target:
        yield str(old_file)
        return
    source, into = connect(old_file, create=False), connect(books_target, create=False)
    with source.read() as read, into.write() as write:
        copy_rows(read, write)
    into.close()
    yield books_target


def version(target: str | Path) -> str:
    database = connect(target, create=False)
    with database.read() as connection:
        found = connection.scalar(select(META.c.value).where(META.c.key == "version"))
    database.close()
    return str(found)


def test_books_of_version_1_are_named_with_the_mend(old: str) -> None:
    with pytest.raises(BooksError, match=r"older version: 1 .*aicfo books upgrade"):
        open_books(old)
    assert version(old) == "1"


def test_books_of_version_1_come_forward_with_all_they_held(old: str, tmp_path: Path) -> None:
    done = upgrade(old, copy=tmp_path / "kept.books")
    assert (done.before, done.after) == ("1", VERSION)
    with open_books(old) as books:
        report = books.audit.verify()
        assert report.problems == ()
        assert (report.rows, report.records, report.entries) == (11, 8, 4)
        assert report.head == done.head
        assert books.ledger.trial_balance() == BALANCE
        assert books.audit.rows()[-1].kind == "upgraded"
        assert set(books.snapshot().records(Transaction)) == {
            "opening:bank:2026-03-02",
            "t1",
            "t9",
        }
        assert [stored.status for stored in books.proposals] == [
            "committed",
            "proposed",
            "rejected",
        ]
    again = upgrade(old, copy=tmp_path / "again.books")
    assert (again.before, again.copy, again.head) == (VERSION, None, done.head)
    assert not (tmp_path / "again.books").exists()


def test_the_kept_copy_is_the_old_books_whole(old: str, tmp_path: Path) -> None:
    copy = upgrade(old, copy=tmp_path / "kept.books").copy
    assert copy is not None
    untouched = tmp_path / "fresh.books"
    untouched.write_bytes(gzip.decompress(OLD.read_bytes()))
    with closing(sqlite3.connect(copy)) as kept, closing(sqlite3.connect(untouched)) as fresh:
        names = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        tables = [name for (name,) in fresh.execute(names)]
        assert [name for (name,) in kept.execute(names)] == tables
        for table in tables:
            rows = f"SELECT * FROM {table}"
            assert sorted(kept.execute(rows)) == sorted(fresh.execute(rows)), table
    # The copy can be brought forward itself: nothing was lost.
    upgrade(copy)
    with open_books(copy) as books:
        assert books.ledger.trial_balance() == BALANCE


def test_without_a_name_the_copy_lies_beside_the_books(old_file: Path) -> None:
    taken = Path(f"{old_file}.version1")
    taken.write_text("something else")
    assert upgrade(old_file).copy == Path(f"{old_file}.version1.2")
    assert version(f"{old_file}.version1.2") == "1"
    assert taken.read_text() == "something else"


@pytest.mark.postgres
def test_books_in_a_server_ask_where_the_copy_goes(postgres_url: str, old_file: Path) -> None:
    from tests import postgres

    with postgres.database(postgres_url) as url:
        source, into = connect(old_file, create=False), connect(url, create=False)
        with source.read() as read, into.write() as write:
            copy_rows(read, write)
        into.close()
        with pytest.raises(BooksError, match="--copy FILE"):
            upgrade(url)
        assert version(url) == "1"


def test_an_upgrade_that_fails_half_way_leaves_the_old_books(
    old: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(connection: Connection) -> None:
        step(connection)
        raise BooksError("the power went")

    step = STEPS[1]
    monkeypatch.setattr(migrations, "STEPS", {1: breaks})
    with pytest.raises(BooksError, match="the power went"):
        upgrade(old, copy=tmp_path / "kept.books")
    monkeypatch.undo()
    assert version(old) == "1"
    database = connect(old, create=False)
    assert not inspect(database.engine).has_table("aicfo_outcomes")
    database.close()
    upgrade(old, copy=tmp_path / "second.books")
    with open_books(old) as books:
        assert books.audit.verify().ok


def test_damaged_books_of_version_1_stay_as_they_were(old_file: Path) -> None:
    with closing(sqlite3.connect(old_file)) as raw, raw:
        raw.execute("UPDATE aicfo_postings SET amount = amount + 1 WHERE entry = 1 AND leg = 0")
    with pytest.raises(BooksError, match="damaged; they stay as they were"):
        upgrade(old_file)
    assert version(old_file) == "1"


@pytest.mark.parametrize("newer", ["3", "99", "x"])
def test_books_of_a_newer_version_are_refused_by_name(
    old_file: Path, newer: str, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(old_file)) as raw, raw:
        raw.execute("UPDATE aicfo_meta SET value = ? WHERE key = 'version'", (newer,))
    with pytest.raises(BooksError, match=f"newer version: {newer} .*reads version {VERSION}"):
        open_books(old_file)
    with pytest.raises(BooksError, match=f"{newer} .*reads version {VERSION}"):
        upgrade(old_file)
    assert version(old_file) == newer
    assert not list(tmp_path.glob("*.version*"))


def test_every_older_version_has_a_step() -> None:
    assert sorted(STEPS) == list(range(1, int(VERSION)))


def test_upgraded_books_have_the_tables_of_new_ones(
    old: str, tmp_path: Path, merchant: Merchant
) -> None:
    upgrade(old, copy=tmp_path / "kept.books")
    create_books(tmp_path / "new.books", merchant=merchant).close()
    new = inspect(create_engine(f"sqlite:///{tmp_path / 'new.books'}"))
    database = connect(old, create=False)
    here = inspect(database.engine)
    assert sorted(here.get_table_names()) == sorted(new.get_table_names())
    for table in new.get_table_names():
        columns = [column["name"] for column in new.get_columns(table)]
        assert [column["name"] for column in here.get_columns(table)] == columns, table
    database.close()


def test_an_upgrade_is_part_of_the_chain(old_file: Path) -> None:
    upgrade(old_file)
    with closing(sqlite3.connect(old_file)) as raw, raw:
        raw.execute("UPDATE aicfo_meta SET value = 'EUR' WHERE key = 'currency'")
    with pytest.raises(BooksError, match="damaged: the description of the books"):
        open_books(old_file)
    with open_books(old_file, checked=False) as books:
        assert not books.audit.verify().ok
