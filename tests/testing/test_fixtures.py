"""The pytest fixtures for plugin authors, as an author's own test files use them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from aicfo_sdk import Proposal
from aicfo_sdk.model import Pay, RepayLoan
from aicfo_sdk.testing import assert_balanced, assert_proposes, assert_proposes_nothing, proposals

MERCHANTS = """
import pytest
from aicfo_sdk.model import Transaction

@pytest.mark.merchants(4, "shop", "farmer", seed=3)
def test_nobody_has_records(merchant):
    assert not list(merchant.all(Transaction))
"""

FIXTURES = """
from datetime import date
import pytest
from aicfo_sdk.model import Merchant, Transaction, UntrustedText
from aicfo_sdk.testing import assert_balanced

def test_books_stand_on_the_frozen_day(books, frozen_today):
    line = Transaction(id="t", day=frozen_today, account="A", amount=5, kind="other")
    assert books(line).as_of == date(2026, 3, 2)
    assert books(line).get(Transaction, "t").amount == 5
    assert books(line, as_of=date(2026, 3, 1)).records(Transaction) == {}

def test_a_sandbox_is_the_same_each_time(sandbox, merchant):
    assert sandbox("shop", seed=7).key == merchant.key

def test_a_tool_answers_over_mcp_as_it_does_in_a_run(mcp_client, merchant, orchestrator):
    client = mcp_client(merchant)
    run = orchestrator.run("core.credit_lines", books=merchant)
    assert client.tools()["core_credit_lines"].annotations.read_only_hint
    told = client.call("core.credit_lines").structured_content
    assert [source["id"] for source in told["result"]] == [source.id for source in run.result]
    assert_balanced(client.books)
"""


def pytest_in(folder: Path, text: str, *words: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_mine.py").write_text(text, "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)


def test_the_smallest_merchant_that_fails_is_one_line_to_run_again(tmp_path: Path):
    done = pytest_in(tmp_path, MERCHANTS)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "4 failed" in done.stdout
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("smallest merchant")]
    assert 'sandbox("' in line
    command = done.stdout[done.stdout.index(line) :].splitlines()[1].strip()
    test = command.removeprefix("pytest ").strip("'")
    again = pytest_in(tmp_path, MERCHANTS, test)
    assert "1 failed" in again.stdout, again.stdout + again.stderr


@pytest.mark.slow
def test_fixtures_are_there_without_a_conftest(tmp_path: Path):
    done = pytest_in(tmp_path, FIXTURES)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout


def test_proposals_are_found_by_kind_and_fields(frozen_today):
    pay = Pay(day=frozen_today, account="A", payee="W", amount=500)
    result = [Proposal(action=pay, reason="wages")]
    assert proposals(result)[0].reason == "wages"
    assert assert_proposes(result, Pay, amount=500) == pay
    with pytest.raises(AssertionError, match=r"0 proposals are RepayLoan\(\); proposed:\s+Pay\("):
        assert_proposes(result, RepayLoan)
    with pytest.raises(AssertionError, match="proposed"):
        assert_proposes_nothing(result)
    assert_proposes_nothing([])


def test_a_ledger_that_was_changed_by_hand_is_not_balanced(shop: Path):
    from aicfo_sdk.books.store import open_books

    with open_books(shop) as books:
        assert_balanced(books)
    import sqlite3

    with sqlite3.connect(shop) as database:
        database.execute("update aicfo_postings set amount = amount + 1 where rowid = 1")
    with open_books(shop, checked=False) as books, pytest.raises(AssertionError, match="off by 1"):
        assert_balanced(books)
