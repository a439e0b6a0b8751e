"""What every front door does: ask over stored books, and put the proposals on the desk."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..config import Config
from ..errors import AicfoError, InputError
from ..model.base import SubjectId
from ..registry import Registry, discover
from ..stopping import current
from .goals import Goal
from .orchestrator import Asked, Orchestrator
from .plan import Plan
from .run import Judge, Run

if TYPE_CHECKING:
    from ..books.port import Books
    from ..books.proposals import StoredProposal
    from ..books.run_record import Installed
    from ..books.runs import Runs, StoredRun
    from ..books.snapshot import Snapshot
    from ..books.store import StoredBooks
    from ..safety.policy import Policy
    from .replay import Replay


_LIFETIME = timedelta(days=36_525)
_BRIEF = "core.brief"
_LAST = date(9989, 12, 31)
"""Ten years before the last day there is."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A run with its result as JSON values and its proposals as they stand at the desk.

    `record` is the id under which the books keep the run: `aicfo replay` takes it.
    """

    run: Run
    structured: dict[str, Any]
    proposals: tuple[StoredProposal, ...]
    record: str


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
        deadline: float | None = None,
        judge: Judge | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`as_of` is the day that every question is asked on; by default the last one known.

        `deadline` is how many seconds of `clock` one question may take: when they are over, only
        its own step is still begun, and the run says which others are missing. `judge` puts a
        model before the tools of agents.
        """
        self._books = books
        self._deadline, self._clock = deadline, clock
        self.config = config or Config()
        self.registry = registry or discover(self.config)
        self.orchestrator = Orchestrator(self.registry, seed=seed, judge=judge)
        self._as_of = as_of

    @property
    def has_books(self) -> bool:
        """Whether there are books to ask about."""
        return self._books is not None

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
        """Return the books as every question of now sees them.

        Raises: InputError for a day before the first record, or a lifetime after the last one.
        """
        if self._as_of is not None and (first := self.books.first_day()) is not None:
            last = max(first, self.books.last_day())
            if not first <= self._as_of <= _far_after(last):
                raise InputError(
                    "these books know nothing of that day",
                    value=self._as_of.isoformat(),
                    where=self.books.location,
                    mend=f"their records begin on {first} and end on {last}",
                )
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
        """Run a goal; record the run and put its proposals on the desk, in one transaction.

        The same question asked again after a run was broken off goes on from its long steps
        (external or blocking ones) that had finished.
        Raises: what `Orchestrator.run` raises, when the run is recorded; BooksError.
        """
        from ..books.runs import record_run
        from ..safety.approvals import propose
        from .record import Kept, record_of, request_of

        policy, snapshot = self.policy, self.snapshot()
        goal = self.orchestrator.goal(asked, books=snapshot, arguments=arguments, subjects=subjects)
        installed = self.installed(goal, snapshot)
        request = request_of(goal, snapshot.key, self.orchestrator.seed, installed)
        journal = Kept(self.books, request, goal, snapshot.as_of)
        run = self.orchestrator.carry_out(goal, snapshot, journal=journal, left=self._clock_of())
        journal.close()
        record = record_of(
            run,
            heads=snapshot.heads,
            seed=self.orchestrator.seed,
            maker=maker,
            installed=installed,
        )
        if (question := current()) is not None:
            question.check()
        with self.books.transaction() as writer:
            id = record_run(writer, request, record)
            stored = tuple(
                propose(self.books, proposal, maker=maker, policy=policy, run=id, writer=writer)
                for proposal in run.proposals
            )
        if run.error is not None:
            raise run.error
        return Answer(run, run.plan.root.tool.signature.structured(run.result), stored, id)

    def warm(self) -> None:
        """Load what the first question would wait for; record nothing, reach out to nobody.

        The brief is worked out over empty books, so that libraries and the bodies of tools are
        there. Left out are plugins that run in a process of their own, use a network or a model.
        """
        from ..books.port import MemoryBooks

        for name in ("..books.runs", "..safety.approvals", ".record"):
            import_module(name, __package__)
        own = Registry(
            [
                plugin
                for name, plugin in self.registry.plugins.items()
                if name not in self.registry.children
                and not any(tool.external for tool in plugin.tools.values())
            ],
            config=self.config,
        )
        # What cannot be had is no matter here: whoever asks is told.
        with suppress(AicfoError):
            snapshot = self.snapshot()
            goal = self.orchestrator.goal(_BRIEF, books=snapshot)
            self.installed(goal, snapshot)
            empty = MemoryBooks([], as_of=snapshot.as_of, currency=snapshot.currency)
            Orchestrator(own, seed=self.orchestrator.seed).run(_BRIEF, books=empty)

    @property
    def runs(self) -> Runs:
        """The recorded runs of the books. Raises: InputError when the session has none."""
        return self.books.runs

    def replay(self, run: str | StoredRun) -> Replay:
        """Return how a recorded run comes out with what is installed and configured now.

        Raises: as `replay.replay`.
        """
        from .replay import replay

        return replay(self.books, run, self.registry, policy=self._policy_digest)

    def installed(self, goal: Goal, books: Books) -> Installed:
        """Return what the results of a goal depend on besides books and arguments."""
        from .record import installed_of

        context = self.orchestrator.context(books)
        return installed_of(
            self.orchestrator.plan(goal).steps,
            params=context.params,
            calendar=context.calendar,
            config=self.config,
            policy=self._policy_digest,
        )

    @cached_property
    def _policy_digest(self) -> str:
        from ..model.base import digest

        return digest(self.policy)

    def _clock_of(self) -> Callable[[], float | None]:
        """Return a clock of one run: how many seconds it has left."""
        deadline, clock = self._deadline, self._clock
        if deadline is None:
            return lambda: None
        end = clock() + deadline
        return lambda: max(end - clock(), 0.0)


def _far_after(day: date) -> date:
    """The last day that anybody asks about: everything forecast from there is a day as well."""
    return min(day, _LAST - _LIFETIME) + _LIFETIME
