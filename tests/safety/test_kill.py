"""Killed in the middle of committing: nothing acknowledged is lost, nothing happens twice."""

from __future__ import annotations

import os
import random
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

import pytest

from aicfo_sdk.books.store import StoredBooks, open_books
from aicfo_sdk.safety.commit import commit
from tests.books.samples import account, batch, line, party
from tests.safety.committer import payment, work

# Children are forked from one warm process, or each would spend seconds on imports.
PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.safety.committer"])
PATIENCE_SECONDS = 60
OPENING = 10**9


def start(target: str, first: int) -> tuple[BaseProcess, Connection]:
    reader, writer = PROCESSES.Pipe(duplex=False)
    child = PROCESSES.Process(target=work, args=(target, first, writer))
    child.start()
    writer.close()
    return child, reader


def killed_after(child: BaseProcess, reader: Connection, commits: int) -> set[int]:
    """Kill the child while it works, and return what it had acknowledged."""
    seen: set[int] = set()
    for _ in range(commits):
        assert reader.poll(PATIENCE_SECONDS)
        seen.add(reader.recv())
    child.kill()
    with suppress(EOFError):
        while True:
            seen.add(reader.recv())
    child.join()
    reader.close()
    child.close()
    return seen


def check(target: str, acknowledged: set[int]) -> set[int]:
    """Return the payments that are in the books, each once, with all that belongs to it."""
    with open_books(target) as books:
        assert books.audit.verify().problems == ()
        entries = [entry.text for entry in books.ledger.entries() if entry.ref.startswith("P")]
        paid = {int(text.removeprefix("payment ")) for text in entries}
        assert len(paid) == len(entries)
        assert acknowledged <= paid
        assert books.snapshot().balance() == OPENING - sum(100 + number for number in paid)
        assert len(books.proposals.all("committed")) == len(paid)
    return paid


def run(target: str, *, rounds: int, seed: int) -> None:
    rng = random.Random(seed)
    print(f"seed {seed}")
    with open_books(target) as books:
        books.import_batches([batch(account(), party(), line("o", OPENING, "opening"))])
    acknowledged: set[int] = set()
    first = 0
    for number in range(rounds):
        # Two writers over the same payments, from the first that nobody has acknowledged: each key
        # is asked for by both, and what was in doubt when the last two died is asked for again.
        children = [start(target, first) for _ in range(2)]
        for child, reader in children:
            acknowledged |= killed_after(child, reader, rng.randint(1, 6))
        first = max(acknowledged) + 1
        if number % 5 == 4:
            check(target, acknowledged)
    assert len(acknowledged) >= rounds
    with open_books(target) as books:
        for number in sorted(acknowledged):
            commit(books, payment(number).id, key=f"key-{number}")
    check(target, acknowledged)


def test_six_kills_lose_and_double_nothing(stored: StoredBooks, books_target: str) -> None:
    run(books_target, rounds=3, seed=20260302)


@pytest.mark.slow
def test_many_kills_lose_and_double_nothing(stored: StoredBooks, books_target: str) -> None:
    run(
        books_target,
        rounds=int(os.environ.get("AICFO_TEST_KILL_ROUNDS", "12")),
        seed=int(os.environ.get("AICFO_TEST_SEED", "7")),
    )
