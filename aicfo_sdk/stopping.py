"""A question that somebody may give up while it is worked on: how the work is told, and stops.

The front door makes a `Question` and works within `asking(question)`; what takes long looks at
`current()`. A question given up ends at the next step of its plan; a solver is interrupted and a
plugin's process is ended at once. What a given-up question found is not recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock


class GivenUp(BaseException):
    """Nobody waits for the answer any more. No `Exception`: no tool's handler shall keep it."""


class Question:
    """One question being worked on; safe across threads.

    `told` hears, from the working thread, how many of how many steps are done and what comes next.
    """

    def __init__(self, told: Callable[[int, int, str], None] | None = None) -> None:
        self._told = told
        self._given_up = False
        self._ways: list[Callable[[], None]] = []
        self._lock = Lock()

    @property
    def given_up(self) -> bool:
        """Whether nobody waits any more."""
        return self._given_up

    def give_up(self) -> None:
        """Stop the work, by every way that is open now and at each step from now on."""
        with self._lock:
            self._given_up = True
            ways = tuple(self._ways)
        for way in ways:
            way()

    def check(self) -> None:
        """Raises: GivenUp."""
        if self._given_up:
            raise GivenUp

    def step(self, done: int, total: int, what: str) -> None:
        """A step of the plan begins. Raises: GivenUp."""
        self.check()
        if self._told is not None:
            self._told(done, total, what)

    @contextmanager
    def stopped_by(self, way: Callable[[], None]) -> Generator[None]:
        """While the block runs, giving up also does `way`, from another thread.

        Raises: GivenUp when that has happened before.
        """
        with self._lock:
            self.check()
            self._ways.append(way)
        try:
            yield
        finally:
            with self._lock:
                self._ways.remove(way)


_current: ContextVar[Question | None] = ContextVar("aicfo_question", default=None)


def current() -> Question | None:
    """Return the question that this thread works on, if somebody may give it up."""
    return _current.get()


@contextmanager
def asking(question: Question) -> Generator[None]:
    """Work on a question: whatever runs within the block can be given up."""
    token = _current.set(question)
    try:
        yield
    finally:
        _current.reset(token)
