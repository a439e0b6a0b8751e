"""A program that asks one question of books and may kill itself on the way: see test_resume.py.

    python -m tests.composition.broken_off BOOKS LOG KILL

LOG gets one line for each tool that is begun. KILL says where the process ends itself: the name
of a tool (inside it), "record" (before the run is recorded), "commit" (the record written but not
committed), or "" for nowhere.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any, NoReturn

from aicfo_sdk import Context, Needs, NeedsAll, Plugin, Registry
from aicfo_sdk.books import runs
from aicfo_sdk.books.store import open_books
from aicfo_sdk.model import Fact
from aicfo_sdk.orchestrator.session import Session

STEPS = ("quote", "scan", "sums", "third", "total")
"""In the order in which they run: `quote` is external, `scan` blocking, `third` both."""


class Quote(Fact):
    """From outside: another one each time it is asked for."""

    value: int


class Scan(Fact):
    """From long work."""

    value: int


class Part(Fact):
    """One of what the total adds up."""

    value: int


class Total(Fact):
    """The answer."""

    value: int


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


def registry(log: Path, kill: str) -> Registry:
    """The tools, each telling the log that it was begun."""
    plugin = Plugin("toy", version="1")

    def begun(name: str) -> int:
        with log.open("a") as file:
            file.write(name + "\n")
        if name == kill:
            die()
        return log.read_text().count("\n")

    @plugin.tool(external=True)
    def quote(ctx: Context) -> Quote:
        return Quote(value=100 * begun("quote"))

    @plugin.tool(blocking=True)
    def scan(ctx: Context, *, quote: Needs[Quote]) -> Scan:
        begun("scan")
        return Scan(value=quote.value + 1)

    @plugin.tool
    def sums(ctx: Context, *, scan: Needs[Scan]) -> Part:
        begun("sums")
        return Part(value=scan.value * 2)

    @plugin.tool(external=True, blocking=True)
    def third(ctx: Context, *, scan: Needs[Scan]) -> Part:
        begun("third")
        return Part(value=scan.value * 3)

    @plugin.tool
    def total(ctx: Context, *, parts: NeedsAll[Part]) -> Total:
        begun("total")
        return Total(value=sum(part.value for part in parts))

    return Registry([plugin])


def main(books: str, log: str, kill: str) -> None:
    """Ask, and print the answer and the id of the run."""
    if kill == "record":
        from aicfo_sdk.orchestrator import record

        def stop(*_: Any, **__: Any) -> NoReturn:
            die()

        record.record_of = stop
    if kill == "commit":
        written = runs.record_run

        def write(*given: Any) -> NoReturn:
            written(*given)
            given[0].flush()
            die()

        runs.record_run = write
    session = Session(open_books(books), registry=registry(Path(log), kill))
    answer = session.call("total")
    print(answer.structured["value"], answer.record)


if __name__ == "__main__":
    main(*sys.argv[1:])
