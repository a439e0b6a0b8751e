"""Synthetic merchants to try tools on, where aicfo-sim is installed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from ..books.port import Books
from ..errors import NotFound

ARCHETYPES = ("shop", "manufacturer", "contractor")
"""A shop with daily takings; a firm paid in bills; one that lives on tenders and borrows."""


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
