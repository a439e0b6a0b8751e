"""A full disk stops every work cleanly, in one line that names the mend, and it goes on later."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import event

from aicfo_sdk.books.store import StoredBooks, open_books
from aicfo_sdk.errors import BooksError
from tests.books.samples import account, batch, line
from tests.faults import Skipped, full_disk


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[full_disk.Disk]:
    try:
        with full_disk.mounted(tmp_path_factory.mktemp("disk")) as disk:
            yield disk
    except Skipped as missing:
        pytest.skip(str(missing))


@pytest.mark.parametrize(
    ("what", "room"),
    [
        ("import into new books", 0),
        ("import into new books", 90_112),
        ("import into books", 57_344),
        ("payments", 204_800),
        ("backup", 49_152),
        ("restore over books", 204_800),
        ("upgrade", 131_072),
        ("audit export", 0),
        ("ledger export", 0),
        ("simulation", 9 * full_disk.BLOCK),  # room for the results, not for their seal
        ("upgrade", 36 * full_disk.BLOCK),  # room for a page of the log, not for the file beside it
    ],
)
def test_work_on_a_disk_with_too_little_room_leaves_all_as_it_was_and_goes_on_later(
    disk: full_disk.Disk, what: str, room: int
) -> None:
    work = full_disk.WORKS[what]
    disk.empty()
    work.prepare(disk.folder)
    assert not full_disk.attempt(disk, disk.saved(), work, room)


def test_an_import_that_finds_no_page_is_not_taken_at_all(
    new_books: Callable[..., StoredBooks],
) -> None:
    books = new_books()
    books.import_batches([batch(account(), line("o", 90_000, "opening"))])
    before = books.audit.head()
    books.close()
    engine = books._database.engine  # pyright: ignore[reportPrivateUsage]

    def bound(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA max_page_count=1")

    event.listen(engine, "connect", bound)
    many = batch(*(line(f"t{number}", 1) for number in range(2_000)))
    with pytest.raises(BooksError, match=r"the disk is full; nothing was written.*free some space"):
        books.import_batches([many])
    event.remove(engine, "connect", bound)
    books.close()
    with open_books(books.location) as again:
        assert again.audit.head() == before
        assert again.import_batches([many]).new == 2_000
        assert again.audit.verify().ok


_BOUND = """
import resource, sys
from aicfo_sdk.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
sys.exit(main(sys.argv[2:]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limits of file size")
@pytest.mark.parametrize(
    "words",
    [("audit", "export", "out"), ("books", "backup", "--to", "out"), ("export", "--to", "out")],
)
def test_a_file_that_may_not_grow_is_not_there(
    shop: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    limit = 300
    child = subprocess.run(
        [sys.executable, "-c", _BOUND, str(limit), *words],
        env={"AICFO_BOOKS": str(shop), "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.returncode == 2, child.stderr
    assert child.stdout == ""
    assert child.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.glob(".*"))
