"""Breaks off what is done with stored books, at a chosen statement."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy import Engine, event

from aicfo_sdk.books.store import StoredBooks


class Crash(BaseException):
    """The program dies in the middle of what it does."""


@contextmanager
def crashing(books: StoredBooks, at: int | None) -> Generator[None]:
    """The program dies at the `at`-th statement, or just before its changes become durable."""
    if at is None:
        yield
        return
    engine: Engine = books._database.engine  # pyright: ignore[reportPrivateUsage]  # to break it
    left = at

    def count(*_: object) -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            raise Crash

    event.listen(engine, "before_cursor_execute", count)
    event.listen(engine, "commit", count)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", count)
        event.remove(engine, "commit", count)
