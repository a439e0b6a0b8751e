"""Durable commits: groups and single ones beside plain single-row SQLite commits in the same run.

Every commit has all its checks on: key, policy with limits over days, approvals, records, money
on every later day, hash chains and its own audit row. The disk decides most of a single commit,
so the ratio to a plain one is what travels; `AICFO_BENCH_POSTGRES` names a database URL to
measure PostgreSQL as well.
"""

from __future__ import annotations

import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

from aicfo_sdk.books.batch import Batch
from aicfo_sdk.books.store import StoredBooks, create_books
from aicfo_sdk.model import Account, Counterparty, Merchant, Pay, Proposal, Transaction
from aicfo_sdk.model.text import UntrustedText
from aicfo_sdk.safety.approvals import approve, propose
from aicfo_sdk.safety.commit import Committed, commit, commit_many
from aicfo_sdk.safety.policy import policy_from

_DAY = date(2026, 3, 2)
_MONEY = 10**12
_GROUPS = {1: 40, 10: 20, 100: 30, 1000: 9}
_PLAIN = 200
_PIPELINE = 30

_POLICY = policy_from({"name": "bench", "rules": {"pay": {"max_amount": 10**6, "per_day": 10**10}}})


def measure() -> dict[str, str]:
    """Return commits a second for each size of group, and the ratio to plain ones."""
    figures: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="aicfo-commits-") as folder:
        plain = _plain(Path(folder) / "plain.sqlite")
        figures["sqlite: plain single-row commits"] = f"{plain:10,.0f} /s"
        with _books(str(Path(folder) / "shop.books")) as books:
            figures.update(_measured("sqlite", books, plain))
    server = os.environ.get("AICFO_BENCH_POSTGRES")
    if server:
        with _books(server) as books:
            figures.update(_measured("postgresql", books, plain))
    return figures


def _measured(name: str, books: StoredBooks, plain: float) -> dict[str, str]:
    figures: dict[str, str] = {}
    number = 0
    whole: list[float] = []
    for size, rounds in _GROUPS.items():
        rates: list[float] = []
        whole = []
        busy: list[float] = []
        for _ in range(rounds):
            start = time.perf_counter()
            ids = _approved(books, range(number, number + size))
            number += size
            asked = time.perf_counter() - start
            used = time.process_time()
            rates.append(size / _seconds(lambda ids=ids: _commit(books, ids)))
            busy.append((time.process_time() - used) / size)
            whole.append(1 / (asked / size + 1 / rates[-1]))
        rate = statistics.median(rates)
        figures[f"{name}: commits in groups of {size}"] = (
            f"{rate:10,.0f} /s   {rate / plain:6.2f} × plain, "
            f"{statistics.median(busy) * 1e6:5,.0f} µs of CPU each"
        )
    rate = statistics.median(whole)
    figures[f"{name}: propose + approve + commit, groups of {max(_GROUPS)} in two transactions"] = (
        f"{rate:10,.0f} /s   {rate / plain:6.2f} × plain"
    )
    rates = []
    for _ in range(_PIPELINE):
        rates.append(1 / _seconds(lambda n=number: _pipeline(books, n)))
        number += 1
    rate = statistics.median(rates)
    figures[f"{name}: propose + approve + commit, three transactions"] = (
        f"{rate:10,.0f} /s   {rate / plain:6.2f} × plain"
    )
    report = books.audit.verify()
    if not report.ok:
        raise AssertionError(report.problems)
    return figures


def _plain(path: Path) -> float:
    """Single-row transactions a second with the same durability as books have."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, body TEXT)")

    def one(number: int) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO row VALUES (?, ?)", (number, "x" * 100))
        connection.execute("COMMIT")

    rates = [1 / _seconds(lambda n=n: one(n)) for n in range(_PLAIN)]
    connection.close()
    return statistics.median(rates)


def _books(target: str) -> StoredBooks:
    merchant = Merchant(id="me", updated=_DAY, name=UntrustedText("bench"))
    books = create_books(target, merchant=merchant)
    records = (
        Account(id="bank", opened=_DAY, kind="bank"),
        Counterparty(id="supplier", known_since=_DAY, name=UntrustedText("supplier")),
        Transaction(id="o", day=_DAY, account="bank", amount=_MONEY, kind="opening"),
    )
    books.import_batches([Batch("bench", "bench", "0" * 64, "CNY", records)])
    return books


def _proposal(number: int) -> Proposal:
    action = Pay(day=_DAY, account="bank", payee="supplier", amount=100 + number)
    return Proposal(action=action, reason=f"payment {number}")


def _approved(books: StoredBooks, numbers: Iterable[int]) -> list[str]:
    """Put approved payments on the desk, in one transaction."""
    ids: list[str] = []
    with books.transaction() as writer:
        for number in numbers:
            stored = propose(books, _proposal(number), policy=_POLICY, writer=writer)
            approve(books, stored.id, by="Li", policy=_POLICY, writer=writer)
            ids.append(stored.id)
    return ids


def _commit(books: StoredBooks, ids: list[str]) -> None:
    if len(ids) == 1:
        commit(books, ids[0], key=f"key {ids[0]}", policy=_POLICY)
        return
    answers = commit_many(books, [(id, f"key {id}") for id in ids], policy=_POLICY)
    if not all(isinstance(answer, Committed) for answer in answers):
        raise AssertionError(answers)


def _pipeline(books: StoredBooks, number: int) -> None:
    stored = propose(books, _proposal(number), policy=_POLICY)
    approve(books, stored.id, by="Li", policy=_POLICY)
    _commit(books, [stored.id])


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
