"""What every front door does: ask over stored books, and put the proposals on the desk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..config import Config
from ..errors import InputError
from ..model.base import SubjectId
from ..registry import Registry, discover
from .orchestrator import Asked, Orchestrator
from .plan import Plan
from .run import Run

if TYPE_CHECKING:
    from ..books.proposals import StoredProposal
    from ..books.snapshot import Snapshot
    from ..books.store import StoredBooks
    from ..safety.policy import Policy


@dataclass(frozen=True, slots=True)
class Answer:
    """A run with its result as JSON values and its proposals as they stand at the desk."""

    run: Run
    structured: dict[str, Any]
    proposals: tuple[StoredProposal, ...]


class Session:
    """One merchant's books, the installed tools and the policy that rules them.

    Without books it can plan and list, not run.
    """

    def __init__(
        self,
        books: StoredBooks | None,
        *,
        config: Config | None = None,
        registry: Registry | None = None,
        as_of: date | None = None,
        seed: int = 0,
    ) -> None:
        """`as_of` is the day that every question is asked on; by default the last one known."""
        self._books = books
        self.config = config or Config()
        self.registry = registry or discover(self.config)
        self.orchestrator = Orchestrator(self.registry, seed=seed)
        self._as_of = as_of

    @property
    def books(self) -> StoredBooks:
        """The stored books. Raises: InputError when the session has none."""
        if self._books is None:
            raise InputError("no books named", mend="give --books BOOKS or set AICFO_BOOKS")
        return self._books

    @cached_property
    def policy(self) -> Policy:
        """The policy of the configuration, else the default one: nothing without a person."""
        from ..safety.policy import default_policy, load_policy

        return load_policy(self.config.policy) if self.config.policy else default_policy()

    def snapshot(self) -> Snapshot:
        """Return the books as every question of now sees them."""
        return self.books.snapshot(self._as_of)

    def plan(
        self,
        asked: Asked,
        *,
        arguments: Mapping[str, Any] | None = None,
        subjects: Iterable[SubjectId | str] = (),
    ) -> Plan:
        """Return the plan for a goal; nothing runs."""
        books = self.snapshot() if self._books is not None else None
        return self.orchestrator.plan(asked, books=books, arguments=arguments, subjects=subjects)

    def call(
        self,
        asked: Asked,
        arguments: Mapping[str, Any] | None = None,
        *,
        subjects: Iterable[SubjectId | str] = (),
        maker: str = "aicfo",
    ) -> Answer:
        """Run a goal and record its proposals at the desk, under the policy.

        Raises: what `Orchestrator.run` raises.
        """
        from ..safety.approvals import propose

        run = self.orchestrator.run(
            asked, books=self.snapshot(), arguments=arguments, subjects=subjects
        )
        stored = tuple(
            propose(self.books, proposal, maker=maker, policy=self.policy, run=run.key)
            for proposal in run.proposals
        )
        tool = run.plan.root.tool
        return Answer(run, tool.signature.structured(run.result), stored)
