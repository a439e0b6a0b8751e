"""The owner who opens stores where the installed plugins advise it: no action stands for that."""

from __future__ import annotations

from collections import Counter

from aicfo_sdk import Orchestrator, Registry
from aicfo_sdk.model import Site

from ..effects import moves
from ..engine import Run
from ..papers import Papers
from .trade import Trader

ADVICE = "open_site:"
"""How the id of such advice begins; the id of the `Site` follows."""


class Sites(Trader):
    """Asks a tool where to expand every four weeks, and opens the site that it names first."""

    name = "sites"
    archetypes = ("restaurant",)
    reads_books = True

    EVERY = 28

    def __init__(self, registry: Registry, tool: str = "cash_brain.where_to_expand") -> None:
        self._orchestrator = Orchestrator(registry, checked=False)
        self._tool = registry.tool(tool)
        self._papers: dict[int, Papers] = {}
        self._next = dict[int, int]()
        self.asked = 0
        self.notes = Counter[str]()
        """What was done, and why not, with counts."""

    def trade(self, run: Run, t: int, place: int) -> str:
        """Ask on the day, and carry out the first advice on a site."""
        if t < self._next.get(place, t):
            return "not today"
        self._next[place] = t + self.EVERY
        if place not in self._papers:
            self._papers[place] = Papers(run.block, run.state, place)
        papers = self._papers[place]
        books = papers.books(t)
        self.asked += 1
        advice = self._orchestrator.run(self._tool, books=books).result
        named = [one.id.removeprefix(ADVICE) for one in advice if one.id.startswith(ADVICE)]
        if not named:
            self.notes["nothing to open"] += 1
            return "nothing to open"
        rows = sorted(name for name, one in books.records(Site).items() if one.kind != "rival")
        reason = moves.open_store(
            run.block, run.state, place, t, rows.index(named[0]) - papers.stores.own
        )
        self.notes[reason or "opened"] += 1
        return reason
