"""Words on the command line that no one means: one clear line, exit code 2, nothing changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Run

HASH = "0" * 64


@pytest.mark.parametrize("head", ["²:" + HASH, "x" * 5000, "1:", ":" + HASH, "1:xyz", "9" * 5000])
def test_what_is_no_head_is_bad_input(aicfo: Run, statement: Path, head: str) -> None:
    assert aicfo("import", statement, "--into", "me.db").code == 0
    done = aicfo("audit", "verify", "--books", "me.db", "--head", head)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "head" in done.err


def test_a_currency_that_the_books_do_not_have_is_refused(aicfo: Run, statement: Path) -> None:
    assert aicfo("import", statement, "--into", "me.db").code == 0
    before = aicfo("audit", "head", "--books", "me.db").out
    done = aicfo("import", statement, "--into", "me.db", "--currency", "USD")
    assert done.code == 2
    assert "the books are in another currency: USD (me.db)" in done.err
    assert aicfo("audit", "head", "--books", "me.db").out == before


def test_a_file_of_other_content_stays_as_it_is(aicfo: Run, statement: Path) -> None:
    Path("notes.txt").write_text("mine")
    done = aicfo("import", statement, "--into", "notes.txt")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert Path("notes.txt").read_text() == "mine"


def test_a_failed_import_leaves_no_books_behind(
    aicfo: Run, statement: Path, tmp_path: Path
) -> None:
    before = sorted(tmp_path.iterdir())
    done = aicfo("import", statement, "--into", "sqlite:///new.db", "--currency", "USD")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert sorted(tmp_path.iterdir()) == before
