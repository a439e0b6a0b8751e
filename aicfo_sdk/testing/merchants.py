"""Synthetic merchants to try tools on, where aicfo-sim is installed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import cache
from typing import Any

from ..books.port import Books
from ..errors import NotFound
from ..model.base import Record
from .odd import all_records

ARCHETYPES = ("shop", "manufacturer", "contractor")
"""A shop with daily takings; a firm paid in bills; one that lives on tenders and borrows."""

_AHEAD = timedelta(days=30)


@cache
def sandbox_maker() -> Callable[..., Books]:
    """Return `aicfo_sim.sandbox`, which that distribution offers as an entry point.

    Raises: NotFound when it is not installed.
    """
    from importlib.metadata import entry_points

    for point in entry_points(group="aicfo.commands"):
        if point.name == "sandbox":
            made: Callable[..., Books] = point.load()
            return made
    raise NotFound("no synthetic merchants", mend="install aicfo-sim")


def merchants(archetypes: Sequence[str], seed: int) -> list[Books]:
    """Return the books of one synthetic merchant of each kind. Raises: NotFound."""
    make = sandbox_maker()
    return [make(archetype, seed=seed) for archetype in archetypes]


def later_records(archetype: str, seed: int, books: Books) -> list[Record]:
    """Return what the same merchant's papers show a month after the day of `books`."""
    then: Any = sandbox_maker()(archetype, seed=seed, day=books.as_of + _AHEAD)
    return [record for record in all_records(then) if record.known > books.as_of]
