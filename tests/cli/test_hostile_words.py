"""Words on the command line that no one means: one clear line, exit code 2, nothing changed."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
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


def test_help_is_readable_where_only_ascii_can_be_written() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "aicfo_sdk.cli", "--help"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"aicfo import FILE\\u2026" in done.stdout


def test_a_user_without_a_name_says_who_decides(
    aicfo: Run, statement: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found: 12345")

    monkeypatch.setattr("getpass.getuser", nameless)
    assert aicfo("import", statement, "--into", "me.db").code == 0
    done = aicfo("reject", "no-such-id", "--books", "me.db")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "--by NAME" in done.err
    assert "no-such-id" in aicfo("reject", "no-such-id", "--books", "me.db", "--by", "王五").err


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a": ' + "9" * 5000 + "}", "[1]", '{"a": NaN}'])
def test_arguments_that_are_no_json_object_are_bad_input(aicfo: Run, text: str) -> None:
    done = aicfo("call", "core.brief", "--args", text)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)


def test_an_export_never_overwrites_the_books(aicfo: Run, statement: Path) -> None:
    assert aicfo("import", statement, "--into", "me.db").code == 0
    Path("link").symlink_to("me.db")
    for books, target in (("me.db", "me.db"), ("me.db", "link"), ("sqlite:///me.db", "me.db")):
        done = aicfo("export", "--books", books, "--to", target, "--force")
        assert (done.code, done.err.count("\n")) == (2, 1), target
    assert aicfo("audit", "verify", "--books", "me.db").code == 0


def test_a_file_name_in_no_encoding_is_taken(aicfo: Run, statement: Path, tmp_path: Path) -> None:
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/bill-\xff.csv"))
    odd.write_bytes(statement.read_bytes())
    assert aicfo("import", odd, "--into", "me.db").code == 0
    assert aicfo("audit", "verify", "--books", "me.db").code == 0


def test_a_port_in_use_is_bad_input(aicfo: Run, statement: Path) -> None:
    assert aicfo("import", statement, "--into", "me.db").code == 0
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = aicfo("serve", "--books", "me.db", "--http", address)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert f"the address cannot be used: {address}" in done.err
