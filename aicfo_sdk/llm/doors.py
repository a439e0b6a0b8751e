"""Where the loop's tool calls go: a session over stored books, or one snapshot of any books.

Both answer the same question alike, in what a model sees of it; the session also records the run
and puts its proposals on the desk, under the policy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from ..model.base import canonical
from ..orchestrator.orchestrator import Orchestrator
from ..orchestrator.results import digest_of
from ..registry import AnyTool, Registry

if TYPE_CHECKING:
    from ..books.port import Books
    from ..books.proposals import StoredProposal
    from ..model.proposal import Proposal
    from ..orchestrator.run import Run
    from ..orchestrator.session import Session


@dataclass(frozen=True, slots=True)
class Given:
    """What a tool call gave: the result as JSON values, and all else there is to say.

    `stored` are its proposals as they stand at the desk, where there is one; `record` is the id of
    the recorded run, "" where none is kept.
    """

    result: dict[str, Any]
    run: Run
    stored: tuple[StoredProposal, ...] = ()
    record: str = ""

    @property
    def proposals(self) -> tuple[Proposal, ...]:
        """The proposals that fit together."""
        return self.run.proposals

    @property
    def digest(self) -> str:
        """Of the result."""
        return digest_of(canonical(self.result))


class Door(Protocol):
    """What the loop asks of the road behind it."""

    @property
    def orchestrator(self) -> Orchestrator:
        """Plans and schemas."""
        ...

    @property
    def books(self) -> Books:
        """The snapshot that is asked about."""
        ...

    def call(self, tool: AnyTool, arguments: Mapping[str, Any]) -> Given:
        """Run a tool with what it rests on. Raises: AicfoError, which says what to change."""
        ...


class SessionDoor:
    """A session over stored books: runs are recorded, proposals go to the desk."""

    def __init__(self, session: Session, *, maker: str = "aicfo chat") -> None:
        self.session, self._maker = session, maker

    @property
    def orchestrator(self) -> Orchestrator:
        """The session's."""
        return self.session.orchestrator

    @property
    def books(self) -> Books:
        """The books as they are now."""
        return self.session.snapshot()

    def call(self, tool: AnyTool, arguments: Mapping[str, Any]) -> Given:
        """Run a tool, record it, put its proposals on the desk. Raises: AicfoError."""
        answer = self.session.call(tool, arguments, maker=self._maker)
        return Given(answer.structured, answer.run, answer.proposals, answer.record)


class BooksDoor:
    """One snapshot of any books: nothing is recorded, nothing reaches a desk."""

    def __init__(self, orchestrator: Orchestrator, books: Books) -> None:
        self._orchestrator, self._books = orchestrator, books

    @property
    def orchestrator(self) -> Orchestrator:
        """As given."""
        return self._orchestrator

    @property
    def books(self) -> Books:
        """As given."""
        return self._books

    def call(self, tool: AnyTool, arguments: Mapping[str, Any]) -> Given:
        """Run a tool. Raises: AicfoError."""
        run = self._orchestrator.run(tool, books=self._books, arguments=arguments)
        return Given(tool.signature.structured(run.result), run)


def registry_of(door: Door) -> Registry:
    """Return the installed tools behind a door."""
    return door.orchestrator.registry


def today_of(door: Door) -> date:
    """Return the day that a door's books are asked on."""
    return door.books.as_of
