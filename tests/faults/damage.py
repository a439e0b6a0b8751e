"""Every cut and every flipped byte of books, their log and an exported audit: named or harmless.

Harmless means that all the books say is what it was. The books are as a killed program leaves
them: file, log and what stands beside. Pages are of 512 bytes, so that the whole is small enough
to try every byte of it.
"""

from __future__ import annotations

import os
import random
import sqlite3
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from datetime import date
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from aicfo_sdk import model
from aicfo_sdk.books.store import StoredBooks, create_books, open_books
from aicfo_sdk.books.transcript import verify_export
from aicfo_sdk.errors import AicfoError, BooksError
from aicfo_sdk.model import RECORDS, Merchant, Pay, Proposal, UntrustedText
from aicfo_sdk.safety.approvals import approve, propose, reject
from aicfo_sdk.safety.commit import commit
from tests.books.samples import DAY, account, batch, bill, invoice, line, party

from . import scratch

PARTS = ("", "-wal", "-head", "-sums")
"""The files that a killed program leaves; SQLite makes its -shm anew."""

_SMALL_PAGE = 512
_PIECE = 250

Files = dict[str, bytes]


def campaign(share: float, seed: int) -> dict[str, Any]:
    """Return how many cuts and flips were named and how many harmless, by what was damaged."""
    rng = random.Random(seed)
    with scratch() as folder:
        files, export = make(folder)
        tried: dict[str, Counter[str]] = {}
        todo = [
            (what, piece)
            for what, harms in [
                *((f"books{part}", list(harms(files[part], rng, share))) for part in PARTS),
                ("export", list(harms(export, rng, share))),
            ]
            for piece in _pieces(harms)
        ]
        # Forked: everything is imported once. No thread runs here that a fork could miss.
        with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("fork")) as pool:
            work = partial(_try, folder, files, export, said(folder, files))
            for what, counts in zip([what for what, _ in todo], pool.map(work, todo), strict=True):
                tried.setdefault(what, Counter()).update(counts)
    return {
        "damages": sum(sum(counts.values()) for counts in tried.values()),
        "silently_used": 0,
        "bytes": {
            **{f"books{part}": len(data) for part, data in files.items()},
            "export": len(export),
        },
        **{what: dict(sorted(counts.items())) for what, counts in tried.items()},
    }


def make(folder: Path, *, page: int = _SMALL_PAGE) -> tuple[Files, bytes]:
    """Return the files of books in which everything has happened, and their exported audit."""
    path = folder / "made.books"
    merchant = Merchant(id="M1", updated=date(2026, 1, 1), name=UntrustedText("杭州晨光贸易"))
    with create_books(path, merchant=merchant) as books:
        paper = invoice("i1", 1000, direction="purchase", counterparty="供应商甲")
        books.import_batches([batch(account(), party(), line("o", 90_000, "opening"), paper)])
        books.import_batches([batch(bill("b1", 30_000), line("t1", 500), source="april.csv")])
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA journal_mode=DELETE")
        raw.execute(f"PRAGMA page_size={page}")
        raw.execute("VACUUM")
    with open_books(path) as books:
        books.import_batches([batch(line("t2", 700), source="may.csv")])
    with open_books(path) as books:
        _act(books)
        files = {part: Path(f"{path}{part}").read_bytes() for part in PARTS}
        books.audit.export(folder / "audit.jsonl")
    assert len(files["-wal"]) > 10 * page
    return files, (folder / "audit.jsonl").read_bytes()


def _act(books: StoredBooks) -> None:
    """What stands in the log alone: proposals, an approval, a commit, a rejection, an import."""
    pay = Pay(day=DAY, account="bank", payee="供应商甲", amount=1000, settles=("i1",))
    for number in range(3):
        action = pay if not number else pay.model_copy(update={"amount": number, "settles": ()})
        propose(books, Proposal(action=action, reason="due"))
    first, _, last = books.proposals.all()
    approve(books, first.id, by="Li")
    commit(books, first.id, key="k-1")
    reject(books, last.id, by="Li", why="twice")
    books.import_batches([batch(line("t3", 9), source="june.csv")])


def harms(data: bytes, rng: random.Random, share: float) -> Iterator[tuple[str, int, int]]:
    """Yield damages: a cut before each byte, a flip of some bits of each; or a share of them."""
    for at in range(len(data)):
        for how in ("cut", "flip"):
            if share >= 1 or rng.random() < share:
                yield how, at, rng.randint(1, 255)


def damaged(data: bytes, how: str, at: int, mask: int) -> bytes:
    """Return the bytes with one damage."""
    if how == "cut":
        return data[:at]
    return data[:at] + bytes([data[at] ^ mask]) + data[at + 1 :]


def said(folder: Path, files: Files) -> list[object]:
    """Return all that undamaged books say."""
    place(folder / "whole.books", files)
    with open_books(folder / "whole.books") as books:
        return everything(books)


def everything(books: StoredBooks) -> list[object]:
    """Return what books say through every door: records, ledger, desk, audit, balances."""
    shown = books.snapshot()
    return [
        books.currency,
        books.merchant,
        books.last_day(),
        {name: dict(shown.records(getattr(model, name))) for name in RECORDS},
        shown.balance(),
        shown.key,
        list(books.ledger.entries()),
        books.ledger.trial_balance(),
        books.proposals.all(),
        books.audit.rows(),
        books.audit.head(),
    ]


def place(path: Path, files: Files) -> None:
    """Put the files of books in place of any others."""
    for ending in (*PARTS, "-shm"):
        Path(f"{path}{ending}").unlink(missing_ok=True)
    for ending, data in files.items():
        Path(f"{path}{ending}").write_bytes(data)


def read_damaged(path: Path, expected: list[object]) -> str:
    """Return whether damaged books are "named" or "harmless".

    Raises: AssertionError when anything else is said than the whole books say, or not in a line.
    """
    found = None
    try:
        with open_books(path) as books:
            found = everything(books)
    except BooksError as error:
        clear = bool(error.mend) and "\n" not in str(error)
    else:
        clear = found == expected
    assert clear, "read something else" if found else "not named clearly"
    return "harmless" if found else "named"


def verify_damaged(path: Path) -> str:
    """Return "named": no damage of an exported audit may verify."""
    try:
        found = verify_export(path)
    except AicfoError:
        return "named"
    assert not found.ok, "verified"
    return "named"


def _pieces(harms: list[tuple[str, int, int]]) -> Iterator[list[tuple[str, int, int]]]:
    for start in range(0, len(harms), _PIECE):
        yield harms[start : start + _PIECE]


def _try(
    folder: Path,
    files: Files,
    export: bytes,
    expected: list[object],
    todo: tuple[str, list[tuple[str, int, int]]],
) -> Counter[str]:
    what, harms = todo
    counts = Counter[str]()
    own = folder / f"process-{os.getpid()}"
    own.mkdir(exist_ok=True)
    for how, at, mask in harms:
        try:
            if what == "export":
                (own / "audit.jsonl").write_bytes(damaged(export, how, at, mask))
                outcome = verify_damaged(own / "audit.jsonl")
            else:
                part = what.removeprefix("books")
                spoilt = {**files, part: damaged(files[part], how, at, mask)}
                place(own / "shop.books", spoilt)
                outcome = read_damaged(own / "shop.books", expected)
        except Exception as error:
            raise AssertionError(f"{what}: {how} at byte {at}, mask {mask}: {error!r}") from error
        counts[f"{how} {outcome}"] += 1
    return counts
