"""Backups of books in use and bringing them back: whole or not at all, never over other books."""

from __future__ import annotations

import gzip
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from aicfo_sdk.books.backup import backup, restore
from aicfo_sdk.books.checks import check
from aicfo_sdk.books.migrations import upgrade
from aicfo_sdk.books.store import StoredBooks, open_books
from aicfo_sdk.errors import BooksError, InputError
from aicfo_sdk.model import Pay, Proposal, Transaction
from aicfo_sdk.safety.approvals import approve, propose
from aicfo_sdk.safety.commit import commit
from tests import postgres
from tests.books.samples import DAY, account, batch, invoice, line, party
from tests.books.test_migrations import OLD

Make = Callable[..., StoredBooks]


def filled(books: StoredBooks) -> StoredBooks:
    """Books in which there was an import, a commit and a proposal that waits."""
    paper = invoice("i1", 1000, direction="purchase", counterparty="供应商甲")
    books.import_batches([batch(account(), party(), line("o", 90_000, "opening"), paper)])
    pay = Pay(day=DAY, account="bank", payee="供应商甲", amount=1000, settles=("i1",))
    for action in (pay, pay.model_copy(update={"amount": 999, "settles": ()})):
        propose(books, Proposal(action=action, reason="due"))
    stored = books.proposals.all()[0]
    approve(books, stored.id, by="Li")
    commit(books, stored.id)
    return books


def content(books: StoredBooks) -> list[object]:
    """Everything that the books say."""
    return [
        books.audit.rows(),
        books.ledger.trial_balance(),
        [(item.id, item.status, item.approvals) for item in books.proposals],
        books.snapshot().key,
        books.snapshot().balance(),
    ]


def names(folder: Path) -> set[str]:
    """The files of a folder, without those that stand beside books."""
    beside = ("-wal", "-shm", "-head", "-sums")
    return {path.name for path in folder.iterdir() if not path.name.endswith(beside)}


@pytest.fixture
def whole(new_books: Make) -> Path:
    """A file of filled books that nobody has open."""
    books = filled(new_books())
    books.close()
    assert books.file is not None
    return books.file


