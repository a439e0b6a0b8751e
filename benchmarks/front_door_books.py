"""What the servers of `front_door` ask stored books with: fifty small tools."""

from __future__ import annotations

from aicfo_sdk import Context, Plugin
from aicfo_sdk.books.store import open_books
from aicfo_sdk.model import CreditLine
from aicfo_sdk.orchestrator.session import Session
from aicfo_sdk.registry import Registry
from benchmarks.front_door_servers import TOOLS

plugin = Plugin("bench", version="1")


def _add(number: int) -> None:
    def double(ctx: Context, n: int) -> int:
        """Return twice the number. It stands for any tool whose work is small."""
        ctx.books.records(CreditLine)
        return n * 2

    double.__name__ = f"t{number:02}"
    plugin.tool(reads=[CreditLine])(double)


for _number in range(TOOLS):
    _add(_number)


def session(books: str) -> Session:
    """Return a session over stored books with these tools alone."""
    return Session(open_books(books), registry=Registry([plugin]))
