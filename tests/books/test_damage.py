"""A damaged file is named when it is opened; what stands beside it neither hides nor invents it."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from aicfo_sdk.books import checks
from aicfo_sdk.books.checks import check
from aicfo_sdk.books.guard import BESIDE
from aicfo_sdk.books.store import StoredBooks, create_books, open_books
from aicfo_sdk.cli import main
from aicfo_sdk.errors import BooksError
from aicfo_sdk.model import Merchant
from tests.books.samples import account, batch, line
from tests.faults import damage

Make = Callable[..., StoredBooks]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[damage.Files, bytes, list[object]]:
    """The files of a killed program's books, an exported audit, and all that the books say."""
    folder = tmp_path_factory.mktemp("made")
    files, export = damage.make(folder)
    return files, export, damage.said(folder, files)


@pytest.fixture
def calm(new_books: Make) -> Path:
    """A file of books that nobody has open, checked once."""
    books = new_books()
    books.import_batches([batch(account(), line("o", 90_000, "opening"))])
    books.close()
    return Path(books.location)


@pytest.fixture
def verifications(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each time that every row was verified on opening."""
    seen: list[int] = []
    whole = checks._verify_all  # pyright: ignore[reportPrivateUsage]

    def verify(database: object) -> None:
        seen.append(1)
        whole(database)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(checks, "_verify_all", verify)
    return seen


@pytest.mark.parametrize("part", damage.PARTS)
def test_cuts_and_flips_of_each_file_are_named_or_harmless(
    made: tuple[damage.Files, bytes, list[object]], tmp_path: Path, part: str
) -> None:
    files, _, expected = made
    whole, rng = files[part], random.Random(part)
    for _ in range(25):
        how, at, mask = rng.choice(("cut", "flip")), rng.randrange(len(whole)), rng.randint(1, 255)
        damage.place(tmp_path / "shop.books", {**files, part: damage.damaged(whole, how, at, mask)})
        outcome = damage.read_damaged(tmp_path / "shop.books", expected)
        if part in BESIDE:
            assert outcome == "harmless", (how, at, mask)


def test_no_cut_or_flip_of_an_exported_audit_verifies(
    made: tuple[damage.Files, bytes, list[object]], tmp_path: Path
) -> None:
    _, export, _ = made
    rng, file = random.Random(5), tmp_path / "audit.jsonl"
    # The first and last line are the ones without a chain of their own.
    ends = [*range(0, 40, 9), *range(len(export) - 150, len(export), 7)]
    for at in [*ends, *(rng.randrange(len(export)) for _ in range(25))]:
        for how in ("cut", "flip"):
            file.write_bytes(damage.damaged(export, how, at, rng.randint(1, 255)))
            assert damage.verify_damaged(file) == "named", (how, at)


def test_a_log_that_is_gone_is_missed(
    made: tuple[damage.Files, bytes, list[object]], tmp_path: Path
) -> None:
    files, _, expected = made
    path = tmp_path / "shop.books"
    damage.place(path, files)
    assert damage.read_damaged(path, expected) == "harmless"
    damage.place(path, {**files, "-wal": b""})
    with pytest.raises(BooksError, match=r"books end with audit row \d+, but \d+ were written"):
        open_books(path)
    assert "were written" in check(path).problems[0]


def test_an_older_copy_put_in_place_by_hand_is_named(calm: Path, tmp_path: Path) -> None:
    shutil.copy(calm, tmp_path / "older")
    with open_books(calm) as books:
        books.import_batches([batch(line("t1", 5))])
    shutil.copy(tmp_path / "older", calm)
    with pytest.raises(BooksError, match=r"but 3 were written.*remove .*-head"):
        open_books(calm)
    Path(f"{calm}-head").unlink()
    with open_books(calm) as books:
        assert books.audit.verify().rows == 2


def test_books_of_another_firm_put_in_place_are_other_books(
    calm: Path, tmp_path: Path, merchant: Merchant
) -> None:
    with open_books(calm) as books:
        books.import_batches([batch(line("t1", 5))])
    other = merchant.model_copy(update={"id": "M2"})
    create_books(tmp_path / "other.books", merchant=other).close()
    shutil.copy(tmp_path / "other.books", calm)
    with open_books(calm) as books:
        assert books.merchant == "M2"


def test_undamaged_books_are_verified_row_by_row_only_once(
    calm: Path, tmp_path: Path, verifications: list[int]
) -> None:
    for number in range(3):
        with open_books(calm) as books:
            books.import_batches([batch(line(f"t{number}", 5))])
    assert verifications == []
    # Moved without what stood beside them: verified whole, then known again.
    shutil.copy(calm, tmp_path / "moved.books")
    for _ in range(3):
        open_books(tmp_path / "moved.books").close()
    assert verifications == [1]


def test_books_left_by_a_killed_program_need_no_verification_of_every_row(
    made: tuple[damage.Files, bytes, list[object]], tmp_path: Path, verifications: list[int]
) -> None:
    files, _, _ = made
    damage.place(tmp_path / "shop.books", files)
    for _ in range(2):
        open_books(tmp_path / "shop.books").close()
    assert verifications == []


def test_a_long_log_is_brought_into_the_file_with_its_sums(
    calm: Path, verifications: list[int]
) -> None:
    with open_books(calm) as books:
        for number in range(3):
            many = [line(f"t{number}-{at}", 1) for at in range(3_000)]
            books.import_batches([batch(*many, source=f"{number}.csv")])
        assert calm.stat().st_size > 4_000_000
    open_books(calm).close()
    assert verifications == []


def test_a_page_that_rotted_meanwhile_is_not_blessed_by_a_write(calm: Path) -> None:
    whole = calm.read_bytes()
    with open_books(calm) as books:
        # Not through SQLite: the medium changes a byte of a page that nobody writes.
        at = whole.rindex(b'"kind":"opening"')
        with calm.open("r+b") as raw:
            raw.seek(at)
            raw.write(b"#")
        with books.transaction() as writer:
            writer.connection.exec_driver_sql("UPDATE aicfo_meta SET value = value")
    with pytest.raises(BooksError, match="damaged"):
        open_books(calm)


def test_a_change_by_another_program_is_found_on_opening(calm: Path) -> None:
    with closing(sqlite3.connect(calm)) as raw, raw:
        raw.execute("UPDATE aicfo_postings SET amount = amount * 2")
    with pytest.raises(BooksError, match=r"damaged: .*restore FILE --to BOOKS"):
        open_books(calm)
    with open_books(calm, checked=False) as books:
        assert not books.audit.verify().ok


def test_a_harmless_change_by_another_program_costs_one_verification(
    calm: Path, verifications: list[int]
) -> None:
    with closing(sqlite3.connect(calm)) as raw, raw:
        raw.execute("VACUUM")
    open_books(calm).close()
    open_books(calm).close()
    assert verifications == [1]


def test_two_programs_at_once_need_no_verification(calm: Path, verifications: list[int]) -> None:
    first, second = open_books(calm), open_books(calm)
    for number in range(3):
        first.import_batches([batch(line(f"a{number}", 1))])
        second.import_batches([batch(line(f"b{number}", 1))])
        open_books(calm).close()
    first.close()
    second.import_batches([batch(line("last", 1))])
    second.close()
    with open_books(calm) as books:
        assert books.snapshot().balance() == 90_007
    assert verifications == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_child_works_on_with_connections_of_its_own(calm: Path) -> None:
    with open_books(calm) as books:
        assert books.snapshot().balance() == 90_000
        child = os.fork()
        if child == 0:
            code = 1
            try:
                books.import_batches([batch(line("child", 7))])
                code = 0
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        books.import_batches([batch(line("parent", 5))])
        assert books.snapshot().balance() == 90_012
    with open_books(calm) as books:
        assert books.audit.verify().ok


@pytest.mark.parametrize(
    "words",
    [
        ("brief",),
        ("proposals",),
        ("call", "core.funding"),
        ("approve", "P1"),
        ("export", "--to", "x.beancount"),
        ("audit", "export", "x.jsonl"),
    ],
)
def test_commands_on_a_damaged_file_say_so_in_one_line(
    calm: Path,
    words: tuple[str, ...],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(calm.parent)
    data = calm.read_bytes()
    calm.write_bytes(data.replace(b'"amount":90000', b'"amount":90001'))
    assert main([*words, "--books", str(calm)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "the books are damaged" in said.err
    assert "aicfo books restore FILE --to BOOKS" in said.err
    assert not (calm.parent / words[-1]).exists()


def test_check_and_verify_name_the_damage_and_end_with_1(
    calm: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = calm.read_bytes()
    calm.write_bytes(data.replace(b'"amount":90000', b'"amount":90001'))
    assert main(["books", "check", str(calm)]) == 1
    assert main(["audit", "verify", "--books", str(calm)]) == 1
    said = capsys.readouterr()
    assert said.err == ""
    assert said.out.count("problem: ") >= 2