@pytest.fixture
def spare(books_target: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A second place for books on the same database."""
    if "://" not in books_target:
        yield str(tmp_path / "spare.books")
        return
    with postgres.database(request.getfixturevalue("postgres_url")) as url:
        yield url


def test_a_backup_is_the_books_in_one_file(stored: StoredBooks, tmp_path: Path) -> None:
    filled(stored)
    copy = tmp_path / "copy.books"
    done = backup(stored_target(stored), copy)
    assert done.head == stored.audit.head()
    assert not list(tmp_path.glob("copy.books-*"))
    with open_books(copy) as books:
        assert content(books) == content(stored)
        assert books.audit.verify(done.head).ok
        books.import_batches([batch(line("t2", 5))])


def test_what_is_restored_is_what_was_backed_up(
    stored: StoredBooks, spare: str, tmp_path: Path
) -> None:
    filled(stored)
    copy = tmp_path / "copy.books"
    backup(stored_target(stored), copy)
    done = restore(copy, spare)
    assert done.head == stored.audit.head()
    with open_books(spare) as books:
        assert content(books) == content(stored)
        # The restored books go on: numbers, keys and chains continue.
        waiting = books.proposals.all("proposed")[0]
        approve(books, waiting.id, by="Li")
        assert commit(books, waiting.id).entry == 4
        assert books.audit.verify(done.head).ok


@pytest.mark.postgres
def test_a_merchant_moves_to_a_server_and_back(
    whole: Path, postgres_url: str, tmp_path: Path
) -> None:
    with postgres.database(postgres_url) as url:
        restore(whole, url)
        back = tmp_path / "back.books"
        backup(url, back)
        with open_books(whole) as before, open_books(url) as server, open_books(back) as after:
            assert content(before) == content(server) == content(after)
            server.import_batches([batch(line("later", 7))])
            assert server.audit.verify(before.audit.head()).ok


def stored_target(books: StoredBooks) -> str:
    """Where the books of a fixture are; tests of a server trust everyone, so no password."""
    return books.location


def test_a_backup_while_two_writers_write_is_one_moment(
    stored: StoredBooks, tmp_path: Path
) -> None:
    stored.import_batches([batch(account(), line("o", 90_000, "opening"))])
    target = stored_target(stored)
    stop, failed = threading.Event(), list[BaseException]()
    written: tuple[list[int], list[int]] = ([], [])

    def write(number: int) -> None:
        try:
            with open_books(target) as books:
                while not stop.is_set():
                    at = len(written[number])
                    books.import_batches([batch(line(f"w{number}-{at}", 1))])
                    written[number].append(at)
        except BaseException as error:  # noqa: BLE001 - shown by the test below
            failed.append(error)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(2)]
    for writer in writers:
        writer.start()
    try:
        for number in range(3):
            # Each writer gets on between two backups, however slow this machine is.
            for done in written:
                reached = len(done) + 1
                while len(done) < reached and not failed:
                    stop.wait(0.001)
            before = [len(done) for done in written]
            copied = backup(target, tmp_path / f"{number}.books")
            with open_books(tmp_path / f"{number}.books") as books:
                assert check(books.location).ok
                assert books.audit.head() == copied.head
                ids = {row.id for row in books.snapshot().all(Transaction)}
            for writer_number, count in enumerate(before):
                assert {f"w{writer_number}-{at}" for at in range(count)} <= ids
            assert stored.audit.verify(copied.head).ok
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert failed == []
    assert stored.audit.verify().ok


def test_a_backup_is_never_written_over_a_file_unasked(whole: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.books"
    copy.write_text("a letter")
    with pytest.raises(InputError, match="there is a file already"):
        backup(whole, copy)
    assert copy.read_text() == "a letter"
    backup(whole, copy, replace=True)
    assert check(copy).ok


def test_the_books_are_no_place_for_their_backup(whole: Path) -> None:
    before = whole.read_bytes()
    for name in (whole, whole.parent / "." / whole.name):
        with pytest.raises(InputError, match="these are the books"):
            backup(whole, name, replace=True)
        with pytest.raises(InputError, match="the backup is the books"):
            restore(whole, name, replace=True)
    assert whole.read_bytes() == before


def damage(file: Path) -> None:
    with closing(sqlite3.connect(file)) as raw, raw:
        raw.execute("UPDATE aicfo_postings SET amount = amount + 1 WHERE entry = 1 AND leg = 0")


def test_damaged_books_give_no_backup(whole: Path, tmp_path: Path) -> None:
    damage(whole)
    before = names(tmp_path)
    with pytest.raises(BooksError, match="no backup was made"):
        backup(whole, tmp_path / "copy.books")
    assert names(tmp_path) == before


def test_a_damaged_backup_is_not_restored(whole: Path, spare: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy.books"
    backup(whole, copy)
    damage(copy)
    before = names(tmp_path)
    with pytest.raises(BooksError, match="the backup is damaged; nothing was restored"):
        restore(copy, spare)
    assert names(tmp_path) == before
    copy.write_bytes(copy.read_bytes()[:-5000])
    with pytest.raises(BooksError, match="cut short"):
        restore(copy, spare)
    with pytest.raises(BooksError, match="no such books"):
        restore(tmp_path / "nowhere.books", spare)
    (tmp_path / "letter").write_text("Dear Sir or Madam" * 10)
    with pytest.raises(BooksError, match="no aicfo books"):
        restore(tmp_path / "letter", spare)
    # The place is as free as it was.
    copy.unlink()
    backup(whole, copy)
    restore(copy, spare)


def test_books_in_place_are_kept_when_they_are_replaced(
    whole: Path, new_books: Make, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.books"
    backup(whole, copy)
    here = new_books()
    here.import_batches([batch(account(), line("other", 123))])
    here.close()
    assert here.file is not None
    before = here.file.read_bytes()
    with pytest.raises(BooksError, match="there are books already"):
        restore(copy, here.file)
    assert here.file.read_bytes() == before
    kept = restore(copy, here.file, replace=True).kept
    assert kept == Path(f"{here.file}.replaced")
    with open_books(here.file) as books, open_books(whole) as same:
        assert content(books) == content(same)
    with open_books(f"{here.file}.replaced") as old:
        assert old.snapshot().balance() == 123
    assert restore(copy, here.file, replace=True).kept == Path(f"{here.file}.replaced.2")


def test_damaged_books_in_place_are_replaced_and_kept(whole: Path, tmp_path: Path) -> None:
    copy, here = tmp_path / "copy.books", tmp_path / "here.books"
    backup(whole, copy)
    for rest in (b"", b"SQLite format 3\x00 and then nothing", whole.read_bytes()[:9000]):
        here.write_bytes(rest)
        Path(f"{here}-wal").write_bytes(b"an old log")
        done = restore(copy, here, replace=True)
        assert (done.kept is not None) == bool(rest)
        assert not Path(f"{here}-wal").exists()
        with open_books(here) as books:
            assert books.audit.verify(done.head).ok
        if done.kept:
            assert done.kept.read_bytes() == rest


def test_books_that_another_program_has_open_are_not_replaced(
    whole: Path, new_books: Make, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.books"
    backup(whole, copy)
    here = new_books()
    with closing(sqlite3.connect(here.location)) as other:
        other.execute("SELECT count(*) FROM aicfo_meta").fetchall()
        before = names(tmp_path)
        with pytest.raises(BooksError, match="in use by another program"):
            restore(copy, here.location, replace=True)
        assert names(tmp_path) == before


@pytest.mark.postgres
def test_books_in_a_server_are_never_replaced(whole: Path, postgres_url: str) -> None:
    with postgres.database(postgres_url) as url:
        restore(whole, url)
        with pytest.raises(BooksError, match="restore into an empty database"):
            restore(whole, url, replace=True)
        assert check(url).ok


def test_a_backup_of_version_1_stays_one(spare: str, tmp_path: Path) -> None:
    old = tmp_path / "old.books"
    old.write_bytes(gzip.decompress(OLD.read_bytes()))
    assert restore(old, spare).version == "1"
    with pytest.raises(BooksError, match="older version"):
        open_books(spare)
    upgrade(spare, copy=tmp_path / "kept.books")
    with open_books(spare) as books:
        assert books.audit.verify().ok


def test_a_failure_at_the_last_step_leaves_what_was_there(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy, here = tmp_path / "copy.books", tmp_path / "here.books"
    backup(whole, copy)
    backup(whole, here)

    def fails(path: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fails)
    with pytest.raises(BooksError, match="the disk is full; nothing was written"):
        restore(copy, here, replace=True)
    with pytest.raises(BooksError, match="the disk is full; nothing was written"):
        backup(whole, copy, replace=True)
    monkeypatch.undo()
    with open_books(here) as books, open_books(whole) as same:
        assert content(books) == content(same)
    assert check(copy).ok
    assert not list(tmp_path.glob("*.part*"))
    assert not list(tmp_path.glob(".*"))


def test_checking_names_what_is_wrong(whole: Path) -> None:
    assert check(whole).ok
    damage(whole)
    found = check(whole)
    assert not found.ok
    assert "ledger" in found.problems[0]
    with closing(sqlite3.connect(whole)) as raw, raw:
        raw.execute("DROP TABLE aicfo_matches")
    assert "aicfo_matches" in check(whole).problems[0]


def test_checking_on_both_databases_holds_a_head(stored: StoredBooks) -> None:
    kept = filled(stored).audit.head()
    found = check(stored_target(stored), kept)
    assert found.ok
    assert (found.head, found.trial_balance, found.version) == (kept, 0, "2")
    other = type(kept)(kept.seq, "0" * 64)
    assert "head" in check(stored_target(stored), other).problems[0]
