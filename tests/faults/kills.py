"""Two writers over the same actions, killed at random: nothing lost, nothing done twice.

Killed by SIGKILL after a random number of acknowledgements and a random moment more. After each
round the books are looked at: everything acknowledged is there with all that belongs to it, each
entry once, each entry balanced. The audit chain is verified on the way and at the end, when
everything is asked for once more under its key.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection as Reader
from multiprocessing.process import BaseProcess
from typing import Any

from sqlalchemy import Connection, func, select

from aicfo_sdk.books.schema import COMMITS, ENTRIES, HOLDS, OUTCOMES, POSTINGS, PROPOSALS
from aicfo_sdk.books.store import create_books, open_books
from aicfo_sdk.model import Merchant, UntrustedText
from tests.books.samples import DAY, account, batch, line, party

from . import scratch
from .kill_worker import LARGEST, LINKED, carry_out, groups, linked, proposal, taken, way, work

ACTIONS = 50_000
KILLS = 1_000
OPENING = 10**12
PATIENCE_SECONDS = 300

# Children are forked from one warm process, or each would spend seconds on imports.
PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.faults.kill_worker"])


def campaign(share: float, seed: int) -> dict[str, Any]:
    """Return kills, actions and how often something was looked at, on SQLite."""
    with scratch() as folder:
        return run(str(folder / "shop.books"), **size(share), seed=seed)


def size(share: float) -> dict[str, int]:
    """Return how many actions and kills a share is."""
    return {"actions": max(120, round(ACTIONS * share)), "kills": max(4, round(KILLS * share))}


def run(target: str, *, actions: int, kills: int, seed: int) -> dict[str, Any]:
    """Kill writers on new books; raises when anything is lost or doubled.

    At least so many actions and kills. The books must not be there yet.
    """
    rng = random.Random(f"{seed} kills")
    me = Merchant(id="me", updated=DAY, name=UntrustedText("晨光机电"))
    with create_books(target, merchant=me) as books:
        books.import_batches(
            [
                batch(
                    account(),
                    account("wallet", kind="wallet"),
                    party(),
                    line("o", OPENING, "opening"),
                )
            ]
        )
    watched = Watched(target)
    done = first = rounds = 0
    while done < kills:
        # So many for each kill that is left that actions and kills are used up together.
        each = max(2, (actions - first) * 3 // (kills - done))
        # Both start where nobody has acknowledged: each key is asked for by both, and what was
        # in doubt when the last two died is asked for again.
        children = [_start(target, first, f"{seed} {rounds} {n}") for n in range(2)]
        for child, reader in children:
            watched.acknowledged |= _killed(child, reader, rng.randint(1, each), rng)
            done += 1
        rounds += 1
        first = watched.look()
        if rounds in (1, 2, 10, 100) or rounds % 250 == 0:
            watched.verify()
    end = max(actions, max(watched.acknowledged) + 1, watched.highest + 1)
    end = -(-end // LARGEST) * LARGEST
    with open_books(target) as books:
        # What is missing is done now; what is there is asked for again under its key.
        for numbers in groups(0, end, rng):
            carry_out(books, numbers)
            watched.acknowledged.update(numbers)
    watched.look()
    watched.verify()
    watched.finish(end)
    return {
        "kills": done,
        "actions": end,
        "lost": 0,
        "doubled": 0,
        "looked": rounds + 1,
        "chain_verified": watched.verified,
        "ways": dict(Counter(way(number) for number in range(end))),
    }


class Watched:
    """What is acknowledged, held against what the books say."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.acknowledged: set[int] = set()
        self.verified = self.highest = 0
        self._first = 0
        self._numbers: dict[str, int] = {}
        self._entries: Counter[str] = Counter()
        self._last_entry = 0

    def look(self) -> int:
        """Check the books; return the first number that nobody acknowledged.

        Raises: AssertionError naming what was lost, doubled, torn or out of balance.
        """
        with open_books(self.target) as books, books.reading() as connection:
            self._read_entries(connection)
            self._check(connection)
        while self._first in self.acknowledged:
            self._first += 1
        return self._first

    def verify(self) -> None:
        """Verify the audit chain and the books behind it."""
        with open_books(self.target) as books:
            problems = books.audit.verify().problems
        assert not problems, problems[:3]
        self.verified += 1

    def finish(self, end: int) -> None:
        """Check that all is done, to the fen."""
        voided = sum(way(number) == "voided" for number in range(end))
        with open_books(self.target) as books:
            balance = books.snapshot().balance("bank")
            assert balance == OPENING - sum(map(taken, range(end))), balance
            assert sum(books.ledger.trial_balance().values()) == 0
            with books.reading() as connection:
                query = select(PROPOSALS.c.status, func.count()).group_by(PROPOSALS.c.status)
                status = {str(name): count for name, count in connection.execute(query)}
        # A worker may have been killed between the desk and the commit of numbers beyond the end.
        carried = {name: n for name, n in status.items() if name not in ("proposed", "approved")}
        assert Counter(carried) == Counter(committed=end - voided, voided=voided), status

    def _read_entries(self, connection: Connection) -> None:
        """Count the new entries by their text, and check that each balances."""
        new = ENTRIES.c.id > self._last_entry
        entries = connection.execute(select(ENTRIES.c.id, ENTRIES.c.text).where(new)).all()
        legs = select(POSTINGS.c.entry, func.sum(POSTINGS.c.amount), func.count())
        sums = connection.execute(
            legs.where(POSTINGS.c.entry > self._last_entry).group_by(POSTINGS.c.entry)
        ).all()
        assert {entry for entry, _, _ in sums} == {id for id, _ in entries}, "a torn entry"
        assert all(total == 0 and count >= 2 for _, total, count in sums), "out of balance"
        self._last_entry = max([self._last_entry, *(id for id, _ in entries)])
        self._entries.update(str(text) for _, text in entries)
        twice = [text for text, count in self._entries.items() if count > 1]
        assert not twice, f"doubled: {twice[:3]}"

    def _check(self, connection: Connection) -> None:
        query = select(COMMITS.c.proposal, HOLDS.c.commit_key, OUTCOMES.c.outcome)
        joined = COMMITS.outerjoin(HOLDS, HOLDS.c.commit_key == COMMITS.c.key).outerjoin(
            OUTCOMES, OUTCOMES.c.commit_key == COMMITS.c.key
        )
        posted: set[int] = set()
        ended: set[int] = set()
        for id, held, outcome in connection.execute(query.select_from(joined)):
            number = self._number(str(id))
            self.highest = max(self.highest, number)
            if not held or outcome == "posted":
                posted.add(number)
            if not held or outcome:
                ended.add(number)
            assert bool(held) == (way(number) in ("settled", "voided")), number
        lost = self.acknowledged - ended
        assert not lost, f"lost: {sorted(lost)[:3]}"
        entered = {n for n in range(self.highest + 1) if self._entries[f"action {n}"]}
        assert entered == posted, f"entry or commit missing: {sorted(entered ^ posted)[:3]}"
        assert not any(way(number) == "voided" for number in posted), "posted what was voided"
        for number in posted:
            if way(number) == "linked":
                group = linked(number)
                assert posted.issuperset(range(group, group + LINKED)), f"torn group {group}"

    def _number(self, id: str) -> int:
        """Return which action has this id."""
        while id not in self._numbers:
            number = len(self._numbers)
            self._numbers[proposal(number).id] = number
        return self._numbers[id]


def _start(target: str, first: int, seed: str) -> tuple[BaseProcess, Reader]:
    reader, writer = PROCESSES.Pipe(duplex=False)
    child = PROCESSES.Process(target=work, args=(target, first, seed, writer))
    child.start()
    writer.close()
    return child, reader


def _killed(child: BaseProcess, reader: Reader, numbers: int, rng: random.Random) -> set[int]:
    """Kill the child while it works, and return what it had acknowledged."""
    seen: set[int] = set()
    while len(seen) < numbers:
        assert reader.poll(PATIENCE_SECONDS), "a writer hangs"
        seen.update(reader.recv())
    time.sleep(rng.random() * 0.01)
    assert child.is_alive(), f"a writer ended by itself with {child.exitcode}"
    child.kill()
    with suppress(EOFError, OSError):
        while True:
            seen.update(reader.recv())
    child.join()
    reader.close()
    child.close()
    return seen
